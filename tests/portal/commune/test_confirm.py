"""A commune confirms a step at a phone: form, check your answers, receipt; and everything it can get wrong."""

import re
from pathlib import Path
from typing import Any

import pytest

from lotrinh.core.status.journal import EntryKind, NewEntry
from lotrinh.services.campaigns.campaigns import open_campaign_of_files
from lotrinh.services.statements.journal_writer import StatementRequest
from lotrinh.services.statements.review import give_back
from lotrinh.settings.models import Settings
from tests.portal.conftest import NOW, Enter, Portal
from tests.portal.officer import COUNTED, PDF, PLAIN, Commune, lock_database, read_form, sign_in_commune
from tests.portal.people import page_text

GOOD = {"completed_on": "20/11/2025", "document__number": "12/QĐ-UBND", "note": "Kèm biên bản <b>số 1</b>\ndòng hai"}
FULL = GOOD | {"done": "12", "of": "12", "completed_on": "29/1/2026"}


@pytest.fixture
def unit(portal: Portal, enter: Enter) -> Commune:
    return sign_in_commune(portal, enter)


def officers_say(unit: Commune, step: str, reason: str) -> None:
    campaign = open_campaign_of_files(Settings(), "bau-cu-2026")
    said = StatementRequest(campaign, campaign.by_code[unit.code], step, "officer:lan", "", NOW)
    give_back(unit.portal.store, said, reason)


def test_a_step_is_confirmed_with_a_file_in_three_requests_and_its_receipt_stands_at_a_stable_address(
    unit: Commune,
) -> None:
    receipt = unit.confirm(PLAIN, {"file": PDF}, **GOOD)
    (entry,) = unit.entries()
    assert (receipt.status_code, receipt.url.path) == (200, f"/receipts/04924-{entry.number}")
    assert (entry.new.kind, entry.new.actor, entry.new.unit) == (EntryKind.CONFIRMED, "unit:04924", "04924")
    assert entry.new.body["note"] == "Kèm biên bản <b>số 1</b>\ndòng hai"
    assert entry.hash in receipt.text
    text = page_text(unit.get(str(receipt.url)))
    for words in ("Đã ghi nhận", f"Biên nhận 04924-{entry.number}", "08:00 02/02/2026", "Xã Lương Sơn", "20/11/2025"):
        assert words in text
    file = unit.get(next(link for link in read_form(receipt).links if link.startswith("/files/")))
    assert (file.content, file.headers["content-disposition"][:10]) == (PDF[1], "attachment")


@pytest.mark.parametrize(("typed", "field", "words"), [
    ({"completed_on": ""}, "completed_on", "Hãy ghi ngày hoàn thành"),
    ({"completed_on": "31/2/2026"}, "completed_on", "“31/2/2026” không phải một ngày"),
    ({"completed_on": "3/2/2026"}, "completed_on", "ở sau hôm nay"),
    ({"completed_on": "1/1/2024"}, "completed_on", "trước khi đợt này bắt đầu"),
    ({"document__date": "30/1/2026"}, "document.date", "sau ngày hoàn thành"),
    ({"document__number": " "}, "document.number", "cần số văn bản: Quyết định của UBND xã"),
    ({"done": "13"}, "done", "Số đã xong 13 lớn hơn tổng số 12"),
    ({"done": "nhiều"}, "done", "“nhiều” không phải một số lượng"),
    ({"done": ""}, "done", "Hãy ghi số đã xong"),
    ({"of": "0"}, "of", "từ 1 trở lên"),
    ({"of": ""}, "of", "Hãy ghi tổng số"),
    ({"note": "x" * 30_000}, "note", "Nhiều nhất 2000 ký tự"),
])  # fmt: skip
def test_what_is_wrong_is_said_at_the_top_and_beside_its_field_and_the_text_is_kept(
    unit: Commune, typed: dict[str, str], field: str, words: str
) -> None:
    answer = unit.send(unit.get(unit.step(COUNTED, "confirm")), **FULL | typed)
    form = read_form(answer)
    assert answer.status_code == 422
    assert f"#{field}" in form.links
    assert {field, f"{field}-error"} <= form.ids
    assert page_text(answer).count(words) == 2
    assert answer.text.count('<p class="error"') == 1
    for name, text in (FULL | typed).items():
        assert form.fields[name.replace("__", ".")] == text.strip()
    assert unit.entries() == []


