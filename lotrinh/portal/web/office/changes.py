"""What changed between two runs or two days, as a page and as files."""

from typing import Annotated, NamedTuple

from fastapi import APIRouter, Query, Request, Response

from lotrinh.core.days import read_day
from lotrinh.core.text import Message
from lotrinh.errors import BadInput, NotFound, Problem
from lotrinh.portal.deps import At
from lotrinh.portal.downloads import form_of, text_paper
from lotrinh.portal.render import language_of, page
from lotrinh.portal.state import state_of
from lotrinh.portal.web.routing import UNPROCESSABLE
from lotrinh.reports.changes import SWAPPED, Comparison, render, summary
from lotrinh.services.views.compare_runs import Compared, compared

router = APIRouter(include_in_schema=False)
CHANGES = "/campaigns/{campaign_id}/changes"
CHOICES = 100
"""Runs among which two can be chosen."""
LONGEST = 100
"""Characters of a name or day that are looked at."""
FORMS = ("html", "csv", "json", "markdown")
Old = Annotated[str, Query(alias="from")]
New = Annotated[str, Query(alias="to")]


class Tried(NamedTuple):
    """What came of comparing: a comparison, or what is wrong with the two ends, or why there is nothing to compare."""

    found: Compared | None = None
    problems: tuple[Problem, ...] = ()
    trouble: Message | None = None


def _tried(request: Request, at: At, old: str, new: str) -> Tried:
    try:
        return Tried(compared(state_of(request).store, at.campaign, old, new, at.now))
    except BadInput as error:
        return Tried(problems=error.problems)
    except NotFound as error:
        return Tried(trouble=error.sentence)


@router.get(CHANGES)
def changed(request: Request, at: At, old: Old = "", new: New = "") -> Response:
    """Show what changed; the last two runs where none are chosen."""
    values = {"from": old.strip()[:LONGEST], "to": new.strip()[:LONGEST]}
    found, problems, trouble = _tried(request, at, values["from"], values["to"])
    wrong = {problem.where for problem in problems}
    return page(
        request,
        "office/changes.html",
        UNPROCESSABLE if problems else 200,
        at=at,
        found=found,
        choices=state_of(request).store.rounds.finished(at.campaign.id, CHOICES, province=at.campaign.province.code),
        lines=[*([SWAPPED] if found and found.swapped else []), *(summary(found.changes) if found else [])],
        problems=problems,
        trouble=trouble,
        # A run's id belongs into the list of runs, and into the field of a day only to be corrected there.
        values={name: text for name, text in values.items() if read_day(text) or name in wrong},
    )


@router.get(CHANGES + "/report.{form}")
def download(request: Request, at: At, form: str, old: Old = "", new: New = "") -> Response:
    """Give what changed as a file."""
    kind = form_of(form, FORMS)
    found = compared(state_of(request).store, at.campaign, old[:LONGEST], new[:LONGEST], at.now)
    of = Comparison(
        at.campaign.title,
        at.campaign.province.full_name,
        found.old,
        found.new,
        found.changes,
        found.titles,
        found.swapped,
    )
    text = render(of, kind, language_of(request))
    return text_paper(text, kind, at.campaign.id, found.old.run, found.new.run).answer()
