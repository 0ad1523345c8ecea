"""Applying what was previewed: the journal first, then the campaign's file, from which everybody reads it."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import date, datetime
from threading import Lock

from lotrinh.core.journal import Entry, Kind, NewEntry
from lotrinh.core.text import M
from lotrinh.errors import Conflict
from lotrinh.services.campaigns import Applied, Campaign, applied, applied_path, checklists_folder
from lotrinh.services.disk import write_whole
from lotrinh.services.naming import named
from lotrinh.services.what_if import Preview, changes
from lotrinh.settings.models import Settings
from lotrinh.store import Store

ONE_WRITER = Lock()


def apply_change(store: Store, settings: Settings, previewed: Preview, digest: str, actor: str, now: datetime) -> Entry:
    """Apply a change if it is still exactly what ``digest`` stands for; return its entry of the journal.

    Sent twice it is one change with one entry. The journal decides who was first: ``Conflict`` names them.
    """
    if digest != previewed.digest:
        raise Conflict(_meanwhile(store, previewed.old))
    if previewed.raw is not None and previewed.target.checklist:
        write_whole(checklists_folder(settings) / previewed.target.checklist, previewed.raw)

    def check(_: NewEntry, history: Sequence[Entry]) -> None:
        done = [e for e in history if e.new.kind is Kind.CHANGED and "applied" in e.new.body]
        if done and done[-1].number != previewed.seen:
            raise Conflict(_who(done[-1], previewed.old))

    (entry,) = store.journal.append(_entry(previewed, actor, now), check=check)
    settle(store, settings, previewed.old, entry)
    return entry


def applied_before(store: Store, settings: Settings, campaign: Campaign, digest: str) -> Entry | None:
    """Return the entry of a change that was applied already: the same form came twice."""
    found = next((e for e in changes(store, campaign) if e.new.body.get("digest") == digest), None)
    if found:
        settle(store, settings, campaign, found)
    return found


def settle(store: Store, settings: Settings, campaign: Campaign, entry: Entry) -> None:
    """Let the campaign's file say what its last change says; an older change touches nothing.

    Whoever was stopped between journal and file sends the same form again and ends here.
    """
    with ONE_WRITER:
        if changes(store, campaign)[-1].number != entry.number:
            return
        target, path = Applied.model_validate(entry.new.body["applied"]), applied_path(settings, campaign.id)
        if target == applied(settings, campaign.id):
            return
        if target == Applied():
            with suppress(FileNotFoundError):
                path.unlink()
        else:
            write_whole(path, target.model_dump_json(indent=1).encode())


def _entry(previewed: Preview, actor: str, now: datetime) -> NewEntry:
    old, new = previewed.old, previewed.new
    body = {
        "anchor": {"old": _iso(old.anchor), "new": _iso(new.anchor)},
        "checklist": {"old": old.checklist.content_hash, "new": new.checklist.content_hash},
        "applied": previewed.target.model_dump(mode="json"),
        "units": [c.unit.code for c in previewed.concerned],
        "digest": previewed.digest,
    }
    key = f"change/{old.id[:80]}/{previewed.digest}"
    hash_ = new.checklist.content_hash
    return NewEntry(Kind.CHANGED, now, old.id, old.province.code, "", actor, body, hash_, key)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _meanwhile(store: Store, campaign: Campaign) -> M:
    """Say who was quicker; where nobody was, a file or the settings have changed."""
    if done := changes(store, campaign):
        return _who(done[-1], campaign)
    return M("Chưa áp dụng: đợt đã khác lúc xem trước. Hãy xem trước lại.")


def _who(last: Entry, campaign: Campaign) -> M:
    return M(
        "Chưa áp dụng: lúc {when}, {who} đã thay đổi đợt này. Hãy xem trước lại.",
        when=last.new.at.astimezone(campaign.zone),
        who=named(last.new.actor, campaign),
    )
