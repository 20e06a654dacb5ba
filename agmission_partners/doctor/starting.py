"""Settings, keys and files: mistakes that can be seen before anything runs."""

import base64
import os
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.checks import Warning as Doubt

from agmission_partners.doctor import Question
from agmission_partners.variables import made_file

DUMMIES = ("changeme", "change-me", "dummy", "example", "insecure", "placeholder")
SECRETS = [
    f"{name}_FILE"
    for name in (
        "SECRET_KEY",
        "CREDENTIALS_KEYS",
        "DATABASE_URL",
        "REDIS_URL",
        "BROKER_URL",
        "EMAIL_URL",
        "METRICS_TOKEN",
        "SATLOC_API_KEY",
        "SATLOC_API_SECRET",
        "SATLOC_PROBE_PASSWORD",
        "DJANGO_SUPERUSER_PASSWORD",
    )
]
FEWEST_CHARACTERS = 8
"""Different ones in a key that somebody drew by lot."""

SHORTEST_KEY = 32
MOUNTED = Path("/run/secrets")
"""Where containers get their secrets: no other user is there to read them."""

LOW_SHARE, LOWEST_BYTES = 0.1, 256 * 1024 * 1024
Usage = Callable[[Path], Any]


def secret_key() -> Iterator[CheckMessage]:
    key: str = settings.HUB.secret_key
    told = any(word in key.lower() for word in DUMMIES)
    if told or len(key) < SHORTEST_KEY or len(set(key)) < FEWEST_CHARACTERS:
        hint = "make one with `head -c 48 /dev/urandom | base64`; everybody has to sign in again afterwards"
        yield Error("SECRET_KEY is a dummy: sessions can be forged with it", hint=hint, id="agmission.E001")


def credentials_keys() -> Iterator[CheckMessage]:
    for number, key in enumerate(settings.HUB.credentials_keys, start=1):
        if len(set(base64.urlsafe_b64decode(key))) < FEWEST_CHARACTERS:
            hint = "put a random one in front (docs/partners.md), then run `manage.py rotate_credentials`"
            yield Error(f"key {number} of CREDENTIALS_KEYS is a dummy that anybody can guess", hint=hint, id="agmission.E002")


def debug() -> Iterator[CheckMessage]:
    if settings.HUB.debug:
        yield Doubt(
            "DEBUG is on: errors show settings and data to whoever meets them", hint="set DEBUG=false", id="agmission.W003"
        )


def addresses() -> Iterator[CheckMessage]:
    if "*" in settings.HUB.allowed_hosts:
        hint = "name the hosts that people type in ALLOWED_HOSTS or PUBLIC_URL"
        yield Doubt("ALLOWED_HOSTS takes any name: answers can be made to lead elsewhere", hint=hint, id="agmission.W004")
    if not settings.HUB.public_url.startswith("https://") and not settings.HUB.bind[0].startswith(("127.", "localhost", "::1")):
        hint = "put a proxy with TLS in front (deploy/nginx/) and set PUBLIC_URL=https://…"
        yield Doubt(f"{settings.HUB.http_bind} is served to a network without TLS", hint=hint, id="agmission.W005")


def secrets_on_disk() -> Iterator[CheckMessage]:
    named = {name: Path(os.environ[name]) for name in SECRETS if os.environ.get(name)}
    for name, path in {"DATA_DIR": made_file(settings.HUB.data_dir), **named}.items():
        if _others_can_read(path) and MOUNTED not in path.parents:
            hint = f"chmod o-rwx {path}, and change what is in it if others have accounts on this machine"
            yield Error(f"{name}: everybody on this machine can read {path}", hint=hint, id="agmission.E006")


def _others_can_read(path: Path) -> bool:
    try:
        ways = [folder.stat().st_mode & stat.S_IXOTH for folder in path.resolve().parents]
        return bool(path.stat().st_mode & stat.S_IROTH) and all(ways)
    except OSError:
        return False


def data_dir() -> Iterator[CheckMessage]:
    try:
        with tempfile.TemporaryFile(dir=settings.HUB.data_dir) as probe:
            probe.write(b"written")
    except OSError as error:
        hint = "make it a directory that the hub's user may write to, on a disk that is there"
        found = f"DATA_DIR {settings.HUB.data_dir} cannot be written ({error.strerror})"
        yield Error(found, hint=hint, id="agmission.E007")


def disk(usage: Usage = shutil.disk_usage) -> Iterator[CheckMessage]:
    """`usage`: total, used and free bytes of the disk that a path is on."""
    if not settings.HUB.data_dir.is_dir():
        return  # `data_dir` says so
    total, _, free = usage(settings.HUB.data_dir)
    hint = "free space or make the disk larger; downloads wait when it is full, and nothing is lost"
    words = f"{free / 1e9:.1f} GB of {total / 1e9:.1f} GB are left on the disk of DATA_DIR"
    if free < LOWEST_BYTES:
        yield Error(words, hint=hint, id="agmission.E008")
    elif free < LOW_SHARE * total:
        yield Doubt(words, hint=hint, id="agmission.W008")


QUESTIONS = [
    Question("SECRET_KEY", secret_key, needs_database=False),
    Question("CREDENTIALS_KEYS", credentials_keys, needs_database=False),
    Question("DEBUG", debug, needs_database=False),
    Question("addresses and TLS", addresses, needs_database=False),
    Question("who can read secrets", secrets_on_disk, needs_database=False),
    Question("DATA_DIR", data_dir, needs_database=False),
    Question("room on the disk", disk, needs_database=False),
]


def deploy_check(**_: Any) -> list[CheckMessage]:
    """For `manage.py check --deploy`."""
    return [finding for question in QUESTIONS for finding in question.ask()]
