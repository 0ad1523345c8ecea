"""The whole look: every finding of an installation, in the order that people mend things in."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

from lotrinh.clock import Clock
from lotrinh.core.text import M
from lotrinh.errors import BadInput, LotrinhError
from lotrinh.services.campaigns.rosters import open_roster, roster_fault
from lotrinh.services.doctor import certificates, database, machine, servers
from lotrinh.services.doctor.finding import Diagnosis, Sign, attention, failing, good
from lotrinh.services.http_options import http_options
from lotrinh.services.upkeep.restore_marker import require_finished
from lotrinh.services.upkeep.settings_check import settings_problems
from lotrinh.settings.models import Settings
from lotrinh.store import open_store

GOOD, ATTENTION, BROKEN = 0, 1, 2
"""Exit codes: nothing to do, somebody should look, something does not work."""


@dataclass(frozen=True, slots=True)
class Depth:
    """How far is looked: the whole journal, the units' certificates, the mail host."""

    full: bool = False
    units: bool = False
    mail: bool = False


def examine_installation(
    settings: Settings, file: str, clock: Clock, environment: Mapping[str, str], depth: Depth
) -> Iterator[Diagnosis]:
    """Look everything over; ``file`` is the settings file's name. Changes nothing."""
    yield machine.inspect_versions(
        prefect := machine.installed_version("prefect"), machine.installed_version("fastapi")
    )
    home = Path(file).resolve().parent if file else None
    yield from inspect_settings(settings, file, home)
    yield from inspect_this_machine(settings, clock, depth, home)
    yield from servers.inspect_portal(settings, clock)
    yield from servers.inspect_metrics_token(settings.portal)
    yield from servers.inspect_prefect(settings, clock, prefect)
    yield machine.inspect_client_telemetry(environment)
    yield from servers.inspect_ca_file(settings.http.ca_file)
    yield from servers.inspect_public_url(settings, clock)
    yield from certificates.inspect_own_certificate(
        settings.portal.public_url, servers.trust_context(settings.http.ca_file), clock()
    )
    if not depth.mail:
        yield from servers.inspect_mail_setting(settings)
    if depth.units:
        yield from inspect_units(settings, clock)
    if depth.mail:
        yield servers.inspect_mail_host(settings.mail, servers.trust_context(settings.http.ca_file))


def inspect_settings(settings: Settings, file: str, home: Path | None) -> Iterator[Diagnosis]:
    """Look whether there is a settings file, and whether all that it names can be used."""
    try:
        if database.is_empty(settings.database_url):
            problems = [*settings_problems(None, settings, home)]
        else:
            with open_store(settings.database_url, make=False) as store:
                problems = [*settings_problems(store, settings, home)]
    except LotrinhError:  # what is wrong with the database is a finding of its own
        problems = [*settings_problems(None, settings, home)]
    # A roster that cannot be read is a finding of its own too.
    for problem in problems if not roster_fault(settings) else ():
        yield failing("settings", M("{place}: {sentence}", place=problem.place, sentence=problem.sentence))
    if not file:
        advice = M("Chạy ở thư mục có settings.toml.")
        yield attention("settings", M("Không có settings.toml: dùng giá trị mặc định"), advice)
    elif not problems:
        yield good("settings", M("Cấu hình {file} không có lỗi", file=file))


def inspect_this_machine(
    settings: Settings, clock: Clock, depth: Depth, home: Path | None = None
) -> Iterator[Diagnosis]:
    """Look at what lies on this machine: folder, disk, time zones, record, backup."""
    yield machine.inspect_data_folder(settings.data_dir)
    yield machine.inspect_disk(settings.data_dir)
    yield from machine.inspect_time_zones((settings.timezone,), clock())
    yield inspect_roster(settings)
    try:
        require_finished(settings.data_dir, settings.database_url)
    except LotrinhError as error:
        yield failing("restore", error.sentence)
    yield from database.inspect_database(settings, clock(), full=depth.full, home=home)
    yield database.inspect_backup(settings.data_dir, clock(), ZoneInfo(settings.timezone))


def inspect_roster(settings: Settings) -> Diagnosis:
    """Look whether the roster in use can be read; without it no campaign is checked."""
    if wrong := roster_fault(settings):
        return failing("roster", wrong, M("Sửa chỗ đó; lịch tự theo lại, không phải khởi động lại."))
    return good("roster", M("Danh sách đơn vị đọc được"))


def inspect_units(settings: Settings, clock: Clock) -> Iterator[Diagnosis]:
    """Look at the certificates of the units in the roster; one that cannot be read is a finding of its own."""
    try:
        known = open_roster(settings).units
    except LotrinhError:
        return
    trust = servers.trust_context(settings.http.ca_file)
    yield from certificates.inspect_unit_certificates(known, http_options(settings), trust, clock())


def report_unusable_settings(error: BadInput) -> Iterator[Diagnosis]:
    """Say what is wrong with settings that cannot be used; nothing else can be looked at then."""
    yield machine.inspect_versions(machine.installed_version("prefect"), machine.installed_version("fastapi"))
    for problem in error.problems:
        yield failing("settings", M("{place}: {sentence}", place=problem.place, sentence=problem.sentence))


def exit_code(signs: list[Sign]) -> int:
    """Return the exit code of these signs."""
    if Sign.BROKEN in signs:
        return BROKEN
    return ATTENTION if Sign.ATTENTION in signs else GOOD
