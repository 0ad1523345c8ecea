"""Reports as files, for programs: which there are, a run's, and one unit's."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from lotrinh.core.status.roles import Role
from lotrinh.core.text import M
from lotrinh.errors import NotFound
from lotrinh.portal.api.access import Own, Place, Seeing
from lotrinh.portal.api.answers import ETAG, OK, Out, Reading, digest, reads
from lotrinh.portal.api.campaigns import CAMPAIGN
from lotrinh.portal.api.runs import RUN, RunId, found, nothing_left
from lotrinh.portal.downloads import ENDINGS, Asked, paper
from lotrinh.reports.documents import FORMATS

router = APIRouter(tags=["runs"])
OWN = {"json": "report", "csv": "report.csv"}
"""What a run gives to programs at addresses, and in a form, of their own."""
OfRun = Annotated[Literal["txt", "md", "html", "xlsx", "docx", "svg", "ics"], Path(description="Ending of the file.")]
OfUnit = Annotated[
    Literal["txt", "md", "html", "xlsx", "docx", "svg", "ics", "csv", "json"], Path(description="Ending of the file.")
]


class FormatOut(Out):
    """One format in which a report is given."""

    format: str = Field(description="As `lotrinh report --format` names it.")
    ending: str
    media_type: str
    address: str


class FormatList(Out):
    """Every format of one run's report."""

    items: list[FormatOut]


def files(*endings: str) -> dict[int | str, dict[str, Any]]:
    """Declare a GET that answers with a file of one of these kinds."""
    content = {FORMATS[ENDINGS[ending]].media.partition(";")[0]: {"schema": _schema(ending)} for ending in endings}
    return reads() | {OK: {"description": "The file.", "headers": ETAG, "content": content}}


def _schema(ending: str) -> dict[str, str]:
    return {"type": "object"} if ending == "json" else {"type": "string", "format": "binary"}


@router.get(RUN + "/formats", response_model=FormatList, responses=reads())
def list_formats(reading: Reading, at: Seeing, run_id: RunId) -> Response:
    """List the formats of a run's report, and where each is."""
    run, rounds = found(at, run_id), at.state.store.rounds
    left = rounds.left(run.id)
    if not left.snapshot:
        raise NotFound(nothing_left(run.id))
    there = RUN.format(campaign_id=at.campaign.id, run_id=run.id)
    items = [
        FormatOut(
            format=name,
            ending=form.ending,
            media_type=form.media,
            address=f"{there}/{OWN.get(form.ending, f'report.{form.ending}')}",
        )
        for name, form in FORMATS.items()
        if left.whole or form.ending in OWN
    ]
    return reading.give(FormatList(items=items))


@router.get(
    RUN + "/report.{form}", response_class=Response, responses=files("txt", "md", "html", "xlsx", "docx", "svg", "ics")
)
def read_report_as_file(
    reading: Reading, at: Seeing, run_id: RunId, form: OfRun, asked: Annotated[Asked, Query()]
) -> Response:
    """Give the report as its run left it behind, as a file."""
    return given(reading, at, form, asked, run=found(at, run_id).id)


@router.get(CAMPAIGN + "/units/{code}/report.{form}", response_class=Response, responses=files(*ENDINGS))
def read_report_of_unit(reading: Reading, at: Own, form: OfUnit, asked: Annotated[Asked, Query()]) -> Response:
    """Give one unit's part of the newest run's report, as a file."""
    if at.state.store.rounds.latest(at.campaign.id, province=at.campaign.province.code) is None:
        raise NotFound(M("Đợt này chưa có lượt kiểm tra nào chạy xong."))
    return given(reading, at, form, asked, unit=at.unit.code)


def given(reading: Reading, at: Place, form: str, asked: Asked, run: str = "", unit: str = "") -> Response:
    """Make a file and answer with it; to a unit the letterhead is left to fill."""
    blank = at.visitor.role is Role.UNIT
    made = paper(at.state, at.campaign, form, asked, reading.language, run=run, unit=unit, blank=blank)
    return reading.send(made.content, digest(made.content), made.media, made.headers)
