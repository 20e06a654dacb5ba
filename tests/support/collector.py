"""A web server that keeps what it is sent: where errors and traces are reported to under test."""

import gzip
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class Span(NamedTuple):
    """What a test asks of a span of OpenTelemetry. Ids are bytes; `parent` is empty where there is none."""

    name: str
    own: bytes
    parent: bytes
    failed: bool
    told: dict[str, Any]


class Collector:
    """`bodies` in the order they came, unpacked."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        kept = self.bodies

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                kept.append(gzip.decompress(body) if self.headers.get("Content-Encoding") == "gzip" else body)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.host = f"127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def spans(self) -> list[Span]:
        """All that came, read as traces."""
        requests = [ExportTraceServiceRequest.FromString(body) for body in list(self.bodies)]
        scopes = [scope for request in requests for resource in request.resource_spans for scope in resource.scope_spans]
        return [
            Span(
                one.name,
                one.span_id,
                one.parent_span_id,
                one.status.code == one.status.STATUS_CODE_ERROR,
                {pair.key: pair.value.string_value or pair.value.int_value for pair in one.attributes},
            )
            for scope in scopes
            for one in scope.spans
        ]

    def __enter__(self) -> "Collector":
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
