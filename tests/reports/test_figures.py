"""Counts are written as their readers do, with the thousands apart; programs get bare numbers."""

import io
import json
import re
from functools import cache

import docx
import pytest

from lotrinh.core.report.bundle import Layout, Letterhead, ReportBundle
from lotrinh.core.report.report import Report
from lotrinh.core.status.status import Status
from lotrinh.core.text import M
from lotrinh.i18n import say
from lotrinh.reports.documents import RenderOptions, make
from tests.reports.papers import make_document, paragraphs
from tests.reports.samples import commune, everybody_at, the_report, unit_report

MANY = 250


@cache
def large() -> Report:
    """1250 steps of units and one of the province; 1000 of them are done."""
    done = everybody_at(Status.DONE)
    units = (
        unit_report(commune(f"{n:05}", f"Xã {n}"), done if n < MANY * 4 // 5 else everybody_at(Status.OPEN))
        for n in range(MANY)
    )
    return the_report(*units)


def written_format(form: str, language: str, picture: str = "timeline") -> str:
    content = make(ReportBundle(large()), form, RenderOptions(language, width=300, picture=picture))
    return "\n".join(paragraphs(content)) if form == "docx" else content.decode()


@pytest.mark.parametrize(("language", "total", "done"), [("vi", "1.251", "1.000"), ("en", "1,251", "1,000")])
@pytest.mark.parametrize("form", ["docx", "html", "markdown", "table"])
def test_every_format_for_people_parts_the_thousands(form: str, language: str, total: str, done: str) -> None:
    text = written_format(form, language).replace("\\", "")
    assert done in text
    assert (total in text) is (form in {"docx", "html"})
    assert not {"1251", "1000"} & set(text.replace("<", " ").replace(">", " ").split())


@pytest.mark.parametrize(("picture", "said"), [("curve", "1.001 đầu việc có hạn"), ("areas", "xong 1.000/1.251")])
def test_the_pictures_part_them_too(picture: str, said: str) -> None:
    drawn = written_format("svg", "vi", picture)
    assert said in drawn
    assert not {"1001", "1000", "1251"} & set(re.findall(r">(\d+)<", drawn))


@pytest.mark.parametrize("layout", Layout)
def test_both_official_layouts_do(layout: Layout) -> None:
    assert "1.251" in paragraphs(make_document(large(), Letterhead(layout=layout)))


def test_an_offices_own_document_does_and_still_computes_with_them() -> None:
    own = docx.Document()
    own.add_paragraph("{{ tong_so }} đầu việc, {{ tong_so - 1 }} và {{ tong_so > 5 }}")
    template = io.BytesIO()
    own.save(template)
    assert paragraphs(make_document(large(), template=template.getvalue())) == ["1.251 đầu việc, 1.250 và True"]


def test_programs_get_bare_numbers() -> None:
    assert json.loads(written_format("json", "vi"))["summary"]["statuses"]["done"] == 1000
    assert "1.251" not in written_format("csv", "vi")


def test_only_counts_are_parted_and_only_where_a_sentence_counts() -> None:
    assert say(M("cổng {port}", port=8080), "vi") == "cổng 8080"
    nested = M("{told}; {sure}", told=M("{n} đơn vị, mã {code}", n=3321, code="04924"), sure=True)
    assert say(nested, "vi", figures=True) == "3.321 đơn vị, mã 04924; True"
    assert say(nested, "en", figures=True).startswith("3,321 ")
