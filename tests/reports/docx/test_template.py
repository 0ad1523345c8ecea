"""An office's own template: filled with the report's facts, or refused with all that is wrong with it."""

import io
import zipfile
from collections.abc import Callable
from dataclasses import replace

import docx
import pytest
from docx.document import Document as Word
from docx.opc.constants import RELATIONSHIP_TYPE as TO
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml.ns import nsdecls

from lotrinh.core.report.bundle import Letterhead, ReportBundle
from lotrinh.core.report.report import StepObstacle
from lotrinh.errors import BadInput
from lotrinh.i18n import say
from lotrinh.reports.docx.placeholders import ROWS, Placeholders
from tests.conftest import TOP
from tests.reports.papers import STATE, make_document, open_document, paragraphs, part, table
from tests.reports.samples import NOW, TEAMS, UNREACHABLE, commune, the_report, unit_report
from tests.tools.own_template import PLACE, example_template

REPORT = the_report(
    unit_report(commune()),
    unit_report(commune("05047", "Cao Dương"), outcome=UNREACHABLE),
    obstacles=(
        StepObstacle(
            unit=commune(),
            step=TEAMS,
            text="Mất điện",
            is_proposal=False,
            reported_at=NOW,
            answer="Đã giao",
            answered_at=NOW,
            handed_to="",
            sample=False,
        ),
    ),
    interrupted="luot-0",
)


def template(*texts: str, write: Callable[[Word], object] = lambda _: None) -> bytes:
    """A document of these paragraphs, and of whatever else ``write`` puts into it."""
    document = docx.Document()
    for text in texts:
        document.add_paragraph(text)
    write(document)
    content = io.BytesIO()
    document.save(content)
    return content.getvalue()


def fill_template(*texts: str) -> list[str]:
    return paragraphs(make_document(REPORT, template=template(*texts)))


def problems_of(content: bytes) -> list[str]:
    with pytest.raises(BadInput) as caught:
        make_document(REPORT, template=content)
    assert {problem.where for problem in caught.value.problems} == {"template"}
    return [say(problem.sentence) for problem in caught.value.problems]


def test_the_example_in_the_docs_is_current_and_is_filled() -> None:
    assert PLACE.read_bytes() == example_template()
    content = make_document(REPORT, template=PLACE.read_bytes())
    found = paragraphs(content)
    assert "Số: 12/BC-VP" in found
    assert "Phú Thọ, ngày 02 tháng 02 năm 2026" in found
    assert "Lượt kiểm tra trước (luot-0) bị ngắt giữa chừng." in found
    assert table(content, "Nội dung") == [["Xã Lương Sơn", "Mất điện", "Đã giao (08:00 02/02/2026)"]]
    assert table(content, "Còn phải làm")[1] == ["Xã Lương Sơn", "5", "2", "—"]


def test_numbers_are_the_reports_own() -> None:
    summary = REPORT.summary()
    (line,) = fill_template(
        "{{ so_don_vi }} {{ hoi_duoc }} {{ khong_hoi_duoc }} {{ khong_hop_le }} {{ con_phai_lam }} {{ tong_so }}"
    )
    expected = [summary[name] for name in ("units", "reached", "unreachable", "invalid", "outstanding")]
    assert line.split() == [str(n) for n in (*expected, REPORT.statuses().total())]


def test_every_placeholder_can_be_used_and_every_row_has_the_fields_that_the_docs_list() -> None:
    known = Placeholders(ReportBundle(REPORT, STATE), "vi").makers
    plain = [f"{name}: {{{{ {name} }}}}" for name in known if name not in ROWS]
    loops = [
        f"{{% for r in {name} %}}{' / '.join(f'{{{{ r.{field} }}}}' for field in fields)}{{% endfor %}}"
        for name, fields in ROWS.items()
    ]
    found = fill_template(*plain, *loops)
    assert any(line == "ten_dot: Thử" for line in found)
    assert any("1 / Xã Cao Dương (05047) / máy của xã từ chối kết nối / vừa xong" in line for line in found)
    page = (TOP / "docs" / "reports-template.md").read_text(encoding="utf-8")
    for name in (*known, *(field for fields in ROWS.values() for field in fields)):
        assert f"`{name}`" in page, name


def test_all_wrong_placeholders_are_named_at_once_with_their_paragraph_and_what_was_meant() -> None:
    *wrong, known = problems_of(
        template(
            "Số {{ sso }} ngày {{ ngayy }}", "{% for m in moc %}{{ m.tenn }} {{ m.han }}{% endfor %}", "{{ ten_dot }}"
        )
    )
    assert len(wrong) == 3
    assert "“ngayy” (ở đoạn: Số {{ sso }} ngày {{ ngayy }})" in wrong[0]
    assert "“sso”" in wrong[1]
    assert "Có phải là “so” không?" in wrong[1]
    assert "“m.tenn”" in wrong[2]
    assert "“m.ten”" in wrong[2]
    assert all(name in known for name in ("ten_dot", "moc (tt, ten, han"))


def test_a_wrong_placeholder_in_the_head_of_a_page_is_found_too() -> None:
    def head(document: Word) -> None:
        document.sections[0].header.paragraphs[0].text = "Đầu trang {{ khong_co }}"

    assert "Đầu trang {{ khong_co }}" in problems_of(template("{{ so }}", write=head))[0]


def test_a_wrong_field_is_found_though_the_list_is_empty_today_and_the_branch_is_not_taken() -> None:
    assert (
        "“k.xxx”"
        in problems_of(template("{% if so == 'z' %}{% for k in kien_nghi %}{{ k.xxx }}{% endfor %}{% endif %}"))[0]
    )


