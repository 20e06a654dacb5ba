"""Which processes an earlier start left behind, and their end."""

import json
import signal
import time
from collections.abc import Callable
from pathlib import Path

from agmission_partners.supervisor import table

PATIENCE_SECONDS = 5.0


def write(directory: Path, name: str, pid: int) -> None:
    """Notes that `pid`, leader of a process group, is `name`."""
    record = {"pid": pid, "started": table.started_at(pid)}
    (directory / f"{name}.pid").write_text(json.dumps(record), encoding="utf-8")


def remove(directory: Path, name: str) -> None:
    """Notes that `name` has ended."""
    (directory / f"{name}.pid").unlink(missing_ok=True)


def end_leftovers(directory: Path, say: Callable[[str], None]) -> None:
    """Ends what an earlier start left running, children of its children too: asks, then kills after five seconds."""
    left = {path.stem: leader for path in sorted(directory.glob("*.pid")) if (leader := _leftover(path))}
    for name, leader in left.items():
        say(f"ending {name} (process {leader}), which an earlier start left running")
        table.signal_group(leader, signal.SIGTERM)
    _wait_for_end(set(left.values()))
    for path in directory.glob("*.pid"):
        path.unlink(missing_ok=True)


def _wait_for_end(leaders: set[int]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while alive := {process.group for process in table.running()} & leaders:
        if time.monotonic() > deadline:
            for leader in alive:
                table.signal_group(leader, signal.SIGKILL)
        time.sleep(0.05)


def _leftover(path: Path) -> int | None:
    """The group that a pid file speaks of, where it still runs and is no stranger that was given the same number."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        pid, started = int(record["pid"]), record["started"]
    except (OSError, ValueError, KeyError, TypeError):
        return None  # half-written as its writer was killed: the kernel ends that child with its parent
    group = table.group_of(pid)
    leader = next((process for process in group if process.pid == pid), None)
    return pid if group and (leader is None or leader.started == started) else None
