"""What a server says while it runs: plain lines on stderr."""

import logging
import sys

from lotrinh.reports.tables import clean

LINE = "%(asctime)s %(levelname)s %(name)s %(message)s"


class Lines(logging.Formatter):
    """One line for each event, whatever foreign text is in it; a traceback stands below its line."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's name
        """Write the line without control characters."""
        return clean(super().formatMessage(record))


def log_lines() -> None:
    """Log warnings and worse to stderr."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(Lines(LINE))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
