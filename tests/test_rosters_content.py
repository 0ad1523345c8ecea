"""The packaged lists of units: whole, unique, and written the way they are read."""

import csv
import re
import unicodedata
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from lotrinh.catalog.units import packaged_roster, province
from lotrinh.core.text import fold_text

FOLDER = Path(__file__).parents[1] / "checklists" / "units"
HEADER = "code,kind,name,area,tags,status_url,website,contact_office,contact_phone,contact_email"
OPTIONAL = HEADER.split(",")[3:]


@cache
def rows(slug: str) -> list[dict[str, str]]:
    with (FOLDER / f"{slug}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


SLUGS = [row["slug"] for row in rows("provinces")]


def units() -> list[dict[str, str]]:
    return [row for slug in SLUGS for row in rows(slug)]


def test_there_are_34_provinces_with_one_file_each() -> None:
    assert Counter(row["kind"] for row in rows("provinces")) == {"tinh": 27, "thanh_pho": 7}
    assert {path.stem for path in FOLDER.glob("*.csv")} == {*SLUGS, "provinces"}
    assert len(set(SLUGS)) == 34


def test_provinces_are_named_without_their_kind_and_by_their_folded_name() -> None:
    for row in rows("provinces"):
        assert re.fullmatch(r"\d\d", row["code"])
        assert not row["name"].startswith(("Tỉnh ", "Thành phố "))
        assert row["slug"] == fold_text(row["name"]).replace(" ", "-")


def test_the_nation_has_3321_units_of_three_kinds_as_of_july_2026() -> None:
    assert Counter(row["kind"] for row in units()) == {"xa": 2611, "phuong": 697, "dac_khu": 13}


def test_codes_are_five_digits_kept_as_text_and_unique_in_the_nation() -> None:
    codes = [row["code"] for row in units()]
    assert all(re.fullmatch(r"\d{5}", code, re.ASCII) for code in codes)
    assert len(set(codes)) == len(codes) == 3321


def test_phu_tho_has_133_communes_and_15_wards() -> None:
    assert Counter(row["kind"] for row in rows("phu-tho")) == {"xa": 133, "phuong": 15}


@pytest.mark.parametrize(
    ("code", "name"),
    [("04924", "Lương Sơn"), ("04960", "Liên Sơn"), ("05047", "Cao Dương"), ("08296", "Sơn Lương")],
)
def test_the_first_users_and_their_near_twin_have_their_codes(code: str, name: str) -> None:
    assert [(r["kind"], r["name"]) for r in rows("phu-tho") if r["code"] == code] == [("xa", name)]


@pytest.mark.parametrize("slug", SLUGS)
def test_the_file_is_sorted_plain_and_without_invented_contacts(slug: str) -> None:
    data = (FOLDER / f"{slug}.csv").read_bytes()
    assert not data.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in data
    assert data.endswith(b"\n")
    text = data.decode()
    assert text.splitlines()[0] == HEADER
    assert unicodedata.is_normalized("NFC", text)
    assert [r["code"] for r in rows(slug)] == sorted(r["code"] for r in rows(slug))
    for row in rows(slug):
        assert row["name"] == row["name"].strip()
        assert not row["name"].startswith(("Xã ", "Phường ", "Đặc khu "))
        assert [row[column] for column in OPTIONAL] == [""] * len(OPTIONAL)


@pytest.mark.parametrize("slug", ["phu-tho", "ha-noi", "ho-chi-minh"])
def test_the_package_reads_what_the_file_holds(slug: str) -> None:
    read = packaged_roster(province(slug))
    assert [(u.code, u.kind.value, u.name) for u in read] == [(r["code"], r["kind"], r["name"]) for r in rows(slug)]
