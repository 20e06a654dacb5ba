"""`DATA_DIR/env`: what a start makes, keys once and addresses anew, for every process and for `manage.py` beside them.

The file begins with the block that is made; what a person writes below it stays, and wins over the block.
"""

import os
import secrets
import socket
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.fernet import Fernet

from agmission_partners.variables import Variables, made_file, parse_made, read_made_text

END_OF_BLOCK = "# What you write below this line stays."
TOP = "# Made by `manage.py up`, which rewrites it at every start; the environment wins over this file.\n"
SANDBOX_PATH = "/api/Satloc"
DEMO_FIRST_POLL_DELAY = "5000"  # milliseconds: the simulated aircraft is back a few seconds after the upload


def prepare(directory: Path) -> bool:
    """Makes what nobody gave; whether this installation is a demo. Raises WrongVariable."""
    block, own = _split(read_made_text(directory))
    before, given = parse_made(block), Variables(os.environ, parse_made(own))
    made: dict[str, str] = {}
    if not given.is_set("SECRET_KEY"):
        made["SECRET_KEY"] = before.get("SECRET_KEY") or secrets.token_urlsafe(50)
    if not given.is_set("CREDENTIALS_KEYS"):
        made["CREDENTIALS_KEYS"] = before.get("CREDENTIALS_KEYS") or Fernet.generate_key().decode()
    if not (given.is_set("REDIS_URL") or given.is_set("BROKER_URL")):
        made["REDIS_URL"] = _broker_address(before.get("REDIS_URL"))
    demo = given.flag("DEMO", default=False)
    if demo and not given.is_set(given.first_of("SATLOC_BASE_URL", "SATLOC_API_ENDPOINT")):
        made["SATLOC_BASE_URL"] = _sandbox_address(before.get("SATLOC_BASE_URL"))
    if demo and not given.is_set("PARTNER_FIRST_POLL_DELAY"):
        made["PARTNER_FIRST_POLL_DELAY"] = DEMO_FIRST_POLL_DELAY
    if given.flag("PARTNER_CANARY", default=False) and not given.is_set("PARTNER_CANARY_URL"):
        made["PARTNER_CANARY_URL"] = _sandbox_address(before.get("PARTNER_CANARY_URL"))
    _write(directory, made, own)
    return demo


def made_value(directory: Path, name: str) -> str | None:
    """What a start made under this name, where nobody gave it."""
    return parse_made(_split(read_made_text(directory))[0]).get(name)


def _split(text: str) -> tuple[str, str]:
    block, end, own = text.partition(END_OF_BLOCK + "\n")
    return (block, own) if end else ("", text)


def _broker_address(before: str | None) -> str:
    password = (urlsplit(before).password if before else None) or secrets.token_urlsafe(32)
    return f"redis://:{password}@127.0.0.1:{_free_port(before)}/0"


def _sandbox_address(before: str | None) -> str:
    return f"http://127.0.0.1:{_free_port(before)}{SANDBOX_PATH}"


def _free_port(before: str | None) -> int:
    """The port of an address that was used before, where it still is free, else any."""
    for port in (urlsplit(before).port or 0 if before else 0, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no port is free on 127.0.0.1")


def _write(directory: Path, made: dict[str, str], own: str) -> None:
    """Replaces the file at once, readable by its owner alone."""
    block = "".join(f"{name}='{value}'\n" for name, value in made.items())
    temporary = directory / "env.new"
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
        stream.write(f"{TOP}{block}{END_OF_BLOCK}\n{own}")
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(made_file(directory))
