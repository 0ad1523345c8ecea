"""Damaged and hostile backups are refused whole, with a sentence, and nothing is made of them."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lotrinh.errors import BadInput, LotrinhError
from lotrinh.i18n import say
from lotrinh.services.upkeep.archives import MANIFEST, RECORD
from lotrinh.services.upkeep.backup import BackupResult, DataLocation
from lotrinh.services.upkeep.restore import restore_backup
from tests.services.whole import NOW, home, made, new

__all__ = ["home", "made", "new"]

Change = Callable[[dict[str, bytes]], object]


def changed(made: BackupResult, change: Change) -> Path:
    """Write the archive again after ``change`` has changed its members."""
    with zipfile.ZipFile(made.path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    path = made.path.with_name("sua.zip")
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def said(members: dict[str, bytes], /, **changes: Any) -> None:
    members[MANIFEST] = json.dumps(json.loads(members[MANIFEST]) | changes).encode()


def refused(file: Path, place: DataLocation) -> str:
    """Return what is said, after looking that nothing was made."""
    with pytest.raises(LotrinhError) as caught:
        restore_backup(file, place, NOW)
    assert not place.folder.exists()
    if isinstance(caught.value, BadInput):
        return "\n".join(f"{p.place}: {say(p.sentence)}" for p in caught.value.problems)
    return say(caught.value.sentence)


def test_an_archive_with_any_part_damaged_or_cut_off_is_refused_and_nothing_is_made(
    made: BackupResult, new: DataLocation
) -> None:
    content = made.path.read_bytes()
    path = made.path.with_name("hong.zip")
    for at in range(40, len(content), len(content) // 60):
        path.write_bytes(content[:at])
        refused(path, new)
    # The very end says how long a comment is that there is not: a damage of it alone means nothing.
    for at in range(40, len(content) - 30, len(content) // 60):
        path.write_bytes(content[:at] + bytes(b ^ 0xFF for b in content[at : at + 30]) + content[at + 30 :])
        try:
            restore_backup(path, new, NOW)
        except LotrinhError:
            assert not new.folder.exists()
        else:
            pytest.fail(str(at))


@pytest.mark.parametrize(
    "name",
    [
        "../thoat.txt",
        "/etc/x",
        "data/units/../../x",
        "files/aa/../x",
        "C:/x",
        "data/units/.an",
        "data/khac/x",
        "lotrinh.db",
    ],
)
def test_a_name_that_leads_elsewhere_is_refused_though_the_list_has_it(
    made: BackupResult, new: DataLocation, name: str
) -> None:
    def add(members: dict[str, bytes]) -> None:
        members[name] = b"x"
        listed = json.loads(members[MANIFEST])["members"]
        said(members, members=listed | {name: ["2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881", 1]})

    assert name in refused(changed(made, add), new)


def drop_record(members: dict[str, bytes]) -> None:
    del members[RECORD]


def add_unlisted(members: dict[str, bytes]) -> None:
    members["data/units/la.csv"] = b"x"


def other_size(members: dict[str, bytes]) -> None:
    said(members, members={name: [d, 10**12] for name, (d, _) in json.loads(members[MANIFEST])["members"].items()})


def deep(members: dict[str, bytes]) -> None:
    members[MANIFEST] = b"[" * 200_000


CHANGES: list[Change] = [
    drop_record,
    add_unlisted,
    other_size,
    deep,
    lambda m: m.pop(MANIFEST),
    lambda m: m.update({MANIFEST: b"{}"}),
    lambda m: m.update({MANIFEST: b"\xff"}),
    lambda m: said(m, format="khac/1"),
    lambda m: said(m, members=[]),
    lambda m: said(m, at="hom qua"),
    lambda m: said(m, counts={"journal": 7}),
    lambda m: said(m, head="f" * 64),
    lambda m: said(m, schema="0001"),
    lambda m: said(m, first_bad=2),
]


@pytest.mark.parametrize("change", CHANGES, ids=range(len(CHANGES)))
def test_an_archive_whose_list_does_not_fit_is_refused_and_nothing_is_made(
    made: BackupResult, new: DataLocation, change: Change
) -> None:
    assert refused(changed(made, change), new)


def test_every_member_that_does_not_fit_is_named_at_once(made: BackupResult, new: DataLocation) -> None:
    def spoil(members: dict[str, bytes]) -> None:
        for name in members:
            if name != MANIFEST:
                members[name] = members[name][:-1] + bytes([members[name][-1] ^ 1])

    told = refused(changed(made, spoil), new)
    assert all(name in told for name in made.manifest.members)


def test_a_backup_of_a_newer_lotrinh_is_refused_naming_what_to_do(made: BackupResult, new: DataLocation) -> None:
    assert "nâng cấp lotrinh" in refused(changed(made, lambda m: said(m, schema="0999")), new)


def test_any_other_file_is_refused_with_a_sentence(tmp_path: Path, new: DataLocation) -> None:
    other = tmp_path / "anh.zip"
    for content in (b"", b"PK\x03\x04", b"%PDF-1.7"):
        other.write_bytes(content)
        assert "không mở được" in refused(other, new)
    zipfile.ZipFile(other, "w").close()
    assert "lotrinh backup" in refused(other, new)
