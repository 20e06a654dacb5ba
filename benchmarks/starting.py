"""What eight processes of the hub cost to start: each by itself, and as copies of one that has loaded it.

`python -m benchmarks.starting`. Processor time of all of them, the loading of the one included; each does next to nothing.
"""

import os
import resource
import sys
import time
from collections.abc import Callable

from agmission_partners.supervisor.forks import ForkServer, start_anew

PROCESSES = 8
COMMAND = ["manage", "version"]
ENVIRONMENT = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}


def anew() -> None:
    """Each loads the hub."""
    for _ in range(PROCESSES):
        with start_anew([sys.executable, "-m", *COMMAND], ENVIRONMENT) as process:
            process.communicate()


def copied() -> None:
    """One loads the hub."""
    forks = ForkServer(ENVIRONMENT, sys.exit)
    while forks.is_loading():
        time.sleep(0.01)
    for _ in range(PROCESSES):
        copy = forks.copy(COMMAND)
        if copy is None:
            sys.exit("no copy could be made: they are made on Linux only")
        with copy.stdout:
            copy.stdout.read()
        copy.wait()
    forks.close()


def seconds_of(start: Callable[[], None]) -> float:
    """Processor time of all children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime


def main() -> None:
    """Prints both and their ratio."""
    anew()  # once, for the compiled files
    by_themselves, as_copies = seconds_of(anew), seconds_of(copied)
    print(f"{PROCESSES} processes, each by itself: {by_themselves:.2f} s of processor time")
    print(f"{PROCESSES} processes, copies of one:   {as_copies:.2f} s, {by_themselves / as_copies:.1f} times less")


if __name__ == "__main__":
    main()
