"""A database of its own, filled with a season of work: what the figures of lists and pages are taken with."""

import os
from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

JOBS_EACH = 10
ACCOUNTS = 200
OPEN_ATTENTION = 400
BATCH = 5_000


def prepare() -> None:
    """Django on a database of its own."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from django.db import connection
    from django.test.utils import setup_test_environment

    setup_test_environment(debug=False)
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:  # as docs/production.md asks for
            cursor.execute("SET max_parallel_workers_per_gather = 0; SET jit = off")


def insert(model: Any, rows: Iterator[Any]) -> None:
    """Make them all, each a dict by the names of the model's attributes."""
    from django.db import transaction

    from work import inserting

    while batch := list(islice(rows, BATCH)):
        with transaction.atomic():
            inserting.insert(model, batch)


def fill(assignments: int) -> None:
    """Operators whose work has gone on for a season: most of it is done, a hundredth waits, some of it for a person."""
    from tests.support.scene import a_customer, a_partner, a_user, an_account

    customers = [a_customer(f"operator{number}") for number in range(ACCOUNTS // 10)]
    pilots = [a_user(customer) for customer in customers for _ in range(JOBS_EACH)]
    partner = a_partner()
    accounts = [an_account(customers[number % len(customers)], partner, f"login{number}") for number in range(ACCOUNTS)]
    _jobs_and_assignments(assignments, pilots, accounts)
    _uploads()
    _flights(assignments // 4)
    _attention()


def _jobs_and_assignments(assignments: int, pilots: list[Any], accounts: list[Any]) -> None:
    from assignments.models import Job, JobAssignment
    from assignments.states import AssignmentStatus
    from work.clock import now

    mine = {account.customer_id: [pilot for pilot in pilots if pilot.customer_id == account.customer_id] for account in accounts}
    ended = now()
    numbers = range(1000, 1000 + assignments // JOBS_EACH)
    of_jobs = ({"number": number, "customer_id": accounts[number % ACCOUNTS].customer_id, "name": "Field"} for number in numbers)
    insert(Job, of_jobs)
    insert(
        JobAssignment,
        (
            {
                "job_id": number,
                "user_id": pilot.pk,
                "partner_type": "satloc",
                "system_user_id": accounts[number % ACCOUNTS].pk,
                "status": AssignmentStatus.SENT if number % 50 == 0 else AssignmentStatus.COMPLETED,
                "ended_at": None if number % 50 == 0 else ended,
            }
            for number in numbers
            for pilot in mine[accounts[number % ACCOUNTS].customer_id][:JOBS_EACH]
        ),
    )


def _uploads() -> None:
    from assignments.models import JobAssignment, SyncOperation
    from assignments.states import Operation, SyncStatus
    from work.clock import now

    at = now() - timedelta(minutes=3)
    rows = JobAssignment.objects.values_list("pk", "system_user").iterator()
    states = (SyncStatus.PENDING, SyncStatus.GAVE_UP, *[SyncStatus.SYNCED] * 98)
    insert(
        SyncOperation,
        (
            {
                "assignment_id": key,
                "operation": Operation.JOB_UPLOAD,
                "status": (status := states[number % len(states)]),
                "share_key": account,
                "error_code": "NETWORK_ERROR" if status == SyncStatus.GAVE_UP else "",
                "due_at": at if status == SyncStatus.PENDING else None,
                "rank_at": at if status == SyncStatus.PENDING else None,
            }
            for number, (key, account) in enumerate(rows)
        ),
    )


def _flights(count: int) -> None:
    from accounts.models import Customer
    from flightdata.models import Application, ApplicationFile
    from flightdata.states import ApplicationStatus

    customer = Customer.objects.order_by("pk")[0]
    mine = {"customer_id": customer.pk}
    files = ({**mine, "sha256": f"{number:064x}", "size": 1, "storage_key": "k"} for number in range(count))
    insert(ApplicationFile, files)
    rows = ApplicationFile.objects.values_list("pk", flat=True).iterator()
    insert(Application, ({**mine, "file_id": key, "status": ApplicationStatus.PARSED} for key in rows))


def _attention() -> None:
    from assignments.models import JobAssignment
    from work.models import Attention

    rows = JobAssignment.objects.select_related("job")[:OPEN_ATTENTION]
    insert(
        Attention,
        (
            {
                "kind": "uploadGaveUp",
                "object_type": "assignment",
                "object_id": str(row.pk),
                "tenant_id": row.tenant_id,
                "reason": "it gave up",
            }
            for row in rows
        ),
    )


def forget() -> None:
    """Take the database away."""
    from django.db import connection

    connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)