def test_everything_that_is_wrong_is_said_at_once(unit: Commune) -> None:
    typed = {"completed_on": "khi nào", "done": "14", "of": "12", "document__date": "32/1/2026", "signer": "x" * 300}
    answer = unit.send(unit.get(unit.step(COUNTED, "confirm")), {"file": ("a.pdf", b"")}, **typed)
    links = {link for link in read_form(answer).links if link.startswith("#")}
    assert links == {"#completed_on", "#done", "#document.number", "#document.date", "#signer", "#file"}
    assert "<title>Có mục cần sửa" in answer.text


def test_what_is_wrong_is_refused_even_where_the_check_page_is_left_out(unit: Commune) -> None:
    asked = unit.get(unit.step(PLAIN, "confirm"))
    answer = unit.send(asked, action=unit.step(PLAIN, "confirm/send"), **GOOD | {"completed_on": "3/2/2026"})
    assert (answer.status_code, unit.entries()) == (422, [])
    assert read_form(answer).fields["completed_on"] == "3/2/2026"


@pytest.mark.parametrize(("file", "words"), [
    (("ảnh.pdf", b"MZ\x90 a program"), "Chỉ nhận tệp PDF"),
    (("trống.pdf", b""), "Tệp này rỗng"),
    (("bản quét.pdf", b"%PDF-" + b"0" * 10_000_001), "Tệp lớn quá 10 MB"),
    (("thật.png", b"%PDF-1.4"), "không khớp với nội dung"),
])  # fmt: skip
def test_a_file_that_cannot_be_taken_is_named_and_everything_else_kept(unit: Commune, file: Any, words: str) -> None:
    answer = unit.send(unit.get(unit.step(PLAIN, "confirm")), {"file": file}, **GOOD)
    form = read_form(answer)
    assert (answer.status_code, words in page_text(answer), "#file" in form.links) == (422, True, True)
    assert (form.fields["note"], form.fields["document.number"]) == (GOOD["note"], "12/QĐ-UBND")
    assert list(Path.rglob(Path(unit.portal.store.engine.url.database or "").parent / "files", "*")) == []


def test_what_is_far_too_large_is_answered_by_a_page_that_says_what_to_do(unit: Commune) -> None:
    asked = unit.get(unit.step(PLAIN, "confirm"))
    answer = unit.send(asked, {"file": ("phim.pdf", b"%PDF-" + bytes(33_000_000))}, **GOOD)
    assert answer.status_code == 413
    assert answer.headers["content-type"].startswith("text/html")
    assert "Hãy quét lại với độ phân giải thấp hơn" in page_text(answer)
    assert unit.entries() == []


def test_a_file_once_taken_is_kept_while_the_rest_is_corrected(unit: Commune) -> None:
    wrong = unit.send(unit.get(unit.step(PLAIN, "confirm")), {"file": PDF}, **GOOD | {"completed_on": ""})
    assert "Đã có tệp quyet-dinh.pdf" in page_text(wrong)
    checked = unit.send(wrong, completed_on="20/11/2025")
    edited = unit.send(checked, action=unit.step(PLAIN, "confirm"), edit="1", note="khác")
    assert read_form(edited).fields["note"] == "khác"
    unit.send(unit.send(edited))
    assert unit.entries()[0].new.body["file"]["name"] == "quyet-dinh.pdf"
    assert unit.entries()[0].new.body["note"] == "khác"


def test_another_units_file_cannot_be_attached(portal: Portal, enter: Enter, unit: Commune) -> None:
    other = sign_in_commune(portal, enter, "04960")
    checked = other.send(other.get(other.step(PLAIN, "confirm")), {"file": PDF}, **GOOD)
    stolen = read_form(checked).fields["file_id"]
    sent = unit.step(PLAIN, "confirm/send")
    refused = unit.send(unit.get(unit.step(PLAIN, "confirm")), action=sent, file_id=stolen, **GOOD)
    assert refused.status_code == 422
    assert "Tệp đã chọn không còn trên máy chủ" in page_text(refused)
    assert unit.entries() == []
    unit.send(refused, action=sent)
    assert "file" not in unit.entries()[0].new.body


