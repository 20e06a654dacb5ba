"""Each action is clicked through its addresses: from the list, from the object's page, and where the state refuses it."""

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.messages import get_messages
from django.db.models import Model
from django.test import Client
from django.urls import reverse

import agmission_partners.urls  # noqa: F401  # finds the pages, whoever asks for their actions
from accounts.models import ApiToken, AuditEntry, User
from accounts.services import tokens
from assignments.models import JobAssignment, PollTarget, SyncOperation
from assignments.states import AssignmentStatus, Operation, PollStatus, SyncStatus
from flightdata.models import Application, Coverage, Export, PartnerLog
from flightdata.states import ApplicationStatus, CoverageStatus, ExportStatus, LogStatus
from partners.models import PartnerSystemUser
from tests.support.once import once_for_module
from tests.support.world import Tenant, a_tenant
from work import history

pytestmark = pytest.mark.thorough

kept, db = once_for_module(lambda: a_tenant("prairie"))

OWN = [(page, action) for page in admin.site._registry.values() for action in getattr(page, "person_actions", ())]
CALLS_PARTNERS = ("verify", "list-aircraft", "check")


def list_of(model: type[Model]) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def page_of(row: Model, action: str) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_do", args=[row.pk, action])


def choose(client: Client, action: str, rows: list[Any], confirmed: str = "", **environ: str) -> Any:
    """The first click: rows ticked in the list, and an action chosen; `confirmed`: the second too."""
    body = {"action": action, "index": "0", "_selected_action": [str(row.pk) for row in rows]}
    return client.post(list_of(type(rows[0])), {**body, **({"confirmed": confirmed} if confirmed else {})}, **environ)


def said(response: Any) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def an_upload(tenant: Tenant, status: str, **fields: Any) -> SyncOperation:
    return SyncOperation.objects.create(assignment=tenant.assignment, operation=Operation.JOB_UPLOAD, status=status, **fields)


def in_upload_state(tenant: Tenant, status: str) -> JobAssignment:
    an_upload(tenant, status)
    return tenant.assignment


def completed(tenant: Tenant) -> JobAssignment:
    JobAssignment.objects.update(status=AssignmentStatus.COMPLETED)
    return JobAssignment.objects.get()


def a_log(tenant: Tenant, status: str) -> PartnerLog:
    PartnerLog.objects.update(status=status)
    return PartnerLog.objects.get()


def an_application(tenant: Tenant, status: str) -> Application:
    Application.objects.update(status=status)
    return Application.objects.get()


def an_export(tenant: Tenant, status: str) -> Export:
    Export.objects.update(status=status, expires_at="2999-01-01T00:00Z")
    return Export.objects.get()


def paused(tenant: Tenant) -> PartnerSystemUser:
    PartnerSystemUser.objects.update(paused_by_person=True)
    return PartnerSystemUser.objects.get()


def a_listing(tenant: Tenant) -> PollTarget:
    return PollTarget.objects.create(system_user=tenant.account, aircraft=tenant.aircraft, status=PollStatus.IDLE)


def a_coverage(tenant: Tenant) -> Coverage:
    return Coverage.objects.create(job=tenant.job, status=CoverageStatus.SET_ASIDE)


GOOD: dict[tuple[type[Model], str], Any] = {
    (JobAssignment, "retry"): lambda tenant: in_upload_state(tenant, SyncStatus.GAVE_UP),
    (JobAssignment, "confirm"): lambda tenant: in_upload_state(tenant, SyncStatus.UNCONFIRMED),
    (JobAssignment, "resend"): lambda tenant: in_upload_state(tenant, SyncStatus.SYNCED),
    (JobAssignment, "poll"): lambda tenant: tenant.assignment,
    (JobAssignment, "complete"): lambda tenant: tenant.assignment,
    (JobAssignment, "reopen"): completed,
    (JobAssignment, "cancel"): lambda tenant: tenant.assignment,
    (SyncOperation, "retry"): lambda tenant: an_upload(tenant, SyncStatus.GAVE_UP),
    (SyncOperation, "confirm"): lambda tenant: an_upload(tenant, SyncStatus.UNCONFIRMED),
    (SyncOperation, "resend"): lambda tenant: an_upload(tenant, SyncStatus.SYNCED),
    (SyncOperation, "cancel"): lambda tenant: an_upload(tenant, SyncStatus.SYNCED),
    (PollTarget, "poll"): a_listing,
    (PartnerLog, "retry"): lambda tenant: a_log(tenant, LogStatus.FAILED),
    (PartnerLog, "fetch"): lambda tenant: a_log(tenant, LogStatus.SKIPPED),
    (Application, "match"): lambda tenant: an_application(tenant, ApplicationStatus.PARSED),
    (Application, "reparse"): lambda tenant: an_application(tenant, ApplicationStatus.QUARANTINED),
    (Coverage, "measure"): a_coverage,
    (ApiToken, "revoke"): lambda tenant: tokens.make(tenant.office)[0],
    (User, "end-tokens"): lambda tenant: tokens.make(tenant.office)[0].user,
    (Export, "retry"): lambda tenant: an_export(tenant, ExportStatus.FAILED),
    (PartnerSystemUser, "pause"): lambda tenant: tenant.account,
    (PartnerSystemUser, "resume"): paused,
}
"""Action → a row that it may be done to."""

