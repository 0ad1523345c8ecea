"""One process at a time: a lock that the system takes back when its holder dies, however it dies."""

import os
import sys
from pathlib import Path
from typing import Self

from lotrinh.core.os_errors import reason_of
from lotrinh.core.text import M
from lotrinh.errors import Conflict, StoreUnavailable

PLACE = 1 << 30
"""Byte that Windows locks: far behind the text, which others may read."""


class Lock:
    """The lock of a file, held until closed; the file tells who holds it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            sentence = M("Không ghi được vào {path} ({reason}).", path=str(path), reason=reason_of(error))
            raise StoreUnavailable(sentence) from error
        if not _taken(self._file):
            holder = os.read(self._file, 20).decode(errors="replace").strip()
            os.close(self._file)
            raise Conflict(
                M("`lotrinh up` đang chạy với thư mục dữ liệu này (tiến trình {holder}).", holder=holder or "?")
            )

    def sign(self) -> Self:
        """Write who holds it."""
        os.ftruncate(self._file, 0)
        os.lseek(self._file, 0, os.SEEK_SET)
        os.write(self._file, f"{os.getpid()}\n".encode())
        return self

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._file)


def _taken(file: int) -> bool:
    """Take the lock without waiting."""
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(file, PLACE, os.SEEK_SET)
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
            os.lseek(file, 0, os.SEEK_SET)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
