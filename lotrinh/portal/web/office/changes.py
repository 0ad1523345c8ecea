"""What changed between two runs or two days, as a page and as files."""

from typing import Annotated, NamedTuple

from fastapi import APIRouter, Query, Request, Response

from lotrinh.core.days import read_day
from lotrinh.core.text import Message
from lotrinh.errors import BadInput, NotFound, Problem
from lotrinh.portal.deps import Context
from lotrinh.portal.downloads import find_format, make_text_download
from lotrinh.portal.render import language_of, render_page
from lotrinh.portal.state import portal_state
from lotrinh.portal.web.routing import UNPROCESSABLE
from lotrinh.reports.changes import SWAPPED, Comparison, render_changes, summary
from lotrinh.reports.documents import TERMINAL, Paper, formats_of
from lotrinh.services.views.compare_runs import RunComparison, compare_runs

router = APIRouter(include_in_schema=False)
CHANGES = "/campaigns/{campaign_id}/changes"
CHOICES = 100
"""Runs among which two can be chosen."""
LONGEST = 100
"""Characters of a name or day that are looked at."""
FORMS = tuple(form for form in formats_of(Paper.CHANGES) if form != TERMINAL)
Old = Annotated[str, Query(alias="from")]
New = Annotated[str, Query(alias="to")]


class ComparisonResult(NamedTuple):
    """What came of comparing: a comparison, or what is wrong with the two ends, or why there is nothing to compare."""

    found: RunComparison | None = None
    problems: tuple[Problem, ...] = ()
    failure: Message | None = None


def _try_comparison(request: Request, at: Context, old: str, new: str) -> ComparisonResult:
    try:
        return ComparisonResult(compare_runs(portal_state(request).store, at.campaign, old, new, at.now))
    except BadInput as error:
        return ComparisonResult(problems=error.problems)
    except NotFound as error:
        return ComparisonResult(failure=error.sentence)


@router.get(CHANGES)
def show_changes(request: Request, at: Context, old: Old = "", new: New = "") -> Response:
    """Show what changed; the last two runs where none are chosen."""
    values = {"from": old.strip()[:LONGEST], "to": new.strip()[:LONGEST]}
    found, problems, failure = _try_comparison(request, at, values["from"], values["to"])
    wrong = {problem.where for problem in problems}
    return render_page(
        request,
        "office/changes.html",
        UNPROCESSABLE if problems else 200,
        at=at,
        found=found,
        choices=portal_state(request).store.runs.finished(at.campaign.id, CHOICES, province=at.campaign.province.code),
        lines=[*([SWAPPED] if found and found.is_swapped else []), *(summary(found.changes) if found else [])],
        problems=problems,
        failure=failure,
        # A run's id belongs into the list of runs, and into the field of a day only to be corrected there.
        values={name: text for name, text in values.items() if read_day(text) or name in wrong},
    )


@router.get(CHANGES + "/report.{form}")
def download_changes(request: Request, at: Context, form: str, old: Old = "", new: New = "") -> Response:
    """Give what changed as a file."""
    kind = find_format(form, FORMS)
    found = compare_runs(portal_state(request).store, at.campaign, old[:LONGEST], new[:LONGEST], at.now)
    of = Comparison(
        title=at.campaign.title,
        province=at.campaign.province.full_name,
        old=found.old,
        new=found.new,
        changes=found.changes,
        titles=found.titles,
        is_swapped=found.is_swapped,
    )
    text = render_changes(of, kind, language_of(request))
    return make_text_download(text, kind, at.campaign.id, found.old.run, found.new.run).response()