@pytest.mark.parametrize("text", ["{% if so %}", "{{ so }", "{{ so|khong_co }}", "{% endfor %}", "{{ số }} {{ 1 + }}"])
def test_a_broken_tag_is_shown_with_its_paragraph(text: str) -> None:
    said = problems_of(template("Trước", f"Chỗ này {text}"))
    assert said[0].startswith("Thẻ viết sai ở đoạn: Chỗ này")


def torn_template(document: Word) -> None:
    """A condition that is opened in a cell and closed below the table."""
    document.add_table(1, 1).cell(0, 0).text = "{% if so == 'z' %}"
    document.add_paragraph("{% endif %}{{ so }}")


def test_tags_that_tear_the_structure_are_refused_and_nothing_is_guessed() -> None:
    said = problems_of(template(write=torn_template))
    assert "{%tr … %}" in said[0]


@pytest.mark.parametrize(
    "content",
    [b"", b"abc", b"PK\x05\x06" + b"\0" * 18, template("x")[:-40], template("x").replace(b"document", b"dokument")],
    ids=["empty", "text", "empty zip", "cut", "without a body"],
)
def test_what_is_no_docx_is_refused_with_what_to_do(content: bytes) -> None:
    assert problems_of(content) == [
        "Mẫu không phải tệp DOCX đọc được. Hãy mở mẫu bằng Word hoặc LibreOffice và lưu lại thành .docx."
    ]


def test_a_template_that_unpacks_to_too_much_is_refused() -> None:
    content = io.BytesIO(template("{{ so }}"))
    with zipfile.ZipFile(content, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/media/x.bin", b"\0" * 65_000_000)
    assert problems_of(content.getvalue()) == ["Mẫu quá lớn: tối đa 64 MB sau khi giải nén."]


def test_a_template_without_any_placeholder_is_refused() -> None:
    assert problems_of(template("Báo cáo"))[0] == "Mẫu không có chỗ điền nào, ví dụ {{ ten_dot }}."


@pytest.mark.parametrize("text", ["<w:p/>&amp;", "{{ so }}", "{% raw %}", "a\nb\x0cc\x07d\x00e", "]]>", "{_{ so }_}"])
def test_values_come_out_as_text(text: str) -> None:
    content = make_document(
        REPORT, replace(STATE, number=text, signer=text), template=template("{{ so }}|", "{{ nguoi_ky }}|")
    )
    found = paragraphs(content)
    assert len(found) == 2
    assert found[0] == found[1]
    assert found[0].isprintable()
    assert "<w:p/>" in found[0] or not text.startswith("<")


def test_empty_fields_of_the_letterhead_are_dots() -> None:
    content = make_document(REPORT, Letterhead(), template=template("{{ so }} {{ nguoi_ky }}"))
    assert paragraphs(content) == ["……… ………"]


def test_a_template_gives_the_same_bytes_again_and_its_dates_come_from_the_report() -> None:
    mine = template("{{ ten_dot }}")
    assert make_document(REPORT, template=mine) == make_document(REPORT, template=mine)
    own = open_document(make_document(REPORT, template=mine)).core_properties
    assert (own.created, own.modified, own.author) == (own.created, own.created, "Văn phòng")


@pytest.mark.parametrize("own_place", [False, True])
def test_sample_data_is_labelled_once_though_the_template_has_no_place_for_it(own_place: bool) -> None:  # noqa: FBT001 - a table of two
    mine = template("{{ ten_dot }}", *(["{{ du_lieu_mau }}"] if own_place else []))
    document = open_document(make_document(replace(REPORT, sample=True), template=mine))
    written = document.sections[0].header._element.xml + document.element.body.xml
    assert written.count("DỮ LIỆU MẪU") == 1


def test_every_page_is_labelled_where_the_first_has_a_head_of_its_own() -> None:
    def first(document: Word) -> None:
        document.sections[0].different_first_page_header_footer = True
        document.add_section().different_first_page_header_footer = True

    document = open_document(make_document(replace(REPORT, sample=True), template=template("{{ so }}", write=first)))
    heads = [h for s in document.sections for h in (s.header, s.first_page_header)]
    assert all("DỮ LIỆU MẪU" in head._element.xml for head in heads)


def test_pages_of_even_numbers_are_labelled_too() -> None:
    def even(document: Word) -> None:
        document.settings.odd_and_even_pages_header_footer = True

    document = open_document(make_document(replace(REPORT, sample=True), template=template("{{ so }}", write=even)))
    assert "DỮ LIỆU MẪU" in document.sections[0].even_page_header._element.xml


def with_footnote(text: str) -> Callable[[Word], object]:
    note = f'<w:footnote w:id="2"><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:footnote>'
    written = f"<w:footnotes {nsdecls('w')}>{note}</w:footnotes>"
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"

    def write(document: Word) -> object:
        package = document.part.package
        return document.part.relate_to(
            Part(PackURI("/word/footnotes.xml"), kind, written.encode(), package), TO.FOOTNOTES
        )

    return write


def test_footnotes_are_filled_and_checked_like_the_rest() -> None:
    content = make_document(REPORT, template=template("{{ so }}", write=with_footnote("Theo {{ nguon_goc }}")))
    assert "Theo Lập từ lượt kiểm tra luot-1" in part(content, "word/footnotes.xml")
    assert (
        "“khong_co” (ở đoạn: Theo {{ khong_co }})"
        in problems_of(template(write=with_footnote("Theo {{ khong_co }}")))[0]
    )
