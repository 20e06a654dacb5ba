"""The control endpoint: tests and people build worlds, look into them and inject faults. JSON in, JSON out."""

import base64
import json
import re
import sqlite3
import uuid
from collections.abc import Callable
from dataclasses import asdict
from typing import Any
from urllib.parse import unquote

from sandbox import accounts, faults, logs, settings
from sandbox.accounts import Account
from sandbox.answers import Answer, json_answer, message_answer
from sandbox.clock import now, rfc3339
from sandbox.database import Database
from sandbox.dialects import log_file
from sandbox.faults import Fault
from sandbox.journal import Journal
from sandbox.logs import NewLog
from sandbox.recipes import Recipe
from sandbox.state import camel, describe, describe_logs
from sandbox.uploads import Hangar

JSON_OBJECT = dict[str, Any]
ACCOUNT_FIELDS = {camel(name): name for name in Account.__dataclass_fields__}
LOG_FIELDS = {"name": "name", "listedDate": "listed_date", "listedSize": "listed_size", "listing": "listing"}
CONTENT_FIELDS = ("contentBase64", "text", "records")


class Refusal(Exception):
    """The control call is wrong; the text says how."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status


class Control:
    """All control calls over one state file."""

    def __init__(self, database: Database, hangar: Hangar, journal: Journal, operations: tuple[str, ...]) -> None:
        self._database, self._hangar, self._journal, self._operations = database, hangar, journal, operations
        login, log = r"/control/accounts/([^/]+)", r"/control/accounts/([^/]+)/logs/([^/]+)"
        self._routes: list[tuple[str, str, Callable[..., Any]]] = [
            ("GET", "/control/state", self._get_state),
            ("GET", "/control/uploads", lambda body: self._get_state(body)["uploads"]),
            ("GET", "/control/logs", self._get_logs),
            ("GET", "/control/calls", lambda body: self._journal.counts()),
            ("PATCH", "/control/settings", self._change_settings),
            ("POST", "/control/accounts", self._add_account),
            ("PATCH", login, self._change_account),
            ("POST", f"{login}/aircraft", self._add_aircraft),
            ("POST", f"{login}/logs", self._add_log),
            ("PATCH", log, self._change_log),
            ("DELETE", log, self._remove_log),
            ("GET", f"{log}/content", self._log_content),
            ("POST", "/control/faults", self._add_fault),
            ("DELETE", "/control/faults", self._clear_faults),
            ("DELETE", r"/control/faults/(\d+)", self._clear_faults),
        ]

    def answer(self, method: str, path: str, content_type: str, body: bytes) -> Answer:
        """Serve one control call; a wrong one gets `{"message": …}`."""
        try:
            call, values = self._route(method, path)
            result = call(_read(content_type, body), *values)
        except Refusal as refusal:
            return message_answer(str(refusal), refusal.status)
        except (ValueError, TypeError, sqlite3.Error) as error:
            return message_answer(str(error), 400)
        return result if isinstance(result, Answer) else json_answer(result, 201 if method == "POST" else 200)

    def _route(self, method: str, path: str) -> tuple[Callable[..., Any], list[str]]:
        matches = [(known, call, re.fullmatch(pattern, path)) for known, pattern, call in self._routes]
        found = [(known, call, match) for known, call, match in matches if match]
        for known, call, match in found:
            if known == method:
                return call, [unquote(value) for value in match.groups()]
        if found:
            raise Refusal(f"{path} takes {', '.join(known for known, _, _ in found)}", 405)
        raise Refusal(f"there is no {path}; see docs/sandbox.md", 404)

    def state(self, newest: int | None = None) -> JSON_OBJECT:
        """Everything the cloud knows, without passwords and tokens; of uploads and logs the `newest` ones or all."""
        return describe(self._database, self._journal, newest)

    def _get_state(self, body: JSON_OBJECT) -> JSON_OBJECT:
        self._hangar.fly_due()
        return self.state()

    def _get_logs(self, body: JSON_OBJECT) -> list[JSON_OBJECT]:
        self._hangar.fly_due()
        return describe_logs(self._database)

    def _change_settings(self, body: JSON_OBJECT) -> JSON_OBJECT:
        names = {camel(name): name for name in settings.Settings.__dataclass_fields__}
        changed = settings.change(self._database, **_renamed(body, names))
        return {camel(name): value for name, value in asdict(changed).items()}

    def _add_account(self, body: JSON_OBJECT) -> JSON_OBJECT:
        password = _taken(body, "password", str)
        aircraft = body.pop("aircraft", [])
        values = {"user_id": str(uuid.uuid4()), "company_id": str(uuid.uuid4()), **_account_values(body)}
        account = Account(**{"login": "", **values})
        if not account.login:
            raise Refusal("login must be a string that is not empty")
        with self._database.transaction():
            accounts.add_account(self._database, account, password)
            made = [self._aircraft(account, described) for described in aircraft]
        return {**_account_document(account), "aircraft": made}

    def _change_account(self, body: JSON_OBJECT, login: str) -> JSON_OBJECT:
        account = self._account(login)
        password = _taken(body, "password", str) if "password" in body else None
        with self._database.transaction():
            account = accounts.change_account(self._database, account, **_account_values(body))
            if password is not None:
                accounts.set_password(self._database, login, password)
        return _account_document(account)

    def _add_aircraft(self, body: JSON_OBJECT, login: str) -> JSON_OBJECT:
        return self._aircraft(self._account(login), body)

    def _aircraft(self, account: Account, body: JSON_OBJECT) -> JSON_OBJECT:
        tail_number, aircraft_id = _taken(body, "tailNumber", str), str(body.pop("id", ""))
        more = _renamed(body, {"type": "type", "status": "status", "lastSeen": "last_seen"})
        made = accounts.add_aircraft(self._database, account.company_id, tail_number, aircraft_id, **more)
        return {"id": made, "tailNumber": tail_number}

    def _add_log(self, body: JSON_OBJECT, login: str) -> JSON_OBJECT:
        account = self._account(login)
        aircraft_id = self._aircraft_id(account, _taken(body, "aircraft", str))
        log_id, job_id = str(body.pop("id", "")), body.pop("jobId", None)
        content = _content(body)
        size = content.size if isinstance(content, Recipe) else len(content)
        values = {"listed_date": rfc3339(now()), "listed_size": size, **_renamed(body, LOG_FIELDS)}
        new = NewLog(**{"name": "JOB1.log", **values}, aircraft_id=aircraft_id, content=content, log_id=log_id, job_id=job_id)
        return {"id": logs.add_log(self._database, account.company_id, new), "size": size}

    def _change_log(self, body: JSON_OBJECT, login: str, log_id: str) -> JSON_OBJECT:
        changes: JSON_OBJECT = {}
        if any(name in body for name in CONTENT_FIELDS):
            changes["content"] = _content(body)
        changes |= _renamed(body, LOG_FIELDS)
        if not changes:
            raise Refusal("nothing to change is given")
        if not logs.change_log(self._database, self._account(login).company_id, log_id, changes):
            raise Refusal(f"{login} has no log {log_id}", 404)
        return {"id": log_id}

    def _remove_log(self, body: JSON_OBJECT, login: str, log_id: str) -> JSON_OBJECT:
        if not logs.remove_log(self._database, self._account(login).company_id, log_id):
            raise Refusal(f"{login} has no log {log_id}", 404)
        return {"id": log_id}

    def _log_content(self, body: JSON_OBJECT, login: str, log_id: str) -> Answer:
        content = logs.log_content(self._database, self._account(login).company_id, log_id)
        if content is None:
            raise Refusal(f"{login} has no log {log_id}", 404)
        return log_file(*content)

    def _add_fault(self, body: JSON_OBJECT) -> JSON_OBJECT:
        operation, login = str(body.pop("operation", "*")), str(body.pop("account", "*"))
        if operation not in {*self._operations, "*"}:
            raise Refusal(f"operation must be * or one of {', '.join(self._operations)}, not {operation!r}")
        if login != "*":
            self._account(login)
        kind, times, probability = _taken(body, "kind", str), body.pop("times", None), body.pop("probability", 1.0)
        return {"id": faults.add_fault(self._database, Fault(operation, login, kind, times, probability, options=body))}

    def _clear_faults(self, body: JSON_OBJECT, number: str | None = None) -> JSON_OBJECT:
        return {"removed": faults.clear_faults(self._database, int(number) if number else None)}

    def _account(self, login: str) -> Account:
        account = accounts.account_of(self._database, login)
        if account is None:
            raise Refusal(f"there is no account {login}", 404)
        return account

    def _aircraft_id(self, account: Account, named: str) -> str:
        """The id of an aircraft named by its id or its tail number."""
        for aircraft in accounts.aircraft_of(self._database, account.company_id):
            if named in {aircraft["aircraft_id"], aircraft["tail_number"]}:
                return str(aircraft["aircraft_id"])
        raise Refusal(f"{account.login} has no aircraft {named}", 404)


def _read(content_type: str, body: bytes) -> JSON_OBJECT:
    """The body as an object. Another Content-Type is refused: a page of another host could send it unasked."""
    if not body:
        return {}
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise Refusal("Content-Type must be application/json", 415)
    document = json.loads(body)
    if not isinstance(document, dict):
        raise Refusal("the body must be a JSON object")
    return document


def _taken(body: JSON_OBJECT, name: str, kind: type) -> Any:
    """A required field, taken out of the body."""
    value = body.pop(name, None)
    if not isinstance(value, kind) or value == "":
        raise Refusal(f"{name} must be given, as {kind.__name__}")
    return value


def _renamed(body: JSON_OBJECT, names: dict[str, str]) -> JSON_OBJECT:
    """The rest of a body under our own names. Raises `Refusal` for a field that nobody knows."""
    unknown = set(body) - set(names)
    if unknown:
        raise Refusal(f"unknown: {', '.join(sorted(unknown))}; known are {', '.join(sorted(names))}")
    return {names[name]: value for name, value in body.items()}


def _account_values(body: JSON_OBJECT) -> JSON_OBJECT:
    values = _renamed(body, ACCOUNT_FIELDS)
    return values | {"listed": tuple(values["listed"])} if "listed" in values else values


def _account_document(account: Account) -> JSON_OBJECT:
    return {camel(name): value for name, value in asdict(account).items()}


def _content(body: JSON_OBJECT) -> bytes | Recipe:
    """The content that a body asks for: so many generated records, a text, or bytes; nothing given is an empty log."""
    if "records" in body:
        records, rate = int(body.pop("records")), float(body.pop("recordsPerSecond", 1))
        return Recipe(records, rate, float(body.pop("startedAt", now())))
    if "text" in body:
        return str(body.pop("text")).encode()
    return base64.b64decode(body.pop("contentBase64", ""), validate=True)
