"""Checklist files: everything that is wrong is said at once, with its place and what to write."""

import random
from pathlib import Path

import pytest

from lotrinh.catalog.checklists import PACKAGED, find_checklist, lint_file, load_checklist
from lotrinh.catalog.models import SCHEMA_FILE, schema_text
from lotrinh.core.checklist.checklist import Level
from lotrinh.core.checklist.units import Unit, UnitKind
from lotrinh.errors import BadInput, NotFound
from lotrinh.i18n import say

GOOD = """\
id: thu
title: {vi: Thử, en: Test}
anchor: {id: ngay, title: Ngày, date: 2026-03-15}
sources:
  luat: {title: Luật, number: 1/2026}
parameters:
  han-rieng: {title: Hạn riêng, due: ngay - 5 days}
milestones:
  - id: mot
    title: Một
    from: ngay - 20 days
    due: {reference: ngay, offset: "- 10 days", at: "17:00"}
    basis: [{source: luat, at: Điều 1, confidence: A}]
    steps:
      - {id: a, title: A, owner: UBND xã, level: commune, requires: []}
      - id: b
        title: B
        owner: UBND xã
        level: polling_area
        count: polling_areas
        requires: [a]
        due: done(a) + 3 working days
        applies_to: {kind: xa, except: {tag: [moi]}}
        evidence: {documents: [Quyết định], forms: [Mẫu 1], number: required}
        probe: {get: "{website}/x", expect: {contains: Tổ}}
      - {id: c, title: C, owner: UBND tỉnh, level: province, due: han-rieng}
"""

BAD = """\
id: Thu
title: {vi: Thử, fr: Essai}
anchor: {id: ngay, title: Ngày, date: 2026-02-31}
calender: {country: VN}
sources:
  luat: {title: Luật, numbr: 1/2026}
milestones:
  - id: mot
    title: 12
    due: ngay - 10 dayz
    basis: [{source: luat, at: Điều 1, confidence: sure}]
    steps:
      - {id: a, title: A, owner: UBND xã, level: village}
      - {id: b, title: B, level: commune, required: yes}
      - {id: c, title: "", owner: X, level: commune, due: {reference: ngay, at: "25:00"}}
  - id: hai
    title: Hai
    steps: none
"""


def written(folder: Path, content: str) -> Path:
    path = folder / "thu.yaml"
    path.write_text(content, encoding="utf-8")
    return path


def test_a_good_file_becomes_a_checklist(tmp_path: Path) -> None:
    checklist = load_checklist(written(tmp_path, GOOD))
    a, b, c = checklist.iter_steps()
    assert (a.milestone, a.due, a.basis) == ("mot", checklist.milestones[0].due, checklist.milestones[0].basis)
    assert (b.level, b.count, b.requires, b.probe and b.probe.contains) == (
        Level.POLLING_AREA, "polling_areas", ("a",), "Tổ",
    )  # fmt: skip
    assert b.is_work_of(Unit("04924", UnitKind.COMMUNE, "x"))
    assert not b.is_work_of(Unit("04924", UnitKind.COMMUNE, "x", tags=frozenset({"moi"})))
    assert not b.is_work_of(Unit("04924", UnitKind.WARD, "x"))
    assert c.is_work_of(Unit("25", UnitKind.PROVINCE, "x"))


def test_all_problems_of_the_form_come_at_once_with_line_and_column(tmp_path: Path) -> None:
    problems = lint_file(written(tmp_path, BAD))
    places = [(p.line, p.column) for p in problems]
    assert places == [
        (1, 5),
        (2, 18),
        (3, 39),
        (4, 1),
        (6, 23),
        (9, 12),
        (10, 20),
        (11, 52),
        (13, 50),
        (14, 9),
        (14, 53),
        (15, 24),
        (15, 82),
        (18, 12),
    ]
    sentences = " ".join(say(p.sentence) for p in problems)
    for words in ("calendar", "number", "2026-02-31", "sure", "village", "owner"):
        assert words in sentences


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("requires: [a]", "requires: [khong]", 21, "khong"),
        ("requires: []", "requires: [b]", 15, "a"),
        ("source: luat", "source: luatt", 13, "luat"),
        ("ngay - 20 days", "ngay - 5 days", 11, ""),
        ("- {id: c,", "- {id: a,", 27, "a"),
        ("due: han-rieng}", "due: han-rien}", 27, "han-rieng"),
        ("done(a)", "done(x)", 22, "x"),
        ("country: VN", "country: XX", 3, "XX"),
        ("    basis: [{source: luat, at: Điều 1, confidence: A}]\n", "", 14, ""),
    ],
)
def test_what_does_not_fit_together_is_named_at_its_line(
    tmp_path: Path, old: str, new: str, line: int, words: str
) -> None:
    content = GOOD.replace("sources:", "calendar: {country: VN}\nsources:") if "country" in old else GOOD
    problems = lint_file(written(tmp_path, content.replace(old, new, 1)))
    assert problems
    assert abs(problems[0].line - line) <= 1
    assert words in say(problems[0].sentence)


