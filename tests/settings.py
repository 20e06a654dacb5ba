"""Settings of a test run: an installation of its own, whatever the environment of the person who starts it says.

The hub's own settings are read after the environment has been laid, so a second process that a test starts with
`os.environ` works in the same data directory and on the same database.
"""

import atexit
import os
import secrets
import shutil
import tempfile
from urllib.parse import urlsplit, urlunsplit

from cryptography.fernet import Fernet

_MARK = "AGMISSION_TEST_RUN"


def _own_database(server: str) -> str:
    """A database of this run alone: a file, or a fresh name on the server that DATABASE_URL gives."""
    if not server.startswith("postgres"):
        return ""
    return urlunsplit(urlsplit(server)._replace(path=f"/agmission_test_{secrets.token_hex(6)}"))


def _lay_environment() -> None:
    directory = tempfile.mkdtemp(prefix="agmission-test-")
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    for name in [name for name in os.environ if name.startswith(("PARTNER_", "SATLOC_", "DJANGO_SUPERUSER_"))]:
        del os.environ[name]
    redis = os.environ.get("REDIS_URL", "")
    os.environ.update(
        DATA_DIR=directory,
        DEBUG="true",
        DEMO="false",
        SECRET_KEY=secrets.token_urlsafe(50),
        CREDENTIALS_KEYS=Fernet.generate_key().decode(),
        DATABASE_URL=_own_database(os.environ.get("DATABASE_URL", "")),
        BROKER_URL=redis or "memory://",
        ALLOWED_HOSTS="testserver,localhost,127.0.0.1",
        TIME_ZONE="UTC",
    )
    os.environ[_MARK] = directory


if _MARK not in os.environ:
    _lay_environment()

from agmission_partners.settings import *  # noqa: E402, F403
from agmission_partners.settings import DATABASES, INSTALLED_APPS  # noqa: E402

# The test database is the one that the environment names, so that second processes open it too.
DATABASES["default"]["TEST"] = {"NAME": DATABASES["default"]["NAME"]}
INSTALLED_APPS = [*INSTALLED_APPS, "tests.workbench"]
WHITENOISE_AUTOREFRESH = True  # else each client that a test makes looks through all static files
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
