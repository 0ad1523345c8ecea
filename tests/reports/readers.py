"""Readers of every format of a report, each by another way than the one by which it was written."""

import csv
import io
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from html.parser import HTMLParser
from typing import Any, NamedTuple
from zipfile import ZipFile

from docx import Document
from icalendar import Calendar
from openpyxl import load_workbook

from lotrinh.core.status.status import Status
from lotrinh.core.status.wording import STATUS
from lotrinh.i18n import say

CODES = {say(words): status.value for status, words in STATUS.items()}
FINISHED = {status.value for status in Status if status.is_finished}
SAMPLE = "DỮ LIỆU MẪU"
Table = Sequence[Sequence[str]]
Figures = Mapping[str, tuple[int, ...]]


class Totals(NamedTuple):
    """What a report says in all: steps by status, units asked, by milestone (done, units, overdue, unknown).

    JSON names milestones by their ids, all others by their titles.
    """

    statuses: Mapping[str, int] | None = None
    asked: tuple[int, ...] | None = None
    milestones: Figures | None = None
    outstanding: int | None = None
    sample: bool | None = None


def status_counts(text: str) -> dict[str, int]:
    """Steps by status as a sentence names them."""
    found = re.search(r"Tổng số đầu việc: (.*?)\.(?!\d)", text)
    assert found
    pairs = [part.split(" ", 1) for part in found[1].split(", ")]
    return {CODES[words]: number(figure) for figure, words in pairs}


def asking_counts(text: str) -> tuple[int, ...]:
    """Units as a sentence names them: all, reached, unreachable, invalid."""
    found = re.search(
        r"([\d.]+) đơn vị[^:\d]*: ([\d.]+) hỏi được, ([\d.]+) không hỏi được, ([\d.]+) trả lời không hợp lệ",
        " ".join(text.split()),
    )
    assert found
    return tuple(map(number, found.groups()))


def number(cell: str) -> int:
    """A count with its thousands apart, or the dash for none."""
    return 0 if cell in {"—", ""} else int(cell.replace(".", ""))


def bare_title(title: str) -> str:
    """A milestone's title without its number and its mark of doubt."""
    return re.sub(r"^\d+\. ", "", title).removesuffix(" (?)")


def figure_columns(table: Table) -> Figures:
    """Milestones of a table with the columns Xong (done/units) and Chưa rõ; without Quá hạn nobody is overdue."""
    heads = list(table[0])
    title, done, unknown = (heads.index(name) for name in ("Mốc", "Xong", "Chưa rõ"))
    late = heads.index("Quá hạn") if "Quá hạn" in heads else None
    found = {}
    for row in table[1:]:
        if len(row) == len(heads) and "/" in row[done]:
            reached, units = map(number, row[done].split("/"))
            found[bare_title(row[title])] = (
                reached,
                units,
                0 if late is None else number(row[late]),
                number(row[unknown]),
            )
    return found


def of_text(text: str, tables: Iterable[Table]) -> Totals:
    """What text and tables without a format of their own tell."""
    milestones = next(
        figure_columns(table) for table in tables if table and {"Mốc", "Xong", "Chưa rõ"} <= set(table[0])
    )
    return Totals(status_counts(text), asking_counts(text), milestones, sample=SAMPLE in text)


def terminal(content: bytes) -> Totals:
    text = content.decode()
    block = text.split("MỐC THỜI GIAN\n", 1)[1].split("\n\n", 1)[0].splitlines()
    rows = [re.split(r"\s{2,}", line.strip()) for line in block if not line.startswith("---")]
    return of_text(text, [rows])


def markdown(content: bytes) -> Totals:
    text = re.sub(r"\\([\\`*_\[\]|#~])", r"\1", content.decode())
    lines = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    start = next(index for index, line in enumerate(lines) if line[0] == "Mốc")
    return of_text(text, [lines[start:]])


