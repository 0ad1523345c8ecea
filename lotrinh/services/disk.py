"""Files written whole or not at all, and put on disk before anybody is told."""

import os
from contextlib import suppress
from pathlib import Path

from lotrinh.core.os_errors import reason_of
from lotrinh.core.text import M
from lotrinh.errors import StoreUnavailable


def write_whole(path: Path, content: bytes) -> None:
    """Put a file in its place in one step; whoever reads it sees the old one or the new one."""
    part = path.with_name(f".{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with part.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        part.replace(path)
    except OSError as error:
        with suppress(OSError):
            part.unlink(missing_ok=True)
        raise StoreUnavailable(M("Chưa ghi nhận: không lưu được tệp ({reason}).", reason=reason_of(error))) from error
