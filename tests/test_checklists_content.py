"""The packaged checklists: complete, honest about their sources, and right to the day."""

import csv
import re
import unicodedata
from collections.abc import Iterator
from datetime import date, time
from functools import cache
from pathlib import Path

import pytest

from lotrinh.catalog.checklists import lint_file, load_checklist
from lotrinh.core.checklist.checklist import ASKED_OF_UNITS, Checklist, Confidence, Level, Need, Step
from lotrinh.core.checklist.deadlines import Schedule, timetable
from lotrinh.core.checklist.rules import Moment
from lotrinh.core.checklist.units import Unit, UnitKind
from lotrinh.core.text import Text, fold_text

TOP = Path(__file__).parents[1]
FILES = sorted((TOP / "checklists").glob("*.yaml"))
ELECTION = date(2026, 3, 15)
LUONG_SON = Unit("04924", UnitKind.COMMUNE, "Lương Sơn")
PHU_THO = Unit("25", UnitKind.PROVINCE, "Phú Thọ")

MILESTONES = {
    "E01": "cong-bo-ngay-bau-cu",
    "E03": "du-kien-co-cau-dbqh",
    "E04": "du-kien-co-cau-hdnd",
    "E05": "ubbc-tinh",
    "E06": "ubbc-xa",
    "E07": "hiep-thuong-lan-1",
    "E08": "dieu-chinh-co-cau-lan-1",
    "E09": "tiep-nhan-ho-so-ung-cu",
    "E10": "gioi-thieu-nguoi-ung-cu",
    "E11": "don-vi-bau-cu",
    "E12": "ban-bau-cu",
    "E13": "khu-vuc-bo-phieu",
    "E14": "to-bau-cu",
    "E15": "hiep-thuong-lan-2",
    "E16": "danh-sach-cu-tri",
    "E17": "dieu-chinh-co-cau-lan-2",
    "E18": "lay-y-kien-cu-tri",
    "E19": "tra-loi-vu-viec-cu-tri-neu",
    "E20": "hiep-thuong-lan-3",
    "E21": "gui-bien-ban-hiep-thuong-lan-3",
    "E22": "danh-sach-chinh-thuc",
    "E23": "giao-tai-lieu-ban-bau-cu",
    "E24": "niem-yet-danh-sach-ung-cu",
    "E25": "rut-khoi-ban-to-bau-cu",
    "E26": "giao-tai-lieu-to-bau-cu",
    "E27": "van-dong-bau-cu",
    "E28": "thong-bao-bo-phieu",
    "E29": "ngung-khieu-nai-ung-cu",
    "E30": "ra-soat-dieu-kien-bo-phieu",
    "E31": "khieu-nai-danh-sach-cu-tri",
    "E32": "dieu-chinh-danh-sach-cu-tri",
    "E33": "the-cu-tri",
    "E34": "ngay-bau-cu",
    "E35": "kiem-phieu",
    "E36": "gui-bien-ban-kiem-phieu",
    "E37": "ket-qua-don-vi-bau-cu",
    "E38": "bau-cu-them-bau-cu-lai",
    "E39": "bien-ban-dbqh-tai-tinh",
    "E40": "tong-ket-bau-cu-hdnd",
    "E41": "cong-bo-ket-qua",
    "E42": "khieu-nai-ket-qua",
    "E43": "xac-nhan-tu-cach",
    "E44": "ban-giao-luu-tru",
    "E45": "ky-hop-thu-nhat",
}
LAST_DAY_TO_SETTLE = {"giai-quyet-khieu-nai-ung-cu-tinh", "giai-quyet-khieu-nai-ung-cu-xa"}
"""Steps of E29 that end the day before the freeze begins; the published row is the freeze itself."""

COUNTED = {"", "polling_areas", "constituencies", "villages", "party_organisations"}
PRIVATE = re.compile(
    r"danh sach cu tri|the cu tri|ho so ung cu|kiem phieu|bien ban (tong ket|bau cu|xac dinh)|nhan su", re.ASCII
)

