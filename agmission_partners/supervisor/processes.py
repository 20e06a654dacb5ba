"""One supervised process: started in a session of its own, its lines prefixed, ended with all that it started."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from agmission_partners.supervisor import pidfiles, table
from agmission_partners.supervisor.forks import Copy, ForkServer, start_anew
from agmission_partners.supervisor.output import Output

FIRST_PAUSE, LONGEST_PAUSE, STABLE_AFTER = 1.0, 30.0, 60.0


@dataclass(frozen=True)
class Service:
    """What to start, for how long its end may take when it is asked to end, and whether it is a program of the hub's own code,
    `python -m …`, which a copy of a process that has loaded that code can do as well."""

    name: str
    command: Sequence[str]
    grace_seconds: float = 0.8
    of_hub: bool = False

    @property
    def module(self) -> list[str]:
        """Of one of the hub's own code: what stands behind `python -m`."""
        return list(self.command[2:])


@dataclass
class Process:
    """A service and the process that runs it now, if one does."""

    service: Service
    environment: Mapping[str, str]
    run_dir: Path
    output: Output
    forks: ForkServer | None = None
    process: subprocess.Popen[bytes] | Copy | None = None
    started_at: float = 0.0
    pause: float = FIRST_PAUSE
    due_at: float | None = None

    @property
    def name(self) -> str:
        """The service's name."""
        return self.service.name

    def start(self) -> None:
        """Starts it. Called from the main thread only: the kernel ties a child's life to the thread that made it."""
        copied = self.forks.copy(self.service.module) if self.forks and self.service.of_hub else None
        self.process = copied or start_anew(self.service.command, self.environment)
        pidfiles.write(self.run_dir, self.name, self.process.pid)
        self.started_at, self.due_at = time.monotonic(), None
        assert self.process.stdout is not None  # noqa: S101  # PIPE was asked for
        self.output.follow(self.name, self.process.stdout)

    def has_ended(self) -> bool:
        """Whether it ended by itself. It is not collected yet, so that its number stays its own."""
        if self.process is None:
            return True
        if isinstance(self.process, subprocess.Popen) and not hasattr(os, "waitid"):  # macOS before Python 3.13
            return self.process.poll() is not None
        return os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None

    def is_gone(self) -> bool:
        """Whether it and all that it started have ended."""
        return self.process is None or (self.has_ended() and not table.group_of(self.process.pid))

    def ask_to_end(self) -> None:
        """Asks it, not its children: how they end is its own affair."""
        if self.process is not None and not self.has_ended():
            self.process.send_signal(signal.SIGTERM)

    def collect(self) -> int:
        """Kills what is left of it and of its children; its exit code, negative for a signal."""
        if self.process is None:
            return 0
        table.signal_group(self.process.pid, signal.SIGKILL)
        code = self.process.wait()
        pidfiles.remove(self.run_dir, self.name)
        self.process = None
        return code

    def plan_restart(self) -> float:
        """Sets when it starts again; the pause in seconds, which grows until it has run for a minute."""
        if time.monotonic() - self.started_at >= STABLE_AFTER:
            self.pause = FIRST_PAUSE
        pause, self.pause = self.pause, min(self.pause * 2, LONGEST_PAUSE)
        self.due_at = time.monotonic() + pause
        return pause


def exit_words(code: int) -> str:
    """An exit code as a person says it."""
    return f"was ended by {signal.Signals(-code).name}" if code < 0 else f"ended with exit code {code}"
