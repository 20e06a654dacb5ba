"""The report of a move: a line for each document that was not taken, or not all of it, kept in step with the database."""

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from django.conf import settings

from moving_in.services.batches import Line

FOLDER = "reports"


class Report:
    """A text file that grows. `size`: how much of it belongs to what the database holds; the rest is cut off at the start."""

    def __init__(self, path: Path, size: int = 0) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self.size = size
        with path.open("ab") as stream:
            stream.truncate(min(size, stream.seek(0, os.SEEK_END)))

    def add(self, lines: Iterable[Line | str]) -> None:
        """On the disk when it returns, so that the database can say so."""
        text = "".join(f"{_one_line(str(line))}\n" for line in lines)
        if not text:
            return
        with self.path.open("ab") as stream:
            stream.truncate(min(self.size, stream.seek(0, os.SEEK_END)))
            stream.write(text.encode("utf-8", "backslashreplace"))
            stream.flush()
            os.fsync(stream.fileno())
            self.size = stream.tell()


def _one_line(text: str) -> str:
    return "".join(letter if letter.isprintable() else "�" for letter in text)[:1000]


def new_path(word: str) -> Path:
    """A file that is not there yet."""
    folder = settings.HUB.data_dir / FOLDER
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    path: Path = folder / f"moving-in-{stamp}-{word}.txt"
    number = 1
    while path.exists():
        number += 1
        path = folder / f"moving-in-{stamp}-{word}-{number}.txt"
    return path
