"""Sending a job to the partner: the upload as a kind of work.

The request may leave only while the lease is ours, and `sent_at` is written directly before it does. From then on only the
partner's own word decides; without it the upload is `unconfirmed`, and a person (or a log that names the job) settles it.
"""

import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from assignments import signals, states
from assignments.models import SyncOperation
from assignments.partner_config import PartnerConfig
from assignments.services import definitions, endings, external_ids, listings
from assignments.services.holding import hold
from assignments.states import SyncStatus
from partners.adapters import errors
from partners.adapters.base import PartnerAdapter
from partners.adapters.records import DEADLINE_FACTOR, UploadReceipt
from partners.models import PartnerSystemUser
from partners.services.attempts import attempt
from partners.services.calling import HubLedger, adapter_for
from work import history, slots
from work.kinds import Ending, Kind, Postponed
from work.leases import Lease
from work.models import Priority

WORKER_LOST = "WORKER_LOST"


class Upload(Kind[SyncOperation]):
    """One assignment's job, sent to its partner."""

    name = "upload"
    queue = "job_sync"
    model = SyncOperation
    machine = states.sync
    due = (SyncStatus.PENDING,)
    running = SyncStatus.SYNCING
    finished = (SyncStatus.SYNCED, SyncStatus.CANCELLED)
    stuck = (SyncStatus.GAVE_UP, SyncStatus.UNCONFIRMED)

    def load(self, rows: "QuerySet[SyncOperation]") -> "QuerySet[SyncOperation]":
        return rows.select_related("assignment__job__customer", "assignment__aircraft", *_account("assignment__"))

    def names(self, item: SyncOperation) -> Mapping[str, Any]:
        return {"account": item.assignment.system_user_id, "job": item.assignment.job_id}

    def claim_fields(self, item: SyncOperation) -> Mapping[str, Any]:
        return {"idempotency_key": uuid4(), "sent_at": None}

    def patience(self, item: SyncOperation) -> timedelta:
        return DEADLINE_FACTOR * _timeout(item)

    def perform(self, lease: Lease[SyncOperation]) -> None:
        if lease.item.cancel_requested or not lease.item.assignment.is_open:
            lease.settle(SyncStatus.CANCELLED, reason="its assignment ended before it was sent", error="", error_code="")
            return
        try:
            receipt, milliseconds = self._send(lease)
        except Postponed:
            # Limiter, pause and refused credentials all mean that the job was not taken.
            lease.note(sent_at=None)
            raise
        except errors.OutcomeUnknown as error:
            _outcome_unknown(lease, error)
        except errors.Rejected as error:
            _settle(lease, SyncStatus.GAVE_UP, error=error)
        except errors.PartnerError as error:
            _retry_or_give_up(lease, error)
        else:
            _accepted(lease, receipt, milliseconds)

    def _send(self, lease: Lease[SyncOperation]) -> tuple[UploadReceipt, int]:
        """The partner's receipt, and how long it took from the moment the job left; sign-in and waiting are not in it."""
        left_at = time.monotonic()

        def on_sending() -> None:
            nonlocal left_at
            _about_to_leave(lease)
            left_at = time.monotonic()

        operation = lease.item
        system_user = account_of(operation)
        with attempt(system_user):
            slots.take(f"{system_user.partner_id}:transfers", settings.HUB.max_concurrent_jobs, lease)
            listings.open_for(operation)
            definition = definitions.definition_of(operation)
            adapter = adapter_for(system_user, HubLedger(system_user, lease.token), timeout=_timeout(operation))
            receipt = adapter.upload_job(definition, on_sending)
            return receipt, int((time.monotonic() - left_at) * 1000)

    def lost(self, item: SyncOperation) -> Ending:
        return _interrupted(item, Ending(SyncStatus.PENDING, timedelta(0)))

    def given_up(self, item: SyncOperation) -> Ending:
        why = {
            "error_code": WORKER_LOST,
            "error": "three workers in a row vanished or broke down over this job; look at their logs, then retry",
        }
        return _interrupted(item, Ending(SyncStatus.GAVE_UP, None, why["error"], why))

    def released(self, item: SyncOperation) -> Ending:
        return _interrupted(item, super().released(item))


