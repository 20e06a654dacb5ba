"""How far a move is: a bar on a terminal, now and then a line elsewhere."""

import time
from typing import Any

WIDTH = 30
LINE_EVERY = 10.0
REDRAWN_EVERY = 0.2


class Bar:
    """Measures durations only, so the process's clock will do."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._terminal = stream.isatty()
        self._total = 0
        self._begun = self._told_at = time.monotonic()
        self._first: int | None = None

    def look(self, seen: int) -> None:
        """While the source is looked at, before it is known how much it holds."""
        self._say(f"looking: {seen:,} documents", f"looking: {seen:,} documents")

    def begin(self, total: int) -> None:
        """Now it is known."""
        self._clear()
        self._total = total
        self._begun = self._told_at = time.monotonic()

    def tell(self, done: int) -> None:
        """So many are behind; what an earlier run did is not counted into the rate."""
        if self._first is None:
            self._first = done
        part = done / self._total if self._total else 1.0
        seconds = time.monotonic() - self._begun
        rate = (done - self._first) / seconds if seconds > 0 else 0.0
        left = _words((self._total - done) / rate) if rate else "?"
        words = f"{part:6.1%}  {done:,} of {self._total:,}  {rate:,.0f}/s  {left} left"
        full = int(part * WIDTH)
        self._say(f"[{'#' * full}{'.' * (WIDTH - full)}] {words}", words.strip())

    def end(self) -> None:
        """Nothing more to draw."""
        self._clear()

    def _say(self, drawn: str, line: str) -> None:
        pause = REDRAWN_EVERY if self._terminal else LINE_EVERY
        if time.monotonic() - self._told_at < pause:
            return
        self._told_at = time.monotonic()
        if self._terminal:
            self._stream.write(f"\r\x1b[2K{drawn}", ending="")
            self._stream.flush()
        else:
            self._stream.write(line)

    def _clear(self) -> None:
        if self._terminal:
            self._stream.write("\r\x1b[2K", ending="")
            self._stream.flush()


def _words(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    return f"{minutes}:{rest:02}" if minutes < 60 else f"{minutes // 60}:{minutes % 60:02}:{rest:02}"
