"""Fetching a log's bytes: the download as a kind of work."""

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from flightdata import states, store
from flightdata.models import PartnerLog
from flightdata.services import disk, fetches
from flightdata.states import LogStatus
from partners.adapters.errors import BadPayload, ErrorCode, PartnerError, RetryLater
from partners.adapters.records import DEADLINE_FACTOR
from partners.services.attempts import attempt
from partners.services.calling import HubLedger, adapter_for
from work import nudging, slots
from work.backoff import RetryPolicy
from work.kinds import Ending, Kind
from work.leases import Lease

POLICY = RetryPolicy()


class Download(Kind[PartnerLog]):
    """One whole fetch of one log."""

    name = "download"
    queue = "data_poll"
    model = PartnerLog
    machine = states.log
    due = (LogStatus.DISCOVERED, LogStatus.STORED, LogStatus.DUPLICATE)
    running = LogStatus.DOWNLOADING
    finished = (LogStatus.STORED, LogStatus.DUPLICATE)
    stuck = (LogStatus.FAILED,)

    def load(self, rows: "QuerySet[PartnerLog]") -> "QuerySet[PartnerLog]":
        return rows.select_related("system_user__partner", "system_user__customer", "aircraft")

    def names(self, item: PartnerLog) -> Mapping[str, Any]:
        return {"account": item.system_user_id}

    def patience(self, item: PartnerLog) -> timedelta:
        timeout: timedelta = settings.HUB.satloc.timeout
        return DEADLINE_FACTOR * timeout

    def perform(self, lease: Lease[PartnerLog]) -> None:
        with disk.waited_for(), store.spool(settings.HUB.max_log_size) as incoming:
            try:
                fetch = self._fetch(lease, incoming)
            except BadPayload as error:
                _settle_failure(lease, error, again=False)
            except PartnerError as error:
                _settle_failure(lease, error, again=lease.item.attempts < POLICY.max_attempts)
            else:
                kept = incoming.keep(lease.item.customer_id)
                _stored(lease, kept, fetch)

    def _fetch(self, lease: Lease[PartnerLog], incoming: store.Spool) -> fetches.Fetch:
        """Stream the log into the spool; RetryLater where it is shorter than announced."""
        log = lease.item
        began = time.monotonic()
        with attempt(log.system_user):
            slots.take(f"{log.system_user.partner_id}:transfers", settings.HUB.max_concurrent_jobs, lease)
            adapter = adapter_for(log.system_user, HubLedger(log.system_user, lease.token))
            with adapter.download_log(log.external_log_id, settings.HUB.max_log_size) as stream:
                for chunk in stream.chunks:
                    incoming.write(chunk)
            if stream.content_length is None and log.listed_size not in (None, incoming.size):
                raise RetryLater(
                    f"{log} came with {incoming.size} bytes and is listed with {log.listed_size}; it is fetched again later",
                    ErrorCode.NETWORK_ERROR,
                )
        return fetches.Fetch(
            size_known=stream.content_length is not None or log.listed_size is not None,
            milliseconds=int((time.monotonic() - began) * 1000),
        )

    def lost(self, item: PartnerLog) -> Ending:
        return Ending(LogStatus.DISCOVERED, timedelta(0))

    def given_up(self, item: PartnerLog) -> Ending:
        reason = "three workers in a row vanished or broke down over this log; look at their logs, then retry"
        return Ending(LogStatus.FAILED, None, reason, {"error_code": "WORKER_LOST", "error": reason})


def _stored(lease: Lease[PartnerLog], kept: store.Kept, fetch: fetches.Fetch) -> None:
    """The bytes are durable; now the rows that say so, all or none."""
    with transaction.atomic():
        if not lease.hold():
            lease.settle(LogStatus.STORED)  # which only writes down that it came too late
            return
        outcome = fetches.record(lease.item, kept, fetch)
        lease.settle(outcome.status, after=outcome.again_after, reason=outcome.reason, **outcome.fields)
        nudging.nudge_on_commit("flight_data")


def _settle_failure(lease: Lease[PartnerLog], error: PartnerError, *, again: bool) -> None:
    """Fetched again later; in the end it has failed, unless all of it was fetched before or the listing changed meanwhile."""
    log = lease.item
    columns: dict[str, Any] = {"error_code": error.code, "error": error.message}
    with transaction.atomic():
        lease.hold()
        if not again and fetches.listed_otherwise(log):
            again, columns["attempts"] = True, 0
        if again:
            delay = POLICY.delay(log.attempts - 1)
            after = max(delay, getattr(error, "retry_after", None) or delay)
            lease.settle(LogStatus.DISCOVERED, after=after, reason=error.message, **columns)
        elif log.settled and log.application:
            lease.settle(fetches.status_with(log, log.application), reason=f"kept as it was: {error.message}", **columns)
        else:
            lease.settle(LogStatus.FAILED, reason=error.message, **columns)