with (TOP / "tests" / "data" / "election-2026.csv").open(encoding="utf-8", newline="") as published:
    ROWS = list(csv.DictReader(published))


@cache
def checklist(name: str) -> Checklist:
    return load_checklist(TOP / "checklists" / f"{name}.yaml")


def election() -> Checklist:
    return checklist("bau-cu-2026")


def steps_of(number: str) -> tuple[Step, ...]:
    return next(m.steps for m in election().milestones if m.id == MILESTONES[number])


def schedules(**completed: date) -> dict[str, Schedule]:
    known = {name.replace("_", "-"): day for name, day in completed.items()}
    return dict(timetable(election(), ELECTION, known.get).steps)


@pytest.mark.parametrize("path", FILES, ids=[p.stem for p in FILES])
def test_the_file_has_no_problem_and_is_called_like_its_checklist(path: Path) -> None:
    assert list(lint_file(path)) == []
    assert load_checklist(path).id == path.stem


@pytest.mark.parametrize("path", FILES, ids=[p.stem for p in FILES])
def test_every_text_is_composed_and_has_english(path: Path) -> None:
    assert unicodedata.is_normalized("NFC", path.read_text(encoding="utf-8"))
    for text in texts(load_checklist(path)):
        assert text.vi.strip()
        assert text.en.strip(), text.vi


def texts(read: Checklist) -> Iterator[Text]:
    yield read.title
    yield read.anchor.title
    yield from (item.title for group in (read.sources, read.parameters) for item in group.values())
    for milestone in read.milestones:
        yield milestone.title
        for step in milestone.steps:
            yield step.title
            yield step.owner
            if step.note.vi:
                yield step.note


@pytest.mark.parametrize("path", FILES, ids=[p.stem for p in FILES])
def test_every_source_is_used_and_every_verified_fact_says_where_it_was_read(path: Path) -> None:
    read = load_checklist(path)
    bases = [b for step in read.iter_steps() for b in step.basis]
    assert {b.source for b in bases} == set(read.sources)
    assert all(b.at for b in bases)
    assert [b for b in bases if b.confidence is not Confidence.UNVERIFIED and not b.seen_in] == []


@pytest.mark.parametrize("path", FILES, ids=[p.stem for p in FILES])
def test_files_that_could_hold_data_of_voters_candidates_or_votes_cannot_be_uploaded(path: Path) -> None:
    for step in load_checklist(path).iter_steps():
        assert step.count in COUNTED
        if any(PRIVATE.search(fold_text(document)) for document in step.evidence.documents):
            assert step.evidence.file is Need.NONE, step.id


def test_nothing_can_be_uploaded_from_voting_to_the_announcement_of_results() -> None:
    after = [s for n in MILESTONES if "E34" <= n <= "E42" for s in steps_of(n)]
    assert [s.id for s in after if s.evidence.file is not Need.NONE] == []


def test_every_row_of_the_timeline_is_one_milestone_named_by_a_comment() -> None:
    assert [m.id for m in election().milestones] == list(MILESTONES.values())
    text = (TOP / "checklists" / "bau-cu-2026.yaml").read_text(encoding="utf-8")
    assert dict(re.findall(r"^  # (E\d\d)\n  - id: (\S+)$", text, re.MULTILINE)) == MILESTONES


@pytest.mark.parametrize("row", ROWS, ids=[row["id"] for row in ROWS])
def test_the_steps_have_the_published_dates(row: dict[str, str]) -> None:
    found = schedules()
    steps = [s for s in steps_of(row["id"]) if s.id not in LAST_DAY_TO_SETTLE]
    assert steps
    for step in steps:
        due, opens = found[step.id].due, found[step.id].opens
        assert due is not None
        assert due.day.isoformat() == row["to_date"]
        assert due.hour == (time.fromisoformat(row["hour"][-5:]) if row["hour"] else None)
        assert (opens.day.isoformat() if opens else "") == row["from_date"]


