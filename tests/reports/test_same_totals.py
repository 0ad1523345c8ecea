"""The same totals in every format, of the whole province and of whatever small reports there can be.

Each format is read back by a reader that knows nothing of how it was written; what it does not tell is None.
"""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from lotrinh.core.report.bundle import Layout, Letterhead, ReportBundle
from lotrinh.core.report.report import Report, milestone_rows
from lotrinh.core.status.status import Status
from lotrinh.i18n import grouped
from lotrinh.reports.documents import FORMATS, RenderOptions, make
from lotrinh.reports.pictures.milestones import number_milestones
from lotrinh.services.campaigns.campaigns import open_campaign_of_files
from lotrinh.services.statements.sample import sample_entries
from lotrinh.services.views.live_campaign import LiveCampaign
from lotrinh.settings.models import Settings
from lotrinh.store import open_store
from tests.reports.pictured import UNKNOWN, band, bars, marks, unknown_cells
from tests.reports.readers import READERS, Totals, events, svg_description
from tests.reports.samples import (
    INVALID,
    NOW,
    OPEN,
    REACHED,
    UNREACHABLE,
    commune,
    everybody_at,
    the_report,
    unit_report,
)

QUICK = (Phase.explicit, Phase.reuse, Phase.generate)
"""A report is made in a tenth of a second: looking for a smaller one that fails, too, would take minutes."""
WIDE = 1000
"""Columns of a terminal in which no cell has to be folded."""


def expected(report: Report, form: str = "") -> Totals:
    """What every format has to say, as the report itself counts."""
    summary = report.summary()
    statuses = {status.value: n for status, n in report.statuses().items() if n}
    asked = tuple(int(str(summary[name])) for name in ("units", "reached", "unreachable", "invalid"))
    milestones = {
        row.milestone.id if form == "json" else row.milestone.title.vi: (row.done, row.units, row.overdue, row.unknown)
        for row in report.milestones
        if row.units and not row.is_national_only
    }
    return Totals(statuses, asked, milestones, int(str(summary["outstanding"])), report.sample)


def require_same(report: Report, form: str, layout: Layout = Layout.STATE) -> None:
    """Require that a format tells the totals of its report, as far as it tells them."""
    content = make(ReportBundle(report, Letterhead(layout=layout)), form, RenderOptions("vi", width=WIDE))
    told, wanted = READERS[form](content), expected(report, form)
    for name, value in told._asdict().items():
        if value is not None:
            assert (name, value) == (name, getattr(wanted, name)), form


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Report:
    """The sample report of the whole province: 148 communes and wards."""
    folder = tmp_path_factory.mktemp("province")
    office = Settings(data_dir=folder)
    campaign = open_campaign_of_files(office, "bau-cu-2026")
    with open_store(office.database_url) as store:
        store.journal.append(*sample_entries(campaign, NOW))
        report = LiveCampaign(store, office, campaign).report(NOW)
    assert (len(report.units), report.sample) == (148, True)
    assert len([s for s in Status if report.statuses()[s]]) >= 5
    return report


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_tells_the_totals_of_the_province(province: Report, form: str) -> None:
    require_same(province, form)


def test_every_format_has_a_reader_and_together_they_look_at_every_total() -> None:
    report = the_report(unit_report(commune()), sample=True)
    assert READERS.keys() == FORMATS.keys()
    for form, looked in LOOKED_AT.items():
        told = READERS[form](make(ReportBundle(report), form, RenderOptions("vi", width=WIDE)))
        assert {name for name, value in told._asdict().items() if value is not None} == looked, form


EVERYTHING = {"statuses", "asked", "milestones", "outstanding", "sample"}
LOOKED_AT = {
    "table": EVERYTHING - {"outstanding"},
    "markdown": EVERYTHING - {"outstanding"},
    "html": EVERYTHING,
    "csv": {"statuses", "outstanding", "sample"},
    "json": EVERYTHING,
    "xlsx": EVERYTHING,
    "docx": EVERYTHING,
    "svg": {"sample"},
    "ics": {"sample"},
}
"""What each format tells of the totals; so that no reader quietly stops looking."""


def test_the_document_of_the_party_tells_the_same() -> None:
    done = unit_report(commune("04960", "Liên Sơn"), everybody_at(Status.DONE_LATE), outcome=UNREACHABLE)
    require_same(the_report(unit_report(commune()), done, sample=True), "docx", Layout.PARTY)


def test_the_calendar_tells_of_every_milestone_that_has_a_day_what_the_report_tells(province: Report) -> None:
    dated = {row.milestone.title.vi for row in province.milestones if row.due}
    wanted = {title: told for title, told in (expected(province).milestones or {}).items() if title in dated}
    assert len(wanted) > 10
    assert events(make(ReportBundle(province), "ics", RenderOptions("vi"))) == wanted


