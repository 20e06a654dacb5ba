"""Fetching and reading logs while listings, people, other workers and the disk interfere."""

import errno
import io
import os
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.db.models import F

from assignments.models import PollTarget
from assignments.services import endings
from flightdata import store
from flightdata.models import Application, Interpretation, JobFlight, LogVersion, PartnerLog
from flightdata.services import intake, matching, parsing
from flightdata.services.downloading import Download
from flightdata.services.listing import Listing
from flightdata.services.parsing import Parse
from partners.models import PartnerSystemUser
from partners.services import system_users
from tests.support.hub import LOGIN, WORKER, Hub
from tests.support.scene import an_account
from tests.support.together import in_thread, somebody_waits_for_a_lock
from tests.support.waiting import wait_for
from work import claims, engine
from work.kinds import Kind
from work.leases import Lease
from work.models import Attention, Event

TEXT = b"# synthetic\ntimestamp,lat,lon,alt,groundSpeed,sprayStatus\n2026-07-01T12:00:00Z,40.1,-83.1,300,60,1\n"


@pytest.fixture
def listed(hub: Hub) -> Hub:
    """A sent job whose aircraft is listed next."""
    hub.cloud.settings(flightDelay=3600)
    hub.assign()
    hub.work("job_sync")
    return hub


def poll() -> None:
    PollTarget.objects.update(due_at=F("created_at"), rank_at=F("created_at"))
    engine.run(claim(Listing()))


def claim(kind: Kind[Any]) -> Lease[Any]:
    lease = claims.claim(kind, next(iter(claims.claimable(kind))), WORKER)
    assert lease
    return lease


def fetch(hub: Hub, rounds: int = 1) -> None:
    for _ in range(rounds):
        poll()
        hub.work("data_poll")
        hub.work("flight_data")


def waiting() -> list[str]:
    return sorted(Attention.objects.filter(settled_at__isnull=True).values_list("kind", flat=True))


def test_a_listing_that_changes_as_a_download_ends_is_not_overlooked(listed: Hub) -> None:
    log_id = listed.cloud.add_log(LOGIN, listed.aircraft_id, TEXT)
    poll()
    lease = claim(Download())
    original = lease.settle

    def settle(*arguments: Any, **fields: Any) -> bool:
        listed.cloud.change_log(LOGIN, log_id, TEXT * 2, listedSize=2 * len(TEXT))
        other.start()
        wait_for(lambda: somebody_waits_for_a_lock() or other.ended(), "a listing that waits or has ended")
        return original(*arguments, **fields)

    lease.settle = settle  # type: ignore[method-assign]  # after the look at what the listing says, before the outcome
    with in_thread(poll) as other:
        engine.run(lease)
    listed.work("data_poll")
    assert (listed.log().status, listed.log().version) == ("stored", 2)


def test_a_failed_download_is_due_again_where_the_listing_changed_meanwhile(listed: Hub) -> None:
    log_id = listed.cloud.add_log(LOGIN, listed.aircraft_id, TEXT)
    poll()
    PartnerLog.objects.update(attempts=4)
    lease = claim(Download())
    listed.cloud.change_log(LOGIN, log_id, name="renamed.log")
    poll()
    listed.cloud.fault("status", "GetAircraftLogData", status=500, times=1)
    engine.run(lease)
    assert (listed.log().status, listed.log().attempts, waiting()) == ("discovered", 0, [])


def test_a_log_that_was_whole_stays_stored_when_the_partner_has_it_no_longer(listed: Hub) -> None:
    log_id = listed.cloud.add_log(LOGIN, listed.aircraft_id, TEXT, name=f"JOB{listed.job.number}.log")
    fetch(listed)
    listed.cloud.remove_log(LOGIN, log_id)
    endings.complete(listed.upload().assignment, actor="user ann")
    for _ in range(6):
        listed.work("data_poll")
        listed.later(minutes=10)
    assert (listed.log().status, listed.log().error_code != "", waiting()) == ("stored", True, [])


def test_a_log_that_never_comes_to_rest_is_fetched_less_and_less_often(listed: Hub) -> None:
    listed.cloud.change_account(LOGIN, listed=[])
    listed.cloud.fault("unsized", "GetAircraftLogData")
    log_id = listed.cloud.add_log(LOGIN, listed.aircraft_id, TEXT)
    poll()
    pauses = []
    for grown in range(2, 6):
        listed.work("data_poll")
        log = listed.log()
        assert log.due_at
        pauses.append(round((log.due_at - log.updated_at).total_seconds() / 600))
        listed.cloud.change_log(LOGIN, log_id, TEXT * grown)
        listed.later(hours=25)
    assert pauses == [1, 1, 2, 4]


def test_new_credentials_do_not_hurry_what_waits_for_its_second_fetch(listed: Hub) -> None:
    listed.cloud.change_account(LOGIN, listed=[])
    listed.cloud.add_log(LOGIN, listed.aircraft_id, TEXT)
    poll()
    listed.work("data_poll")
    listed.set_password("sky-high-5")
    listed.work("data_poll")
    assert (listed.log().status, listed.log().settled) == ("stored", False)


