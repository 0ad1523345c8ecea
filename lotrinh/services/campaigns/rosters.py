"""Which units there are: the office's own roster, the imported one, or the packaged one."""

from collections.abc import Container
from pathlib import Path
from typing import NamedTuple

from lotrinh.catalog.units import (
    Province,
    RosterChange,
    address_findings,
    diff_rosters,
    known_codes,
    packaged_roster,
    province,
    read_roster,
    readable_rows,
    write_roster,
)
from lotrinh.core.checklist.units import Unit, UnitKind
from lotrinh.core.os_errors import os_error_reason
from lotrinh.core.text import M, Message
from lotrinh.errors import BadInput, NotFound, Problem
from lotrinh.settings.models import Settings


class Roster(NamedTuple):
    """The units in use and where they come from."""

    province: Unit
    units: tuple[Unit, ...]
    source: str


def accepted_codes(settings: Settings) -> Container[str] | None:
    """Return the codes that may stand in a roster; None where the settings accept any."""
    return None if settings.units.allow_unknown else known_codes()


def imported_path(settings: Settings) -> Path:
    """Return where ``lotrinh units import`` keeps the office's roster."""
    return settings.data_dir / "units" / f"{province(settings.province).slug}.csv"


def open_roster(settings: Settings, file: Path | None = None) -> Roster:
    """Read the roster: the given file, the one in the settings, the imported one, or the packaged one."""
    home = province(settings.province)
    chosen = file or settings.units.file
    path = chosen or imported_path(settings)
    # A chosen file that is missing is an error; without an imported one the packaged roster is in use.
    if chosen or path.is_file():
        units = read_roster(path, accepted_codes(settings))
        source = str(path)
    else:
        units, source = packaged_roster(home), home.slug
    own = next((u for u in units if u.is_province), None) or as_unit(home)
    return Roster(own, tuple(u for u in units if not u.is_province), source)


def province_unit(settings: Settings) -> Unit:
    """Return the province as the roster in use has it, also where other rows are wrong; else by its name alone."""
    home = as_unit(province(settings.province))
    try:
        rows = readable_rows(settings.units.file or imported_path(settings))
    except BadInput:
        return home
    return next((unit for unit in rows if unit.is_province), home)


def roster_fault(settings: Settings) -> Message | None:
    """Say in one sentence why the roster in use cannot be read; None where it can."""
    try:
        open_roster(settings)
    except BadInput as error:
        first, count = error.problems[0], len(error.problems)
        return M(
            "Danh sách đơn vị chưa dùng được ({count} lỗi). {place}: {sentence}",
            count=count,
            place=first.place,
            sentence=first.sentence,
        )
    except NotFound as error:  # the province
        return error.sentence
    return None


def as_unit(home: Province) -> Unit:
    """The province itself is a unit too."""
    return Unit(home.code, UnitKind(home.kind), home.name)


class RosterImport(NamedTuple):
    """What an import changes, and which addresses in it cannot be asked."""

    path: Path
    units: tuple[Unit, ...]
    changes: tuple[RosterChange, ...]
    addresses: tuple[Problem, ...]


def import_roster(settings: Settings, file: Path) -> RosterImport:
    """Check a roster whole, then put it in the place of the one in use."""
    if settings.units.file:
        sentence = M(
            "Cấu hình đang dùng tệp {file} (units.file); hãy sửa tệp đó, hoặc bỏ mục này rồi nhập lại.",
            file=str(settings.units.file),
        )
        raise BadInput([Problem("units.file", 0, 0, sentence)])
    units = read_roster(file, accepted_codes(settings))
    changes = diff_rosters(_in_use(settings), units)
    path = imported_path(settings)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_roster(path, units)
    except OSError as error:
        raise BadInput(
            [Problem(str(path), 0, 0, M("Chưa nhập: không ghi được tệp ({reason}).", reason=os_error_reason(error)))]
        ) from error
    return RosterImport(path, units, changes, tuple(address_findings(units)))


def _in_use(settings: Settings) -> tuple[Unit, ...]:
    """Return the units in use; a broken roster does not keep a good one out."""
    try:
        return open_roster(settings).units
    except BadInput:
        return ()
