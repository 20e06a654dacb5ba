"""The start page: what waits, oldest first, with its next step; every number leads to as many rows."""

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.utils.timezone import now as process_now

from accounts.models import Mailing
from assignments.models import SyncOperation
from assignments.states import Operation, SyncStatus
from flightdata.models import Application, Coverage, JobFlight
from flightdata.states import ApplicationStatus, CoverageStatus, DecidedBy
from flightdata.today import midnight
from partners.models import Partner, PartnerSystemUser
from partners.services import pausing
from tests.support.scene import a_job
from tests.support.world import Tenant
from work import attention
from work.ids import first_id_at, new_id
from work.leases import due
from work.models import Attention

STATEMENTS = 34
"""Of the page with sign-in, whatever waits, two of them for each kind of work; one more is a decision."""


def page(client: Client) -> str:
    response = client.get("/admin/")
    assert response.status_code == 200
    return unescape(response.content.decode())


def ask(tenant: Tenant, kind: str, object_type: str, key: Any) -> None:
    attention.raise_once(kind, object_type, key, tenant_id=tenant.customer.pk, reason=f"because of {kind}")


def everything_waits(tenant: Tenant) -> None:
    ask(tenant, "credentialsRejected", "partnerSystemUser", tenant.account.pk)
    ask(tenant, "partnerUnhealthy", "partner", tenant.partner.pk)
    ask(tenant, "mailFails", "mailing", Mailing.objects.create(status="idle").pk)
    ask(tenant, "uploadGaveUp", "assignment", tenant.assignment.pk)
    ask(tenant, "uploadUnconfirmed", "assignment", tenant.assignment.pk)
    ask(tenant, "externalIdHeld", "assignment", tenant.assignment.pk)
    ask(tenant, "assignmentOutdated", "assignment", tenant.assignment.pk)
    ask(tenant, "listingFails", "aircraft", tenant.aircraft.pk)
    ask(tenant, "listingEntryUnreadable", "aircraft", tenant.aircraft.pk)
    ask(tenant, "logFailed", "log", tenant.log.pk)
    ask(tenant, "applicationQuarantined", "application", tenant.application.pk)
    ask(tenant, "applicationUnmatched", "application", tenant.application.pk)
    ask(tenant, "coverageSetAside", "coverage", Coverage.objects.create(job=tenant.job, status="set_aside").pk)


def test_an_empty_hub_has_a_start_page(ops: Client) -> None:
    shown = page(ops)
    assert "Nothing waits for a person." in shown
    assert "There is no active partner yet." in shown


def test_the_oldest_comes_first(ops: Client, tenant: Tenant) -> None:
    ask(tenant, "logFailed", "log", tenant.log.pk)
    ask(tenant, "uploadGaveUp", "assignment", tenant.assignment.pk)
    Attention.objects.filter(kind="logFailed").update(since=process_now() - timedelta(hours=5))
    shown = page(ops)
    assert shown.index("because of logFailed") < shown.index("because of uploadGaveUp")
    assert "5 h" in shown


def test_all_that_waits_has_a_next_step_that_opens(ops: Client, tenant: Tenant) -> None:
    everything_waits(tenant)
    shown = page(ops)
    rows = re.findall(r'<tr>\s*<td><a class="hub-what".*?</tr>', shown, re.DOTALL)
    assert len(rows) == Attention.objects.count()
    for row in rows:
        steps = re.findall(r'class="hub-button hub-small[^"]*" href="([^"]+)"', row)
        assert steps, row
        assert [ops.get(step).status_code for step in steps] == [200] * len(steps)


def test_a_refused_password_leads_to_the_form_where_it_is_corrected(ops: Client, tenant: Tenant) -> None:
    ask(tenant, "credentialsRejected", "partnerSystemUser", tenant.account.pk)
    assert f'hub-primary" href="/admin/partners/partnersystemuser/{tenant.account.pk}/change/">Correct the password' in page(ops)


def test_what_is_settled_waits_no_longer(ops: Client, tenant: Tenant) -> None:
    ask(tenant, "logFailed", "log", tenant.log.pk)
    attention.settle("logFailed", "log", tenant.log.pk)
    assert "because of logFailed" not in page(ops)


def work_everywhere(tenant: Tenant) -> None:
    SyncOperation.objects.create(
        assignment=tenant.assignment, operation=Operation.JOB_UPLOAD, status=SyncStatus.PENDING, **due(timedelta(0), "normal")
    )
    Application.objects.update(status=ApplicationStatus.PARSED)
    Partner.objects.update(health="unhealthy", health_since=process_now(), health_error="it is down")
    PartnerSystemUser.objects.update(paused_by_person=True)
    everything_waits(tenant)


def test_each_number_leads_to_as_many_rows(ops: Client, tenant: Tenant) -> None:
    work_everywhere(tenant)
    numbers = re.findall(r'<a class="hub-link[^"]*" href="(/admin/[^"]+)">([\d,]+)</a>', page(ops))
    assert len(numbers) >= 25
    assert {value for _, value in numbers} == {"0", "1"}
    for address, value in numbers:
        listed = ops.get(address).context["cl"].result_count
        assert listed == int(value), address


def test_a_partner_that_is_down_is_said_so(ops: Client, tenant: Tenant) -> None:
    work_everywhere(tenant)
    assert "unhealthy" in page(ops)
    assert "it is down" in page(ops)
    Partner.objects.update(active=False)
    assert "it is down" not in page(ops)


@pytest.mark.parametrize("times", [0, 30])
def test_the_page_costs_the_same_whatever_waits(ops: Client, tenant: Tenant, times: int, django_assert_num_queries: Any) -> None:
    work_everywhere(tenant)
    for number in range(times):
        ask(tenant, "logFailed", "log", f"{number:032x}")
    with django_assert_num_queries(STATEMENTS):
        ops.get("/admin/")


def test_states_of_many_accounts_are_those_of_each(tenant: Tenant, settings: Any) -> None:
    from partners.account_states import with_state
    from partners.selectors import state_of, visible_system_users

    root = tenant.office
    for change in ({}, {"verified_at": process_now()}, {"failures": settings.HUB.failure_threshold}, {"paused_by_person": True}):
        PartnerSystemUser.objects.update(**change)
        assert with_state(PartnerSystemUser.objects.all()).get().state == state_of(visible_system_users(root).get())
    pausing.note_refusal(tenant.account, type("Refused", (Exception,), {"message": "no"})())
    assert with_state(PartnerSystemUser.objects.all()).get().state == state_of(visible_system_users(root).get())


def test_today_s_hectares_count_each_flight_once(ops: Client, tenant: Tenant) -> None:
    Application.objects.update(status=ApplicationStatus.PARSED)
    for job in (tenant.job, a_job(tenant.customer)):
        flight = JobFlight.objects.create(application=tenant.application, job=job, decided_by=DecidedBy.PERSON)
        Coverage.objects.create(job=job, flight=flight, status=CoverageStatus.MEASURED, union=33.97)
    assert "34.0 ha" in page(ops)
    Application.objects.update(superseded_at=process_now())
    assert "0.0 ha" in page(ops)


def test_only_today_counts(db: None) -> None:
    assert first_id_at(midnight()) < new_id() < first_id_at(midnight() + timedelta(days=2))