def test_the_timeline_follows_the_anchor_as_a_whole() -> None:
    moved = timetable(election(), date(2026, 3, 22)).steps
    assert moved["quyet-dinh-to-bau-cu"].due == Moment(date(2026, 2, 7))
    assert moved["to-chuc-bo-phieu"].opens == Moment(date(2026, 3, 22), time(7))


def test_limits_of_hours_count_from_the_opening_and_the_close_of_the_poll() -> None:
    found = schedules()
    seven = Moment(date(2026, 3, 14), time(7))
    assert found["tiep-xuc-cu-tri-xa"].due == found["cap-nhat-danh-sach-cu-tri"].due == seven
    assert found["hoan-thanh-kiem-phieu"].due == Moment(date(2026, 3, 16), time(19))
    assert found["to-chuc-bo-phieu"].opens == Moment(ELECTION, time(7))


def test_complaints_about_candidates_are_settled_the_day_before_the_freeze() -> None:
    found = schedules()
    assert {found[name].due for name in LAST_DAY_TO_SETTLE} == {Moment(date(2026, 3, 4))}
    assert found["ngung-khieu-nai-ung-cu-xa"].opens == Moment(date(2026, 3, 5))


def test_deadlines_on_real_events_wait_for_them() -> None:
    waiting = schedules()
    names = ("tiep-nhan-khieu-nai-danh-sach-cu-tri", "khieu-nai-ket-qua-xa", "rut-khoi-ban-to-bau-cu-xa")
    for name in names:
        assert waiting[name].due is None
        assert waiting[name].waiting is not None
    assert waiting["tiep-xuc-cu-tri-xa"].opens is None


def test_deadlines_on_real_events_count_from_the_day_they_happened() -> None:
    found = schedules(
        niem_yet_danh_sach_cu_tri=date(2026, 2, 1),
        cong_bo_danh_sach_xa=date(2026, 2, 25),
        cong_bo_ket_qua_xa=date(2026, 3, 20),
    )
    assert found["tiep-nhan-khieu-nai-danh-sach-cu-tri"].due == Moment(date(2026, 3, 3))
    assert found["tiep-xuc-cu-tri-xa"].opens == Moment(date(2026, 2, 25))
    assert found["rut-khoi-ban-to-bau-cu-xa"].due == Moment(date(2026, 2, 25))
    assert found["khieu-nai-ket-qua-xa"].due == Moment(date(2026, 3, 23))


def test_where_the_law_gives_no_day_count_the_checklist_invents_none() -> None:
    found = schedules()
    assert found["xac-dinh-khu-vuc-bo-phieu"].due == found["quyet-dinh-to-bau-cu"].due
    assert found["bien-ban-tong-ket-xa"].due == found["cong-bo-ket-qua-xa"].due
    assert found["phat-the-cu-tri"].due == Moment(date(2026, 3, 14))
    assert [found[s.id].due for number in ("E30", "E44") for s in steps_of(number)] == [None] * 4


def test_only_the_extra_and_repeat_elections_are_not_required() -> None:
    assert {s.milestone for s in election().iter_steps() if not s.required} == {MILESTONES["E38"]}


def test_articles_that_nobody_checked_are_marked_unverified() -> None:
    for number in ("E23", "E24", "E27", "E32", "E38", "E39", "E40"):
        assert all(s.doubtful for s in steps_of(number)), number
    checked = [s.id for n in ("E05", "E06", "E12", "E14", "E16", "E22") for s in steps_of(n) if s.doubtful]
    assert checked == []


def test_prerequisites_stay_with_the_same_body_or_hang_on_the_province() -> None:
    steps = election().steps
    for step in steps.values():
        above = {Level.NATIONAL: {Level.NATIONAL}, Level.PROVINCE: {Level.PROVINCE}}
        allowed = above.get(step.level, ASKED_OF_UNITS | {Level.PROVINCE})
        assert {steps[name].level for name in step.requires} <= allowed, step.id


def test_constituency_and_polling_area_steps_are_counted() -> None:
    words = {Level.CONSTITUENCY: "constituencies", Level.POLLING_AREA: "polling_areas"}
    for step in election().iter_steps():
        assert step.count == words.get(step.level, step.count), step.id


