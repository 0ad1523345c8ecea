"""Files written whole or not at all: whoever reads one sees the old content or the new, also after a power cut."""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from glob import escape
from pathlib import Path

from lotrinh.core.os_errors import os_error_reason
from lotrinh.core.text import M
from lotrinh.errors import StoreUnavailable

NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
AS_UMASK = 0o666
"""The mode that the system narrows by the umask, as for any file that a program makes."""
OWNER_ONLY = 0o600
"""The mode of a file that holds secrets."""
CANNOT_SYNC = {errno.EINVAL, errno.ENOTSUP}
"""What a file system says that syncs no folders at all, as those of some network disks do."""


def write_whole(path: Path, content: bytes, mode: int | None = None) -> None:
    """Put a file in its place in one step, on disk with its name; ``OSError`` where the old one stays.

    Missing folders are made. ``mode`` is the file's exactly; without it the umask decides.
    """
    make_folder(path.parent)
    # A name of its own: two who write the same file at once must not write into each other's half.
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with os.fdopen(os.open(part, NEW, AS_UMASK if mode is None else mode), "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        if mode is not None:
            part.chmod(mode)
        put_in_place(part, path)
    except BaseException:
        with suppress(OSError):
            part.unlink(missing_ok=True)  # half a file would keep a full disk full
        raise


def put_in_place(part: Path, path: Path) -> None:
    """Give a file that is on disk its name, in the place of the one that has it, and put the name on disk too."""
    part.replace(path)
    sync_folder(path.parent)


def remove_whole(path: Path) -> None:
    """Delete a file, and what a killed writer left of it."""
    for each in (path, *parts_of(path)):
        each.unlink(missing_ok=True)


def parts_of(path: Path) -> Iterator[Path]:
    """Find the halves of a file that were written by somebody who is still at it, or was killed."""
    return path.parent.glob(f".{escape(path.name)}.*.part")


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, each with its name on disk; ``OSError`` where a file lies there."""
    if not folder.is_dir():
        make_folder(folder.parent)
        folder.mkdir(exist_ok=True)
        sync_folder(folder.parent)


def sync_folder(folder: Path) -> None:
    """Put the names in a folder on disk. Windows does it by itself and cannot open folders."""
    if os.name == "nt":
        return
    try:
        opened = os.open(folder, os.O_RDONLY)
    except PermissionError:
        return  # a folder that we may write but not list, as a drop box: the system puts it on disk when it likes
    try:
        os.fsync(opened)
    except OSError as error:
        if error.errno not in CANNOT_SYNC:
            raise
    finally:
        os.close(opened)


def store_file(path: Path, content: bytes) -> None:
    """Put a file in its place, whole or not at all; ``StoreUnavailable`` where it cannot be written."""
    try:
        write_whole(path, content)
    except OSError as error:
        raise StoreUnavailable(
            M("Chưa ghi nhận: không lưu được tệp ({reason}).", reason=os_error_reason(error))
        ) from error
