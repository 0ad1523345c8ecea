"""``lotrinh checklist``: lint, timeline, diff."""

import json
from pathlib import Path

from tests.conftest import Lotrinh

SMALL = """\
id: nho
title: {vi: Bộ nhỏ, en: Small}
anchor: {id: ngay, title: Ngày gốc, date: 2026-03-15}
sources:
  luat: {title: Luật}
milestones:
  - id: mot
    title: {vi: Mốc một, en: One}
    due: ngay - 43 days
    basis: [{source: luat, at: Điều 1, confidence: A}]
    steps:
      - {id: dau, title: Đầu, owner: UBND xã, level: commune}
      - {id: sau, title: Sau, owner: UBND xã, level: commune, due: done(dau) + 3 working days, requires: [dau]}
"""


def test_the_packaged_checklists_have_no_problem(lotrinh: Lotrinh) -> None:
    paths = sorted((Path(__file__).parents[2] / "checklists").glob("*.yaml"))
    assert len(paths) >= 4
    done = lotrinh("checklist", "lint", *map(str, paths))
    assert (done.returncode, done.stdout) == (0, "")


def test_every_problem_is_listed_with_file_line_and_column(lotrinh: Lotrinh, tmp_path: Path) -> None:
    text = SMALL.replace("requires: [dau]", "requires: [khong-co]").replace(
        "owner: UBND xã, level: commune}", "level: x}"
    )
    (tmp_path / "bad.yaml").write_text(text, encoding="utf-8")
    done = lotrinh("checklist", "lint", "bad.yaml")
    assert done.returncode == 2
    lines = done.stdout.splitlines()
    assert len(lines) >= 2
    for line in lines:
        name, number, column, sentence = line.split(":", 3)
        assert name == "bad.yaml"
        assert int(number) > 1
        assert int(column) >= 1
        assert sentence.strip()


def test_a_missing_file_is_a_problem_too(lotrinh: Lotrinh) -> None:
    done = lotrinh("checklist", "lint", "khong-co.yaml")
    assert done.returncode == 2
    assert "khong-co.yaml" in done.stdout + done.stderr


def test_timeline_json_has_the_promised_keys_and_null_where_unscheduled(lotrinh: Lotrinh, tmp_path: Path) -> None:
    (tmp_path / "nho.yaml").write_text(SMALL, encoding="utf-8")
    rows = json.loads(lotrinh("checklist", "timeline", "nho.yaml", "--format", "json").stdout)
    first, second = rows
    assert first["milestone"] == "mot"
    assert first["step"] == "dau"
    assert first["opens_at"] is None
    assert first["due_at"] == "2026-01-31T23:59:59+07:00"
    assert first["rule"] == "ngay - 43 days"
    assert first["last_working_day"] == "2026-01-30"
    assert second["due_at"] is second["last_working_day"] is None


def test_another_anchor_moves_the_timeline(lotrinh: Lotrinh, tmp_path: Path) -> None:
    (tmp_path / "nho.yaml").write_text(SMALL, encoding="utf-8")
    made = lotrinh("checklist", "timeline", "nho.yaml", "--anchor", "2026-03-22", "--format", "json")
    assert json.loads(made.stdout)[0]["due_at"].startswith("2026-02-07")
    bad = lotrinh("checklist", "timeline", "nho.yaml", "--anchor", "2026-02-31")
    assert (bad.returncode, "2026-02-31" in bad.stderr) == (2, True)


def test_a_roster_tells_whose_work_each_step_is(lotrinh: Lotrinh) -> None:
    made = lotrinh(
        "checklist", "timeline", "ket-luan-2025-11-12", "--units", packaged_path("phu-tho"), "--format", "json"
    )
    assert made.returncode == 0, made.stderr
    assert {tuple(sorted(r["units"])) for r in json.loads(made.stdout) if r["level"] == "commune"} == {
        ("04924", "04960", "05047")
    }


def packaged_path(slug: str) -> str:
    return str(Path(__file__).parents[2] / "checklists" / "units" / f"{slug}.csv")


def test_the_calendar_feed_is_read_by_its_library_and_folds_vietnamese_within_75_octets(lotrinh: Lotrinh) -> None:
    from icalendar import Calendar

    made = lotrinh("checklist", "timeline", "bau-cu-2026", "--format", "ics")
    events = Calendar.from_ical(made.stdout).walk("VEVENT")
    assert len({str(e["UID"]) for e in events}) == len(events) > 40
    assert all(len(line.encode()) <= 75 for line in made.stdout.splitlines())


def test_diff_shows_what_moves_and_what_becomes_overdue(lotrinh: Lotrinh, tmp_path: Path) -> None:
    (tmp_path / "old.yaml").write_text(SMALL, encoding="utf-8")
    (tmp_path / "new.yaml").write_text(SMALL.replace("- 43 days", "- 50 days"), encoding="utf-8")
    made = lotrinh("checklist", "diff", "old.yaml", "new.yaml", "--as-of", "2026-01-26", "--format", "json")
    (moved,) = json.loads(made.stdout)
    assert (moved["step"], moved["old_due"], moved["new_due"], moved["days"]) == ("dau", "2026-01-31", "2026-01-24", -7)
    assert moved["becomes_overdue"] is True
    assert len(moved["units"]) == 148
    table = lotrinh("checklist", "diff", "old.yaml", "new.yaml", "--as-of", "2026-01-26")
    assert "31/01/2026" in table.stdout
    assert "24/01/2026" in table.stdout


def test_diff_of_the_same_file_with_a_new_anchor_moves_everything(lotrinh: Lotrinh, tmp_path: Path) -> None:
    (tmp_path / "nho.yaml").write_text(SMALL, encoding="utf-8")
    same = lotrinh("checklist", "diff", "nho.yaml", "nho.yaml")
    assert "Không có gì thay đổi" in same.stdout
    made = lotrinh("checklist", "diff", "nho.yaml", "nho.yaml", "--new-anchor", "2026-03-22", "--format", "json")
    assert [m["days"] for m in json.loads(made.stdout)] == [7]
