"""What is remembered of the last backup: where it lies, and up to where the journal was known to be whole."""

import json
import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from lotrinh.core.status.journal import GENESIS
from lotrinh.errors import StoreUnavailable
from lotrinh.files import store_file

NAME = re.compile(r"lotrinh-(\d{8}T\d{6})Z-[0-9a-f]{8}\.zip")
"""What a backup is called: when it was made, and how its last hash begins."""
APART = timedelta(hours=12)
"""Backups closer together count as one: somebody tried something."""
LOOKED_BACK, REGULAR = 8, 3
"""How many backups say how regularly they are made, and how many of them it takes."""


class KnownJournal(NamedTuple):
    """The journal as it was last known to be whole: its last hash and how many entries it had."""

    head: str
    entries: int
    first_bad: int | None = None
    """The first entry that did not fit at the backup after it; None where all was well."""


NOTHING = KnownJournal(GENESIS, 0)
FAILED = "failed.json"


def note_path(folder: Path) -> Path:
    """Return where it is written."""
    return folder / "backups" / "last.json"


def read_note(folder: Path) -> dict[str, Any]:
    """Read what is written. ``OSError``, ``ValueError`` or ``TypeError`` when it cannot be read."""
    return dict(json.loads(note_path(folder).read_text(encoding="utf-8")))


def known_journal(folder: Path) -> KnownJournal:
    """Return the journal as it was last known; the one before all entries where that is not known."""
    try:
        note = read_note(folder)
        bad = note.get("first_bad")
        return KnownJournal(str(note["head"]), int(note.get("entries", 0)), None if bad is None else int(bad))
    except (OSError, ValueError, KeyError, TypeError):
        return NOTHING


def note_success(folder: Path, at: datetime, path: Path, journal: KnownJournal) -> None:
    """Write down that a backup was made or put back, and up to where the journal is known."""
    note: dict[str, object] = {"at": at.isoformat(), "path": str(path.resolve())}
    note |= {"head": journal.head, "entries": journal.entries}
    if journal.first_bad is not None:
        note["first_bad"] = journal.first_bad
    store_file(note_path(folder), json.dumps(note, ensure_ascii=False).encode())


def usual_interval(path: Path) -> timedelta | None:
    """Return how far apart the backups beside this one usually are; None where there are too few to tell."""
    try:
        named = [name[1] for other in path.parent.iterdir() if (name := NAME.fullmatch(other.name))]
        made = sorted(datetime.strptime(at, "%Y%m%dT%H%M%S").replace(tzinfo=UTC) for at in named)
    except (OSError, ValueError):
        return None
    moments = list[datetime]()
    for at in made:
        if not moments or at - moments[-1] >= APART:
            moments.append(at)
    newest = moments[-LOOKED_BACK:]
    if len(newest) < REGULAR:
        return None
    return timedelta(seconds=median((later - earlier).total_seconds() for earlier, later in pairwise(newest)))


class Failure(NamedTuple):
    """A backup that could not be made, and why, in words."""

    at: datetime
    reason: str


def note_failure(folder: Path, at: datetime, reason: str) -> None:
    """Write down that a backup could not be made; where nothing can be written, nothing is."""
    if folder.is_dir():
        with suppress(StoreUnavailable):
            note = {"at": at.isoformat(), "reason": reason}
            store_file(folder / "backups" / FAILED, json.dumps(note, ensure_ascii=False).encode())


def last_failure(folder: Path) -> Failure | None:
    """Return the last failure that was written down, before or after the last backup; None where none can be read."""
    try:
        note = json.loads((folder / "backups" / FAILED).read_text(encoding="utf-8"))
        return Failure(datetime.fromisoformat(note["at"]), str(note["reason"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
