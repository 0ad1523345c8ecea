"""Who uses a data folder: locks that the system takes back when their holder dies, however it dies.

``lotrinh up`` and a restore have the folder alone. What may run beside others shares the lock of its kind.
"""

import errno
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Self

from lotrinh.core.os_errors import os_error_reason
from lotrinh.core.text import M, Message
from lotrinh.errors import Conflict, StoreUnavailable

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

UP, PORTAL, FLOWS, CHECK, RESTORE = "up", "portal", "flows", "check", "restore"
RUNNING: Mapping[str, Message] = {
    PORTAL: M("Cổng (`lotrinh portal`) đang chạy với thư mục dữ liệu này. Hãy dừng cổng trước."),
    FLOWS: M("Lịch chạy (`python -m flows.serve`) đang chạy với thư mục dữ liệu này. Hãy dừng lịch chạy trước."),
    CHECK: M("Một lượt kiểm tra (`lotrinh check`) đang chạy với thư mục dữ liệu này. Hãy đợi nó xong."),
    RESTORE: M("Đang khôi phục (`lotrinh restore`) vào thư mục dữ liệu này. Hãy đợi xong rồi chạy lại."),
}
SHARED = (PORTAL, FLOWS, CHECK)
"""What may run several at a time, and beside each other."""
PLACE, SLOTS = 1 << 30, 256
"""Bytes that Windows locks, all or one of them: far behind the text, which others may read."""
HELD = {errno.EAGAIN, errno.EACCES, errno.EDEADLK}
"""What the system says where somebody else has a lock; anything else is a disk that cannot lock."""


class FolderLock:
    """The lock of a file, held until closed: alone, or ``shared`` with others. ``Conflict`` tells who has it."""

    def __init__(self, path: Path, *, shared: bool = False) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise _write_failure(path, error) from error
        try:
            _lock_file(self._file, shared=shared)
        except OSError as error:
            os.lseek(self._file, 0, os.SEEK_SET)
            holder = os.read(self._file, 40).decode(errors="replace").split()
            os.close(self._file)
            if error.errno not in HELD:
                raise _write_failure(path, error) from error
            raise Conflict(_running_words(path.stem, holder, shared=shared)) from error

    def write_holder(self, program: str = UP) -> Self:
        """Write who holds it."""
        os.ftruncate(self._file, 0)
        os.lseek(self._file, 0, os.SEEK_SET)
        os.write(self._file, f"{os.getpid()} {program}\n".encode())
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._file)


def _write_failure(path: Path, error: OSError) -> StoreUnavailable:
    return StoreUnavailable(M("Không ghi được vào {path} ({reason}).", path=str(path), reason=os_error_reason(error)))


def _running_words(kind: str, holder: list[str], *, shared: bool) -> Message:
    """Say who has a lock. One that may be shared is refused to a sharer by a restore alone, and names itself else."""
    if shared or holder[1:] == [RESTORE]:
        return RUNNING[RESTORE]
    return RUNNING.get(kind) or M(
        "`lotrinh up` đang chạy với thư mục dữ liệu này (tiến trình {holder}).", holder=holder[0] if holder else "?"
    )


def _lock_file(file: int, *, shared: bool) -> None:
    """Take the lock without waiting; ``OSError`` where that is not possible.

    Windows shares no locks: who shares takes one byte that nobody has, who is alone takes all of them.
    """
    if sys.platform == "win32":
        for slot in range(SLOTS):
            os.lseek(file, PLACE + slot, os.SEEK_SET)
            try:
                msvcrt.locking(file, msvcrt.LK_NBLCK, 1 if shared else SLOTS)
                break
            except OSError:
                if not shared or slot == SLOTS - 1:
                    raise
    else:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)


def lock_path(folder: Path, program: str) -> Path:
    """Return the file whose lock a program has while it uses a data folder."""
    return folder / "up.lock" if program == UP else folder / "locks" / f"{program}.lock"


@contextmanager
def hold_shared(folder: Path, program: str) -> Iterator[None]:
    """Share a data folder for a while: no restore begins meanwhile. ``Conflict`` where one is at work.

    Where nothing can be written, or locked, nothing is held: nobody restores there either.
    """
    with ExitStack() as stack:
        with suppress(StoreUnavailable):
            stack.enter_context(FolderLock(lock_path(folder, program), shared=True))
        yield


@contextmanager
def hold_alone(folder: Path) -> Iterator[None]:
    """Have a data folder alone, for a restore; ``Conflict`` names what runs with it. One not made yet is nobody's."""
    with ExitStack() as stack:
        if folder.is_dir():
            stack.enter_context(FolderLock(lock_path(folder, UP)).write_holder(RESTORE))
            for program in SHARED:
                stack.enter_context(FolderLock(lock_path(folder, program)))
        yield
