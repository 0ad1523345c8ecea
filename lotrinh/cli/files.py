"""Reading a file that somebody names, and writing one for them: whole or not at all."""

from pathlib import Path

from lotrinh.cli.base import existing_file, print_message
from lotrinh.core.os_errors import os_error_reason
from lotrinh.core.text import M
from lotrinh.errors import BadInput, Problem
from lotrinh.files import write_whole
from lotrinh.reports.documents import ENDINGS, FORMATS, file_content

FOR_ALL = 0o644
"""The mode of a file that somebody asked for: others of the office may read it, whatever the umask is."""


def read_file(name: str, most: int = -1) -> bytes:
    """Return what a file holds, up to so many bytes; ``BadInput`` where it is not there or cannot be read."""
    path = existing_file(name)
    try:
        with path.open("rb") as file:
            return file.read(most)
    except OSError as error:
        sentence = M("Không đọc được tệp này ({reason}).", reason=os_error_reason(error))
        raise BadInput([Problem(name, 0, 0, sentence)]) from error


def save_file(folder: Path, name: str, content: bytes) -> Path:
    """Write a file into a folder, which is made where it is missing; ``BadInput`` where it cannot be written.

    A folder that is not there and is called like a report is a file that somebody meant: none is made.
    """
    if folder.suffix.lower().removeprefix(".") in ENDINGS and not folder.is_dir():
        sentence = M(
            "Đây là tên tệp, còn --out nhận thư mục; tên tệp do lotrinh đặt. Hãy ghi --out {folder}",
            folder=str(folder.parent),
        )
        raise BadInput([Problem(str(folder), 0, 0, sentence)])
    try:
        write_whole(folder / name, content, mode=FOR_ALL)
    except OSError as error:
        sentence = M(
            "Không ghi được tệp {name} vào đây ({reason}). Hãy chọn thư mục khác với --out, hoặc xin quyền ghi.",
            name=name,
            reason=os_error_reason(error),
        )
        raise BadInput([Problem(str(folder), 0, 0, sentence)]) from error
    return folder / name


def save_text(text: str, folder: Path, name: str, form: str) -> None:
    """Write a text into a folder as a file of its form, and say where it is."""
    path = save_file(folder, f"{name}.{FORMATS[form].ending}", file_content(form, text.encode()))
    print_message(M("Đã ghi {path}", path=str(path)))
