"""The guide's virtuals: as properties of a row and as querysets they say the same, in whatever state the row is."""

from collections.abc import Iterable
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assignments import selectors
from assignments.models import JobAssignment, SyncOperation
from assignments.states import AssignmentStatus, Operation, SyncStatus
from partners.models import Aircraft
from tests.assignments.conftest import Scene
from tests.support.scene import a_job
from work.clock import now

VIRTUALS = {
    "is_partner_assignment": selectors.partner_assignments,
    "needs_sync": selectors.needing_sync,
    "needs_polling": selectors.needing_polling,
    "outdated": selectors.outdated,
}

operations = st.fixed_dictionaries(
    {
        "operation": st.sampled_from(Operation.values),
        "status": st.sampled_from(SyncStatus.values),
        "tried": st.booleans(),
    }
)
states = st.fixed_dictionaries(
    {
        "partner": st.booleans(),
        "aircraft": st.booleans(),
        "status": st.sampled_from(AssignmentStatus.values),
        "sent_revision": st.sampled_from([None, 1, 2]),
        "revision": st.sampled_from([1, 2]),
        "operations": st.lists(operations, max_size=2, unique_by=lambda one: one["operation"]),
    }
)
"""Every combination that the database allows, likely or not."""


def make(scene: Scene, aircraft: Aircraft, state: dict[str, Any]) -> JobAssignment:
    partner = {"partner_type": "satloc", "system_user": scene.account} if state["partner"] else {}
    assignment = JobAssignment.objects.create(
        job=a_job(scene.customer, revision=state["revision"]),
        user=scene.pilot,
        aircraft=aircraft if state["aircraft"] else None,
        status=state["status"],
        sent_revision=state["sent_revision"],
        **partner,
    )
    for one in state["operations"]:
        leased = {"lease_token": assignment.pk, "lease_expires_at": now()} if one["status"] == SyncStatus.SYNCING else {}
        SyncOperation.objects.create(
            assignment=assignment,
            operation=one["operation"],
            status=one["status"],
            first_tried_at=now() if one["tried"] else None,
            **leased,
        )
    return assignment


def those(name: str, rows: Iterable[JobAssignment]) -> list[Any]:
    return sorted(row.pk for row in rows if getattr(row, name))


@given(st.lists(states, min_size=1, max_size=6))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_properties_and_querysets_agree(scene: Scene, found: list[dict[str, Any]]) -> None:
    aircraft, _ = Aircraft.objects.get_or_create(system_user=scene.account, external_id="N1")
    with transaction.atomic():
        for state in found:
            make(scene, aircraft, state)
        for name, selected in VIRTUALS.items():
            rows = JobAssignment.objects.all()
            assert list(selected(rows).order_by("pk").values_list("pk", flat=True)) == those(name, rows), name
            shown = rows.select_related("job").prefetch_related("operations")
            assert those(name, shown) == those(name, rows), name
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ({"operations": [{"operation": "job_upload", "status": "pending", "tried": False}]}, {"needs_sync"}),
        ({"operations": [{"operation": "job_upload", "status": "syncing", "tried": True}]}, {"needs_sync", "needs_polling"}),
        ({"operations": [{"operation": "job_upload", "status": "synced", "tried": True}], "sent_revision": 1}, {"needs_polling"}),
        ({"operations": [{"operation": "job_upload", "status": "gave_up", "tried": True}]}, {"needs_polling"}),
        ({"operations": [{"operation": "job_upload", "status": "synced", "tried": True}], "status": 2}, set()),
        (
            {"operations": [{"operation": "job_upload", "status": "synced", "tried": True}], "sent_revision": 1, "revision": 2},
            {"needs_polling", "outdated"},
        ),
    ],
)
def test_what_each_of_them_means(scene: Scene, state: dict[str, Any], expected: set[str]) -> None:
    aircraft = Aircraft.objects.create(system_user=scene.account, external_id="N1")
    usual = {"partner": True, "aircraft": True, "status": 1, "sent_revision": None, "revision": 1}
    row = make(scene, aircraft, {**usual, **state})
    assert {name for name in VIRTUALS if getattr(row, name)} == {"is_partner_assignment", *expected}
