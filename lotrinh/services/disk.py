"""Files that a service must have on disk before it tells anybody."""

from pathlib import Path

from lotrinh.core.os_errors import os_error_reason
from lotrinh.core.text import M
from lotrinh.errors import StoreUnavailable
from lotrinh.files import write_whole


def store_file(path: Path, content: bytes) -> None:
    """Put a file in its place, whole or not at all; ``StoreUnavailable`` where it cannot be written."""
    try:
        write_whole(path, content)
    except OSError as error:
        raise StoreUnavailable(
            M("Chưa ghi nhận: không lưu được tệp ({reason}).", reason=os_error_reason(error))
        ) from error
