"""The deployments of one office: the checks of its campaigns, reminders, sending, reports; each with its cron.

Their names have the province in them, for several offices may use one Prefect server.
``python -m flows.deploy --pool POOL --settings FILE`` puts them into a work pool; ``flows.serve`` serves them itself.
Their schedules are those that hold in our own record, and are set again whenever they differ: the office changes them
in the portal, not in Prefect.
"""

import argparse
import asyncio
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
from prefect import Flow, get_client
from prefect.client.orchestration import PrefectClient
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterTags
from prefect.client.schemas.objects import DeploymentSchedule
from prefect.client.schemas.schedules import CronSchedule
from prefect.deployments.runner import RunnerDeployment
from prefect.exceptions import ObjectNotFound, PrefectException
from prefect.settings import PREFECT_API_AUTH_STRING, PREFECT_API_URL, temporary_settings
from prefect.types.entrypoint import EntrypointType

from flows.check import check
from flows.nation import check_nation
from flows.remind import remind, send
from flows.weekly import weekly
from lotrinh.catalog.units import province
from lotrinh.core.notify.schedules import Tick
from lotrinh.core.text import M
from lotrinh.errors import BadInput, LotrinhError, Problem
from lotrinh.i18n import error_lines, say
from lotrinh.services.campaigns.campaigns import campaign_settings, checklist_path, open_campaign
from lotrinh.services.campaigns.rosters import roster_fault
from lotrinh.services.campaigns.schedules import effective_schedule
from lotrinh.services.upkeep.prefect_server import auth_string
from lotrinh.settings.load import LoadedSettings, load_settings
from lotrinh.store import Store, open_store

OURS, NATION = "lotrinh", "lotrinh-nation"
"""Tags: of every deployment that is kept in step with our record; of those of the nation's check."""
ENGINE = "python -m flows.engine"
"""What a worker starts for a run, as in ``prefect.yaml``: alone, without processes that prepare a workspace."""
SENDING = "*/15 * * * *"
"""When messages whose time has come again are sent: their own waits begin at two minutes and grow to hours."""
ONLY_WITH_WORKERS = M(
    "[nation] chỉ chạy được bằng worker. Hãy chạy: python -m flows.serve --pool lotrinh, và các worker."
)


@dataclass(frozen=True, slots=True)
class Cron:
    """One schedule of a deployment. ``parameters`` are those of its runs: which week is theirs, which campaign."""

    slug: str
    cron: str
    zone: str
    active: bool = True
    parameters: Mapping[str, str] = field(default_factory=dict)

    @property
    def schedule_request(self) -> DeploymentScheduleCreate:
        """The schedule as Prefect is asked for it."""
        cron, parameters = CronSchedule(cron=self.cron, timezone=self.zone), dict(self.parameters)
        return DeploymentScheduleCreate(schedule=cron, active=self.active, parameters=parameters, slug=self.slug)

    def matches(self, there: DeploymentSchedule) -> bool:
        """Whether Prefect has it already."""
        known = there.schedule
        if not isinstance(known, CronSchedule):
            return False
        same = (known.cron, known.timezone, there.active) == (self.cron, self.zone, self.active)
        return same and dict(there.parameters) == self.parameters


@dataclass(frozen=True, slots=True)
class PlannedDeployment:
    """One deployment as it is to be."""

    flow: Flow[..., Any]
    name: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    tags: tuple[str, ...] = ()
    crons: tuple[Cron, ...] = ()

    @property
    def full_name(self) -> str:
        """How Prefect calls it."""
        return f"{self.flow.name}/{self.name}"

    def is_same_run(self, other: "PlannedDeployment") -> bool:
        """Whether nothing but schedules differs."""
        return (self.full_name, self.parameters, self.tags) == (other.full_name, other.parameters, other.tags)

    def build(self, pool: str | None = None) -> RunnerDeployment:
        """Return the deployment as Prefect is asked for it, without its schedules; in a work pool where one is named.

        By module path: the program that carries it out imports our package, whatever folder it runs in.
        """
        module = EntrypointType.MODULE_PATH
        where: dict[str, Any] = {"work_pool_name": pool, "job_variables": {"command": ENGINE}} if pool else {}
        known: dict[str, Any] = {"parameters": dict(self.parameters), "tags": list(self.tags)}
        return RunnerDeployment.from_flow(self.flow, self.name, entrypoint_type=module, **known, **where)


