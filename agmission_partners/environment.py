"""What the hub is told from outside, read once, checked and typed. The table of variables is in the README.

Code asks `django.conf.settings.HUB`, never the environment. Durations are milliseconds outside and `timedelta` in here.
"""

import hashlib
import sys
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import NoReturn
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import dj_database_url
from cryptography.fernet import Fernet

from agmission_partners.observed import Observability, read_observability
from agmission_partners.pace import Pace, read_pace
from agmission_partners.reached import Canary, Mail, Satloc, read_canary, read_mail, read_satloc
from agmission_partners.variables import Variables, WrongVariable, data_dir, variables

BROKER_SCHEMES = ("redis", "rediss", "sentinel", "redis+socket", "amqp", "amqps")
REDIS_SCHEMES = BROKER_SCHEMES[:4]
PROXIES = "addresses or networks such as 10.0.0.0/8, separated by commas"
EXIT_CODE = 2


@dataclass(frozen=True)
class Superuser:
    """The operator's first login, made at the first start."""

    username: str
    password: str = field(repr=False)
    email: str


@dataclass(frozen=True, kw_only=True)
class Hub(Pace):
    """All that the hub can be told. Counts are per what the README's table says; sizes are bytes."""

    data_dir: Path
    http_bind: str
    public_url: str
    demo: bool
    secret_key: str = field(repr=False)
    debug: bool
    allowed_hosts: tuple[str, ...]
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...]
    time_zone: str
    database_url: str = field(repr=False)
    redis_url: str = field(repr=False)
    broker_url: str = field(repr=False)
    credentials_keys: tuple[str, ...] = field(repr=False)
    encrypt_credentials: bool
    superuser: Superuser | None
    allow_private_hosts: bool
    max_log_size: int
    satloc: Satloc
    canary: Canary | None
    mail: Mail
    observability: Observability

    @property
    def broker_key_prefix(self) -> str:
        """Under which the hub keeps what it has in Redis, which several installations, and test runs, may share.

        An installation is known by its key and its database.
        """
        identity = f"{self.secret_key} {dj_database_url.parse(self.database_url)['NAME']}"
        return f"agmission:{hashlib.sha256(identity.encode()).hexdigest()[:12]}:"

    @property
    def bind(self) -> tuple[str, int]:
        """Host and port of `http_bind`."""
        return split_bind(self.http_bind)


def load(source: Variables | None = None) -> Hub:
    """Everything from `source`, by default the environment over `DATA_DIR/env`. Raises WrongVariable."""
    read = source or variables()
    debug = read.flag("DEBUG", default=False)
    encrypt = read.flag("PARTNER_ENCRYPT_CREDENTIALS", default=True)
    if not (encrypt or debug):
        raise WrongVariable("PARTNER_ENCRYPT_CREDENTIALS", "is false", "true, as DEBUG is off")
    redis_url = _url(read, "REDIS_URL", REDIS_SCHEMES, "")
    satloc = read_satloc(read)
    return Hub(
        **vars(read_pace(read)),
        data_dir=data_dir(),
        http_bind=read.text("HTTP_BIND", "host:port, such as 127.0.0.1:8000", "127.0.0.1:8000", check=split_bind),
        public_url=_public_url(read),
        demo=read.flag("DEMO", default=False),
        secret_key=_secret_key(read, debug=debug),
        debug=debug,
        allowed_hosts=_allowed_hosts(read),
        trusted_proxies=tuple(map(ip_network, read.words("TRUSTED_PROXIES", PROXIES, check=_network))),
        time_zone=read.text("TIME_ZONE", "a time zone such as America/Winnipeg", "UTC", check=_time_zone),
        database_url=_database_url(read),
        redis_url=redis_url,
        broker_url=_url(read, "BROKER_URL", (*BROKER_SCHEMES, *(["memory"] if debug else [])), redis_url or None),
        credentials_keys=_credentials_keys(read, required=encrypt),
        encrypt_credentials=encrypt,
        superuser=_superuser(read),
        allow_private_hosts=read.flag("PARTNER_ALLOW_PRIVATE_HOSTS", default=False),
        max_log_size=read.number("PARTNER_MAX_LOG_SIZE", 1_073_741_824, minimum=1, maximum=1 << 44),
        satloc=satloc,
        canary=read_canary(read, satloc),
        mail=read_mail(read),
        observability=read_observability(read),
    )


