"""How gunicorn serves the hub. It reads this file by itself when it is started in this directory."""

from typing import Any

from gunicorn import util

from agmission_partners.environment import load_or_exit
from agmission_partners.web_server import lose_patience, write_problem

LONGEST_SILENCE = 30

hub = load_or_exit()
bind = hub.http_bind
# Whose word it is that a request came by TLS. As many processes as WEB_CONCURRENCY says, by default one.
forwarded_allow_ips = ",".join(map(str, hub.trusted_proxies))
worker_class = "gthread"
threads = 8
timeout = 120
graceful_timeout = 1
keepalive = 5
control_socket_disable = True
loglevel = "warning"

util.write_error = write_problem  # gunicorn has no setting for it


def when_ready(server: Any) -> None:
    """The sockets that it accepts are as patient as the one that it listens on."""
    for listener in server.LISTENERS:
        lose_patience(listener.sock, LONGEST_SILENCE)
