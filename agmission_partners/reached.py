"""What the hub reaches outside, as it is told: SatLoc's cloud, the canary's, and the server that takes mail."""

from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import unquote, urlsplit

from agmission_partners.variables import Variables
from partners.adapters.addresses import same_server

SATLOC_DOMAIN = "satloccloud.com"
SATLOC_CLOUD = f"https://www.{SATLOC_DOMAIN}/api/Satloc"
MAIL_PORTS = {"smtp": 25, "smtp+tls": 587, "smtps": 465}


@dataclass(frozen=True)
class Satloc:
    """How the SatLoc Cloud is reached, wherever a partner's configuration says nothing else."""

    base_url: str
    timeout: timedelta
    rate_limit: int
    retry_attempts: int
    api_key: str = field(repr=False)
    api_secret: str = field(repr=False)
    probe_login: str
    probe_password: str = field(repr=False)


@dataclass(frozen=True)
class Canary:
    """The simulated cloud that a synthetic job goes through every `interval`."""

    base_url: str
    interval: timedelta


@dataclass(frozen=True)
class MailServer:
    """Who takes mail: `tls` from the first byte, or `starttls`, or neither."""

    host: str
    port: int
    user: str
    password: str = field(repr=False)
    starttls: bool
    tls: bool


@dataclass(frozen=True)
class Mail:
    """How ops are told by mail: their addresses, the hub's own, and the server; None: it is printed."""

    ops: tuple[str, ...]
    sender: str
    server: MailServer | None


def web_address(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ValueError(url)


def read_satloc(read: Variables) -> Satloc:
    address = read.first_of("SATLOC_BASE_URL", "SATLOC_API_ENDPOINT")
    timeout = read.first_of("SATLOC_TIMEOUT", "SATLOC_API_TIMEOUT")
    return Satloc(
        base_url=read.text(address, "an address that begins with https:// or http://", SATLOC_CLOUD, check=web_address).rstrip(
            "/"
        ),
        timeout=read.duration(timeout, 30_000, minimum=100, maximum=300_000),
        rate_limit=read.number("SATLOC_RATE_LIMIT", 60, minimum=1, maximum=100_000),
        retry_attempts=read.number("SATLOC_RETRY_ATTEMPTS", 3, minimum=0, maximum=10),
        api_key=read.optional_text("SATLOC_API_KEY"),
        api_secret=read.optional_text("SATLOC_API_SECRET"),
        probe_login=read.optional_text("SATLOC_PROBE_LOGIN"),
        probe_password=read.optional_text("SATLOC_PROBE_PASSWORD"),
    )


def read_canary(read: Variables, satloc: Satloc) -> Canary | None:
    """None where it is off. Its cloud is a simulated one: neither SatLoc's own nor the one that customers' data goes to."""

    def simulated(url: str) -> None:
        web_address(url)
        if same_server(url, satloc.base_url) or str(urlsplit(url).hostname).endswith(SATLOC_DOMAIN):
            raise ValueError(url)

    if not read.flag("PARTNER_CANARY", default=False):
        return None
    expected = "the address of a simulated cloud of its own (`manage.py satloc_sandbox`), not that of SATLOC_BASE_URL"
    return Canary(
        base_url=read.text("PARTNER_CANARY_URL", expected, check=simulated).rstrip("/"),
        interval=read.duration("PARTNER_CANARY_INTERVAL", 900_000, minimum=10_000),
    )


def read_mail(read: Variables) -> Mail:
    def server(url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in MAIL_PORTS or not parts.hostname or parts.port == 0 or parts.path.strip("/") or parts.query:
            raise ValueError(url)

    expected = "smtp://, smtp+tls:// (STARTTLS) or smtps://, then user:password@host:port"
    url = read.text("EMAIL_URL", expected, check=server) if read.is_set("EMAIL_URL") else ""
    return Mail(
        ops=read.words("OPS_EMAIL", "mail addresses separated by commas", check=_mail_address),
        sender=read.text("EMAIL_FROM", "a mail address", "agmission-partners@localhost", check=_mail_address),
        server=_mail_server(url) if url else None,
    )


def _mail_server(url: str) -> MailServer:
    parts = urlsplit(url)
    return MailServer(
        host=parts.hostname or "",
        port=parts.port or MAIL_PORTS[parts.scheme],
        user=unquote(parts.username or ""),
        password=unquote(parts.password or ""),
        starttls=parts.scheme == "smtp+tls",
        tls=parts.scheme == "smtps",
    )


def _mail_address(text: str) -> None:
    name, _, host = text.strip().rpartition("@")
    if not (name and host) or any(mark.isspace() or mark in "<>,;@" for mark in name + host):
        raise ValueError(text)
