"""Starts everything in order, starts again what dies, and stops everything in order within ten seconds."""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

from agmission_partners.environment import Hub
from agmission_partners.supervisor import broker, services
from agmission_partners.supervisor.banner import Logins, banner
from agmission_partners.supervisor.checks import CannotStart, listens
from agmission_partners.supervisor.forks import ForkServer
from agmission_partners.supervisor.made import made_value
from agmission_partners.supervisor.output import Output
from agmission_partners.supervisor.processes import Process, Service, exit_words

LOOK_EVERY = 0.1
START_SECONDS = 30.0


class Stopped(Exception):
    """A person or the system asked for the end."""


class Supervisor:
    """All processes of one DATA_DIR. Everything here runs in the main thread, which children's lives are tied to."""

    def __init__(self, hub: Hub, run_dir: Path, output: Output) -> None:
        self._hub, self._run_dir, self._output = hub, run_dir, output
        self._environment = {
            **os.environ,
            "DATA_DIR": str(hub.data_dir),
            "DEMO": str(hub.demo).lower(),
            "PYTHONUNBUFFERED": "1",
            "SPT_NOENV": "1",  # titles of processes leave the environment, which lies beside them, as it is
        }
        self._forks: ForkServer | None = None
        self._processes: dict[str, Process] = {}
        self._asked_to_stop = threading.Event()

    def run(self) -> int:
        """Until somebody asks for the end. The exit code: 0, or 1 where it could not start or go on."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._ask_to_stop)
        try:
            logins = self._start()
            self._watch(lambda: listens(self._hub.bind))
            self._output.plain(banner(self._hub, logins))
            self._watch(lambda: False)
        except Stopped:
            return 0
        except CannotStart as error:
            self._output.say(f"cannot start: {error}")
            return 1
        except OSError as error:  # above all a disk that is full
            self._output.say(f"cannot go on: {error}. See that the disk of {self._hub.data_dir} has room, and start again")
            return 1
        finally:
            self._stop()
        return 0

    def _ask_to_stop(self, number: int, frame: FrameType | None) -> None:
        self._asked_to_stop.set()

    def _start(self) -> Logins:
        directory = self._hub.data_dir
        address, base_url = made_value(directory, "REDIS_URL"), made_value(directory, "SATLOC_BASE_URL")
        canary_url = made_value(directory, "PARTNER_CANARY_URL")
        if sys.platform == "linux":
            self._forks = ForkServer(self._environment, self._output.say)
            self._output.follow("hub", self._forks.stdout)
        if address:
            self._begin(broker.service(directory, address))
        if base_url:
            self._begin(services.sandbox(directory, base_url))
        if canary_url:  # not waited for: the hub does without it, and says so
            self._begin(services.canary(directory, canary_url))
        while self._forks and self._forks.is_loading():
            self._pause()
        self._complete(services.manage("prepare", "prepare"))
        if address:
            self._wait_for("broker", lambda: broker.answers(address))
        if base_url:
            parts = urlsplit(base_url)
            self._wait_for("sandbox", lambda: listens((parts.hostname or "", parts.port or 0)))
        logins = Logins()
        if self._hub.demo:
            self._output.listen("demo", logins.read)
            self._complete(services.manage("demo", "seed_demo", "--skip-checks"))
        for service in services.lasting(self._hub):
            self._begin(service)
        return logins

    def _begin(self, service: Service) -> Process:
        process = Process(service, self._environment, self._run_dir, self._output, self._forks)
        self._processes[service.name] = process
        process.start()
        return process

    def _complete(self, service: Service) -> None:
        process = self._begin(service)
        while not process.has_ended():
            self._pause()
        code = process.collect()
        self._output.finish(1.0, service.name)
        del self._processes[service.name]
        if code:
            raise CannotStart(f"{service.name} {exit_words(code)}; what it said stands above")

    def _wait_for(self, name: str, answers: Callable[[], bool]) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not answers():
            if self._processes[name].has_ended() or time.monotonic() > deadline:
                raise CannotStart(f"the {name} does not answer; what it said stands above or in {self._hub.data_dir / name}")
            self._pause()

    def _pause(self) -> None:
        if self._asked_to_stop.wait(LOOK_EVERY):
            raise Stopped

    def _watch(self, until: Callable[[], bool]) -> None:
        """Starts again what has ended, after a pause that grows."""
        while not until():
            for process in self._processes.values():
                self._look_after(process)
            self._pause()

    def _look_after(self, process: Process) -> None:
        if process.due_at is not None:
            if time.monotonic() >= process.due_at:
                process.start()
        elif process.has_ended():
            code = process.collect()
            pause = process.plan_restart()
            self._output.say(f"{process.name} {exit_words(code)}; it starts again in {pause:.0f} s")

    def _stop(self) -> None:
        self._output.say("stopping")
        if self._forks:
            self._forks.close()
        ordered = {name for names in services.STOPS for name in names}
        commands = tuple(self._processes.keys() - ordered)
        for names in (commands, *services.STOPS):
            self._end([self._processes.pop(name) for name in names if name in self._processes])
        self._output.finish(0.1)
        self._output.say("stopped")

    def _end(self, stage: list[Process]) -> None:
        for process in stage:
            process.ask_to_end()
        deadline = time.monotonic() + max((process.service.grace_seconds for process in stage), default=0)
        while not all(process.is_gone() for process in stage) and time.monotonic() < deadline:
            time.sleep(0.05)
        for process in stage:
            if not process.is_gone():
                self._output.say(f"{process.name} did not end in time and is killed")
            process.collect()
