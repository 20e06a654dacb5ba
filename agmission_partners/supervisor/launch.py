"""Becomes the command it is given, as a child that ends with its parent.

Started by path with `python -I -S`, it imports the standard library alone: `launch.py PARENT_PID COMMAND…`.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Sequence

PR_SET_PDEATHSIG = 1


def tied_to(parent: int, command: Sequence[str]) -> list[str]:
    """The command by which a child of `parent` becomes `command`, and ends when it ends."""
    return [sys.executable, "-I", "-S", __file__, str(parent), *command]


def end_with_parent(parent: int) -> None:
    """Asks the kernel for SIGTERM at the parent's death, where it can be asked (Linux)."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it died before the kernel was asked
        sys.exit(1)


def main() -> None:
    """Ties itself to its parent, then becomes the command."""
    end_with_parent(int(sys.argv[1]))
    os.execvp(sys.argv[2], sys.argv[2:])  # noqa: S606  # no shell is wanted


if __name__ == "__main__":
    main()
