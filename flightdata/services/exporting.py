"""Writing exports, and removing them when their time is over, as a kind of work."""

import logging
import shutil
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from flightdata import states, store
from flightdata.exports import NotWritable
from flightdata.exports.selection import Selection
from flightdata.models import Export
from flightdata.services import disk, exports
from flightdata.states import ExportStatus
from work.clock import from_now
from work.kinds import Ending, Kind, LeaseLost
from work.leases import Lease

logger = logging.getLogger(__name__)

KEPT_FOR = timedelta(hours=24)
PATIENCE = timedelta(hours=2)
"""Five times what a million flights take."""
REMOVED_AGAIN_AFTER = timedelta(hours=1)
NO_DISK = "the hub's disk cannot be used ({}); whoever runs the hub frees space or corrects its rights; then ask for it again"


class Writing(Kind[Export]):
    """One export: it is written; and taken up once more when its time is over, so that its file goes.

    Long ones must not keep files from being parsed, so all exports share one share.
    """

    name = "export"
    queue = exports.QUEUE
    model = Export
    machine = states.export
    due = (ExportStatus.WAITING, ExportStatus.DONE, ExportStatus.FAILED)
    running = ExportStatus.RUNNING
    finished = (ExportStatus.EXPIRED,)
    stuck = (ExportStatus.FAILED,)

    def __init__(self) -> None:
        self.share = settings.HUB.max_concurrent_exports

    def load(self, rows: "QuerySet[Export]") -> "QuerySet[Export]":
        return rows.select_related("customer")

    def claim_fields(self, item: Export) -> Mapping[str, Any]:
        """What is due although it was written, or has failed, is over; the claim itself makes room for the next like it."""
        return {} if item.status == ExportStatus.WAITING else {"over": True}

    def patience(self, item: Export) -> timedelta:
        return PATIENCE

    def perform(self, lease: Lease[Export]) -> None:
        if lease.item.over:
            _remove(lease)
        else:
            _write(lease)

    def lost(self, item: Export) -> Ending:
        return Ending(ExportStatus.WAITING, timedelta(0))

    def given_up(self, item: Export) -> Ending:
        if item.over:
            reason = "its file could not be removed three times in a row; trying again every hour"
            return Ending(ExportStatus.WAITING, REMOVED_AGAIN_AFTER, reason)
        reason = "three workers in a row vanished or broke down over this export; look at their logs, then retry it"
        return Ending(ExportStatus.FAILED, KEPT_FOR, reason, {"error": reason, "expires_at": from_now(KEPT_FOR)})


def _remove(lease: Lease[Export]) -> None:
    """Who downloads it at this moment still gets all of it: an open file stays until it is closed."""
    folder = store.export_path(_folder_of(lease.item))
    if folder.is_dir():
        shutil.rmtree(folder)
    lease.settle(ExportStatus.EXPIRED, reason="its time is over", storage_key="", error="")


def _write(lease: Lease[Export]) -> None:
    try:
        key, written = _written(lease)
    except NotWritable as why:
        _fail(lease, str(why))
    except OSError as error:
        if error.errno not in disk.REFUSALS:
            raise
        logger.exception("%s %s cannot be written", lease.kind.name, lease.item.pk)
        _fail(lease, NO_DISK.format(error.strerror))
    else:
        _keep(lease, key, written)


def _written(lease: Lease[Export]) -> tuple[str, store.Growing]:
    """The export in a file named after this attempt, so that two workers never write to the same one."""
    from flightdata.exports.formats import KINDS  # see flightdata.computing

    export = lease.item
    key = f"{_folder_of(export)}/{lease.token}.{export.format}"
    with store.write_whole(store.export_path(key)) as file:
        for chunk in KINDS[export.kind].formats[export.format](Selection.of(export)):
            if lease.lost:
                raise LeaseLost(f"{lease.kind.name} {export.pk} went to somebody else while it was written")
            file.write(chunk)
    return key, file


def _keep(lease: Lease[Export], key: str, written: store.Growing) -> None:
    """The file is durable; now the row that says so. What killed attempts left beside it goes."""
    own = store.export_path(key)
    # Listed while the row is surely ours: what the next worker writes there is not touched.
    others = store.files_in(own.parent) - {own}
    columns: dict[str, Any] = {"storage_key": key, "sha256": written.sha256, "size": written.size, "attempts": 0, "error": ""}
    settled = lease.settle(ExportStatus.DONE, after=KEPT_FOR, expires_at=from_now(KEPT_FOR), **columns)
    for path in others if settled else {own}:
        path.unlink(missing_ok=True)


def _fail(lease: Lease[Export], reason: str) -> None:
    lease.settle(ExportStatus.FAILED, after=KEPT_FOR, reason=reason, error=reason, expires_at=from_now(KEPT_FOR))


def _folder_of(export: Export) -> str:
    """Of this export alone, below its customer's."""
    return f"{export.customer_id or 'all'}/{export.pk}"
