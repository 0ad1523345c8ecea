"""Opening a campaign: everything that is wrong with its settings is named together."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from lotrinh.core.checklist.deadlines import timetable
from lotrinh.core.checklist.rules import Moment
from lotrinh.core.status.status import Policy
from lotrinh.core.text import Text
from lotrinh.errors import BadInput, NotFound
from lotrinh.i18n import say
from lotrinh.services.campaigns.campaigns import open_campaign_of_files
from lotrinh.settings.models import CampaignSettings, Settings

CHECKLIST = """\
id: thu
title: Thử
anchor: {id: ngay, title: Ngày}
sources: {luat: {title: Luật, number: 1/2026}}
parameters:
  han: {title: Hạn riêng}
milestones:
  - id: mot
    title: Một
    due: han + 1 days
    basis: [{source: luat, at: Điều 1, confidence: A}]
    steps:
      - {id: a, title: A, owner: UBND xã, level: commune}
      - {id: b, title: B, owner: UBND xã, level: commune, due: done(a) + 3 days}
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "thu.yaml").write_text(CHECKLIST, encoding="utf-8")
    return tmp_path


def made(tmp_path: Path, **campaign: object) -> Settings:
    declared = CampaignSettings.model_validate({"id": "thu"} | campaign)
    return Settings(data_dir=tmp_path / "data", campaigns=(declared,))


def problems(settings: Settings, home: Path, name: str = "thu") -> dict[str, str]:
    with pytest.raises(BadInput) as caught:
        open_campaign_of_files(settings, name, home=home)
    return {p.where: say(p.sentence) for p in caught.value.problems}


def test_a_packaged_checklist_is_a_campaign_of_its_own_name_with_every_default(settings: Settings) -> None:
    opened = open_campaign_of_files(settings, "bau-cu-2026")
    assert (opened.id, opened.anchor, len(opened.units)) == ("bau-cu-2026", date(2026, 3, 15), 148)
    assert opened.policy.warning == timedelta(days=7)
    assert opened.province.full_name == "Tỉnh Phú Thọ"
    assert opened.by_code["04924"].name == "Lương Sơn"
    assert opened.by_code["25"] is opened.province
    assert "niem-yet-danh-sach-cu-tri" in opened.awaited_steps


def test_periods_that_nobody_set_are_those_of_the_core(home: Path) -> None:
    """They stand in two places: the core knows no settings, and the guide shows their defaults."""
    assert open_campaign_of_files(made(home), "thu", home=home).policy == Policy()


def test_settings_go_before_the_checklist(home: Path) -> None:
    settings = made(
        home, title="Đợt của tỉnh", anchor="2026-05-01", warning_days=3, horizon_days=10, stale_hours=24,
        units=["04960", "04924"], parameters={"han": "ngay - 10 days"},
    )  # fmt: skip
    opened = open_campaign_of_files(settings, "thu", home=home)
    assert (opened.title, opened.anchor) == (Text("Đợt của tỉnh"), date(2026, 5, 1))
    assert {u.code for u in opened.units} == {"04924", "04960"}
    policy = opened.policy
    assert (policy.warning.days, policy.horizon.days, policy.stale) == (3, 10, timedelta(hours=24))
    dates = timetable(opened.checklist, opened.anchor, parameters=opened.parameters)
    assert dates.steps["a"].due == Moment(date(2026, 4, 22))
    assert opened.awaited_steps == ("a",)


def test_a_campaign_may_have_another_name_than_its_checklist(home: Path) -> None:
    assert open_campaign_of_files(made(home, id="dot-2", checklist="thu"), "dot-2", home=home).checklist.id == "thu"


def test_every_problem_of_a_campaign_is_named_at_once(home: Path) -> None:
    settings = made(
        home, parameters={"han": "ngay - 10 dayz", "la": "ngay"}, units=["04924", "99999", "00001"]
    )  # fmt: skip
    with pytest.raises(BadInput) as caught:
        open_campaign_of_files(settings, "thu", home=home)
    found = [(p.where, say(p.sentence)) for p in caught.value.problems]
    assert [where for where, _ in found] == [
        "campaigns.thu.parameters.han",
        "campaigns.thu.parameters.la",
        "campaigns.thu.units",
        "campaigns.thu.units",
    ]
    assert "99999" in found[2][1]
    assert "00001" in found[3][1]


def test_a_unit_that_no_roster_has_is_refused(home: Path) -> None:
    assert problems(made(home, units=["04924", "99999"]), home).keys() == {"campaigns.thu.units"}


@pytest.mark.parametrize("rule", ["khong-co + 1 days", "mot + 1 days", "a + 1 days", "done(khong-co)"])
def test_a_parameter_that_refers_to_nothing_or_back_to_itself_is_refused(home: Path, rule: str) -> None:
    assert problems(made(home, parameters={"han": rule}), home).keys() == {"campaigns.thu.parameters"}


def test_an_unknown_name_lists_the_campaigns_and_the_checklists_there_are(home: Path) -> None:
    with pytest.raises(NotFound) as caught:
        open_campaign_of_files(made(home), "khong-co", home=home)
    sentence = say(caught.value.sentence)
    for name in ("khong-co", "thu", "bau-cu-2026"):
        assert name in sentence


def test_a_declared_campaign_without_its_checklist_names_the_checklist(home: Path) -> None:
    with pytest.raises(NotFound, match="da-mat"):
        open_campaign_of_files(made(home, checklist="da-mat"), "thu", home=home)


def test_a_roster_given_for_one_run_may_hold_only_some_of_the_units(home: Path) -> None:
    roster = home / "some.csv"
    roster.write_text("code,kind,name\n04924,xa,Lương Sơn\n05047,xa,Cao Dương\n", encoding="utf-8")
    opened = open_campaign_of_files(made(home, units=["04924", "04960"]), "thu", roster, home)
    assert [u.code for u in opened.units] == ["04924"]
