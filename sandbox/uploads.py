"""Uploaded jobs, kept part by part as received, and the flights they lead to."""

import json
import sqlite3
import threading
import uuid
from dataclasses import dataclass

from shapely.errors import ShapelyError

from sandbox.accounts import Account
from sandbox.clock import now, rfc3339
from sandbox.database import Database
from sandbox.fields import Field
from sandbox.flightlog import Flight, file_name, write_log
from sandbox.jobs import UploadedJob, read_job
from sandbox.logs import NewLog, add_log
from sandbox.multipart import Part
from sandbox.passes import NotFlyable
from sandbox.settings import Settings, load


class DuplicateRefused(ValueError):
    """The cloud is set to refuse a job it already has."""


@dataclass(frozen=True)
class Received:
    """What an upload became. `flies_at` is Unix time."""

    job_id: str
    flies_at: float


def receive_job(database: Database, account: Account, aircraft_id: str, parts: list[Part]) -> Received:
    """Store an upload. Raises `DuplicateRefused` where the settings say so."""
    settings = load(database)
    job = read_job(next(part.content for part in parts if part.name == "jobData"))
    with database.transaction() as connection:
        earlier = _earlier(database, account, aircraft_id, job) if settings.duplicates != "accept" else None
        if earlier and settings.duplicates == "refuse":
            raise DuplicateRefused(f"job {job.number or job.name} was uploaded already")
        if earlier:
            return Received(earlier["job_id"], earlier["flies_at"])
        received_at = now()
        received = Received(_new_job_id(database, account), received_at + settings.flight_delay)
        cursor = connection.execute(
            "INSERT INTO uploads (job_id, login, company_id, aircraft_id, received_at, job_number, job_name, areas, "
            "flies_at, note) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (received.job_id, account.login, account.company_id, aircraft_id, received_at, job.number, job.name,
             job.areas, received.flies_at, job.note),
        )  # fmt: skip
        for position, part in enumerate(parts):
            values = (cursor.lastrowid, position, part.name, part.filename, json.dumps(part.headers), part.content)
            connection.execute("INSERT INTO upload_parts VALUES (?, ?, ?, ?, ?, ?)", values)
        if settings.keep:
            _forget_older(connection, account.company_id, settings.keep)
        return received


def _forget_older(connection: sqlite3.Connection, company_id: str, keep: int) -> None:
    """Uploads of the company beyond the newest `keep`, with their parts and logs."""
    old = "SELECT key, log_id FROM uploads WHERE company_id = ? ORDER BY key DESC LIMIT -1 OFFSET ?"
    for upload in connection.execute(old, (company_id, keep)).fetchall():
        connection.execute("DELETE FROM upload_parts WHERE upload_key = ?", (upload["key"],))
        connection.execute("DELETE FROM uploads WHERE key = ?", (upload["key"],))
        connection.execute("DELETE FROM logs WHERE company_id = ? AND log_id = ?", (company_id, upload["log_id"]))


def _earlier(database: Database, account: Account, aircraft_id: str, job: UploadedJob) -> sqlite3.Row | None:
    """An earlier upload of the same job number, or of the same name where it has no number."""
    return database.row(
        "SELECT * FROM uploads WHERE company_id = ? AND aircraft_id = ? AND job_number = ? AND (? != '' OR job_name = ?)",
        account.company_id, aircraft_id, job.number, job.number, job.name,
    )  # fmt: skip


def _new_job_id(database: Database, account: Account) -> str:
    if account.job_ids == "uuid":
        return str(uuid.uuid4())
    row = database.row(
        "SELECT coalesce(max(CAST(job_id AS INTEGER)), 0) + 1 AS number FROM uploads "
        "WHERE company_id = ? AND job_id NOT GLOB '*[^0-9]*'",
        account.company_id,
    )
    return str(row["number"]) if row else "1"


def all_uploads(database: Database, newest: int | None = None) -> list[sqlite3.Row]:
    """All uploads, or the `newest` ones, in the order they came."""
    return database.rows("SELECT * FROM uploads ORDER BY key DESC LIMIT ?", -1 if newest is None else newest)[::-1]


def count_uploads(database: Database) -> int:
    """How many uploads there are."""
    return int(database.rows("SELECT count(*) FROM uploads")[0][0])


def parts_of(database: Database, upload_key: int) -> list[Part]:
    """The form of an upload as received."""
    rows = database.rows("SELECT * FROM upload_parts WHERE upload_key = ? ORDER BY position", upload_key)
    return [Part(row["name"], row["filename"], json.loads(row["headers"]), row["content"]) for row in rows]


class Hangar:
    """Flies uploaded jobs once their time has come.

    There is no clock of its own: whoever looks at logs asks first for what is due, so a flight that was due while the
    process was down appears as soon as it is up again.
    """

    def __init__(self, database: Database, fields: tuple[Field, ...]) -> None:
        self._database, self._fields = database, fields
        self._one_at_a_time = threading.Lock()

    def fly_due(self) -> None:
        """Make the logs of all uploads that are due."""
        with self._one_at_a_time:
            due = self._database.rows(
                "SELECT uploads.*, accounts.log_names, aircraft.tail_number FROM uploads "
                "JOIN accounts USING (login) JOIN aircraft USING (company_id, aircraft_id) "
                "WHERE log_id IS NULL AND note IS NULL AND flies_at <= ? ORDER BY flies_at",
                now(),
            )
            settings = load(self._database) if due else Settings()
            for upload in due:
                self._fly(upload, settings)

    def _fly(self, upload: sqlite3.Row, settings: Settings) -> None:
        job = read_job(next(part.content for part in parts_of(self._database, upload["key"]) if part.name == "jobData"))
        started_at = upload["received_at"]
        flight = Flight(upload["job_id"], job, started_at, settings.seed, settings.records_per_second)
        try:
            content = write_log(flight, self._fields)
        except (NotFlyable, ShapelyError) as reason:
            self._database.write("UPDATE uploads SET note = ? WHERE key = ?", str(reason), upload["key"])
            return
        name = file_name(upload["log_names"], upload["job_number"] or upload["key"], upload["tail_number"], started_at)
        log = NewLog(
            upload["aircraft_id"], name, content, job_id=upload["job_id"],
            listed_date=rfc3339(upload["flies_at"]), listed_size=len(content),
        )  # fmt: skip
        with self._database.transaction():
            log_id = add_log(self._database, upload["company_id"], log)
            self._database.write("UPDATE uploads SET log_id = ? WHERE key = ?", log_id, upload["key"])
