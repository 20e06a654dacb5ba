"""Flight logs as the cloud keeps and lists them."""

import hashlib
import json
import sqlite3
import uuid
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from sandbox.database import Database
from sandbox.recipes import Recipe


@dataclass(frozen=True)
class NewLog:
    """A log to be stored: its bytes, or the recipe of a big generated one.

    `listed_size`, `listed_date`: as the list shows them; None shows none. `listing`: further fields of its list entry,
    which win over the usual ones; a null takes a field away.
    """

    aircraft_id: str
    name: str
    content: bytes | Recipe
    log_id: str = ""
    listed_date: str | None = None
    listed_size: int | None = None
    listing: dict[str, Any] = field(default_factory=dict)
    job_id: str | None = None


def add_log(database: Database, company_id: str, log: NewLog) -> str:
    """Store a log, return its id. Raises ValueError when the id is taken within the company."""
    log_id = log.log_id or str(uuid.uuid4())
    values = {
        "company_id": company_id, "aircraft_id": log.aircraft_id, "log_id": log_id, "name": log.name,
        "listed_date": log.listed_date, "listed_size": log.listed_size, "listing": json.dumps(log.listing),
        "job_id": log.job_id, **_content_columns(log.content),
    }  # fmt: skip
    columns, marks = ", ".join(values), ", ".join("?" * len(values))
    try:
        database.write(f"INSERT INTO logs ({columns}) VALUES ({marks})", *values.values())  # noqa: S608 -- names of our own columns
    except sqlite3.IntegrityError as error:
        raise ValueError(f"log {log_id} exists already") from error
    return log_id


def _content_columns(content: bytes | Recipe) -> dict[str, Any]:
    if isinstance(content, Recipe):
        return {"content": None, "recipe": json.dumps(asdict(content)), "size": content.size, "sha256": None}
    digest = hashlib.sha256(content).hexdigest()
    return {"content": content, "recipe": None, "size": len(content), "sha256": digest}


def change_log(database: Database, company_id: str, log_id: str, changes: dict[str, Any]) -> bool:
    """Change columns of a log (`name`, `listed_date`, `listed_size`, `listing`, `content`); whether it was there."""
    values = {name: value for name, value in changes.items() if name != "content"}
    if "listing" in values:
        values["listing"] = json.dumps(values["listing"])
    if "content" in changes:
        values |= _content_columns(changes["content"])
    assignments = ", ".join(f"{name} = ?" for name in values)
    statement = f"UPDATE logs SET {assignments} WHERE company_id = ? AND log_id = ?"  # noqa: S608 -- names of our own columns
    return database.write(statement, *values.values(), company_id, log_id) == 1


def remove_log(database: Database, company_id: str, log_id: str) -> bool:
    """Take a log away; whether it was there."""
    return database.write("DELETE FROM logs WHERE company_id = ? AND log_id = ?", company_id, log_id) == 1


COLUMNS = "key, company_id, aircraft_id, log_id, name, listed_date, listed_size, listing, size, sha256, job_id, downloads"


def logs_of_aircraft(database: Database, company_id: str, aircraft_id: str) -> list[sqlite3.Row]:
    """All logs of an aircraft in the order they appeared, without their bytes."""
    return database.rows(
        f"SELECT {COLUMNS} FROM logs WHERE company_id = ? AND aircraft_id = ? ORDER BY key",  # noqa: S608
        company_id,
        aircraft_id,
    )


def all_logs(database: Database, newest: int | None = None) -> list[sqlite3.Row]:
    """All logs, or the `newest` ones, in the order they appeared, without their bytes."""
    statement = f"SELECT {COLUMNS} FROM logs ORDER BY key DESC LIMIT ?"  # noqa: S608 -- a constant
    return database.rows(statement, -1 if newest is None else newest)[::-1]


def count_logs(database: Database) -> int:
    """How many logs there are."""
    return int(database.rows("SELECT count(*) FROM logs")[0][0])


def log_content(database: Database, company_id: str, log_id: str) -> tuple[Iterable[bytes], int] | None:
    """The bytes of a log, in pieces, and their number."""
    row = database.row("SELECT content, recipe, size FROM logs WHERE company_id = ? AND log_id = ?", company_id, log_id)
    if row is None:
        return None
    if row["recipe"]:
        return Recipe(**json.loads(row["recipe"])).chunks(), row["size"]
    return (row["content"],), row["size"]


def count_download(database: Database, company_id: str, log_id: str) -> None:
    """A download of this log was asked for."""
    database.write("UPDATE logs SET downloads = downloads + 1 WHERE company_id = ? AND log_id = ?", company_id, log_id)
