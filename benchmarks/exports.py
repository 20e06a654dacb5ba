"""How long an export of many flights takes, and how much memory.

    python -m benchmarks.exports [flights]

Runs in a database of its own (DATABASE_URL names another server). Each flight was read and lies in a job of its own, with the
coverage of both, so a line needs five rows. Goal: at most 100 MB more than at the start, however many flights there are.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any
from uuid import UUID

FLIGHTS = 100_000
BATCH = 5_000
GOAL_MB = 100
KINDS = ("jobs", "flights", "coverage")


def main() -> None:
    """Print a line for each kind of export, each written by a process of its own."""
    if sys.argv[1:] and sys.argv[1] in KINDS:
        print(written(sys.argv[1]))
        return
    rows = int(sys.argv[1].replace(",", "")) if sys.argv[1:] else FLIGHTS
    connection = set_up()
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        fill(rows)
        print(f"{connection.vendor}, {rows:,} flights and as many jobs; goal: memory +{GOAL_MB} MB at most", flush=True)
        for kind in KINDS:
            subprocess.run([sys.executable, "-m", "benchmarks.exports", kind], check=True)
    finally:
        connection.creation.destroy_test_db(connection.settings_dict["NAME"], verbosity=0)


def set_up() -> Any:
    """Django; the connection to the database of this run, also in a process that it starts."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    import django

    django.setup()
    from django.db import connection

    return connection


def written(kind: str) -> str:
    """Seconds and megabytes of an export as CSV, and megabytes that the process grew by."""
    set_up()
    from accounts.models import Customer
    from flightdata.exports import formats
    from flightdata.exports.selection import Selection
    from flightdata.models import Export

    selection = Selection.of(Export(customer=Customer.objects.get(), kind=kind))
    before, began = memory(), time.monotonic()
    size = sum(map(len, formats.KINDS[kind].formats["csv"](selection)))
    took, grown = time.monotonic() - began, memory() - before
    return f"{kind:>9}: {took:.1f} s ({time.process_time():.1f} s of a processor), {size / 1e6:.1f} MB, memory +{grown:.0f} MB"


def memory() -> float:
    """The most that this process had at a time, in megabytes. Linux tells; getrusage counts what forked it, too."""
    (line,) = (line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def fill(flights: int) -> None:
    """One operator's flights."""
    from accounts.models import Customer
    from assignments.models import Job
    from flightdata.models import Application, ApplicationFile, Coverage, Interpretation, JobFlight

    customer = Customer.objects.create(code="operator", name="Operator")
    for numbers in _batches(range(1, flights + 1)):
        keys = {number: UUID(int=number) for number in numbers}
        Job.objects.bulk_create(Job(number=number, customer=customer, name="North") for number in numbers)
        ApplicationFile.objects.bulk_create(
            ApplicationFile(pk=key, customer=customer, sha256=f"{key.hex:>064}", size=9, storage_key="k") for key in keys.values()
        )
        Application.objects.bulk_create(
            Application(pk=key, customer=customer, file_id=key, status="parsed", file_name=f"JOB{number}.log")
            for number, key in keys.items()
        )
        Interpretation.objects.bulk_create(
            Interpretation(
                application_id=key, parser="satloc-text", parser_version="1", options_hash="h", current=True, track_key="t",
                lines=3, records=1, rejects=1, comments=1, started_at="2026-05-01T10:00Z",
            )
            for key in keys.values()
        )  # fmt: skip
        JobFlight.objects.bulk_create(
            JobFlight(pk=key, application_id=key, job_id=number, decided_by="rule", score=1.0) for number, key in keys.items()
        )
        Coverage.objects.bulk_create(
            Coverage(job_id=number, flight_id=flight, status="measured", basis="b", union=33.96)
            for number, key in keys.items()
            for flight in (key, None)
        )


def _batches(numbers: range) -> Iterator[list[Any]]:
    left = iter(numbers)
    while batch := list(islice(left, BATCH)):
        yield batch


if __name__ == "__main__":
    main()
