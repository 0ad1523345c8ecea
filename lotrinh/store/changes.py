"""Anchors and checklists that the office applied to a campaign: entries of the journal, and the checklists' contents.

They go before the settings file, and everybody who has the database sees the same.
"""

from functools import partial

from sqlalchemy import Engine, select

from lotrinh.core.status.journal import Entry, EntryKind, NewEntry
from lotrinh.store.engine import reading, writing
from lotrinh.store.journal import EntryCheck, Journal
from lotrinh.store.runs.writes import store_checklist_content
from lotrinh.store.schema import checklists, journal

APPLIED = '"applied": {'
"""As it stands in the body of such an entry, and of no other: within a text the marks would be escaped."""


class CampaignChanges:
    """What was applied. ``province`` is a code: an office changes its own province's campaign."""

    def __init__(self, engine: Engine, journal: Journal) -> None:
        self._engine, self._journal = engine, journal

    def number(self, campaign: str, province: str) -> int:
        """Return the number of a campaign's newest change; 0 where nothing was applied."""
        of = (journal.c.campaign == campaign, journal.c.unit == province, journal.c.step == "")
        applied = (journal.c.kind == EntryKind.CHANGED.value, journal.c.body.contains(APPLIED))
        query = select(journal.c.number).where(*of, *applied).order_by(journal.c.number.desc()).limit(1)
        with reading(self._engine) as connection:
            return int(connection.execute(query).scalar() or 0)

    def newest(self, campaign: str, province: str) -> Entry | None:
        """Return a campaign's newest change."""
        return self._journal.get(self.number(campaign, province))

    def apply(self, new: NewEntry, check: EntryCheck, content: str = "") -> Entry:
        """Record a change and, where it brings one, the content of its checklist, in one transaction."""
        kept = partial(store_checklist_content, hash_=new.checklist_hash, content=content) if content else None
        (entry,) = self._journal.append(new, check=check, beside=kept)
        return entry

    def checklist(self, hash_: str) -> str | None:
        """Return the content of a checklist by its hash; None where it is not kept."""
        with reading(self._engine) as connection:
            return connection.execute(select(checklists.c.content).where(checklists.c.hash == hash_)).scalar()

    def store_checklist(self, hash_: str, content: str) -> None:
        """Keep the content of a checklist that an older version left in a file."""
        with writing(self._engine) as connection:
            store_checklist_content(connection, hash_, content)
