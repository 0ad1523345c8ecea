"""Reports as files: which there are to choose from, and the one that was asked for."""

from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Literal, NamedTuple

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from lotrinh.core.report.deadline_history import NOTHING_PUBLISHED
from lotrinh.core.text import M, nfc
from lotrinh.errors import BadInput, NotFound, Problem
from lotrinh.portal.state import PortalState
from lotrinh.reports.documents import ENDINGS, FORMATS, RenderOptions, file_content, file_name, make, particulars
from lotrinh.services.campaigns.campaigns import Campaign
from lotrinh.services.runs.snapshots import load_report_json
from lotrinh.services.views.feeds import history_of_run
from lotrinh.services.views.reporting import choose_report, narrow_report, report_bundle

LONGEST_NUMBER = 40
SEALED = {"Content-Security-Policy": "sandbox; default-src 'none'", "X-Content-Type-Options": "nosniff"}
"""No browser runs anything of a file, were one to show it instead of keeping it."""


class DownloadOffer(NamedTuple):
    """One file to choose: what it is, in words, how its name ends, and what to ask with it."""

    words: M
    ending: str
    query: str = ""


OFFERS = (
    DownloadOffer(M("Word, thể thức văn bản của cơ quan nhà nước"), "docx", "?layout=state"),
    DownloadOffer(M("Word, thể thức văn bản của Đảng"), "docx", "?layout=party"),
    DownloadOffer(M("Excel"), "xlsx"),
    DownloadOffer(M("Trang HTML, một tệp, gửi thư được"), "html"),
    DownloadOffer(M("Lịch (ICS), mở bằng phần mềm lịch"), "ics"),
    DownloadOffer(M("Hình: dòng thời gian (SVG)"), "svg", "?picture=timeline"),
    DownloadOffer(M("Hình: kế hoạch và kết quả (SVG)"), "svg", "?picture=curve"),
    DownloadOffer(M("Hình: đơn vị và mốc (SVG)"), "svg", "?picture=heatmap"),
    DownloadOffer(M("Hình: theo khu vực (SVG)"), "svg", "?picture=areas"),
    DownloadOffer(M("CSV, mỗi đầu việc một dòng"), "csv"),
    DownloadOffer(M("JSON, cho phần mềm khác"), "json"),
    DownloadOffer(M("Markdown"), "md"),
    DownloadOffer(M("Chữ thuần"), "txt"),
)
UNIT_OFFERS = tuple(o for o in OFFERS if o.ending in {"docx", "xlsx", "html", "ics", "csv"})
"""What a unit takes away about itself."""
Number = Annotated[str, StringConstraints(strip_whitespace=True, max_length=LONGEST_NUMBER)]


class ReportQuery(BaseModel):
    """How a report is wanted."""

    model_config = ConfigDict(extra="forbid")

    layout: Literal["", "state", "party"] = Field(
        "", description="With docx, the official layout: `state` or `party`; empty: the campaign's, or the office's."
    )
    number: Number = Field("", description="With docx, the report's number; empty: the settings'.")
    picture: Literal["timeline", "curve", "heatmap", "areas"] = Field("timeline", description="With svg, which one.")


class DownloadFile(NamedTuple):
    """A report as a file."""

    content: bytes
    media: str
    name: str

    @property
    def headers(self) -> dict[str, str]:
        """Let it be kept as a file and never run."""
        return {"Content-Disposition": f'attachment; filename="{self.name}"', **SEALED}

    def response(self) -> Response:
        """Answer with the file."""
        return Response(self.content, media_type=self.media, headers=self.headers)


def make_report_download(  # noqa: PLR0913 - what a file is made of, each by its name
    state: PortalState,
    campaign: Campaign,
    ending: str,
    query: ReportQuery,
    language: str,
    *,
    run: str = "",
    unit: str = "",
    blank: bool = False,
) -> DownloadFile:
    """Make the report of a run, the newest unless named, of everybody or of one unit, as a file.

    ``NotFound`` where there is no such run, unit or format; ``Busy`` where too many are being made; ``BadInput``
    where the office's own template is wrong. ``blank`` leaves the letterhead to be filled.
    """
    form = find_format(ending)
    if form == "json" and run and (kept := load_report_json(state.store, run)):
        # As programs read it, and all that is left of the runs of the first versions.
        return DownloadFile(f"{kept}\n".encode(), FORMATS[form].media, file_name(form, campaign.id, run))
    template = _template(state) if form == "docx" and not blank else None
    with state.render_limiter.slot():
        report = choose_report(state.store, campaign, run)
        report = narrow_report(report, unit) if unit else report
        papers = report_bundle(
            state.store, state.settings, campaign, report, layout=query.layout, number=nfc(query.number), blank=blank
        )
        told = history_of_run(state.store, report) if form == "ics" else NOTHING_PUBLISHED
        site = state.settings.portal.public_url
        options = RenderOptions(language, template=template, picture=query.picture, published=told, site=site)
        content = make(papers, form, options)
    own = Path(state.settings.report.template or "").stem if template else ""
    name = file_name(form, campaign.id, report.run, unit, *particulars(form, papers, query.picture, own))
    return _make_file(content, form, name)


def find_format(ending: str, among: Collection[str] = tuple(FORMATS)) -> str:
    """Return the format whose files end so; ``NotFound`` where there is none among these."""
    form = ENDINGS.get(ending, "")
    if form not in among:
        raise NotFound(M("Không có dạng báo cáo “{form}”.", form=ending))
    return form


def make_text_download(text: str, form: str, *named: str) -> DownloadFile:
    """Hand a text over as a file, named as the files of reports are."""
    return _make_file(text.encode(), form, file_name(form, *named))


def _make_file(content: bytes, form: str, name: str) -> DownloadFile:
    return DownloadFile(file_content(form, content), FORMATS[form].media, name)


def _template(state: PortalState) -> bytes | None:
    path = state.settings.report.template
    if path is None:
        return None
    try:
        return Path(path).read_bytes()
    except OSError as error:
        sentence = M("Không đọc được mẫu báo cáo riêng của văn phòng ([report] template). Hãy báo văn phòng tỉnh.")
        raise BadInput([Problem(path.name, 0, 0, sentence)]) from error