def _about_to_leave(lease: Lease[SyncOperation]) -> None:
    """Directly before the request may leave: from here on, silence means that nobody knows. LeaseLost stops it."""
    operation = lease.item
    operation.revision = operation.assignment.job.revision
    lease.note(sent_at=Now(), revision=operation.revision)


def account_of(operation: SyncOperation) -> PartnerSystemUser:
    """The customer's own account that an operation goes through; the database refuses a partner assignment without one.

    Rejected where it is another customer's, whoever wrote that row.
    """
    account = operation.assignment.system_user
    if account is None:
        raise ValueError(f"{operation} has no account at a partner")
    if account.customer_id != operation.assignment.job.customer_id:
        raise errors.Rejected(f"{account} is not an account of the customer whose job this is; assign the job anew")
    return account


def _account(prefix: str) -> tuple[str, str]:
    return f"{prefix}system_user__partner", f"{prefix}system_user__customer"


def _config(operation: SyncOperation) -> PartnerConfig:
    return PartnerConfig.from_wire(operation.assignment.partner_config)


def _timeout(operation: SyncOperation) -> timedelta:
    return _config(operation).timeout or settings.HUB.satloc.timeout


def _interrupted(item: SyncOperation, unsent: Ending) -> Ending:
    """A worker stopped in the middle: the job may be there once the request may have left, and is not before.

    What was cancelled meanwhile ends so: nobody is to send it again, and nobody needs to find out.
    """
    as_it_is = Q(sent_at__isnull=item.sent_at is None, cancel_requested=item.cancel_requested)
    if item.cancel_requested:
        reason = endings.left_at_partner(item) or "cancelled while under way"
        return Ending(SyncStatus.CANCELLED, None, reason, where=as_it_is)
    if item.sent_at is None:
        return replace(unsent, where=as_it_is)
    reason = "the worker stopped after the request had left and before an answer came"
    unknown = {"error_code": errors.ErrorCode.OUTCOME_UNKNOWN, "error": reason, "in_doubt": True}
    return Ending(SyncStatus.UNCONFIRMED, None, reason, unknown, as_it_is)


def _accepted(lease: Lease[SyncOperation], receipt: UploadReceipt, milliseconds: int | None) -> None:
    """The partner took the job, in so many milliseconds (None: it was found there). Where a cancellation was asked for
    meanwhile, it ends cancelled and keeps its id."""
    with transaction.atomic():
        hold(lease.item.assignment)
        if _settle(lease, SyncStatus.SYNCED, reason="the partner took the job"):
            external_ids.record_acceptance(lease.item, receipt, upload_ms=milliseconds)
        elif not _settle_late(lease, receipt, milliseconds):
            external_ids.record_earlier_id(lease.item.assignment, receipt.external_job_id or "")


def _settle_late(lease: Lease[SyncOperation], receipt: UploadReceipt, milliseconds: int | None) -> bool:
    """A success after the lease was lost: it settles the upload where that still is about this very attempt."""
    operation = SyncOperation.objects.select_related("assignment__job").get(pk=lease.item.pk)
    if operation.status != SyncStatus.UNCONFIRMED or operation.idempotency_key != lease.item.idempotency_key:
        return False
    same_attempt = Q(idempotency_key=lease.item.idempotency_key)
    moved = states.sync.move(
        operation, SyncStatus.SYNCED, actor=lease.worker, reason="the partner's answer came late: it took the job",
        where=same_attempt, last_success_at=Now(), error="", error_code="",
    )  # fmt: skip
    if moved:
        external_ids.record_acceptance(operation, receipt, upload_ms=milliseconds)
    return moved


