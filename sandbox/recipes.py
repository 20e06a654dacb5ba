"""Big logs that are never stored: written anew at each download, always the same bytes.

Every record has the same width, so the size is known without writing one.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sandbox.fields import COLUMNS
from sandbox.flightlog import GENERATED, job_comment

BLOCK = 4096  # records written at a time
PASS_RECORDS = 200
PASSES = 240


@dataclass(frozen=True)
class Recipe:
    """A generated log of `records` records; `started_at` is Unix time in seconds."""

    records: int
    records_per_second: float
    started_at: float
    job_id: str = ""
    job_name: str = ""

    def __post_init__(self) -> None:
        """Raise ValueError, naming the field and what is expected."""
        if self.records < 0:
            raise ValueError("records must be 0 or more")
        if not 0 < self.records_per_second <= 1000:
            raise ValueError("recordsPerSecond must be above 0 and at most 1000")

    @property
    def size(self) -> int:
        """Bytes of the whole log."""
        return len(self._head()) + self.records * (len(self._record(0)) if self.records else 0)

    def chunks(self) -> Iterator[bytes]:
        """The log in pieces of some hundred kilobytes."""
        yield self._head()
        for first in range(0, self.records, BLOCK):
            numbers = range(first, min(first + BLOCK, self.records))
            yield "".join(self._record(number) for number in numbers).encode()

    def _head(self) -> bytes:
        lines = [GENERATED, *([job_comment(self.job_id, self.job_name)] if self.job_id else []), COLUMNS, ""]
        return "\n".join(lines).encode()

    def _record(self, number: int) -> str:
        start = datetime.fromtimestamp(int(self.started_at), UTC).replace(tzinfo=None)
        time = start + timedelta(milliseconds=round(number * 1000 / self.records_per_second))
        line, place = divmod(number, PASS_RECORDS)
        latitude = 40.800 + _back_and_forth(number, PASS_RECORDS) * 5.4e-5
        longitude = -82.800 - _back_and_forth(line, PASSES) * 2.2e-4
        spray = int(4 <= place < PASS_RECORDS - 4)
        return f"{time.isoformat(timespec='milliseconds')}Z,{latitude:.8f},{longitude:.8f},303.35,60.000,{spray}\n"


def _back_and_forth(number: int, length: int) -> int:
    """0, 1, … length-1, length-1, … 1, 0, 0, 1, …: neighbours are never far apart."""
    line, place = divmod(number, length)
    return place if line % 2 == 0 else length - 1 - place
