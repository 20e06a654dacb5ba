"""Runs all that CI runs: `python -m tests.run all`, or the `quick` part for daily work.

Lanes side by side: the tests on SQLite with the embedded broker, in two halves; those on PostgreSQL with Redis, in two halves;
those from the API's description; those that know no database; the checks of the code; on each database also those with real
processes, and those with Chromium, which mostly wait and go first on the processor. All have installations of their own
(`tests/settings.py`), so they do not meet.
"""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import FrameType

from tests.support import servers

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
QUICK = "not live and not crash and not browser"
REAL = re.compile(r"\bmark\.(live|crash|browser)\b")
WITHOUT_DATABASE = ("tests/flightdata/parsers", "tests/flightdata/tracks", "tests/partners/adapters", "tests/sandbox")
ASKED = ("tests/accounts", "tests/admin", "tests/api", "tests/assignments", "tests/pages", "tests/partners")
"""About half of the quick tests."""
COMPUTING_AT_ONCE = 3
"""Lanes that compute: one more than cores, as some tests wait. With two, cores were idle for a twentieth of the time; with four,
all took longer."""

CONTRACT = "tests/contract"
"""Thousands of requests, made from the API's description: once is enough. `make contract` runs them alone."""
SUMMARY = re.compile(r"^=*\s*((?:\d+ [a-z]+(?:, )?)+) in [\d.]+s", re.MULTILINE)
COUNT = re.compile(r"(\d+) (passed|failed|skipped|errors?|xfailed|xpassed|deselected|warnings?)")
CHECKS: tuple[tuple[str, Sequence[str]], ...] = (
    ("format", [str(BIN / "ruff"), "format", "--check", "--quiet"]),
    ("lint", [str(BIN / "ruff"), "check", "--quiet"]),
    ("layers", [str(BIN / "lint-imports")]),
    ("types", [str(BIN / "mypy")]),
    ("migrations", [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"]),
)


started: list[subprocess.Popen[str]] = []
ending = threading.Event()


@dataclass(frozen=True)
class Done:
    """How one lane ended."""

    name: str
    ok: bool
    output: str


def environment(**variables: str) -> dict[str, str]:
    """The environment of a lane: without the databases of the person who runs the tests, and with leave to keep bytecode. A run
    starts a thousand processes; where none may, each compiles all that it loads."""
    left = ("DATABASE_URL", "REDIS_URL", "BROKER_URL", "DATA_DIR", "PYTHONDONTWRITEBYTECODE")
    kept = {name: value for name, value in os.environ.items() if name not in left}
    return kept | {"DJANGO_SETTINGS_MODULE": "tests.settings", **variables}


def run(name: str, command: Sequence[str], env: Mapping[str, str]) -> Done:
    """One command to its end."""
    if ending.is_set():
        return Done(name, ok=False, output="not run")
    begun = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    started.append(process)
    output, _ = process.communicate()
    print(f"{name}: {'passed' if process.returncode == 0 else 'FAILED'} in {time.monotonic() - begun:.0f} s", flush=True)
    if process.returncode:
        print(output.rstrip(), flush=True)  # at once: the others may take long
    return Done(name, ok=process.returncode == 0, output=output)


def compiling() -> subprocess.Popen[bytes]:
    """Writes the project's bytecode: the lanes begin together, and each would do it for itself."""
    packages = sorted(str(path.parent) for path in ROOT.glob("*/__init__.py"))
    return subprocess.Popen([sys.executable, "-m", "compileall", "-q", *packages], env=environment(), stdout=subprocess.DEVNULL)


def end_early(number: int, frame: FrameType | None) -> None:
    """Lets the tests take away what they made; whatever has not begun fails at once."""
    ending.set()
    for process in started:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
    sys.exit(f"ended by {signal.Signals(number).name}")


def checks() -> list[Done]:
    """The checks of the code, one after the other."""
    return [run(name, command, environment()) for name, command in CHECKS]


def tests(name: str, *arguments: str, **variables: str) -> list[Done]:
    """Some of the tests in one installation."""
    return [run(name, [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments], environment(**variables))]


def quick_tests(name: str, *arguments: str, niceness: int = 10, **variables: str) -> list[Done]:
    """Those that only compute: they take what processor time the others leave."""
    command = ["nice", "-n", str(niceness), sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
    return [run(name, command, environment(**variables))]


def chosen_of(extent: str) -> str:
    """Which of the quick tests, as pytest's `-m` says it."""
    return f"{QUICK} and not thorough" if extent == "quick" else QUICK


def computing(extent: str, addresses: Mapping[str, str]) -> Iterator[Callable[[], list[Done]]]:
    """The lanes that take turns on the processor, the longest first, so that all cores end at much the same time. The longer of
    the last two goes ahead of those that it meets: it would end alone, with a core idle."""
    chosen = ["-m", chosen_of(extent)]
    ignored = [f"--ignore={path}" for path in (*WITHOUT_DATABASE, CONTRACT)]
    halves = {"all else": [*ignored, *(f"--ignore={path}" for path in ASKED)], "what is asked": [*ignored, *ASKED]}
    yield checks  # soon done, and soon wanted
    for half, paths in halves.items():
        if addresses:
            yield partial(quick_tests, f"tests on PostgreSQL and Redis of {half}", *chosen, *paths, **addresses)
        ahead = addresses and half == "what is asked"
        yield partial(quick_tests, f"tests on SQLite of {half}", *chosen, *paths, niceness=5 if ahead else 10)
    if extent != "quick":
        yield partial(quick_tests, "tests from the description", CONTRACT)


def waiting(extent: str, addresses: Mapping[str, str]) -> Iterator[Callable[[], list[Done]]]:
    """The lanes that mostly wait, for partners that hang and for real processes, and so take no turn. Those of real processes
    load no other tests: that takes as long as starting the hub."""
    yield partial(quick_tests, "tests without a database", "-m", chosen_of(extent), *WITHOUT_DATABASE)
    if extent == "quick":
        return
    paths = [str(path) for path in sorted(ROOT.glob("tests/**/test_*.py")) if REAL.search(path.read_text())]
    yield partial(tests, "real processes on SQLite", "-m", "(live or crash) and not (servers or browser)", *paths)
    yield partial(tests, "Chromium", "-m", "browser", *paths)
    if addresses:
        name = "real processes on PostgreSQL and Redis"
        yield partial(tests, name, "-m", "(live or crash) and not (once or browser)", *paths, **addresses)


def summary(done: Sequence[Done], seconds: float) -> str:
    """The counts of all lanes together, as pytest writes them."""
    counts: Counter[str] = Counter()
    for lane in done:
        for line in SUMMARY.findall(lane.output)[-1:]:
            counts.update({word: int(number) for number, word in COUNT.findall(line)})
    words = ", ".join(f"{number} {word}" for word, number in counts.items())
    return f"===== {words or 'no tests ran'} in {seconds:.2f}s ====="


def main(extent: str) -> int:
    """The exit code: 0 where everything passed."""
    begun = time.monotonic()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, end_early)
    bytecode = compiling()
    with ExitStack() as stack, ThreadPoolExecutor() as beside, ThreadPoolExecutor(COMPUTING_AT_ONCE) as in_turn:
        given = stack.enter_context(servers.postgresql_and_redis()) if extent != "quick" else None
        addresses = dict(zip(("DATABASE_URL", "REDIS_URL"), given, strict=True)) if given else {}
        bytecode.wait()
        running = [in_turn.submit(lane) for lane in computing(extent, addresses)]
        running += [beside.submit(lane) for lane in waiting(extent, addresses)]
        done = [part for lane in running for part in lane.result()]
    for lane in done:
        if lane.ok and lane.name.startswith(("tests", "real processes", "Chromium")):
            print(f"\n--- {lane.name}\n{lane.output.rstrip()}")
    for lane in done:
        if not lane.ok:
            print(f"FAILED: {lane.name}")
    print(summary(done, time.monotonic() - begun))
    return 0 if all(lane.ok for lane in done) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
