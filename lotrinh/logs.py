"""What a process says of itself while it runs: one line for each event, plain or as JSON, on stderr.

What an event is about (request, run, campaign, unit) is known to whoever does the work and is kept beside it, so that
every line says it, whoever writes the line.
"""

import json
import logging
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from types import MappingProxyType

LINE = "%(asctime)s %(levelname)s %(name)s %(message)s"
FIELDS = ("request", "run", "campaign", "unit")
"""What an event may be about; each is a field of its own where lines are JSON."""
JSON = "json"

_about: ContextVar[Mapping[str, str]] = ContextVar("about", default=MappingProxyType({}))


@contextmanager
def about(**fields: str) -> Iterator[None]:
    """Say what everything that happens within is about; what is started within knows it too."""
    before = _about.set({**_about.get(), **fields})
    try:
        yield
    finally:
        _about.reset(before)


def known(field: str) -> str:
    """Return what this work is about; empty where nobody said so."""
    return _about.get().get(field, "")


def printable(text: str) -> str:
    """Escape as JSON does all that does not print: controls, line separators, direction marks, lone surrogates."""
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)


class Lines(logging.Formatter):
    """One line for each event, whatever foreign text is in it; a traceback stands below its line."""

    def __init__(self) -> None:
        super().__init__(LINE)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's name
        """Write the line without control characters."""
        return printable(super().formatMessage(record))


class JsonLines(logging.Formatter):
    """One line of JSON for each event, tracebacks within; nothing foreign can begin another line."""

    def format(self, record: logging.LogRecord) -> str:
        """Write time (UTC), level, logger, message, what it is about, and the error where there is one."""
        event = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        event |= {name: str(value) for name in FIELDS if (value := getattr(record, name, "") or known(name))}
        if record.exc_info:
            event["error"] = self.formatException(record.exc_info)
        return printable(json.dumps(event, ensure_ascii=False))


def as_json(logger: str, sentence: str) -> str:
    """Return what is said without a logger as the line of JSON that an event of this logger would be."""
    return JsonLines().format(logging.makeLogRecord({"name": logger, "levelname": "INFO", "msg": sentence}))


def start(form: str, level: str) -> None:
    """Log our events of this level (a name, as ``warning``) and worse to stderr, and nothing anywhere else.

    Of other libraries only warnings and worse: at ``info`` some of them write down whole addresses.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == JSON else Lines())
    least = logging.getLevelNamesMapping()[level.upper()]
    logging.basicConfig(level=max(least, logging.WARNING), handlers=[handler], force=True)
    logging.getLogger("lotrinh").setLevel(least)


def join(form: str, level: str) -> None:
    """Log as ``start`` does in a process whose logging somebody else has set up: their lines are JSON too."""
    logging.getLogger("lotrinh").setLevel(level.upper())
    if form != JSON:
        return
    for logger in (logging.root, *logging.root.manager.loggerDict.values()):
        for handler in getattr(logger, "handlers", ()):
            if isinstance(handler, logging.StreamHandler):
                handler.setFormatter(JsonLines())
