"""Reading a file that was taken in: the parse as a kind of work."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from flightdata import states, store
from flightdata.models import Application, Interpretation
from flightdata.parsers.base import HEAD_SIZE, ParseOptions, Parser, ParseResult, Unreadable
from flightdata.services import applications, disk, matching
from flightdata.states import ApplicationStatus, AttentionKind
from work import attention
from work.errors import Refused
from work.kinds import Ending, Kind
from work.leases import Lease

QUEUE = applications.QUEUE
LINE_POINTS = 2_000
PATIENCE = timedelta(minutes=30)


@dataclass(frozen=True)
class Reading:
    """A file read to its end, with where its track and its rejects are."""

    result: ParseResult
    options: ParseOptions
    track_key: str
    rejects_key: str
    line: list[list[float]]
    milliseconds: int


class Parse(Kind[Application]):
    """One reading of one file."""

    name = "parse"
    queue = QUEUE
    model = Application
    machine = states.application
    due = (ApplicationStatus.STORED,)
    running = ApplicationStatus.PARSING
    finished = (ApplicationStatus.PARSED,)
    stuck = (ApplicationStatus.QUARANTINED,)

    def load(self, rows: "QuerySet[Application]") -> "QuerySet[Application]":
        return rows.select_related("file", "customer", "log__system_user", "log__aircraft")

    def names(self, item: Application) -> Mapping[str, Any]:
        return {"log": item.log_id, "account": item.log and item.log.system_user_id}

    def patience(self, item: Application) -> timedelta:
        return PATIENCE

    def perform(self, lease: Lease[Application]) -> None:
        try:
            with disk.waited_for():
                reading = _read(lease.item, str(lease.token))
        except Unreadable as error:
            settle = partial(_quarantine, lease, error)
        else:
            settle = partial(_keep, lease, reading)
        # Listed while the row is surely ours: what the next worker writes there is not touched.
        files = store.tracks_in(_folder_of(lease.item))
        if settle():
            _clear_away(lease.item, files)

    def lost(self, item: Application) -> Ending:
        return Ending(ApplicationStatus.STORED, timedelta(0))

    def given_up(self, item: Application) -> Ending:
        reason = "three workers in a row vanished or broke down over this file; look at their logs, then reparse it"
        fields = {"error_code": "WORKER_LOST", "error": reason, "processing_stage": "quarantined"}
        return Ending(ApplicationStatus.QUARANTINED, None, reason, fields)


def _read(application: Application, token: str) -> Reading:
    """Parse into files named after this attempt, so that two workers never write to the same one."""
    from flightdata.tracks.reader import read_line  # see flightdata.computing

    source = store.path_of(application.file.storage_key)
    try:
        with source.open("rb") as raw:
            head = raw.read(HEAD_SIZE)
    except FileNotFoundError:
        raise Unreadable("FILE_MISSING", f"{source} is missing. Restore DATA_DIR from a backup, then reparse it.") from None
    if not head:
        raise Unreadable("EMPTY", "The file holds no bytes. Ask for it at the partner, or wait for the log's next version.")
    parser = _parser_for(application, head)
    options = _options_for(application)
    folder = _folder_of(application)
    store.track_path(folder).mkdir(parents=True, exist_ok=True)
    track_key, rejects_key = f"{folder}/{token}.parquet", f"{folder}/{token}.rejects.parquet"
    began = time.monotonic()
    result = parser.parse(source, options, store.track_path(track_key), store.track_path(rejects_key))
    line = [[point.lon, point.lat] for point in read_line(store.track_path(track_key), LINE_POINTS)]
    return Reading(result, options, track_key, rejects_key, line, int((time.monotonic() - began) * 1000))


def _parser_for(application: Application, head: bytes) -> Parser:
    from flightdata.parsers import registry  # see flightdata.computing

    if not application.format:
        return registry.choose(head, application.file_name)
    try:
        return registry.get(application.format)
    except registry.NoParser as error:
        raise Unreadable("UNKNOWN_FORMAT", str(error)) from error


def _options_for(application: Application) -> ParseOptions:
    """What the account is known to mean by its times and units."""
    if application.log is None:
        return ParseOptions()
    account = application.log.system_user
    return ParseOptions(
        time_zone=account.log_time_zone, altitude_unit=account.log_altitude_unit, speed_unit=account.log_speed_unit
    )


def _quarantine(lease: Lease[Application], error: Unreadable) -> bool:
    columns: dict[str, Any] = {"error_code": error.code, "error": error.sentence, "processing_stage": "quarantined"}
    with transaction.atomic():
        settled = lease.settle(ApplicationStatus.QUARANTINED, reason=error.sentence, **columns)
        if settled and Application.objects.filter(pk=lease.item.pk, superseded_at__isnull=False).exists():
            attention.settle(AttentionKind.QUARANTINED, "application", lease.item.pk)  # a newer version counts instead
    return settled


def _keep(lease: Lease[Application], reading: Reading) -> bool:
    """The reading becomes the current interpretation, and the flight is matched. False where the file is another worker's now."""
    counts = reading.result.counts
    reason = f"{counts.records} records, {counts.rejects} rejects"
    columns: dict[str, Any] = {"parsed_at": Now(), "error": "", "error_code": "", "processing_stage": "done"}
    with transaction.atomic():
        if not lease.settle(ApplicationStatus.PARSED, reason=reason, **columns):
            return False
        # As it is now: a person may have matched it, and a log may have brought the same bytes, while it was read.
        application = lease.kind.load(Application.objects.filter(pk=lease.item.pk)).get()
        Interpretation.objects.filter(application=application, current=True).update(current=False)
        matching.match(application, _interpretation(application, reading))
        if _options_for(application) != reading.options:
            applications.read_again(application, actor="clock", reason="zone or units of its times and figures are others now")
    return True


