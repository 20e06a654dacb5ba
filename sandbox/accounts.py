"""Accounts, their sign-ins, and aircraft. Aircraft and logs belong to a company; its accounts see the same ones."""

import hashlib
import hmac
import json
import secrets
import sqlite3
import uuid
from dataclasses import asdict, dataclass, fields
from typing import Any

from sandbox.clock import now, rfc3339
from sandbox.database import Database
from sandbox.settings import DIALECTS

UPLOAD_REPLIES = ("jobId", "id", "string", "empty")
LISTED = ("size", "date")
LOG_NAMES = ("job", "clock", "dated")
JOB_IDS = ("uuid", "counter")


@dataclass(frozen=True)
class Account:
    """One login.

    `dialect`: None takes the cloud's. `upload_reply`: how the bare dialect answers an upload. `listed`: what the log
    list shows beside id and name. `log_names`: shape of the file names of its flights. `job_ids`: UUIDs, or 1, 2, 3 …
    for each company. `token_seconds`: how long a token of the envelope dialect is good.
    """

    login: str
    user_id: str
    company_id: str
    email: str = ""
    dialect: str | None = None
    upload_reply: str = "jobId"
    listed: tuple[str, ...] = LISTED
    log_names: str = "job"
    job_ids: str = "uuid"
    token_seconds: float = 3600.0

    def __post_init__(self) -> None:
        """Raise ValueError, naming the field and what is expected."""
        _one_of("dialect", self.dialect, (None, *DIALECTS))
        _one_of("uploadReply", self.upload_reply, UPLOAD_REPLIES)
        _one_of("logNames", self.log_names, LOG_NAMES)
        _one_of("jobIds", self.job_ids, JOB_IDS)
        if not isinstance(self.token_seconds, int | float):
            raise ValueError("tokenSeconds must be a number")
        for name in self.listed:
            _one_of("listed", name, LISTED)


def _one_of(field: str, value: object, known: tuple[object, ...]) -> None:
    if value not in known:
        raise ValueError(f"{field} must be one of {', '.join(map(str, known))}, not {value!r}")


def _account(row: sqlite3.Row | None) -> Account | None:
    if row is None:
        return None
    values = {field.name: row[field.name] for field in fields(Account)}
    return Account(**{**values, "listed": tuple(json.loads(row["listed"]))})


def has_accounts(database: Database) -> bool:
    """Whether there is any account."""
    return database.row("SELECT 1 FROM accounts LIMIT 1") is not None


def all_accounts(database: Database) -> list[Account]:
    """All accounts by login."""
    rows = database.rows("SELECT * FROM accounts ORDER BY login")
    return [account for account in map(_account, rows) if account]


def account_of(database: Database, login: str) -> Account | None:
    """The account with this login."""
    return _account(database.row("SELECT * FROM accounts WHERE login = ?", login))


def account_of_user(database: Database, user_id: str) -> Account | None:
    """The account with this user id."""
    return _account(database.row("SELECT * FROM accounts WHERE user_id = ?", user_id))


def add_account(database: Database, account: Account, password: str) -> None:
    """Store a new account. Raises ValueError when its login or user id is taken."""
    values = {**asdict(account), "listed": json.dumps(account.listed), "email": account.email or account.login}
    salt = secrets.token_bytes(16)
    values |= {"salt": salt, "password_hash": _hash(password, salt)}
    columns = ", ".join(values)
    marks = ", ".join("?" * len(values))
    try:
        database.write(f"INSERT INTO accounts ({columns}) VALUES ({marks})", *values.values())  # noqa: S608 -- names of our own fields
    except sqlite3.IntegrityError as error:
        raise ValueError(f"an account with login {account.login} or this user id exists already") from error


def change_account(database: Database, account: Account, **changes: Any) -> Account:
    """Change fields of an account; `login` stays. Raises ValueError."""
    changed = Account(**{**asdict(account), **changes, "login": account.login})
    values = {**asdict(changed), "listed": json.dumps(changed.listed)}
    assignments = ", ".join(f"{name} = ?" for name in values)
    statement = f"UPDATE accounts SET {assignments} WHERE login = ?"  # noqa: S608 -- names of our own fields
    database.write(statement, *values.values(), account.login)
    return changed


def set_password(database: Database, login: str, password: str) -> None:
    """Change a password. Sign-ins made before are dead: tokens are gone, and calls of the bare dialect, which has no
    tokens, are refused until the next sign-in."""
    salt = secrets.token_bytes(16)
    with database.transaction() as connection:
        connection.execute(
            "UPDATE accounts SET salt = ?, password_hash = ?, must_sign_in = 1 WHERE login = ?",
            (salt, _hash(password, salt), login),
        )
        connection.execute("DELETE FROM tokens WHERE login = ?", (login,))


def _hash(password: str, salt: bytes) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=1024, r=8, p=1)


def sign_in(database: Database, login: str, password: str) -> Account | None:
    """The account, when the password is right; from then on its old-style sign-in is good again."""
    row = database.row("SELECT * FROM accounts WHERE login = ?", login)
    if row is None or not hmac.compare_digest(_hash(password, row["salt"]), row["password_hash"]):
        return None
    if row["must_sign_in"]:
        database.write("UPDATE accounts SET must_sign_in = 0 WHERE login = ?", login)
    return _account(row)


def must_sign_in(database: Database, account: Account) -> bool:
    """Whether the password changed since the last sign-in."""
    row = database.row("SELECT must_sign_in FROM accounts WHERE login = ?", account.login)
    return row is not None and bool(row["must_sign_in"])


def issue_token(database: Database, account: Account) -> tuple[str, float]:
    """A new token and when it expires (Unix time). Only its digest is stored."""
    token, expires_at = secrets.token_urlsafe(32), now() + account.token_seconds
    with database.transaction() as connection:
        connection.execute("DELETE FROM tokens WHERE expires_at <= ?", (now(),))
        connection.execute("INSERT INTO tokens VALUES (?, ?, ?)", (_digest(token), account.login, expires_at))
    return token, expires_at


def login_of_token(database: Database, token: str) -> str | None:
    """Whose token this is, while it is good."""
    row = database.row("SELECT login FROM tokens WHERE digest = ? AND expires_at > ?", _digest(token), now())
    return row["login"] if row else None


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def add_aircraft(database: Database, company_id: str, tail_number: str, aircraft_id: str = "", **more: str) -> str:
    """Store a new aircraft, return its id. `more`: `type`, `status`, `last_seen`. Raises ValueError when the id is
    taken within the company."""
    aircraft_id = aircraft_id or str(uuid.uuid4())
    described = (more.get("type", "Fixed wing"), more.get("status", "Active"), more.get("last_seen", rfc3339(now())))
    try:
        database.write(
            "INSERT INTO aircraft (company_id, aircraft_id, tail_number, type, status, last_seen) "
            "VALUES (?, ?, ?, ?, ?, ?)",
            company_id, aircraft_id, tail_number, *described,
        )  # fmt: skip
    except sqlite3.IntegrityError as error:
        raise ValueError(f"aircraft {aircraft_id} exists already") from error
    return aircraft_id


def aircraft_of(database: Database, company_id: str) -> list[sqlite3.Row]:
    """A company's aircraft in the order they were made."""
    return database.rows("SELECT * FROM aircraft WHERE company_id = ? ORDER BY key", company_id)


def find_aircraft(database: Database, company_id: str, aircraft_id: str) -> sqlite3.Row | None:
    """One aircraft of the company."""
    return database.row("SELECT * FROM aircraft WHERE company_id = ? AND aircraft_id = ?", company_id, aircraft_id)
