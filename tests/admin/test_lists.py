"""Every list and page, empty and full: exactly as many statements for one row as for many, and every filter answers."""

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import Mailing, Notice, RememberedRequest, RequestLimit, SignInLimit
from accounts.services import tokens
from accounts.services.customers import change_customer
from accounts.states import MailingStatus
from assignments.models import PollTarget, Sweep, SyncOperation
from assignments.states import Operation, PollStatus, SweepStatus, SyncStatus
from canary.models import Canary, Run
from canary.states import CanaryStatus, Step
from flightdata.models import Coverage, Interpretation, JobFlight, LogVersion
from flightdata.states import CoverageStatus, DecidedBy
from partners.models import AircraftRefresh, CallCounter, HealthCheck, HealthResult, PartnerCall
from partners.states import CheckStatus, RefreshStatus
from tests.support.world import Tenant, a_tenant
from work import attention, history
from work.clock import now
from work.models import BeatTick, Slot, WorkerHeartbeat

pytestmark = pytest.mark.thorough

HUB_APPS = ("accounts", "partners", "assignments", "flightdata", "canary", "work")
MODELS = [model for app in HUB_APPS for model in apps.get_app_config(app).get_models()]
SIGNED_IN = 2
"""Statements of every page: the session and its user."""

MORE: dict[str, int] = {
    "assignments.JobAssignment": 1,  # its operations
    "assignments.SyncOperation": 1,  # the same
    "flightdata.Application": 2,  # the current reading, and the jobs
    "partners.Partner": 1,  # the adapters to choose from
    "partners.HealthCheck": 1,  # the partners to choose from
    "partners.HealthResult": 1,  # the same
}
"""Statements of a list beyond counting and reading its rows."""


def list_of(model: type[Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def fill(name: str) -> None:
    """One more of everything."""
    tenant = a_tenant(name)
    _of_accounts(tenant, name)
    _of_partners(tenant)
    _of_flights(tenant)
    attention.raise_once("logFailed", "log", tenant.log.pk, tenant_id=tenant.customer.pk, reason="r")
    history.record("log", tenant.log.pk, "moved", actor="clock")
    change_customer(tenant.customer, actor="user root", name=f"{name} air")
    Canary.objects.create(status=CanaryStatus.RESTING)
    Run.objects.create(started_at=now(), duration=timedelta(0), step=Step.RECORDS, passed=True)
    Slot.objects.create(pool=name, number=1)
    BeatTick.objects.create(host=name, pid=1, last_tick=now())
    WorkerHeartbeat.objects.create(name=name, queue="default", last_seen=now())


def _of_accounts(tenant: Tenant, name: str) -> None:
    tokens.make(tenant.office)
    RememberedRequest.objects.create(user=tenant.office, key="k", fingerprint="f")
    SignInLimit.objects.create(key=name)
    RequestLimit.objects.create(user=tenant.office, name="exports")
    Notice.objects.create(subject=name, text="t")
    Mailing.objects.create(name=name, status=MailingStatus.IDLE)


def _of_partners(tenant: Tenant) -> None:
    HealthCheck.objects.create(partner=tenant.partner, system_user=tenant.account, status=CheckStatus.IDLE)
    AircraftRefresh.objects.create(system_user=tenant.account, status=RefreshStatus.IDLE)
    HealthResult.objects.create(partner=tenant.partner, system_user=tenant.account, healthy=True)
    PartnerCall.objects.create(system_user=tenant.account, operation="ping", method="GET", url="u", outcome="OK", duration_ms=1)
    CallCounter.objects.create(system_user=tenant.account, hour=now(), operation="list_logs", calls=2)
    SyncOperation.objects.create(assignment=tenant.assignment, operation=Operation.JOB_UPLOAD, status=SyncStatus.SYNCED)
    PollTarget.objects.create(system_user=tenant.account, aircraft=tenant.aircraft, status=PollStatus.IDLE)
    Sweep.objects.create(name=tenant.customer.code, status=SweepStatus.IDLE)


def _of_flights(tenant: Tenant) -> None:
    application = tenant.application
    LogVersion.objects.create(log=tenant.log, number=1, file=application.file, sha256="a" * 64, size=1)
    Interpretation.objects.create(
        application=application, parser="satloc", parser_version="1", options_hash="h", current=True, track_key="t",
        lines=3, records=1, rejects=1, comments=1,
    )  # fmt: skip
    flight = JobFlight.objects.create(
        application=application, job=tenant.job, assignment=tenant.assignment, decided_by=DecidedBy.RULE, score=1.0
    )
    Coverage.objects.create(job=tenant.job, flight=flight, status=CoverageStatus.MEASURED, union=1.5)


def statements(client: Client, address: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        response = client.get(address)
    assert response.status_code == 200, address
    return len(asked)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_an_empty_list_opens(ops: Client, model: type[Model]) -> None:
    assert ops.get(list_of(model)).status_code == 200
    assert ops.get(list_of(model), {"q": "nothing"}).status_code == 200


def test_a_list_costs_the_same_for_one_row_and_for_many(ops: Client) -> None:
    fill("first")
    few = {model._meta.label: statements(ops, list_of(model)) for model in MODELS}
    assert few == {label: SIGNED_IN + 2 + MORE.get(label, 0) for label in few}
    for name in ("second", "third", "fourth"):
        fill(name)
    many = {model._meta.label: statements(ops, list_of(model)) for model in MODELS}
    assert many == few


def test_every_page_opens_with_its_links_and_its_history(ops: Client) -> None:
    fill("first")
    for model in MODELS:
        page, row = admin.site._registry[model], model._default_manager.order_by("pk").first()
        assert row is not None, model
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[row.pk])
        assert ops.get(address).status_code == 200, address
        links: list[Any] = page.links(page.get_queryset(ops.get(address).wsgi_request).get(pk=row.pk))  # type: ignore[attr-defined]
        assert [ops.get(link.address).status_code for link in links] == [200] * len(links), address
        if page.object_type:  # type: ignore[attr-defined]
            assert ops.get(address.replace("/change/", "/history/")).status_code == 200


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_answer_of_every_filter_opens(ops: Client, model: type[Model]) -> None:
    request = ops.get(list_of(model)).wsgi_request
    page: Any = admin.site._registry[model]
    asked = [one for one in page.list_filter if isinstance(one, type) and issubclass(one, SimpleListFilter)]
    for question in asked:
        for answer, _ in question(request, {}, model, page).lookup_choices:
            assert ops.get(f"{list_of(model)}?{question.parameter_name}={answer}").context["cl"].result_count >= 0


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_no_select_lists_a_whole_table(ops: Client, model: type[Model]) -> None:
    page: Any = admin.site._registry[model]
    request = ops.get(list_of(model)).wsgi_request
    own = {field.name for field in model._meta.fields if field.is_relation}
    chosen = {*page.autocomplete_fields, *page.raw_id_fields, *page.get_readonly_fields(request)}
    assert own <= chosen


def test_a_huge_table_is_counted_up_to_a_bound(ops: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.admin_base.paging.MOST_COUNTED", 2)
    for name in ("first", "second", "third"):
        fill(name)
    response = ops.get("/admin/partners/partnercall/")
    assert response.context["cl"].result_count == 2
    assert "Narrow them by search or filters" in response.content.decode()
