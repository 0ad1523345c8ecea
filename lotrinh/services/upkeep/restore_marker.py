"""A restore that was killed while it put things in their places: noticed by all, undone by the next restore."""

import json
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from lotrinh.core.text import M, Message
from lotrinh.errors import Conflict, LotrinhError
from lotrinh.files import store_file
from lotrinh.services.upkeep.lock import hold_shared
from lotrinh.store.engine import database_identity, sqlite_file
from lotrinh.store.moving import image
from lotrinh.store.moving.copying import Extent, sqlite_parts

MARKER = "restore.json"


class RestorePlan(NamedTuple):
    """What a restore is about to do: where the old record goes, which of its folders, and the database before, after.

    ``before`` are the old database's rows by table, None where it was damaged. ``database`` says which one it is, as
    ``place_of`` does, and ``touched`` which folders are changed, the old or the backup's.
    """

    aside: str
    folders: tuple[str, ...]
    before: Mapping[str, int] | None
    after: Mapping[str, int]
    head: str
    database: str = ""  # a marker that an older lotrinh left does not say it
    touched: tuple[str, ...] = ()

    def is_about(self, folder: Path, url: str) -> bool:
        """Whether this is the database, as far as is known."""
        return self.database in {"", database_identity(url, folder)}


def require_finished(folder: Path, url: str) -> None:
    """``Conflict`` where a restore was begun and did not end that leaves this database or its folders half restored.

    Another database is only concerned where folders that both share were to be changed.
    """
    plan = _read(folder)
    if plan and (plan.touched or plan.is_about(folder, url)):
        raise Conflict(_unfinished_words(plan))


@contextmanager
def in_use(folder: Path, url: str, program: str) -> Iterator[None]:
    """Use a database for a while: no restore begins meanwhile; ``Conflict`` where one is at work or did not end."""
    with hold_shared(folder, program):
        require_finished(folder, url)
        yield


def write_marker(folder: Path, plan: RestorePlan) -> None:
    """Write down what is about to be done, before the first thing is moved."""
    store_file(folder / MARKER, json.dumps(plan._asdict()).encode())


def remove_marker(folder: Path) -> None:
    """Everything is in its place, or back where it was."""
    (folder / MARKER).unlink(missing_ok=True)


def undo_restore(folder: Path, url: str, names: tuple[str, ...]) -> None:
    """Put everything back as it was before a restore that was killed; ``names`` are the folders that it may lay out.

    Where the database was written already it had ended: then all is in its place, and stays. May be killed itself.
    ``Conflict`` where it was about another database, whose files lie in these folders.
    """
    plan = _read(folder)
    if plan is None:
        return
    if not plan.is_about(folder, url):
        if plan.touched:
            raise Conflict(_unfinished_words(plan))
        return  # nothing of ours was changed
    if not _is_database_replaced(folder, url, plan):
        aside = folder / plan.aside if plan.aside else None
        for name in names:
            _put_back_folder(folder / name, aside / name if aside else None, was_there=name in plan.folders)
        if plan.before is None and aside and (file := sqlite_file(url)):
            _put_back_database(file, aside)
        if aside:
            shutil.rmtree(aside, ignore_errors=True)
    remove_marker(folder)


def _read(folder: Path) -> RestorePlan | None:
    """Read the marker; None where there is none."""
    if not (folder / MARKER).exists():
        return None
    try:
        said: dict[str, Any] = json.loads((folder / MARKER).read_text(encoding="utf-8"))
        plan = RestorePlan(**said)
        aside, folders, touched = Path(plan.aside).name, tuple(plan.folders), tuple(plan.touched)
        return plan._replace(aside=aside, folders=folders, touched=touched)
    except (OSError, ValueError, TypeError) as error:
        sentence = M(
            "Lần khôi phục trước bị ngắt giữa chừng, và tệp {file} không đọc được. Hãy khôi phục vào thư mục khác bằng "
            "--into.",
            file=MARKER,
        )
        raise Conflict(sentence) from error


def _unfinished_words(plan: RestorePlan) -> Message:
    return M(
        "Lần khôi phục vào cơ sở dữ liệu {database} bị ngắt giữa chừng, dữ liệu chưa dùng được. Hãy chạy lại "
        "`lotrinh restore` với bản sao lưu ấy, vào đúng cơ sở dữ liệu ấy.",
        database=plan.database or "—",
    )


def _is_database_replaced(folder: Path, url: str, plan: RestorePlan) -> bool:
    """Whether the database is the new one. It is written in one transaction: it is the old one or the new one."""
    if plan.before == plan.after or image.count_existing_rows(url) != {
        name: count for name, count in plan.after.items() if count
    }:
        return False
    with tempfile.TemporaryDirectory(prefix=".lotrinh-restore-", dir=folder) as work:
        return _extent(url, Path(work) / "now.db").head == plan.head


def _extent(url: str, path: Path) -> Extent:
    try:
        image.write_image(url, path)
        return image.examine_image(path)[1]
    except LotrinhError:
        return Extent({}, "", None)


def _put_back_folder(place: Path, old: Path | None, *, was_there: bool) -> None:
    """Take away what the backup laid out, and put back what lay there before."""
    if was_there and (old is None or not old.exists()):
        return  # it was not moved yet, or is back already
    if place.exists():
        shutil.rmtree(place)
    if was_there and old:
        old.rename(place)


def _put_back_database(file: Path, aside: Path) -> None:
    """Put a damaged database back: whoever looks for what can be saved finds it where it was."""
    moved = [(part, aside / part.name) for part in sqlite_parts(file) if (aside / part.name).exists()]
    for part, old in moved:
        old.replace(part)
