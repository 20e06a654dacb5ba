"""How one document is compared with the row that it became."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from uuid import UUID

from accounts.models import Customer, User
from assignments.models import Job, JobAssignment, SyncOperation
from assignments.states import Operation
from flightdata.models import PartnerLog
from moving_in import kinds
from moving_in.documents import Document, Unreadable
from moving_in.keys import key_of
from moving_in.services import assignments
from moving_in.services.assignments import Reading
from moving_in.services.reading import job_number
from partners.models import Partner, PartnerSystemUser

Became = Mapping[UUID, str]
Found = dict[UUID, tuple[list[str], bool]]
"""By the key of a document: what differs, and whether its row has been moved on here since."""


def _simple(
    model: Any, kind: str, differs: Callable[[Document, Any], list[str]]
) -> Callable[[Became, Sequence[Document]], Found]:
    def compare(became: Became, documents: Sequence[Document]) -> Found:
        rows = {str(row.pk): row for row in model._default_manager.filter(pk__in=set(became.values()))}
        found: Found = {}
        for document in documents:
            key = key_of(kind, document.legacy_id)
            if key in became and became[key] in rows:
                row = rows[became[key]]
                found[key] = (differs(document, row), row.updated_at > row.created_at)
        return found

    return compare


def _customer(document: Document, row: Customer) -> list[str]:
    return []


def _partner(document: Document, row: Partner) -> list[str]:
    return _unlike(partnerCode=(document.text("partnerCode", "code", longest=40), row.code))


def _user(document: Document, row: User) -> list[str]:
    return _unlike(legacyId=(document.legacy_id, row.legacy_id))


def _account(document: Document, row: PartnerSystemUser) -> list[str]:
    """Of secrets nothing is said but that they differ."""
    differing = _unlike(partnerUsername=(document.text("partnerUsername", "username"), row.partner_username))
    secrets = (("apiKey", row.api_key), ("apiSecret", row.api_secret))
    old = {name: document.take(name) for name, _ in secrets}
    return differing + [f"{name} differs" for name, here in secrets if isinstance(old[name], str) and old[name] != here]


def _job(document: Document, row: Job) -> list[str]:
    return _unlike(name=(document.text("name", "jobName", "title"), row.name))


def _tracker(document: Document, row: PartnerLog) -> list[str]:
    return _unlike(logId=(document.text("logId", "externalLogId", "partnerLogId"), row.external_log_id))


def _unlike(**both: tuple[Any, Any]) -> list[str]:
    return [f"{name} is {str(old)[:80]!r} there and {str(new)[:80]!r} here" for name, (old, new) in both.items() if old != new]


COMPARED = (
    "job", "user__legacy_id", "aircraft__external_id", "partner_type", "external_job_id", "earlier_external_job_ids",
    "status", "partner_metadata", "date", "created_at", "updated_at",
)  # fmt: skip
COMPARED_OF_UPLOAD = ("assignment", "operation", "status", "created_at", "updated_at")
"""Reading the other columns of a million rows would take longer than comparing these."""


def _assignments(became: Became, documents: Sequence[Document]) -> Found:
    rows = JobAssignment.objects.filter(pk__in=list(became)).select_related("user", "aircraft").only(*COMPARED)
    there = {row.pk: row for row in rows}
    operations = SyncOperation.objects.filter(assignment__in=list(there), operation=Operation.JOB_UPLOAD).only(
        *COMPARED_OF_UPLOAD
    )
    uploads = {operation.assignment_id: operation for operation in operations}
    found: Found = {}
    for document in documents:
        key = key_of(kinds.ASSIGNMENT, document.legacy_id)
        if key in there:
            try:
                found[key] = _assignment(assignments.read(document), there[key], uploads.get(key))
            except Unreadable as refusal:
                found[key] = ([str(refusal)], False)
    return found


def _assignment(old: Reading, row: JobAssignment, upload: SyncOperation | None) -> tuple[list[str], bool]:
    number = job_number(old.core.job)
    ids = (row.external_job_id, *row.earlier_external_job_ids)
    faults = _unlike(
        job=(number or row.job_id, row.job_id),
        user=(old.core.user, row.user.legacy_id),
        aircraftId=(old.config.aircraft_id, row.aircraft.external_id if row.aircraft else ""),
        internal=(old.is_internal, not row.is_partner_assignment),
        externalJobId=(old.external_job_id, old.external_job_id if old.external_job_id in ids else row.external_job_id),
    )
    gone_on = row.updated_at > row.created_at or bool(upload and upload.updated_at > upload.created_at)
    if not gone_on:
        expected = assignments.upload_from(old)
        faults += _unlike(
            status=(old.core.status, row.status),
            partnerMetadata=(old.metadata, row.partner_metadata),
            upload=(str(expected.status) if expected else "", str(upload.status) if upload else ""),
            date=(old.core.date or row.date, row.date),
        )
    return faults, gone_on


COMPARERS: dict[str, Callable[[Became, Sequence[Document]], Found]] = {
    kinds.CUSTOMER: _simple(Customer, kinds.CUSTOMER, _customer),
    kinds.PARTNER: _simple(Partner, kinds.PARTNER, _partner),
    kinds.OPERATOR: _simple(User, kinds.OPERATOR, _user),
    kinds.USER: _simple(User, kinds.USER, _user),
    kinds.ACCOUNT: _simple(PartnerSystemUser, kinds.ACCOUNT, _account),
    kinds.JOB: _simple(Job, kinds.JOB, _job),
    kinds.ASSIGNMENT: _assignments,
    kinds.TRACKER: _simple(PartnerLog, kinds.TRACKER, _tracker),
}
