"""The report as CSV, safe to open in a spreadsheet."""

import csv
import io
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lotrinh.core.status.status import Status
from lotrinh.core.text import Text
from lotrinh.reports.data.csv_report import escape_formula, report_csv
from tests.core.builders import milestone
from tests.reports.samples import OPEN, TEAMS, commune, the_checklist, the_report, unit_report

PLAIN = [
    "",
    "-",
    "—",
    "0912 345 678",
    "+84 912 345 678",
    "+84.210.3846647",
    "(0210) 3846-647",
    "-5",
    "-1.5",
    "12/QĐ-UBND",
]
FORMULAS = [
    "=1+1", "+SUM(A1)", "-SUM(A1)", "@SUM(A1)", '=HYPERLINK("http://x")', "+84 912 x", "-A1", "--A1",
    "\t=1", "\r=1", "\n=1", "＝1+1", "＋A1", "－A1", "＠A1", "=cmd|' /C calc'!A0",
]  # fmt: skip


@pytest.mark.parametrize("text", PLAIN)
def test_plain_text_phone_numbers_and_dashes_stay_as_they_are(text: str) -> None:
    assert escape_formula(text) == text


@pytest.mark.parametrize("text", FORMULAS)
def test_formulas_become_text(text: str) -> None:
    assert escape_formula(text) == "'" + text


@given(st.text(st.characters() | st.sampled_from("=+-@\t\r\n0aA(,!|'")))
def test_no_cell_begins_a_calculation_with_anything_but_digits(text: str) -> None:
    cell = escape_formula(text)
    assert cell in {text, "'" + text}
    if cell[:1] and cell[0] in "=+-@\t\r\n＝＋－＠":
        assert re.fullmatch(r"[+-][\d ().-]*", cell)


def rows(of: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(of)))


def test_every_step_of_the_province_and_of_every_unit_is_a_row() -> None:
    report = the_report(unit_report(commune()), unit_report(commune("05047", "Cao Dương")))
    made = rows(report_csv(report, "vi"))
    assert len({(row["code"], row["step"]) for row in made}) == len(made) == 1 + 2 * 5
    first, own = made[0], made[1]
    assert (first["unit"], first["step"], first["owner"]) == ("Tỉnh Phú Thọ", "cua-tinh", "UBND tỉnh")
    assert own == {
        "code": "04924", "unit": "Xã Lương Sơn", "outcome": "REACHED", "milestone": "to-bau-cu", "step": "lap-to",
        "title": "Việc lap-to", "owner": "UBND xã", "due_at": "2026-01-31T23:59:59+07:00", "status": "overdue",
        "status_text": "quá hạn", "reason": "quá hạn 2 ngày", "completed_on": "", "sample": "",
    }  # fmt: skip


def test_words_come_in_the_language_asked_for_and_codes_stay() -> None:
    made = rows(report_csv(the_report(unit_report(commune())), "en"))[1]
    assert (made["status"], made["status_text"]) == ("overdue", "overdue")
    assert made["reason"] != "quá hạn 2 ngày"


def test_a_step_that_is_done_has_its_day_and_one_without_a_deadline_has_none() -> None:
    made = {
        row["step"]: row
        for row in rows(report_csv(the_report(unit_report(commune(), OPEN | {"lap-to": Status.DONE})), "vi"))
    }
    assert made["lap-to"]["completed_on"] == "2026-01-31"
    assert made["khieu-nai"]["due_at"] == ""


def test_sample_data_is_labelled_on_every_row() -> None:
    report = the_report(unit_report(commune()), sample=True)
    assert {row["sample"][:11] for row in rows(report_csv(report, "vi"))} == {"DỮ LIỆU MẪU"}
    assert {row["sample"][:11] for row in rows(report_csv(report, "en"))} == {"SAMPLE DATA"}


def test_foreign_text_in_titles_and_owners_stays_in_its_cell_as_text() -> None:
    title, owner = '=HYPERLINK("http://x";"y"),\n"', "@SUM(A1)"
    step = replace(TEAMS, title=Text(title), owner=Text(owner))
    of = the_checklist(milestones=(milestone("m", steps=(step,)),))
    (made,) = rows(report_csv(the_report(unit_report(commune(), of=of), of=of), "vi"))
    assert (made["title"], made["owner"]) == ("'" + title, "'" + owner)
