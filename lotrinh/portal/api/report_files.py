"""Reports as files, for programs: which there are, a run's, and one unit's."""

from typing import Annotated, Any, Literal, get_args

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from lotrinh.core.status.roles import Role
from lotrinh.core.text import M
from lotrinh.errors import NotFound
from lotrinh.portal.api.access import ApiContext, OwnContext, ViewerContext
from lotrinh.portal.api.answers import ETAG, OK, ApiOutput, ApiResponder, get_responses, weak_etag
from lotrinh.portal.api.campaigns import CAMPAIGN
from lotrinh.portal.api.runs import RUN, RunId, find_run, no_report_message
from lotrinh.portal.downloads import ReportQuery, make_report_download
from lotrinh.reports.documents import ENDINGS, FORMATS

router = APIRouter(tags=["runs"])
OWN = {"json": "report", "csv": "report.csv"}
"""What a run gives to programs at addresses, and in a form, of their own."""
RunEndings = Literal["txt", "md", "html", "xlsx", "docx", "svg", "ics"]
UnitEndings = Literal["txt", "md", "html", "xlsx", "docx", "svg", "ics", "csv", "json"]
"""Written out, for types cannot be computed; a test holds them against the table of formats."""
RunEnding = Annotated[RunEndings, Path(description="Ending of the file.")]
UnitEnding = Annotated[UnitEndings, Path(description="Ending of the file.")]


class FormatOut(ApiOutput):
    """One format in which a report is given."""

    format: str = Field(description="As `lotrinh report --format` names it.")
    ending: str
    media_type: str
    address: str


class FormatList(ApiOutput):
    """Every format of one run's report."""

    items: list[FormatOut]


def file_responses(*endings: str) -> dict[int | str, dict[str, Any]]:
    """Declare a GET that answers with a file of one of these kinds."""
    content = {FORMATS[ENDINGS[ending]].media.partition(";")[0]: {"schema": _schema(ending)} for ending in endings}
    return get_responses() | {OK: {"description": "The file.", "headers": ETAG, "content": content}}


def _schema(ending: str) -> dict[str, str]:
    return {"type": "object"} if ending == "json" else {"type": "string", "format": "binary"}


@router.get(RUN + "/formats", response_model=FormatList, responses=get_responses())
def list_formats(responder: ApiResponder, at: ViewerContext, run_id: RunId) -> Response:
    """List the formats of a run's report, and where each is."""
    run, runs = find_run(at, run_id), at.state.store.runs
    left = runs.stored_forms(run.id)
    if not left.report:
        raise NotFound(no_report_message(run.id))
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
    return responder.give(FormatList(items=items))


@router.get(
    RUN + "/report.{form}",
    response_class=Response,
    responses=file_responses(*get_args(RunEndings)),
)
def read_report_as_file(
    responder: ApiResponder, at: ViewerContext, run_id: RunId, form: RunEnding, query: Annotated[ReportQuery, Query()]
) -> Response:
    """Give the report as its run left it behind, as a file."""
    return report_response(responder, at, form, query, run=find_run(at, run_id).id)


@router.get(CAMPAIGN + "/units/{code}/report.{form}", response_class=Response, responses=file_responses(*ENDINGS))
def read_report_of_unit(
    responder: ApiResponder, at: OwnContext, form: UnitEnding, query: Annotated[ReportQuery, Query()]
) -> Response:
    """Give one unit's part of the newest run's report, as a file."""
    if at.state.store.runs.latest(at.campaign.id, province=at.campaign.province.code) is None:
        raise NotFound(M("Đợt này chưa có lượt kiểm tra nào chạy xong."))
    return report_response(responder, at, form, query, unit=at.unit.code)


def report_response(
    responder: ApiResponder, at: ApiContext, form: str, query: ReportQuery, run: str = "", unit: str = ""
) -> Response:
    """Make a file and answer with it; to a unit the letterhead is left to fill."""
    # We know the office's letterhead and no unit's.
    blank = at.visitor.role is Role.UNIT
    made = make_report_download(at.state, at.campaign, form, query, responder.language, run=run, unit=unit, blank=blank)
    return responder.send(made.content, weak_etag(made.content), made.media, made.headers)
