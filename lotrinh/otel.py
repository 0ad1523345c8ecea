"""What of OpenTelemetry is used; imported by ``lotrinh.traces`` alone, where the extra is installed and wanted."""

import os
from collections.abc import Callable, Sequence
from typing import Any

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.instrumentation.fastapi import FastAPIInstrumentor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Status

MayLeave = Callable[[str], bool]


class Discreet(SpanExporter):
    """Sends of every span only what may leave us, whichever library made the span."""

    def __init__(self, inner: SpanExporter, may_leave: MayLeave) -> None:
        self._inner, self._may_leave = inner, may_leave

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send spans without events, descriptions of errors, and attributes that nobody allowed."""
        return self._inner.export([discreet(span, self._may_leave) for span in spans])

    def shutdown(self) -> None:
        """End."""
        self._inner.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Send what waits."""
        return self._inner.force_flush(timeout_millis)


def discreet(span: ReadableSpan, may_leave: MayLeave) -> ReadableSpan:
    """Copy what may leave us."""
    attributes = span.attributes or {}
    return ReadableSpan(
        name=span.name,
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes={key: value for key, value in attributes.items() if may_leave(key)},
        kind=span.kind,
        status=Status(span.status.status_code),
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def provider(service: str, may_leave: MayLeave) -> TracerProvider:
    """Make our own provider: it is not the process's, so that no other library sends by it unasked."""
    name = os.environ.get("OTEL_SERVICE_NAME", service)
    made = TracerProvider(resource=Resource.create({"service.name": name}))
    made.add_span_processor(BatchSpanProcessor(Discreet(OTLPSpanExporter(), may_leave)))
    return made


def instrument(app: Any, made: TracerProvider) -> None:  # noqa: ANN401 - FastAPI is the portal's
    """Make a span of every request to an application; health and metrics are asked for all the time."""
    FastAPIInstrumentor.instrument_app(
        app, tracer_provider=made, excluded_urls="healthz,readyz,metrics,static", exclude_spans=["send", "receive"]
    )
