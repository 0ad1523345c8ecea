"""Which report is meant, of whom, and what is written around it."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from lotrinh.core.report.bundle import Layout
from lotrinh.core.report.report import Report
from lotrinh.core.status.journal import GENESIS, EntryKind
from lotrinh.core.status.status import Status
from lotrinh.errors import BadInput, NotFound
from lotrinh.i18n import say
from lotrinh.reports.documents import FORMATS
from lotrinh.services.campaigns.campaigns import Campaign, open_campaign_of_files
from lotrinh.services.runs.ask import begin_run
from lotrinh.services.runs.check import conclude
from lotrinh.services.views.reporting import choose_report, letterhead, narrow_report, report_bundle
from lotrinh.settings.models import CampaignSettings, LetterheadSettings, ReportSettings, Settings
from lotrinh.store import Store
from tests.conftest import TOP
from tests.services.builders import NOW, happened
from tests.services.earlier import store_as_before

DAY = timedelta(days=1)
STEP = "niem-yet-danh-sach-cu-tri"


@pytest.fixture
def of(settings: Settings) -> Campaign:
    opened = open_campaign_of_files(settings, "bau-cu-2026")
    return replace(opened, units=opened.units[:3])


def ran(store: Store, settings: Settings, of: Campaign, days_ago: int = 0) -> Report:
    at = NOW - days_ago * DAY
    return conclude(store, settings, of, begin_run(store, of, at, at, {}), at)


def told(store: Store, of: Campaign, index: int, kind: EntryKind = EntryKind.OBSTACLE, **body: object) -> None:
    new = happened(kind, of.units[index], STEP, NOW - 2 * DAY, **{"note": "Mất điện", **body})
    store.journal.append(replace(new, campaign=of.id))


def sentence(store: Store, of: Campaign, **asked: object) -> str:
    with pytest.raises(NotFound) as refused:
        choose_report(store, of, **asked)  # type: ignore[arg-type]  # as each test asks
    return say(refused.value.sentence)


def test_a_run_is_chosen_by_its_name_by_a_moment_or_as_the_newest(
    store: Store, settings: Settings, of: Campaign
) -> None:
    old, new = ran(store, settings, of, 5), ran(store, settings, of, 1)
    assert choose_report(store, of).run == new.run
    assert choose_report(store, of, old.run).run == old.run
    for moment, run in ((NOW, new), (NOW - 1 * DAY, new), (NOW - 2 * DAY, old), (NOW + 900 * DAY, new)):
        assert choose_report(store, of, as_of=moment).run == run.run
    assert choose_report(store, of).summary() == new.summary()


def test_a_day_before_the_first_run_names_the_first(store: Store, settings: Settings, of: Campaign) -> None:
    first, _ = ran(store, settings, of, 5), ran(store, settings, of, 1)
    said = sentence(store, of, as_of=NOW - 6 * DAY)
    assert said == (
        f"Chưa có lượt kiểm tra nào tính đến 08:00 27/01/2026. Lượt đầu tiên của đợt này là {first.run}, "
        "lúc 08:00 28/01/2026."
    )


def test_without_a_run_it_is_said_how_to_make_one(store: Store, of: Campaign) -> None:
    for asked in ({}, {"as_of": NOW}):
        assert "Hãy chạy: lotrinh check bau-cu-2026" in sentence(store, of, **asked)


def test_a_run_that_is_not_of_this_campaign_is_as_unknown_as_one_that_never_was(
    store: Store, settings: Settings, of: Campaign
) -> None:
    other = open_campaign_of_files(settings, "bau-truong-thon")
    elsewhere = ran(store, settings, replace(other, units=other.units[:1]))
    for name in (elsewhere.run, "khong-co", "../x"):
        assert sentence(store, of, run=name) == f"Đợt này không có lượt kiểm tra “{name}”."


def test_a_run_that_was_cut_off_has_no_report_and_is_never_the_newest(
    store: Store, settings: Settings, of: Campaign
) -> None:
    finished = ran(store, settings, of, 1)
    cut_off = begin_run(store, of, NOW, NOW, {})
    store.runs.interrupt(cut_off.id, NOW)
    assert choose_report(store, of).run == finished.run
    assert "không chạy xong" in sentence(store, of, run=cut_off.id)


def test_a_finished_run_that_an_older_lotrinh_wrote_down_is_not_called_cut_off(
    store: Store, settings: Settings, of: Campaign
) -> None:
    old = ran(store, settings, of)
    store_as_before(store, old.run, whole=False)
    said = sentence(store, of, run=old.run)
    assert "do phiên bản cũ của lotrinh ghi" in said
    assert "không chạy xong" not in said


def test_a_run_and_a_moment_together_are_refused(store: Store, settings: Settings, of: Campaign) -> None:
    run = ran(store, settings, of).run
    with pytest.raises(BadInput) as refused:
        choose_report(store, of, run, NOW)
    assert say(refused.value.sentence) == "Chỉ chọn một trong hai: --run hoặc --as-of."


def test_one_units_report_has_that_unit_alone_and_counts_milestones_over_it(
    store: Store, settings: Settings, of: Campaign
) -> None:
    for index in (0, 1):
        told(store, of, index)
    whole = ran(store, settings, of)
    code = of.units[1].code
    part = narrow_report(whole, code)
    assert [unit.unit.code for unit in part.everybody] == [code]
    assert part.units[0] == whole.units[1]
    assert {row.units for row in part.milestones} <= {0, 1}
    assert {obstacle.unit.code for obstacle in part.obstacles} == {code}
    assert len(whole.obstacles) == 2
    assert (part.run, part.head, part.as_of, part.sample) == (whole.run, whole.head, whole.as_of, whole.sample)


def test_the_provinces_own_report_has_its_steps_and_no_unit(store: Store, settings: Settings, of: Campaign) -> None:
    whole = ran(store, settings, of)
    part = narrow_report(whole, "25")
    assert (part.units, part.province) == ((), whole.province)
    assert part.statuses().total() < whole.statuses().total()
    assert [row.units for row in part.milestones] == [0] * len(part.milestones)


def test_the_parts_add_up_to_the_whole(store: Store, settings: Settings, of: Campaign) -> None:
    told(store, of, 0, EntryKind.CONFIRMED)
    whole = ran(store, settings, of)
    parts = [narrow_report(whole, unit.unit.code) for unit in whole.everybody]
    for status in Status:
        assert sum(part.statuses()[status] for part in parts) == whole.statuses()[status]
    for index, row in enumerate(whole.milestones):
        assert sum(part.milestones[index].done for part in parts) == row.done


def test_a_unit_that_does_not_take_part_is_named(store: Store, settings: Settings, of: Campaign) -> None:
    whole = ran(store, settings, of)
    for code in ("99999", "", of.units[0].name):
        with pytest.raises(NotFound) as refused:
            narrow_report(whole, code)
        assert say(refused.value.sentence) == f"Đợt này không có đơn vị mang mã “{code}”."


def test_the_journal_of_a_report_ends_at_its_head_and_one_units_has_that_units_entries(
    store: Store, settings: Settings, of: Campaign
) -> None:
    for index in (0, 1, 1):
        told(store, of, index)
    report = ran(store, settings, of)
    told(store, of, 0)
    made = report_bundle(store, settings, of, report)
    assert [entry.new.unit for entry in made.journal] == [of.units[n].code for n in (0, 1, 1)]
    assert made.journal[-1].hash == report.head
    part = report_bundle(store, settings, of, narrow_report(report, of.units[1].code))
    assert [entry.new.unit for entry in part.journal] == [of.units[1].code] * 2
    few = settings.model_copy(update={"report": ReportSettings(journal_entries=1, ahead_days=30, charts=False)})
    short = report_bundle(store, few, of, report)
    assert (len(short.journal), short.earlier_entries, short.ahead_days, short.has_charts) == (1, 2, 30, False)
    assert short.journal[0].hash == report.head


def test_before_anything_was_said_the_journal_of_a_report_is_empty(
    store: Store, settings: Settings, of: Campaign
) -> None:
    report = ran(store, settings, of)
    assert report.head == GENESIS
    told(store, of, 0)
    assert report_bundle(store, settings, of, report).journal == ()


STATE, PARTY = (
    LetterheadSettings(body="UBND TỈNH MẪU", number="1"),
    LetterheadSettings(body="TỈNH ỦY MẪU", signer="Người ký mẫu"),
)


@pytest.mark.parametrize(
    ("asked", "of_campaign", "of_office", "layout"),
    [
        ("", "", "state", "state"),
        ("", "", "party", "party"),
        ("", "party", "state", "party"),
        ("state", "party", "party", "state"),
        ("party", "", "state", "party"),
    ],
)
def test_the_layout_is_the_one_asked_for_or_the_campaigns_or_the_offices(
    of: Campaign, asked: str, of_campaign: str, of_office: str, layout: str
) -> None:
    report = ReportSettings.model_validate({"layout": of_office, "state": STATE, "party": PARTY})
    campaigns = (CampaignSettings.model_validate({"id": of.id, "layout": of_campaign}),)
    settings = Settings(report=report, campaigns=campaigns)
    head = letterhead(settings, of, asked)
    assert head.layout is Layout(layout)
    assert head.body == {"state": "UBND TỈNH MẪU", "party": "TỈNH ỦY MẪU"}[layout]
    assert letterhead(settings, of, asked, "47").number == "47"
    assert letterhead(settings, of, asked).number == ("1" if layout == "state" else "")


def test_a_letterhead_left_blank_has_its_layout_and_number_only(store: Store, settings: Settings, of: Campaign) -> None:
    office = settings.model_copy(update={"report": ReportSettings(party=PARTY)})
    report = ran(store, settings, of)
    head = report_bundle(store, office, of, report, layout="party", number="9", blank=True).letterhead
    assert (head.layout, head.number, head.body, head.signer) == (Layout.PARTY, "9", "", "")
    assert report_bundle(store, office, of, report, layout="party").letterhead.signer == "Người ký mẫu"


MAKE_ALL = """
import hashlib, json, sys
from lotrinh.reports.documents import FORMATS, RenderOptions, make
from lotrinh.services.campaigns.campaigns import open_campaign_of_files
from lotrinh.services.views.feeds import history_of_run
from lotrinh.services.views.reporting import choose_report, report_bundle
from lotrinh.settings.models import Settings
from lotrinh.store import open_store