def test_each_body_has_its_own_steps() -> None:
    steps = election().steps.values()
    assert sum(s.is_work_of(LUONG_SON) for s in steps) == sum(s.level in ASKED_OF_UNITS for s in steps) == 43
    assert sum(s.is_work_of(PHU_THO) for s in steps) == 30


ELECTED = {"de-an-nhan-su", "phe-duyet-de-an-nhan-su", "bau-cap-uy", "bao-cao-ket-qua-bau-cu", "quyet-dinh-chuan-y"}
APPOINTED = {"quyet-dinh-chi-dinh", "cong-bo-quyet-dinh-chi-dinh"}


@pytest.mark.parametrize(("tags", "expected"), [(set(), ELECTED), ({"hai-noi-dung"}, APPOINTED)])
def test_a_congress_either_elects_its_committee_or_has_it_appointed(tags: set[str], expected: set[str]) -> None:
    unit = Unit("04924", UnitKind.COMMUNE, "Lương Sơn", tags=frozenset(tags))
    mine = {s.id for s in checklist("dai-hoi-dang-bo-xa").iter_steps() if s.is_work_of(unit)}
    assert mine & (ELECTED | APPOINTED) == expected


def test_before_a_day_means_the_day_before_it_at_the_latest() -> None:
    found = timetable(checklist("dai-hoi-dang-bo-xa"), date(2025, 7, 30)).steps
    assert found["hoan-thanh-dai-hoi-co-so"].due == Moment(date(2025, 6, 29))
    assert found["be-mac-dai-hoi"].due == Moment(date(2025, 8, 30))
    assert found["thong-bao-duyet"].due == Moment(date(2025, 7, 29))
    assert found["phien-tru-bi"].due == Moment(date(2025, 7, 30))


def test_reports_after_a_congress_count_working_days_over_the_national_holiday() -> None:
    done = {"be-mac-dai-hoi": date(2025, 8, 27), "cap-tren-nhan-bao-cao": date(2025, 9, 3)}
    found = timetable(checklist("dai-hoi-dang-bo-xa"), date(2025, 8, 27), done.get).steps
    # 1 and 2 September 2025 were days off, and so were the weekends.
    assert found["bao-cao-ket-qua-bau-cu"].due == Moment(date(2025, 9, 9))
    assert found["quyet-dinh-chuan-y"].due == Moment(date(2025, 9, 24))


def test_deadlines_that_the_office_has_not_set_are_unscheduled_and_say_so() -> None:
    for name in ("dai-hoi-dang-bo-xa", "ket-luan-2025-11-12"):
        read = checklist(name)
        assert all(p.due is None for p in read.parameters.values())
        found = timetable(read, date(2025, 11, 12)).steps
        hanging = [s for s in read.iter_steps() if s.due and s.due.text in read.parameters]
        assert len(hanging) >= len(read.parameters)
        assert all(found[s.id].due is None and found[s.id].waiting for s in hanging)


def test_a_village_election_counts_back_from_the_meeting() -> None:
    found = timetable(checklist("bau-truong-thon"), date(2026, 4, 26)).steps
    assert [s.due.day.isoformat() for s in found.values() if s.due] == ["2026-04-06", "2026-04-16", "2026-04-19"]


def test_the_session_of_november_asks_three_communes_and_the_province() -> None:
    read = checklist("ket-luan-2025-11-12")
    three = [Unit(code, UnitKind.COMMUNE, "x") for code in ("04924", "05047", "04960")]
    assert {sum(s.is_work_of(unit) for s in read.iter_steps()) for unit in three} == {9}
    assert sum(s.is_work_of(PHU_THO) for s in read.iter_steps()) == 6
    assert not any(s.is_work_of(Unit("08296", UnitKind.COMMUNE, "Sơn Lương")) for s in read.iter_steps())
    assert timetable(read).steps["chuan-bi-bau-cu-theo-moc"].due == Moment(ELECTION)