@dataclass(frozen=True, slots=True)
class DeploymentPlan:
    """All deployments, and what is wrong: ``unplanned`` names those that stay as they are for it."""

    deployments: tuple[PlannedDeployment, ...]
    province: str
    unplanned: tuple[str, ...]
    problems: tuple[LotrinhError, ...] = ()


def plan_deployments(loaded: LoadedSettings, store: Store, pool: str | None = None) -> DeploymentPlan:
    """Work out what is to be deployed; a campaign that cannot be opened keeps no other from it.

    A roster that cannot be read keeps all campaigns from it, and is said once. Runs of a work pool are told of no
    settings file: each worker has its own.
    """
    settings = loaded.settings
    file = {"settings": str(loaded.file.resolve())} if loaded.file and not pool else {}
    own = province(settings.province)
    common = (OURS, f"province:{own.code}")
    names = {campaign.id: f"{campaign.id}.{own.slug}" for campaign in settings.campaigns}
    found, problems, planned = list[PlannedDeployment](), list[LotrinhError](), set[str]()
    if names and (wrong := roster_fault(settings)):
        sentence = M("Chưa đưa được lịch mới của đợt nào lên Prefect; lịch đang có vẫn giữ. {fault}", fault=wrong)
        problems.append(LotrinhError(sentence))
    for name, full in () if problems else names.items():
        try:
            found += _of_campaign(loaded, store, name, full, file, (*common, f"campaign:{name}"))
            planned.add(name)
        except LotrinhError as error:
            problems.append(error)
    reminding = _crons(Cron("remind", settings.remind.cron, settings.timezone))
    sending = _crons(Cron("send", SENDING if has_sender(loaded) else "", settings.timezone))
    found += [
        PlannedDeployment(remind, own.slug, file, common, reminding),
        PlannedDeployment(send, own.slug, file, common, sending),
    ]
    if settings.nation.campaigns:
        found += _of_nation(loaded, common, problems) if pool else ()
        problems += [] if pool else [LotrinhError(ONLY_WITH_WORKERS)]
    unplanned = tuple(names[name] for name in names.keys() - planned)
    return DeploymentPlan(tuple(found), own.code, unplanned, tuple(problems))


def _of_campaign(
    loaded: LoadedSettings, store: Store, name: str, full: str, file: Mapping[str, str], tags: tuple[str, ...]
) -> Iterator[PlannedDeployment]:
    """Plan a campaign's checks and reports under its ``full`` name, which no other office on the server has."""
    zone = open_campaign(store, loaded.settings, name, home=loaded.home).zone.key
    schedule = effective_schedule(store, loaded.settings, name).schedule
    active = not schedule.paused
    parameters = {"campaign": name, **file}

    def at(tick: Tick, cron: str) -> Cron:
        return Cron(tick.value, cron, zone, active, {"tick": tick.value})

    checks = _crons(at(Tick.USUAL, schedule.cron), at(Tick.DENSE, schedule.last_week))
    reports = _crons(at(Tick.REPORT, schedule.report))
    yield PlannedDeployment(check, full, parameters, tags, checks)
    yield PlannedDeployment(weekly, full, parameters, tags, reports)


def _of_nation(
    loaded: LoadedSettings, tags: tuple[str, ...], problems: list[LotrinhError]
) -> Iterator[PlannedDeployment]:
    """Plan the nation's check, one schedule for each campaign, and the deployment whose runs are the provinces'."""
    settings, crons = loaded.settings, list[Cron]()
    for name in settings.nation.campaigns:
        try:
            checklist_path(settings, campaign_settings(settings, name), loaded.home)
            crons.append(Cron(name, settings.nation.cron, settings.timezone, parameters={"campaign": name}))
        except LotrinhError as error:
            problems.append(error)
    yield PlannedDeployment(check, "province", tags=(NATION,))
    yield PlannedDeployment(check_nation, "nation", tags=(*tags, NATION), crons=_crons(*crons))


def _crons(*crons: Cron) -> tuple[Cron, ...]:
    return tuple(cron for cron in crons if cron.cron)


def has_sender(loaded: LoadedSettings) -> bool:
    """Whether there is anything by which something is sent."""
    settings = loaded.settings
    elsewhere = any(receiver.url.get_secret_value() for receiver in settings.receivers)
    return bool(settings.mail.host or settings.zalo.token.get_secret_value() or settings.webhooks or elsewhere)


