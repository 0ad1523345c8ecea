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
from lotrinh.services.upkeep.backup import Place
from lotrinh.services.upkeep.last_backup import Known
from lotrinh.store.engine import database_identity, newer_schema, sqlite_file
from lotrinh.store.moving import image
from lotrinh.store.moving.copying import Extent, sqlite_parts
from lotrinh.store.schema import HEAD

WORK = ".lotrinh-restore-"
LAID_OUT = {"files": "files"} | {name: f"data/{name}" for name in FOLDERS}
"""Folder of the record -> where it lies in an archive."""
UNCLEAR = M("Đang chờ khi sao lưu; sau đó có thể đã gửi.")


class Standing(NamedTuple):
    """What stands where a backup is to be put: rows by table (None: a damaged database), and folders with files."""

    counts: Mapping[str, int] | None
    folders: tuple[str, ...]

    @property
    def anything(self) -> bool:
        """Whether there is anything that could be lost."""
        return self.counts != {} or bool(self.folders)

    def words(self) -> Message:
        """Say what is there."""
        folders = ", ".join(self.folders) or "—"
        if self.counts is None:
            return M("cơ sở dữ liệu hỏng, không đọc được; thư mục: {folders}", folders=folders)
        entries, rows = self.counts.get("journal", 0), sum(self.counts.values())
        return M("{entries} mục nhật ký, {rows} dòng; thư mục: {folders}", entries=entries, rows=rows, folders=folders)


class Restored(NamedTuple):
    """What was put back: rows and chain as they stand now, messages in doubt, where the old record lies (if any)."""

    manifest: Manifest
    extent: Extent
    doubtful: int
    aside: Path | None


def standing(place: Place) -> Standing:
    """Look at what is there already."""
    folders = (name for name in LAID_OUT if (place.folder / name).is_dir() and any((place.folder / name).iterdir()))
    return Standing(image.count_existing_rows(place.url), tuple(folders))


def restore(file: Path, place: Place, now: datetime, *, replace: bool = False) -> Restored:
    """Put a backup in its place; ``Conflict`` where there is a record already, unless ``replace``.

    Everything is checked and laid out beside before anything is touched. Folders are put in their places by their
    names, then the database in one transaction; where that fails all goes back, at once or, where we are killed, with
    the next restore. What stood there lies in a folder ``replaced-…`` afterwards, a record of its own.
    """
    manifest = archives.check(file)
    with _tried():
        restore_marker.undo(place.folder, place.url, tuple(LAID_OUT))
    there = standing(place)
    if there.anything and not replace:
        sentence = M(
            "Nơi khôi phục đã có dữ liệu ({there}). Chọn nơi trống bằng --into, hoặc thêm --replace.",
            there=there.words(),
        )
        raise Conflict(sentence)
    with _tried(), _workshop(place.folder) as work:
        archives.unpack(file, manifest, work)
        _fit(file, work / RECORD, manifest)
        doubtful = image.settle_image(work / RECORD, say(UNCLEAR), now)
        aside = place.folder / f"replaced-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}" if there.anything else None
        _, after = image.examine_image(work / RECORD)
        restore_marker.begin(
            place.folder,
            restore_marker.Plan(
                aside=aside.name if aside else "",
                folders=there.folders,
                before=there.counts,
                after=after.counts,
                head=after.head,
                database=database_identity(place.url, place.folder),
                touched=tuple(
                    name for name, lies in LAID_OUT.items() if name in there.folders or (work / lies).exists()
                ),
            ),
        )
        extent = _switch(work, place, aside, there, replace=replace)
        journal = Known(extent.head, extent.entries, extent.first_bad)
        last_backup.remember(place.folder, manifest.at, file, journal)  # what the next backup is held against
        restore_marker.end(place.folder)
    return Restored(manifest, extent, doubtful, aside)


@contextmanager
def _tried() -> Iterator[None]:
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


def _fit(file: Path, record: Path, manifest: Manifest) -> None:
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


def _switch(work: Path, place: Place, aside: Path | None, there: Standing, *, replace: bool) -> Extent:
    with _moves(place.folder, aside) as move:
        if aside:
            _set_aside(place, aside, there, move)
        for name, lies in LAID_OUT.items():
            with suppress(OSError):
                (place.folder / name).rmdir()  # an empty one
            if (work / lies).exists():
                move(work / lies, place.folder / name)
        return image.restore_image(work / RECORD, place.url, replace=replace)


def _set_aside(place: Place, aside: Path, there: Standing, move: Callable[[Path, Path], None]) -> None:
    """Keep what is there as a record of its own; only what cannot be read has to leave its place for that."""
    file = sqlite_file(place.url)
    if there.counts:
        image.write_image(place.url, aside / "lotrinh.db")
    elif there.counts is None and file:
        for part in (part for part in sqlite_parts(file) if part.exists()):
            move(part, aside / part.name)
    for name in there.folders:
        move(place.folder / name, aside / name)


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
        restore_marker.end(folder)
        raise
