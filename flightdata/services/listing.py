"""Asking a partner which logs an aircraft has: the listing as a kind of work."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from assignments import states
from assignments.models import PollTarget
from assignments.services import listings
from assignments.services.listings import Wish
from assignments.states import AttentionKind, PollStatus
from flightdata.services import discovery
from partners.adapters.errors import PartnerError
from partners.adapters.records import DEADLINE_FACTOR, LogListing
from partners.services import counting
from partners.services.attempts import attempt
from partners.services.calling import HubLedger, adapter_for
from work import attention, nudging, slots
from work.backoff import RetryPolicy
from work.clock import now
from work.kinds import Ending, Kind
from work.leases import Lease, due_by

OBJECT_TYPE = states.poll.object_type


class Listing(Kind[PollTarget]):
    """One aircraft's logs, as its partner lists them now."""

    name = "listing"
    queue = "data_poll"
    model = PollTarget
    machine = states.poll
    due = (PollStatus.IDLE,)
    running = PollStatus.POLLING

    def load(self, rows: "QuerySet[PollTarget]") -> "QuerySet[PollTarget]":
        return rows.select_related("aircraft", "system_user__partner", "system_user__customer")

    def names(self, item: PollTarget) -> Mapping[str, Any]:
        return {"account": item.system_user_id}

    def claim_fields(self, item: PollTarget) -> Mapping[str, Any]:
        """No longer due: whoever asks for a listing from now on asks for another one than this."""
        return {"due_at": None, "rank_at": None}

    def patience(self, item: PollTarget) -> timedelta:
        timeout: timedelta = settings.HUB.satloc.timeout
        return DEADLINE_FACTOR * timeout

    def perform(self, lease: Lease[PollTarget]) -> None:
        target = lease.item
        system_user = target.system_user
        at = _claimed_at(target)
        wishes = listings.wishes_of(target)
        ledger = HubLedger(system_user, lease.token)
        try:
            with attempt(system_user, at):
                slots.take(f"{system_user.partner_id}:listings", settings.HUB.max_concurrent_polls, lease)
                listing = adapter_for(system_user, ledger).list_logs(target.aircraft.external_id)
        except PartnerError as error:
            ledger.keep(worth_a_row=True)
            _failed(lease, wishes, error)
        else:
            ledger.keep(worth_a_row=_take_in(lease, wishes, listing))

    def rest(self) -> None:
        counting.write_down()

    def lost(self, item: PollTarget) -> Ending:
        return Ending(PollStatus.IDLE, timedelta(0))

    def given_up(self, item: PollTarget) -> Ending:
        """A listing goes on all the same, slowly, and a person is asked to look."""
        reason = f"three workers in a row vanished or broke down over the list of logs of {item.aircraft}; look at their logs"
        _ask(item, reason)
        return Ending(PollStatus.IDLE, RetryPolicy().maximum, reason, {"error_code": "WORKER_LOST", "error": reason})


def _claimed_at(target: PollTarget) -> datetime:
    """When this listing began by the database's clock, which saves asking it again."""
    return target.last_attempt_at or now()


def _take_in(lease: Lease[PollTarget], wishes: list[Wish], listing: LogListing) -> bool:
    """A listing that came whole: keep what is new in it. Whether there was anything.

    The logs come first, in transactions of their own: taken in again after a kill, they change nothing.
    """
    target = lease.item
    columns: dict[str, Any] = {"attempts": 0, "error": "", "error_code": "", "last_data_check": Now()}
    digest = _digest(listing)
    brought = digest != target.listing_digest
    if brought:
        if discovery.take_in(target, listing.logs):
            nudging.nudge_on_commit("data_poll")
        _note_bad_entries(target, listing)
        columns |= {"listing_digest": digest, "last_success_at": Now()}
    columns |= due_by(*listings.next_listing(wishes, _claimed_at(target)))
    _settle(lease, columns)
    return brought


def _settle(lease: Lease[PollTarget], columns: dict[str, Any]) -> None:
    """What was asked of a person goes with the failure that it was about, or neither does."""
    if not lease.item.error_code:
        lease.settle(PollStatus.IDLE, **columns)
        return
    with transaction.atomic():
        if lease.settle(PollStatus.IDLE, **columns):
            attention.settle(AttentionKind.LISTING_FAILS, OBJECT_TYPE, lease.item.aircraft_id)


def _digest(listing: LogListing) -> str:
    """Equal for listings that say the same, in whatever order: most polls see what the one before saw."""
    seen = [[log.external_id, log.name, log.size, log.listed_at and log.listed_at.isoformat()] for log in listing.logs]
    text = json.dumps([sorted(seen, key=str), sorted(listing.bad_entries)])
    return hashlib.sha256(text.encode()).hexdigest()


def _failed(lease: Lease[PollTarget], wishes: list[Wish], error: PartnerError) -> None:
    """It never gives up: after maxAttempts failures in a row a person is asked once, and it goes on at maxDelay."""
    policy = min((wish.config.retry_policy for wish in wishes), key=lambda policy: policy.max_attempts, default=RetryPolicy())
    failures = lease.item.attempts
    delay = policy.delay(failures - 1) if failures < policy.max_attempts else policy.maximum
    after = max(delay, getattr(error, "retry_after", None) or delay)
    with transaction.atomic():
        lease.settle(PollStatus.IDLE, after=after, reason=error.message, error_code=error.code, error=error.message)
        if failures >= policy.max_attempts:
            _ask(lease.item, f"the logs of {lease.item.aircraft} could not be listed {failures} times in a row: {error.message}")


def _ask(target: PollTarget, reason: str) -> None:
    attention.raise_once(
        AttentionKind.LISTING_FAILS, OBJECT_TYPE, target.aircraft_id, tenant_id=target.system_user.customer_id, reason=reason
    )


def _note_bad_entries(target: PollTarget, listing: LogListing) -> None:
    """Entries that cannot be read are counted and shown; the others are taken in."""
    kind = AttentionKind.LISTING_ENTRY_UNREADABLE
    if not listing.bad_entries:
        attention.settle(kind, OBJECT_TYPE, target.aircraft_id)
        return
    reason = f"{len(listing.bad_entries)} entries of the list of logs could not be read, the first: {listing.bad_entries[0]}"
    attention.raise_once(kind, OBJECT_TYPE, target.aircraft_id, tenant_id=target.system_user.customer_id, reason=reason)