def load_or_exit() -> Hub:
    """As `load`; what is wrong is one line on standard error and exit code 2: for manage.py, celery and gunicorn."""
    try:
        return load()
    except WrongVariable as error:
        refuse_to_start(error)


def refuse_to_start(reason: object, exit_code: int = EXIT_CODE) -> NoReturn:
    """Ends the process with one line on standard error."""
    print(f"agmission-partners cannot start: {reason}", file=sys.stderr)  # noqa: T201
    raise SystemExit(exit_code)


def split_bind(address: str) -> tuple[str, int]:
    """Host and port of `host:port` or `[host]:port`. Raises ValueError."""
    parts = urlsplit(f"//{address}")
    if not parts.hostname or not parts.port or parts.path or parts.username:
        raise ValueError(address)
    return parts.hostname, parts.port


def _secret_key(read: Variables, *, debug: bool) -> str:
    expected = "a long random text (`make run` makes one)"
    key = read.text("SECRET_KEY", expected)
    if key.startswith("django-insecure") and not debug:
        raise WrongVariable("SECRET_KEY", "is a dummy", expected)
    return key


def _allowed_hosts(read: Variables) -> tuple[str, ...]:
    """Those named, and the one of PUBLIC_URL; where neither is given, this machine."""
    public = urlsplit(_public_url(read)).hostname
    named = read.words("ALLOWED_HOSTS", "host names separated by commas") + ((public,) if public else ())
    return named or ("localhost", "127.0.0.1", "[::1]")


def _public_url(read: Variables) -> str:
    def bare(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or url.count("/") > 2:
            raise ValueError(url)

    expected = "the address that people type, such as https://hub.example.com, without a path"
    return read.text("PUBLIC_URL", expected, check=bare) if read.is_set("PUBLIC_URL") else ""


def _credentials_keys(read: Variables, *, required: bool) -> tuple[str, ...]:
    expected = "Fernet keys (32 bytes in URL-safe base64) separated by commas, newest first (`make run` makes one)"
    keys = read.words("CREDENTIALS_KEYS", expected, check=lambda key: Fernet(key.strip()))
    if required and not keys:
        raise WrongVariable("CREDENTIALS_KEYS", "is missing", expected)
    return keys


def _database_url(read: Variables) -> str:
    def known(url: str) -> None:
        if urlsplit(url).scheme not in ("postgres", "postgresql", "sqlite") or not dj_database_url.parse(url)["NAME"]:
            raise ValueError(url)

    expected = "postgres://user:password@host:port/name or sqlite:///path"
    return read.text("DATABASE_URL", expected, f"sqlite:///{data_dir() / 'hub.sqlite3'}", check=known)


def _url(read: Variables, name: str, schemes: tuple[str, ...], default: str | None) -> str:
    def known(url: str) -> None:
        if urlsplit(url.split(";")[0]).scheme not in schemes or "://" not in url:
            raise ValueError(url)

    expected = "an address that begins with " + ", ".join(f"{scheme}://" for scheme in schemes)
    return read.text(name, expected, default, check=known)


def _network(text: str) -> None:
    ip_network(text.strip())


def _time_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError(name) from error


def _superuser(read: Variables) -> Superuser | None:
    if not read.is_set("DJANGO_SUPERUSER_USERNAME"):
        return None
    return Superuser(
        username=read.optional_text("DJANGO_SUPERUSER_USERNAME"),
        password=read.text("DJANGO_SUPERUSER_PASSWORD", "a password, as DJANGO_SUPERUSER_USERNAME is set"),
        email=read.optional_text("DJANGO_SUPERUSER_EMAIL"),
    )
