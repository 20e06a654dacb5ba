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
    """Work on, with a flag that is shared with nobody but the children from now on: as a worker starts, and for tests."""
    global _flag  # the worker may itself be a copy of a process, of which there are others
    _flag = mmap.mmap(-1, 1)
