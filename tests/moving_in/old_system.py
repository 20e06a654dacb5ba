"""What the old system holds, and the files that MongoDB's tools make of it."""

import gzip
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import bson
from bson import ObjectId, json_util
from bson.json_util import CANONICAL_JSON_OPTIONS, RELAXED_JSON_OPTIONS

SECRET = "crop-circle-77"  # never to be seen in a report or log
LONG_AGO = datetime(2025, 5, 1, 12, tzinfo=UTC)


def an_id(number: int, kind: str = "a") -> ObjectId:
    """The number'th document of a kind: one a minute, as a busy office makes them."""
    return ObjectId(f"{0x65000000 + number * 60:08x}{ord(kind):02x}{number:014x}")


def plain(number: int, user: ObjectId, job: int, **fields: Any) -> dict[str, Any]:
    """The older generation."""
    return {"_id": an_id(number), "job": job, "user": user, "status": 0, "date": LONG_AGO, "__v": 0, **fields}


def guided(number: int, user: ObjectId, job: int, upload: str = "synced", **fields: Any) -> dict[str, Any]:
    """The implementation guide's generation."""
    state = {"status": upload, "attempts": 1, "lastAttempt": LONG_AGO}
    state |= {"lastSuccess": LONG_AGO} if upload == "synced" else {}
    own = {
        "status": 1,
        "partnerType": "satloc",
        "partnerConfig": {"aircraftId": "N502AG", "priority": "high"},
        "partnerMetadata": {"field": "river bend"},
        "syncState": {"jobUpload": state, "dataPolling": {"status": "idle", "attempts": 0, "lastDataCheck": LONG_AGO}},
        **({"externalJobId": f"ext-{number}"} if upload == "synced" else {}),
    }
    return plain(number, user, job, **{**own, **fields})


def a_user(number: int, customer: ObjectId | str, **fields: Any) -> dict[str, Any]:
    return {
        "_id": an_id(number, "u"), "username": f"pilot{number}", "password": f"$2b$10${SECRET}", "role": "pilot",
        "customerId": customer, "name": f"Pilot {number}", "active": True, **fields,
    }  # fmt: skip


def an_operator(number: int = 1, **fields: Any) -> dict[str, Any]:
    """An operator of the old system was a user."""
    return {
        "_id": an_id(number, "c"),
        "username": f"operator{number}",
        "role": "customer",
        "name": f"Operator {number}",
        **fields,
    }


def a_partner(**fields: Any) -> dict[str, Any]:
    return {
        "_id": an_id(1, "p"),
        "partnerCode": "SATLOC",
        "partnerName": "SatLoc",
        "username": "satloc",
        "active": True,
        **fields,
    }


def an_account(customer: ObjectId, **fields: Any) -> dict[str, Any]:
    return {
        "_id": an_id(1, "s"), "partnerId": an_id(1, "p"), "customerId": customer, "name": "Prairie at SatLoc",
        "partnerUsername": "prairie@example.com", "apiKey": f"key-{SECRET}", "apiSecret": SECRET, "active": True, **fields,
    }  # fmt: skip


def a_job(number: int, customer: ObjectId, **fields: Any) -> dict[str, Any]:
    return {"_id": number, "name": f"Field {number}", "customerId": customer, "swathWidth": 20, "measureUnit": False, **fields}


def relaxed(documents: Iterable[dict[str, Any]], path: Path) -> Path:
    """As `mongoexport` writes them."""
    return _json(documents, path, RELAXED_JSON_OPTIONS)


def canonical(documents: Iterable[dict[str, Any]], path: Path) -> Path:
    """As `mongoexport --jsonFormat=canonical` writes them."""
    return _json(documents, path, CANONICAL_JSON_OPTIONS)


def _json(documents: Iterable[dict[str, Any]], path: Path, options: json_util.JSONOptions) -> Path:
    path = path.with_suffix(".json")
    with path.open("w", encoding="utf-8") as stream:
        for one in documents:
            stream.write(json_util.dumps(one, json_options=options) + "\n")
    return path


def dumped(documents: Iterable[dict[str, Any]], path: Path) -> Path:
    """As `mongodump` writes them."""
    path = path.with_suffix(".bson")
    with path.open("wb") as stream:
        for one in documents:
            stream.write(bson.encode(one))
    return path


def zipped(write: Callable[[Iterable[dict[str, Any]], Path], Path]) -> Callable[[Iterable[dict[str, Any]], Path], Path]:
    """The same, as `mongodump --gzip` writes it."""

    def write_zipped(documents: Iterable[dict[str, Any]], path: Path) -> Path:
        whole = write(documents, path)
        packed = whole.with_name(whole.name + ".gz")
        packed.write_bytes(gzip.compress(whole.read_bytes()))
        whole.unlink()
        return packed

    return write_zipped


FORMATS = {
    "relaxed JSON": relaxed,
    "canonical JSON": canonical,
    "BSON": dumped,
    "zipped JSON": zipped(relaxed),
    "zipped BSON": zipped(dumped),
}


def a_whole(assignments: int = 12) -> dict[str, list[dict[str, Any]]]:
    """A database by collection: one operator with ten pilots, an account, jobs, and assignments of both generations."""
    operator = an_operator()
    pilots = [a_user(number, operator["_id"]) for number in range(10)]
    jobs = [a_job(1000 + number, operator["_id"]) for number in range(-(-assignments // 10))]
    given = [
        (plain if number % 3 else guided)(number, pilots[number % 10]["_id"], 1000 + number // 10)
        for number in range(assignments)
    ]
    return {
        "users": [operator, *pilots, a_partner(), an_account(operator["_id"])],
        "jobs": jobs,
        "job_assigns": given,
        "partner_log_trackers": [
            {"_id": an_id(1, "t"), "logId": "L-1", "logFileName": "one.log", "aircraftId": "N502AG",
             "customerId": operator["_id"], "partnerCode": "SATLOC", "processed": True},
        ],
    }  # fmt: skip


def a_dump(folder: Path, collections: dict[str, list[dict[str, Any]]], write: Any = dumped) -> Path:
    """A folder of `mongodump`, with what it writes beside the data."""
    folder.mkdir(parents=True)
    for name, documents in collections.items():
        write(documents, folder / name)
        (folder / f"{name}.metadata.json").write_text(json.dumps({"indexes": []}))
    return folder