async def sync_schedules(client: PrefectClient, number: UUID, crons: Sequence[Cron]) -> bool:
    """Let a deployment have exactly these schedules; return whether anything had to be changed.

    Prefect drops the coming runs of a schedule that is taken away; runs that are due already stay.
    """
    there = {schedule.slug: schedule for schedule in await client.read_deployment_schedules(number)}
    wanted = {cron.slug: cron for cron in crons}
    stale = [s for s in there.values() if s.slug not in wanted or not wanted[s.slug].matches(s)]
    for schedule in stale:
        await client.delete_deployment_schedule(number, schedule.id)
    kept = {schedule.slug for schedule in there.values()} - {schedule.slug for schedule in stale}
    if fresh := [cron.schedule_request for slug, cron in wanted.items() if slug not in kept]:
        await client.create_deployment_schedules(number, fresh)
    return bool(stale or fresh)


async def retire_deployments(client: PrefectClient, planned: DeploymentPlan) -> list[str]:
    """Take the schedules away from deployments of ours whose campaigns are no more; return their names.

    A campaign that could not be planned now is still there, and keeps what it has.
    """
    tags = DeploymentFilterTags(all_=[OURS, f"province:{planned.province}"])
    known = {*planned.unplanned, *(each.name for each in planned.deployments)}
    gone = [
        d for d in await client.read_deployments(deployment_filter=DeploymentFilter(tags=tags)) if d.name not in known
    ]
    return [d.name for d in gone if await sync_schedules(client, d.id, ())]


async def deploy(loaded: LoadedSettings, store: Store, pool: str) -> DeploymentPlan:
    """Put all deployments, with their schedules, into a work pool."""
    made = plan_deployments(loaded, store, pool)
    async with get_client() as client:
        await _require(client, pool)
        for each in made.deployments:
            number = await each.build(pool).aapply()
            await sync_schedules(client, number, each.crons)
        await retire_deployments(client, made)
    return made


async def _require(client: PrefectClient, pool: str) -> None:
    """Refuse a work pool that is not there: the server would fail without a word."""
    try:
        await client.read_work_pool(pool)
    except ObjectNotFound as error:
        sentence = M("Không có work pool “{pool}”. Hãy tạo: prefect work-pool create {pool} --type process", pool=pool)
        raise BadInput([Problem("--pool", 0, 0, sentence)]) from error


def main(arguments: Sequence[str] | None = None) -> int:
    """Deploy once and say what was deployed."""
    parser = argparse.ArgumentParser(prog="python -m flows.deploy")
    parser.add_argument("--settings")
    parser.add_argument("--pool", required=True)
    given = parser.parse_args(arguments)
    try:
        loaded = load_settings(given.settings)
        with open_store(loaded.settings.database_url) as store, temporary_settings(_server(loaded)):
            made = asyncio.run(deploy(loaded, store, given.pool))
    except LotrinhError as error:
        return _fail([error])
    except (httpx.HTTPError, PrefectException) as error:
        sys.stderr.write(
            say(M("Máy chủ Prefect không nhận: {reason}", reason=f"{type(error).__name__}: {error}")) + "\n"
        )
        return 3
    for each in made.deployments:
        crons = "; ".join(f"{c.cron} {c.zone}" + ("" if c.active else " (paused)") for c in each.crons)
        sys.stdout.write(f"{each.full_name}: {crons or '—'}\n")
    return _fail(made.problems)


def _server(loaded: LoadedSettings) -> dict[Any, str]:
    """Name the Prefect server of our settings, as every other program of ours does."""
    prefect = loaded.settings.prefect
    if not prefect.api_url:
        sentence = M("prefect.api_url để trống: không có máy chủ Prefect nào để đưa lịch lên.")
        raise BadInput([Problem("prefect.api_url", 0, 0, sentence)])
    auth = auth_string(loaded.settings)
    return {PREFECT_API_URL: prefect.api_url} | ({PREFECT_API_AUTH_STRING: auth} if auth else {})


def _fail(errors: Sequence[LotrinhError]) -> int:
    for error in errors:
        sys.stderr.writelines(f"{line}\n" for line in error_lines(error))
    return errors[0].exit_code if errors else 0


if __name__ == "__main__":
    sys.exit(main())
