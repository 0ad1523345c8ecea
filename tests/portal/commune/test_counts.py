"""All counts on one page: only what changed is sent, all of it is recorded or nothing."""

from pathlib import Path

import pytest

from lotrinh.core.status.journal import EntryKind
from lotrinh.services.campaigns.campaigns import open_campaign_of_files
from lotrinh.services.statements.journal_writer import StatementRequest
from lotrinh.services.statements.review import give_back
from lotrinh.settings.models import Settings
from tests.portal.conftest import NOW, Enter, Portal
from tests.portal.officer import COUNTED, PLAIN, Commune, lock_database, read_form, sign_in_commune
from tests.portal.people import page_text

VILLAGES, BOARDS, LISTS = "gioi-thieu-ung-cu-thon", "thanh-lap-ban-bau-cu-xa", "niem-yet-danh-sach-cu-tri"
PAGE = "/count"


@pytest.fixture
def unit(portal: Portal, enter: Enter) -> Commune:
    return sign_in_commune(portal, enter)


def counts(**steps: tuple[object, object]) -> dict[str, str]:
    names = {"boards": BOARDS, "villages": VILLAGES, "areas": COUNTED}
    fields = {}
    for short, (done, of) in steps.items():
        fields |= {f"done.{names[short]}": str(done), f"of.{names[short]}": str(of)}
    return fields


def test_several_counts_are_recorded_together_each_with_its_own_receipt(unit: Commune) -> None:
    asked = unit.get(unit.home + PAGE)
    assert read_form(asked).fields["completed_on"] == "2/2/2026"
    typed = counts(boards=(3, 4), areas=(12, 12))
    checked = unit.send(asked, document__number="15/QĐ-UBND", **typed)
    assert "12 trên 12 hoàn thành văn bản 15/QĐ-UBND" in page_text(checked)
    assert "3 trên 4 tiến độ" in page_text(checked)
    receipt = unit.send(checked)
    said = {e.new.step: e for e in unit.entries()}
    assert {name: e.new.kind for name, e in said.items()} == {
        BOARDS: EntryKind.PROGRESSED,
        COUNTED: EntryKind.CONFIRMED,
    }
    assert said[COUNTED].new.body["document"] == {"number": "15/QĐ-UBND"}
    assert "document" not in said[BOARDS].new.body
    first, last = sorted(e.number for e in said.values())
    assert receipt.url.path == f"{unit.home}/count/{first}-{last}"
    for entry in said.values():
        assert unit.get(f"/receipts/04924-{entry.number}").status_code == 200
        assert f"04924-{entry.number}" in page_text(receipt)


def test_only_what_was_changed_is_sent(unit: Commune) -> None:
    unit.send(unit.send(unit.get(unit.home + PAGE), **counts(boards=(3, 4), villages=(2, 9))))
    asked = unit.get(unit.home + PAGE)
    assert read_form(asked).fields[f"done.{VILLAGES}"] == "2"
    assert "đã báo 2 trên 9" in page_text(asked)
    unit.send(unit.send(asked, **{f"done.{VILLAGES}": "5"}))
    assert [e.new.step for e in unit.entries()].count(BOARDS) == 1
    assert unit.entries()[-1].new.body["progress"] == {"done": 5, "of": 9}


@pytest.mark.parametrize(("typed", "field", "words"), [
    ({}, f"done.{VILLAGES}", "Chưa có số nào thay đổi"),
    (counts(areas=(13, 12)), f"done.{COUNTED}", "Số đã xong 13 lớn hơn tổng số 12"),
    (counts(areas=("bảy", 12)), f"done.{COUNTED}", "“bảy” không phải một số lượng"),
    (counts(areas=(7, "")), f"of.{COUNTED}", "Hãy ghi tổng số"),
    (counts(areas=(7, 12)) | {"completed_on": "3/2/2026"}, "completed_on", "ở sau hôm nay"),
    (counts(areas=(7, 12)) | {"completed_on": "hôm nay"}, "completed_on", "“hôm nay” không phải một ngày"),
    (counts(areas=(12, 12)), "document.number", "cần số văn bản"),
])  # fmt: skip
def test_what_is_wrong_is_said_beside_its_field_and_nothing_is_half_recorded(
    unit: Commune, typed: dict[str, str], field: str, words: str
) -> None:
    asked = unit.get(unit.home + PAGE)
    good = {} if not typed else counts(villages=(2, 9))
    for action in (unit.home + PAGE, unit.home + PAGE + "/send"):
        answer = unit.send(asked, action=action, **good | typed)
        form = read_form(answer)
        assert (answer.status_code, unit.entries()) == (422, [])
        assert f"#{field}" in form.links
        assert field in form.ids
        assert page_text(answer).count(words) == 2
        assert {name: form.fields[name] for name in good | typed} == good | typed


def test_everything_that_is_wrong_is_said_at_once(unit: Commune) -> None:
    typed = counts(areas=(13, 12), villages=("x", 9), boards=(4, 4)) | {"completed_on": "3/2/2026"}
    answer = unit.send(unit.get(unit.home + PAGE), **typed)
    links = {link for link in read_form(answer).links if link.startswith("#")}
    assert links == {"#completed_on", "#document.number", f"#done.{COUNTED}", f"#done.{VILLAGES}"}


def test_sent_twice_it_is_recorded_once_with_the_same_receipts(unit: Commune) -> None:
    checked = unit.send(unit.get(unit.home + PAGE), **counts(boards=(3, 4), villages=(2, 9)))
    first, second = unit.send(checked), unit.send(checked)
    assert (first.url, len(unit.entries())) == (second.url, 2)


