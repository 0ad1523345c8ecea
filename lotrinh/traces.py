"""Spans for OpenTelemetry: only with ``lotrinh[otel]``, and only where OTEL_EXPORTER_OTLP_ENDPOINT says whereto.

While nothing is to be sent, nothing of OpenTelemetry is imported and a span costs nothing. What leaves us is what
``ALLOWED`` names: routes and codes, never addresses with secrets in them, never whom a browser belongs to.
"""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

ENDPOINTS = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")
ALLOWED = frozenset(
    {"http.method", "http.request.method", "http.route", "http.status_code", "http.response.status_code", "error.type"}
)
"""Attributes of the web framework's spans that are sent; all of ours are."""
OURS = "lotrinh."

Attribute = str | int
_log = logging.getLogger("lotrinh.traces")
_started: list[Any] = []
"""The provider, once there is one."""


def may_leave(attribute: str) -> bool:
    """Whether an attribute of a span, whoever made it, is sent."""
    return attribute in ALLOWED or attribute.startswith(OURS)


def wanted() -> bool:
    """Whether this process was told whereto spans are sent."""
    return any(os.environ.get(name) for name in ENDPOINTS)


def start(service: str) -> bool:
    """Begin to send spans, if that is wanted and possible; where it is not possible, the log says so."""
    if _started or not wanted():
        return bool(_started)
    try:
        from lotrinh.otel import provider  # noqa: PLC0415 - an extra, and only where it is wanted
    except ImportError as error:
        _log.warning("OTEL_EXPORTER_OTLP_ENDPOINT: pip install lotrinh[otel] (%s)", error.name)
        return False
    _started.append(provider(service, may_leave))
    return True


def watch(app: Any) -> None:  # noqa: ANN401 - FastAPI is the portal's
    """Let every request to an application be a span, once sending has begun."""
    if _started:
        from lotrinh.otel import instrument  # noqa: PLC0415 - as above

        instrument(app, _started[0])


@contextmanager
def span(name: str, **attributes: Attribute) -> Iterator[Callable[..., None]]:
    """Time what happens within; yields a function that adds attributes. Nothing without ``start``."""
    if not _started:
        yield _nothing
        return
    tracer = _started[0].get_tracer("lotrinh")
    with tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False) as made:

        def add(**more: Attribute) -> None:
            made.set_attributes({f"{OURS}{key}": value for key, value in more.items()})

        add(**attributes)
        try:
            yield add
        except BaseException as error:
            made.set_attribute("error.type", type(error).__name__)
            raise


def _nothing(**_: Attribute) -> None:
    pass
