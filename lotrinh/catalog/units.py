"""Rosters: CSV files of units, and the packaged ones of all provinces."""

import csv
import io
import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import fields
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from lotrinh.catalog.checklists import PACKAGED
from lotrinh.core.checklist.units import PREFIXES, Unit, UnitKind
from lotrinh.core.text import M, Message, fold_text, nfc
from lotrinh.errors import BadInput, NotFound, Problem
from lotrinh.files import write_whole

COLUMNS = tuple(field.name for field in fields(Unit))
REQUIRED = ("code", "kind", "name")
FOLDER = PACKAGED / "units"
KINDS = {kind.value: kind for kind in UnitKind} | {fold_text(word): kind for kind, word in PREFIXES.items()}
PROVINCES = frozenset({UnitKind.PROVINCE, UnitKind.CITY})
EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
SEPARATORS = (";", "\t", ",")
LARGEST = 5_000_000


class Province(NamedTuple):
    """A province: its 2-digit code, kind, name without the kind, and the name of its roster."""

    code: str
    kind: str
    name: str
    slug: str


class RosterChange(NamedTuple):
    """One difference between two rosters: a unit added, removed, or a field of it changed."""

    code: str
    name: str
    field: str
    old: str
    new: str

    @property
    def is_tone_only(self) -> bool:
        """Whether only the place of a tone mark differs, as in Hòa and Hoà."""
        return self.field == "name" and bool(self.old and self.new) and fold_text(self.old) == fold_text(self.new)


@lru_cache(maxsize=1)
def provinces() -> tuple[Province, ...]:
    """Return all provinces, by code."""
    with (FOLDER / "provinces.csv").open(encoding="utf-8", newline="") as file:
        return tuple(Province(**row) for row in csv.DictReader(file))


def province(name: str) -> Province:
    """Find a province by code, slug or name."""
    wanted = fold_text(name.strip()).replace(" ", "-")
    for found in provinces():
        if wanted in {found.code, found.slug, fold_text(found.name).replace(" ", "-")}:
            return found
    slugs = [p.slug for p in provinces()]
    near = ", ".join(get_close_matches(wanted, slugs, 3, 0.5)) or ", ".join(slugs)
    raise NotFound(
        M("Không có tỉnh “{name}”. Hãy dùng mã 2 số hoặc tên không dấu, ví dụ: {near}.", name=name, near=near)
    )


def packaged_roster(of: Province) -> tuple[Unit, ...]:
    """Return the packaged roster of a province."""
    return read_roster(FOLDER / f"{of.slug}.csv")


@lru_cache(maxsize=1)
def known_codes() -> frozenset[str]:
    """Return the codes of all units and provinces that the packaged rosters know."""
    codes = {p.code for p in provinces()}
    for path in FOLDER.glob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            codes |= {row[0] for row in csv.reader(file)}
    return frozenset(codes - {"code"})


def read_roster(path: Path, accepted_codes: Container[str] | None = None) -> tuple[Unit, ...]:
    """Read a roster; ``BadInput`` with every problem. With ``accepted_codes``, other codes are problems too."""
    rows = _rows(_text(path), str(path))
    reader = _RosterReader(str(path), accepted_codes)
    units = reader.units(rows)
    if reader.problems:
        raise BadInput(reader.problems)
    return units


def readable_rows(path: Path) -> tuple[Unit, ...]:
    """Read what can be read of a roster in which other rows may be wrong; ``BadInput`` where it is none at all."""
    return _RosterReader(str(path), None).units(_rows(_text(path), str(path)))


