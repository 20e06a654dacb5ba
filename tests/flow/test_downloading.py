"""Fetching logs: whole or not at all, once per content, under any fault."""

from datetime import timedelta

import pytest
from django.db.models import F

from assignments.models import PollTarget
from assignments.services import endings
from flightdata import store
from flightdata.models import Application, ApplicationFile, JobFlight, LogVersion, PartnerLog
from flightdata.services import logs, matching
from tests.support.hub import LOGIN, Hub
from work.models import Attention

TEXT = b"# synthetic\ntimestamp,lat,lon,alt,groundSpeed,sprayStatus\n2026-07-01T12:00:00Z,40.1,-83.1,300,60,1\n"


@pytest.fixture
def listed(hub: Hub) -> Hub:
    """A sent job, and one log in the listing that is not fetched yet."""
    hub.cloud.settings(flightDelay=3600)
    hub.assign()
    hub.work("job_sync")
    hub.later(seconds=1)
    return hub


def fetch(hub: Hub, rounds: int = 1) -> None:
    for _ in range(rounds):
        PollTarget.objects.update(due_at=F("created_at"), rank_at=F("created_at"))
        hub.work("data_poll")
        hub.work("data_poll")
        hub.work("flight_data")


@pytest.mark.parametrize(
    ("fault", "options", "code"),
    [
        ("status", {"status": 500}, "UNKNOWN_ERROR"),
        ("reset_after", {"sent": 40}, "NETWORK_ERROR"),
        ("truncated", {}, "NETWORK_ERROR"),
        ("truncated", {"framing": "close", "keep": 40}, "NETWORK_ERROR"),
    ],
)
def test_half_a_file_is_no_file(listed: Hub, fault: str, options: dict[str, object], code: str) -> None:
    listed.cloud.add_log(LOGIN, listed.aircraft_id, TEXT)
    listed.cloud.fault(fault, "GetAircraftLogData", times=1, **options)
    fetch(listed)
    log = listed.log()
    assert (log.status, log.error_code, ApplicationFile.objects.count()) == ("discovered", code, 0), log.error
    listed.later(minutes=10)
    fetch(listed)
    assert store.path_of(ApplicationFile.objects.get().storage_key).read_bytes() == TEXT


def test_an_endless_body_is_cut_off_and_not_asked_for_again(listed: Hub) -> None:
    listed.set(max_log_size=10_000)
    listed.cloud.add_log(LOGIN, listed.aircraft_id, TEXT)
    listed.cloud.fault("endless", "GetAircraftLogData")
    fetch(listed)
    assert (listed.log().status, listed.log().error_code) == ("failed", "BAD_PAYLOAD")
    assert Attention.objects.get(settled_at__isnull=True).kind == "logFailed"
    listed.cloud.clear_faults()
    logs.retry(listed.log(), actor="user ann")
    fetch(listed)
    assert listed.log().status == "stored"


def test_it_gives_up_in_the_end_and_says_so(listed: Hub) -> None:
    listed.cloud.add_log(LOGIN, listed.aircraft_id, TEXT)
    listed.cloud.fault("status", "GetAircraftLogData", status=500)
    for _ in range(6):
        fetch(listed)
        listed.later(minutes=10)
    assert (listed.log().status, listed.log().attempts) == ("failed", 5)


def test_the_same_bytes_under_another_id_are_a_duplicate(listed: Hub) -> None:
    listed.cloud.add_log(LOGIN, listed.aircraft_id, TEXT, name="one.log")
    listed.cloud.add_log(LOGIN, listed.aircraft_id, TEXT, name="two.log")
    fetch(listed)
    assert sorted(PartnerLog.objects.values_list("status", flat=True)) == ["duplicate", "stored"]
    assert (Application.objects.count(), ApplicationFile.objects.count()) == (1, 1)


