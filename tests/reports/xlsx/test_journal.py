"""The journal's extract in the workbook: what, when, by whom, and how much is not shown."""

from datetime import UTC, datetime, timedelta
from typing import Any

from lotrinh.core.report.report import Report
from lotrinh.core.status.journal import Entry, EntryKind, NewEntry
from tests.reports.books import at, list_rows, sheet_texts, workbook_of
from tests.reports.samples import NOW, commune, the_report, unit_report

AT = datetime(2026, 2, 1, 20, 30, tzinfo=UTC)
"""03:30 of the next day in Vietnam."""


def report(**more: Any) -> Report:
    return the_report(unit_report(commune()), **more)


def entry(number: int, kind: EntryKind, body: dict[str, Any], actor: str = "unit:04924", unit: str = "04924") -> Entry:
    new = NewEntry(
        kind=kind,
        at=AT + timedelta(seconds=number),
        campaign="bau-cu-2026",
        unit=unit,
        step="lap-to",
        actor=actor,
        body=body,
    )
    return Entry(number, new, "0" * 64, f"{number:064}")


CONFIRMED = entry(
    7,
    EntryKind.CONFIRMED,
    {
        "completed_on": "2026-01-29",
        "document": {"number": "12/QĐ-UBND"},
        "progress": {"done": 7, "of": 12},
        "note": "Xong",
    },
)


def rows(*entries: Entry, **more: Any) -> list[dict[str, Any]]:
    return list_rows(workbook_of(report(**more), journal=entries), "Nhật ký")


def test_an_entry_says_when_in_local_time_who_what_and_by_which_document() -> None:
    (row,) = rows(CONFIRMED)
    assert (row["Số"], row["Lúc"]) == (7, at(2026, 2, 2, 3, 30, 7))
    assert (row["Mã"], row["Đơn vị"], row["Đầu việc"]) == ("04924", "Xã Lương Sơn", "Việc lap-to")
    assert (row["Việc"], row["Ai"]) == ("xác nhận hoàn thành", "Xã Lương Sơn")
    assert (row["Số văn bản"], row["Ngày hoàn thành"]) == ("12/QĐ-UBND", at(2026, 1, 29))
    assert row["Nội dung"] == "7 trên 12\nXong"
    assert row["Mã của mục"] == f"{7:064}"


def test_entries_stand_in_their_order() -> None:
    assert [r["Số"] for r in rows(CONFIRMED, entry(8, EntryKind.OBSTACLE, {"note": "x"}))] == [7, 8]


def test_officers_are_named_by_their_accounts_and_strangers_as_they_are_recorded() -> None:
    actors = ("officer:van-phong", "console", "unit:99999", "mau:du-lieu-mau", "khac")
    named = [row["Ai"] for row in rows(*(entry(n, EntryKind.ACCEPTED, {}, actor) for n, actor in enumerate(actors, 1)))]
    assert named == [
        "Văn phòng tỉnh (van-phong)",
        "dòng lệnh trên máy chủ",
        "đơn vị 99999",
        "dữ liệu mẫu",
        "khac",
    ]


def test_a_change_of_the_campaign_says_old_and_new() -> None:
    body = {
        "anchor": {"old": "2026-03-15", "new": "2026-03-22"},
        "checklist": {"old": "a" * 64, "new": "b" * 64},
    }
    (row,) = rows(entry(1, EntryKind.CHANGED, body, "officer:van-phong", "25"))
    assert row["Nội dung"] == f"ngày gốc 2026-03-15 → 2026-03-22\nbộ đầu việc {'a' * 12} → {'b' * 12}"
    assert row["Đơn vị"] == "Tỉnh Phú Thọ"


def test_a_unit_that_is_not_in_the_report_is_named_by_its_code() -> None:
    (row,) = rows(entry(1, EntryKind.CLEARED, {}, unit="99999"))
    assert (row["Mã"], row["Đơn vị"]) == ("99999", None)


def test_a_step_that_the_checklist_no_longer_has_is_named_by_its_id() -> None:
    gone = Entry(
        1,
        NewEntry(kind=EntryKind.CLEARED, at=NOW, campaign="bau-cu-2026", unit="04924", step="da-bo", actor="console"),
        "0" * 64,
        "1" * 64,
    )
    assert rows(gone)[0]["Đầu việc"] == "da-bo"


def test_entries_of_sample_data_are_marked() -> None:
    marked = rows(entry(1, EntryKind.OBSTACLE, {"note": "x", "sample": True}), CONFIRMED, sample=True)
    assert [row["Dữ liệu mẫu"] for row in marked] == ["mẫu", None]


def extent_sentence(shown: int, earlier: int) -> str:
    entries = [entry(n, EntryKind.CLEARED, {}) for n in range(1, shown + 1)]
    return sheet_texts(workbook_of(report(), journal=entries, earlier_entries=earlier), "Nhật ký")[2]


def test_how_much_of_the_journal_is_shown_is_said() -> None:
    assert extent_sentence(2, 0) == "2 mục: toàn bộ nhật ký của báo cáo này."
    assert extent_sentence(2, 5) == "2 mục gần nhất; 5 mục trước đó không nêu ở đây."
    assert extent_sentence(0, 5) == "5 mục không nêu ở đây."
    assert extent_sentence(0, 0) == "Không có mục nào."
