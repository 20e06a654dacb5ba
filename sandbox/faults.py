"""Faults that tests and people inject: which call they hit, how often, and what they do to the answer."""

import hashlib
import json
import sqlite3
from dataclasses import dataclass, field
from typing import Any

from sandbox.answers import Answer, empty_answer, html_answer, json_answer
from sandbox.database import Database
from sandbox.dialects import Dialect
from sandbox.settings import load

# Kinds in place of the call: nothing is stored, unless the option `accepted` is true.
REPLACING = {
    "status": {"status", "body", "retryAfter", "accepted"},
    "rate_limit": {"retryAfter"},
    "refused_sign_in": set[str](),
    "refused_token": {"status"},
}
# Kinds that serve the call and change the body of the answer.
DISTORTING = {
    "not_json": set[str](),
    "wrong_type": {"value"},
    "html": set[str](),
    "without_id": set[str](),
    "huge_listing": {"entries", "date"},
    "unknown_fields": set[str](),
    "job_id": {"jobId"},
}
# Kinds that act on the connection.
DELIVERING = {
    "reset_before": set[str](),
    "reset_after": {"sent"},
    "late": {"seconds"},
    "drip": {"part", "seconds"},
    "truncated": {"keep", "framing"},
    "endless": {"bytesPerSecond"},
    "unsized": {"framing"},
}
KINDS = REPLACING | DISTORTING | DELIVERING


@dataclass(frozen=True)
class Fault:
    """One injected fault. `operation` and `login`: `*` is any. `times`: how often it still fires, None for ever."""

    operation: str
    login: str
    kind: str
    times: int | None = None
    probability: float = 1.0
    options: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raise ValueError, naming the field and what is expected."""
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of {', '.join(KINDS)}, not {self.kind!r}")
        unknown = set(self.options) - KINDS[self.kind]
        if unknown:
            known = ", ".join(sorted(KINDS[self.kind])) or "no options"
            raise ValueError(f"{self.kind} does not know {', '.join(sorted(unknown))}; it takes {known}")
        if self.times is not None and (not isinstance(self.times, int) or self.times < 1):
            raise ValueError("times must be an integer above 0, or null")
        if not isinstance(self.probability, int | float) or not 0 < self.probability <= 1:
            raise ValueError("probability must be above 0 and at most 1")
        _check_options(self.options)


def _check_options(options: dict[str, Any]) -> None:
    for name in ("seconds", "retryAfter", "keep", "sent", "entries", "bytesPerSecond"):
        value = options.get(name, 0)
        if not isinstance(value, int | float) or value < 0:
            raise ValueError(f"{name} must be a number, 0 or more")
    choices = {"body": ("json", "html", "empty"), "part": ("headers", "body"), "framing": ("length", "chunked", "close")}
    for name, known in choices.items():
        if name in options and options[name] not in known:
            raise ValueError(f"{name} must be one of {', '.join(known)}")
    status = options.get("status", 500)
    if not isinstance(status, int) or not 200 <= status <= 599:
        raise ValueError("status must be an integer from 200 to 599")


def add_fault(database: Database, fault: Fault) -> int:
    """Inject a fault behind those that are there; its number."""
    values = (fault.operation, fault.login, fault.kind, fault.times, fault.probability, json.dumps(fault.options))
    with database.transaction() as connection:
        cursor = connection.execute(
            "INSERT INTO faults (operation, login, kind, times, probability, options) VALUES (?, ?, ?, ?, ?, ?)", values
        )
        return int(cursor.lastrowid or 0)


def all_faults(database: Database) -> list[sqlite3.Row]:
    """All faults in the order they were injected, those used up too."""
    return database.rows("SELECT * FROM faults ORDER BY fault_id")


def clear_faults(database: Database, fault_id: int | None = None) -> int:
    """Take away one fault, or all; how many there were."""
    return database.write("DELETE FROM faults WHERE ? IS NULL OR fault_id = ?", fault_id, fault_id)


def take_fault(database: Database, operation: str, login: str) -> Fault | None:
    """The first fault that hits this call, counted as fired."""
    matching = (
        "SELECT * FROM faults WHERE operation IN (?, '*') AND login IN (?, '*') AND (times IS NULL OR fired < times)"
        " ORDER BY fault_id"
    )
    if database.row(matching, operation, login) is None:
        return None
    with database.transaction() as connection:
        for row in database.rows(matching, operation, login):
            fires = _fires(load(database).seed, row)
            counts = (row["seen"] + 1, row["fired"] + fires, row["fault_id"])
            connection.execute("UPDATE faults SET seen = ?, fired = ? WHERE fault_id = ?", counts)
            if fires:
                return _fault(row)
    return None


def _fault(row: sqlite3.Row) -> Fault:
    options = json.loads(row["options"])
    return Fault(row["operation"], row["login"], row["kind"], row["times"], row["probability"], options)


def _fires(seed: int, row: sqlite3.Row) -> bool:
    """Whether a fault with a probability fires this time: the same seed and count always decide the same."""
    digest = hashlib.sha256(f"{seed}:{row['fault_id']}:{row['seen']}".encode()).digest()
    return int.from_bytes(digest[:8], "big") / 2**64 < row["probability"]


def replacement(fault: Fault, dialect: Dialect) -> Answer | None:
    """The answer that stands in place of the call's own, or None when this kind has none."""
    if fault.kind == "refused_sign_in":
        return dialect.refused()
    if fault.kind == "refused_token":
        return _status(fault.options["status"], {}) if "status" in fault.options else dialect.bad_token()
    if fault.kind == "rate_limit":
        return _status(429, {"retryAfter": 2, **fault.options})
    if fault.kind == "status":
        return _status(fault.options.get("status", 500), fault.options)
    return None


def _status(status: int, options: dict[str, Any]) -> Answer:
    headers = (("Retry-After", str(options["retryAfter"])),) if "retryAfter" in options else ()
    if options.get("body") == "empty":
        return empty_answer(status, headers=headers)
    if options.get("body") == "html":
        return html_answer(f"{status} from the proxy", status, headers=headers)
    return json_answer({"message": f"An error has occurred ({status})."}, status, headers=headers)
