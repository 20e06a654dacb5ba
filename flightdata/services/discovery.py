"""Turning a partner's list of logs into rows: new ones once, changed ones fetched again."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction

from assignments.models import PollTarget
from flightdata import states
from flightdata.models import PartnerLog
from flightdata.states import LogStatus
from partners.adapters.records import ListedLog
from work.clock import now
from work.leases import due, due_since

BATCH = 500
SAID = ("file_name", "listed_size", "listed_at")
"""What a listing says about a log."""

FETCHED = (LogStatus.STORED, LogStatus.DUPLICATE, LogStatus.FAILED, LogStatus.SKIPPED)


def take_in(target: PollTarget, listed: Sequence[ListedLog]) -> int:
    """Make rows for logs not seen before (insert or ignore), and note what changed about the others; how many are due now."""
    single = _without_repeats(listed)
    return sum(_take_in_batch(target, single[start : start + BATCH]) for start in range(0, len(single), BATCH))


def _without_repeats(listed: Sequence[ListedLog]) -> list[ListedLog]:
    """A list that names a log twice means its first word."""
    return list({log.external_id: log for log in reversed(listed)}.values())


def _take_in_batch(target: PollTarget, listed: list[ListedLog]) -> int:
    rows = PartnerLog.objects.filter(system_user=target.system_user, external_log_id__in=[log.external_id for log in listed])
    known = {key: said for key, *said in rows.values_list("external_log_id", *SAID)}
    unseen = [log for log in listed if log.external_id not in known]
    changed = {log.external_id: log for log in listed if known.get(log.external_id, _said_of(log)) != _said_of(log)}
    if not unseen and not changed:
        return 0
    with transaction.atomic():
        found = _make_rows(target, unseen) if unseen else 0
        return found + sum(_note_change(row, changed[row.external_log_id]) for row in rows.filter(external_log_id__in=changed))


def _said_of(log: ListedLog) -> list[Any]:
    """The values of `SAID`."""
    return [log.name[:300], log.size, log.listed_at]


def _make_rows(target: PollTarget, listed: list[ListedLog]) -> int:
    at = now()
    rows = [_row(target, log, at) for log in listed]
    PartnerLog.objects.bulk_create(rows, ignore_conflicts=True)
    return sum(row.status == LogStatus.DISCOVERED for row in rows)


def _row(target: PollTarget, log: ListedLog, at: datetime) -> PartnerLog:
    """Due at once, or skipped where the listing dates it before the account's `logs_since`."""
    skipped = log.listed_at is not None and log.listed_at < target.system_user.logs_since
    timing: dict[str, Any] = {} if skipped else due_since(at, target.priority)
    return PartnerLog(
        system_user=target.system_user,
        customer_id=target.system_user.customer_id,
        aircraft=target.aircraft,
        external_log_id=log.external_id,
        **dict(zip(SAID, _said_of(log), strict=True)),
        status=LogStatus.SKIPPED if skipped else LogStatus.DISCOVERED,
        priority=target.priority,
        share_key=target.system_user_id,
        created_at=at,
        updated_at=at,
        **timing,
    )


def _note_change(row: PartnerLog, log: ListedLog) -> bool:
    """A changed size, date or name means other bytes may be there: what was fetched is fetched again. Whether it is due now."""
    fields = {**dict(zip(SAID, _said_of(log), strict=True)), "settled": False}
    while [getattr(row, name) for name in SAID] != _said_of(log):
        if row.status in FETCHED and not _was_never_listed(row):
            if _fetch_again(row, fields):
                return True
        elif PartnerLog.objects.filter(pk=row.pk, status=row.status).update(**fields):
            return False
        row.refresh_from_db()  # somebody moved it meanwhile
    return False


def _was_never_listed(row: PartnerLog) -> bool:
    """It came from the old system, which had taken it in and did not say how it was listed: that it is, is no change of it."""
    return row.status == LogStatus.SKIPPED and row.listed_size is None and row.listed_at is None


def _fetch_again(row: PartnerLog, fields: dict[str, Any]) -> bool:
    anew = {"attempts": 0, "losses": 0, **due(timedelta(0), row.priority)}
    reason = "the partner lists it differently now"
    return states.log.move(row, LogStatus.DISCOVERED, actor="clock", reason=reason, **fields, **anew)
