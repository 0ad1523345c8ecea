"""Show the report in Prefect: as Markdown, as tables, as progress, and where every format of it is.

Artifacts are shown as Markdown, the texts of tables and descriptions among them, so foreign text is escaped.
"""

from collections.abc import Callable, Mapping
from urllib.parse import quote

from prefect import get_run_logger, task
from prefect.artifacts import (
    create_link_artifact,
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
)
from prefect.cache_policies import NO_CACHE

from lotrinh.core.report.report import MilestoneRow, Report, UnitReport
from lotrinh.core.report.rollup import roll_up
from lotrinh.core.status.status_groups import WORKABLE_STATUSES
from lotrinh.core.status.wording import SAMPLE_NOTICE, STATUS
from lotrinh.core.text import M, Message
from lotrinh.i18n import current, say
from lotrinh.reports.text import markdown
from lotrinh.reports.text.markdown import escape
from lotrinh.reports.text.tables import moment
from lotrinh.services.runs.check import CheckRequest
from lotrinh.settings.models import Settings
from tasks.context import open_context

Cell = str | int
PERCENT, LONGEST = 100, 12_000
"""Bytes of a report shown in Prefect: its database is to grow by little with each run, and ours has the whole."""


@task(name="publish", cache_policy=NO_CACHE, persist_result=False)
def publish_run(request: dict[str, str]) -> None:
    """Publish the report of the run that has just been recorded; our own record stands whether that succeeds or not."""
    shared = open_context(CheckRequest(**request))
    if shared.report is not None:
        publish_report(shared.report, shared.loaded.settings, request.get("province", ""))


def publish_report(report: Report, settings: Settings, province: str = "") -> None:
    """Publish all artifacts of a report; one that fails is logged and keeps no other from being published."""
    for kind, make in ARTIFACTS.items():
        try:
            make(report, settings, artifact_key(kind, report.campaign, province))
        except Exception as error:  # noqa: BLE001 - whatever Prefect or the network says, the run has been recorded
            get_run_logger().warning("%s: %s", kind, type(error).__name__)


def artifact_key(kind: str, campaign: str, province: str = "") -> str:
    """Make a key of an artifact, which may have lower-case letters, digits and hyphens only."""
    parts = "-".join(filter(None, (kind, campaign, province)))
    return "".join(c if c.isascii() and c.isalnum() else "-" for c in parts.lower())


def _report(report: Report, settings: Settings, key: str) -> None:
    del settings
    create_markdown_artifact(
        shorten(markdown.render(report, current()), report), key=key, description=describe_artifact(report)
    )


def shorten(text: str, report: Report) -> str:
    """Keep the beginning of a long report, by whole lines, and say where the rest is: Prefect keeps three copies."""
    size = 0
    for number, line in enumerate(lines := text.split("\n")):
        size += len(line.encode()) + 1
        if size > LONGEST:
            left = M(
                "Còn {lines} dòng nữa. Báo cáo đầy đủ: lotrinh report {campaign} --run {run}",
                lines=len(lines) - number,
                campaign=report.campaign,
                run=report.run,
            )
            return "\n".join([*lines[:number], "", escape(say(left)), ""])
    return text


def _outstanding(report: Report, settings: Settings, key: str) -> None:
    del settings
    create_table_artifact(
        [outstanding_row(unit) for unit in report.everybody], key=key, description=describe_artifact(report)
    )


def _milestones(report: Report, settings: Settings, key: str) -> None:
    del settings
    rows = [milestone_row(row) for row in report.milestones if not row.is_national_only]
    create_table_artifact(rows, key=key, description=describe_artifact(report))


def _progress(report: Report, settings: Settings, key: str) -> None:
    """Publish the share of done among expected; where nothing was expected yet there is no share."""
    del settings
    figures = roll_up(report).figures
    if figures.expected:
        share = PERCENT * figures.reported / figures.expected
        create_progress_artifact(share, key=key, description=describe_artifact(report, describe_progress(report)))


def _link(report: Report, settings: Settings, key: str) -> None:
    """Lead to the run's page, where every format is; without an address of the portal there is nowhere to lead."""
    if settings.portal.public_url:
        address = f"{settings.portal.origin}/campaigns/{report.campaign}/runs/{quote(report.run)}#reports"
        words = escape(say(M("Báo cáo ở mọi dạng: Word, Excel, HTML, hình, lịch")))
        create_link_artifact(address, words, key=key, description=describe_artifact(report))


ARTIFACTS: Mapping[str, Callable[[Report, Settings, str], None]] = {
    "report": _report,
    "outstanding": _outstanding,
    "milestones": _milestones,
    "progress": _progress,
    "link": _link,
}


def describe_artifact(report: Report, *more: Message) -> str:
    """Say of which run an artifact is, and that sample data is in it where it is."""
    said = [M("Lượt kiểm tra {run}, tình hình lúc {when}.", run=report.run, when=report.as_of), *more]
    if report.sample:
        said.insert(0, SAMPLE_NOTICE)
    return escape(" ".join(say(sentence) for sentence in said))


def describe_progress(report: Report) -> Message:
    """Say what the progress counts: unknown steps are neither done nor not done."""
    figures = roll_up(report).figures
    return M(
        "Đã hoàn thành {done} trên {expected} đầu việc đã đến hạn; {overdue} quá hạn, {unknown} chưa xác định.",
        done=figures.reported,
        expected=figures.expected,
        overdue=figures.overdue,
        unknown=figures.unknown,
    )


def outstanding_row(unit: UnitReport) -> dict[str, Cell]:
    """Write one unit, with how many of its steps press."""
    return {
        "code": unit.unit.code,
        "unit": escape(unit.unit.full_name),
        "outcome": unit.outcome.value,
        **{say(STATUS[status]): sum(s.status is status for s in unit.step_statuses) for status in WORKABLE_STATUSES},
    }


def milestone_row(row: MilestoneRow) -> dict[str, Cell]:
    """Write one milestone, with how many units have reached it."""
    title = say(row.milestone.title) + (" (?)" if row.doubtful else "")
    return {
        say(M("Mốc")): escape(title),
        say(M("Hạn")): moment(row.due, current()) if row.due else escape(say(row.waiting or M("—"))),
        say(M("Đơn vị")): row.units,
        say(M("Xong")): row.done,
        say(M("Quá hạn")): row.overdue,
        say(M("Chưa rõ")): row.unknown,
        say(M("Tỉnh")): say(STATUS[row.province]) if row.province else "—",
    }
