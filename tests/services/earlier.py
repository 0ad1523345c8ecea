"""Runs as earlier versions stored them: JSON beside an archive of the first form, and before that JSON alone."""

import json
import zlib

from sqlalchemy import update

from lotrinh.services.runs.report_archive import FIRST_FORM
from lotrinh.services.runs.snapshots import load_report_json
from lotrinh.store import Store
from lotrinh.store.engine import writing
from lotrinh.store.schema import runs

LATER = frozenset({"summary", "checklist_hash", "zone", "rows"})
"""What archives of the first form do not say."""


def store_as_before(store: Store, run_id: str, *, whole: bool = True) -> None:
    """Let a run of today be as an earlier version stored it, ``whole`` or as JSON alone."""
    stored = store.runs.report_dump(run_id)
    assert stored
    archive = first_form(stored[0]) if whole else None
    store_forms(store, run_id, load_report_json(store, run_id), archive)


def store_forms(store: Store, run_id: str, text: str | None, archive: bytes | None) -> None:
    """Put these forms of a report, and no other, where a run's are."""
    with writing(store.engine) as connection:
        connection.execute(update(runs).where(runs.c.id == run_id).values(snapshot=text, frozen=archive))


def first_form(archive: bytes) -> bytes:
    """Write an archive in the first form."""
    data = json.loads(zlib.decompress(archive))
    said = {"form": FIRST_FORM} | {name: value for name, value in data.items() if name not in LATER | {"form"}}
    return zlib.compress(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode(), 6)
