"""Zip archives that are the same for the same content: XLSX and DOCX are such archives."""

import io
import zipfile

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest date a zip archive can write."""
FIRST = "[Content_Types].xml"
"""Office programs, and what sniffs file types, look for it at the beginning."""
UNIX = 3


def normalize_archive(content: bytes) -> bytes:
    """Write a zip archive again with its files in one order, without dates and without the machine's marks."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(made, "w") as new:
        for name in sorted(set(old.namelist()), key=lambda name: (name != FIRST, name)):
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, UNIX, 0o644 << 16
            new.writestr(entry, old.read(name), compresslevel=6)
    return made.getvalue()
