"""Deactivating or pausing stops work cleanly, says so on what waits, costs nothing meanwhile, and ends at once."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assignments.models import JobAssignment, PollTarget, SyncOperation
from assignments.services.uploading import Upload
from partners.models import Aircraft, AircraftRefresh, PartnerSystemUser
from partners.services import refreshing, system_users
from tests.support.api import as_user
from tests.support.hub import WORKER, Hub
from tests.support.scene import a_user, an_account
from tests.support.together import together
from work import claims, engine
from work.clock import now
from work.leases import Lease
from work.models import Event

pytestmark = pytest.mark.thorough

PATHS = {"customer": "customers", "partner": "partners", "account": "partner-system-users"}
DAY = engine.RESTS_FOR


def switch(hub: Hub, what: str, *, on: bool) -> None:
    """As a person does: over the API."""
    ops = as_user(a_user(None))
    if what == "person":
        path, body = f"partner-system-users/{hub.account.pk}/{'resume' if on else 'pause'}/", None
        assert ops.post(f"/api/v1/{path}", body).status_code == 200
    else:
        path = f"{PATHS[what]}/{getattr(hub, what).pk}/"
        assert ops.patch(f"/api/v1/{path}", {"active": on}).status_code == 200


def shown(hub: Hub) -> dict[str, Any]:
    assignment = JobAssignment.objects.get()
    state: dict[str, Any] = as_user(a_user(None)).get(f"/api/v1/assignments/{assignment.pk}/").json()["syncState"]
    return state


def claimed() -> Lease[SyncOperation]:
    lease = claims.claim(Upload(), SyncOperation.objects.get(), WORKER)
    assert lease
    return lease


WORDS = {
    "customer": "the customer Prairie Air is deactivated",
    "partner": "the partner Satloc is deactivated",
    "account": "the account prairie@example.com at Satloc is deactivated",
    "person": "the account prairie@example.com at Satloc was paused by a person",
}


def of_work() -> Any:
    """Events of what waits; health says once that what is deactivated is not known."""
    return Event.objects.filter(object_type__in=["assignment", "aircraft", "log", "application"])


@pytest.mark.parametrize("what", WORDS)
def test_what_waits_says_why_rests_and_goes_on_at_once(hub: Hub, what: str) -> None:
    hub.assign()
    refreshing.schedule(hub.account)
    switch(hub, what, on=False)
    events = of_work().count()
    for _ in range(5):
        hub.work()
        hub.later(minutes=30)
    upload = shown(hub)["jobUpload"]
    assert (upload["status"], upload["attempts"], upload["nextRetry"]) == ("paused", 0, None)
    assert upload["error"].startswith(WORDS[what])
    assert (set(hub.cloud.calls()) <= {"IsAlive"}, of_work().count()) == (True, events)
    switch(hub, what, on=True)
    hub.work("job_sync", "default")
    assert shown(hub)["jobUpload"]["status"] == "synced"
    assert AircraftRefresh.objects.get().last_attempt_at is not None


@pytest.mark.parametrize("what", WORDS)
def test_a_listing_rests_says_why_and_goes_on_at_once(hub: Hub, what: str) -> None:
    hub.assign()
    hub.work("job_sync", "data_poll")
    listings = hub.cloud.calls()["GetAircraftLogs"]
    switch(hub, what, on=False)
    hub.later(hours=1)
    hub.work()
    state = shown(hub)["dataPolling"]
    assert (state["status"], state["error"][: len(WORDS[what])]) == ("paused", WORDS[what])
    assert shown(hub)["jobUpload"]["error"] is None
    assert hub.cloud.calls()["GetAircraftLogs"] == listings
    switch(hub, what, on=True)
    hub.work("data_poll")
    assert hub.cloud.calls()["GetAircraftLogs"] == listings + 1


@pytest.mark.parametrize("what", WORDS)
def test_work_under_way_ends_properly(hub: Hub, what: str) -> None:
    hub.assign()
    lease = claimed()
    switch(hub, what, on=False)
    engine.run(lease)
    assert shown(hub)["jobUpload"]["status"] == "synced"
    assert shown(hub)["dataPolling"]["status"] == "paused"


@pytest.mark.parametrize("what", WORDS)
def test_what_comes_to_be_due_while_it_rests_is_looked_at_once_a_day(hub: Hub, what: str) -> None:
    switch(hub, what, on=False)
    hub.assign()
    assert [hub.work("job_sync"), hub.work("job_sync")] == [1, 0]
    assert SyncOperation.objects.filter(due_at__gt=now() + DAY / 2, attempts=0, sent_at=None).exists()


@pytest.mark.parametrize("what", WORDS)
def test_what_was_switched_on_between_the_look_and_the_end_is_due_at_once(hub: Hub, what: str) -> None:
    hub.assign()
    switch(hub, what, on=False)
    hub.later(days=2)
    lease = claimed()
    switch(hub, what, on=True)
    engine.run(lease)
    assert hub.work("job_sync") == 1
    assert shown(hub)["jobUpload"]["status"] == "synced"


def test_a_worker_that_gives_back_while_a_person_resumes_never_loses_the_wake(hub: Hub) -> None:
    hub.assign()
    for _ in range(10):
        system_users.pause(PartnerSystemUser.objects.get(), actor="test")
        hub.later(days=2)
        lease = claimed()
        together(lambda lease=lease: engine.run(lease), lambda: system_users.resume(PartnerSystemUser.objects.get(), actor="t"))  # type: ignore[misc]
        assert SyncOperation.objects.filter(due_at__lte=now(), status="pending").exists()


def test_an_account_of_its_own_mind_stays_as_it_is_when_its_partner_goes_on(hub: Hub) -> None:
    paused = an_account(hub.customer, hub.partner, "second", paused_by_person=True)
    for account in (paused, hub.account):
        refreshing.schedule(account)
    switch(hub, "partner", on=False)
    switch(hub, "partner", on=True)
    due = AircraftRefresh.objects.filter(due_at__lte=now())
    assert list(due.values_list("system_user", flat=True)) == [hub.account.pk]


def test_a_second_reason_holds_when_the_first_is_over(hub: Hub) -> None:
    hub.assign()
    for what in ("account", "customer"):
        switch(hub, what, on=False)
    switch(hub, "customer", on=True)
    assert hub.work("job_sync") == 0
    assert shown(hub)["jobUpload"]["error"].startswith(WORDS["account"])


def test_switching_costs_the_same_for_one_row_and_for_many(hub: Hub) -> None:
    counts = []
    for number in range(40):
        aircraft = Aircraft.objects.create(system_user=hub.account, external_id=f"x{number}")
        PollTarget.objects.create(system_user=hub.account, aircraft=aircraft, share_key=hub.account.pk, status="idle")
        if number in (0, 39):
            with CaptureQueriesContext(connection) as asked:
                switch(hub, "partner", on=False)
                switch(hub, "partner", on=True)
            counts.append(len(asked))
    assert counts[0] == counts[1]