def test_content_hash_ignores_layout_and_sees_content(tmp_path: Path) -> None:
    first = load_checklist(written(tmp_path, GOOD)).content_hash
    assert (
        load_checklist(
            written(tmp_path, "# lời\n" + GOOD.replace("{vi: Thử, en: Test}", "{en: Test, vi: Thử}"))
        ).content_hash
        == first
    )
    assert load_checklist(written(tmp_path, GOOD.replace("- 10 days", "- 11 days"))).content_hash != first


def test_the_offices_calendar_lies_over_the_countrys(tmp_path: Path) -> None:
    (tmp_path / "lich.csv").write_text("date,kind,note\n2026-01-05,off,x\n2026-01-10,worked,y\n", encoding="utf-8")
    calendar = "calendar: {country: VN, file: lich.csv, add: [2026-01-06], worked: [2026-01-11]}\nsources:"
    step = load_checklist(written(tmp_path, GOOD.replace("sources:", calendar))).steps["a"]
    import datetime as dt

    worked = [day for day in range(1, 14) if step.calendar.is_working(dt.date(2026, 1, day))]
    assert worked == [2, 7, 8, 9, 10, 11, 12, 13]


def test_a_bad_calendar_file_is_named_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "lich.csv").write_text("date,kind,note\n2026-02-30,off,x\n2026-01-10,maybe,y\n", encoding="utf-8")
    problems = lint_file(written(tmp_path, GOOD.replace("sources:", "calendar: {file: lich.csv}\nsources:")))
    assert [(Path(p.where).name, p.line) for p in problems] == [("lich.csv", 2), ("lich.csv", 3)]


def test_the_schema_for_editors_is_current() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text(), "run: python -m lotrinh.catalog.models"


def test_an_unknown_name_lists_the_packaged_ones() -> None:
    assert find_checklist("bau-cu-2026", None) == PACKAGED / "bau-cu-2026.yaml"
    with pytest.raises(NotFound, match="bau-cu-2026"):
        find_checklist("khong-co", None)


@pytest.mark.parametrize("seed", range(60))
def test_a_damaged_file_gives_a_checklist_or_sentences(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    lines = GOOD.splitlines(keepends=True)
    for _ in range(chance.randint(1, 4)):
        index = chance.randrange(len(lines))
        change = chance.choice(["drop", "double", "swap", "cut"])
        if change == "drop":
            del lines[index]
        elif change == "double":
            lines.insert(index, lines[index])
        elif change == "swap":
            lines[index], lines[-1] = lines[-1], lines[index]
        else:
            lines[index] = lines[index][: chance.randrange(len(lines[index]))] + "\n"
    try:
        load_checklist(written(tmp_path, "".join(lines)))
    except BadInput as error:
        assert all(say(p.sentence) for p in error.problems)


def test_mistyped_parts_do_not_hide_what_is_wrong_with_the_rest(tmp_path: Path) -> None:
    text = GOOD.replace("level: polling_area", "level: thon").replace("requires: [a]", "requires: [x]")
    text = text.replace("title: Một\n", "colour: red\n").replace("- {id: c, title: C,", "- {id: a,")
    path = tmp_path / "xau.yaml"
    path.write_text(text, encoding="utf-8")
    told = [say(p.sentence) for p in lint_file(path)]
    assert len(told) == 6, told
    for words in ("colour", "Thiếu “title”", "thon", "Không có đầu việc “x”", "đã được dùng ở trên"):
        assert any(words in sentence for sentence in told), words
