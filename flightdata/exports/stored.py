"""Files beside the rows: replaced whenever their row is made anew."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from flightdata import store
from flightdata.exports import NotWritable

Result = TypeVar("Result")
TRIES = 5


def read_current(row: Any, column: str, read: Callable[[Path], Result]) -> Result | None:
    """What `read` makes of the file that the row's column names; None where it names none.

    Where the file was replaced meanwhile, the row is read again, and the new file with it. Raises NotWritable where the file is
    missing.
    """
    for _ in range(TRIES):
        key = getattr(row, column)
        if not key:
            return None
        try:
            return read(store.track_path(key))
        except FileNotFoundError:
            row.refresh_from_db()
            if getattr(row, column) == key:
                break
    raise NotWritable(f"a file of {row} is missing from the store; whoever runs the hub restores DATA_DIR from a backup")