def test_a_duplicate_stands_in_when_the_log_it_repeats_changes(listed: Hub) -> None:
    first = listed.cloud.add_log(LOGIN, listed.aircraft_id, TEXT, name="one.log")
    fetch(listed)
    listed.cloud.add_log(LOGIN, listed.aircraft_id, TEXT, name="two.log")
    fetch(listed)
    listed.cloud.change_log(LOGIN, first, TEXT * 2, listedSize=2 * len(TEXT))
    fetch(listed)
    assert list(PartnerLog.objects.values_list("status", flat=True)) == ["stored", "stored"]
    assert Application.objects.filter(superseded_at__isnull=True).count() == 2


def test_every_empty_log_is_quarantined_none_is_a_duplicate(listed: Hub) -> None:
    listed.cloud.add_log(LOGIN, listed.aircraft_id, b"", name="one.log")
    listed.cloud.add_log(LOGIN, listed.aircraft_id, b"", name="two.log")
    fetch(listed)
    assert list(PartnerLog.objects.values_list("status", flat=True)) == ["stored", "stored"]
    application = listed.application()
    assert (application.status, application.error_code) == ("quarantined", "EMPTY")


def test_a_log_of_unknown_size_is_fetched_until_two_fetches_agree(listed: Hub) -> None:
    listed.cloud.change_account(LOGIN, listed=[])
    listed.cloud.fault("unsized", "GetAircraftLogData")
    log_id = listed.cloud.add_log(LOGIN, listed.aircraft_id, TEXT)
    fetch(listed)
    assert (listed.log().settled, listed.log().due_at is None) == (False, False)
    listed.cloud.change_log(LOGIN, log_id, TEXT + TEXT)
    listed.later(minutes=11)
    fetch(listed)
    assert (listed.log().version, listed.log().settled) == (2, False)
    listed.later(minutes=11)
    fetch(listed)
    assert (listed.log().version, listed.log().settled, listed.log().due_at) == (2, True, None)
    assert LogVersion.objects.count() == 2


def test_a_log_is_fetched_once_more_when_its_assignment_is_complete(listed: Hub) -> None:
    listed.cloud.add_log(LOGIN, listed.aircraft_id, TEXT, name=f"JOB{listed.job.number}.log")
    fetch(listed)
    fetch(listed)
    assert JobFlight.objects.get().job == listed.job
    endings.complete(listed.upload().assignment, actor="user ann")
    assert listed.log().status == "discovered"
    fetch(listed)
    assert (listed.log().status, listed.log().version) == ("stored", 1)


def test_two_customers_with_the_same_file_keep_one_each(listed: Hub) -> None:
    from flightdata.services import applications
    from tests.support.scene import a_customer

    listed.cloud.add_log(LOGIN, listed.aircraft_id, TEXT)
    fetch(listed)
    other = a_customer("delta")
    with store.spool(1000) as incoming:
        incoming.write(TEXT)
        file = applications.file_for(other, incoming.keep(other.pk))
    assert file.storage_key.startswith(str(other.pk))
    assert ApplicationFile.objects.count() == 2


def test_a_log_that_names_no_job_goes_to_the_only_open_assignment_of_its_aircraft(listed: Hub) -> None:
    assignment = listed.upload().assignment
    type(assignment).objects.update(date=listed.target().created_at - timedelta(days=3650))
    listed.cloud.add_log(LOGIN, listed.aircraft_id, TEXT, name="flight.log")
    fetch(listed)
    fetch(listed)
    flight = JobFlight.objects.get()
    assert (flight.job, flight.assignment, flight.decided_by) == (listed.job, assignment, "rule")


def test_what_cannot_be_matched_waits_for_a_person_whom_no_rule_overrules(listed: Hub) -> None:
    listed.cloud.add_log(LOGIN, listed.aircraft_id, TEXT, name="JOB424242.log")
    fetch(listed)
    fetch(listed)
    assert Attention.objects.get(settled_at__isnull=True).kind == "applicationUnmatched"
    matching.set_jobs(listed.application(), [listed.job], user=listed.pilot)
    assert not Attention.objects.filter(settled_at__isnull=True).exists()
    matching.match(listed.application(), listed.application().interpretations.get())
    assert JobFlight.objects.get().decided_by == "person"
