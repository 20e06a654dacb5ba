"""Log trackers. What the old system has read waits here unread, and is fetched when somebody asks; what it lacked is fetched."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from flightdata import states
from flightdata.models import PartnerLog
from flightdata.states import LogStatus
from moving_in import kinds
from moving_in.documents import Document, Unreadable, without_queries
from moving_in.keys import key_of
from moving_in.services.batches import Batch, rest_of
from moving_in.services.book import Account, Book
from moving_in.services.destinations import at_partner
from moving_in.services.people import customer_for
from moving_in.services.reading import reference
from work import attention, history
from work.clock import now
from work.leases import due_since
from work.models import Priority

DONE_WORDS = ("processed", "done", "parsed", "completed", "complete", "stored", "downloaded", "matched", "duplicate", "skipped")
FAILED_WORDS = ("failed", "error")
HAD_IT = "the old system had taken it in; fetch/ brings its bytes here"
DID_NOT = "the old system had not taken it in"


@dataclass
class Tracked:
    """One tracker and where it belongs."""

    document: Document
    account: Account
    customer_id: UUID
    aircraft_id: str
    log_id: str
    had: bool


def load(batch: Batch, book: Book) -> None:
    """All of a batch."""
    tracked = []
    for document in batch.unknown():
        try:
            tracked.append(_read(document, book))
        except Unreadable as refusal:
            batch.refuse(document, str(refusal))
    aircraft = book.aircraft((one.account.key, one.aircraft_id) for one in tracked)
    _write(tracked, aircraft, batch, book)


def _read(document: Document, book: Book) -> Tracked:
    log_id = document.text("logId", "externalLogId", "partnerLogId", longest=200)
    aircraft_id = document.text("aircraftId", "partnerAircraftId", longest=100)
    if not log_id or not aircraft_id:
        raise Unreadable(f"has no {'logId' if not log_id else 'aircraftId'}")
    account, customer_id = _account(document, aircraft_id, book)
    return Tracked(document, account, customer_id, aircraft_id, log_id, _had(document))


def _account(document: Document, aircraft_id: str, book: Book) -> tuple[Account, UUID]:
    owner = reference(document, "customerId", "customer")
    customer_id = customer_for(owner, book)
    if customer_id is None:
        raise Unreadable(f"belongs to the customer {owner or '(none is named)'}, who is not known here")
    named = reference(document, "partnerSystemUserId", "systemUserId", "partnerSystemUser")
    partner = reference(document, "partnerCode", "partnerType", "partnerId", "partner")
    known = book.accounts(customer_id)
    usable = [one for one in known if one.key == book.account_key(named)] if named else _of_partner(known, partner, book)
    if len(usable) > 1:
        usable = book.account_with(usable, aircraft_id) or usable
    if len(usable) != 1:
        raise Unreadable(f"belongs to {'none' if not usable else f'one of {len(usable)}'} of the customer's accounts here")
    return usable[0], customer_id


def _of_partner(known: list[Account], partner: str, book: Book) -> list[Account]:
    row = book.partner(partner) if partner else None
    return at_partner(known, row.code.lower()) if row else ([] if partner else known)


def _had(document: Document) -> bool:
    word = str(document.peek("status") or "").lower()
    return document.peek("processed") is True or word in DONE_WORDS


def _write(tracked: list[Tracked], aircraft: dict[tuple[UUID, str], UUID], batch: Batch, book: Book) -> None:
    at = now()
    accounts = {one.account.key for one in tracked}
    held = PartnerLog.objects.filter(system_user__in=accounts, external_log_id__in={one.log_id for one in tracked})
    known: dict[Any, Any] = {(user, log): key for user, log, key in held.values_list("system_user", "external_log_id", "pk")}
    rows = []
    for one in tracked:
        same = (one.account.key, one.log_id)
        there = same in known
        try:
            if not there:
                rows.append(_row(one, aircraft[one.account.key, one.aircraft_id], at))
                known[same] = rows[-1].pk
            batch.keep(one.document, known[same], rest_of(one.document), there=there)
        except Unreadable as refusal:
            batch.refuse(one.document, str(refusal))
    PartnerLog.objects.bulk_create(rows)
    _tell(rows, book.options.actor, at)


def _row(one: Tracked, aircraft: UUID, at: datetime) -> PartnerLog:
    document = one.document
    failed = not one.had and str(document.peek("status") or "").lower() in FAILED_WORDS
    status = LogStatus.SKIPPED if one.had else LogStatus.FAILED if failed else LogStatus.DISCOVERED
    return PartnerLog(
        id=key_of(kinds.TRACKER, document.legacy_id),
        system_user_id=one.account.key,
        customer_id=one.customer_id,
        aircraft_id=aircraft,
        external_log_id=one.log_id,
        file_name=document.text("logFileName", "fileName", longest=300),
        listed_size=None,
        status=status,
        share_key=one.account.key,
        error=without_queries(document.text("error", "errorMessage", longest=2000)) if failed else "",
        error_code="UNKNOWN_ERROR" if failed else "",
        created_at=at,
        updated_at=at,
        **(due_since(at, Priority.NORMAL) if status == LogStatus.DISCOVERED else {}),
    )


def _tell(rows: list[PartnerLog], actor: str, at: datetime) -> None:
    for reason, these in ((HAD_IT, True), (DID_NOT, False)):
        keys = [row.pk for row in rows if (row.status == LogStatus.SKIPPED) is these]
        history.record_all(states.log.object_type, keys, "moved in", actor=actor, reason=reason, at=at)
    failed = {row.pk: (row.customer_id, row.error or DID_NOT) for row in rows if row.status == LogStatus.FAILED}
    attention.raise_all(states.log.attention[LogStatus.FAILED], states.log.object_type, failed)
