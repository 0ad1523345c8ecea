"""The roll-up: by area, by kind or by unit, how complete and how timely; and the same as files."""

from collections.abc import Callable, Mapping, Sequence
from threading import Lock
from typing import NamedTuple
from urllib.parse import urlencode
from weakref import WeakKeyDictionary

from fastapi import APIRouter, Request, Response

from lotrinh.core.checklist.units import UnitKind
from lotrinh.core.report.report import Report
from lotrinh.core.report.rollup import (
    NO_AREA,
    Rollup,
    RollupFigures,
    RollupGroup,
    RollupRowKind,
    roll_up,
    rollup_groups,
)
from lotrinh.core.text import Message
from lotrinh.i18n import say
from lotrinh.portal.deps import Context
from lotrinh.portal.downloads import find_format, make_text_download
from lotrinh.portal.render import language_of
from lotrinh.portal.web.office.lists import CAMPAIGN, Filters, ListFilters, cut_page, fold_name, render_list
from lotrinh.reports.documents import TERMINAL, Paper, formats_of
from lotrinh.reports.rollup import FIRST_COLUMN, decimal, heading, percent, render_rollup
from lotrinh.services.views.live_campaign import LiveCampaign

router = APIRouter(include_in_schema=False)
HERE = CAMPAIGN + "/rollup"
ON_A_PAGE = 200
WITHOUT_AREA = "none"
"""What ``only`` says where units of no area are asked for."""
CHOICES = (RollupRowKind.AREA, RollupRowKind.KIND, RollupRowKind.UNIT)
FORMS = tuple(form for form in formats_of(Paper.ROLLUP) if form != TERMINAL)
_newest: WeakKeyDictionary[LiveCampaign, tuple[Report, Rollup]] = WeakKeyDictionary()
_lock = Lock()


def roll_up_once(live: LiveCampaign, report: Report) -> Rollup:
    """Roll a report up, once for as long as it is the newest."""
    with _lock:
        known = _newest.get(live)
        if known is None or known[0] is not report:
            known = _newest[live] = (report, roll_up(report))
        return known[1]


class RollupLine(NamedTuple):
    """One line: its name and where the details are (empty: nowhere), and its figures."""

    title: str
    href: str
    row: RollupGroup


def _rate(part: int, whole: int) -> float:
    return part / whole if whole else 1


Key = Callable[[RollupFigures], float]
SORTS: Mapping[str, Key] = {
    "reported": lambda f: _rate(f.reported, f.expected),
    "told": lambda f: _rate(f.reported_on_time, f.expected),
    "done": lambda f: _rate(f.completed_on_time, f.expected),
    "overdue": lambda f: -f.overdue,
    "unknown": lambda f: -f.unknown,
    "days": lambda f: -f.days_late,
}
"""Who lags behind comes first: whoever sorts looks for those."""


@router.get(HERE)
def show_rollup(request: Request, at: Context, filters: Filters) -> Response:
    """Show the roll-up of this minute."""
    report, language = at.live.report(at.now), language_of(request)
    made = roll_up_once(at.live, report)
    by = _by(request, filters)
    here = HERE.format(campaign_id=at.campaign.id)
    shown = _sort_lines([_rollup_line(row, by, here, language) for row in _rows(made, by, filters)], filters)
    return render_list(
        request,
        "office/rollup.html",
        at,
        filters,
        rollup=made,
        by=by,
        chosen=_chosen(filters, language),
        list_page=cut_page(shown, filters, ON_A_PAGE),
        words=FIRST_COLUMN,
        choices=CHOICES,
        grouped=any(made.areas),
        lines=heading(made.figures),
        percent=lambda part, whole: percent(part, whole, language),
        decimal=lambda number: decimal(number, language),
    )


def _chosen(filters: ListFilters, language: str) -> str:
    """Name the area or the kind whose units are shown; empty where all are."""
    if filters.only == WITHOUT_AREA:
        return say(NO_AREA, language)
    return filters.area or (say(UnitKind(filters.kind).prefix, language) if filters.kind else "")


def _by(request: Request, filters: ListFilters) -> RollupRowKind:
    if filters.area or filters.only or filters.q or filters.kind:
        return RollupRowKind.UNIT
    wanted = request.query_params.get("by", "")
    return RollupRowKind(wanted) if wanted in CHOICES else RollupRowKind.AREA


def _rows(made: Rollup, by: RollupRowKind, filters: ListFilters) -> Sequence[RollupGroup]:
    """Leave out the units that were not asked for."""
    if by is not RollupRowKind.UNIT:
        return rollup_groups([made], by)
    kept = {line.unit.code for line in made.lines if filters.matches(line.unit)}
    if filters.only == WITHOUT_AREA:
        kept &= {line.unit.code for line in made.areas.get("", ())}
    return [row for row in rollup_groups([made], by) if row.key in kept]


def _rollup_line(row: RollupGroup, by: RollupRowKind, here: str, language: str) -> RollupLine:
    title = say(row.title, language) if isinstance(row.title, Message) else row.title
    home = here.removesuffix("/rollup")
    if by is RollupRowKind.UNIT:
        return RollupLine(title, f"{home}/units/{row.key}", row)
    if not row.units:  # the province with its own steps
        return RollupLine(title, "", row)
    narrowed = (
        {"kind": row.key} if by is RollupRowKind.KIND else {"area": row.key} if row.key else {"only": WITHOUT_AREA}
    )
    return RollupLine(title, f"{here}?{urlencode(narrowed)}", row)


def _sort_lines(shown: list[RollupLine], filters: ListFilters) -> list[RollupLine]:
    key = SORTS.get(filters.sort)
    if key:
        return sorted(shown, key=lambda s: (key(s.row.figures), fold_name(s.title)))
    return sorted(shown, key=lambda s: fold_name(s.title)) if filters.sort == "name" else shown


@router.get(HERE + "/table.{form}")
def download_rollup(request: Request, at: Context, form: str) -> Response:
    """Give the roll-up of this minute as a file."""
    kind = find_format(form, FORMS)
    wanted = request.query_params.get("by", "")
    by = RollupRowKind(wanted) if wanted in CHOICES else RollupRowKind.AREA
    text = render_rollup([roll_up_once(at.live, at.live.report(at.now))], by, kind, language_of(request), 0)
    return make_text_download(text, kind, at.campaign.id, "tong-hop", by.value).response()
