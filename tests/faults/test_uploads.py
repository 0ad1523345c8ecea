"""Files that somebody made to do harm: refused with the reason, or kept harmless (faults F24 and F26)."""

import io
import re
import socket
import time
import tracemalloc
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest

from lotrinh.portal.guard import LARGEST_FORM
from lotrinh.services.statements.uploads import LARGEST, detect_file_type
from tests.faults.portals import CAMPAIGN, HOME, PDF, STEP, UNPROVEN, FormFields, Person, Portal

SAID = {"completed_on": "2/2/2026", "document.number": "12/QĐ-UBND", "note": "Giữ nguyên"}
DOCX, XLSX = ("[Content_Types].xml", "word/document.xml"), ("[Content_Types].xml", "xl/workbook.xml")
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


def hand_in(person: Person, name: bytes, content: bytes, step: str = STEP) -> httpx.Response:
    """Send the form with a file whose name is what a browser would never let anybody type."""
    path = f"{HOME}/steps/{step}/confirm"
    line = b"--x\r\nContent-Disposition: form-data; name="
    fields = {**person.form(path), **SAID}
    parts = [line + f'"{key}"\r\n\r\n{value}\r\n'.encode() for key, value in fields.items()]
    parts.append(line + b'"file"; filename="' + name + b'"\r\nContent-Type: text/html\r\n\r\n' + content + b"\r\n")
    head = {"Content-Type": "multipart/form-data; boundary=x"}
    return person.client.post(path, content=b"".join(parts) + b"--x--\r\n", headers=head)


def kept(portal: Portal) -> list[Path]:
    return [part for part in (portal.settings.data_dir / "files").rglob("*") if part.is_file()]


def archive(parts: Mapping[str, bytes] | tuple[str, ...], **entry: int) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as out:
        for name in parts:
            info = zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED
            for field, value in entry.items():
                setattr(info, field, value)
            out.writestr(info, parts[name] if isinstance(parts, Mapping) else b"<x/>")
    return made.getvalue()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        (b"../../../../etc/cron.d/x.pdf", "x.pdf"),
        (b"..\\..\\windows\\x.pdf", "x.pdf"),
        (b"C:\\Users\\lan\\QD 12.pdf", "QD 12.pdf"),
        (b"qd\0.pdf", "qd.pdf"),
        ("báo cáo\u202e\u2066cod.pdf".encode(), "báo cáocod.pdf"),
        (("ờ" * 300 + ".pdf").encode(), "ờ" * 117 + ".pdf"),
        (b"x" * 1000 + b".PDF", "x" * 117 + ".PDF"),
        (b"virus.exe.pdf", "virus.exe.pdf"),
        (b"....pdf", "pdf.pdf"),
        (b"khong-duoi", "khong-duoi.pdf"),
        (b"<img src=x onerror=alert(1)>.pdf", "<img src=x onerror=alert(1)>.pdf"),
        (b"a\tb; filename=evil.html.pdf", "ab; filename=evil.html.pdf"),
    ],
)
def test_a_file_of_any_name_lies_under_a_random_one_and_is_given_back_as_a_download_only(
    portal: Portal, name: bytes, shown: str
) -> None:
    person = portal.person()
    before = {part for part in portal.settings.data_dir.rglob("*") if part.is_file()}
    checked = hand_in(person, name, PDF)
    assert checked.status_code == 200, checked.text[-900:]
    receipt = person.get(person.confirm(FormFields(checked.text).fields).headers["location"]).text
    (path,) = {part for part in portal.settings.data_dir.rglob("*") if part.is_file()} - before
    assert re.fullmatch(r"[0-9a-f]{32}", path.name)
    assert path.parent.parent == portal.settings.data_dir / "files"
    assert path.read_bytes() == PDF
    known = portal.store.files.get(path.name)
    assert known
    assert known.name == shown
    assert "<img" not in receipt
    got = person.get(f"/files/{path.name}")
    assert got.content == PDF
    kind, _, given = got.headers["content-disposition"].partition("; ")
    assert kind == "attachment"
    assert given in {f'filename="{shown}"', f"filename*=utf-8''{quote(shown)}"}
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-type"] == "application/pdf"
    assert got.headers["content-security-policy"] == "sandbox; default-src 'none'"


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        (b"x.pdf.exe", PDF, "không khớp"),
        ("qd\u202efdp.exe".encode(), PDF, "không khớp"),
        (b"x.pdf", SVG, "Chỉ nhận tệp"),
        (b"x.svg", SVG, "Chỉ nhận tệp"),
        (b"x.pdf", b"<!doctype html><script>alert(1)</script>" + PDF, "Chỉ nhận tệp"),
        (b"x.png", b"MZ\x90\0", "Chỉ nhận tệp"),
        (b"x.png", PDF, "không khớp"),
        (b"x.pdf", b"", "rỗng"),
        (b"x.pdf", PDF.ljust(LARGEST + 1), "quá lớn|lớn quá"),
        (b"x.pdf", PDF.ljust(30_000_000), "quá lớn|lớn quá"),
        (b"x.zip", archive(DOCX), "không khớp"),
        (b"x.docx", archive(XLSX), "không khớp"),
        (b"x.docx", archive(("mimetype", "content.xml")), "Chỉ nhận tệp"),
        (b"x.docx", archive(DOCX)[:-30], "bị hỏng"),
    ],
)
def test_a_file_that_is_not_what_it_should_be_is_refused_with_the_reason(
    portal: Portal, name: bytes, content: bytes, reason: str
) -> None:
    person = portal.person()
    answer = hand_in(person, name, content)
    assert answer.status_code in {413, 422}
    assert re.search(reason, answer.text), answer.text[-1500:]
    assert answer.status_code == 413 or "Giữ nguyên" in answer.text
    assert kept(portal) == []
    assert portal.store.journal.entries() == ()


