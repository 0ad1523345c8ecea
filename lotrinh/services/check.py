"""One round from beginning to end, without Prefect: ask in batches, assess, record."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from lotrinh.clock import Clock
from lotrinh.core.observation import Observation
from lotrinh.core.report import Report
from lotrinh.errors import RoundNotCarriedOut
from lotrinh.probing.prober import Prober
from lotrinh.reports.json_report import as_json
from lotrinh.services.ask import ask, batches, give_up_if_ours, http_options, questions
from lotrinh.services.assess import make_report
from lotrinh.services.campaigns import Campaign
from lotrinh.settings.models import Settings
from lotrinh.store import Store
from lotrinh.store.rounds import FINISHED, Round


@dataclass(frozen=True, slots=True)
class Request:
    """What a check is asked to do, as plain values: it crosses processes and stands in the record."""

    campaign: str
    as_of: str = ""
    settings: str = ""
    units: str = ""
    round: str = ""

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
    round_: Round,
    clock: Clock,
    heard: Callable[[Observation], None] | None = None,
) -> Report:
    """Carry out a begun round; ``RoundNotCarriedOut`` when our own network failed."""
    kept = store.rounds.answers(campaign.id)
    first, *rest = batches([u.code for u in campaign.units])
    async with Prober(http_options(settings), clock) as prober:
        seen = await ask(store, prober, round_, questions(settings, campaign, first, kept), heard)
        if sentence := give_up_if_ours(store, round_, seen, clock()):
            raise RoundNotCarriedOut(sentence)
        others = [code for batch in rest for code in batch]
        await ask(store, prober, round_, questions(settings, campaign, others, kept), heard)
    return conclude(store, settings, campaign, round_, clock())


def conclude(store: Store, settings: Settings, campaign: Campaign, round_: Round, now: datetime) -> Report:
    """Make the report of a round whose units have been asked, and close the round with it."""
    report = make_report(store, settings, campaign, round_)
    store.rounds.finish(round_.id, FINISHED, now, report.head, as_json(report))
    return report
