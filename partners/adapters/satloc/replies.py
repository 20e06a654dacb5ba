"""Reading SatLoc Cloud's answers, in either dialect; which one is decided for each answer by itself.

``bare`` is what was measured against the live service, ``envelope`` what the implementation guide describes. The tables
marked A1 and A2 are assumptions where nothing is public; ``docs/partners.md`` lists them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, ClassVar

from partners.adapters.errors import CredentialsRejected, PartnerError, Rejected
from partners.adapters.fields import LONGEST_ID, Oddities, as_id, as_moment, as_size, as_text, as_token, first
from partners.adapters.http import Answer
from partners.adapters.readings import UNKNOWN, Reading, Refused, final
from partners.adapters.records import AircraftListing, ListedAircraft, ListedLog, LogListing, SignIn, UploadReceipt

Names = tuple[str, ...]

CHECK_LOGIN = "Check login and password of this account in the SatLoc cloud, and enter them again."

_PLAIN_ID = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[A-Za-z0-9][\w.:-]{1,63}")


class Replies:
    """The tables of names, and one reader for each call. Readers raise Refused for what they do not know."""

    user_id: ClassVar[Names] = ("userId", "UserId")
    company_id: ClassVar[Names] = ("companyId", "CompanyId")
    token: ClassVar[Names] = ("Token", "token")
    expires_at: ClassVar[Names] = ("ExpiresAt", "expiresAt")

    aircraft_id: ClassVar[Names] = ("id", "AircraftId")
    aircraft_name: ClassVar[Names] = ("tailNumber", "AircraftName")

    # A1: the fields of the log list are not public.
    log_id: ClassVar[Names] = ("id", "logId", "LogId", "Id")
    log_name: ClassVar[Names] = ("logFileName", "LogFileName", "fileName", "FileName")
    log_date: ClassVar[Names] = ("uploadedDate", "UploadedDate", "uploadDate", "date")
    log_size: ClassVar[Names] = ("fileSize", "FileSize", "size")

    # A2: the reply to an upload is not public in the bare dialect.
    job_id: ClassVar[Names] = ("jobId", "JobId", "id", "Id")
    complaint: ClassVar[Names] = ("message", "Message", "error", "errors", "ErrorMessage")

    envelope_rows: ClassVar[Mapping[str, Reading]] = {
        "sign_in": final(CredentialsRejected, "refused the login", CHECK_LOGIN),
    }
    """How IsSuccess: false is read, by operation; elsewhere it is `envelope_row`."""

    envelope_row: ClassVar[Reading] = final(Rejected, "refused the request", "Correct what it names, then retry.")

    messages: ClassVar[Mapping[str, type[PartnerError]]] = {}
    """Whole messages of an envelope that mean another error than the rows above; compared for equality."""

    def result(self, answer: Answer, operation: str) -> Any:
        """What an answer says, out of its envelope where it has one."""
        document = answer.json()
        if not isinstance(document, dict) or "IsSuccess" not in document:
            answer.dialect = "bare"
            return document
        answer.dialect = "envelope"
        if document["IsSuccess"] is True:
            return document.get("Result")
        if document["IsSuccess"] is False:
            raise self._refusal(operation, document.get("ErrorMessage"))
        raise Refused(UNKNOWN, "IsSuccess is neither true nor false")

    def words(self, answer: Answer) -> str:
        """The explanation in the answer to a refused request."""
        try:
            document = answer.json()
        except Refused:
            return ""
        answer.dialect = "envelope" if isinstance(document, dict) and "IsSuccess" in document else "bare"
        return as_text(first(document, self.complaint)) if isinstance(document, dict) else ""

    def alive(self, answer: Answer) -> None:
        """IsAlive: ``true`` as JSON or text, or a good envelope."""
        if answer.text().strip().casefold() == "true":
            answer.dialect = "bare"
            return
        result = self.result(answer, "ping")
        if answer.dialect != "envelope" or result is False:
            raise Refused(UNKNOWN, "it does not say that it is alive")

    def signed_in(self, answer: Answer) -> SignIn:
        """AuthenticateAPIUser: good only with a user id and a company id."""
        result = self.result(answer, "sign_in")
        fields = result if isinstance(result, dict) else {}
        user_id, company_id = as_id(first(fields, self.user_id)), as_id(first(fields, self.company_id))
        if user_id is None or company_id is None:
            raise Refused(UNKNOWN, "the answer holds no user id and company id")
        token = as_token(first(fields, self.token))
        expires_at = as_moment(first(fields, self.expires_at))
        return SignIn(user_id, company_id, token, expires_at, answer.dialect)

    def aircraft(self, answer: Answer) -> AircraftListing:
        """GetAircraftList."""
        listing = AircraftListing([])
        for number, entry in enumerate(self._list(answer, "list_aircraft"), 1):
            fault = _fault(entry, self.aircraft_id)
            if fault:
                listing.bad_entries.append(f"Entry {number} of the aircraft list {fault}.")
            else:
                listing.aircraft.append(self._one_aircraft(entry))
        return listing

    def logs(self, answer: Answer) -> LogListing:
        """GetAircraftLogs (A1)."""
        listing, oddities = LogListing([]), Oddities()
        for number, entry in enumerate(self._list(answer, "list_logs"), 1):
            fault = _fault(entry, self.log_id)
            if fault:
                listing.bad_entries.append(f"Entry {number} of the log list {fault}.")
            else:
                listing.logs.append(self._one_log(entry, oddities))
        listing.notes.extend(oddities.sentences())
        return listing

    def receipt(self, answer: Answer) -> UploadReceipt:
        """UploadJobData (A2): an object, a bare string, or nothing; anything else, and any complaint, is no receipt."""
        if not answer.body and not answer.ends_clearly:
            raise Refused(UNKNOWN, "its answer broke off, or is empty")
        plain = answer.text().strip()
        if answer.headers.get("Content-Type", "").startswith("text/plain") and _PLAIN_ID.fullmatch(plain):
            answer.dialect = "bare"
            return UploadReceipt(plain, {"dialect": "bare"})
        result = self.result(answer, "upload_job")
        fields = result if isinstance(result, dict) else {"jobId": result}
        job_id = first(fields, self.job_id)
        if (job_id is not None and as_id(job_id) is None) or (not isinstance(result, str | dict | None)):
            raise Refused(UNKNOWN, "it may have taken the job, but gave something else than a job id")
        if job_id is None and first(fields, self.complaint) is not None:
            raise Refused(UNKNOWN, first(fields, self.complaint))
        said = {"status": fields.get("Status"), "estimatedCompletion": fields.get("EstimatedCompletion")}
        metadata = {name: as_text(value) for name, value in said.items() if value is not None}
        return UploadReceipt(as_id(job_id), {"dialect": answer.dialect, **metadata})

    def log_head(self, head: bytes, whole: bool) -> None:
        """The first bytes of GetAircraftLogData: refuse a web page, or an envelope in place of the file."""
        start = head[:200].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
        if start.startswith((b"<!doctype html", b"<html")):
            raise Refused(UNKNOWN, "it sent a web page in place of the log")
        if whole and start.startswith(b"{") and b"IsSuccess" in head:
            self.result(Answer(200, {}, head), "download_log")
            raise Refused(UNKNOWN, "it sent an envelope in place of the log")

    def _refusal(self, operation: str, message: object) -> Refused:
        row = self.envelope_rows.get(operation, self.envelope_row)
        error_class = self.messages.get(message) if isinstance(message, str) else None
        return Refused(final(error_class, row.what, row.advice) if error_class else row, as_text(message))

    def _list(self, answer: Answer, operation: str) -> list[Any]:
        result = self.result(answer, operation)
        if not isinstance(result, list):
            raise Refused(UNKNOWN, "the answer is no list")
        return result

    def _one_aircraft(self, entry: Mapping[str, Any]) -> ListedAircraft:
        return ListedAircraft(
            external_id=as_id(first(entry, self.aircraft_id)) or "",
            name=as_text(first(entry, self.aircraft_name)),
            type=as_text(entry.get("AircraftType")),
            status=as_text(entry.get("Status")),
            last_seen=as_moment(entry.get("LastSeen")),
        )

    def _one_log(self, entry: Mapping[str, Any], oddities: Oddities) -> ListedLog:
        stated_date, stated_size = first(entry, self.log_date), first(entry, self.log_size)
        listed_at, size = as_moment(stated_date), as_size(stated_size)
        if stated_date is not None and listed_at is None:
            oddities.note("date", stated_date)
        if stated_size is not None and size is None:
            oddities.note("size", stated_size)
        return ListedLog(as_id(first(entry, self.log_id)) or "", as_text(first(entry, self.log_name)), size, listed_at)


def _fault(entry: object, id_names: Names) -> str:
    if not isinstance(entry, dict):
        return f"is no object but {type(entry).__name__}"
    if first(entry, id_names) is None:
        return f"has no id (none of {', '.join(id_names)})"
    if as_id(first(entry, id_names)) is None:
        return f"has an id that cannot be used: neither a text of at most {LONGEST_ID} characters nor a whole number"
    return ""
