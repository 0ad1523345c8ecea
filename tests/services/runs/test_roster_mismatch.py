"""A machine whose roster is not that of the newest report says so: in checks, reminders and the doctor's findings."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lotrinh.catalog.units import write_roster
from lotrinh.core.checklist.units import Unit, UnitKind
from lotrinh.i18n import say
from lotrinh.services.campaigns.campaigns import Campaign, open_campaign
from lotrinh.services.campaigns.rosters import imported_path
from lotrinh.services.doctor.database import inspect_database
from lotrinh.services.doctor.finding import Sign
from lotrinh.services.notify import dispatch
from lotrinh.services.notify.reminders import open_office
from lotrinh.services.runs.ask import begin_run
from lotrinh.services.runs.check import conclude
from lotrinh.services.runs.nation import settings_for_province
from lotrinh.services.runs.roster_mismatch import describe_roster_mismatch
from lotrinh.settings.models import CampaignSettings, Settings
from lotrinh.store import Store
from tests.conftest import Communes, Lotrinh

NOW = datetime(2026, 2, 2, 1, tzinfo=UTC)
LUONG_SON = Unit("04924", UnitKind.COMMUNE, "Lương Sơn")
LIEN_SON = Unit("04960", UnitKind.COMMUNE, "Liên Sơn")
CAO_DUONG = Unit("05047", UnitKind.COMMUNE, "Cao Dương")
Here = Callable[..., Campaign]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", campaigns=(CampaignSettings(id="bau-cu-2026"),))


@pytest.fixture
def here(store: Store, settings: Settings) -> Here:
    """The campaign as a machine with these units opens it."""

    def opened(*units: Unit) -> Campaign:
        path = imported_path(settings)
        path.parent.mkdir(exist_ok=True)
        write_roster(path, units)
        return open_campaign(store, settings, "bau-cu-2026")

    return opened


def finished(store: Store, settings: Settings, campaign: Campaign) -> str:
    return conclude(store, settings, campaign, begin_run(store, campaign, NOW, NOW, {}), NOW).run


def test_before_a_first_run_and_with_the_same_roster_nothing_is_said(
    store: Store, settings: Settings, here: Here
) -> None:
    campaign = here(LUONG_SON, LIEN_SON)
    assert describe_roster_mismatch(store, campaign) is None
    finished(store, settings, campaign)
    assert describe_roster_mismatch(store, campaign) is None
    assert (
        describe_roster_mismatch(store, here(LIEN_SON, replace(LUONG_SON, contact_office="VP", website="https://x.vn")))
        is None
    )


DIFFERENT: dict[str, tuple[Sequence[Unit], str]] = {
    "one more": ((LUONG_SON, LIEN_SON, CAO_DUONG), "thêm 1, thiếu 0, khác 0 đơn vị"),
    "another": ((LUONG_SON, CAO_DUONG), "thêm 1, thiếu 1, khác 0 đơn vị"),
    "an address": ((LUONG_SON, replace(LIEN_SON, status_url="https://lienson.vn/s")), "thêm 0, thiếu 0, khác 1 đơn vị"),
    "a tag": ((LUONG_SON, replace(LIEN_SON, tags=frozenset({"mien-nui"}))), "thêm 0, thiếu 0, khác 1 đơn vị"),
}


@pytest.mark.parametrize("what", DIFFERENT)
def test_a_roster_that_differs_is_said_in_one_sentence_with_the_run(
    store: Store, settings: Settings, here: Here, what: str
) -> None:
    run = finished(store, settings, here(LUONG_SON, LIEN_SON))
    units, counts = DIFFERENT[what]
    campaign = here(*units)
    told = describe_roster_mismatch(store, campaign)
    assert told
    assert re.match(rf"Đợt bau-cu-2026: .* lượt {run} \({counts}\); nếu .*\.$", say(told))
    finished(store, settings, campaign)
    assert describe_roster_mismatch(store, campaign) is None  # the office meant it: once


def test_another_provinces_run_is_not_compared_with(store: Store, settings: Settings, here: Here) -> None:
    finished(store, settings, here(LUONG_SON))
    ha_noi = open_campaign(store, settings_for_province(settings, "01"), "bau-cu-2026")
    assert describe_roster_mismatch(store, ha_noi) is None


def test_reminding_and_the_doctor_say_it(store: Store, settings: Settings, here: Here) -> None:
    finished(store, settings, here(LUONG_SON, LIEN_SON))
    assert dispatch.enqueue_reminders(open_office(store, settings), NOW).notes == ()
    assert "roster:bau-cu-2026" not in {f.what for f in inspect_database(settings, NOW, full=False)}
    here(LUONG_SON)
    (told,) = dispatch.enqueue_reminders(open_office(store, settings), NOW).notes
    assert "thêm 0, thiếu 1, khác 0 đơn vị" in say(told)
    (found,) = [f for f in inspect_database(settings, NOW, full=False) if f.what == "roster:bau-cu-2026"]
    assert (found.sign, say(found.found)) == (Sign.ATTENTION, say(told))


def test_a_check_at_a_terminal_says_it_and_one_with_a_roster_of_its_own_does_not(
    lotrinh: Lotrinh, communes: Communes, tmp_path: Path
) -> None:
    asked = ("check", "bau-cu-2026", "--direct", "--format", "json")
    units = tmp_path / "data" / "units" / "phu-tho.csv"
    units.parent.mkdir(parents=True)
    write_roster(units, [replace(LUONG_SON, status_url=communes.says("04924"))])
    assert "khác danh sách" not in lotrinh(*asked).stderr
    write_roster(units, [replace(LIEN_SON, status_url=communes.says("04960"))])
    assert "khác danh sách" not in lotrinh(*asked, "--units", str(units)).stderr
    write_roster(units, [replace(LUONG_SON, status_url=communes.says("04924"))])
    assert lotrinh(*asked).stderr.count("(thêm 1, thiếu 1, khác 0 đơn vị)") == 1
