"""What must hold before anything is started. Each refusal is one line that says what to do."""

import errno
import fcntl
import os
import socket
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import IO

from agmission_partners.environment import Hub


class CannotStart(Exception):
    """Why nothing was started, in one line."""


def make_data_dir(directory: Path) -> Path:
    """Makes DATA_DIR and the folder of pid files in it, and really writes there. Returns that folder."""
    run_dir = directory / "run"
    try:
        if not directory.exists():
            directory.mkdir(parents=True, mode=0o700)
        run_dir.mkdir(exist_ok=True)
        with tempfile.TemporaryFile(dir=directory) as probe:
            probe.write(b"written")
    except OSError as error:
        reason = error.strerror or str(error)
        message = f"DATA_DIR {directory} cannot be written ({reason}): expected a directory that this user may write to"
        raise CannotStart(message) from error
    return run_dir


def lock(run_dir: Path) -> IO[str]:
    """Keeps a second supervisor away from this DATA_DIR, for as long as the returned file is open."""
    held = (run_dir / "lock").open("a+", encoding="utf-8")
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        held.seek(0)
        owner = held.read().strip() or "unknown"
        held.close()
        message = f"DATA_DIR {run_dir.parent} is in use by another `manage.py up` (process {owner}): stop that one first"
        raise CannotStart(message) from error
    held.truncate(0)
    held.write(str(os.getpid()))
    held.flush()
    return held


def free_to_listen(hub: Hub) -> None:
    """Refuses an HTTP_BIND that another program holds or that is no address of this machine."""
    host, port = hub.bind
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        reason = "it is in use by another program" if error.errno == errno.EADDRINUSE else error.strerror
        message = f"HTTP_BIND {hub.http_bind} cannot be listened on ({reason}): expected a free host:port of this machine"
        raise CannotStart(message) from error


def listens(address: tuple[str, int]) -> bool:
    """Whether somebody accepts connections there."""
    with suppress(OSError), socket.create_connection(address, timeout=1):
        return True
    return False
