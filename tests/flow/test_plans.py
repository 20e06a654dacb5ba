"""Queries that run often find their rows by an index, on both databases."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection

from accounts.models import Customer
from accounts.rest.orderings import Order, Place
from assignments.api.assignments import AssignmentFilters
from assignments.models import Job, JobAssignment, SyncOperation
from assignments.states import Operation, SyncStatus
from partners.models import PartnerSystemUser
from tests.support.once import left_as_found, made_once
from tests.support.scene import a_customer, a_partner, a_user, an_account
from work import claims, engine, kinds


@pytest.fixture
def no_scans(many_finished: None) -> None:
    """PostgreSQL reads small tables whole; told not to, it shows which index it would take."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")


@pytest.fixture(scope="module")
def finished(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Uploads of fifty customers that are done, as nearly all are: of an empty table any index is as good as the other."""
    with made_once(django_db_blocker):
        make_many_finished()
        yield


@pytest.fixture
def many_finished(finished: None) -> Iterator[None]:
    with left_as_found():
        yield


def make_many_finished() -> None:
    customers = [a_customer(f"operator{number}") for number in range(50)]
    pilot, account = a_user(customers[0]), an_account(customers[0], a_partner())
    jobs = Job.objects.bulk_create(Job(number=10_000 + number, customer=customers[number % 50]) for number in range(500))
    given = {"user": pilot, "partner_type": "satloc", "system_user": account}
    assignments = JobAssignment.objects.bulk_create(JobAssignment(job=job, **given) for job in jobs)
    states = (SyncStatus.PENDING, SyncStatus.GAVE_UP, *[SyncStatus.SYNCED] * 498)
    uploads = (
        SyncOperation(assignment=one, operation=Operation.JOB_UPLOAD, status=status)
        for one, status in zip(assignments, states, strict=True)
    )
    SyncOperation.objects.bulk_create(uploads)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@pytest.mark.usefixtures("no_scans")
@pytest.mark.parametrize("name", [kind.name for kind in kinds.all_kinds()])
def test_what_is_due_is_found_by_its_index(name: str) -> None:
    kind = next(kind for kind in kinds.all_kinds() if kind.name == name)
    index = next(index.name for index in kind.model._meta.indexes if index.fields == ["rank_at"])
    assert index in claims.claimable(kind)[:10].explain()


@pytest.mark.usefixtures("no_scans")
@pytest.mark.parametrize("move", [engine.wake, engine.rest])
@pytest.mark.parametrize("owners", [[uuid4()], PartnerSystemUser.objects.values("pk")], ids=["one", "all of a partner"])
def test_what_is_woken_and_put_to_rest_is_found_by_the_same_index(move: Any, owners: Any) -> None:
    asked: list[tuple[str, Any]] = []
    with connection.execute_wrapper(lambda run, sql, values, *rest: (asked.append((sql, values)), run(sql, values, *rest))[1]):
        move(owners)
    how = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    with connection.cursor() as cursor:
        for (sql, values), kind in zip(asked, kinds.all_kinds(), strict=True):
            cursor.execute(f"{how} {sql}", values)
            index = next(index.name for index in kind.model._meta.indexes if index.fields == ["rank_at"])
            assert index in str(cursor.fetchall())


@pytest.mark.usefixtures("no_scans")
@pytest.mark.parametrize("word", ["pending", "failed", "paused", "gaveUp"])
@pytest.mark.parametrize("whose", ["everybody's", "a customer's"])
def test_a_page_far_back_of_uploads_with_a_status_begins_in_their_index(word: str, whose: str) -> None:
    """Not at the first of them: no database concludes it from the page's beginning in the assignments. Nor with a customer's
    jobs, of which nearly all are done: SQLite counts how many rows share a status on average, not how many share this one."""
    seen = JobAssignment.objects.only("pk")
    rows = seen.filter(job__customer=Customer.objects.earliest("pk")) if whose == "a customer's" else seen
    rows = AssignmentFilters(queryset=JobAssignment.objects.all()).by_upload_status(rows, "", word)
    far_back = seen.order_by("pk")[250].pk  # of 500: beyond all but a few, PostgreSQL may as well begin with those
    asked: list[tuple[str, Any]] = []
    with connection.execute_wrapper(lambda run, sql, values, *rest: (asked.append((sql, values)), run(sql, values, *rest))[1]):
        Order().rows_after(rows, Place(str(far_back)), 5)
    how = "EXPLAIN QUERY PLAN" if connection.vendor == "sqlite" else "EXPLAIN"
    with connection.cursor() as cursor:
        cursor.execute(f"{how} {asked[0][0]}", asked[0][1])
        plan = str(cursor.fetchall())
    assert re.search(r"sync_by_status.{0,200}assignment_id\)?<|sync_by_status.{0,400}assignment_id < ", plan), plan
    assert not [named for named in ("TEMP B-TREE", "Sort") if named in plan], plan


def test_an_idle_hub_asks_little_however_many_kinds_of_work_it_knows(many_finished: None, django_assert_num_queries: Any) -> None:
    engine.tick("host", 1)
    with django_assert_num_queries(4):  # the beat's trace; expired leases; how much is due; who proved to consume
        engine.tick("host", 1)
