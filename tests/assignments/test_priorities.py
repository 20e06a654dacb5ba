"""An assignment's priority orders the real claims of its upload and of the listing of its aircraft, and low is never starved."""

import itertools
from datetime import timedelta
from typing import Any

import pytest
from django.db.models import F

from assignments.models import JobAssignment, PollTarget, SyncOperation
from assignments.partner_config import PartnerConfig
from assignments.services import changing, listings, uploads
from assignments.services.assigning import AssignRequest, assign
from assignments.states import PollStatus, SyncStatus
from tests.assignments.conftest import Scene
from tests.assignments.test_assigning import satloc
from tests.support.scene import a_job, a_user
from work.claims import Candidates
from work.leases import Lease

PRIORITIES = ("low", "high", "normal", "low", "high", "normal")
TAILS = itertools.count()
BY_RANK = sorted(PRIORITIES, key=["high", "normal", "low"].index)


def sent_out(scene: Scene, *priorities: str) -> list[JobAssignment]:
    """One job to aircraft that nobody else has, in this order."""
    asked = [satloc(a_user(scene.customer), f"N{next(TAILS)}", priority=word) for word in priorities]
    return [one.assignment for one in assign(a_job(scene.customer), AssignRequest(tuple(asked)), scene.office).assigned]


def next_of(queue: str) -> Lease[Any]:
    """What a worker gets now; done at once."""
    lease = Candidates.of(queue).next_lease("worker")
    assert lease
    lease.settle(SyncStatus.SYNCED if queue == "job_sync" else PollStatus.IDLE)
    return lease


def later(**by: float) -> None:
    """Time passes for what is due."""
    for model in (SyncOperation, PollTarget):
        passed = {"due_at": F("due_at") - timedelta(**by), "rank_at": F("rank_at") - timedelta(**by)}
        model.objects.filter(due_at__isnull=False).update(**passed)


def test_uploads_leave_by_priority_however_they_were_asked_for(scene: Scene) -> None:
    sent_out(scene, *PRIORITIES)
    assert [next_of("job_sync").item.priority for _ in PRIORITIES] == BY_RANK


def test_listings_are_made_by_priority(scene: Scene) -> None:
    for assignment in sent_out(scene, *PRIORITIES):
        listings.list_soon(assignment, timedelta(0))
    assert [next_of("data_poll").item.priority for _ in PRIORITIES] == BY_RANK


@pytest.mark.parametrize("queue", ["job_sync", "data_poll"])
def test_a_low_one_waits_two_minutes_under_any_load_and_then_goes(scene: Scene, queue: str) -> None:
    """Twice as much comes in as is worked off, all of it more urgent."""
    (low,) = sent_out(scene, "low")
    listings.list_soon(low, timedelta(0))
    done = []
    for _ in range(26):
        for assignment in sent_out(scene, "high", "high"):
            listings.list_soon(assignment, timedelta(0))
        item = next_of(queue).item
        done.append(item.assignment_id if queue == "job_sync" else item.aircraft_id)
        later(seconds=10)
    assert (low.pk if queue == "job_sync" else low.aircraft_id) in done
    assert done[0] not in (low.pk, low.aircraft_id)


def test_a_changed_priority_ranks_what_waits_anew(scene: Scene) -> None:
    first, second = sent_out(scene, "normal", "normal")
    changing.reconfigure(second, PartnerConfig.from_wire({**second.partner_config, "priority": "high"}), actor="test")
    assert [next_of("job_sync").item.assignment_id for _ in range(2)] == [second.pk, first.pk]


def test_a_person_who_asks_again_goes_first(scene: Scene) -> None:
    *_, low = sent_out(scene, "normal", "high", "low")
    later(minutes=1)
    SyncOperation.objects.filter(assignment=low).update(status=SyncStatus.GAVE_UP, due_at=None, rank_at=None)
    uploads.retry(low, actor="user ann")
    later(seconds=1)
    order = [next_of("job_sync").item.assignment_id for _ in range(3)]
    assert order.index(low.pk) < 2, "before all that is less urgent than high and as old"
