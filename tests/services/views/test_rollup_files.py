"""Reports of other provinces, as JSON files: rolled up as their own offices would, or answered with what is wrong."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from lotrinh.core.checklist.units import Unit, UnitKind
from lotrinh.core.report.report import Report
from lotrinh.core.report.rollup import Rollup, nation_rollup, roll_up
from lotrinh.core.status.status import Status
from lotrinh.errors import BadInput
from lotrinh.i18n import say
from lotrinh.reports.data.json_report import report_json
from lotrinh.services.views.rollup import files_in, read_other_provinces
from tests.reports.samples import OPEN, commune, the_report, unit_report

CAMPAIGN = "bau-cu-2026"
OTHER = Unit("01", UnitKind.CITY, "Hà Nội")


def report(province: Unit = OTHER, prefix: str = "1", **more: Any) -> Report:
    """Another province's report: done in time, done late, overdue, unknown, and excused."""
    statuses = OPEN | {"lap-to": Status.DONE, "niem-yet": Status.DONE_LATE, "khieu-nai": Status.NOT_APPLICABLE}
    units = (
        unit_report(commune(f"{prefix}0001", area="Ba Đình cũ"), statuses),
        unit_report(commune(f"{prefix}0002"), dict.fromkeys(OPEN, Status.UNKNOWN), heard=None),
    )
    made = the_report(*units, province_name=province.full_name, **more)
    assert made.province
    told = made.units[0]
    step_statuses = tuple(
        s._replace(reported_at=made.as_of - timedelta(days=3)) if s.completed_on else s for s in told.step_statuses
    )
    return replace(
        made,
        province=made.province._replace(unit=province),
        units=(told._replace(step_statuses=step_statuses), made.units[1]),
    )


Written = Callable[..., Path]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    def write(name: str = "ha-noi.json", of: Report | None = None, **changes: Any) -> Path:
        data = json.loads(report_json(of or report())) | changes
        path = tmp_path / name
        path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
        return path

    return write


def problems(*files: Path, own: Rollup | None = None) -> list[str]:
    with pytest.raises(BadInput) as refused:
        read_other_provinces(files, CAMPAIGN, own)
    return [f"{Path(p.where).name}: {say(p.sentence, 'vi')}" for p in refused.value.problems]


def test_a_file_is_rolled_up_as_its_own_office_would(written: Written) -> None:
    (found,) = read_other_provinces([written()], CAMPAIGN)
    own = roll_up(report())
    assert found.figures == own.figures
    assert own.figures.reported == 1
    assert own.figures.reported_on_time == 1
    assert {name: len(lines) for name, lines in found.areas.items()} == {"Ba Đình cũ": 1, "": 1}
    assert (found.code, found.name, found.as_of, found.run) == ("01", "Thành phố Hà Nội", own.as_of, own.run)


def test_a_report_of_an_older_lotrinh_is_read_and_its_times_are_unknown(written: Written) -> None:
    data = json.loads(report_json(report()))
    for unit in data["units"]:
        del unit["area"]
        for step in unit["steps"]:
            del step["reported_at"]
    del data["province_name"]
    path = written()
    path.write_text("\ufeff" + json.dumps(data), encoding="utf-8")
    (found,) = read_other_provinces([path], CAMPAIGN)
    assert (found.figures.reported, found.figures.reported_on_time, found.figures.time_unknown) == (1, 0, 1)
    assert (list(found.areas), found.name) == ([""], "Thành phố Hà Nội")


def test_provinces_add_up_to_the_nation(written: Written) -> None:
    own = roll_up(the_report(unit_report(commune("20001"))))
    read = read_other_provinces([written()], CAMPAIGN, own)
    assert nation_rollup([own, *read]).figures == own.figures + read[0].figures
    assert [p.code for p in nation_rollup([own, *read]).provinces] == ["01", "25"]


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"a": 1}', '"x"', "\x00\xff", "[" * 100_000])
def test_what_is_no_report_is_said_in_one_sentence(written: Written, text: str) -> None:
    path = written()
    path.write_bytes(text.encode("latin-1"))
    (said,) = problems(path)
    assert "không phải báo cáo JSON" in said
    assert "lotrinh report" in said


def test_wrong_fields_are_named_with_their_places_all_at_once(written: Written) -> None:
    data = json.loads(report_json(report()))
    data["as_of"] = "hôm qua"
    data["units"][0]["steps"][1]["status"] = "xong"
    data["units"][1]["code"] = "=1+1"
    del data["units"][1]["name"]
    said = problems(written(**data))
    assert len(said) == 4
    for words in ("as_of không đúng: “hôm qua”", "units[0].steps[1].status", "units[1].code", "Thiếu trường units[1]"):
        assert any(words in line for line in said), words


