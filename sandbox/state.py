"""Everything the cloud knows, as one JSON document."""

import base64
import hashlib
import json
import sqlite3
from dataclasses import asdict
from typing import Any

from sandbox import accounts, faults, logs, settings, uploads
from sandbox.clock import rfc3339
from sandbox.database import Database
from sandbox.journal import Journal
from sandbox.multipart import Part

JSON_OBJECT = dict[str, Any]


def camel(name: str) -> str:
    """`listed_size` as it is written on the wire: `listedSize`."""
    first, *others = name.split("_")
    return first + "".join(word.capitalize() for word in others)


def describe(database: Database, journal: Journal, newest: int | None = None) -> JSON_OBJECT:
    """The whole state, without passwords and tokens; lists are in the order in which things came. `newest`: only so
    many uploads and logs."""
    return {
        "totals": {"uploads": uploads.count_uploads(database), "logs": logs.count_logs(database)},
        "settings": {camel(name): value for name, value in asdict(settings.load(database)).items()},
        "accounts": [_account(database, account) for account in accounts.all_accounts(database)],
        "uploads": [_upload(database, row) for row in uploads.all_uploads(database, newest)],
        "logs": describe_logs(database, newest),
        "calls": journal.counts(),
        "callsByAccount": journal.counts_by_account(),
        "recentCalls": journal.recent(),
        "faults": [_fault(row) for row in faults.all_faults(database)],
    }


def describe_logs(database: Database, newest: int | None = None) -> list[JSON_OBJECT]:
    """All logs, or the `newest` ones, without their bytes."""
    return [_log(row) for row in logs.all_logs(database, newest)]


def _account(database: Database, account: accounts.Account) -> JSON_OBJECT:
    names = {"aircraft_id": "id", "tail_number": "tailNumber", "type": "type", "status": "status", "last_seen": "lastSeen"}
    aircraft = [{shown: row[name] for name, shown in names.items()} for row in accounts.aircraft_of(database, account.company_id)]
    return {**{camel(name): value for name, value in asdict(account).items()}, "aircraft": aircraft}


def _upload(database: Database, row: sqlite3.Row) -> JSON_OBJECT:
    return {
        "jobId": row["job_id"],
        "account": row["login"],
        "aircraftId": row["aircraft_id"],
        "receivedAt": rfc3339(row["received_at"]),
        "jobNumber": row["job_number"],
        "jobName": row["job_name"],
        "areas": row["areas"],
        "fliesAt": rfc3339(row["flies_at"]),
        "logId": row["log_id"],
        "note": row["note"],
        "parts": [_part(part) for part in uploads.parts_of(database, row["key"])],
    }


def _part(part: Part) -> JSON_OBJECT:
    """One part of a form: `text` where it is UTF-8, else `contentBase64`."""
    text, encoded = None, None
    try:
        text = part.content.decode()
    except UnicodeDecodeError:
        encoded = base64.b64encode(part.content).decode()
    return {
        "name": part.name,
        "filename": part.filename,
        "headers": part.headers,
        "size": len(part.content),
        "sha256": hashlib.sha256(part.content).hexdigest(),
        "text": text,
        "contentBase64": encoded,
    }


def _log(row: sqlite3.Row) -> JSON_OBJECT:
    return {
        "id": row["log_id"],
        "companyId": row["company_id"],
        "aircraftId": row["aircraft_id"],
        "name": row["name"],
        "listedDate": row["listed_date"],
        "listedSize": row["listed_size"],
        "listing": json.loads(row["listing"]),
        "size": row["size"],
        "sha256": row["sha256"],
        "jobId": row["job_id"],
        "downloads": row["downloads"],
    }


def _fault(row: sqlite3.Row) -> JSON_OBJECT:
    return {
        "id": row["fault_id"],
        "operation": row["operation"],
        "account": row["login"],
        "kind": row["kind"],
        "times": row["times"],
        "probability": row["probability"],
        "options": json.loads(row["options"]),
        "seen": row["seen"],
        "fired": row["fired"],
        "active": row["times"] is None or row["fired"] < row["times"],
    }
