"""The one file that holds everything the simulated cloud knows.

SQLite in WAL mode: what a transaction has written survives a kill -9 of the process. One connection serves all
threads under a lock; statements are short, so this carries a few hundred requests a second.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

SCHEMA_VERSION = 1

# synchronous=NORMAL: a commit may be lost with the machine's power, never with the process.
PRAGMAS = """
PRAGMA busy_timeout = 5000;
PRAGMA journal_mode = WAL;
PRAGMA synchronous = NORMAL;
PRAGMA foreign_keys = ON;
"""

SCHEMA = """
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE accounts (
    login TEXT PRIMARY KEY, salt BLOB NOT NULL, password_hash BLOB NOT NULL, email TEXT NOT NULL,
    user_id TEXT NOT NULL UNIQUE, company_id TEXT NOT NULL,
    dialect TEXT, upload_reply TEXT NOT NULL, listed TEXT NOT NULL, log_names TEXT NOT NULL, job_ids TEXT NOT NULL,
    token_seconds REAL NOT NULL, must_sign_in INTEGER NOT NULL DEFAULT 0);
CREATE TABLE tokens (digest TEXT PRIMARY KEY, login TEXT NOT NULL, expires_at REAL NOT NULL);
CREATE TABLE aircraft (
    key INTEGER PRIMARY KEY, company_id TEXT NOT NULL, aircraft_id TEXT NOT NULL, tail_number TEXT NOT NULL,
    type TEXT NOT NULL, status TEXT NOT NULL, last_seen TEXT NOT NULL, UNIQUE (company_id, aircraft_id));
CREATE TABLE logs (
    key INTEGER PRIMARY KEY, company_id TEXT NOT NULL, aircraft_id TEXT NOT NULL, log_id TEXT NOT NULL,
    name TEXT NOT NULL, listed_date TEXT, listed_size INTEGER, listing TEXT NOT NULL,
    content BLOB, recipe TEXT, size INTEGER NOT NULL, sha256 TEXT, job_id TEXT, downloads INTEGER NOT NULL DEFAULT 0,
    UNIQUE (company_id, log_id), CHECK ((content IS NULL) != (recipe IS NULL)));
CREATE INDEX logs_of_aircraft ON logs (company_id, aircraft_id);
CREATE TABLE uploads (
    key INTEGER PRIMARY KEY, job_id TEXT NOT NULL, login TEXT NOT NULL, company_id TEXT NOT NULL,
    aircraft_id TEXT NOT NULL, received_at REAL NOT NULL, job_number TEXT NOT NULL, job_name TEXT NOT NULL,
    areas INTEGER NOT NULL, flies_at REAL NOT NULL, log_id TEXT, note TEXT, UNIQUE (company_id, job_id));
CREATE INDEX uploads_to_fly ON uploads (flies_at) WHERE log_id IS NULL AND note IS NULL;
CREATE TABLE upload_parts (
    upload_key INTEGER NOT NULL REFERENCES uploads (key), position INTEGER NOT NULL, name TEXT NOT NULL,
    filename TEXT, headers TEXT NOT NULL, content BLOB NOT NULL, PRIMARY KEY (upload_key, position));
CREATE TABLE calls (operation TEXT, login TEXT, number INTEGER NOT NULL, PRIMARY KEY (operation, login));
CREATE TABLE faults (
    fault_id INTEGER PRIMARY KEY AUTOINCREMENT, operation TEXT NOT NULL, login TEXT NOT NULL, kind TEXT NOT NULL,
    times INTEGER, probability REAL NOT NULL, options TEXT NOT NULL,
    seen INTEGER NOT NULL DEFAULT 0, fired INTEGER NOT NULL DEFAULT 0);
"""


class StateError(Exception):
    """The state file cannot be used; the text says why, in one line."""


class Database:
    """The state file, open. `rows` and `row` read; everything written goes through `transaction`."""

    def __init__(self, path: Path) -> None:
        """Open `path`, made when it is missing. Raises `StateError`."""
        self._lock = threading.RLock()
        try:
            self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            self._connection.row_factory = sqlite3.Row
            self._connection.executescript(PRAGMAS)
            self.is_new = self._prepare()
        except sqlite3.Error as error:
            raise StateError(f"state file {path} cannot be used: {error}") from error

    def _prepare(self) -> bool:
        """Make the tables of an empty file; say whether it was empty."""
        with self.transaction() as connection:
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version == SCHEMA_VERSION:
                return False
            tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if version or tables:
                raise sqlite3.DatabaseError(f"it has format {version}, this program reads {SCHEMA_VERSION}; remove it")
            for statement in SCHEMA.split(";"):
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            return True

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """All or nothing, alone: the write lock is taken at once. May be nested; then the outermost decides."""
        with self._lock:
            if self._connection.in_transaction:
                yield self._connection
                return
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def rows(self, statement: str, *values: Any) -> list[sqlite3.Row]:
        """All rows of a query."""
        with self._lock:
            return self._connection.execute(statement, values).fetchall()

    def row(self, statement: str, *values: Any) -> sqlite3.Row | None:
        """The first row of a query, or None."""
        with self._lock:
            row: sqlite3.Row | None = self._connection.execute(statement, values).fetchone()
            return row

    def write(self, statement: str, *values: Any) -> int:
        """Run one changing statement; the number of rows it changed."""
        with self.transaction() as connection:
            return connection.execute(statement, values).rowcount

    def close(self) -> None:
        """Finish the statement under way and close the file."""
        with self._lock:
            self._connection.close()
