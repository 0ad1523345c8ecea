"""A backup put back: looked at whole, laid out beside what is there, then put in its place; the old one is kept."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from lotrinh.core.os_errors import os_error_reason
from lotrinh.core.text import M, Message
from lotrinh.errors import BadInput, Conflict, LotrinhError, Problem, StoreUnavailable
from lotrinh.i18n import say
from lotrinh.services.upkeep import archives, last_backup, restore_marker
from lotrinh.services.upkeep.archives import FOLDERS, RECORD, Manifest
from lotrinh.services.upkeep.backup import DataLocation
from lotrinh.services.upkeep.last_backup import KnownJournal
from lotrinh.store.engine import database_identity, newer_schema, sqlite_file
from lotrinh.store.moving import image
from lotrinh.store.moving.copying import Extent, sqlite_parts
from lotrinh.store.schema import HEAD

WORK = ".lotrinh-restore-"
LAID_OUT = {"files": "files"} | {name: f"data/{name}" for name in FOLDERS}
"""Folder of ``data_dir`` -> where it lies in an archive."""
UNCLEAR = M("Đang chờ khi sao lưu; sau đó có thể đã gửi.")


class ExistingData(NamedTuple):
    """What stands where a backup is to be put: rows by table (None: a damaged database), and folders with files."""

    counts: Mapping[str, int] | None
    folders: tuple[str, ...]

    @property
    def has_anything(self) -> bool:
        """Whether there is anything that could be lost."""
        return self.counts != {} or bool(self.folders)

    def describe(self) -> Message:
        """Say what is there."""
        folders = ", ".join(self.folders) or "—"
        if self.counts is None:
            return M("cơ sở dữ liệu hỏng, không đọc được; thư mục: {folders}", folders=folders)
        entries, rows = self.counts.get("journal", 0), sum(self.counts.values())
        return M("{entries} mục nhật ký, {rows} dòng; thư mục: {folders}", entries=entries, rows=rows, folders=folders)


class RestoreResult(NamedTuple):
    """What was put back: rows and chain as they stand now, messages in doubt, where the old record lies (if any)."""

    manifest: Manifest
    extent: Extent
    doubtful_messages: int
    old_data: Path | None


def find_existing_data(location: DataLocation) -> ExistingData:
    """Look at what is there already."""
    folders = (
        name for name in LAID_OUT if (location.folder / name).is_dir() and any((location.folder / name).iterdir())
    )
    return ExistingData(image.count_existing_rows(location.url), tuple(folders))


def restore_backup(file: Path, location: DataLocation, now: datetime, *, replace: bool = False) -> RestoreResult:
    """Put a backup in its place; ``Conflict`` where there is a database already, unless ``replace``.

    Everything is checked and laid out beside before anything is touched. Folders are put in their places by their
    names, then the database in one transaction; where that fails all goes back, at once or, where we are killed, with
    the next restore. What stood there lies in a folder ``replaced-…`` afterwards, a set of data of its own.
    """
    manifest = archives.check_archive(file)
    with _refuse_os_errors():
        restore_marker.undo_restore(location.folder, location.url, tuple(LAID_OUT))
    there = find_existing_data(location)
    if there.has_anything and not replace:
        sentence = M(
            "Nơi khôi phục đã có dữ liệu ({there}). Chọn nơi trống bằng --into, hoặc thêm --replace.",
            there=there.describe(),
        )
        raise Conflict(sentence)
    with _refuse_os_errors(), _workshop(location.folder) as work:
        archives.unpack_archive(file, manifest, work)
        _require_fitting(file, work / RECORD, manifest)
        doubtful = image.settle_image(work / RECORD, say(UNCLEAR), now)
        aside = location.folder / f"replaced-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}" if there.has_anything else None
        _, after = image.examine_image(work / RECORD)
        restore_marker.write_marker(
            location.folder,
            restore_marker.RestorePlan(
                aside=aside.name if aside else "",
                folders=there.folders,
                before=there.counts,
                after=after.counts,
                head=after.head,
                database=database_identity(location.url, location.folder),
                touched=tuple(
                    name for name, lies in LAID_OUT.items() if name in there.folders or (work / lies).exists()
                ),
            ),
        )
        extent = _switch(work, location, aside, there, replace=replace)
        journal = KnownJournal(extent.head, extent.entries, extent.first_bad)
        last_backup.note_success(location.folder, manifest.at, file, journal)  # what the next backup is held against
        restore_marker.remove_marker(location.folder)
    return RestoreResult(manifest, extent, doubtful, aside)


@contextmanager
def _refuse_os_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        sentence = M("Chưa khôi phục: không ghi được tệp ({reason}).", reason=os_error_reason(error))
        raise StoreUnavailable(sentence) from error


@contextmanager
def _workshop(folder: Path) -> Iterator[Path]:
    """Make a folder to lay things out in, on the disk where they will be; take it away whatever happens."""
    made = not folder.exists()
    folder.mkdir(parents=True, exist_ok=True)
    for left in folder.glob(f"{WORK}*"):  # of one that was killed
        shutil.rmtree(left, ignore_errors=True)
    work = Path(tempfile.mkdtemp(prefix=WORK, dir=folder))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)
        if made:
            with suppress(OSError):  # only an empty one can be taken away
                folder.rmdir()


def _require_fitting(file: Path, record: Path, manifest: Manifest) -> None:
    """Refuse a database that is not what its list says; bring an older one to this version."""
    if manifest.schema > HEAD:
        raise newer_schema(manifest.schema)
    try:
        found = image.examine_image(record)
    except LotrinhError as error:
        raise BadInput([Problem(f"{file}:{RECORD}", 0, 0, error.sentence)]) from error
    if found != (manifest.schema, Extent(manifest.counts, manifest.head, manifest.first_bad)):
        sentence = M("Số liệu hoặc mã cuối của nhật ký không đúng với bản kê. Hãy dùng bản sao lưu khác.")
        raise BadInput([Problem(f"{file}:{RECORD}", 0, 0, sentence)])
    if manifest.schema != HEAD:
        image.upgrade_image(record)


def _switch(work: Path, location: DataLocation, aside: Path | None, existing: ExistingData, *, replace: bool) -> Extent:
    with _moves(location.folder, aside) as move:
        if aside:
            _set_aside(location, aside, existing, move)
        for name, lies in LAID_OUT.items():
            with suppress(OSError):
                (location.folder / name).rmdir()  # an empty one
            if (work / lies).exists():
                move(work / lies, location.folder / name)
        return image.restore_image(work / RECORD, location.url, replace=replace)


def _set_aside(location: DataLocation, aside: Path, existing: ExistingData, move: Callable[[Path, Path], None]) -> None:
    """Keep what is there as a set of data of its own; only what cannot be read has to leave its place for that."""
    file = sqlite_file(location.url)
    if existing.counts:
        image.write_image(location.url, aside / "lotrinh.db")
    elif existing.counts is None and file:
        for part in (part for part in sqlite_parts(file) if part.exists()):
            move(part, aside / part.name)
    for name in existing.folders:
        move(location.folder / name, aside / name)


@contextmanager
def _moves(folder: Path, aside: Path | None) -> Iterator[Callable[[Path, Path], None]]:
    """Move things; when anything fails, everything goes back to where it was."""
    done: list[tuple[Path, Path]] = []

    def move(source: Path, target: Path) -> None:
        source.rename(target)
        done.append((source, target))

    try:
        if aside:
            aside.mkdir()
        yield move
    except BaseException:
        for source, target in reversed(done):
            target.rename(source)
        if aside:
            shutil.rmtree(aside, ignore_errors=True)
        restore_marker.remove_marker(folder)
        raise