def _outcome_unknown(lease: Lease[SyncOperation], error: errors.OutcomeUnknown) -> None:
    """Ask the partner where it can be asked; else wait for a person, or send again where the partner's setting says so."""
    system_user = account_of(lease.item)
    adapter = adapter_for(system_user, HubLedger(system_user, lease.token), timeout=_timeout(lease.item))
    if adapter.capabilities.find_job:
        _look_up(lease, adapter, error)
    elif system_user.partner.configuration.get("onUnknownOutcome") == "resend" and not _attempts_used_up(lease):
        _retry(lease, error, keep_sent_at=True)
    else:
        _settle(lease, SyncStatus.UNCONFIRMED, error=error, keep_sent_at=True)


def _look_up(lease: Lease[SyncOperation], adapter: PartnerAdapter, error: errors.OutcomeUnknown) -> None:
    try:
        found = adapter.find_job(definitions.definition_of(lease.item))
    except (errors.PartnerError, errors.Postponed):
        _settle(lease, SyncStatus.UNCONFIRMED, error=error, keep_sent_at=True)
        return
    if found:
        _accepted(lease, found, None)
    else:
        _retry_or_give_up(lease, error)


def _retry_or_give_up(lease: Lease[SyncOperation], error: errors.PartnerError) -> None:
    if not _attempts_used_up(lease):
        _retry(lease, error)
        return
    with transaction.atomic():
        _settle(lease, SyncStatus.GAVE_UP, error=error)
        if lease.item.status == SyncStatus.GAVE_UP:  # neither late nor cancelled meanwhile
            _tell_that_it_gave_up(lease, error)


def _tell_that_it_gave_up(lease: Lease[SyncOperation], error: errors.PartnerError) -> None:
    assignment, attempts = lease.item.assignment, lease.item.attempts
    reason = f"{attempts} attempts, the last: {error.message}"
    history.record(endings.OBJECT_TYPE, assignment.pk, "max retries reached", actor=lease.worker, reason=reason)
    signals.max_retries_reached.send(
        sender=SyncOperation, assignment=assignment, attempts=attempts, error_code=str(error.code), error=error.message
    )


def _attempts_used_up(lease: Lease[SyncOperation]) -> bool:
    return lease.item.attempts >= _config(lease.item).retry_policy.max_attempts


def _retry(lease: Lease[SyncOperation], error: errors.PartnerError, *, keep_sent_at: bool = False) -> None:
    delay = _config(lease.item).retry_policy.delay(lease.item.attempts - 1)
    after = max(delay, getattr(error, "retry_after", None) or delay)
    _settle(lease, SyncStatus.PENDING, after=after, error=error, priority=Priority.HIGH, keep_sent_at=keep_sent_at)


def _settle(
    lease: Lease[SyncOperation],
    target: SyncStatus,
    *,
    error: errors.PartnerError | None = None,
    reason: str = "",
    after: timedelta | None = None,
    priority: Priority | None = None,
    keep_sent_at: bool = False,
) -> bool:
    """The outcome of an attempt; where a cancellation was asked for meanwhile, the upload ends cancelled instead."""
    columns: dict[str, Any] = {"error_code": error.code if error else "", "error": error.message if error else ""}
    columns |= {"in_doubt": True} if keep_sent_at else {"sent_at": None}
    if target == SyncStatus.SYNCED:
        columns["last_success_at"] = Now()
    with transaction.atomic():
        if _cancel_requested(lease):
            return _settle_cancelled(lease, target, columns)
        return lease.settle(target, after=after, reason=reason or columns["error"], priority=priority, **columns)


def _settle_cancelled(lease: Lease[SyncOperation], target: SyncStatus, columns: dict[str, Any]) -> bool:
    settled = lease.settle(SyncStatus.CANCELLED, reason=f"cancelled while under way; it ended as {target}", **columns)
    arrived, unanswered = target == SyncStatus.SYNCED, "sent_at" not in columns
    sentence = endings.left_at_partner(lease.item, arrived=arrived, unanswered=unanswered)
    if settled and sentence:
        endings.record_left_at_partner([lease.item], sentence, actor=lease.worker)
    return settled


def _cancel_requested(lease: Lease[SyncOperation]) -> bool:
    """Whether somebody cancelled it meanwhile; held, so that nobody does so between this look and the end."""
    return lease.hold() and lease.rows().filter(cancel_requested=True).exists()
