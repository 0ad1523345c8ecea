"""Which roster is used, and that importing one happens whole or not at all."""

import errno
import os
from pathlib import Path

import pytest

from lotrinh.catalog.units import read_roster
from lotrinh.errors import BadInput
from lotrinh.services.campaigns.rosters import import_roster, imported_path, open_roster
from lotrinh.settings.models import Settings, UnitsSettings

GOOD = "code,kind,name,status_url\n04924,xa,Lương Sơn,https://luongson.example.vn/s\n04960,xa,Liên Sơn,\n"


def file(folder: Path, text: str = GOOD, name: str = "own.csv") -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def codes(settings: Settings, given: Path | None = None) -> list[str]:
    return [u.code for u in open_roster(settings, given).units]


def test_without_any_roster_of_its_own_the_province_has_the_packaged_one(settings: Settings) -> None:
    found = open_roster(settings)
    assert (len(found.units), found.source, found.province.code) == (148, "phu-tho", "25")
    assert not any(u.is_province for u in found.units)


def test_the_given_roster_goes_before_the_settings_and_those_before_the_imported(
    settings: Settings, tmp_path: Path
) -> None:
    import_roster(settings, file(tmp_path))
    assert codes(settings) == ["04924", "04960"]
    own = settings.model_copy(
        update={"units": UnitsSettings(file=file(tmp_path, "code,kind,name\n05047,xa,Cao Dương\n", "b"))}
    )
    assert codes(own) == ["05047"]
    assert codes(own, file(tmp_path, "code,kind,name\n08296,xa,Sơn Lương\n", "c")) == ["08296"]


def test_a_roster_may_name_the_province_itself_with_its_address(settings: Settings, tmp_path: Path) -> None:
    found = open_roster(settings, file(tmp_path, GOOD + "25,tinh,Phú Thọ,https://phutho.example.vn/s\n"))
    assert found.province.status_url == "https://phutho.example.vn/s"
    assert len(found.units) == 2


def test_an_import_says_what_changes_and_is_then_in_use(settings: Settings, tmp_path: Path) -> None:
    done = import_roster(settings, file(tmp_path))
    assert done.path == imported_path(settings)
    assert open_roster(settings).source == str(done.path)
    assert read_roster(done.path) == done.units == open_roster(settings).units
    changed = {(c.code, c.field): c.new for c in done.changes}
    assert changed["04924", "status_url"] == "https://luongson.example.vn/s"
    assert sum(field == "" for _, field in changed) == 146  # the packaged communes that are not in it
    assert import_roster(settings, done.path).changes == ()


def test_addresses_that_can_never_be_asked_are_named_and_do_not_stop_the_import(
    settings: Settings, tmp_path: Path
) -> None:
    done = import_roster(settings, file(tmp_path, GOOD.replace("https://luongson", "ftp://luongson")))
    assert [p.where for p in done.addresses] == ["04924 status_url"]
    assert codes(settings) == ["04924", "04960"]


TWICE, STRANGE, CUT = GOOD + "04924,xa,Lương Sơn,\n", GOOD + "99999,xa,Lạ,\n", GOOD + "1"


@pytest.mark.parametrize("bad", ["", "code,kind,name\n", TWICE, STRANGE, CUT])
def test_a_bad_roster_changes_nothing(settings: Settings, tmp_path: Path, bad: str) -> None:
    import_roster(settings, file(tmp_path))
    before = imported_path(settings).read_bytes()
    with pytest.raises(BadInput):
        import_roster(settings, file(tmp_path, bad, "bad.csv"))
    assert imported_path(settings).read_bytes() == before
    assert [p.name for p in imported_path(settings).parent.iterdir()] == [imported_path(settings).name]


def test_a_first_import_that_is_bad_leaves_no_folder_behind(settings: Settings, tmp_path: Path) -> None:
    with pytest.raises(BadInput):
        import_roster(settings, file(tmp_path, "code,kind,name\n99999,xa,Lạ\n"))
    assert not imported_path(settings).parent.exists()


def test_an_import_that_cannot_be_written_leaves_the_roster_in_use(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "full")

    import_roster(settings, file(tmp_path))
    monkeypatch.setattr(os, "fsync", full)  # what a full disk says of the new one
    with pytest.raises(BadInput, match="Chưa nhập"):
        import_roster(settings, file(tmp_path, "code,kind,name\n05047,xa,Cao Dương\n"))
    assert codes(settings) == ["04924", "04960"]


def test_codes_that_no_packaged_roster_knows_are_accepted_only_where_the_settings_say_so(
    settings: Settings, tmp_path: Path
) -> None:
    strange = file(tmp_path, "code,kind,name\n99999,xa,Lạ\n")
    with pytest.raises(BadInput):
        open_roster(settings, strange)
    assert codes(settings.model_copy(update={"units": UnitsSettings(allow_unknown=True)}), strange) == ["99999"]


def test_another_province_has_its_own_units(settings: Settings) -> None:
    found = open_roster(settings.model_copy(update={"province": "ha-noi"}))
    assert (found.province.full_name, found.source) == ("Thành phố Hà Nội", "ha-noi")
    assert not {u.code for u in found.units} & set(codes(settings))


def test_a_roster_named_in_the_settings_is_not_replaced_behind_its_back(settings: Settings, tmp_path: Path) -> None:
    own = settings.model_copy(update={"units": UnitsSettings(file=file(tmp_path, name="cua-van-phong.csv"))})
    with pytest.raises(BadInput, match=r"cua-van-phong\.csv"):
        import_roster(own, file(tmp_path))
    assert not imported_path(own).exists()


def test_a_broken_imported_roster_does_not_keep_a_good_one_out(settings: Settings, tmp_path: Path) -> None:
    path = imported_path(settings)
    path.parent.mkdir(parents=True)
    path.write_text("code,kind,name\n1,thon,?\n", encoding="utf-8")
    assert len(import_roster(settings, file(tmp_path)).units) == 2
    assert codes(settings) == ["04924", "04960"]