def _clear_away(application: Application, files: set[Path]) -> None:
    """Remove those that no interpretation refers to: replaced ones, and those of attempts that came to nothing."""
    rows = Interpretation.objects.filter(application=application).values_list("track_key", "rejects_key")
    store.remove_tracks(files, {key for pair in rows for key in pair if key})


def _folder_of(application: Application) -> str:
    return f"{application.customer_id}/{application.pk}"


def _interpretation(application: Application, reading: Reading) -> Interpretation:
    """The row of a reading. The same parser with the same options replaces what it read before."""
    return Interpretation.objects.update_or_create(
        application=application,
        parser=reading.result.parser_name,
        parser_version=reading.result.parser_version,
        options_hash=reading.options.digest(),
        defaults={"options": reading.options.canonical(), "updated_at": Now(), **_fields(reading)},
    )[0]


def _fields(reading: Reading) -> dict[str, Any]:
    result = reading.result
    box = result.bounds
    return {
        "current": True,
        "lines": result.counts.lines,
        "records": result.counts.records,
        "rejects": result.counts.rejects,
        "comments": result.counts.comments,
        "flagged": result.counts.flagged,
        "flags": dict(result.flags),
        "encoding": result.encoding,
        "stated_job_ids": list(result.stated_job_ids),
        "synthetic": result.synthetic,
        "started_at": result.started_at,
        "ended_at": result.ended_at,
        "bounds": [box.min_lon, box.min_lat, box.max_lon, box.max_lat] if box else None,
        "line": reading.line,
        "track_key": reading.track_key,
        "rejects_key": reading.rejects_key,
        "parse_ms": reading.milliseconds,
    }


def reparse(application: Application, *, actor: str) -> None:
    """Read the file again, with the parser and the options of today. What was read before stays current meanwhile."""
    if application.status not in applications.READ:
        raise Refused(f"the file is {application.status}; it will be read without being asked", "notReparseable")
    if not applications.read_again(application, actor=actor, reason="reparse asked for"):
        raise Refused("the application has changed meanwhile; look at it again", "changedMeanwhile")
