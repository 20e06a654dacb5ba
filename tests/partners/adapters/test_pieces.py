"""A partner sends a body in pieces of any length; an error in place of a log is known by its text, not by the first piece."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from partners.adapters.errors import PartnerError
from partners.adapters.ledger import NullLedger
from partners.adapters.records import Account, Endpoint
from partners.adapters.satloc import SatLocAdapter

ERROR = json.dumps({"IsSuccess": False, "Result": None, "ErrorMessage": "Storage is offline, try again"}).encode()
PAGE = b"<!DOCTYPE html><html><body>Sorry</body></html>"
LOG = b"timestamp,lat,lon,alt,groundSpeed,sprayStatus\n" * 4000
SIGNED_IN = json.dumps({"userId": "u1", "companyId": "c1", "email": "a@b"}).encode()


class InPieces(BaseHTTPRequestHandler):
    """A cloud whose log data comes as `server.pieces`."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for piece in [SIGNED_IN] if "Authenticate" in self.path else self.server.pieces:  # type: ignore[attr-defined]
            self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
            self.wfile.flush()
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_: Any) -> None:
        """Quiet."""


@pytest.fixture
def cloud() -> Iterator[Any]:
    with ThreadingHTTPServer(("127.0.0.1", 0), InPieces) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def download(cloud: Any, *pieces: bytes) -> bytes:
    cloud.pieces = pieces
    endpoint = Endpoint(
        base_url=f"http://127.0.0.1:{cloud.server_port}",
        private_hosts_allowed=True,
        timeout=timedelta(seconds=2),
        quick_repeats=0,
        user_agent="test",
    )
    with SatLocAdapter(endpoint, Account("a", "b"), NullLedger()).download_log("1", 1_000_000) as stream:
        return b"".join(stream.chunks)


@pytest.mark.parametrize("body", [ERROR, PAGE])
@pytest.mark.parametrize("cut", [0, 1, 5, 30])
def test_an_error_in_place_of_a_log_is_never_taken_for_it(cloud: Any, body: bytes, cut: int) -> None:
    with pytest.raises(PartnerError):
        download(cloud, *[piece for piece in (body[:cut], body[cut:]) if piece])


@pytest.mark.parametrize("length", [700, 65_536, 1_000_000])
def test_a_log_comes_whole_in_pieces_of_any_length(cloud: Any, length: int) -> None:
    assert download(cloud, *[LOG[at : at + length] for at in range(0, len(LOG), length)]) == LOG
