"""Show the report in Prefect: a Markdown artifact and a table of what is outstanding."""

from prefect import task
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.cache_policies import NO_CACHE

from lotrinh.core.report import OUTSTANDING_NOW
from lotrinh.core.wording import STATUS
from lotrinh.i18n import current, say
from lotrinh.reports import markdown
from lotrinh.services.check import Request
from tasks.context import context


@task(name="publish", cache_policy=NO_CACHE, persist_result=False)
def publish(request: dict[str, str]) -> None:
    """Publish the report of the run that has just been recorded."""
    report = context(Request(**request)).report
    if report is None:
        return
    key = "".join(c if c.isalnum() else "-" for c in report.campaign.lower())
    create_markdown_artifact(markdown.render(report, current()), key=f"report-{key}", description=report.run)
    table = [
        {
            "code": unit.unit.code,
            "unit": unit.unit.full_name,
            "outcome": unit.outcome.value,
            **{say(STATUS[status]): sum(s.status is status for s in unit.standings) for status in OUTSTANDING_NOW},
        }
        for unit in report.units
    ]
    create_table_artifact(table, key=f"outstanding-{key}", description=report.run)
