"""A campaign opened: its checklist, units, anchor and policy, found and checked together."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from lotrinh.catalog.checklists import find_checklist, load_checklist
from lotrinh.core.checklist.checklist import Checklist
from lotrinh.core.checklist.consistency import find_problems
from lotrinh.core.checklist.deadlines import Schedule, awaited_steps, timetable, with_parameters
from lotrinh.core.checklist.grammar import RuleError, parse_rule
from lotrinh.core.checklist.rules import DeadlineRule
from lotrinh.core.checklist.units import Unit
from lotrinh.core.status.actors import actor_name
from lotrinh.core.status.journal import Entry
from lotrinh.core.status.status import Policy
from lotrinh.core.text import M, Message, Text
from lotrinh.errors import BadInput, NotFound, Problem
from lotrinh.services.campaigns.campaign_override import (
    NO_OVERRIDE,
    CampaignOverride,
    override_checklist,
    read_override,
)
from lotrinh.services.campaigns.rosters import Roster, imported_path, open_roster
from lotrinh.settings.models import CampaignSettings, Settings
from lotrinh.store import Store
from lotrinh.store.runs.runs import Run

A_YEAR = timedelta(days=366)
"""How long before its anchor a campaign starts where the settings do not say."""


@dataclass(frozen=True, kw_only=True)
class Campaign:
    """A checklist bound to an anchor, a set of units and a policy.

    ``starts`` is the first day on which a step of it can have been completed; None where there is no anchor yet.
    ``change`` is the number of the journal's entry whose anchor or checklist it has; 0: those of its files.
    """

    id: str
    title: Text
    checklist: Checklist
    anchor: date | None
    parameters: dict[str, DeadlineRule]
    province: Unit
    units: tuple[Unit, ...]
    zone: ZoneInfo
    policy: Policy
    starts: date | None = None
    change: int = 0

    @cached_property
    def awaited_steps(self) -> tuple[str, ...]:
        """The steps on whose real completion some deadline hangs."""
        return awaited_steps(self.checklist, self.parameters)

    @cached_property
    def milestone_schedules(self) -> Mapping[str, Schedule]:
        """The schedules of the milestones, as far as they hang on no real event."""
        return timetable(self.checklist, self.anchor, parameters=self.parameters).milestones

    @cached_property
    def by_code(self) -> dict[str, Unit]:
        """The units, and the province itself, by code."""
        return {u.code: u for u in (*self.units, self.province)}

    def has_run(self, run: Run) -> bool:
        """Whether a run is of this campaign and this province: one record may hold several provinces' runs."""
        return (run.campaign, run.province) == (self.id, self.province.code)


def open_campaign(
    store: Store, settings: Settings, name: str, units_file: Path | None = None, home: Path | None = None
) -> Campaign:
    """Open a campaign of the settings, or a checklist under its own name; what the office applied since goes before.

    ``home`` is the settings file's folder. What was applied is read from the database: a machine that did not know
    of it would tell wrong deadlines.
    """
    config, roster = campaign_settings(settings, name), open_roster(settings, units_file)
    entry = store.changes.newest(name, roster.province.code)
    checklist = checklist_in_use(store, settings, config, home, entry)
    config = with_override(config, read_override(entry) if entry else NO_OVERRIDE)
    return bind_campaign(config, checklist, roster, partial=units_file is not None, change=entry.number if entry else 0)


def checklist_in_use(
    store: Store, settings: Settings, config: CampaignSettings, home: Path | None, entry: Entry | None
) -> Checklist:
    """Return a campaign's checklist: what the office applied by its newest ``entry``, else the file's."""
    applied = override_checklist(store, settings, entry) if entry else None
    return applied or load_checklist(checklist_path(settings, config, home))


def open_campaign_of_files(
    settings: Settings, name: str, units_file: Path | None = None, home: Path | None = None
) -> Campaign:
    """Open a campaign as its files say, for whom there is no record: nothing that the office applied is in it."""
    config = campaign_settings(settings, name)
    checklist = load_checklist(checklist_path(settings, config, home))
    return bind_campaign(config, checklist, open_roster(settings, units_file), partial=units_file is not None)


