"""The two ways in which SatLoc Cloud is documented to answer.

`Bare` is what was measured against the live service, `Envelope` what the implementation guide describes. What neither
says (fields of the log list, the reply to an upload, the answer to a bad token) is the most plain thing that fits.
"""

import json
import sqlite3
from collections.abc import Iterable
from typing import Any, Protocol

from sandbox.accounts import Account
from sandbox.answers import BYTES, Answer, empty_answer, json_answer, message_answer
from sandbox.clock import rfc3339

REFUSED = "Invalid Username or Password"


class Dialect(Protocol):
    """One way to answer. All times are Unix times."""

    needs_token: bool

    def alive(self) -> Answer:
        """To IsAlive."""

    def signed_in(self, account: Account, token: str, expires_at: float) -> Answer:
        """To a good AuthenticateAPIUser."""

    def refused(self) -> Answer:
        """To a wrong login or password."""

    def empty_login(self) -> Answer:
        """To a sign-in without a login."""

    def rejected(self, message: str) -> Answer:
        """To wrong ids and incomplete calls."""

    def bad_token(self) -> Answer:
        """To a sign-in that is no longer good."""

    def aircraft(self, rows: list[sqlite3.Row]) -> Answer:
        """To GetAircraftList."""

    def logs(self, account: Account, rows: list[sqlite3.Row]) -> Answer:
        """To GetAircraftLogs."""

    def uploaded(self, account: Account, job_id: str, done_at: float) -> Answer:
        """To a good UploadJobData."""


class Bare:
    """Plain JSON, HTTP statuses, no token."""

    needs_token = False

    def alive(self) -> Answer:
        return json_answer(document=True)

    def signed_in(self, account: Account, token: str, expires_at: float) -> Answer:
        return json_answer({"userId": account.user_id, "companyId": account.company_id, "email": account.email})

    def refused(self) -> Answer:
        return empty_answer(400, REFUSED)

    def empty_login(self) -> Answer:
        return message_answer("An error has occurred.", 500)

    def rejected(self, message: str) -> Answer:
        return message_answer(message, 400)

    def bad_token(self) -> Answer:
        return self.refused()

    def aircraft(self, rows: list[sqlite3.Row]) -> Answer:
        return json_answer([{"id": row["aircraft_id"], "tailNumber": row["tail_number"]} for row in rows])

    def logs(self, account: Account, rows: list[sqlite3.Row]) -> Answer:
        names = {"id": "id", "name": "logFileName", "date": "uploadedDate", "size": "fileSize"}
        return json_answer([_log_entry(account, row, names) for row in rows])

    def uploaded(self, account: Account, job_id: str, done_at: float) -> Answer:
        replies: dict[str, Any] = {"jobId": {"jobId": job_id}, "id": {"id": job_id}, "string": job_id}
        if account.upload_reply == "empty":
            return empty_answer(200)
        return json_answer(replies[account.upload_reply])


class Envelope:
    """HTTP 200 for everything that reached the service, inside an envelope; calls after sign-in carry a token."""

    needs_token = True

    def alive(self) -> Answer:
        return _enveloped(result=True)

    def signed_in(self, account: Account, token: str, expires_at: float) -> Answer:
        ids = {"UserId": account.user_id, "CompanyId": account.company_id}
        return _enveloped({**ids, "Token": token, "ExpiresAt": rfc3339(expires_at)})

    def refused(self) -> Answer:
        return self.rejected(REFUSED)

    def empty_login(self) -> Answer:
        return self.refused()

    def rejected(self, message: str) -> Answer:
        return json_answer({"IsSuccess": False, "Result": None, "ErrorMessage": message})

    def bad_token(self) -> Answer:
        document = {"IsSuccess": False, "Result": None, "ErrorMessage": "Invalid or expired token"}
        return json_answer(document, 401, headers=(("WWW-Authenticate", 'Bearer error="invalid_token"'),))

    def aircraft(self, rows: list[sqlite3.Row]) -> Answer:
        names = {"AircraftId": "aircraft_id", "AircraftName": "tail_number", "AircraftType": "type"}
        names |= {"Status": "status", "LastSeen": "last_seen"}
        return _enveloped([{shown: row[name] for shown, name in names.items()} for row in rows])

    def logs(self, account: Account, rows: list[sqlite3.Row]) -> Answer:
        names = {"id": "LogId", "name": "LogFileName", "date": "UploadedDate", "size": "FileSize"}
        return _enveloped([_log_entry(account, row, names) for row in rows])

    def uploaded(self, account: Account, job_id: str, done_at: float) -> Answer:
        return _enveloped({"JobId": job_id, "Status": "Accepted", "EstimatedCompletion": rfc3339(done_at)})


DIALECTS: dict[str, Dialect] = {"bare": Bare(), "envelope": Envelope()}


def _enveloped(result: Any) -> Answer:
    return json_answer({"IsSuccess": True, "Result": result, "ErrorMessage": None})


def _log_entry(account: Account, row: sqlite3.Row, names: dict[str, str]) -> dict[str, Any]:
    """One entry of the log list: what the account's cloud shows, then the log's own fields over it."""
    entry = {names["id"]: row["log_id"], names["name"]: row["name"]}
    if "date" in account.listed and row["listed_date"] is not None:
        entry[names["date"]] = row["listed_date"]
    if "size" in account.listed and row["listed_size"] is not None:
        entry[names["size"]] = row["listed_size"]
    entry |= json.loads(row["listing"])
    return {name: value for name, value in entry.items() if value is not None}


def log_file(chunks: Iterable[bytes], length: int) -> Answer:
    """A log's bytes, in both dialects the same."""
    return Answer(200, chunks, length, BYTES)
