"""The deployments of one office: the checks of its campaigns, reminders, sending, reports; each with its cron.

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
from flows.remind import remind, send
from flows.weekly import weekly
from lotrinh.core.schedules import Tick
from lotrinh.core.text import M
from lotrinh.errors import BadInput, LotrinhError, Problem
from lotrinh.i18n import say
from lotrinh.services.campaigns import open_campaign
from lotrinh.services.rosters import roster
from lotrinh.services.said import lines_of
from lotrinh.services.schedules import effective
from lotrinh.settings.load import Loaded, load_settings
from lotrinh.store import Store, open_store

OURS = "lotrinh"
"""A tag of every deployment that is kept in step with our record."""
SENDING = "*/15 * * * *"
"""When messages whose time has come again are sent: their own waits begin at two minutes and grow to hours."""


@dataclass(frozen=True, slots=True)
class Cron:
    """One schedule of a deployment. ``tick`` is told to its runs, so that they know which week is theirs."""

    slug: str
    cron: str
    zone: str
    active: bool = True
    tick: str = ""

    @property
    def made(self) -> DeploymentScheduleCreate:
        """The schedule as Prefect is asked for it."""
        parameters = {"tick": self.tick} if self.tick else {}
        cron = CronSchedule(cron=self.cron, timezone=self.zone)
        return DeploymentScheduleCreate(schedule=cron, active=self.active, parameters=parameters, slug=self.slug)

    def is_as(self, there: DeploymentSchedule) -> bool:
        """Whether Prefect has it already."""
        known, parameters = there.schedule, {"tick": self.tick} if self.tick else {}
        if not isinstance(known, CronSchedule):
            return False
        same = (known.cron, known.timezone, there.active) == (self.cron, self.zone, self.active)
        return same and dict(there.parameters) == parameters


@dataclass(frozen=True, slots=True)
class Planned:
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

    def is_same_run(self, other: "Planned") -> bool:
        """Whether nothing but schedules differs."""
        return (self.full_name, self.parameters, self.tags) == (other.full_name, other.parameters, other.tags)

    def made(self, pool: str | None = None) -> RunnerDeployment:
        """Return the deployment as Prefect is asked for it, without its schedules; in a work pool where one is named.

        By module path: the program that carries it out imports our package, whatever folder it runs in.
        """
        module = EntrypointType.MODULE_PATH
        parameters, tags = dict(self.parameters), list(self.tags)
        return RunnerDeployment.from_flow(
            self.flow, self.name, parameters=parameters, tags=tags, entrypoint_type=module, work_pool_name=pool
        )


@dataclass(frozen=True, slots=True)
class Plan:
    """All deployments, and what kept others from being planned."""

    deployments: tuple[Planned, ...]
    province: str
    problems: tuple[LotrinhError, ...] = ()


def plan(loaded: Loaded, store: Store, pool: str | None = None) -> Plan:
    """Work out what is to be deployed; a campaign that cannot be opened keeps no other from it.

    Runs of a work pool are told of no settings file: each worker has its own.
    """
    settings = loaded.settings
    file = {"settings": str(loaded.file.resolve())} if loaded.file and not pool else {}
    province = roster(settings).province.code
    common = (OURS, f"province:{province}")
    found, problems = list[Planned](), list[LotrinhError]()
    for name in (campaign.id for campaign in settings.campaigns):
        try:
            found += _of_campaign(loaded, store, name, file, (*common, f"campaign:{name}"))
        except LotrinhError as error:
            problems.append(error)
    reminding = _crons(Cron("remind", settings.remind.cron, settings.timezone))
    sending = _crons(Cron("send", SENDING if sends(loaded) else "", settings.timezone))
    found += [Planned(remind, "remind", file, common, reminding), Planned(send, "send", file, common, sending)]
    return Plan(tuple(found), province, tuple(problems))


def _of_campaign(
    loaded: Loaded, store: Store, name: str, file: Mapping[str, str], tags: tuple[str, ...]
) -> Iterator[Planned]:
    home = loaded.file.resolve().parent if loaded.file else None
    zone = open_campaign(loaded.settings, name, home=home).zone.key
    schedule = effective(store, loaded.settings, name).schedule
    active = not schedule.paused
    parameters = {"campaign": name, **file}
    checks = _crons(
        Cron(Tick.USUAL.value, schedule.cron, zone, active, Tick.USUAL.value),
        Cron(Tick.DENSE.value, schedule.last_week, zone, active, Tick.DENSE.value),
    )
    reports = _crons(Cron(Tick.REPORT.value, schedule.report, zone, active, Tick.REPORT.value))
    yield Planned(check, name, parameters, tags, checks)
    yield Planned(weekly, name, parameters, tags, reports)


def _crons(*crons: Cron) -> tuple[Cron, ...]:
    return tuple(cron for cron in crons if cron.cron)


def sends(loaded: Loaded) -> bool:
    """Whether there is anything by which something is sent."""
    settings = loaded.settings
    elsewhere = any(receiver.url.get_secret_value() for receiver in settings.receivers)
    return bool(settings.mail.host or settings.zalo.token.get_secret_value() or settings.webhooks or elsewhere)


async def settle(client: PrefectClient, number: UUID, crons: Sequence[Cron]) -> bool:
    """Let a deployment have exactly these schedules; return whether anything had to be changed.

    Prefect drops the coming runs of a schedule that is taken away; runs that are due already stay.
    """
    there = {schedule.slug: schedule for schedule in await client.read_deployment_schedules(number)}
    wanted = {cron.slug: cron for cron in crons}
    stale = [s for s in there.values() if s.slug not in wanted or not wanted[s.slug].is_as(s)]
    for schedule in stale:
        await client.delete_deployment_schedule(number, schedule.id)
    kept = {schedule.slug for schedule in there.values()} - {schedule.slug for schedule in stale}
    if fresh := [cron.made for slug, cron in wanted.items() if slug not in kept]:
        await client.create_deployment_schedules(number, fresh)
    return bool(stale or fresh)


async def retire(client: PrefectClient, planned: Plan) -> list[str]:
    """Take the schedules away from deployments of ours whose campaigns are no more; return their names."""
    tags = DeploymentFilterTags(all_=[OURS, f"province:{planned.province}"])
    known = {each.name for each in planned.deployments}
    gone = [
        d for d in await client.read_deployments(deployment_filter=DeploymentFilter(tags=tags)) if d.name not in known
    ]
    return [d.name for d in gone if await settle(client, d.id, ())]


async def deploy(loaded: Loaded, store: Store, pool: str) -> Plan:
    """Put all deployments, with their schedules, into a work pool."""
    made = plan(loaded, store, pool)
    async with get_client() as client:
        await _require(client, pool)
        for each in made.deployments:
            number = await each.made(pool).aapply()
            await settle(client, number, each.crons)
        if not made.problems:
            await retire(client, made)
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


def _server(loaded: Loaded) -> dict[Any, str]:
    """Name the Prefect server of our settings, as every other program of ours does."""
    prefect = loaded.settings.prefect
    if not prefect.api_url:
        sentence = M("prefect.api_url để trống: không có máy chủ Prefect nào để đưa lịch lên.")
        raise BadInput([Problem("prefect.api_url", 0, 0, sentence)])
    secret = prefect.auth_string.get_secret_value()
    return {PREFECT_API_URL: prefect.api_url} | ({PREFECT_API_AUTH_STRING: secret} if secret else {})


def _fail(errors: Sequence[LotrinhError]) -> int:
    for error in errors:
        sys.stderr.writelines(f"{line}\n" for line in lines_of(error))
    return errors[0].exit_code if errors else 0


if __name__ == "__main__":
    sys.exit(main())