def test_a_browser_can_send_all_of_a_file_that_is_far_too_large_and_is_told_so(portal: Portal) -> None:
    """Browsers show an answer only when they could send everything first."""
    person, size = portal.person(), LARGEST_FORM + 10_000_000
    host, port = portal.url.removeprefix("http://").split(":")
    head = (
        f"POST {HOME}/steps/{STEP}/confirm HTTP/1.1\r\nHost: x\r\nOrigin: http://x\r\nContent-Length: {size}\r\n"
        f"Cookie: lotrinh={person.client.cookies['lotrinh']}\r\nContent-Type: multipart/form-data; boundary=x\r\n\r\n"
    )
    with socket.create_connection((host, int(port)), timeout=30) as raw:
        raw.sendall(head.encode() + b"--x\r\n".ljust(size))
        answer = b""
        while b"</html>" not in answer:
            part = raw.recv(65_536)
            assert part, answer
            answer += part
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert "quá lớn".encode() in answer
    assert kept(portal) == []


def test_a_name_longer_than_any_system_has_is_refused_and_nothing_is_kept(portal: Portal) -> None:
    assert hand_in(portal.person(), b"x" * 5000 + b".pdf", PDF).status_code == 400
    assert kept(portal) == []


def test_no_file_is_taken_where_voters_data_could_come_in_with_it(portal: Portal) -> None:
    person = portal.person()
    answer = hand_in(person, b"x.pdf", PDF, UNPROVEN)
    assert answer.status_code == 422
    assert "không nhận tệp" in answer.text


def test_a_file_belongs_to_its_unit_alone(portal: Portal) -> None:
    person, other = portal.person(), portal.person("unit:04924")
    fields = FormFields(hand_in(person, b"x.pdf", PDF).text).fields
    (path,) = kept(portal)
    assert other.get(f"/files/{path.name}").status_code == 404
    theirs = f"/campaigns/{CAMPAIGN}/units/04924/steps/{STEP}/confirm/send"
    refused_page = other.send(theirs, fields | {"csrf": other.csrf()})
    assert refused_page.status_code == 422
    assert "Tệp đã chọn không còn trên máy chủ" in refused_page.text
    assert portal.store.journal.entries() == ()


@contextmanager
def cheap() -> Iterator[None]:
    """Require that judging costs little time and memory, whatever a file says of itself."""
    tracemalloc.start()
    began = time.perf_counter()
    try:
        yield
        assert time.perf_counter() - began < 2
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()


def refused(content: bytes) -> str:
    with cheap():
        found = detect_file_type(content)
    return str(found)


def test_real_documents_are_taken() -> None:
    assert refused(archive(DOCX)).endswith("wordprocessingml.document")
    assert refused(archive(XLSX)).endswith("spreadsheetml.sheet")


@pytest.mark.parametrize(
    "name",
    ["../../x.xml", "/etc/x", "a/../../x", "..\\x", "C:x", "a\\..\\..\\x", "word/..", "//server/share"],
)
def test_an_archive_whose_parts_point_outside_is_refused(name: str) -> None:
    assert "đường dẫn bất thường" in refused(archive((*DOCX, name)))


def test_a_document_with_macros_is_refused() -> None:
    assert "macro" in refused(archive((*DOCX, "word/vbaProject.bin")))


def test_an_archive_that_unpacks_too_large_is_refused_before_anything_is_unpacked() -> None:
    bomb = archive({**dict.fromkeys(DOCX, b"<x/>"), "word/media/a.png": bytes(101_000_000)})
    assert len(bomb) < 200_000
    assert "bung ra quá lớn" in refused(bomb)


def test_an_archive_of_very_many_parts_is_refused_before_its_list_is_read() -> None:
    one = archive(("a",))
    local, directory, end = one[: one.index(b"PK\1\2")], one[one.index(b"PK\1\2") : one.index(b"PK\5\6")], one[-22:]
    many = directory * ((LARGEST - 1000) // len(directory))
    sizes = len(many).to_bytes(4, "little") + len(local).to_bytes(4, "little")
    bomb = local + many + end[:12] + sizes + end[20:]
    assert len(bomb) <= LARGEST
    assert zipfile.is_zipfile(io.BytesIO(bomb))
    assert "bung ra quá lớn" in refused(bomb)
    comment = b"x" * 40
    assert "bung ra quá lớn" in refused(bomb[:-2] + len(comment).to_bytes(2, "little") + comment)


def test_an_archive_of_the_large_format_is_refused() -> None:
    made = archive(DOCX)
    assert "bung ra quá lớn" in refused(made[:-22] + b"PK\6\7" + bytes(16) + made[-22:])


@pytest.mark.parametrize("cut", [1, 21, 22, 50, -5])
def test_a_damaged_archive_is_refused(cut: int) -> None:
    assert "Message" in refused(archive(DOCX)[: -cut if cut > 0 else 12])
