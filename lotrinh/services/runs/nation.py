"""The nation in one record: each province is asked as its own office would, and none twice for the same tick.

Runs are named by tick, province and try, so that whoever starts the check again, and on whichever machine, finds
what has been recorded already.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from lotrinh.catalog.units import Province, province, provinces
from lotrinh.core.text import M, Message, join_messages
from lotrinh.services.campaigns.campaigns import campaign_settings
from lotrinh.services.campaigns.rosters import as_unit, open_roster
from lotrinh.services.runs.ask import try_name
from lotrinh.settings.models import CampaignSettings, Settings
from lotrinh.store import Store
from lotrinh.store.runs.runs import FINISHED, NOT_CARRIED_OUT

TRIES = 3
"""How often a province is run for one tick: workers die."""
TICK = "%Y%m%d-%H%M%S"


def tick_of(moment: datetime) -> str:
    """Name the moment for which the nation is checked."""
    return moment.strftime(TICK)


def settings_for_province(settings: Settings, name: str) -> Settings:
    """Return the settings as a province's own office would have them; ``NotFound`` where there is no such province.

    The office's own roster is that of its own province; another's is the imported or the packaged one. Of a campaign
    that names units, a province takes part with its own among them.
    """
    if not name or province(name) == province(settings.province):
        return settings
    units = settings.units.model_copy(update={"file": None})
    changed = settings.model_copy(update={"province": province(name).code, "units": units})
    if not any(campaign.units for campaign in settings.campaigns):
        return changed
    own = {unit.code for unit in open_roster(changed).units}
    return changed.model_copy(update={"campaigns": tuple(_narrowed(c, own) for c in settings.campaigns)})


def _narrowed(campaign: CampaignSettings, own: Collection[str]) -> CampaignSettings:
    """Keep a province's own units; where it has none the campaign stays, and says that it does not know them."""
    mine = tuple(code for code in campaign.units if code in own)
    return campaign.model_copy(update={"units": mine}) if mine else campaign


def list_participants(settings: Settings, campaign: str, names: Iterable[str] = ()) -> tuple[Province, ...]:
    """Return the provinces that have units in a campaign, of those that are named, else of all."""
    wanted = tuple(province(name) for name in names) or provinces()
    chosen = campaign_settings(settings, campaign).units
    return tuple(p for p in wanted if not chosen or _has_any(settings, p, chosen))


def _has_any(settings: Settings, of: Province, codes: Collection[str]) -> bool:
    return any(unit.code in codes for unit in open_roster(settings_for_province(settings, of.code)).units)


class TryStage(StrEnum):
    """Where a try stands, as far as whoever carries it out can tell."""

    WAITING = "waiting"
    RUNNING = "running"
    ENDED = "ended"


@dataclass(slots=True)
class Try:
    """The newest try of one province. ``since`` is when anything of it was seen to change."""

    province: Province
    since: datetime
    number: int = 1
    flow_run: str = ""
    last_signs: tuple[object, ...] = ()
    run_state: str = ""


@dataclass
class NationRun:
    """What became of each province's run for one tick; ``patience`` is how long a try may run without news."""

    store: Store
    tick: str
    patience: timedelta
    tries: dict[str, Try] = field(default_factory=dict)
    recorded_runs: dict[str, str] = field(default_factory=dict)

    def begin(self, wanted: Iterable[Province], now: datetime) -> None:
        """Take these provinces in hand; those that have been recorded for this tick need nothing more."""
        self.tries = {p.code: Try(p, now) for p in wanted}
        self._look_up()

    @property
    def open_tries(self) -> Iterator[Try]:
        """The tries of provinces that have not been recorded."""
        return (t for code, t in self.tries.items() if code not in self.recorded_runs)

    @property
    def unstarted_tries(self) -> tuple[Try, ...]:
        """The tries that nobody has been asked to carry out."""
        return tuple(t for t in self.open_tries if not t.flow_run)

    def run_name(self, of: Try) -> str:
        """Name the run of a try."""
        return try_name(self.tick, of.province.code, of.number)

    def update(self, runs: Mapping[str, TryStage], now: datetime) -> tuple[str, ...]:
        """Take in how the tries stand, and return the runs that are given up as lost; what failed is tried again.

        A run of which nothing is said in ``runs`` is judged by the record alone.
        """
        states = self._look_up()
        outcomes = self.store.runs.outcomes([self.run_name(t) for t in self.open_tries])
        lost: list[str] = []
        for each in [t for t in self.open_tries if t.flow_run]:
            name, at = self.run_name(each), runs.get(each.flow_run, TryStage.RUNNING)
            each.run_state = states.get(name, "")
            signs = at, each.run_state, outcomes[name].total()
            if signs != each.last_signs or at is TryStage.WAITING:
                each.last_signs, each.since = signs, now
            silent = now - each.since > self.patience
            if silent and at is not TryStage.ENDED:
                lost.append(each.flow_run)
            if (silent or at is TryStage.ENDED) and each.number < TRIES:
                self.tries[each.province.code] = Try(each.province, now, each.number + 1, run_state=each.run_state)
        return tuple(lost)

    def is_over(self, runs: Mapping[str, TryStage]) -> bool:
        """Whether nothing is left to wait for: every province has been recorded, or tried for the last time."""
        return all(t.number == TRIES and runs.get(t.flow_run) is TryStage.ENDED for t in self.open_tries)

    def _look_up(self) -> dict[str, str]:
        """Read what the record says of every try of every province."""
        names = {
            try_name(self.tick, code, n): code for code in self.tries for n in range(1, self.tries[code].number + TRIES)
        }
        states = self.store.runs.states(names)
        self.recorded_runs |= {names[name]: name for name, state in states.items() if state == FINISHED}
        return states

    def summary(self) -> Message:
        """Say how many provinces were recorded, and which were not, and why."""
        done = M("Đã ghi {done} trên {all} tỉnh, thành phố.", done=len(self.recorded_runs), all=len(self.tries))
        missing = [M("{name} ({why})", name=as_unit(t.province).full_name, why=_why(t)) for t in self.open_tries]
        if not missing:
            return done
        names = join_messages(missing, ", ")
        return M("{done} Chưa xong: {names}. Hãy chạy lại với tick={tick}.", done=done, names=names, tick=self.tick)


def _why(of: Try) -> Message:
    if of.run_state == NOT_CARRIED_OUT:
        return M("mạng của máy chạy không tới được đơn vị nào")
    if of.run_state:
        return M("bị dừng giữa chừng")
    return M("chưa máy nào chạy")