def test_the_pictures_tell_in_words_what_the_report_counts(province: Report) -> None:
    n = province.known_statuses()
    areas = svg_description(make(ReportBundle(province), "svg", RenderOptions("vi", picture="areas")))
    for words, count in (
        ("hoàn thành đúng hạn", n[Status.DONE]),
        ("hoàn thành trễ hạn", n[Status.DONE_LATE]),
        ("quá hạn", n[Status.OVERDUE]),
        ("sắp đến hạn hoặc đang làm", n[Status.DUE_SOON] + n[Status.OPEN]),
        ("chưa rõ", n[Status.UNKNOWN]),
        ("chưa đến thời gian hoặc chờ mốc thực tế", n[Status.UPCOMING] + n[Status.UNSCHEDULED]),
    ):
        assert re.search(rf"(?<![\d.]){grouped(count, 'vi')} {words}", areas), words
    curve = svg_description(make(ReportBundle(province), "svg", RenderOptions("vi", picture="curve")))
    done = sum(s.completed_on is not None for u in province.everybody for s in u.step_statuses)
    assert re.search(rf"(?<![\d.]){grouped(done, 'vi')} đầu việc đã hoàn thành", curve)
    assert done == n[Status.DONE] + n[Status.DONE_LATE]


def require_unknown(report: Report) -> None:
    """Require that every picture marks what nobody knows, apart from all else, as often as the tables count it."""

    def drawn(name: str) -> bytes:
        return make(ReportBundle(report), "svg", RenderOptions("vi", picture=name))

    rows = {line.number: line.row for line in number_milestones(report) if not line.row.is_national_only}
    silent = {n for n, row in rows.items() if row.unknown or row.province is Status.UNKNOWN}
    told = {n: mark for n, mark in marks(drawn("timeline")).items() if n in rows}
    assert {n: mark.unknown for n, mark in told.items()} == {n: rows[n].unknown for n in told}
    assert {n for n, mark in told.items() if UNKNOWN in mark.signs} == silent & told.keys()
    cells = unknown_cells(drawn("heatmap"))
    assert cells == {n: rows[n].unknown for n in cells}
    assert cells.keys() >= {n for n, row in rows.items() if row.unknown and (row.days_left or 0) < 0}
    never = report.statuses()[Status.UNKNOWN]
    kept = sum(n for status, n in report.unclear_statuses().items() if status is not Status.UNKNOWN)
    whole, *parts = bars(drawn("areas")).values() or ({},)
    assert whole.get("chưa rõ", 0) == sum(part.get("chưa rõ", 0) for part in parts) == never + kept
    everything = [(s, i.due) for u in report.everybody for i, s in zip(u.plan, u.step_statuses, strict=True)]
    today = report.as_of.date()
    due = [s.status for s, due in everything if due and (due - A_MOMENT).date() <= today]
    dated = any(due and s.status is not Status.NOT_APPLICABLE for s, due in everything)
    unheard = due.count(Status.UNKNOWN) + kept
    assert band(drawn("curve")) in ({unheard} if dated else {None})
    said = f"{grouped(never + kept, 'vi')} đầu việc chưa rõ"
    assert (said in svg_description(drawn("curve"))) is (never + kept > 0)


A_MOMENT = timedelta(seconds=1)
"""A deadline is the first moment that is too late: the day before, mostly."""


def test_the_pictures_of_the_province_mark_what_nobody_knows_as_often_as_the_tables_count_it(
    province: Report,
) -> None:
    silent, kept, *others = province.units
    silent = silent._replace(
        step_statuses=[s._replace(status=Status.UNKNOWN, completed_on=None) for s in silent.step_statuses]
    )
    kept = kept._replace(step_statuses=[s._replace(status=Status.OPEN, completed_on=None) for s in kept.step_statuses])
    units = (silent, kept, *others)
    rows = milestone_rows(province.checklist, units, province.province, province.as_of)
    report = replace(province, units=units, milestones=rows)
    assert report.unclear_statuses()[Status.OPEN] > 5
    require_unknown(report)


OUTCOMES = st.sampled_from([REACHED, UNREACHABLE, INVALID])
STATUSES = st.fixed_dictionaries({name: st.sampled_from(list(Status)) for name in OPEN})


@st.composite
def reports(draw: st.DrawFn) -> Report:
    units = [
        unit_report(commune(f"{number:05}", f"Xã {number}"), statuses, outcome=draw(OUTCOMES))
        for number, statuses in enumerate(draw(st.lists(STATUSES, max_size=5)))
    ]
    return the_report(*units, province=draw(st.sampled_from(list(Status))), sample=draw(st.booleans()))


@pytest.mark.parametrize("form", FORMATS)
@settings(max_examples=8, phases=QUICK)
@given(report=reports())
def test_every_format_tells_the_totals_of_whatever_report(form: str, report: Report) -> None:
    require_same(report, form)


@settings(max_examples=25, phases=QUICK)
@given(report=reports())
def test_the_pictures_of_whatever_report_mark_what_nobody_knows(report: Report) -> None:
    require_unknown(report)


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("status", [Status.UNKNOWN, Status.NOT_APPLICABLE])
def test_what_nobody_told_and_what_is_excused_are_never_counted_as_done_or_undone(form: str, status: Status) -> None:
    report = the_report(unit_report(commune(), everybody_at(status)), province=status)
    assert set(expected(report).statuses or {}) == {status.value}
    require_same(report, form)
