"""Reading files: again on request, and without leaving anything behind."""

import io

from flightdata import store
from flightdata.models import Interpretation
from flightdata.services import intake, parsing
from tests.support.hub import Hub

TEXT = b"2026-07-01T12:00:00Z,40.1,-83.1,300,60,1\n"


def files_of(hub: Hub) -> set[str]:
    folder = store.track_path(f"{hub.customer.pk}/{hub.application().pk}")
    return {path.name for path in folder.iterdir()}


def test_reading_again_replaces_the_track_and_clears_what_a_killed_attempt_left(hub: Hub) -> None:

    application, made = intake.take_in(hub.customer, io.BytesIO(TEXT), file_name="hand.log", actor="test")
    assert made
    hub.work("flight_data")
    before = files_of(hub)
    (store.track_path(f"{hub.customer.pk}/{application.pk}") / ".killed.part").touch()
    application.refresh_from_db()
    parsing.reparse(application, actor="test")
    hub.work("flight_data")
    reading = Interpretation.objects.get()
    after = files_of(hub)
    assert len(before) == len(after) == 2
    assert not before & after
    assert (reading.current, reading.records) == (True, 1)


def test_the_same_bytes_by_hand_are_the_first_application(hub: Hub) -> None:

    first, _ = intake.take_in(hub.customer, io.BytesIO(TEXT), file_name="hand.log", actor="test")
    second, made = intake.take_in(hub.customer, io.BytesIO(TEXT), file_name="other name.log", actor="test")
    assert (second.pk, made) == (first.pk, False)
