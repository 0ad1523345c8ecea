"""One explanation in words: terminal, Markdown and data say the same, and foreign text stays text."""

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from wcwidth import wcswidth

from lotrinh.core.checklist.checklist import Basis, Confidence
from lotrinh.core.report.explanation import Explanation, JournalLine, LegalBasis, Prerequisite, UnitCheck, rule_texts
from lotrinh.core.status.journal import EntryKind
from lotrinh.core.status.observation import Outcome, StepAnswer, StepState
from lotrinh.core.status.status import Status
from lotrinh.core.text import M, Text
from lotrinh.reports.explanation import (
    CONFIDENCE,
    ExplanationSection,
    ExplanationWriter,
    explanation_markdown,
    explanation_text,
)
from lotrinh.reports.explanation_data import explanation_data, explanation_json
from tests.reports.samples import NOW, SOURCES, commune, the_checklist, unit_report

HOSTILE = '=1+1<script>alert(1)</script>|*"\x1b[31m\n# đầu đề'
OF = the_checklist()
REPORT = unit_report(commune(), of=OF)
ITEMS = {item.step.id: (item, step_status) for item, step_status in zip(REPORT.plan, REPORT.step_statuses, strict=True)}


def explanation(name: str = "niem-yet", **more: Any) -> Explanation:
    item, step_status = ITEMS[name]
    fields: dict[str, Any] = {
        "campaign": "thu",
        "title": Text("Đợt thử"),
        "unit": commune(),
        "as_of": NOW,
        "item": item,
        "step_status": step_status,
        "heard_at": NOW,
        "reasons": (M("Vì thế."),),
        "rules": rule_texts(OF, item, {}),
        "arithmetic": (M("một"), M("hai")),
        "checks": (),
        "own_system": False,
        "system_answer": None,
        "system_answer_at": None,
        "entries": (),
        "prerequisites": (),
        "bases": tuple(LegalBasis(basis, SOURCES[basis.source]) for basis in item.step.basis),
        "checklist_hash": "c0ffee" * 10,
        "head": "beef" * 16,
        "sample": False,
    }
    return Explanation(**(fields | more))


def entry(**more: Any) -> JournalLine:
    day = date(2026, 1, 29)
    told = JournalLine(
        number=7,
        at=NOW,
        kind=EntryKind.CONFIRMED,
        who="Xã Lương Sơn",
        completed_on=day,
        document="12/QĐ",
        progress=(7, 12),
        text="ghi chú",
        sample=False,
    )
    return told._replace(**more)


FULL = explanation(
    checks=(UnitCheck("luot-1", NOW, Outcome.UNREACHABLE, "máy từ chối kết nối"),),
    entries=(entry(), entry(kind=EntryKind.RETURNED, number=8, text="thiếu dấu", progress=None, completed_on=None)),
    prerequisites=(
        Prerequisite(commune(), *ITEMS["lap-to"], deadline_hangs_on_it=False),
        Prerequisite(commune(), *ITEMS["khieu-nai"], deadline_hangs_on_it=True),
    ),
    own_system=True,
    system_answer=StepAnswer("niem-yet", StepState.DONE, date(2026, 1, 29), document_number="5/TB", progress=(7, 12)),
    system_answer_at=NOW - timedelta(hours=3),
    sample=True,
)


def section(of: Explanation, title: str) -> ExplanationSection:
    return next(s for s in ExplanationWriter(of, "vi").sections() if s.title == title)


def test_every_part_stands_under_its_head_in_reading_order() -> None:
    assert [s.title for s in ExplanationWriter(FULL, "vi").sections()] == [
        "Tình trạng",
        "Vì sao",
        "Quy tắc",
        "Cách tính",
        "Việc trước chưa xong",
        "Đã báo về đầu việc này",
        "Những lần hỏi gần nhất",
        "Căn cứ",
    ]