def write_roster(path: Path, units: Sequence[Unit]) -> None:
    """Write a roster in the place of the one that is there, whole or not at all."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for unit in units:
        writer.writerow([_written(unit, column) for column in COLUMNS])
    write_whole(path, out.getvalue().encode())


def _written(unit: Unit, column: str) -> str:
    value = getattr(unit, column)
    return " ".join(sorted(value)) if isinstance(value, frozenset) else str(value)


def diff_rosters(old: Sequence[Unit], new: Sequence[Unit]) -> tuple[RosterChange, ...]:
    """List what differs, by code."""
    before, after = {u.code: u for u in old}, {u.code: u for u in new}
    changes: list[RosterChange] = []
    for code in sorted(before.keys() | after.keys()):
        a, b = before.get(code), after.get(code)
        if a and b:
            pairs = ((c, _written(a, c), _written(b, c)) for c in COLUMNS)
            changes += [RosterChange(code, b.full_name, c, x, y) for c, x, y in pairs if x != y]
        else:
            changes.append(_whole_unit_change(a, b))
    return tuple(changes)


def _whole_unit_change(old: Unit | None, new: Unit | None) -> RosterChange:
    unit = old or new
    if unit is None:
        raise ValueError
    return RosterChange(unit.code, unit.full_name, "", old.full_name if old else "", new.full_name if new else "")


def address_findings(units: Sequence[Unit]) -> Iterator[Problem]:
    """Name status addresses that can never be asked; they do not stop a roster."""
    for unit in units:
        if unit.status_url and (sentence := address_fault(unit.status_url)):
            yield Problem(f"{unit.code} status_url", 0, 0, sentence)


def address_fault(url: str) -> Message | None:
    """Say what is wrong with the form of an address."""
    try:
        parts = urlsplit(url)
        port_is_good = parts.port is None or parts.port > 0
    except ValueError:
        return M("Địa chỉ “{url}” không đúng dạng.", url=url)
    if any(c <= " " for c in url) or not port_is_good:
        return M("Địa chỉ “{url}” không đúng dạng.", url=url)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        return M("Địa chỉ “{url}” phải bắt đầu bằng http:// hoặc https:// và có tên máy.", url=url)
    if parts.username is not None or parts.password is not None:
        return M("Địa chỉ “{url}” không được chứa tên và mật khẩu.", url=url)
    return None


def _text(path: Path) -> str:
    try:
        raw = path.read_bytes()
    except OSError as error:
        sentence = M("Không đọc được danh sách đơn vị. Hãy kiểm tra lại đường dẫn.")
        raise BadInput([Problem(str(path), 0, 0, sentence)]) from error
    if raw[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        sentence = M("Tệp ở dạng UTF-16. Trong Excel hãy lưu dạng “CSV UTF-8”.")
    elif len(raw) > LARGEST:
        sentence = M("Tệp lớn hơn 5 MB, không phải danh sách đơn vị của một tỉnh.")
    elif b"\0" in raw:
        sentence = M("Tệp không phải CSV. Trong Excel hãy lưu dạng “CSV UTF-8”.")
    else:
        return _decoded(raw, path)
    raise BadInput([Problem(str(path), 0, 0, sentence)])


def _decoded(raw: bytes, path: Path) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        sentence = M("Tệp không phải UTF-8. Trong Excel hãy lưu dạng “CSV UTF-8”.")
        line = raw.count(b"\n", 0, error.start) + 1
        raise BadInput([Problem(str(path), line, 0, sentence)]) from error


def _rows(text: str, where: str) -> list[tuple[int, list[str]]]:
    """Split into rows with their line numbers; the separator is the one that the header uses."""
    header = text.split("\n", 1)[0]
    separator = next((s for s in SEPARATORS if s in header), ",")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        rows = [(reader.line_num, [nfc(cell.strip()) for cell in row]) for row in reader]
    except csv.Error as error:
        sentence = M("Dòng không đúng dạng CSV: {reason}. Hãy xem lại dấu nháy kép.", reason=str(error))
        raise BadInput([Problem(where, reader.line_num, 0, sentence)]) from error
    return [(line, row) for line, row in rows if any(row)]


class _RosterReader:
    """Rows -> units, noting every problem."""

    def __init__(self, where: str, accepted_codes: Container[str] | None) -> None:
        self.where, self.accepted_codes = where, accepted_codes
        self.problems: list[Problem] = []
        self.first: dict[str, int] = {}

    def units(self, rows: list[tuple[int, list[str]]]) -> tuple[Unit, ...]:
        if not rows:
            self._note(1, M("Tệp trống. Dòng đầu phải là: {columns}", columns=",".join(COLUMNS)))
            return ()
        line, header = rows[0]
        if not self._header(line, header):
            return ()
        made = [self._unit(number, header, row) for number, row in rows[1:]]
        if not made:
            self._note(line, M("Danh sách không có đơn vị nào."))
        return tuple(unit for unit in made if unit)

    def _note(self, line: int, sentence: Message) -> None:
        self.problems.append(Problem(self.where, line, 0, sentence))

    def _header(self, line: int, header: list[str]) -> bool:
        before = len(self.problems)
        for name in header:
            if name not in COLUMNS or header.count(name) > 1:
                columns = ", ".join(COLUMNS)
                self._note(
                    line, M("Cột “{name}” không có hoặc bị lặp. Các cột: {columns}.", name=name, columns=columns)
                )
        for name in REQUIRED:
            if name not in header:
                self._note(line, M("Thiếu cột “{name}”.", name=name))
        return len(self.problems) == before

    def _unit(self, line: int, header: list[str], row: list[str]) -> Unit | None:
        before = len(self.problems)
        if len(row) != len(header):
            self._note(line, M("Dòng có {found} ô, cần {needed} ô.", found=len(row), needed=len(header)))
            row = [*row, *[""] * len(header)][: len(header)]
        cells = dict(zip(header, row, strict=True))
        kind = KINDS.get(fold_text(cells["kind"])) or KINDS.get(cells["kind"])
        for sentence in (*self._code(line, cells["code"], kind), *_faults(cells, kind)):
            self._note(line, sentence)
        if len(self.problems) > before or kind is None:
            return None
        tags = frozenset(re.split(r"[;\s]+", cells.pop("tags", ""))) - {""}
        rest = {name: value for name, value in cells.items() if name not in REQUIRED}
        return Unit(cells["code"], kind, cells["name"], tags=tags, **rest)

    def _code(self, line: int, code: str, kind: UnitKind | None) -> Iterator[Message]:
        digits = 2 if kind in PROVINCES else 5
        if not (code.isascii() and code.isdigit() and len(code) == digits):
            if code.isascii() and code.isdigit() and len(code) == digits - 1:
                yield M("Mã “{code}” mất số 0 ở đầu. Hãy định dạng cột mã là chữ: “0{code}”.", code=code)
            else:
                yield M("Mã “{code}” phải gồm đúng {digits} chữ số.", code=code, digits=digits)
            return
        if code in self.first:
            yield M("Mã “{code}” đã có ở dòng {first}.", code=code, first=self.first[code])
        elif self.accepted_codes is not None and code not in self.accepted_codes:
            yield M("Không có đơn vị mang mã “{code}” trong danh mục hành chính. Hãy tra lại mã.", code=code)
        self.first.setdefault(code, line)


def _faults(cells: dict[str, str], kind: UnitKind | None) -> Iterator[Message]:
    if kind is None:
        yield M("Loại “{kind}” không dùng được. Hãy ghi xa, phuong hoặc dac_khu.", kind=cells["kind"])
    if not cells["name"]:
        yield M("Thiếu tên đơn vị.")
    if (email := cells.get("contact_email")) and not EMAIL.fullmatch(email):
        yield M("“{email}” không phải địa chỉ thư điện tử.", email=email)
