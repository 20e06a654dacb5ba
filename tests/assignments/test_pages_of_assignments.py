"""Pages of assignments, which are read by their keys: nothing is left out, whatever happens in between."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from assignments.models import JobAssignment
from assignments.services.assigning import AssignRequest, assign
from tests.assignments.conftest import Scene
from tests.assignments.test_assigning import satloc
from tests.support.api import as_user
from tests.support.scene import a_job

URL = "/api/v1/assignments/"


@pytest.mark.parametrize("narrowed", [{}, {"uploadStatus": "pending"}, {"uploadStatus": "pending", "needsSync": "true"}])
def test_pages_lead_on_and_back(scene: Scene, narrowed: dict[str, str]) -> None:
    for _ in range(5):
        assign(a_job(scene.customer), AssignRequest((satloc(scene.pilot),)), scene.office)
    client = as_user(scene.office)
    first = client.get(URL, {"pageSize": 2, **narrowed}).json()
    second = client.get(first["next"]).json()
    third = client.get(second["next"]).json()
    keys = [row["id"] for page in (first, second, third) for row in page["results"]]
    assert keys == [str(key) for key in JobAssignment.objects.order_by("-pk").values_list("pk", flat=True)]
    assert (first["previous"], third["next"]) == (None, None)
    assert client.get(third["previous"]).json()["results"] == second["results"]


def test_a_row_that_goes_while_a_page_is_read_ends_no_list(scene: Scene) -> None:
    for _ in range(4):
        assign(a_job(scene.customer), AssignRequest((satloc(scene.pilot),)), scene.office)
    newest, *others = JobAssignment.objects.order_by("-pk")
    gone: list[Any] = []

    def take_the_newest_away(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if '"assignments_jobassignment"."id" IN (' in sql and not gone:
            gone.append(newest.pk)
            newest.delete()
        return execute(sql, *rest)

    with connection.execute_wrapper(take_the_newest_away):
        page = as_user(scene.office).get(URL, {"pageSize": 2}).json()
    assert gone
    assert [row["id"] for row in page["results"]] == [str(row.pk) for row in others[:2]]
    assert page["next"], "there is one more"
