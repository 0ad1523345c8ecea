"""What an office's own template may say: fields there are, sums, loops over the lists; and nothing that could grow."""

import pytest

from lotrinh.core.report.bundle import ReportBundle
from lotrinh.reports.docx import sandbox
from lotrinh.reports.docx.grammar import FILTERS, TESTS
from lotrinh.reports.docx.placeholders import Placeholders
from tests.conftest import TOP
from tests.reports.docx.test_template import REPORT, fill_template, problems_of, template
from tests.reports.papers import STATE

SHOWN = len(Placeholders(ReportBundle(REPORT, STATE), "vi").prose.results)
"""Rows of the list of milestones."""


@pytest.mark.parametrize(
    "text",
    [
        "{{ so.__class__.__mro__ }}",
        "{{ so }}{{ ''.__class__ }}",
        "{{ noi_nhan.append }}",
        "{{ so.upper }}",
        "{{ so['khong_co'] }}",
        "{{ (moc|first)['__class__'] }}",
        "{{ moc[0].sai }}",
        "{{ moc.ten }}",
    ],
)
def test_what_is_no_field_is_named_with_its_paragraph_before_anything_is_filled(text: str) -> None:
    said, *_ = problems_of(template(text))
    assert said.startswith("Không có chỗ điền “")
    assert f"(ở đoạn: {text})" in said


def test_a_wrong_field_of_a_row_taken_by_its_number_is_found_with_what_was_meant() -> None:
    for row in ("moc[0]", "(moc|first)", "moc[1:][0]"):
        assert "Có phải là “" in problems_of(template("Mốc đầu: {{ " + row + ".tenn }}"))[0]
    assert fill_template("{{ moc[0].tt }} {{ moc[1]['tt'] }} {{ (moc|last).tt }}") == [f"1 2 {SHOWN}"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{{ so * 1000000000000 }}", "phép tính chỉ dùng với số"),
        ("{{ so + 1 }}", "phép tính chỉ dùng với số"),
        ("{{ tong_so * 1000000000000000 }}", "phép tính ra số quá lớn"),
        ("{{ so_don_vi / 0 }}", "chia cho 0"),
        ("{{ moc[99].ten }}", "lấy một dòng không có trong bảng"),
        ("{{ so_don_vi|join }}", "một giá trị không dùng được như vậy"),
    ],
)
def test_what_fails_only_when_it_is_filled_is_said_in_our_words_with_its_paragraph(text: str, why: str) -> None:
    (said,) = problems_of(template("Trước {{ so }}", f"Ở đây {text}"))
    assert said.startswith(f"Không điền được mẫu ở đoạn: Ở đây {text} ({why}")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{{ ten_dot|center(300000000)|length }}", "không có bộ lọc “center”"),
        ("{{ '%1000000000d'|format(1) }}", "không có bộ lọc “format”"),
        ("{{ ten_dot|indent(300000000) }}", "không có bộ lọc “indent”"),
        ("{{ ten_dot|safe }}", "không có bộ lọc “safe”"),
        ("{{ so if so is callable }}", "không có phép thử “callable”"),
        ("{{ so ~ so }}", "không dùng được “~”"),
        ("{{ '%1000000000d' % so_don_vi }}", "không dùng được “%”"),
        ("{{ so_don_vi ** 99999999 }}", "không dùng được “**”"),
        ("{% set x = so %}{{ x }}", "không dùng được “set”"),
        ("{{ so.center(300000000) }}", "không dùng được “( )”"),
        ("{% for x in range(9) %}{{ so }}{% endfor %}", "chỉ lặp được từng dòng của một bảng"),
        ("{% for x in ten_dot %}{{ so }}{% endfor %}", "chỉ lặp được từng dòng của một bảng"),
        ("{% macro x() %}{% endmacro %}{{ so }}", "không dùng được “macro”"),
        ("{% include 'x' %}{{ so }}", "không dùng được “include”"),
        ("{% autoescape false %}{{ so }}{% endautoescape %}", "không dùng được “autoescape”"),
        ("{% if so %}", "thiếu thẻ đóng"),
        ("{% endfor %}", "không có thẻ “endfor”, hoặc thẻ thừa"),
        ("{{ 1 + }}", "không đọc được thẻ này"),
    ],
)
def test_what_a_template_cannot_do_is_refused_in_our_words_before_anything_runs(text: str, why: str) -> None:
    said, *_ = problems_of(template("Trước {{ so }}", f"Ở đây {text}"))
    assert said.startswith("Thẻ viết sai ở đoạn: Ở đây ")
    assert f"({why}" in said


def test_loops_in_loops_end_and_what_they_write_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    nested = "{% for a in moc %}" * 2 + "{{ so }}" + "{% endfor %}" * 2
    assert fill_template(nested) == ["12" * SHOWN**2]
    with monkeypatch.context() as bound:
        bound.setattr(sandbox.RowBudget.__init__, "__defaults__", (1,))
        assert "lặp quá nhiều lần" in problems_of(template(nested))[0]
    with monkeypatch.context() as bound:
        bound.setattr(sandbox, "LONGEST", 100)
        assert "kết quả quá dài" in problems_of(template("{{ so }}"))[0]
    with monkeypatch.context() as bound:
        bound.setattr(sandbox, "LONGEST_JOINED", 5)
        assert "kết quả quá dài" in problems_of(template("{{ noi_nhan|join(ten_dot) }}"))[0]


def test_sums_and_harmless_filters_work() -> None:
    (line,) = fill_template(
        "{{ tong_so - con_phai_lam }} {{ ten_dot|upper }} {{ noi_nhan|join(', ') }} {{ moc|length }}"
    )
    summary = REPORT.summary()
    done = REPORT.statuses().total() - summary["outstanding"]
    assert line == f"{done} THỬ - Như trên;, Các Phó Chủ tịch; {SHOWN}"


def test_the_docs_list_all_filters_and_tests_that_there_are() -> None:
    page = (TOP / "docs" / "reports-template.md").read_text(encoding="utf-8")
    assert f"`{' '.join(FILTERS)}`" in page
    assert f"`{' '.join(TESTS)}`" in page
