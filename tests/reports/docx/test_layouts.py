"""What stands around the body: the state's layout and the Party's, filled or left to fill by hand."""

import re
from dataclasses import replace

import pytest
from docx.shared import Mm

from lotrinh.core.report.bundle import Layout, Letterhead
from tests.reports.papers import PARTY, STATE, make_document, open_document, paragraphs, part
from tests.reports.samples import commune, the_report, unit_report

REPORT = the_report(unit_report(commune()))


def texts(letterhead: Letterhead) -> list[str]:
    return paragraphs(make_document(REPORT, letterhead))


def test_a_state_report_opens_with_bodies_number_nation_motto_place_and_date() -> None:
    assert texts(STATE)[:6] == [
        "ỦY BAN NHÂN DÂN TỈNH PHÚ THỌ",
        "VĂN PHÒNG",
        "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM",
        "Độc lập - Tự do - Hạnh phúc",
        "Số: 12/BC-VP",
        "Phú Thọ, ngày 02 tháng 02 năm 2026",
    ]
    assert texts(STATE)[6:10] == [
        "BÁO CÁO",
        "Tiến độ thực hiện nhiệm vụ: Thử",
        "(tính đến 08:00 02/02/2026)",
        "Kính gửi: Chủ tịch Ủy ban nhân dân tỉnh",
    ]


def test_a_party_report_opens_with_organisation_star_number_without_colon_and_the_partys_name() -> None:
    found = texts(PARTY)
    assert found[:6] == [
        "TỈNH ỦY PHÚ THỌ",
        "ĐẢNG ỦY XÃ LƯƠNG SƠN",
        "*",
        "Số 05-BC/ĐU",
        "ĐẢNG CỘNG SẢN VIỆT NAM",
        "Lương Sơn, ngày 02 tháng 02 năm 2026",
    ]
    assert not any("CỘNG HÒA" in line or "Độc lập" in line for line in found)


@pytest.mark.parametrize(("letterhead", "end"), [(STATE, "./."), (PARTY, ".")])
def test_each_layout_ends_its_body_in_its_own_way(letterhead: Letterhead, end: str) -> None:
    closing = next(line for line in texts(letterhead) if line.startswith("Trên đây là"))
    assert closing == f"Trên đây là báo cáo tiến độ đến 08:00 02/02/2026{end}"


def test_receivers_are_listed_each_with_its_sign_and_the_copy_on_file_last() -> None:
    found = texts(STATE)
    start = found.index("Nơi nhận:")
    assert found[start + 1 : start + 4] == ["- Như trên;", "- Các Phó Chủ tịch;", "- Lưu: VT, ……."]
    found = texts(PARTY)
    assert found[found.index("Nơi nhận:") + 1 :][:2] == ["- Thường trực Tỉnh ủy;", "- Lưu Đảng ủy."]


def test_whom_it_is_addressed_to_receives_it_where_no_receiver_is_listed() -> None:
    found = texts(replace(STATE, receivers=()))
    assert found[found.index("Nơi nhận:") + 1 :][:2] == ["- Như trên;", "- Lưu: VT, ……."]


def test_who_signs_for_nobody_else_has_no_line_of_authority() -> None:
    assert "CHÁNH VĂN PHÒNG" in texts(STATE)
    assert not any(line.startswith("TM.") for line in texts(STATE))
    assert "T/M ĐẢNG ỦY" in texts(PARTY)


@pytest.mark.parametrize("layout", Layout)
def test_an_empty_letterhead_leaves_dots_and_invents_nobody(layout: Layout) -> None:
    found = texts(Letterhead(layout=layout))
    head, signature = found[: found.index("BÁO CÁO")], found[found.index("Nơi nhận:") :]
    assert head.count("………………………") == 2
    assert "………, ngày …… tháng …… năm 2026" in head
    assert ("Số: ………/BC-………" if layout is Layout.STATE else "Số ………-BC/………") in head
    assert signature[-3:-1] == ["………………………", "………………………"]
    assert not any(line.startswith("Kính gửi") for line in found)


def test_a_report_without_its_number_is_not_issued_yet_and_has_no_day() -> None:
    found = texts(replace(STATE, number=""))
    assert "Số: ………/BC-VP" in found
    assert "Phú Thọ, ngày …… tháng …… năm 2026" in found


def test_a_body_with_none_above_it_has_one_line() -> None:
    assert texts(replace(STATE, parent="", body="Ủy ban nhân dân tỉnh"))[0] == "ỦY BAN NHÂN DÂN TỈNH"


def test_the_page_is_a4_with_the_margins_of_both_rules() -> None:
    section = open_document(make_document(REPORT)).sections[0]
    measures = (
        section.page_width,
        section.page_height,
        section.top_margin,
        section.bottom_margin,
        section.left_margin,
        section.right_margin,
    )
    expected = [210, 297, 20, 20, 30, 15]
    assert [round((length or 0) / Mm(1)) for length in measures] == expected


def test_the_pages_number_is_in_the_top_margin_and_not_on_page_1() -> None:
    section = open_document(make_document(REPORT)).sections[0]
    assert section.different_first_page_header_footer
    assert "PAGE" in section.header._element.xml
    assert "PAGE" not in section.first_page_header._element.xml


def test_everything_is_black_times_new_roman_in_vietnamese() -> None:
    written = part(make_document(REPORT), "word/styles.xml")
    assert set(re.findall(r'w:(?:ascii|hAnsi|cs|eastAsia)="([^"]+)"', written)) == {"Times New Roman"} | {"vi-VN"}
    assert 'w:lang w:val="vi-VN"' in written
    assert set(re.findall(r'<w:color w:val="(\w+)"', written)) == {"000000"}


def test_a_party_body_has_lines_of_18_points_exactly_and_first_lines_of_10_mm() -> None:
    style = open_document(make_document(REPORT, PARTY)).styles["Thân báo cáo"]
    written = style.element.xml
    assert 'w:line="360" w:lineRule="exact"' in written
    assert 'w:firstLine="567"' in written
    assert 'w:lineRule="exact"' not in open_document(make_document(REPORT, STATE)).styles["Thân báo cáo"].element.xml


def test_heads_of_tables_stand_on_each_page_and_rows_are_never_divided() -> None:
    made_tables = [t for t in open_document(make_document(REPORT)).tables if "tblHeader" in t._element.xml]
    assert len(made_tables) >= 3
    for table in made_tables:
        first, *others = table._element.xpath("./w:tr")
        assert first.xpath("./w:trPr/w:tblHeader")
        assert not any(row.xpath("./w:trPr/w:tblHeader") for row in others)
        assert all(row.xpath("./w:trPr/w:cantSplit") for row in (first, *others))