def test_a_count_that_somebody_else_changed_stops_all_and_says_who_and_what(
    portal: Portal, enter: Enter, unit: Commune
) -> None:
    other = Commune(portal, enter(unit.code, unit.secret), unit.code, unit.secret)
    checked = unit.send(unit.get(unit.home + PAGE), **counts(boards=(3, 4), villages=(2, 9)))
    other.send(other.send(other.get(unit.home + PAGE), **counts(villages=(6, 9))))
    stopped = unit.send(checked)
    assert (stopped.status_code, len(unit.entries())) == (409, 1)
    words = page_text(stopped)
    assert words.count("lúc 08:00 02/02/2026, Xã Lương Sơn đã báo tiến độ ở đầu việc này") == 2
    assert "đã báo 6 trên 9" in words
    fields = read_form(stopped).fields
    assert (fields[f"done.{BOARDS}"], fields[f"done.{VILLAGES}"]) == ("3", "2")
    unit.send(unit.send(stopped, **{f"done.{VILLAGES}": "6"}))
    assert [(e.new.step, e.new.body["progress"]["done"]) for e in unit.entries()] == [(VILLAGES, 6), (BOARDS, 3)]


def test_a_step_confirmed_meanwhile_is_named_and_the_other_counts_are_kept(unit: Commune) -> None:
    checked = unit.send(unit.get(unit.home + PAGE), **counts(areas=(7, 12), villages=(2, 9)))
    unit.confirm(COUNTED, completed_on="1/2/2026", document__number="12/QĐ", done="12", of="12")
    stopped = unit.send(checked)
    again = unit.send(unit.send(stopped))
    assert (again.status_code, len(unit.entries())) == (409, 1)
    assert page_text(again).count("đã được xác nhận hoàn thành; hãy rút xác nhận trước") == 2
    assert f"#done.{COUNTED}" in read_form(again).links
    unit.send(unit.send(again, **{f"done.{COUNTED}": ""}))
    assert unit.entries()[-1].new.step == VILLAGES


def test_a_locked_database_records_nothing_and_keeps_every_number(
    unit: Commune, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = unit.send(unit.get(unit.home + PAGE), **counts(boards=(3, 4), villages=(2, 9)))
    with lock_database(tmp_path, monkeypatch):
        stopped = unit.send(checked)
    assert (stopped.status_code, unit.entries()) == (503, [])
    assert "Chưa ghi nhận" in page_text(stopped)
    unit.send(unit.send(stopped))
    assert len(unit.entries()) == 2


def test_the_answers_can_be_changed_without_losing_the_other_lines(unit: Commune) -> None:
    unit.send(unit.send(unit.get(unit.home + PAGE), **counts(boards=(3, 4))))
    checked = unit.send(unit.get(unit.home + PAGE), **counts(villages=(2, 9)))
    edited = read_form(unit.send(checked, action=unit.home + PAGE, edit="1"))
    assert (edited.fields[f"done.{VILLAGES}"], edited.fields[f"done.{BOARDS}"]) == ("2", "3")


def test_the_page_lists_what_is_under_way_and_knows_how_many_there_are(unit: Commune) -> None:
    fields = read_form(unit.get(unit.home + PAGE)).fields
    assert (fields[f"done.{COUNTED}"], fields[f"of.{COUNTED}"]) == ("", "")
    assert "done.hoan-thanh-kiem-phieu" not in fields
    unit.confirm(COUNTED, completed_on="1/2/2026", document__number="12/QĐ", done="12", of="12")
    fields = read_form(unit.get(unit.home + PAGE)).fields
    assert f"done.{COUNTED}" not in fields
    assert (fields[f"done.{LISTS}"], fields[f"of.{LISTS}"]) == ("", "12")


def test_a_returned_count_is_corrected_on_its_own_page(unit: Commune) -> None:
    unit.confirm(COUNTED, completed_on="1/2/2026", document__number="12/QĐ", done="12", of="12")
    campaign = open_campaign_of_files(Settings(), "bau-cu-2026")
    said = StatementRequest(campaign, campaign.by_code["04924"], COUNTED, "officer:lan", "", NOW)
    give_back(unit.portal.store, said, "sai số")
    form = read_form(unit.get(unit.home + PAGE))
    assert unit.step(COUNTED) in form.links
    assert f"done.{COUNTED}" not in form.fields


@pytest.mark.parametrize("path", ["/count/1-99999999", "/count/2-1", "/count/900-901", "/count/x-y", "/count/0-1"])
def test_receipts_that_do_not_exist_are_not_found(unit: Commune, path: str) -> None:
    unit.send(unit.send(unit.get(unit.home + PAGE), **counts(boards=(3, 4))))
    assert unit.get(unit.home + path).status_code == 404


def test_what_was_said_without_a_count_is_no_receipt_of_counts(unit: Commune) -> None:
    unit.confirm(PLAIN, completed_on="29/1/2026", document__number="12/QĐ-UBND")
    number = unit.entries()[0].number
    assert unit.get(f"{unit.home}/count/{number}-{number}").status_code == 404


def test_receipts_of_another_commune_are_not_shown(portal: Portal, enter: Enter, unit: Commune) -> None:
    receipt = unit.send(unit.send(unit.get(unit.home + PAGE), **counts(boards=(3, 4))))
    other = sign_in_commune(portal, enter, "04960")
    assert other.get(receipt.url.path).status_code == 404
    assert other.get(receipt.url.path.replace("04924", "04960")).status_code == 404
