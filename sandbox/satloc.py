"""The calls of SatLoc Cloud, each from a request to an answer."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import parse_qsl

from sandbox import accounts, logs
from sandbox.accounts import Account
from sandbox.answers import Answer, message_answer
from sandbox.database import Database
from sandbox.dialects import DIALECTS, Dialect, log_file
from sandbox.multipart import MalformedForm, Part, read_form
from sandbox.settings import load
from sandbox.uploads import DuplicateRefused, Hangar, receive_job

UPLOAD_FIELDS = ("userId", "aircraftId", "jobData", "metadata")


@dataclass(frozen=True)
class Call:
    """One request to the cloud. `query` as sent, without the question mark; header values by their usual names."""

    method: str
    operation: str
    query: str = ""
    content_type: str = ""
    authorization: str = ""
    body: bytes = b""

    @cached_property
    def form(self) -> list[Part]:
        """The parts of a multipart body. Raises `MalformedForm`."""
        return read_form(self.content_type, self.body)

    @cached_property
    def values(self) -> dict[str, str]:
        """Query and form fields by name; files are left out, and so is a form that cannot be read."""
        values = dict(parse_qsl(self.query, keep_blank_values=True))
        try:
            parts = self.form if self.method == "POST" else []
        except MalformedForm:
            parts = []
        return values | {part.name: part.content.decode(errors="replace") for part in parts if part.filename is None}

    @property
    def token(self) -> str:
        """The bearer token, or nothing."""
        scheme, _, token = self.authorization.partition(" ")
        return token.strip() if scheme.lower() == "bearer" else ""


class Rejection(Exception):
    """The call cannot be served; `answer` is what the caller gets."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class Cloud:
    """The six calls over one state file."""

    def __init__(self, database: Database, hangar: Hangar) -> None:
        self._database, self._hangar = database, hangar
        self._operations: dict[str, tuple[str, Callable[[Call], Answer]]] = {
            "IsAlive": ("GET", self._is_alive),
            "AuthenticateAPIUser": ("GET", self._authenticate),
            "GetAircraftList": ("GET", self._aircraft_list),
            "GetAircraftLogs": ("GET", self._aircraft_logs),
            "GetAircraftLogData": ("GET", self._log_data),
            "UploadJobData": ("POST", self._upload),
        }

    def operations(self) -> tuple[str, ...]:
        """The names of all calls."""
        return tuple(self._operations)

    def caller(self, call: Call) -> str:
        """The login that this call is about, or nothing: the one it names, else that of its user id or token."""
        if call.values.get("userLogin"):
            return call.values["userLogin"]
        account = accounts.account_of_user(self._database, call.values.get("userId", ""))
        return account.login if account else accounts.login_of_token(self._database, call.token) or ""

    def dialect(self, login: str = "") -> Dialect:
        """How calls about this login are answered."""
        account = accounts.account_of(self._database, login)
        return DIALECTS[(account.dialect if account else None) or load(self._database).dialect]

    def answer(self, call: Call) -> Answer:
        """Serve one call."""
        method, operation = self._operations.get(call.operation, ("", None))
        if operation is None:
            return message_answer(f"No resource was found for {call.operation}.", 404)
        if call.method != method:
            return message_answer(f"The requested resource does not support http method '{call.method}'.", 405)
        try:
            return operation(call)
        except Rejection as rejection:
            return rejection.answer

    def _is_alive(self, call: Call) -> Answer:
        return self.dialect().alive()

    def _authenticate(self, call: Call) -> Answer:
        login = call.values.get("userLogin", "")
        dialect = self.dialect(login)
        if not login:
            return dialect.empty_login()
        account = accounts.sign_in(self._database, login, call.values.get("password", ""))
        if account is None:
            return dialect.refused()
        token, expires_at = accounts.issue_token(self._database, account) if dialect.needs_token else ("", 0.0)
        return dialect.signed_in(account, token, expires_at)

    def _aircraft_list(self, call: Call) -> Answer:
        account, dialect = self._signed_in(call)
        if call.values.get("companyId") != account.company_id:
            raise Rejection(dialect.rejected("Invalid companyId"))
        return dialect.aircraft(accounts.aircraft_of(self._database, account.company_id))

    def _aircraft_logs(self, call: Call) -> Answer:
        account, dialect = self._signed_in(call)
        aircraft_id = self._aircraft_id(call, account, dialect)
        self._hangar.fly_due()
        return dialect.logs(account, logs.logs_of_aircraft(self._database, account.company_id, aircraft_id))

    def _log_data(self, call: Call) -> Answer:
        account, dialect = self._signed_in(call)
        log_id = call.values.get("logId", "")
        content = logs.log_content(self._database, account.company_id, log_id)
        if content is None:
            raise Rejection(dialect.rejected("Invalid logId"))
        logs.count_download(self._database, account.company_id, log_id)
        return log_file(*content)

    def _upload(self, call: Call) -> Answer:
        account, dialect = self._signed_in(call)
        aircraft_id = self._aircraft_id(call, account, dialect)
        try:
            _check_upload(call)
            received = receive_job(self._database, account, aircraft_id, call.form)
        except (MalformedForm, DuplicateRefused) as error:
            raise Rejection(dialect.rejected(str(error))) from error
        return dialect.uploaded(account, received.job_id, received.flies_at)

    def _signed_in(self, call: Call) -> tuple[Account, Dialect]:
        """The account of the call's user id and its dialect. Raises `Rejection`."""
        account = accounts.account_of_user(self._database, call.values.get("userId", ""))
        dialect = self.dialect(self.caller(call))
        if dialect.needs_token:
            login = accounts.login_of_token(self._database, call.token)
            if login is None:
                raise Rejection(dialect.bad_token())
            if account is not None and account.login != login:
                raise Rejection(dialect.rejected("Invalid userId"))
        elif account is not None and accounts.must_sign_in(self._database, account):
            raise Rejection(dialect.bad_token())
        if account is None:
            raise Rejection(dialect.rejected("Invalid userId"))
        return account, dialect

    def _aircraft_id(self, call: Call, account: Account, dialect: Dialect) -> str:
        aircraft_id = call.values.get("aircraftId", "")
        if accounts.find_aircraft(self._database, account.company_id, aircraft_id) is None:
            raise Rejection(dialect.rejected("Invalid aircraftId"))
        return aircraft_id


def _check_upload(call: Call) -> None:
    """Raise `MalformedForm` when the form lacks something that the guide puts into it."""
    names = [part.name for part in call.form]
    for name in UPLOAD_FIELDS:
        if names.count(name) != 1:
            raise MalformedForm(f"the form must have the part {name} once")
    if next(part.filename for part in call.form if part.name == "jobData") is None:
        raise MalformedForm("jobData must be a file")
    try:
        json.loads(call.values["metadata"])
    except ValueError as error:
        raise MalformedForm("metadata must be JSON") from error
