"""How the hub lets itself be watched, as it is told: its log, and where errors, traces and figures go."""

from dataclasses import dataclass, field
from urllib.parse import unquote

from agmission_partners.reached import web_address
from agmission_partners.variables import Variables

LOG_FORMATS = ("line", "json")
SHORTEST_TOKEN = 16
COLLECTOR = "the address of an OpenTelemetry collector that speaks OTLP over HTTP, such as http://localhost:4318"


@dataclass(frozen=True)
class Observability:
    """Where an address is empty, nothing is sent; where the token is, only ops may read the figures."""

    log_format: str
    sentry_dsn: str = field(repr=False)
    traces_to: str
    traces_headers: dict[str, str] = field(repr=False)
    metrics_token: str = field(repr=False)


def read_observability(read: Variables) -> Observability:
    headers = read.words("OTEL_EXPORTER_OTLP_HEADERS", "name=value pairs separated by commas", check=_header)
    return Observability(
        log_format=read.text("LOG_FORMAT", "line or json", "line", check=_log_format),
        sentry_dsn=read.text("SENTRY_DSN", "https://key@host/project", "", check=web_address),
        traces_to=read.text("OTEL_EXPORTER_OTLP_ENDPOINT", COLLECTOR, "", check=web_address).rstrip("/"),
        traces_headers=dict(map(_header, headers)),
        metrics_token=read.text("METRICS_TOKEN", f"at least {SHORTEST_TOKEN} characters without spaces", "", check=_token),
    )


def _log_format(name: str) -> None:
    if name not in LOG_FORMATS:
        raise ValueError(name)


def _token(token: str) -> None:
    if len(token) < SHORTEST_TOKEN or any(character.isspace() for character in token):
        raise ValueError(token)


def _header(pair: str) -> tuple[str, str]:
    """As OpenTelemetry's specification has it: values are percent-encoded, names are in lower case."""
    name, equals, value = pair.partition("=")
    if not (name.strip() and equals):
        raise ValueError(pair)
    return name.strip().lower(), unquote(value.strip())
