"""Enum, moves, exits and the database say the same of every state."""

from typing import Any

import pytest
from django.db import IntegrityError, models, transaction

from assignments import states
from assignments.models import Job, JobAssignment, PollTarget, Sweep, SyncOperation
from assignments.services.assigning import AssignRequest, assign
from assignments.services.listings import poll_now
from tests.assignments.conftest import Scene
from tests.assignments.test_assigning import satloc
from work.clock import now
from work.states import Machine

MACHINES: list[tuple[type[models.Model], Machine, Any]] = [
    (Job, states.job, states.JobStatus),
    (JobAssignment, states.assignment, states.AssignmentStatus),
    (SyncOperation, states.sync, states.SyncStatus),
    (PollTarget, states.poll, states.PollStatus),
    (Sweep, states.sweep, states.SweepStatus),
]
LEASED = ("syncing", "polling", "sweeping")


@pytest.fixture
def one_of_each(scene: Scene) -> None:
    made = assign(scene.job, AssignRequest((satloc(scene.pilot),)), scene.office).assigned[0].assignment
    poll_now(made, actor="test")


@pytest.mark.parametrize(("model", "machine", "enum"), MACHINES, ids=lambda one: getattr(one, "__name__", ""))
@pytest.mark.usefixtures("one_of_each")
def test_the_database_takes_every_state_and_no_other(model: type[models.Model], machine: Machine, enum: Any) -> None:
    rows = model._default_manager
    assert set(map(str, enum.values)) == set(machine.moves) == set(machine.exits)
    row = rows.order_by("pk").first()
    assert row is not None
    for value in enum.values:
        leased = {"lease_token": row.pk, "lease_expires_at": now()} if value in LEASED else {}
        unleased = {"lease_token": None, "lease_expires_at": None} if hasattr(row, "lease_token") else {}
        assert rows.filter(pk=row.pk).update(status=value, **{**unleased, **leased}) == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        rows.filter(pk=row.pk).update(status=9 if isinstance(enum.values[0], int) else "odd")


@pytest.mark.parametrize(("model", "machine", "enum"), MACHINES, ids=lambda one: getattr(one, "__name__", ""))
def test_every_state_has_an_exit_or_is_final(model: type[models.Model], machine: Machine, enum: Any) -> None:
    for state, exits in machine.exits.items():
        assert exits == "final" or "clock:" in exits or "person:" in exits
        assert bool(machine.moves[state]) == (exits != "final")