def bind_campaign(
    config: CampaignSettings, checklist: Checklist, roster: Roster, *, partial: bool = False, change: int = 0
) -> Campaign:
    """Bind a checklist to a campaign's anchor, units and policy; ``BadInput`` with all that does not fit.

    A ``partial`` roster may lack units that the campaign names. ``change`` as in ``Campaign``.
    """
    parameters, problems = _parameters(config, checklist)
    anchor = config.anchor or checklist.anchor.day
    units, unknown = _choose_units(config, roster.units, partial=partial)
    if problems or unknown:
        raise BadInput([*problems, *unknown])
    return Campaign(
        id=config.id,
        title=Text(config.title) if config.title else checklist.title,
        checklist=checklist,
        anchor=anchor,
        parameters=parameters,
        province=roster.province,
        units=units,
        zone=ZoneInfo(checklist.timezone),
        policy=Policy(
            timedelta(days=config.warning_days),
            timedelta(days=config.horizon_days),
            timedelta(hours=config.stale_hours),
        ),
        starts=config.starts or (anchor - A_YEAR if anchor else None),
        change=change,
    )


def campaign_settings(settings: Settings, name: str) -> CampaignSettings:
    """Return the campaign as the settings file says; a name that is none's is a checklist's, with every default."""
    config = next((c for c in settings.campaigns if c.id == name), None)
    return config or CampaignSettings.model_construct(id=name, checklist=name)


def with_override(config: CampaignSettings, override: CampaignOverride) -> CampaignSettings:
    """Let an applied anchor go before what the settings file says."""
    return config.model_copy(update={"anchor": override.anchor}) if override.anchor else config


def is_current(store: Store, campaign: Campaign) -> bool:
    """Whether nothing was applied to a campaign since it was opened."""
    return store.changes.number(campaign.id, campaign.province.code) == campaign.change


def campaign_files(settings: Settings, name: str, home: Path | None) -> tuple[Path, ...]:
    """Name the files a campaign is made of: when one changes, it has to be opened again."""
    units = settings.units.file or imported_path(settings)
    try:
        return units, checklist_path(settings, campaign_settings(settings, name), home)
    except NotFound:  # one that was applied may stand in its place
        return (units,)


def checklist_path(settings: Settings, config: CampaignSettings, home: Path | None) -> Path:
    """Find the campaign's checklist file; ``NotFound`` tells which campaigns and checklists there are."""
    try:
        return find_checklist(config.checklist or config.id, home)
    except NotFound as error:
        if config.id in {c.id for c in settings.campaigns}:
            raise
        campaigns = ", ".join(c.id for c in settings.campaigns) or "—"
        raise NotFound(
            M(
                "Không có đợt “{name}”. Các đợt đã khai báo: {campaigns}. {hint}",
                name=config.id,
                campaigns=campaigns,
                hint=error.sentence,
            )
        ) from error


def _parameters(config: CampaignSettings, checklist: Checklist) -> tuple[dict[str, DeadlineRule], list[Problem]]:
    rules, problems = {}, []
    for name, text in config.parameters.items():
        where = f"campaigns.{config.id}.parameters.{name}"
        if name not in checklist.parameters:
            problems.append(Problem(where, 0, 0, M("Bộ đầu việc không có tham số “{name}”.", name=name)))
            continue
        try:
            rules[name] = parse_rule(text)
        except RuleError as error:
            problems.append(Problem(where, 0, 0, error.sentence))
    where = f"campaigns.{config.id}.parameters"
    faults = [] if problems else find_problems(with_parameters(checklist, rules))
    return rules, [*problems, *(Problem(where, 0, 0, fault.sentence) for fault in faults)]


def _choose_units(
    config: CampaignSettings, units: tuple[Unit, ...], *, partial: bool
) -> tuple[tuple[Unit, ...], list[Problem]]:
    """Keep the campaign's units; a roster given on the command line may hold only some of them."""
    if not config.units:
        return units, []
    codes = {u.code for u in units}
    missing = [c for c in config.units if c not in codes]
    where = f"campaigns.{config.id}.units"
    problems = [] if partial else [Problem(where, 0, 0, _no_unit(code)) for code in missing]
    return tuple(u for u in units if u.code in config.units), problems


def _no_unit(code: str) -> Message:
    return M("Không có đơn vị mang mã “{code}” trong danh sách đơn vị đang dùng.", code=code)


def campaign_actor_name(actor: str, campaign: Campaign) -> Message | str:
    """Name an actor of a campaign: a unit by its name, whether its people or its own software spoke."""
    return actor_name(actor, campaign.by_code)