def test_the_rule_is_told_in_words_and_as_it_is_written() -> None:
    assert section(FULL, "Quy tắc").lines == (
        "Thời hạn: 40 ngày trước ngày bầu cử (viết trong bộ đầu việc: election_day - 40 days)",
    )
    opened = replace(FULL, rules=(FULL.rules[0]._replace(is_opening=True),))
    assert section(opened, "Quy tắc").lines[0].startswith("Bắt đầu: 40 ngày trước ngày bầu cử")


def test_bases_carry_how_sure_we_are_and_a_mark_where_nobody_verified_them() -> None:
    lines = section(FULL, "Căn cứ").lines
    assert lines[0] == "Điều 25, Luật Bầu cử 85/2015/QH13: đã đối chiếu với văn bản hướng dẫn chính thức"
    assert lines[1] == "Điều 7, Nghị định về họp thôn: chưa kiểm chứng (?)"
    assert lines[2].startswith("(?)")
    assert lines[-1] == "Mã bộ đầu việc c0ffeec0ffee; nhật ký kết thúc ở beefbeefbeef."


@pytest.mark.parametrize("confidence", Confidence)
def test_each_confidence_is_in_words_and_where_a_fact_was_read_is_told(confidence: Confidence) -> None:
    basis = Basis("law", "Điều 1", confidence, "HĐ tr.7")
    source = replace(SOURCES["law"], amended_by="83/2025/QH15")
    line = section(explanation(bases=(LegalBasis(basis, source),)), "Căn cứ").lines[0]
    assert CONFIDENCE[confidence].msgid in line
    assert ("(?)" in line) is confidence.doubtful
    assert "(sửa đổi bởi 83/2025/QH15)" in line
    assert line.endswith("; đọc tại HĐ tr.7")


def test_statements_of_the_own_system_are_told_with_their_age() -> None:
    (line,) = section(FULL, "Những lần hỏi gần nhất").lines
    assert line == (
        "Phần mềm của đơn vị nói: đã xong, hoàn thành ngày 29/01/2026, văn bản 5/TB, 7 trên 12 "
        "(05:00 02/02/2026, 3 giờ trước)."
    )
    silent = replace(FULL, system_answer=None)
    assert "không nói gì về đầu việc này" in section(silent, "Những lần hỏi gần nhất").lines[0]
    never = replace(silent, system_answer_at=None)
    assert "Chưa có trả lời hợp lệ nào" in section(never, "Những lần hỏi gần nhất").lines[0]
    assert section(replace(never, from_run="luot-1"), "Những lần hỏi gần nhất").lines == ()
    noted = replace(FULL, system_answer=StepAnswer("x", StepState.OBSTACLE, note="mất điện"))
    assert "có vướng mắc, “mất điện” (" in section(noted, "Những lần hỏi gần nhất").lines[0]


def test_entries_say_when_what_who_by_which_document_and_sample_entries_say_that_they_are() -> None:
    first, second = section(FULL, "Đã báo về đầu việc này").rows
    assert first == (
        "7",
        "08:00 02/02/2026",
        "xác nhận hoàn thành",
        "Xã Lương Sơn",
        "12/QĐ",
        "29/01/2026",
        "7 trên 12 · ghi chú",
    )
    assert second[2:] == ("trả lại xác nhận", "Xã Lương Sơn", "12/QĐ", "", "thiếu dấu")
    made_up = explanation(entries=(entry(sample=True),))
    assert section(made_up, "Đã báo về đầu việc này").rows[0][3] == "dữ liệu mẫu"
    assert section(explanation(), "Đã báo về đầu việc này").lines == ("Chưa có gì được ghi vào nhật ký.",)


def test_missing_steps_stand_with_status_and_deadline() -> None:
    first, second = section(FULL, "Việc trước chưa xong").rows
    assert first == ("Việc lap-to", "Xã Lương Sơn", "quá hạn 2 ngày", "31/01/2026")
    assert second[0] == "Việc khieu-nai (thời hạn tính từ ngày hoàn thành việc này)"
    assert second[3] == "chờ mốc thực tế"


