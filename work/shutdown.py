"""Whether this worker was told to stop: this process, and the children that a prefork pool forks from it."""

import mmap

_flag = mmap.mmap(-1, 1)  # memory that forked children share: only their parent is told


def request() -> None:
    """Take no new row from now on."""
    _flag[0] = 1


def requested() -> bool:
    """Whether to take no new row."""
    return _flag[0] == 1


def reset() -> None:
    """Work on (for tests, and for a process that starts its worker anew)."""
    _flag[0] = 0
