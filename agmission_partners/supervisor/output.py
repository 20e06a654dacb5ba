"""Lines of all processes on one terminal, each with the name of its process before it."""

import sys
import threading
from collections.abc import Callable
from typing import IO

COLOURS = (36, 33, 32, 35, 34, 96, 93, 92)
WIDTH = 11


class Output:
    """Writes whole lines, one at a time. A terminal that is gone stops the writing, not the hub."""

    def __init__(self, stream: IO[str] | None = None) -> None:
        self._stream = stream or sys.stdout
        self._coloured = self._stream.isatty()
        self._lock = threading.Lock()
        self._colours: dict[str, int] = {}
        self._followers: list[threading.Thread] = []
        self._listeners: dict[str, Callable[[str], None]] = {}

    def say(self, text: str, name: str = "hub") -> None:
        """Writes each line of `text` that is not blank, prefixed with `name`."""
        for line in filter(str.strip, text.splitlines()):
            self._write(f"{self._prefix(name)} {line}\n")

    def plain(self, text: str) -> None:
        """Writes `text` as it is."""
        self._write(text + "\n")

    def listen(self, name: str, listener: Callable[[str], None]) -> None:
        """Lets `listener` have each line of the process `name` too."""
        self._listeners[name] = listener

    def follow(self, name: str, pipe: IO[bytes]) -> None:
        """Writes the lines of `pipe` as they come, until it closes."""
        follower = threading.Thread(target=self._copy, args=(name, pipe), name=_title(name), daemon=True)
        self._followers = [*(thread for thread in self._followers if thread.is_alive()), follower]
        follower.start()

    def finish(self, seconds: float, name: str | None = None) -> None:
        """Waits until what the process `name` (all of them) wrote last has been copied, each for so long at most."""
        for follower in self._followers:
            if name is None or follower.name == _title(name):
                follower.join(seconds)

    def _copy(self, name: str, pipe: IO[bytes]) -> None:
        with pipe:
            for line in pipe:
                text = line.decode("utf-8", "replace").rstrip("\r\n")
                self._listeners.get(name, str)(text)
                self.say(text, name)

    def _prefix(self, name: str) -> str:
        label = f"{name:<{WIDTH}} |"
        if not self._coloured:
            return label
        colour = self._colours.setdefault(name, COLOURS[len(self._colours) % len(COLOURS)])
        return f"\033[{colour}m{label}\033[0m"

    def _write(self, text: str) -> None:
        with self._lock:
            try:
                self._stream.write(text)
                self._stream.flush()
            except (OSError, ValueError):
                return  # nobody reads any more; the pipes are emptied all the same, so that nothing blocks on them


def _title(name: str) -> str:
    return f"lines of {name}"
