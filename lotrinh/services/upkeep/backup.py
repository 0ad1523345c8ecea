"""Backups while everything runs: the database, the files it names, the office's own lists; one archive, read again."""

import io
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from lotrinh import __version__
from lotrinh.core.os_errors import os_error_reason
from lotrinh.core.text import M
from lotrinh.errors import LotrinhError, StoreUnavailable
from lotrinh.files import put_in_place
from lotrinh.i18n import say
from lotrinh.services.statements.uploads import upload_path
from lotrinh.services.upkeep import archives, last_backup
from lotrinh.services.upkeep.archives import FOLDERS, RECORD, ArchiveWriter, Manifest
from lotrinh.services.upkeep.last_backup import KnownJournal
from lotrinh.services.upkeep.restore_marker import require_finished
from lotrinh.store.moving import image
from lotrinh.store.moving.copying import Extent

WORK = ".lotrinh-backup-"
FORGOTTEN = timedelta(days=1)
"""What a backup that was killed left behind is deleted after so long."""
TRIES = 3
"""How often we begin again because the office changed a list while we read."""
NOT_THE_SAME = M("Chưa sao lưu: tệp vừa ghi đọc lại không đúng. Hãy kiểm tra đĩa.")


class BackupResult(NamedTuple):
    """A backup that was made and read again.

    ``first_bad`` is the journal's first entry that does not fit, or that should be there after the backup before this
    one and is not; ``deleted_backups`` are those that it replaces. ``is_loss_accepted``: a journal that lost its end
    was accepted as it is now.
    """

    path: Path
    manifest: Manifest
    first_bad: int | None
    deleted_backups: tuple[Path, ...]
    is_loss_accepted: bool = False


class DataLocation(NamedTuple):
    """Where data are kept: the address of the database, and the folder of files and lists."""

    url: str
    folder: Path


def back_up(
    location: DataLocation, out: Path, now: datetime, keep: int | None = None, *, accept_loss: bool = False
) -> BackupResult:
    """Make a backup in the folder ``out``, and then delete all but the newest ``keep``.

    Older ones stay where the journal is not whole, and the journal that a later one is held against stays the old one
    until somebody accepts that its end is lost (``accept_loss``). ``StoreUnavailable`` when it cannot be made; nothing
    is left then but the word of it, for whoever looks whether backups are made.
    """
    try:
        return _back_up(location, out, now, keep, accept_loss=accept_loss)
    except LotrinhError as error:
        last_backup.note_failure(location.folder, now, say(error.sentence))
        raise


def _back_up(location: DataLocation, out: Path, now: datetime, keep: int | None, *, accept_loss: bool) -> BackupResult:
    require_finished(location.folder, location.url)
    known = last_backup.known_journal(location.folder)
    with _refuse_os_errors(), _workshop(out, now) as work:
        ours = _take_image(location, work / RECORD)
        schema, extent = image.examine_image(work / RECORD)
        lost = extent.first_bad is None and not image.has_entry(work / RECORD, known.head)
        bad = (known.first_bad or extent.entries + 1) if lost and not accept_loss else extent.first_bad
        manifest = _write(work, location, ours, _describe(now, schema, extent))
        target = out / f"lotrinh-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}-{extent.head[:8]}.zip"
        put_in_place(work / "archive.zip", target)
    journal = KnownJournal(extent.head, extent.entries) if bad is None else known._replace(first_bad=bad)
    last_backup.note_success(location.folder, manifest.at, target, journal)
    deleted = () if bad is not None or lost or keep is None else tuple(_delete_old(out, target, keep))
    return BackupResult(target, manifest, bad, deleted, is_loss_accepted=lost and accept_loss)


@contextmanager
def _refuse_os_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        sentence = M("Chưa sao lưu: không ghi được tệp ({reason}).", reason=os_error_reason(error))
        raise StoreUnavailable(sentence) from error


@contextmanager
def _workshop(out: Path, now: datetime) -> Iterator[Path]:
    """Make a folder to work in, on the same disk as the backup, and take it away whatever happens."""
    out.mkdir(parents=True, exist_ok=True)
    for left in out.glob(f"{WORK}*"):
        if left.stat().st_mtime < (now - FORGOTTEN).timestamp():
            shutil.rmtree(left, ignore_errors=True)
    work = Path(tempfile.mkdtemp(prefix=WORK, dir=out))
    try:
        yield work
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _take_image(location: DataLocation, path: Path) -> Mapping[str, bytes]:
    """Take the database and the office's lists as they are at one moment; return the lists."""
    for _ in range(TRIES):
        before = _lists(location.folder)
        path.unlink(missing_ok=True)
        image.write_image(location.url, path)
        if _lists(location.folder) == before:
            return before
    raise StoreUnavailable(M("Chưa sao lưu: danh sách hoặc bộ đầu việc đang được sửa. Hãy chạy lại."))


def _lists(folder: Path) -> Mapping[str, bytes]:
    """Read the rosters that the office imported, and what older versions kept of applied checklists."""
    found = {}
    for path in (path for name in FOLDERS for path in sorted((folder / name).glob("*"))):
        if path.is_file() and not path.name.startswith(".") and path.suffix != ".part":
            with suppress(FileNotFoundError):  # replaced this very moment: we look again
                found[f"data/{path.parent.name}/{path.name}"] = path.read_bytes()
    return found


def _describe(now: datetime, schema: str, extent: Extent) -> Manifest:
    return Manifest(
        at=now.astimezone(UTC),
        lotrinh=__version__,
        schema=schema,
        counts=extent.counts,
        head=extent.head,
        first_bad=extent.first_bad,
    )


def _write(work: Path, location: DataLocation, ours: Mapping[str, bytes], manifest: Manifest) -> Manifest:
    """Write the archive, read it again as a stranger's, and return its list."""
    with archives.write_archive(work / "archive.zip") as writer:
        with (work / RECORD).open("rb") as record:
            writer.add(RECORD, record)
        for name, content in ours.items():
            writer.add(name, io.BytesIO(content))
        missing = tuple(_add_files(writer, work / RECORD, location.folder))
        manifest = replace(manifest, members=writer.members, missing=missing)
        writer.finish(manifest)
    try:
        if archives.check_archive(work / "archive.zip") != manifest:
            raise StoreUnavailable(NOT_THE_SAME)
    except LotrinhError as error:
        raise StoreUnavailable(NOT_THE_SAME) from error
    return manifest


def _add_files(writer: ArchiveWriter, record: Path, folder: Path) -> Iterator[str]:
    """Add the files that the database names, and return the ids of those that are gone or were changed.

    A file's bytes are on disk before an entry names it and are never deleted after, so all that the database of that
    moment names are there now. One that no entry names yet may not be there: its form was never sent.
    """
    for known in image.list_files(record):
        path = upload_path(folder, known.id)
        if path.is_file():
            with path.open("rb") as source:
                same = writer.add(f"files/{known.id[:2]}/{known.id}", source, packed=False) == known.sha256
        else:
            same = not known.kept
        if not same:
            yield known.id


def _delete_old(out: Path, newest: Path, keep: int) -> Iterator[Path]:
    """Delete the oldest backups; never the one just made, whatever its name says of its time."""
    others = sorted(
        (path for path in out.iterdir() if last_backup.NAME.fullmatch(path.name) and path != newest), reverse=True
    )
    for old in others[keep - 1 :]:
        with suppress(OSError):  # somebody holds it open (Windows): the next backup will delete it
            old.unlink(missing_ok=True)
            yield old
