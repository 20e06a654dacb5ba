"""What a whole fetch of a log means: a new version or not, a file seen before or not, fetched once more or settled."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now

from flightdata import states
from flightdata.models import Application, LogVersion, PartnerLog
from flightdata.services import applications
from flightdata.states import LogStatus
from flightdata.store import Kept

SETTLING_AT_MOST = timedelta(days=1)


@dataclass(frozen=True)
class Fetch:
    """How the bytes came. `size_known`: the answer or the listing said how many to expect."""

    size_known: bool
    milliseconds: int


@dataclass(frozen=True)
class Outcome:
    """Where the log goes, and when it is fetched again."""

    status: LogStatus
    again_after: timedelta | None
    reason: str
    fields: dict[str, Any] = field(default_factory=dict)


def record(log: PartnerLog, kept: Kept, fetch: Fetch) -> Outcome:
    """Write down a whole fetch, inside the transaction that holds and settles the log. Equal bytes make no version."""
    file = applications.file_for(log.customer, kept)
    newest = log.versions.order_by("-number").first()
    same = newest is not None and newest.sha256 == kept.sha256
    version = newest.number if newest else 0
    if not same:
        version += 1
        LogVersion.objects.create(
            log=log, number=version, file=file, sha256=kept.sha256, size=kept.size, download_ms=fetch.milliseconds
        )
    application = applications.for_log(log, file, before=log.application_id)
    if newest and not same:
        _move_on(log, application)
    return _outcome(log, application, version=version, settled=_settled(log, fetch, same=same))


def status_with(log: PartnerLog, application: Application) -> LogStatus:
    """A log whose bytes are another one's is its duplicate. Empty ones are not: each waits for its bytes."""
    another = application.log_id not in (None, log.pk) and application.file.size
    return LogStatus.DUPLICATE if another else LogStatus.STORED


def listed_otherwise(log: PartnerLog) -> bool:
    """Whether a listing has changed what it says about the log since it was claimed."""
    current = PartnerLog.objects.get(pk=log.pk)
    return (current.file_name, current.listed_size, current.listed_at) != (log.file_name, log.listed_size, log.listed_at)


def _settled(log: PartnerLog, fetch: Fetch, *, same: bool) -> bool:
    """Known to be whole: the size was known and the listing tells when it changes, or two fetches brought the same bytes."""
    shown = log.listed_size is not None or log.listed_at is not None
    return same or (fetch.size_known and shown)


def _outcome(log: PartnerLog, application: Application, *, version: int, settled: bool) -> Outcome:
    changed = listed_otherwise(log)
    again = timedelta(0) if changed else None if settled else _settling(version)
    fields = {
        "application": application,
        "version": version,
        "settled": settled and not changed,
        "stored_at": log.stored_at or Now(),
        "attempts": 0,
        "error": "",
        "error_code": "",
    }
    return Outcome(status_with(log, application), again, f"version {version} is stored", fields)


def _settling(version: int) -> timedelta:
    """The pause before the next fetch of what may still grow; longer where it never comes to rest, as each version is kept."""
    pause: timedelta = settings.HUB.log_settle
    return min(pause * 2 ** min(max(version - 2, 0), 20), max(pause, SETTLING_AT_MOST))


def _move_on(log: PartnerLog, application: Application) -> None:
    """The log has other bytes now: what stood for it before counts no longer, unless another log still has those bytes."""
    before = log.application
    if before is None or before.pk == application.pk or before.log_id != log.pk:
        return
    heir = PartnerLog.objects.filter(Q(application=before, status=LogStatus.DUPLICATE) & ~Q(pk=log.pk)).order_by("pk").first()
    if heir and states.log.move(heir, LogStatus.STORED, actor="clock", reason="the log it repeated has other bytes now"):
        Application.objects.filter(pk=before.pk).update(log=heir)
        applications.read_again(before, actor="clock", reason="it stands for another log now")
        return
    applications.supersede(before, application)