def test_the_same_form_sent_twice_leads_to_the_same_receipt(unit: Commune) -> None:
    checked = unit.send(unit.get(unit.step(PLAIN, "confirm")), **GOOD)
    first, second = unit.send(checked), unit.send(checked)
    assert (first.url, first.status_code) == (second.url, 200)
    assert len(unit.entries()) == 1


def test_a_form_sent_again_with_another_content_is_explained_and_can_then_replace_the_first(unit: Commune) -> None:
    checked = unit.send(unit.get(unit.step(PLAIN, "confirm")), **GOOD)
    unit.send(checked)
    again = unit.send(checked, note="sửa sau")
    assert (again.status_code, len(unit.entries())) == (409, 1)
    assert "Biểu mẫu này đã gửi một lần với nội dung khác" in page_text(again)
    unit.send(unit.send(again))
    assert [e.new.body["note"] for e in unit.entries()] == [GOOD["note"], "sửa sau"]


def test_who_changed_what_meanwhile_is_said_the_text_kept_and_can_be_sent_again(unit: Commune) -> None:
    unit.confirm(PLAIN, **GOOD)
    checked = unit.send(unit.get(unit.step(PLAIN, "confirm")), **GOOD | {"note": "của tôi"})
    officers_say(unit, PLAIN, "thiếu <dấu>")
    stopped = unit.send(checked)
    words = page_text(stopped)
    assert (stopped.status_code, len(unit.entries())) == (409, 2)
    assert "lúc 08:00 02/02/2026, Văn phòng tỉnh (lan) đã trả lại xác nhận" in words
    assert words.count("thiếu <dấu>") == 2
    assert read_form(stopped).fields["note"] == "của tôi"
    unit.send(unit.send(stopped))
    assert [e.new.kind for e in unit.entries()] == [EntryKind.CONFIRMED, EntryKind.RETURNED, EntryKind.CONFIRMED]


