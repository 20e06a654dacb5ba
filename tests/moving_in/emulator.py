"""A server that speaks MongoDB's wire protocol: SecantusDB, an emulator in a process of its own. It is not MongoDB.

What is green on it is shown for pymongo's reading of collections by key, not for a replica set, `mongodb+srv://` or TLS.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any

from pymongo import MongoClient

from tests.support.ports import free_port, listens
from tests.support.waiting import wait_for

PROGRAM = Path(sys.executable).parent / "secantusd-py"


class Emulator:
    """`address(name)` of a database in it."""

    def __init__(self, home: Path) -> None:
        self.port = free_port()
        self._home = home
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Emulator":
        command = [PROGRAM, "--host", "127.0.0.1", "--port", str(self.port), "--standalone", "--storage-path", self._home / "db"]
        with (self._home / "log").open("wb") as log:
            self._process = subprocess.Popen(command, cwd=self._home, stdout=log, stderr=log)
        wait_for(lambda: listens(self.port), "the emulator to listen")
        return self

    def __exit__(self, *_: Any) -> None:
        assert self._process
        self._process.kill()
        self._process.wait()

    def address(self, database: str) -> str:
        return f"mongodb://127.0.0.1:{self.port}/{database}"

    def fill(self, database: str, collections: dict[str, list[dict[str, Any]]]) -> str:
        """The address of a database with these documents."""
        with MongoClient[dict[str, Any]](self.address(database), serverSelectionTimeoutMS=10_000) as client:
            for name, documents in collections.items():
                client[database][name].insert_many(documents)
        return self.address(database)
