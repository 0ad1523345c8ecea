"""Files handed in with a confirmation: checked by their content, kept under random names outside the web."""

import hashlib
import io
import secrets
import struct
import unicodedata
import zipfile
from datetime import datetime, timedelta
from pathlib import Path, PurePosixPath

from lotrinh.core.text import M, Message, nfc
from lotrinh.errors import BadInput, NotFound, Problem
from lotrinh.files import remove_whole, store_file
from lotrinh.store import Store
from lotrinh.store.files import StoredFile

LARGEST = 10_000_000
"""Bytes."""
LONGEST_NAME = 120
MOST_PARTS, LARGEST_UNPACKED = 2_000, 100_000_000
LARGEST_DIRECTORY = 1_000_000
END, END_SIGN, LARGEST_END = struct.Struct("<4s4H2LH"), b"PK\x05\x06", 65_557
LARGE_SIGN, LARGE_END = b"PK\x06\x07", 20
"""How an archive ends, by the format's own description (APPNOTE.TXT 4.3.15 and 4.3.16)."""
FORGOTTEN = timedelta(days=1)
"""A file of a form that was never sent is deleted after so long."""

PDF, JPEG, PNG = "application/pdf", "image/jpeg", "image/png"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
ENDINGS = {PDF: (".pdf",), JPEG: (".jpg", ".jpeg"), PNG: (".png",), DOCX: (".docx",), XLSX: (".xlsx",)}
BEGINNINGS = {b"%PDF-": PDF, b"\xff\xd8\xff": JPEG, b"\x89PNG\r\n\x1a\n": PNG}
HEARTS = {"word/document.xml": DOCX, "xl/workbook.xml": XLSX}

TOO_LARGE = M(
    "Tệp lớn quá {size} MB. Hãy giảm độ phân giải khi quét, hoặc chỉ gửi các trang cần thiết.",
    size=LARGEST // 1_000_000,
)
UNPACKS_TOO_LARGE = M("Tệp này bung ra quá lớn nên không nhận. Hãy lưu lại dưới dạng PDF.")
KINDS = M("Chỉ nhận tệp PDF, JPEG, PNG, DOCX, XLSX. Hãy lưu lại văn bản dưới dạng PDF rồi chọn tệp đó.")


def accept_upload(store: Store, folder: Path, unit: str, name: str, content: bytes, now: datetime) -> StoredFile:
    """Check a file and keep it; ``BadInput`` on field ``file`` says what is wrong with it."""
    found = detect_file_type(content)
    if isinstance(found, Message):
        raise BadInput([Problem("file", 0, 0, found)])
    shown = safe_file_name(name, found)
    if not shown.lower().endswith(ENDINGS[found]):
        sentence = M(
            "Tên tệp “{name}” không khớp với nội dung của nó ({ending}). Hãy chọn đúng tệp.",
            name=shown,
            ending=ENDINGS[found][0],
        )
        raise BadInput([Problem("file", 0, 0, sentence)])
    made = StoredFile(
        id=secrets.token_hex(16),
        unit=unit,
        name=shown,
        type=found,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        uploaded_at=now,
    )
    delete_unused_uploads(store, folder, now)
    store.files.add(made)  # before its bytes are there: whatever stops us now, delete_unused_uploads finds what is left
    store_file(upload_path(folder, made.id), content)  # whole: a receipt must never refer to half a file
    return made


def detect_file_type(content: bytes) -> str | Message:
    """Tell the type of a file by its content, or what is wrong with it. Nothing is unpacked."""
    if not content:
        return M("Tệp này rỗng. Hãy mở thử tệp trên máy rồi chọn lại.")
    if len(content) > LARGEST:
        return TOO_LARGE
    for beginning, kind in BEGINNINGS.items():
        if content.startswith(beginning):
            return kind
    return _office_kind(content) if content.startswith(b"PK\x03\x04") else KINDS


def _office_kind(content: bytes) -> str | Message:
    if _directory_size(content) > LARGEST_DIRECTORY:
        return UNPACKS_TOO_LARGE
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError):
        return M("Tệp này bị hỏng, không mở được. Hãy lưu lại rồi chọn lại.")
    if len(parts) > MOST_PARTS or sum(p.file_size for p in parts) > LARGEST_UNPACKED:
        return UNPACKS_TOO_LARGE
    names = {p.filename for p in parts}
    if any(_escapes(name) for name in names):
        return M("Tệp này có đường dẫn bất thường bên trong nên không nhận. Hãy lưu lại dưới dạng PDF.")
    if any(name.lower().endswith("vbaproject.bin") for name in names):
        return M("Tệp này có macro nên không nhận. Hãy lưu lại dưới dạng PDF hoặc bỏ macro.")
    kinds = [kind for heart, kind in HEARTS.items() if heart in names]
    return kinds[0] if len(kinds) == 1 and "[Content_Types].xml" in names else KINDS


def _directory_size(content: bytes) -> int:
    """Return how many bytes an archive's list of contents has: reading a long one costs more than the file itself.

    The list's own end is found as the library finds it; a list of the large format has no place in 10 MB.
    """
    plain = content[-END.size :].startswith(END_SIGN) and content.endswith(b"\0\0")
    at = len(content) - END.size if plain else content.rfind(END_SIGN, max(0, len(content) - LARGEST_END))
    if at < 0 or at + END.size > len(content):
        return 0
    large = content[max(0, at - LARGE_END) :].startswith(LARGE_SIGN)
    return LARGEST_DIRECTORY + 1 if large else int(END.unpack_from(content, at)[5])


def _escapes(name: str) -> bool:
    path = PurePosixPath(name.replace("\\", "/"))
    return path.is_absolute() or ".." in path.parts or ":" in name or "\0" in name


def safe_file_name(name: str, kind: str) -> str:
    """Return a name that is safe to show and to save under: no folders, no invisible signs, not too long."""
    last = nfc(name).replace("\\", "/").rsplit("/", 1)[-1]
    seen = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip(" .")
    stem, dot, ending = seen.rpartition(".")
    if not dot:
        return f"{seen[:LONGEST_NAME] or 'tep'}{ENDINGS[kind][0]}"
    return f"{stem[: LONGEST_NAME - len(ending)] or 'tep'}.{ending[:10]}"


def upload_path(folder: Path, file_id: str) -> Path:
    """Where the bytes of a file lie."""
    return folder / "files" / file_id[:2] / file_id


def find_upload(store: Store, folder: Path, file_id: str) -> tuple[StoredFile, Path]:
    """Return a file and where it lies; ``NotFound`` where either is missing."""
    known = store.files.get(file_id)
    if known is None or not upload_path(folder, known.id).is_file():
        raise NotFound(M("Không có tệp này."))
    return known, upload_path(folder, known.id)


def delete_unused_uploads(store: Store, folder: Path, now: datetime) -> None:
    """Delete files of forms that were never sent."""
    for left in store.files.list_unreferenced(now - FORGOTTEN):
        if store.files.remove(left.id):  # a form may have been sent this very moment
            remove_whole(upload_path(folder, left.id))


def file_reference(file: StoredFile) -> dict[str, str | int]:
    """What the journal keeps of a file: enough to prove later that it is still the same."""
    return {"id": file.id, "name": file.name, "sha256": file.sha256, "size": file.size, "type": file.type}