BAD: dict[tuple[type[Model], str], Any] = {
    (JobAssignment, "retry"): lambda tenant: in_upload_state(tenant, SyncStatus.SYNCED),
    (JobAssignment, "confirm"): lambda tenant: in_upload_state(tenant, SyncStatus.PENDING),
    (JobAssignment, "resend"): lambda tenant: in_upload_state(tenant, SyncStatus.GAVE_UP),
    (JobAssignment, "poll"): completed,
    (JobAssignment, "complete"): completed,
    (JobAssignment, "reopen"): lambda tenant: tenant.assignment,
    (JobAssignment, "cancel"): completed,
    (SyncOperation, "retry"): lambda tenant: an_upload(tenant, SyncStatus.SYNCED),
    (SyncOperation, "confirm"): lambda tenant: an_upload(tenant, SyncStatus.SYNCED),
    (SyncOperation, "resend"): lambda tenant: an_upload(tenant, SyncStatus.GAVE_UP),
    (SyncOperation, "cancel"): lambda tenant: (completed(tenant), an_upload(tenant, SyncStatus.SYNCED))[1],
    (PollTarget, "poll"): lambda tenant: (completed(tenant), a_listing(tenant))[1],
    (PartnerLog, "retry"): lambda tenant: a_log(tenant, LogStatus.SKIPPED),
    (PartnerLog, "fetch"): lambda tenant: a_log(tenant, LogStatus.FAILED),
    (Application, "reparse"): lambda tenant: an_application(tenant, ApplicationStatus.STORED),
    (Export, "retry"): lambda tenant: an_export(tenant, ExportStatus.WAITING),
}
"""Action → a row whose state refuses it."""

NAMES = [f"{model._meta.model_name}-{action}" for model, action in GOOD]


def test_every_action_has_a_row_it_is_tested_with() -> None:
    assert {(page.model, action.name) for page, action in OWN if action.name not in CALLS_PARTNERS} == set(GOOD)


@pytest.mark.parametrize("case", GOOD, ids=NAMES)
def test_an_action_is_listed_asks_first_and_then_says_what_it_did(ops: Client, tenant: Tenant, case: Any) -> None:
    row, action = GOOD[case](tenant), case[1]
    assert f'<option value="{action}">' in ops.get(list_of(case[0])).content.decode()
    before = type(row)._default_manager.values().get(pk=row.pk)
    question = choose(ops, action, [row])
    assert question.status_code == 200
    assert "confirmed" in question.content.decode()
    assert type(row)._default_manager.values().get(pk=row.pk) == before
    answer = choose(ops, action, [row], confirmed="yes")
    assert answer.status_code == 302
    assert [words for words in said(answer) if "1 done" in words]


@pytest.mark.parametrize("case", GOOD, ids=NAMES)
def test_an_object_s_page_offers_the_action_and_does_it(ops: Client, tenant: Tenant, case: Any) -> None:
    row = GOOD[case](tenant)
    address = page_of(row, case[1])
    assert address in ops.get(address.rsplit("/do/", 1)[0] + "/change/").content.decode()
    assert ops.get(address).status_code == 200
    answer = ops.post(address)
    assert answer.status_code == 302
    assert "1 done" in said(answer)[0]


@pytest.mark.parametrize("case", BAD, ids=[f"{model._meta.model_name}-{action}" for model, action in BAD])
def test_what_the_state_refuses_is_skipped_with_the_reason_and_not_offered(ops: Client, tenant: Tenant, case: Any) -> None:
    row = BAD[case](tenant)
    address = page_of(row, case[1])
    assert address not in ops.get(address.rsplit("/do/", 1)[0] + "/change/").content.decode()
    before = type(row)._default_manager.values().get(pk=row.pk)
    (words,) = said(choose(ops, case[1], [row], confirmed="yes"))
    assert "was skipped: " in words
    assert type(row)._default_manager.values().get(pk=row.pk) == before