def test_the_status_is_a_word_and_a_sentence() -> None:
    assert section(explanation("lap-to"), "Tình trạng").lines == ("quá hạn 2 ngày",)
    assert section(explanation(), "Tình trạng").lines == ("sắp đến hạn, còn 1 ngày",)
    today = replace(explanation(), as_of=NOW + timedelta(days=1))
    assert section(today, "Tình trạng").lines == ("sắp đến hạn: hạn là hôm nay, đến 24:00",)
    done = explanation()
    done = replace(done, step_status=done.step_status._replace(status=Status.DONE))
    assert section(done, "Tình trạng").lines == ("hoàn thành đúng hạn",)


@pytest.mark.parametrize("width", [80, 120])
def test_terminal_and_markdown_say_every_sentence_of_every_part(width: int) -> None:
    writer = ExplanationWriter(FULL, "vi")
    table, markdown = explanation_text(FULL, "vi", width), explanation_markdown(FULL, "vi").replace("\\", "")
    for part in writer.sections():
        assert part.title.upper() in table
        for line in (*part.lines, *(cell for row in part.rows for cell in row)):
            assert line in markdown
            assert all(word in table for word in line.split())
    assert max(map(wcswidth, table.splitlines())) <= width
    assert table.count("DỮ LIỆU MẪU") == 2
    assert "DỮ LIỆU MẪU" in markdown
    assert "DỮ LIỆU MẪU" not in explanation_text(explanation(), "vi", width) + explanation_markdown(explanation(), "vi")


def test_the_arithmetic_is_numbered() -> None:
    assert "1. một\n2. hai" in explanation_text(FULL, "vi", 80)
    assert "1. một\n2. hai" in explanation_markdown(FULL, "vi")


def test_data_carries_every_part_and_dates_with_their_offset() -> None:
    data = json.loads(explanation_json(FULL, "vi"))
    assert data["as_of"] == "2026-02-02T08:00:00+07:00"
    assert data["due_at"] == "2026-02-03T23:59:59+07:00"
    assert (data["status"], data["sample"], data["journal_head"]) == ("due_soon", True, "beef" * 16)
    assert data["rules"] == [{"of": "due", "rule": "election_day - 40 days", "words": "40 ngày trước ngày bầu cử"}]
    assert [e["text"] for e in data["entries"]] == ["ghi chú", "thiếu dấu"]
    assert [m["step"] for m in data["missing"]] == ["lap-to", "khieu-nai"]
    assert data["published"]["progress"] == {"done": 7, "of": 12}
    assert data["asked"][0]["outcome"] == "UNREACHABLE"
    assert [b["doubtful"] for b in data["basis"]] == [False, True]
    assert explanation_data(explanation(), "vi")["published"] is None


def test_foreign_text_is_text_in_every_field() -> None:
    basis = LegalBasis(Basis("law", HOSTILE, Confidence.A, HOSTILE), replace(SOURCES["law"], title=Text(HOSTILE)))
    of = replace(
        FULL,
        title=Text(HOSTILE),
        unit=commune(name=HOSTILE),
        reasons=(M("{x}", x=HOSTILE),),
        checks=(UnitCheck(HOSTILE, NOW, Outcome.INVALID, HOSTILE),),
        entries=(entry(who=HOSTILE, document=HOSTILE, text=HOSTILE),),
        system_answer=StepAnswer("x", StepState.OBSTACLE, note=HOSTILE, document_number=HOSTILE),
        bases=(basis,),
    )
    table, markdown = explanation_text(of, "vi", 80), explanation_markdown(of, "vi")
    assert "\x1b" not in table + markdown
    assert "<script>" not in markdown
    assert "\n# đầu đề" not in table + markdown
    assert "\\|\\*" in markdown
    assert json.loads(explanation_json(of, "vi"))["entries"][0]["text"] == HOSTILE


def test_it_is_said_in_english_without_a_vietnamese_date() -> None:
    assert "02 Feb 2026" in explanation_text(FULL, "en", 120)
