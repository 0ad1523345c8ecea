"""The file of a backup: a ZIP archive with a list of its members and their SHA-256; read with distrust."""

import hashlib
import json
import os
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from lotrinh.core.os_errors import os_error_reason
from lotrinh.core.text import M, Message
from lotrinh.errors import BadInput, Problem, StoreUnavailable
from lotrinh.files import OWNER_ONLY

FORMAT = "lotrinh.backup/1"
MANIFEST, RECORD = "manifest.json", "record.db"
FOLDERS = ("campaigns", "checklists", "units")
"""Folders of ``data_dir`` that are in a backup whole; files handed in are there as the database lists them."""
MEMBER = re.compile(
    rf"record\.db|files/[0-9a-f]{{2}}/[0-9a-f]{{32}}|data/(?:{'|'.join(FOLDERS)})/(?!\.)[^/\\:*?\"<>|\x00-\x1f]{{1,200}}"
)
"""What a member may be called: nothing leads out of the folder it is unpacked into."""
CHUNK = 1 << 20
LARGEST_MANIFEST = 200_000_000
UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    ValueError,
    RuntimeError,
    NotImplementedError,
    EOFError,
    OSError,
    KeyError,
)
"""What the library fails with on a damaged archive (RuntimeError: one with a password)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup says of itself. ``members``: name -> (SHA-256, bytes); ``missing``: ids of files not found.

    ``first_bad`` is the journal's first entry that did not fit when it was made; None for a good chain.
    """

    at: datetime
    lotrinh: str
    schema: str
    counts: Mapping[str, int]
    head: str
    first_bad: int | None
    members: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    missing: tuple[str, ...] = ()

    @property
    def entries(self) -> int:
        """Entries of the journal."""
        return self.counts.get("journal", 0)

    @property
    def files(self) -> int:
        """Files handed in."""
        return sum(name.startswith("files/") for name in self.members)

    @property
    def size(self) -> int:
        """Bytes of everything, unpacked."""
        return sum(size for _, size in self.members.values())

    def text(self) -> str:
        """Return it as JSON."""
        content = {"format": FORMAT} | asdict(self) | {"at": self.at.isoformat(), "entries": self.entries}
        return json.dumps(content, ensure_ascii=False, indent=1, sort_keys=True)


def open_private_file(path: str, flags: int) -> int:
    """Open a file that others on this machine cannot read: it holds the hashes of passwords."""
    return os.open(path, flags, OWNER_ONLY)