def test_a_locked_database_is_said_to_have_recorded_nothing_and_the_text_is_kept_until_it_opens(
    unit: Commune, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = unit.send(unit.get(unit.step(PLAIN, "confirm")), **GOOD)
    with lock_database(tmp_path, monkeypatch):
        stopped = unit.send(checked)
        with_file = unit.send(unit.get(unit.step(PLAIN, "confirm")), {"file": PDF}, **GOOD)
    for answer in (stopped, with_file):
        assert answer.status_code == 503
        assert "Chưa ghi nhận: cổng tạm thời không dùng được cơ sở dữ liệu" in page_text(answer)
        assert read_form(answer).fields["note"] == GOOD["note"]
    assert unit.entries() == []
    unit.send(unit.send(stopped))
    assert len(unit.entries()) == 1


def test_a_database_that_cannot_even_be_read_gives_the_text_back_to_be_sent_again(
    unit: Commune, tmp_path: Path
) -> None:
    checked = unit.send(unit.get(unit.step(PLAIN, "confirm")), **GOOD)
    database, away = tmp_path / "lotrinh.db", tmp_path / "away"
    unit.portal.store.engine.dispose()
    database.rename(away)
    database.mkdir()
    stopped = unit.send(checked)
    assert (stopped.status_code, "Chưa ghi nhận" in page_text(stopped)) == (503, True)
    assert read_form(stopped).fields["note"] == GOOD["note"]
    database.rmdir()
    away.rename(database)
    assert unit.send(stopped).url.path == f"/receipts/04924-{unit.entries()[0].number}"


def test_a_correction_begins_with_what_stands_and_keeps_its_file(unit: Commune) -> None:
    unit.confirm(PLAIN, {"file": PDF}, signer="Bà Lan", document__date="19/11/2025", **GOOD)
    asked = unit.get(unit.step(PLAIN, "confirm"))
    fields = read_form(asked).fields
    assert (fields["completed_on"], fields["document.date"]) == ("20/11/2025", "19/11/2025")
    assert (fields["signer"], fields["note"], fields["document.number"]) == ("Bà Lan", GOOD["note"], "12/QĐ-UBND")
    assert "Sửa xác nhận" in page_text(asked)
    unit.send(unit.send(asked, note="mới"))
    first, second = (e.new.body for e in unit.entries())
    assert second == first | {"note": "mới"}


def test_a_returned_confirmation_begins_with_what_was_said_and_shows_the_reason(unit: Commune) -> None:
    unit.confirm(COUNTED, **FULL)
    officers_say(unit, COUNTED, "sai số")
    asked = unit.get(unit.step(COUNTED, "confirm"))
    assert "Tỉnh trả lại: sai số" in page_text(asked)
    assert {k: v for k, v in read_form(asked).fields.items() if k in {"done", "of", "completed_on"}} == {
        "done": "12", "of": "12", "completed_on": "29/1/2026"
    }  # fmt: skip


def test_part_of_a_count_is_progress_and_the_total_is_known_to_the_next_step_that_counts_the_same(
    unit: Commune,
) -> None:
    checked = unit.send(unit.get(unit.step(COUNTED, "confirm")), done="7", of="12", completed_on="1/2/2026")
    assert "7 trên 12 (chưa xong hết: ghi là tiến độ)" in page_text(checked)
    unit.send(checked)
    assert (unit.entries()[0].new.kind, unit.entries()[0].new.body["progress"]) == (
        EntryKind.PROGRESSED,
        {"done": 7, "of": 12},
    )
    fields = read_form(unit.get(unit.step("niem-yet-danh-sach-cu-tri", "confirm"))).fields
    assert (fields["done"], fields["of"]) == ("", "12")


def test_no_confirmation_begins_with_what_sample_data_made_up(unit: Commune) -> None:
    body = {"completed_on": "2025-11-20", "document": {"number": "Mẫu/QĐ"}, "note": "Dữ liệu mẫu", "sample": True}
    campaign = open_campaign_of_files(Settings(), "bau-cu-2026")
    from lotrinh.core.status.actors import SAMPLE
    from lotrinh.services.statements.journal_writer import record_statement

    record_statement(
        unit.portal.store,
        StatementRequest(campaign, campaign.by_code["04924"], PLAIN, SAMPLE, "", NOW),
        EntryKind.CONFIRMED,
        body,
    )
    page = unit.get(unit.step(PLAIN))
    assert "DỮ LIỆU MẪU" in page_text(page)
    assert "xác nhận hoàn thành , dữ liệu mẫu" in page_text(page)
    fields = read_form(unit.get(unit.step(PLAIN, "confirm"))).fields
    assert (fields["completed_on"], fields["document.number"], fields["note"]) == ("", "", "")


def test_nor_does_one_after_a_count_that_came_later(unit: Commune) -> None:
    """What stays of a sample confirmation was made up too, though the count is the unit's own."""
    body = {"completed_on": "2025-11-20", "document": {"number": "Mẫu/QĐ"}, "note": "Dữ liệu mẫu", "sample": True}
    step = {"at": NOW, "campaign": "bau-cu-2026", "unit": "04924", "step": COUNTED, "actor": "unit:04924"}
    for kind, said in (
        (EntryKind.CONFIRMED, body),
        (EntryKind.WITHDRAWN, {"reason": "Nhầm"}),
        (EntryKind.PROGRESSED, {"completed_on": "2026-02-01", "progress": {"done": 7, "of": 12}}),
    ):
        unit.portal.store.journal.append(NewEntry(kind=kind, body=said, **step))
    fields = read_form(unit.get(unit.step(COUNTED, "confirm"))).fields
    assert (fields["done"], fields["of"], fields["document.number"], fields["note"]) == ("7", "12", "", "")


@pytest.mark.parametrize("page", ["confirm", "withdraw", "obstacle"])
def test_pages_hold_no_script_and_no_style_of_their_own(unit: Commune, page: str) -> None:
    unit.confirm(PLAIN, **GOOD)
    text = unit.get(unit.step(PLAIN, page)).text
    assert not re.search(r"<script|<style|\son\w+=|\sstyle=", text)
