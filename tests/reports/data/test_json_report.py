"""The report as JSON."""

import json
from datetime import timedelta
from typing import Any

from lotrinh.core.report.report import Report
from lotrinh.core.status.status import Status
from lotrinh.reports.data.json_report import report_json
from tests.reports.samples import INVALID, OPEN, UNREACHABLE, commune, the_report, unit_report


def report_fields(report: Report) -> dict[str, Any]:
    result: dict[str, Any] = json.loads(report_json(report))
    return result


def test_the_shape_is_the_promised_one_with_what_stands_beside_it() -> None:
    report = report_fields(the_report(unit_report(commune())))
    promised = {"campaign", "as_of", "run", "checklist_hash", "summary", "units"}
    assert set(report) == promised | {"journal_head", "interrupted", "milestones", "province", "province_name"}
    (unit,) = report["units"]
    assert set(unit) == {"code", "name", "outcome", "reason", "checked_at", "steps"} | {
        "kind",
        "area",
        "last_answer_at",
    }
    for step in unit["steps"]:
        assert set(step) == {"id", "status", "due_at", "flags"} | {"completed_on", "reported_at"}
    assert (report["campaign"], report["run"], report["checklist_hash"]) == ("bau-cu-2026", "luot-1", "c0ffee" * 10)


def test_steps_are_those_of_the_unit_with_status_codes_and_deadlines_with_offset() -> None:
    (unit,) = report_fields(the_report(unit_report(commune())))["units"]
    assert {step["id"]: (step["status"], step["due_at"]) for step in unit["steps"]} == {
        "lap-to": ("overdue", "2026-01-31T23:59:59+07:00"),
        "niem-yet": ("due_soon", "2026-02-03T23:59:59+07:00"),
        "ho-so": ("overdue", "2026-02-01T17:00:00+07:00"),
        "khieu-nai": ("unscheduled", None),
        "hoi-nghi": ("open", "2026-03-03T23:59:59+07:00"),
    }


def test_moments_are_iso_with_offset_and_null_where_there_is_none() -> None:
    report = report_fields(
        the_report(unit_report(commune(), heard=timedelta(hours=30)), unit_report(commune("05047"), heard=None))
    )
    assert report["as_of"] == "2026-02-02T08:00:00+07:00"
    assert [unit["checked_at"] for unit in report["units"]] == ["2026-02-02T08:00:00+07:00"] * 2
    assert [unit["last_answer_at"] for unit in report["units"]] == ["2026-02-01T02:00:00+07:00", None]


def test_a_reason_is_a_code_and_a_sentence_and_null_for_a_unit_that_was_reached() -> None:
    units = (
        unit_report(commune("1")),
        unit_report(commune("2"), outcome=UNREACHABLE),
        unit_report(commune("3"), outcome=INVALID),
    )
    assert [(u["outcome"], u["reason"]) for u in report_fields(the_report(*units))["units"]] == [
        ("REACHED", None),
        ("UNREACHABLE", "refused: máy của xã từ chối kết nối"),
        ("INVALID", "type: trả lời bằng trang web, không phải JSON"),
    ]


def test_flags_are_objects_and_completion_is_a_day() -> None:
    statuses = OPEN | {"lap-to": Status.DONE}
    flags: dict[str, dict[str, object]] = {
        "lap-to": {"progress": {"done": 12, "of": 12}},
        "niem-yet": {"obstacle": "Thiếu “dữ liệu”", "waiting_for": ["lap-to"]},
    }
    (unit,) = report_fields(the_report(unit_report(commune(), statuses, flags)))["units"]
    steps = {step["id"]: step for step in unit["steps"]}
    assert steps["lap-to"]["completed_on"] == "2026-01-31"
    assert steps["lap-to"]["flags"] == {"progress": {"done": 12, "of": 12}}
    assert steps["niem-yet"]["flags"] == flags["niem-yet"]
    assert (steps["ho-so"]["flags"], steps["ho-so"]["completed_on"]) == ({}, None)


def test_milestones_carry_days_left_and_are_null_where_the_deadline_is_not_known() -> None:
    rows = {m["id"]: m for m in report_fields(the_report(unit_report(commune())))["milestones"]}
    assert rows["to-bau-cu"] == {
        "id": "to-bau-cu", "due_at": "2026-01-31T23:59:59+07:00", "days_left": -2,
        "units": 1, "done": 0, "overdue": 1, "unknown": 0,
    }  # fmt: skip
    assert (rows["cho"]["due_at"], rows["cho"]["days_left"]) == (None, None)


def test_sample_data_is_told() -> None:
    assert [report_fields(the_report(sample=sample))["summary"]["sample"] for sample in (True, False)] == [True, False]