class ArchiveWriter:
    """An archive that is being written; ``members`` tells what is in it so far."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.members: dict[str, tuple[str, int]] = {}

    def add(self, name: str, source: IO[bytes], *, packed: bool = True) -> str:
        """Add a member and return its SHA-256."""
        digest, size = hashlib.sha256(), 0
        # By its name alone a member is packed as the archive says; a ZipInfo of its own is not packed.
        with self._archive.open(name if packed else zipfile.ZipInfo(name), "w", force_zip64=True) as out:
            while chunk := source.read(CHUNK):
                out.write(chunk)
                digest.update(chunk)
                size += len(chunk)
        self.members[name] = digest.hexdigest(), size
        return digest.hexdigest()

    def finish(self, manifest: Manifest) -> None:
        """Write the list."""
        self._archive.writestr(MANIFEST, manifest.text(), zipfile.ZIP_DEFLATED)


@contextmanager
def write_archive(path: Path) -> Iterator[ArchiveWriter]:
    """Write an archive; it is on disk when this ends."""
    with open(path, "xb", opener=open_private_file) as out:
        # The fastest level: a database of texts becomes a fifth of its size with it, too.
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            yield ArchiveWriter(archive)
        out.flush()
        os.fsync(out.fileno())


def check_archive(path: Path) -> Manifest:
    """Read a whole archive and compare every byte with its list; ``BadInput`` with everything that is wrong."""
    with _open_archive(path) as archive:
        manifest = _manifest(archive, path)
        problems = list(_names(archive, manifest, path)) or list(_contents(archive, manifest, path))
    if problems:
        raise BadInput(problems)
    return manifest


def unpack_archive(path: Path, manifest: Manifest, folder: Path) -> None:
    """Unpack a checked archive into an empty folder: ``record.db``, ``files/``, ``data/``."""
    _require_room(manifest, folder)
    with _open_archive(path) as archive:
        for name, (wanted, size) in manifest.members.items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with archive.open(name) as source, open(target, "xb", opener=open_private_file) as out:
                if _copy(source, size, out) != wanted:  # it was changed after it was checked
                    raise BadInput([_problem(path, name, M("nội dung không đúng với bản kê"))])
                out.flush()
                os.fsync(out.fileno())


def _require_room(manifest: Manifest, folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    if manifest.size > free:
        need, have = -(-manifest.size // 1_000_000), free // 1_000_000
        raise StoreUnavailable(M("Đĩa không đủ chỗ: cần {need} MB, còn {have} MB.", need=need, have=have))


@contextmanager
def _open_archive(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except UNREADABLE as error:
        if isinstance(error, OSError) and error.errno:
            sentence = M("Không đọc được hoặc không ghi được tệp ({reason}).", reason=os_error_reason(error))
            raise StoreUnavailable(sentence) from error
        damaged = M("Tệp sao lưu bị hỏng, không mở được. Hãy dùng bản khác.")
        raise BadInput([Problem(str(path), 0, 0, damaged)]) from error


def _manifest(archive: zipfile.ZipFile, path: Path) -> Manifest:
    wrong = M("Đây không phải tệp do lotrinh backup tạo ra.")
    if archive.namelist().count(MANIFEST) != 1:
        raise BadInput([Problem(str(path), 0, 0, wrong)])
    with archive.open(MANIFEST) as source:
        raw = source.read(LARGEST_MANIFEST + 1)
    try:
        return _read_manifest(json.loads(raw[:LARGEST_MANIFEST]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadInput([Problem(f"{path}:{MANIFEST}", 0, 0, wrong)]) from error


def _read_manifest(content: Mapping[str, Any]) -> Manifest:
    if content["format"] != FORMAT:
        raise ValueError(content["format"])
    bad = content["first_bad"]
    return Manifest(
        at=datetime.fromisoformat(content["at"]),
        lotrinh=str(content["lotrinh"]),
        schema=str(content["schema"]),
        counts={str(name): int(count) for name, count in content["counts"].items()},
        head=str(content["head"]),
        first_bad=None if bad is None else int(bad),
        members={str(name): (str(digest), int(size)) for name, (digest, size) in content["members"].items()},
        missing=tuple(map(str, content["missing"])),
    )


def _names(archive: zipfile.ZipFile, manifest: Manifest, path: Path) -> Iterator[Problem]:
    """Compare what is there with what should be, before a byte of it is unpacked."""
    there = [info for info in archive.infolist() if info.filename != MANIFEST]
    names = [info.filename for info in there]
    for name in sorted(set(names) | set(manifest.members)):
        if not MEMBER.fullmatch(name):
            yield _problem(path, name, M("tên không hợp lệ trong tệp sao lưu"))
        elif names.count(name) != 1 or name not in manifest.members:
            yield _problem(path, name, M("bản kê và tệp sao lưu không khớp nhau"))
    if RECORD not in manifest.members:
        yield _problem(path, RECORD, M("thiếu cơ sở dữ liệu"))
    for info in there:
        if info.filename in manifest.members and info.file_size != manifest.members[info.filename][1]:
            yield _problem(path, info.filename, M("nội dung không đúng với bản kê"))


def _contents(archive: zipfile.ZipFile, manifest: Manifest, path: Path) -> Iterator[Problem]:
    for name, (wanted, size) in manifest.members.items():
        try:
            with archive.open(name) as source:
                right = _copy(source, size) == wanted
        except UNREADABLE:
            right = False
        if not right:
            yield _problem(path, name, M("nội dung không đúng với bản kê"))


def _copy(source: IO[bytes], size: int, out: IO[bytes] | None = None) -> str:
    """Read a member, never more than its size and one byte, and return its SHA-256."""
    digest, left = hashlib.sha256(), size + 1
    while left and (chunk := source.read(min(CHUNK, left))):
        digest.update(chunk)
        left -= len(chunk)
        if out is not None:
            out.write(chunk)
    return digest.hexdigest()


def _problem(path: Path, name: str, sentence: Message) -> Problem:
    shown = "".join(c if c.isprintable() else "�" for c in name[:200])
    return Problem(f"{path}:{shown}", 0, 0, sentence)