def test_one_that_refuses_stops_no_other(ops: Client, tenant: Tenant) -> None:
    failed = a_log(tenant, LogStatus.FAILED)
    fine = PartnerLog.objects.create(
        system_user=tenant.account, customer=tenant.customer, aircraft=tenant.aircraft, external_log_id="x", status="skipped"
    )
    words = said(choose(ops, "retry", [failed, fine], confirmed="yes"))
    assert [one for one in words if "1 done" in one]
    assert [one for one in words if "x was skipped: the log is skipped" in one]


def test_who_did_it_is_on_record(ops: Client, tenant: Tenant) -> None:
    choose(ops, "complete", [tenant.assignment], confirmed="yes")
    newest = history.of("assignment", tenant.assignment.pk).first()
    assert newest is not None
    assert newest.actor == "user root"
    shown = ops.get(reverse("admin:assignments_jobassignment_history", args=[tenant.assignment.pk])).content.decode()
    assert "user root" in shown


@pytest.mark.parametrize("case", GOOD, ids=NAMES)
def test_every_action_is_in_the_audit_trail_with_its_address(ops: Client, tenant: Tenant, case: Any) -> None:
    row = GOOD[case](tenant)
    seen = list(AuditEntry.objects.values_list("pk", flat=True))
    choose(ops, case[1], [row], confirmed="yes", REMOTE_ADDR="192.0.2.7")
    entries = AuditEntry.objects.exclude(pk__in=seen)
    assert entries
    assert {(one.actor, one.via, one.address) for one in entries} == {("user root", "session", "192.0.2.7")}


def test_confirming_takes_the_partner_s_id(ops: Client, tenant: Tenant) -> None:
    in_upload_state(tenant, SyncStatus.UNCONFIRMED)
    ops.post(page_of(tenant.assignment, "confirm"), {"external_job_id": "SL-77"})
    tenant.assignment.refresh_from_db()
    assert tenant.assignment.external_job_id == "SL-77"


@pytest.mark.parametrize(("numbers", "words"), [("12a", "digits only"), ("999999", "There is no job 999999")])
def test_job_numbers_that_cannot_be_are_refused_in_the_form(ops: Client, tenant: Tenant, numbers: str, words: str) -> None:
    row = an_application(tenant, ApplicationStatus.PARSED)
    answer = ops.post(page_of(row, "match"), {"job_numbers": numbers})
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not row.flights.exists()


def test_matching_ties_the_flight_to_the_jobs_for_good(ops: Client, tenant: Tenant) -> None:
    row = an_application(tenant, ApplicationStatus.PARSED)
    ops.post(page_of(row, "match"), {"job_numbers": str(tenant.job.number)})
    flight = row.flights.get()
    assert (flight.job_id, flight.decided_by) == (tenant.job.number, "person")


def test_too_many_at_once_do_nothing(ops: Client, tenant: Tenant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("accounts.admin_base.asking.MOST_AT_ONCE", 0)
    (words,) = said(choose(ops, "complete", [tenant.assignment], confirmed="yes"))
    assert "at most 0 at once" in words
    assert JobAssignment.objects.get().status == AssignmentStatus.NEW


@pytest.mark.parametrize("role", ["customer", "pilot", "partner"])
def test_actions_are_for_ops(tenant: Tenant, role: Any) -> None:
    client = Client()
    client.force_login(tenant.person(role))
    for address in (list_of(JobAssignment), page_of(tenant.assignment, "cancel")):
        answer = client.post(address, {"action": "cancel", "confirmed": "yes", "_selected_action": [str(tenant.assignment.pk)]})
        assert answer.status_code == 302
        assert "/admin/login/" in answer["Location"]
    assert JobAssignment.objects.get().status == AssignmentStatus.NEW


def test_staff_without_the_role_stay_outside(tenant: Tenant) -> None:
    User.objects.filter(pk=tenant.office.pk).update(is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(User.objects.get(pk=tenant.office.pk))
    assert client.get("/admin/").status_code == 302


def test_what_is_not_there_is_not_found(ops: Client, tenant: Tenant) -> None:
    assert ops.get(page_of(tenant.assignment, "explode")).status_code == 404
    assert ops.get(page_of(JobAssignment(), "retry")).status_code == 404
