"""The same bytes may come by hand, from one log and then from another, and stand for each in turn."""

import io
from typing import Any

import pytest
from django.db import connection, transaction
from django.db.models import F

from assignments.models import Job, JobAssignment, PollTarget
from assignments.services import uploads
from flightdata.models import Application, JobFlight, PartnerLog
from flightdata.services import intake, matching
from flightdata.services.downloading import Download
from flightdata.services.listing import Listing
from partners.models import Aircraft
from tests.support.hub import LOGIN, WORKER, Hub
from tests.support.together import in_thread, somebody_waits_for_a_lock
from tests.support.waiting import wait_for
from work import claims, engine
from work.models import Attention

TEXT = b"# synthetic\ntimestamp,lat,lon,alt,groundSpeed,sprayStatus\n2026-07-01T12:00:00Z,40.1,-83.1,300,60,1\n"
OTHER = TEXT.replace(b"12:00", b"13:00")
ANOTHER = 4711
LATER, LAST = "2030-01-01T00:00:00Z", "2031-01-01T00:00:00Z"


@pytest.fixture
def listed(hub: Hub) -> Hub:
    """The hub with an aircraft that it asks for logs, and a second job."""
    hub.cloud.settings(flightDelay=3600)
    hub.assign()
    hub.work("job_sync")
    JobAssignment.objects.update(date="2020-01-01T00:00Z")
    Job.objects.create(number=ANOTHER, customer=hub.customer, spray_areas=hub.job.spray_areas)
    return hub


def poll() -> None:
    PollTarget.objects.update(due_at=F("created_at"), rank_at=F("created_at"))
    for _ in range(PollTarget.objects.count()):
        lease = claims.claim(Listing(), next(iter(claims.claimable(Listing()))), WORKER)
        assert lease
        engine.run(lease)


def fetch(hub: Hub) -> None:
    poll()
    hub.work("data_poll")
    hub.work("flight_data")


def by_hand(hub: Hub, content: bytes, name: str) -> None:
    intake.take_in(hub.customer, io.BytesIO(content), file_name=name, actor="test")
    hub.work("flight_data")


def current() -> Application:
    return Application.objects.get(superseded_at__isnull=True)


def claimed(external: str) -> Any:
    return claims.claim(Download(), PartnerLog.objects.get(external_log_id=external), WORKER)


def stores_while(first: Any, second: Any) -> None:
    """The second has written and not committed yet when the first begins."""
    settle = second.settle

    def late(*arguments: Any, **fields: Any) -> Any:
        other.start()
        wait_for(lambda: somebody_waits_for_a_lock() or other.ended(), "the first waits or has ended")
        return settle(*arguments, **fields)

    second.settle = late
    with in_thread(lambda: engine.run(first)) as other:
        engine.run(second)


def test_a_duplicate_that_inherits_bytes_is_read_and_matched_as_its_own(listed: Hub) -> None:
    tail = listed.cloud.add_aircraft(LOGIN, "N2")
    aircraft = Aircraft.objects.create(system_user=listed.account, external_id=tail)
    to = {"user": listed.pilot, "partner_type": "satloc", "system_user": listed.account, "aircraft": aircraft}
    uploads.enqueue(JobAssignment.objects.create(job=Job.objects.get(pk=ANOTHER), **to), actor="test")
    listed.work("job_sync")
    JobAssignment.objects.update(date="2020-01-01T00:00Z")
    listed.cloud.add_log(LOGIN, listed.aircraft_id, TEXT, name="flight.log")
    fetch(listed)
    listed.cloud.add_log(LOGIN, tail, TEXT, name="flight2.log")
    fetch(listed)
    owner = Application.objects.get().log
    assert owner
    listed.cloud.change_log(LOGIN, owner.external_log_id, OTHER, listedDate=LATER)
    fetch(listed)
    listed.work("flight_data")
    found = {one.log.aircraft_id: set(one.flights.values_list("job", flat=True)) for one in Application.objects.all() if one.log}
    assert found == {listed.aircraft.pk: {listed.job.pk}, aircraft.pk: {ANOTHER}}


def test_a_file_that_came_by_hand_first_is_matched_by_its_name_at_the_partner(listed: Hub) -> None:
    by_hand(listed, TEXT, "usb.log")
    listed.cloud.add_log(LOGIN, listed.aircraft_id, TEXT, name=f"JOB{ANOTHER}.log")
    fetch(listed)
    assert list(JobFlight.objects.values_list("job", flat=True)) == [ANOTHER]


