"""The journal page: newest first, filtered, paged; the chain verified in a sentence."""

import re
import sqlite3
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from lotrinh.core.status.journal import EntryKind, NewEntry
from tests.portal.conftest import NOW, Enter, Portal
from tests.portal.people import SECRET, make_officer, page_text

DAY = timedelta(days=1)


@pytest.fixture
def admin(portal: Portal, enter: Enter) -> httpx.Client:
    make_officer(portal.store)
    return enter("quan-tri", SECRET)


def said(kind: EntryKind, unit: str, step: str, **more: object) -> NewEntry:
    body = {"completed_on": "2026-01-29", "reason": "thiếu dấu", "note": "<b>chữ</b>"}
    return NewEntry(
        kind=kind,
        at=NOW - 3 * DAY,
        campaign="bau-cu-2026",
        unit=unit,
        step=step,
        actor=f"unit:{unit}",
        body=body | more,
    )


def numbers(answer: httpx.Response) -> list[int]:
    return [int(n) for n in re.findall(r'<th scope="row" class="n">(\d+)<', answer.text)]


@pytest.fixture
def filled(portal: Portal, admin: httpx.Client) -> httpx.Client:
    """Entry 1 is the account; then 120 entries of two communes three days earlier."""
    units = ("04924", "04960")
    portal.store.journal.append(*(said(EntryKind.CONFIRMED, units[n % 2], f"s{n}") for n in range(120)))
    portal.store.journal.append(said(EntryKind.RETURNED, "04960", "s1"))
    return admin


def test_newest_come_first_and_older_pages_follow_without_gap_or_repetition(filled: httpx.Client) -> None:
    seen, path = [], "/journal"
    while path:
        answer = filled.get(path)
        seen += numbers(answer)
        older = re.search(r'href="(/journal\?[^"]*before=\d+)"', answer.text)
        path = older[1].replace("&amp;", "&") if older else ""
    assert seen == list(range(122, 0, -1))


@pytest.mark.parametrize(("query", "found"), [
    ("unit=04960&step=s1", [122, 3]),
    ("unit=lien+son&step=s1", [122, 3]),
    ("unit=L%C6%B0%C6%A1ng+S%C6%A1n&step=s0", [2]),
    ("kind=returned", [122]),
    ("kind=account", [1]),
    ("actor=04960&kind=returned", [122]),
    ("actor=console", [1]),
    ("actor=quan-tri", []),
    ("day=2/2/2026", [1]),
    ("day=30/1/2026&kind=returned", [122]),
    ("day=31/1/2026", []),
])  # fmt: skip
def test_each_filter_finds_its_entries_alone(filled: httpx.Client, query: str, found: list[int]) -> None:
    assert numbers(filled.get(f"/journal?{query}")) == found


def test_filters_stay_on_older_pages(filled: httpx.Client) -> None:
    first = filled.get("/journal?kind=confirmed&unit=04960")
    assert "kind=confirmed" in first.text.split("before=")[0].rsplit("href=", 1)[1]
    assert len(numbers(first)) == 50


@pytest.mark.parametrize(("query", "name"), [("day=31/2/2026", "day"), ("unit=khong-co", "unit"), ("kind=x", "kind")])
def test_a_filter_that_cannot_be_meant_is_answered_beside_its_field(
    filled: httpx.Client, query: str, name: str
) -> None:
    answer = filled.get(f"/journal?{query}")
    assert answer.status_code == 422
    assert f'href="#{name}"' in answer.text
    assert numbers(answer) == []


def test_days_are_local_days(portal: Portal, admin: httpx.Client) -> None:
    """23:59 in Vietnam is still that day, 00:00 the next, whatever UTC says."""
    base = NOW.replace(hour=16, minute=59, second=59, microsecond=999_999)
    for moment in (base, base + timedelta(microseconds=1)):
        portal.store.journal.append(
            NewEntry(
                kind=EntryKind.EXCUSED, at=moment, campaign="c", unit="04924", step="s", actor="x", body={"reason": "r"}
            )
        )
    assert numbers(admin.get("/journal?day=2/2/2026")) == [2, 1]
    assert numbers(admin.get("/journal?day=3/2/2026")) == [3]


def test_hashes_are_shown_and_what_was_written_is_shown_as_text(portal: Portal, filled: httpx.Client) -> None:
    answer = filled.get("/journal?kind=returned")
    assert portal.store.journal.head() in answer.text
    assert "<b>chữ</b>" not in answer.text
    assert "&lt;b&gt;chữ" in answer.text


def test_a_good_chain_is_said_to_be_good_and_to_hold_a_printed_hash(portal: Portal, filled: httpx.Client) -> None:
    assert "Nhật ký nguyên vẹn: 122 mục" in page_text(filled.get("/journal/verify"))
    early = portal.store.journal.entries()[5].hash
    assert "Nhật ký nguyên vẹn" in page_text(filled.get(f"/journal/verify?head={early}"))
    assert "không còn chứa mã này" in page_text(filled.get(f"/journal/verify?head={'f' * 64}"))
    assert "Nhật ký nguyên vẹn" in page_text(filled.get(f"/journal/verify?head={early[:12].upper()}"))
    assert filled.get("/journal/verify?head=abc").status_code == 422


def test_a_changed_entry_is_named_by_its_number(portal: Portal, filled: httpx.Client, tmp_path: Path) -> None:
    del portal
    with sqlite3.connect(tmp_path / "lotrinh.db") as raw:
        triggers = [row[0] for row in raw.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")]
        for name in triggers:
            raw.execute(f"DROP TRIGGER {name}")
        raw.execute("UPDATE journal SET actor = 'x' WHERE number = 7")
    raw.close()
    assert "mục số 7 không khớp" in page_text(filled.get("/journal/verify"))
