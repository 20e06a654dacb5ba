"""What a person sees when everything runs: addresses, logins, and what to try first."""

import re
from dataclasses import dataclass, field

from agmission_partners.environment import Hub

LOGIN_LINE = re.compile(r"^\s*(\S+) / (\S+)\s*$")
EVERY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104  # shown as the one to type, not bound


@dataclass
class Logins:
    """Demo logins, as `seed_demo` prints them: `username / password`, one a line."""

    found: dict[str, str] = field(default_factory=dict)

    def read(self, line: str) -> None:
        """Takes a line that is a login."""
        if match := LOGIN_LINE.match(line):
            self.found[match[1]] = match[2]


def local_address(hub: Hub) -> str:
    """Host and port to type on this machine."""
    host, port = hub.bind
    shown = EVERY_ADDRESS.get(host, f"[{host}]" if ":" in host else host)
    return f"{shown}:{port}"


def banner(hub: Hub, logins: Logins) -> str:
    """The table that a start prints."""
    address = f"http://{local_address(hub)}"
    rows = [
        ("Pages", f"{address}/   jobs, flights and their maps; sign in here"),
        ("REST API", f"{address}/api/v1/   described at {address}/api/v1/docs/"),
        ("Admin", f"{address}/admin/"),
        ("State", f"{address}/readyz"),
        ("Metrics", f"{address}/metrics"),
        ("Data", str(hub.data_dir)),
        ("SatLoc", hub.satloc.base_url + ("   (simulated)" if hub.demo else "")),
    ]
    table = [f"  {name:<9} {value}" for name, value in rows]
    names = ["", "  Logins", *(f"{name} / {password}" for name, password in logins.found.items())] if logins.found else []
    return "\n".join(["", *table, *names, "", *_first_steps(address, logins), ""])


def _first_steps(address: str, logins: Logins) -> list[str]:
    name, password = next(iter(logins.found.items()), ("USERNAME", "PASSWORD"))
    body = f'{{"username": "{name}", "password": "{password}"}}'
    token = "python3 -c 'import json, sys; print(json.load(sys.stdin)[\"token\"])'"  # noqa: S105  # how to read one
    first = 'python3 -c \'import json, sys; print(json.load(sys.stdin)["results"][0]["id"])\''
    signed = 'curl -s -H "Authorization: Token $TOKEN"'
    return [
        "  First steps: sign in, see the logs, read the records of a flight (the demo's is back within a minute)",
        f"TOKEN=$(curl -s -H 'Content-Type: application/json' -d '{body}' {address}/api/v1/auth/login | {token})",
        f"{signed} {address}/api/v1/logs/",
        f"APPLICATION=$({signed} {address}/api/v1/applications/ | {first})",
        f"{signed} {address}/api/v1/applications/$APPLICATION/records/",
        "",
        "  Ctrl-C stops everything.",
    ]