settings, run = Settings(data_dir=sys.argv[1]), sys.argv[2]
of = open_campaign_of_files(settings, "bau-cu-2026")
with open_store(settings.database_url) as store:
    report = choose_report(store, of, run)
    made = {}
    for layout in ("state", "party"):
        papers, told = report_bundle(store, settings, of, report, layout=layout), history_of_run(store, report)
        for name in FORMATS if layout == "state" else ("docx",):
            for picture in ("timeline", "curve", "heatmap", "areas") if name == "svg" else ("",):
                content = make(papers, name, RenderOptions("vi", picture=picture, published=told))
                made[f"{name} {layout} {picture}"] = hashlib.sha256(content).hexdigest()
print(json.dumps(made))
"""


def test_every_format_of_a_stored_run_is_the_same_to_the_byte_in_another_process_after_more_was_said(
    store: Store, settings: Settings, of: Campaign
) -> None:
    told(store, of, 0)
    told(store, of, 1, EntryKind.CONFIRMED, completed_on="2026-01-29", sample=True)
    report = ran(store, settings, of, 1)
    first = made_elsewhere(settings.data_dir, report.run, PYTHONHASHSEED="1", TZ="UTC")
    told(store, of, 0, EntryKind.ANSWERED, note="Đã giao")
    told(store, of, 2)
    moved = replace(of, checklist=replace(of.checklist, content_hash="d" * 64, milestones=of.checklist.milestones[:2]))
    ran(store, settings, moved)
    again = made_elsewhere(settings.data_dir, report.run, PYTHONHASHSEED="2", TZ="America/New_York")
    assert {name for name, digest in first.items() if again[name] != digest} == set()
    assert len(set(first.values())) == len(first) == len(FORMATS) + 4


def made_elsewhere(data: Path, run: str, **environment: str) -> dict[str, str]:
    done = subprocess.run(
        [sys.executable, "-c", MAKE_ALL, str(data), run],
        cwd=TOP,
        env={"PATH": "", "LANG": "C.UTF-8", **environment},
        capture_output=True,
        encoding="utf-8",
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    made: dict[str, str] = json.loads(done.stdout)
    return made
