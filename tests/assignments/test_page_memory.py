"""A page of a list leaves nothing behind."""

import gc

from assignments.models import Job, JobAssignment, SyncOperation
from assignments.services.assigning import AssignRequest, assign
from tests.assignments.conftest import Scene
from tests.assignments.test_assigning import satloc
from tests.support.api import as_user

URL = "/api/v1/assignments/"


def rows_in_memory() -> int:
    """By their very type: `isinstance` would ask weak proxies in memory, of which some point at nothing any more."""
    return sum(type(one) in (Job, JobAssignment, SyncOperation) for one in gc.get_objects())


def test_no_rows_are_left_to_the_collector(scene: Scene) -> None:
    """Thousands of objects in circles would hold up whichever request comes when the collector does."""
    assign(scene.job, AssignRequest((satloc(scene.pilot),)), scene.office)
    client = as_user(scene.office)
    assert len(client.get(URL).json()["results"]) == 1
    gc.collect()
    gc.disable()
    try:
        before = rows_in_memory()
        client.get(URL)
        assert rows_in_memory() == before
    finally:
        gc.enable()