def test_a_hundred_problems_are_counted_and_twenty_told(written: Written) -> None:
    data = json.loads(report_json(report()))
    broken = [data["units"][0] | {"steps": [{"id": ""}] * 30}]
    said = problems(written(units=broken))
    assert len(said) == 21
    assert "lỗi nữa" in said[-1]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"campaign": "dai-hoi"}, "của đợt “dai-hoi”, không phải đợt “bau-cu-2026”"),
        ({"province": None}, "không phải của cả tỉnh"),
        ({"units": []}, "không có xã, phường nào"),
        ({"as_of": "2026-02-02T08:00:00"}, "as_of"),
        ({"summary": {"sample": "no"}}, "summary.sample"),
    ],
)
def test_a_report_that_cannot_be_added_says_why(written: Written, changes: dict[str, Any], words: str) -> None:
    (said,) = problems(written(**changes))
    assert words in said


def test_units_and_steps_that_come_twice_or_contradict_themselves_are_named(written: Written) -> None:
    data = json.loads(report_json(report()))
    first, second = data["units"]
    first["steps"][0]["completed_on"] = None
    first["steps"].append(first["steps"][1])
    said = problems(written(units=[first, second, second]))
    assert [line.split(": ", 1)[1] for line in said] == [
        "Đơn vị mang mã “10002” có hai lần.",
        "Đơn vị 10001: đầu việc “niem-yet” có hai lần.",
        "Đơn vị 10001: đầu việc “lap-to” đã xong mà không có ngày.",
    ]


def test_a_province_among_the_communes_or_a_commune_as_the_province_is_refused(written: Written) -> None:
    data = json.loads(report_json(report()))
    said = problems(written(units=[data["province"]], province=data["units"][0]))
    assert any("không phải tỉnh" in line for line in said)
    assert any("không phải xã" in line for line in said)


def test_two_reports_of_one_province_are_refused_whichever_they_are(written: Written) -> None:
    a, b = written("a.json"), written("b.json")
    assert problems(a, b) == [f"b.json: Thành phố Hà Nội đã có trong {a}."]
    (said,) = problems(a, own=roll_up(report()))
    assert "Thành phố Hà Nội đã có trong báo cáo của chính tỉnh này." in said


def test_a_unit_in_two_provinces_is_refused(written: Written) -> None:
    hue = report(Unit("46", UnitKind.CITY, "Huế"), prefix="1")
    a = written("a.json")
    assert problems(a, written("b.json", hue)) == [
        f"b.json: Đơn vị mang mã “{code}” đã có trong {a}." for code in ("10001", "10002")
    ]


def test_all_files_are_answered_at_once_and_the_same_file_counts_once(written: Written, tmp_path: Path) -> None:
    good, bad = written("a.json"), written("b.json", campaign="khac")
    said = problems(good, bad, good, tmp_path / "khong-co.json")
    assert [line.split(":")[0] for line in said] == ["b.json", "khong-co.json"]
    assert len(read_other_provinces([good, good], CAMPAIGN)) == 1


def test_a_folder_gives_its_json_files_in_order_and_one_without_is_refused(written: Written, tmp_path: Path) -> None:
    b, a = written("b.json"), written("a.json")
    (tmp_path / "ghi-chu.txt").write_text("x", encoding="utf-8")
    assert files_in(tmp_path) == (a, b)
    (tmp_path / "rong").mkdir()
    for folder in ("rong", "khong-co"):
        with pytest.raises(BadInput, match="không có tệp"):
            files_in(tmp_path / folder)


def test_a_deadline_with_an_hour_keeps_its_hour(written: Written) -> None:
    """The file says the last second of a day, or the hour itself: told at that hour is too late, as at home."""
    made = report()
    first = made.units[0]
    hour = next(item.due for item in first.plan if item.step.id == "ho-so")
    assert hour
    for at, in_time in ((hour, 1), (hour - timedelta(seconds=1), 2)):
        step_statuses = tuple(
            s._replace(status=Status.DONE, completed_on=hour.date(), reported_at=at) if s.step == "ho-so" else s
            for s in first.step_statuses
        )
        changed = replace(made, units=(first._replace(step_statuses=step_statuses), made.units[1]))
        (found,) = read_other_provinces([written(of=changed)], CAMPAIGN)
        assert found.figures == roll_up(changed).figures
        assert found.figures.reported_on_time == in_time