def test_what_a_person_decided_of_the_old_version_holds_alone(listed: Hub) -> None:
    log = listed.cloud.add_log(LOGIN, listed.aircraft_id, TEXT, name=f"JOB{ANOTHER}.log")
    fetch(listed)
    by_hand(listed, OTHER, f"JOB{ANOTHER}.log")
    matching.set_jobs(Application.objects.order_by("pk")[0], [listed.job], user=listed.pilot)
    listed.cloud.change_log(LOGIN, log, OTHER, listedDate=LATER)
    fetch(listed)
    assert list(current().flights.values_list("job", "decided_by")) == [(listed.job.pk, "person")]


def test_a_log_that_goes_back_to_earlier_bytes_stays_in_no_job_if_a_person_said_so(listed: Hub) -> None:
    log = listed.cloud.add_log(LOGIN, listed.aircraft_id, TEXT, name=f"JOB{ANOTHER}.log")
    fetch(listed)
    listed.cloud.change_log(LOGIN, log, OTHER, listedDate=LATER)
    fetch(listed)
    matching.set_jobs(current(), [], user=listed.pilot)
    listed.cloud.change_log(LOGIN, log, TEXT, listedDate=LAST)
    fetch(listed)
    assert not current().flights.exists()


def test_an_old_version_that_cannot_be_read_asks_nobody(listed: Hub) -> None:
    log = listed.cloud.add_log(LOGIN, listed.aircraft_id, b"\x00\x01" * 100, name=f"JOB{ANOTHER}.log")
    poll()
    listed.work("data_poll")
    listed.cloud.change_log(LOGIN, log, TEXT, listedDate=LATER)
    fetch(listed)
    listed.later(minutes=10)
    listed.work("flight_data")
    assert sorted(Application.objects.values_list("status", flat=True)) == ["parsed", "quarantined"]
    assert not Attention.objects.filter(settled_at__isnull=True).exists()


@pytest.mark.parametrize("earlier", ["plain", "Feld-Süd 3", 'a"b', "a\\b", "job/1"])
def test_an_earlier_id_of_any_letters_still_matches(hub: Hub, earlier: str) -> None:
    assignment = hub.assign()
    JobAssignment.objects.update(earlier_external_job_ids=[earlier], external_job_id="new")
    application, _ = intake.take_in(hub.customer, io.BytesIO(TEXT), file_name="x.log", actor="test")
    assert matching._named(application, earlier) == [(hub.job, assignment)]


@pytest.mark.race
def test_bytes_that_a_second_log_brings_while_the_first_moves_on_still_count(listed: Hub) -> None:
    one = listed.cloud.add_log(LOGIN, listed.aircraft_id, TEXT, name="a.log")
    fetch(listed)
    two = listed.cloud.add_log(LOGIN, listed.aircraft_id, TEXT, name="b.log")
    listed.cloud.change_log(LOGIN, one, OTHER, listedDate=LATER)
    poll()
    stores_while(claimed(one), claimed(two))
    listed.work("data_poll")
    log = PartnerLog.objects.select_related("application").get(external_log_id=two)
    assert log.application
    assert log.application.superseded_at is None
    assert Application.objects.filter(superseded_at__isnull=True).count() == 2


@pytest.mark.race
def test_two_logs_that_bring_a_file_that_came_by_hand_are_one_and_its_duplicate(listed: Hub) -> None:
    by_hand(listed, TEXT, "usb.log")
    one, two = (listed.cloud.add_log(LOGIN, listed.aircraft_id, TEXT, name=name) for name in ("a.log", "b.log"))
    poll()
    stores_while(claimed(one), claimed(two))
    listed.work("data_poll")
    assert sorted(PartnerLog.objects.values_list("status", flat=True)) == ["duplicate", "stored"]


@pytest.mark.race
def test_what_a_person_decides_while_a_new_version_is_stored_holds_for_it(listed: Hub) -> None:
    if connection.vendor == "sqlite":
        return  # has one writer: nobody can store while somebody decides
    log = listed.cloud.add_log(LOGIN, listed.aircraft_id, TEXT, name=f"JOB{listed.job.number}.log")
    fetch(listed)
    listed.cloud.change_log(LOGIN, log, OTHER, listedDate=LATER)
    poll()
    lease = claimed(log)
    with in_thread(lambda: engine.run(lease)) as other, transaction.atomic():
        matching.set_jobs(Application.objects.get(), [Job.objects.get(pk=ANOTHER)], user=listed.pilot)
        other.start()
        wait_for(lambda: somebody_waits_for_a_lock() or other.ended(), "the download waits")
    listed.work("flight_data")
    assert list(current().flights.values_list("job", "decided_by")) == [(ANOTHER, "person")]
