"""The two files a parse leaves behind, both or neither: a kill at any moment leaves no half track."""

import os
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from flightdata.parsers.rejects import RejectWriter
from flightdata.tracks.writer import TrackWriter


class Outputs(NamedTuple):
    """Where a parser puts what it read, in file order."""

    track: TrackWriter
    rejects: RejectWriter


@contextmanager
def outputs(track: Path, rejects: Path, partner_columns: Sequence[str] = ()) -> Iterator[Outputs]:
    """Open both files under passing names in their folders; make them durable and give them their names at the end.

    The track gets its name last: where it stands, its rejects stand too. Leaving by an exception removes both. A killed
    process leaves at most files with `.part` in their names, which nothing reads.
    """
    passing = {path: path.with_name(f".{path.name}.{uuid.uuid4().hex}.part") for path in (rejects, track)}
    try:
        with TrackWriter(passing[track], partner_columns) as records, RejectWriter(passing[rejects]) as rejected:
            yield Outputs(records, rejected)
        _make_durable(*passing.values())
        for path, part in passing.items():
            part.replace(path)
        _make_durable(*{path.parent for path in passing})
    finally:
        for part in passing.values():
            part.unlink(missing_ok=True)


def _make_durable(*paths: Path) -> None:
    """At once, which costs the file system one turn instead of one for each: most of the time that a short log takes."""
    with ThreadPoolExecutor(len(paths)) as pool:
        list(pool.map(_flush, paths))


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
