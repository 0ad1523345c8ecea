"""Letters are text: whatever stands in a title, nothing of it is read as HTML or as a new line."""

from dataclasses import replace
from datetime import date, datetime
from html.parser import HTMLParser
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from lotrinh.core.checklist.rules import Moment
from lotrinh.core.checklist.units import Unit, UnitKind
from lotrinh.core.notify.reminders import Digest, DigestItem, DigestSection, Escalation, LateUnit, ReminderReason
from lotrinh.core.text import Text
from lotrinh.reports.text.letters import Letter, LetterWriter, OfficeNotes
from tests.core.builders import step

NOW = datetime(2026, 2, 2, 7, 30, tzinfo=ZoneInfo("Asia/Ho_Chi_Minh"))
DAY = date(2026, 2, 2)
HOSTILE = "<script>alert(1)</script>\r\nBcc: a@b.vn\x00\x1b[31m{0.__class__}\u2028&amp;"


class Tags(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert not attrs or tag in {"html", "meta"}
        self.found.add(tag)


def write_letter(title: str) -> Letter:
    item = DigestItem(replace(step("a"), title=Text(title)), Moment(DAY), -3, ReminderReason.OVERDUE, is_known=True)
    section = DigestSection("thu", Text(title), NOW, (item,))
    of = Unit("25", UnitKind.PROVINCE, title)
    told = Escalation("thu", Text(title), NOW, (LateUnit(of, None, (item,) * 7),), (of,))
    return LetterWriter("vi", "https://x.example.vn").digest(
        Digest(of, DAY, (section,), (told,)), OfficeNotes((of,), 2)
    )


def test_hostile_titles_come_out_as_text() -> None:
    letter = write_letter(HOSTILE)
    assert Tags(letter.html).found <= {"html", "head", "meta", "title", "body", "h2", "p", "ul", "li", "strong"}
    for text in (letter.subject, letter.short):
        assert text.isprintable()
    assert all(line.isprintable() for line in letter.text.split("\n"))
    assert "<script>alert(1)</script>" in letter.text
    assert "{0.__class__}" in letter.text


@given(st.text(max_size=60))
def test_any_title_keeps_the_form_of_the_letter(title: str) -> None:
    letter = write_letter(title)
    assert letter.text.count("\n") == write_letter("x").text.count("\n") or not title.strip()
    assert all(c.isprintable() or c == "\n" for c in letter.text + letter.html)
    assert Tags(letter.html).found == Tags(write_letter("x").html).found


def test_the_office_sees_three_steps_of_a_unit_by_name_and_how_many_more() -> None:
    assert "và 4 đầu việc khác" in write_letter("Việc").text
