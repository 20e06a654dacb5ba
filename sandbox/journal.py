"""Which calls came in: counted for good, the newest ones with some detail."""

import threading
from collections import deque
from typing import Any

from sandbox.database import Database

RECENT = 200


class Journal:
    """Counts of calls (in the state file) and the last ones (in memory)."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._recent: deque[dict[str, Any]] = deque(maxlen=RECENT)
        self._lock = threading.Lock()

    def count(self, operation: str, login: str) -> None:
        """A call arrived. `login` may be empty."""
        self._database.write(
            "INSERT INTO calls VALUES (?, ?, 1) ON CONFLICT (operation, login) DO UPDATE SET number = number + 1",
            operation,
            login,
        )

    def remember(self, entry: dict[str, Any]) -> None:
        """Keep what a call was and how it was answered; never its query, which holds passwords."""
        with self._lock:
            self._recent.append(entry)

    def recent(self) -> list[dict[str, Any]]:
        """The last calls of this process, oldest first."""
        with self._lock:
            return list(self._recent)

    def counts(self) -> dict[str, int]:
        """Calls for each operation."""
        rows = self._database.rows("SELECT operation, sum(number) AS number FROM calls GROUP BY operation")
        return {row["operation"]: row["number"] for row in rows}

    def counts_by_account(self) -> dict[str, dict[str, int]]:
        """Calls for each login and operation; the empty login stands for calls that name no known account."""
        counts: dict[str, dict[str, int]] = {}
        for row in self._database.rows("SELECT operation, login, number FROM calls ORDER BY login, operation"):
            counts.setdefault(row["login"], {})[row["operation"]] = row["number"]
        return counts
