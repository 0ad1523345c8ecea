"""One run from beginning to end, without Prefect: ask in batches, assess, record."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lotrinh.clock import Clock
from lotrinh.core.report.report import Report
from lotrinh.core.status.observation import Observation
from lotrinh.errors import RunNotCarriedOut
from lotrinh.probing.prober import Prober
from lotrinh.services.campaigns.campaigns import Campaign
from lotrinh.services.http_options import http_options
from lotrinh.services.runs.ask import FIRST, ask_units, build_questions, close_if_own_network_failed
from lotrinh.services.runs.assess import make_report
from lotrinh.services.runs.deadline_news import compare_with_last_run
from lotrinh.services.runs.report_archive import dump_report
from lotrinh.settings.models import Settings
from lotrinh.store import Store
from lotrinh.store.runs.runs import FINISHED, Run, StoredReport
from lotrinh.traces import span


@dataclass(frozen=True, slots=True)
class CheckRequest:
    """What a check is asked to do, as plain values: it crosses processes and stands in the record."""

    campaign: str
    as_of: str = ""
    settings: str = ""
    units: str = ""
    run: str = ""
    province: str = ""

    @property
    def units_file(self) -> Path | None:
        """The roster given for this check only."""
        return Path(self.units) if self.units else None

    def moment(self, now: datetime) -> datetime:
        """The moment that the report is for."""
        return datetime.fromisoformat(self.as_of) if self.as_of else now


async def run_check(
    store: Store,
    settings: Settings,
    campaign: Campaign,
    run: Run,
    clock: Clock,
    listener: Callable[[Observation], None] | None = None,
) -> Report:
    """Carry out a begun run; ``RunNotCarriedOut`` when our own network failed."""
    codes = [u.code for u in campaign.units]
    asked = build_questions(settings, campaign, codes, store.runs.answers(campaign.id, units=codes))
    first, early = frozenset(codes[:FIRST]), list[Observation]()

    def listen(observation: Observation) -> None:
        # All are asked at once, and the first twenty tell meanwhile whether it is our network that fails.
        if observation.unit in first:
            early.append(observation)
            if len(early) == FIRST and (sentence := close_if_own_network_failed(store, run, early, clock())):
                raise RunNotCarriedOut(sentence)
        if listener:
            listener(observation)

    with span("run", run=run.id, campaign=campaign.id, province=campaign.province.code):
        async with Prober(http_options(settings), clock) as prober:
            await ask_units(store, prober, run, asked, listen)
        return conclude(store, settings, campaign, run, clock())


def conclude(store: Store, settings: Settings, campaign: Campaign, run: Run, now: datetime) -> Report:
    """Make the report of a run whose units have been asked, and close the run with it."""
    report = make_report(store, settings, campaign, run)
    close_run(store, campaign, report, now)
    return report


def close_run(store: Store, campaign: Campaign, report: Report, now: datetime) -> None:
    """Record that a run has finished, with its report, so that every format can be made again from it."""
    checklist = report.checklist
    kept = StoredReport(dump_report(report, campaign.policy), checklist.content_hash, checklist.content)
    store.runs.finish(
        report.run, FINISHED, now, report.head, kept, compare_with_last_run(store, report, campaign.province.code)
    )
