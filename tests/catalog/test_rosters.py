"""Rosters: codes are text, names composed, every bad row named with its line."""

import unicodedata
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lotrinh.catalog.units import (
    COLUMNS,
    address_fault,
    diff_rosters,
    packaged_roster,
    province,
    read_roster,
    write_roster,
)
from lotrinh.core.checklist.units import Unit, UnitKind
from lotrinh.errors import BadInput, NotFound
from lotrinh.i18n import say

HEADER = "code,kind,name\n"


def saved(folder: Path, content: str | bytes) -> Path:
    path = folder / "units.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def problems(folder: Path, content: str | bytes, known: frozenset[str] | None = None) -> list[tuple[int, str]]:
    with pytest.raises(BadInput) as caught:
        read_roster(saved(folder, content), known)
    return [(p.line, say(p.sentence)) for p in caught.value.problems]


@pytest.mark.parametrize("content", [
    "code,kind,name\n04924,xa,Lương Sơn\n",
    "\ufeffcode;kind;name\r\n04924;Xã;Lương Sơn\r\n",
    "code\tkind\tname\n04924\txã\t" + unicodedata.normalize("NFD", "Lương Sơn") + "\n\n",
])  # fmt: skip
def test_what_spreadsheets_write_is_read(tmp_path: Path, content: str) -> None:
    assert read_roster(saved(tmp_path, content)) == (Unit("04924", UnitKind.COMMUNE, "Lương Sơn"),)


def test_every_bad_row_is_named_at_once(tmp_path: Path) -> None:
    content = HEADER + "04924,xa,A\n4960,xa,B\n04924,xa,C\n05047,lang,D\n08296,xa,\n12345,xa\n99999,xa,E\n"
    found = problems(tmp_path, content, frozenset({"04924", "05047", "08296", "12345"}))
    assert [line for line, _ in found] == [3, 4, 5, 6, 7, 7, 8]
    assert "04960" in found[0][1]
    assert "dòng 2" in found[1][1]
    assert "99999" in found[-1][1]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "trống"),
        ("code,kind\n", "name"),
        ("code,kind,name,colour\n", "colour"),
        (HEADER, "không có đơn vị"),
        ("code,kind,name\n04924,xa,A\n".encode("utf-16"), "UTF-8"),
        (b"code,kind,name\n04924,xa,\xff\n", "UTF-8"),
        ('code,kind,name\n04924,xa,"A\n', "CSV"),
    ],
)
def test_a_file_that_is_no_roster_is_told_how_to_become_one(tmp_path: Path, content: str | bytes, words: str) -> None:
    assert words in problems(tmp_path, content)[0][1]


names = st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=20)


@given(st.lists(st.tuples(st.from_regex(r"[0-9]{5}", fullmatch=True), names), min_size=1, unique_by=lambda t: t[0]))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_written_then_read_gives_the_same_units(tmp_path: Path, rows: list[tuple[str, str]]) -> None:
    units = tuple(
        Unit(code, UnitKind.WARD, unicodedata.normalize("NFC", name), "Khu", frozenset({"a", "b"}), "http://x")
        for code, name in rows
    )
    write_roster(tmp_path / "u.csv", units)
    assert read_roster(tmp_path / "u.csv") == units


@given(st.binary(max_size=200))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_arbitrary_bytes_give_units_or_sentences(tmp_path: Path, raw: bytes) -> None:
    try:
        read_roster(saved(tmp_path, raw))
    except BadInput as error:
        assert error.problems


def test_differences_are_named_and_tone_placement_is_told_apart() -> None:
    old = (Unit("00001", UnitKind.COMMUNE, "Hòa"), Unit("00002", UnitKind.COMMUNE, "B"))
    new = (Unit("00001", UnitKind.COMMUNE, "Hoà"), Unit("00003", UnitKind.COMMUNE, "C"))
    changes = diff_rosters(old, new)
    assert [(c.code, c.field, c.is_tone_only) for c in changes] == [
        ("00001", "name", True), ("00002", "", False), ("00003", "", False),
    ]  # fmt: skip


def test_a_province_is_found_by_code_slug_or_name() -> None:
    assert province("25") == province("phu-tho") == province("Phú Thọ")
    with pytest.raises(NotFound, match="phu-tho"):
        province("phu-to")
    assert len(packaged_roster(province("25"))) == 148


@pytest.mark.parametrize(
    "url",
    ["ftp://x/", "http://", "http://a:b@x/", "http://x/\r\n", "javascript:1", "http://x:99999/", "//x", "http://[::1"],
)
def test_addresses_that_can_never_be_asked_have_a_fault(url: str) -> None:
    assert address_fault(url)


def test_the_columns_are_those_of_the_documentation() -> None:
    assert COLUMNS == (
        "code", "kind", "name", "area", "tags", "status_url", "website", "contact_office", "contact_phone",
        "contact_email",
    )  # fmt: skip