def test_a_download_whose_lease_is_gone_leaves_a_trace_and_nothing_else(listed: Hub) -> None:
    listed.cloud.add_log(LOGIN, listed.aircraft_id, TEXT)
    poll()
    lease = claim(Download())
    listed.later(minutes=10)
    engine.reap(Download())
    lease.kind.perform(lease)
    assert (listed.log().status, LogVersion.objects.count()) == ("discovered", 0)
    assert Event.objects.filter(name="late outcome").exists()


def test_a_late_reader_takes_no_file_from_the_one_who_reads_now(hub: Hub) -> None:
    intake.take_in(hub.customer, io.BytesIO(TEXT), file_name="hand.log", actor="test")
    late = claim(Parse())
    hub.later(hours=1)
    engine.reap(Parse())
    now_reading = claim(Parse())
    reading = parsing._read(now_reading.item, str(now_reading.token))
    late.kind.perform(late)
    assert store.track_path(reading.track_key).exists()


def test_what_a_person_decides_during_the_reading_holds(hub: Hub) -> None:
    application, _ = intake.take_in(hub.customer, io.BytesIO(TEXT), file_name=f"JOB{hub.job.number}.log", actor="test")
    lease = claim(Parse())
    matching.set_jobs(application, [hub.job], user=hub.pilot)
    engine.run(lease)
    assert JobFlight.objects.get().decided_by == "person"


@pytest.mark.parametrize("while_it_is_read", [False, True])
def test_a_file_that_came_by_hand_is_read_and_matched_anew_as_the_log_it_is(listed: Hub, while_it_is_read: bool) -> None:
    PartnerSystemUser.objects.update(log_speed_unit="kn")
    intake.take_in(listed.customer, io.BytesIO(TEXT), file_name="hand.log", actor="test")
    lease = claim(Parse())
    if not while_it_is_read:
        engine.run(lease)
        assert waiting() == ["applicationUnmatched"]
    listed.upload().assignment.__class__.objects.update(date="2020-01-01T00:00Z")
    listed.cloud.add_log(LOGIN, listed.aircraft_id, TEXT, name="flight.log")
    poll()
    listed.work("data_poll")
    if while_it_is_read:
        engine.run(lease)
    listed.work("flight_data")
    assert Interpretation.objects.get(current=True).options["speed_unit"] == "kn"
    assert (JobFlight.objects.get().job, waiting()) == (listed.job, [])


def test_logs_that_swap_their_contents_both_count_and_both_are_matched(listed: Hub) -> None:
    other_text = TEXT.replace(b"12:00", b"13:00")
    one = listed.cloud.add_log(LOGIN, listed.aircraft_id, TEXT, name="JOB424242.log")
    two = listed.cloud.add_log(LOGIN, listed.aircraft_id, other_text, name="JOB424243.log")
    fetch(listed)
    assert waiting() == ["applicationUnmatched"] * 2
    listed.cloud.change_log(LOGIN, one, other_text, listedDate="2030-01-01T00:00:00Z")
    listed.cloud.change_log(LOGIN, two, TEXT, listedDate="2030-01-01T00:00:00Z")
    fetch(listed, rounds=2)
    assert Application.objects.filter(superseded_at__isnull=True).count() == 2
    assert list(PartnerLog.objects.values_list("status", flat=True)) == ["stored", "stored"]
    assert waiting() == ["applicationUnmatched"] * 2


def test_a_full_disk_is_waited_for_and_said(listed: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    listed.cloud.add_log(LOGIN, listed.aircraft_id, TEXT)
    poll()
    monkeypatch.setattr(os, "fsync", full)
    for _ in range(4):
        listed.work("data_poll")
        listed.later(minutes=2)
    assert (listed.log().status, listed.log().attempts) == ("discovered", 0)
    assert "No space left" in listed.log().error
    monkeypatch.undo()
    listed.work("data_poll")
    assert (listed.log().status, listed.log().error) == ("stored", "")


def test_a_raw_file_that_is_gone_is_said_to_be_gone(hub: Hub) -> None:
    application, _ = intake.take_in(hub.customer, io.BytesIO(TEXT), file_name="hand.log", actor="test")
    store.path_of(application.file.storage_key).unlink()
    hub.work("flight_data")
    assert (hub.application().status, hub.application().error_code) == ("quarantined", "FILE_MISSING")
    intake.take_in(hub.customer, io.BytesIO(TEXT), file_name="hand.log", actor="test")
    parsing.reparse(hub.application(), actor="user ann")
    hub.work("flight_data")
    assert hub.application().status == "parsed"


def test_a_secret_that_no_key_opens_stops_its_account_and_nothing_else(listed: Hub) -> None:
    kept = listed._settings.HUB.credentials_keys
    other = an_account(listed.customer, listed.partner, "other")
    PartnerSystemUser.objects.filter(pk=listed.account.pk).update(sign_in=None)
    listed.set(credentials_keys=(Fernet.generate_key().decode(),))
    PartnerSystemUser.objects.filter(pk=other.pk).update(api_secret="readable")
    poll()
    engine.tick("host", 1)
    attention = Attention.objects.get(settled_at__isnull=True)
    assert (attention.kind, attention.object_id) == ("credentialsRejected", str(listed.account.pk))
    assert "CREDENTIALS_KEYS" in attention.reason
    PartnerSystemUser.objects.get(pk=listed.account.pk).save()
    listed.set(credentials_keys=kept)
    system_users.resume(PartnerSystemUser.objects.get(pk=listed.account.pk), actor="user ann")
    poll()
    assert (listed.target().error, waiting()) == ("", [])
