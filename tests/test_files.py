"""Files are written whole or not at all, and are on disk with their names; whoever writes one does it there."""

import ast
import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest

from lotrinh import files
from lotrinh.files import make_folder, parts_of, remove_whole, sync_folder, write_whole
from tests.conftest import TOP

POSIX = pytest.mark.skipif(os.name == "nt", reason="modes and synced folders are POSIX")
KILLED = """
import os, signal, sys
from pathlib import Path
from lotrinh.files import write_whole

Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
write_whole(Path(sys.argv[1]), b"new" * 100_000)
"""


def mode_of(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


@pytest.mark.parametrize("content", [b"", b"\r\n\x00\xff", "chữ Việt".encode() * 100_000])
def test_a_file_holds_exactly_the_content_and_replaces_the_one_that_was_there(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "mới" / "trong" / "tệp [1].csv"
    for each in (b"old", content):
        write_whole(path, each)
        assert path.read_bytes() == each
    assert [p.name for p in path.parent.iterdir()] == [path.name]


@POSIX
@pytest.mark.parametrize(
    ("mask", "mode", "made"), [(0o022, None, 0o644), (0o077, None, 0o600), (0o077, 0o644, 0o644), (0, 0o600, 0o600)]
)
def test_the_umask_decides_the_mode_unless_one_is_wanted(
    tmp_path: Path, mask: int, mode: int | None, made: int
) -> None:
    with umask(mask):
        write_whole(tmp_path / "a", b"x", mode)
    assert mode_of(tmp_path / "a") == made


@POSIX
def test_no_moment_shows_a_secret_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen, sync = [], os.fsync
    with umask(0), monkeypatch.context() as watched:
        watched.setattr(os, "fsync", lambda fd: (seen.extend(map(mode_of, tmp_path.iterdir())), sync(fd)))
        write_whole(tmp_path / "a", b"x", files.OWNER_ONLY)
    assert seen == [0o600, 0o600], "the half before its name, and the file after"


@POSIX
@pytest.mark.skipif(sys.platform != "linux", reason="/proc says which path a descriptor has")
def test_the_content_is_on_disk_before_the_name_and_the_name_before_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done, sync, replace = list[tuple[str, str]](), os.fsync, Path.replace

    def synced(fd: int) -> None:
        done.append(("synced", str(Path(f"/proc/self/fd/{fd}").readlink())))
        sync(fd)

    def replaced(part: Path, path: Path) -> Path:
        done.append(("replaced", str(path)))
        return replace(part, path)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(Path, "replace", replaced)
    folder = tmp_path / "a" / "b"
    write_whole(folder / "c", b"x")
    (half,) = [path for what, path in done if what == "synced" and path.endswith(".part")]
    assert done == [
        ("synced", str(tmp_path)),
        ("synced", str(tmp_path / "a")),
        ("synced", half),
        ("replaced", str(folder / "c")),
        ("synced", str(folder)),
    ]
    assert Path(half).parent == folder


@pytest.mark.parametrize("fails", ["write", "fsync", "replace", "chmod"])
def test_what_fails_or_is_interrupted_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"old")

    def failing(*_: object, **__: object) -> None:
        raise KeyboardInterrupt if fails == "replace" else OSError(28, "No space left on device")

    with monkeypatch.context() as broken:
        broken.setattr(*{"write": (os, "fdopen"), "fsync": (os, "fsync")}.get(fails, (Path, fails)), failing)
        with pytest.raises((OSError, KeyboardInterrupt)):
            write_whole(path, b"new", mode=0o600)
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("a", b"old")]


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL")
def test_killed_before_the_name_is_given_the_old_file_is_whole_and_the_half_can_be_found(tmp_path: Path) -> None:
    path = tmp_path / "danh [sách].csv"
    path.write_bytes(b"old")
    ended = subprocess.run([sys.executable, "-c", KILLED, str(path)], cwd=TOP, timeout=60, check=False)
    assert ended.returncode < 0
    assert path.read_bytes() == b"old"
    (half,) = parts_of(path)
    assert half.name.startswith("."), "what copies a folder leaves it out"
    assert not list(parts_of(tmp_path / "danh s.csv"))
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"
    remove_whole(path)
    assert not list(tmp_path.iterdir())
    remove_whole(path)


def test_of_many_who_write_one_file_at_once_one_wins_whole(tmp_path: Path) -> None:
    contents = [bytes([number]) * 200_000 for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda content: write_whole(tmp_path / "a", content), contents * 4))
    assert (tmp_path / "a").read_bytes() in contents
    assert [p.name for p in tmp_path.iterdir()] == ["a"]


@POSIX
def test_a_folder_that_may_be_written_but_not_listed_takes_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = os.open

    def refusing(path: Path, flags: int, mode: int = 0o777) -> int:  # root may list everything: so we refuse
        if path == tmp_path:
            raise PermissionError(13, "Permission denied")
        return opened(path, flags, mode)

    monkeypatch.setattr(os, "open", refusing)
    write_whole(tmp_path / "a", b"x")
    assert (tmp_path / "a").read_bytes() == b"x"


@POSIX
@pytest.mark.parametrize(("code", "told"), [(22, False), (5, True)])
def test_a_disk_that_syncs_no_folders_is_used_and_a_broken_one_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, *, told: bool
) -> None:
    def failing(_: int) -> None:
        raise OSError(code, "")

    monkeypatch.setattr(os, "fsync", failing)
    if told:
        with pytest.raises(OSError, match="5"):
            sync_folder(tmp_path)
    else:
        sync_folder(tmp_path)


def test_on_windows_no_folder_is_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as windows:
        windows.setattr(os, "name", "nt")
        sync_folder(tmp_path / "khong-co")


def test_a_folder_is_not_made_where_a_file_lies(tmp_path: Path) -> None:
    (tmp_path / "tep").write_bytes(b"x")
    with pytest.raises(OSError, match="tep"):
        make_folder(tmp_path / "tep" / "con")
    assert (tmp_path / "tep").read_bytes() == b"x"


MOVES = {
    "lotrinh/files.py",
    "lotrinh/cli/up/rotating.py",  # logs: copied while they are written, and worth no wait for the disk
    "lotrinh/services/upkeep/archives.py",  # streams what is too large to hold, and syncs it, in a folder to work in
    "lotrinh/services/upkeep/restore.py",  # folders that change places, with a way back
    "lotrinh/services/upkeep/restore_marker.py",  # the same, after a restore that was killed
}
"""Where a file or a folder is given another name."""
CALLS = {"replace": 1, "rename": 1, "fsync": 1, "mkstemp": None, "NamedTemporaryFile": None}
"""Calls that make or name files, and how many arguments they have: a text's ``replace`` has two."""


def movers() -> Iterator[str]:
    for path in sorted(p for folder in ("lotrinh", "flows", "tasks") for p in (TOP / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CALLS:
                wanted = CALLS[node.func.attr]
                if not node.keywords and (wanted is None or len(node.args) == wanted):
                    yield path.relative_to(TOP).as_posix()


def test_nobody_else_writes_beside_a_file_and_renames() -> None:
    assert set(movers()) == MOVES
