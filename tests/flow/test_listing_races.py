"""Listing logs while people and other workers change what it is about, and partners that lie."""

import math
from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.db.models import F

from assignments.models import Job, JobAssignment, PollTarget
from assignments.services import endings, listings, uploads
from flightdata.models import PartnerLog
from flightdata.services.listing import Listing
from partners.adapters.errors import CredentialsRejected, Rejected
from partners.models import CallCounter, PartnerSystemUser
from partners.services import counting, pausing
from partners.services.attempts import attempt
from tests.support.hub import LOGIN, WORKER, Hub
from tests.support.scene import an_account
from work import claims, engine
from work.kinds import Postponed
from work.models import Attention


def waiting() -> list[str]:
    return sorted(Attention.objects.filter(settled_at__isnull=True).values_list("kind", flat=True))


def make_due() -> None:
    PollTarget.objects.update(due_at=F("created_at"), rank_at=F("created_at"))


@pytest.fixture
def flown(hub: Hub) -> Hub:
    hub.cloud.settings(flightDelay=3600)
    hub.assign()
    hub.work("job_sync")
    make_due()
    return hub


def another_assignment(hub: Hub) -> JobAssignment:
    hub.job = Job.objects.create(number=1, customer=hub.customer, spray_areas=hub.job.spray_areas)
    return hub.assign()


@pytest.mark.parametrize("asked_by", ["a first attempt to send", "a person who reopens", "a person who polls"])
def test_a_listing_asked_for_during_the_last_one_is_made(flown: Hub, asked_by: str) -> None:
    first = JobAssignment.objects.get()
    endings.complete(first, actor="user ann")
    kind = Listing()
    lease = claims.claim(kind, next(iter(claims.claimable(kind))), WORKER)
    assert lease
    original = lease.settle

    def settle(*arguments: Any, **fields: Any) -> bool:
        if asked_by == "a person who reopens":
            endings.reopen(first, actor="user ann")
        else:
            second = another_assignment(flown)
            flown.work("job_sync")
            listings.poll_now(second, actor="user ann")
        return original(*arguments, **fields)

    lease.settle = settle  # type: ignore[method-assign]  # after the look at the open assignments, before the outcome
    engine.run(lease)
    assert flown.target().due_at is not None


def test_a_listing_that_recovers_asks_nobody_any_more_though_it_shows_nothing_new(flown: Hub) -> None:
    flown.set(failure_threshold=100)
    flown.work("data_poll")
    fault = flown.cloud.fault("status", "GetAircraftLogs", status=500)
    for _ in range(5):
        make_due()
        flown.work("data_poll")
    assert waiting() == ["listingFails"]
    flown.cloud.control("DELETE", f"faults/{fault}")
    make_due()
    flown.work("data_poll")
    assert (flown.target().error_code, waiting()) == ("", [])


@pytest.mark.parametrize("end", [date.max, date.min])
def test_a_job_may_end_on_any_day_there_is(flown: Hub, end: date) -> None:
    Job.objects.update(end_date=end)
    flown.work("data_poll")
    assert (flown.target().status, flown.target().last_data_check is None) == ("idle", False)


def test_an_id_of_any_length_keeps_no_other_log_from_being_taken(flown: Hub) -> None:
    flown.cloud.add_log(LOGIN, flown.aircraft_id, 5, id="x" * 201)
    flown.cloud.add_log(LOGIN, flown.aircraft_id, 5, id="y" * 100)
    flown.work("data_poll")
    assert list(PartnerLog.objects.values_list("external_log_id", flat=True)) == ["y" * 100]
    assert waiting() == ["listingEntryUnreadable"]


def test_a_job_id_of_any_length_leaves_a_named_state(hub: Hub) -> None:
    hub.assign()
    hub.cloud.fault("job_id", "UploadJobData", jobId="j" * 201)
    hub.work("job_sync")
    assert (hub.upload().status, hub.upload().error_code) == ("unconfirmed", "OUTCOME_UNKNOWN")
    uploads.confirm(hub.upload().assignment, None, actor="user ann")
    assert hub.upload().status == "synced"


def test_credentials_changed_during_a_refused_call_are_tried_at_once(hub: Hub) -> None:
    stale = PartnerSystemUser.objects.select_related("partner", "customer").get()

    def refused_meanwhile() -> None:
        with attempt(stale):
            hub.set_password("new")
            raise CredentialsRejected("not any more")

    with pytest.raises(Postponed) as caught:
        refused_meanwhile()
    assert (caught.value.delay, caught.value.fields, waiting()) == (timedelta(0), {}, [])


def test_a_call_from_before_a_refusal_does_not_end_it(hub: Hub) -> None:
    stale, fresh = PartnerSystemUser.objects.get(), PartnerSystemUser.objects.get()
    pausing.note_refusal(fresh, CredentialsRejected("not any more"))
    pausing.note_success(stale)
    assert PartnerSystemUser.objects.get().refused_at is not None
    pausing.note_success(PartnerSystemUser.objects.get())
    assert (PartnerSystemUser.objects.get().refused_at, waiting()) == (None, [])


def test_a_refused_job_says_nothing_about_the_account(hub: Hub) -> None:
    account = PartnerSystemUser.objects.select_related("partner", "customer").get()
    with pytest.raises(Rejected), attempt(account):
        raise Rejected("job 7 has no spray areas")
    assert PartnerSystemUser.objects.get().failures == 0


def test_a_poll_that_finds_nothing_is_cheap(flown: Hub, django_assert_max_num_queries: Any) -> None:
    for _ in range(2):
        flown.work("data_poll")
        make_due()
    kind = Listing()
    candidate = next(iter(claims.claimable(kind)))
    with django_assert_max_num_queries(5) as seen:  # claim, row, assignments, the account's limit, outcome
        lease = claims.claim(kind, candidate, WORKER)
        assert lease
        lease.place.pool, lease.place.fresh_until = f"{flown.partner.pk}:listings", math.inf  # as after its drain's first poll
        kind.perform(lease)
    assert flown.target().last_data_check, [query["sql"] for query in seen.captured_queries]


def test_quiet_polls_of_many_accounts_are_written_down_together(flown: Hub, django_assert_max_num_queries: Any) -> None:
    others = [an_account(flown.customer, flown.partner, f"login{number}") for number in range(30)]
    for account in [flown.account, *others]:
        counting.count("list_logs", account.pk, 2)
    counting.count("list_logs", uuid4(), 1)  # of an account that is gone
    with django_assert_max_num_queries(7):  # as an hour begins
        counting.write_down()
    counting.count("list_logs", others[0].pk, 1)
    with django_assert_max_num_queries(3):  # the time, the counters there are, all of them
        counting.write_down()
    counts = dict(CallCounter.objects.values_list("system_user", "calls"))
    assert (counts[flown.account.pk], counts[others[0].pk], len(counts)) == (2, 3, 31)


def test_a_poll_reads_no_area(flown: Hub, django_assert_max_num_queries: Any) -> None:
    with django_assert_max_num_queries(1) as seen:
        listings.wishes_of(SimpleNamespace(system_user_id=flown.account.pk, aircraft_id=flown.aircraft.pk))  # type: ignore[arg-type]
    assert "spray_areas" not in seen.captured_queries[0]["sql"]
