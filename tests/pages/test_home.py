"""The start page of each role."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from assignments.models import JobAssignment
from assignments.states import AssignmentStatus, JobStatus
from flightdata.models import Application
from tests.support.scene import a_job
from tests.support.world import Tenant
from work import attention

Read = Callable[..., str]


def state_shown(page: str) -> str:
    return page.split('data-state="')[1].split('"')[0]


@pytest.mark.parametrize(
    ("status", "revision", "word"),
    [
        (AssignmentStatus.NEW, None, "notSent"),
        (AssignmentStatus.SENT, 1, "sent"),
        (AssignmentStatus.NEW, 1, "sent"),
        (AssignmentStatus.COMPLETED, 1, "completed"),
        (AssignmentStatus.CANCELLED, 1, "notSent"),
    ],
)
def test_a_job_without_flights_is_told_by_its_assignments(
    own: Tenant, read: Read, status: int, revision: int | None, word: str
) -> None:
    JobAssignment.objects.filter(pk=own.assignment.pk).update(status=status, sent_revision=revision)
    assert state_shown(read(own.office, "/")) == word


def test_a_job_with_a_flight_is_flown_until_it_is_closed(own: Tenant, flown: Application, read: Read) -> None:
    page = read(own.office, "/")
    assert state_shown(page) == "flown"
    assert '<time datetime="2026-05-01T10:00:04.250000+00:00">1 May 2026, 10:00 UTC</time>' in page
    own.job.status = JobStatus.CLOSED
    own.job.save()
    assert state_shown(read(own.office, "/")) == "completed"


@pytest.mark.parametrize("subject", ["assignment", "application", "account"])
def test_a_job_waits_where_anything_of_it_does(own: Tenant, flown: Application, read: Read, subject: str) -> None:
    kind, object_type, thing = {
        "assignment": ("uploadGaveUp", "assignment", own.assignment),
        "application": ("applicationQuarantined", "application", flown),
        "account": ("credentialsRejected", "partnerSystemUser", own.account),
    }[subject]
    attention.raise_once(kind, object_type, thing.pk, tenant_id=own.customer.pk, reason="the cloud said no & <why>")
    page = read(own.office, "/")
    assert 'data-state="waiting"' in page
    assert "the cloud said no &amp; &lt;why&gt;" in page
    assert "<strong>Next:</strong>" in page
    attention.settle(kind, object_type, thing.pk)
    assert 'data-state="waiting"' not in read(own.office, "/")


def test_planned_hectares_are_in_the_customers_units(own: Tenant, read: Read) -> None:
    metric = read(own.office, "/").split('data-label="Planned"')[1].split("</td>")[0]
    hectares = float(metric.split('value="')[1].split('"')[0])
    assert f">{hectares:,.2f} ha<" in metric
    assert "acres" not in metric
    own.customer.units = "us"
    own.customer.save()
    both = read(own.office, "/").split('data-label="Planned"')[1].split("</td>")[0]
    assert f"{hectares * 2.4710538:,.2f} acres" in both
    assert f">{hectares:,.2f} ha<" in both


def test_the_list_goes_on_page_by_page(own: Tenant, browser: Callable[[User], Client]) -> None:
    numbers = {own.job.number, *(a_job(own.customer).number for _ in range(59))}
    shown: list[int] = []
    path = "/"
    while path:
        page = browser(own.office).get(path).context["page"]
        shown += [job.number for job in page.rows]
        path = page.older
    assert shown == sorted(numbers, reverse=True)


def test_searching_finds_by_number_name_and_customer(own: Tenant, other: Tenant, ops: User, read: Read) -> None:
    own.job.name = "Wheat & rye"
    own.job.save()
    mine, theirs = (f'href="/jobs/{tenant.job.number}/"' for tenant in (own, other))
    for text in (str(own.job.number), "wheat & R", own.customer.code, own.customer.name[:5]):
        page = read(ops, "/", search=text)
        assert (mine in page, theirs in page) == (True, False), text
    assert mine not in read(own.office, "/", search="9" * 30)
    assert theirs not in read(own.office, "/", search=str(other.job.number))


def test_the_number_of_statements_does_not_grow_with_the_jobs(own: Tenant, browser: Callable[[User], Client]) -> None:
    def statements() -> int:
        client = browser(own.office)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            client.get("/")
        return len(captured)

    few = statements()
    for _ in range(20):
        job = a_job(own.customer)
        JobAssignment.objects.create(job=job, user=own.pilot)
    assert statements() == few <= 14


def test_a_pilot_sees_what_was_given_to_it_and_no_more(own: Tenant, read: Read) -> None:
    hidden = a_job(own.customer)
    page = read(own.pilot, "/")
    assert f'href="/jobs/{own.job.number}/"' in page
    assert str(hidden.number) not in page


def test_a_partner_sees_counts_of_its_logs_and_no_more(own: Tenant, other: Tenant, read: Read) -> None:
    page = read(own.partner_login, "/")
    assert "<dt>Listed, comes soon</dt><dd>1</dd>" in page
    assert own.customer.name not in page


def test_an_account_is_told_in_words(own: Tenant, read: Read) -> None:
    assert "Not tried yet" in read(own.office, "/")
    own.account.active = False
    own.account.save()
    assert "Switched off" in read(own.office, "/")


def test_nothing_from_outside_becomes_part_of_the_page(own: Tenant, read: Read) -> None:
    nasty: dict[str, Any] = {"name": '"><script>alert(1)</script>'}
    type(own.job).objects.filter(pk=own.job.pk).update(**nasty)
    for path in ("/", f"/jobs/{own.job.number}/"):
        assert "<script>alert" not in read(own.office, path)
