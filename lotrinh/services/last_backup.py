"""What is remembered of the last backup: where it lies, and up to where the journal was known to be whole."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from lotrinh.core.journal import GENESIS
from lotrinh.services.disk import write_whole


class Known(NamedTuple):
    """The journal as it was last known to be whole: its last hash and how many entries it had."""

    head: str
    entries: int
    first_bad: int | None = None
    """The first entry that did not fit at the backup after it; None where all was well."""


NOTHING = Known(GENESIS, 0)


def path_in(folder: Path) -> Path:
    """Return where it is written."""
    return folder / "backups" / "last.json"


def read(folder: Path) -> dict[str, Any]:
    """Read what is written. ``OSError``, ``ValueError`` or ``TypeError`` when it cannot be read."""
    return dict(json.loads(path_in(folder).read_text(encoding="utf-8")))


def known(folder: Path) -> Known:
    """Return the journal as it was last known; the one before all entries where that is not known."""
    try:
        said = read(folder)
        bad = said.get("first_bad")
        return Known(str(said["head"]), int(said.get("entries", 0)), None if bad is None else int(bad))
    except (OSError, ValueError, KeyError, TypeError):
        return NOTHING


def remember(folder: Path, at: datetime, path: Path, journal: Known) -> None:
    """Write down that a backup was made or put back, and up to where the journal is known."""
    said: dict[str, object] = {"at": at.isoformat(), "path": str(path.resolve())}
    said |= {"head": journal.head, "entries": journal.entries}
    if journal.first_bad is not None:
        said["first_bad"] = journal.first_bad
    write_whole(path_in(folder), json.dumps(said, ensure_ascii=False).encode())
