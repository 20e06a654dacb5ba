"""What holds for the whole cloud, kept in the state file: given at the start or by the control endpoint."""

import json
import sys
from dataclasses import asdict, dataclass, fields
from typing import Any

from sandbox.database import Database

DIALECTS = ("bare", "envelope")
DUPLICATES = ("accept", "refuse", "same")


@dataclass(frozen=True)
class Settings:
    """Settings of the cloud.

    `dialect`: of accounts that have none of their own, and of calls that name no account.
    `seed`: decides generated flights and faults with a probability.
    `flight_delay`: seconds from an upload to its log.
    `records_per_second`: of generated flights (0 < n <= 100).
    `duplicates`: a job uploaded again makes a second job (`accept`), is refused (`refuse`), or is answered with the
    id of the first (`same`).
    `keep`: uploads of each company that are kept, with their logs; older ones are forgotten. 0 keeps all.
    """

    dialect: str = "bare"
    seed: int = 1
    flight_delay: float = 3.0
    records_per_second: float = 1.0
    duplicates: str = "accept"
    keep: int = 0

    def __post_init__(self) -> None:
        """Raise ValueError, naming the setting and what is expected."""
        _require(self.dialect in DIALECTS, f"dialect must be one of {', '.join(DIALECTS)}")
        _require(self.duplicates in DUPLICATES, f"duplicates must be one of {', '.join(DUPLICATES)}")
        _require(isinstance(self.seed, int), "seed must be an integer")
        _require(_number(self.flight_delay) and self.flight_delay >= 0, "flightDelay must be seconds, 0 or more")
        _require(isinstance(self.keep, int) and self.keep >= 0, "keep must be a whole number, 0 or more")
        rate = self.records_per_second
        _require(_number(rate) and 0 < rate <= 100, "recordsPerSecond must be above 0 and at most 100")


def _require(holds: bool, message: str) -> None:
    if not holds:
        raise ValueError(message)


def _number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= sys.float_info.max


def load(database: Database) -> Settings:
    """The settings as stored, defaults for the rest."""
    stored = {row["name"]: json.loads(row["value"]) for row in database.rows("SELECT name, value FROM settings")}
    return Settings(**stored)


def change(database: Database, **changes: Any) -> Settings:
    """Store those of `changes` that are not None. Raises ValueError, then nothing is changed."""
    with database.transaction() as connection:
        given = {name: value for name, value in changes.items() if value is not None}
        settings = Settings(**{**asdict(load(database)), **given})
        for field in fields(settings):
            value = json.dumps(getattr(settings, field.name))
            connection.execute("INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)", (field.name, value))
        return settings
