"""Traces go by OTLP to where OTEL_EXPORTER_OTLP_ENDPOINT says so; else no more than OpenTelemetry's idle interface is loaded.

A trace has a span for each request, each piece of leased work, and each call of a partner. Requests to partners are not traced
by the library that makes them: their addresses may hold passwords, the hub's own record of them does not.
"""

import socket
from typing import Any

from django_guid import get_guid
from opentelemetry import trace

EXPORT_SECONDS = 2
"""For one batch, tries included. What waits at the end of a process is sent before it ends: two batches at most, so that a
collector that is away does not hold it up."""
BATCH = 512


def send_to(endpoint: str, headers: dict[str, str]) -> None:
    """From now on, in this process and those that it forks. Everything else is told by OTEL_*, as the SDK documents."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.instrumentation.django import DjangoInstrumentor
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    here = Resource.create({"service.name": "agmission-partners", "host.name": socket.gethostname()})
    provider = TracerProvider(resource=here)
    exporter = OTLPSpanExporter(f"{endpoint}/v1/traces", headers=headers, timeout=EXPORT_SECONDS)
    provider.add_span_processor(BatchSpanProcessor(exporter, max_queue_size=2 * BATCH, max_export_batch_size=BATCH))
    trace.set_tracer_provider(provider)
    DjangoInstrumentor().instrument(response_hook=_name_request)


def flush() -> None:
    """Send what still waits: a process that is about to end must not take it along."""
    send_now = getattr(trace.get_tracer_provider(), "force_flush", None)
    if send_now:  # the idle provider has none
        send_now()


def _name_request(span: trace.Span, request: Any, response: Any) -> None:
    span.set_attribute("request_id", get_guid() or "")
