"""Applying what was previewed: an entry of the journal, from which every machine reads what holds."""

from collections.abc import Sequence
from datetime import date, datetime

from lotrinh.core.status.journal import Entry, EntryKind, NewEntry
from lotrinh.core.text import M
from lotrinh.errors import Conflict
from lotrinh.services.campaigns.campaigns import Campaign, campaign_actor_name
from lotrinh.services.views.change_preview import ChangePreview, applied_changes
from lotrinh.store import Store


def apply_change(store: Store, preview: ChangePreview, digest: str, actor: str, now: datetime) -> Entry:
    """Apply a change if it is still exactly what ``digest`` stands for; return its entry of the journal.

    Sent twice it is one change with one entry. The journal decides who was first: ``Conflict`` names them.
    """
    if digest != preview.digest:
        raise Conflict(_meanwhile(store, preview.old))

    def check(_: NewEntry, history: Sequence[Entry]) -> None:
        done = [e for e in history if e.new.kind is EntryKind.CHANGED and "applied" in e.new.body]
        if done and done[-1].number != preview.old.change:
            raise Conflict(_who(done[-1], preview.old))

    content = preview.new.checklist.content if preview.target.checklist else ""
    return store.changes.apply(_entry(preview, actor, now), check, content)


def find_applied_entry(store: Store, campaign: Campaign, digest: str) -> Entry | None:
    """Return the entry of a change that was applied already: the same form came twice."""
    return next((e for e in applied_changes(store, campaign) if e.new.body.get("digest") == digest), None)


def _entry(preview: ChangePreview, actor: str, now: datetime) -> NewEntry:
    old, new = preview.old, preview.new
    body = {
        "anchor": {"old": _iso(old.anchor), "new": _iso(new.anchor)},
        "checklist": {"old": old.checklist.content_hash, "new": new.checklist.content_hash},
        "applied": preview.target.model_dump(mode="json"),
        "units": [c.unit.code for c in preview.affected_units],
        "digest": preview.digest,
    }
    key = f"change/{old.id[:80]}/{preview.digest}"
    hash_ = new.checklist.content_hash
    return NewEntry(
        kind=EntryKind.CHANGED,
        at=now,
        campaign=old.id,
        unit=old.province.code,
        step="",
        actor=actor,
        body=body,
        checklist_hash=hash_,
        key=key,
    )


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _meanwhile(store: Store, campaign: Campaign) -> M:
    """Say who was quicker; where nobody was, a file or the settings have changed."""
    if done := applied_changes(store, campaign):
        return _who(done[-1], campaign)
    return M("Chưa áp dụng: đợt đã khác lúc xem trước. Hãy xem trước lại.")


def _who(last: Entry, campaign: Campaign) -> M:
    return M(
        "Chưa áp dụng: lúc {when}, {who} đã thay đổi đợt này. Hãy xem trước lại.",
        when=last.new.at.astimezone(campaign.zone),
        who=campaign_actor_name(last.new.actor, campaign),
    )
