"""Listing an aircraft's logs: what is new, what changed, what is refused, and for how long it goes on."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import F

from assignments.models import Job, JobAssignment, PollTarget, SyncOperation
from assignments.partner_config import PartnerConfig
from assignments.services import endings, listings
from assignments.states import Operation, SyncStatus
from flightdata.models import LogVersion, PartnerLog
from flightdata.services import discovery, logs
from partners.adapters.records import ListedLog
from partners.models import CallCounter, PartnerCall
from tests.support.hub import LOGIN, Hub
from work.models import Attention


@pytest.fixture
def flown(hub: Hub) -> Hub:
    """The job is sent, and the flight that follows by itself is out of the way."""
    hub.cloud.settings(flightDelay=3600)
    hub.assign(pollInterval=60000)
    hub.work("job_sync")
    hub.later(seconds=1)
    return hub


def poll(hub: Hub) -> None:
    PollTarget.objects.update(due_at=F("created_at"), rank_at=F("created_at"))
    hub.work("data_poll")


def waiting() -> list[str]:
    return sorted(Attention.objects.filter(settled_at__isnull=True).values_list("kind", flat=True))


def test_an_empty_listing_is_a_success_and_is_only_counted(flown: Hub) -> None:
    for _ in range(3):
        poll(flown)
    target = flown.target()
    assert (target.status, target.attempts, target.error) == ("idle", 0, "")
    assert target.last_data_check
    assert PartnerCall.objects.filter(operation="list_logs").count() <= 1
    assert CallCounter.objects.get().calls >= 2


def test_a_listing_that_goes_on_failing_asks_a_person_once_and_goes_on(flown: Hub) -> None:
    flown.set(failure_threshold=100)  # a listing that fails although the account works
    flown.cloud.fault("status", "GetAircraftLogs", status=500)
    for _ in range(7):
        poll(flown)
    target = flown.target()
    assert (target.status, target.attempts, target.error_code) == ("idle", 7, "UNKNOWN_ERROR")
    assert waiting() == ["listingFails"]
    assert target.due_at
    flown.cloud.clear_faults()
    flown.cloud.add_log(LOGIN, flown.aircraft_id, 20)
    poll(flown)
    assert flown.target().attempts == 0
    assert waiting() == []


def test_old_logs_are_skipped_counted_and_fetched_on_request(flown: Hub) -> None:
    flown.cloud.add_log(LOGIN, flown.aircraft_id, 20, listedDate="2001-01-01T00:00:00Z")
    poll(flown)
    assert flown.log().status == "skipped"
    logs.fetch(flown.log(), actor="user ann")
    flown.work("data_poll")
    assert flown.log().status == "stored"


def test_a_changed_log_is_fetched_again_and_equal_bytes_make_no_version(flown: Hub) -> None:
    log_id = flown.cloud.add_log(LOGIN, flown.aircraft_id, 20)
    poll(flown)
    flown.work()
    flown.cloud.change_log(LOGIN, log_id, name="renamed.log")
    poll(flown)
    flown.work()
    assert (flown.log().file_name, flown.log().version) == ("renamed.log", 1)
    flown.cloud.change_log(LOGIN, log_id, 40, listedSize=None)
    poll(flown)
    flown.work()
    assert (flown.log().version, LogVersion.objects.count()) == (2, 2)


def test_the_newest_version_counts_and_the_old_one_is_superseded(flown: Hub) -> None:
    log_id = flown.cloud.add_log(LOGIN, flown.aircraft_id, 20)
    poll(flown)
    flown.work()
    before = flown.log().application
    flown.cloud.change_log(LOGIN, log_id, 40, listedSize=None)
    poll(flown)
    flown.work()
    after = flown.log().application
    assert before
    assert after
    assert before.pk != after.pk
    before.refresh_from_db()
    assert (before.superseded_at is not None, after.superseded_at) == (True, None)


def test_an_entry_without_id_is_shown_and_the_others_are_taken(flown: Hub) -> None:
    flown.cloud.add_log(LOGIN, flown.aircraft_id, 20)
    flown.cloud.fault("without_id", "GetAircraftLogs", times=1)
    poll(flown)
    assert PartnerLog.objects.count() == 1
    assert waiting() == ["listingEntryUnreadable"]
    poll(flown)
    assert waiting() == []


def test_a_huge_listing_is_taken_in_once(flown: Hub) -> None:
    flown.cloud.fault("huge_listing", "GetAircraftLogs", entries=3000)
    poll(flown)
    poll(flown)
    assert PartnerLog.objects.filter(status="skipped").count() == 3000
    assert CallCounter.objects.filter(operation="list_logs").exists()


def test_a_completed_assignment_is_listed_once_more_and_then_no_longer(flown: Hub) -> None:
    endings.complete(flown.upload().assignment, actor="user ann")
    calls = flown.cloud.calls().get("GetAircraftLogs", 0)
    flown.work("data_poll")
    assert flown.cloud.calls()["GetAircraftLogs"] == calls + 1
    assert flown.target().due_at is None
    endings.reopen(flown.upload().assignment, actor="user ann")
    assert flown.target().due_at is not None


@pytest.mark.parametrize(("days_ago", "completed"), [(1, False), (14, False), (16, True)])
def test_the_clock_completes_what_is_long_over_and_lists_it_once_more(flown: Hub, days_ago: int, completed: bool) -> None:
    Job.objects.update(end_date=date.today() - timedelta(days=days_ago))  # noqa: DTZ011 - days matter here, not hours
    flown.later(minutes=6)
    flown.work("data_poll", "default")
    assert (flown.upload().assignment.status == 2) == completed
    calls = flown.cloud.calls()["GetAircraftLogs"]
    flown.work("data_poll")
    assert flown.cloud.calls()["GetAircraftLogs"] == calls + completed
    assert (flown.target().due_at is None) == completed


def test_after_the_last_day_it_is_listed_less_often(flown: Hub) -> None:
    Job.objects.update(end_date=date(2020, 1, 1))
    target = flown.target()
    every, _ = listings.next_listing(listings.wishes_of(target), target.created_at)
    assert every == timedelta(minutes=5)


def test_listing_goes_on_after_the_first_file_and_takes_none_twice(flown: Hub) -> None:
    for number in (1, 2):
        flown.cloud.add_log(LOGIN, flown.aircraft_id, 20 * number, name=f"JOB{flown.job.number} {number}.log")
        for _ in range(3):
            flown.later(minutes=2)
            flown.work()
        assert (PartnerLog.objects.filter(status="stored").count(), LogVersion.objects.count()) == (number, number)
    assert flown.target().due_at


def test_however_often_it_is_asked_for_an_aircraft_is_listed_once_at_a_time(flown: Hub) -> None:
    flown.work("data_poll")
    calls = flown.cloud.calls()["GetAircraftLogs"]
    for _ in range(3):
        listings.poll_now(flown.upload().assignment, actor="user ann")
    for _ in range(3):
        flown.work("data_poll")
    assert flown.cloud.calls()["GetAircraftLogs"] == calls + 1


def test_one_aircraft_is_listed_once_for_all_its_assignments(flown: Hub) -> None:
    flown.job = Job.objects.create(number=1, customer=flown.customer, spray_areas=flown.job.spray_areas)
    flown.assign(pollInterval=30000, priority="high")
    flown.work("job_sync")
    poll(flown)
    target = flown.target()
    interval, priority = listings.next_listing(listings.wishes_of(target), target.created_at)
    assert (PollTarget.objects.count(), interval, priority) == (1, timedelta(seconds=30), "high")


def test_a_poll_reads_no_more_of_many_assignments_that_ask_the_same(flown: Hub) -> None:
    """An old system's assignments may all be open still, tens of thousands for one aircraft."""
    one = flown.upload().assignment
    jobs = Job.objects.bulk_create(Job(number=10 + number, customer=flown.customer) for number in range(50))
    alike = {name: getattr(one, name) for name in ("user", "partner_type", "system_user", "aircraft", "partner_config", "status")}
    others = JobAssignment.objects.bulk_create(JobAssignment(job=job, **alike) for job in jobs)
    for other in others:
        other.partner_config = {**one.partner_config, "customFields": {"tank": other.job_id}}
    JobAssignment.objects.bulk_update(others, ["partner_config"])
    tried = {"operation": Operation.JOB_UPLOAD, "status": SyncStatus.SYNCED, "first_tried_at": one.created_at}
    SyncOperation.objects.bulk_create(SyncOperation(assignment=other, **tried) for other in others)
    (wish,) = listings.wishes_of(flown.target())
    config = PartnerConfig.from_wire(one.partner_config)
    assert (wish.config.priority, wish.config.poll_interval) == (config.priority, config.poll_interval)
    assert wish.config.retry_policy == config.retry_policy
    Job.objects.filter(number=10).update(end_date=date(2020, 1, 1))
    assert len(listings.wishes_of(flown.target())) == 2


def test_a_list_of_known_logs_is_compared_in_one_statement_per_batch(hub: Hub, django_assert_num_queries: Any) -> None:
    hub.assign()
    hub.work("job_sync")
    listed = [ListedLog(str(number), f"JOB{number}.log", 10) for number in range(discovery.BATCH + 1)]
    assert discovery.take_in(hub.target(), listed) == len(listed)
    target = hub.target()
    assert target.system_user
    with django_assert_num_queries(2):
        assert discovery.take_in(target, listed) == 0
    assert discovery.take_in(target, [ListedLog("7", "other.log", 10), *listed]) == 0
    assert PartnerLog.objects.get(external_log_id="7").file_name == "other.log"