class Page(HTMLParser):
    """The tables of a page, cell by cell, and its text without pictures and styles."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.text = ""
        self._hidden, self._in_cell = 0, False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del attrs
        self._hidden += tag in {"svg", "style"}
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in {"td", "th"}:
            self.tables[-1][-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag: str) -> None:
        self._hidden -= tag in {"svg", "style"}
        self._in_cell = self._in_cell and tag not in {"td", "th"}

    def handle_data(self, data: str) -> None:
        if self._hidden:
            return
        self.text += data
        if self._in_cell:
            self.tables[-1][-1][-1] += data.strip("\n")


def totals_beside(tables: Iterable[Table]) -> dict[str, int]:
    """What stands beside each word in the table of totals."""
    table = next(t for t in tables if t and list(t[0]) == ["Tình trạng", "Số đầu việc"])
    return {row[0]: number(row[1]) for row in table[1:]}


def of_tables(text: str, tables: Sequence[Table]) -> Totals:
    """What a document with a table of totals tells."""
    numbers = totals_beside(tables)
    statuses = {CODES[words]: n for words, n in numbers.items() if words in CODES and n}
    assert numbers["Tổng số đầu việc"] == sum(statuses.values())
    milestones = [figure_columns(table) for table in tables if table and {"Mốc", "Xong", "Chưa rõ"} <= set(table[0])]
    whole = max(milestones, key=len)
    for part in milestones:
        assert part.items() <= whole.items(), "two tables of one document agree"
    return Totals(statuses, asking_counts(text), whole, numbers["Trong đó chưa xong hoặc chưa rõ"], SAMPLE in text)


def html(content: bytes) -> Totals:
    page = Page(content.decode())
    told = of_tables(page.text, page.tables)
    assert status_counts(page.text) == told.statuses
    return told


def docx(content: bytes) -> Totals:
    document = Document(io.BytesIO(content))
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in document.tables]
    with ZipFile(io.BytesIO(content)) as archive:
        heads = "".join(archive.read(name).decode() for name in archive.namelist() if "header" in name)
    text = "\n".join(paragraph.text for paragraph in document.paragraphs)
    return of_tables(text, tables)._replace(sample=SAMPLE in re.sub(r"<[^>]+>", "", heads) or SAMPLE in text)


def tabular(content: bytes) -> Totals:
    rows = list(csv.DictReader(io.StringIO(content.decode())))
    statuses = Counter(row["status"] for row in rows)
    labelled = {bool(row["sample"]) for row in rows}
    assert len(labelled) <= 1, "every row is labelled or none"
    left = sum(n for status, n in statuses.items() if status not in FINISHED)
    return Totals(dict(statuses), outstanding=left, sample=True in labelled)


def as_json(content: bytes) -> Totals:
    data: Any = json.loads(content)
    summary, units = data["summary"], data["units"]
    everybody = [*units, *([data["province"]] if data["province"] else [])]
    statuses = Counter(step["status"] for unit in everybody for step in unit["steps"])
    assert {status: n for status, n in summary["statuses"].items() if n} == statuses
    outcomes = Counter(unit["outcome"] for unit in units)
    counts = (len(units), *(outcomes[name] for name in ("REACHED", "UNREACHABLE", "INVALID")))
    assert counts == tuple(summary[name] for name in ("units", "reached", "unreachable", "invalid"))
    milestones = {
        m["id"]: (m["done"], m["units"], m["overdue"], m["unknown"]) for m in data["milestones"] if m["units"]
    }
    return Totals(dict(statuses), counts, milestones, summary["outstanding"], summary["sample"])


def xlsx(content: bytes) -> Totals:
    book = load_workbook(io.BytesIO(content))
    rows = [list(row) for row in book["Tổng hợp"].iter_rows(values_only=True)]
    numbers = {re.sub(r"^\S  ", "", str(row[0])): row[1] for row in rows if isinstance(row[1], int)}
    statuses = {CODES[words]: n for words, n in numbers.items() if words in CODES and n}
    assert numbers["Tổng số đầu việc"] == sum(statuses.values())
    counts = tuple(
        numbers[name] for name in ("Tổng số đơn vị", "đã hỏi được", "không hỏi được", "trả lời không hợp lệ")
    )
    assert counts == asking_counts("\n".join(str(row[0]) for row in rows))
    start = next(index for index, row in enumerate(rows) if row[0] == "Mốc")
    heads = rows[start]
    units, *others = (heads.index(name) for name in ("Đơn vị", "Xong", "Quá hạn", "Chưa rõ"))
    order = (others[0], units, *others[1:])
    milestones = {
        bare_title(str(row[0])): tuple(int(str(row[at])) for at in order)
        for row in rows[start + 1 :]
        if isinstance(row[units], int) and row[units]
    }
    listed = [row for row in book["Còn phải làm"].iter_rows(values_only=True) if str(row[7]) in CODES]
    assert len(listed) == numbers["Chưa xong hoặc chưa rõ"], "every outstanding step is in the list of them"
    return Totals(statuses, counts, milestones, numbers["Chưa xong hoặc chưa rõ"], SAMPLE in str(rows[0][0]))


def svg(content: bytes) -> Totals:
    return Totals(sample=SAMPLE in content.decode())


def ics(content: bytes) -> Totals:
    calendar: Any = Calendar.from_ical(content)
    labelled = {SAMPLE in str(event["SUMMARY"]) for event in calendar.walk("VEVENT")}
    assert len(labelled) <= 1, "every event is labelled or none"
    return Totals(sample=True in labelled or SAMPLE in str(calendar["X-WR-CALNAME"]))


READERS: Mapping[str, Callable[[bytes], Totals]] = {
    "table": terminal,
    "markdown": markdown,
    "html": html,
    "csv": tabular,
    "json": as_json,
    "xlsx": xlsx,
    "docx": docx,
    "svg": svg,
    "ics": ics,
}


def events(content: bytes) -> Figures:
    """Milestones of a calendar, as far as they have a day: (done, units, overdue, unknown)."""
    calendar: Any = Calendar.from_ical(content)
    found = {}
    for event in calendar.walk("VEVENT"):
        words = r"Đã xong (\d+)/(\d+) đơn vị; quá hạn (\d+); chưa rõ (\d+)"
        if told := re.search(words, str(event.get("DESCRIPTION", ""))):
            title = str(event["SUMMARY"]).split("Hạn: ", 1)[1]
            found[bare_title(title)] = tuple(map(int, told.groups()))
    return found


def svg_description(content: bytes) -> str:
    """What a picture says of itself to those who cannot see it."""
    return " ".join(re.findall(r"<desc[^>]*>(.*?)</desc>", content.decode(), re.DOTALL))
