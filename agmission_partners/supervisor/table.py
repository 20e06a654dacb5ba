"""What the operating system says about running processes, by /proc where there is one, else by `ps`."""

import os
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

PROC = Path("/proc")


@dataclass(frozen=True)
class Running:
    """A process that runs now. `started` tells it from a later one with the same number."""

    pid: int
    group: int
    started: str


def running() -> list[Running]:
    """All processes but the dead ones that wait for their parent (zombies)."""
    if (PROC / "self" / "stat").exists():
        return [found for entry in PROC.iterdir() if entry.name.isdigit() and (found := _read_stat(entry))]
    rows = subprocess.run(["ps", "-A", "-o", "pid=,pgid=,stat=,lstart="], capture_output=True, text=True, check=True)  # noqa: S607
    split = (line.split(maxsplit=3) for line in rows.stdout.splitlines())
    return [Running(int(pid), int(group), start) for pid, group, state, start in split if not state.startswith("Z")]


def _read_stat(entry: Path) -> Running | None:
    try:
        stat = (entry / "stat").read_text()
    except OSError:
        return None  # it ended meanwhile
    state, _, group, *rest = stat[stat.rindex(")") + 2 :].split()
    return None if state in "ZX" else Running(int(entry.name), int(group), rest[16])


def started_at(pid: int) -> str | None:
    """When the process with this number started; None where there is none."""
    return next((process.started for process in running() if process.pid == pid), None)


def group_of(leader: int) -> list[Running]:
    """The processes of the group that `leader` began, with or without it."""
    return [process for process in running() if process.group == leader]


def signal_group(leader: int, number: signal.Signals) -> None:
    """Sends a signal to the whole group; nobody left is fine."""
    try:
        os.killpg(leader, number)
    except (ProcessLookupError, PermissionError):  # macOS says the latter of a group of zombies
        return
