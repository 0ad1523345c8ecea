"""The guide to checklist files, taken apart: its files, its tables, and what stands in each computed column.

A file of the page stands in a block behind a line that begins with "Tệp" and its name. In a table, each column that is
named in ``OUTCOMES`` is computed from the others, which are keys added to the step at the end of ``nen.yaml``.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import NamedTuple

import httpx
import pytest

from lotrinh.catalog.checklists import load_checklist, read_checklist
from lotrinh.catalog.units import read_roster
from lotrinh.core.checklist.checklist import Checklist, Step
from lotrinh.core.checklist.deadlines import Schedule, timetable
from lotrinh.core.checklist.grammar import parse_rule
from lotrinh.core.checklist.rule_words import describe_rule
from lotrinh.core.checklist.units import Unit
from lotrinh.errors import BadInput
from lotrinh.i18n import say, spell
from lotrinh.probing.addresses import read_target
from lotrinh.probing.exchange import PageResponse
from lotrinh.probing.failures import ProbeFailure
from lotrinh.probing.pages import compare_page
from lotrinh.probing.question import MachineProbe
from lotrinh.reports.text.tables import NOTHING, moment
from lotrinh.services.campaigns.campaigns import open_campaign_of_files
from lotrinh.services.runs.ask import build_machine_probes
from lotrinh.services.statements.confirm import Confirmation, confirmation_problems
from lotrinh.settings.load import load_settings
from tests.conftest import TOP

GUIDE = (TOP / "docs" / "write-a-checklist.md").read_text(encoding="utf-8")
FILES = dict(re.findall(r"^Tệp `([^`]+)`[^\n]*:\n\n```\w+\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE))
CONSOLES = re.findall(r"^```console\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)
BASE, ROSTER, SETTINGS = "nen.yaml", "don-vi.csv", "settings.toml"
KEY, COMPLETED, SET = r"`(\w+)`", r"`([\w-]+)` xong ngày", r"đợt đặt `([\w-]+)`"
OF_FILE, OF_CAMPAIGN, CALENDAR = r"đầu việc của `(.+)`", r"đầu việc của đợt `(.+)`", "`calendar` của tệp"
RIGHT, WRONG, SENT, ANSWERED = "chỗ đúng", "viết thành", "xã gửi", "trang trả lời"
BLANKS = str.maketrans({"·": " ", "⇥": "\t"})
"""How a space and a tab are shown where they are the mistake."""
A_DAY = date(2026, 3, 1)
Cells = Mapping[str, str]


def tables() -> Iterator[list[Cells]]:
    for text in re.findall(r"(?:^\|.*\n)+", GUIDE, re.MULTILINE):
        head, _, *lines = ([cell.strip() for cell in line[1:-1].split("|")] for line in text.splitlines())
        yield [dict(zip(head, line, strict=True)) for line in lines]


def matching(cells: Cells, pattern: str) -> dict[str, str]:
    """The cells whose heads are like this, by the name in the head; empty cells say nothing."""
    found = ((re.fullmatch(pattern, head), cell.strip("`")) for head, cell in cells.items() if head not in OUTCOMES)
    return {match[1]: cell for match, cell in found if match and cell}


def written(cells: Cells) -> str:
    """The base file with what a row adds to it or changes in it."""
    text = FILES[BASE]
    if CALENDAR in cells:
        text = text.replace("calendar: {country: VN}", f"calendar: {cells[CALENDAR].strip('`')}")
    if RIGHT in cells:
        right = cells[RIGHT].strip("`")
        assert right in text
        text = text.replace(right, cells[WRONG].strip("`").translate(BLANKS), 1)
    return text + "".join(f"        {key}: {value}\n" for key, value in matching(cells, KEY).items())


class Example(NamedTuple):
    """One row's checklist, the step that it is about, and when that is due."""

    checklist: Checklist
    step: Step
    schedule: Schedule


def read(cells: Cells, folder: Path) -> Example:
    """Read a row with the reader that every checklist is read with."""
    if campaigns := matching(cells, OF_CAMPAIGN):
        ((name, step),) = campaigns.items()
        campaign = open_campaign_of_files(load_settings(str(folder / SETTINGS)).settings, name, home=folder)
        times = timetable(campaign.checklist, campaign.anchor, parameters=campaign.parameters)
        return Example(campaign.checklist, campaign.checklist.steps[step], times.steps[step])
    if files := matching(cells, OF_FILE):
        ((name, step),) = files.items()
        checklist = load_checklist(folder / name)
        return Example(checklist, checklist.steps[step], timetable(checklist).steps[step])
    checklist = read_checklist(written(cells).encode(), BASE, folder)
    days = {name: date.fromisoformat(day) for name, day in matching(cells, COMPLETED).items()}
    rules = {name: parse_rule(text) for name, text in matching(cells, SET).items()}
    return Example(checklist, checklist.steps["thu"], timetable(checklist, None, days.get, rules).steps["thu"])


def units(folder: Path) -> tuple[Unit, ...]:
    return read_roster(folder / ROSTER)


def words(cells: Cells, folder: Path) -> str:
    rule = read(cells, folder).step.due
    return say(describe_rule(rule, read(cells, folder).checklist), "vi") if rule else NOTHING


def opening(cells: Cells, folder: Path) -> str:
    opens = read(cells, folder).schedule.opens
    return moment(opens, "vi") if opens else NOTHING


def deadline(cells: Cells, folder: Path) -> str:
    schedule = read(cells, folder).schedule
    if schedule.due:
        return moment(schedule.due, "vi")
    return say(schedule.waiting, "vi") if schedule.waiting else NOTHING


def last_day(cells: Cells, folder: Path) -> str:
    return str(spell(read(cells, folder).schedule.last_working_day, "vi"))


def complaints(cells: Cells, folder: Path) -> str:
    with pytest.raises(BadInput) as error:
        read_checklist(written(cells).encode(), BASE, folder)
    problems = [say(p.sentence, "vi") for p in error.value.problems]
    return "<br>".join(f"`{sentence.replace(str(folder), '')}`" for sentence in problems)


def asked_units(cells: Cells, folder: Path) -> str:
    step = read(cells, folder).step
    return ", ".join(unit.name for unit in units(folder) if step.is_work_of(unit))


def reply(cells: Cells, folder: Path) -> str:
    step, sent = read(cells, folder).step, cells[SENT]
    counted = re.search(r"(\d+) trên (\d+)", sent)
    said = Confirmation(
        step.id,
        A_DAY,
        document_number="12/QĐ-UBND" if "số văn bản" in sent else "",
        progress=(int(counted[1]), int(counted[2])) if counted else None,
        file={"name": "a.pdf"} if "tệp" in sent else None,
    )
    wrong = [f"`{say(problem.sentence, 'vi')}`" for problem in confirmation_problems(step, said, A_DAY)]
    return "<br>".join(wrong) or ("nhận: xong" if said.is_complete else "nhận: chưa xong")


def probe(cells: Cells, folder: Path) -> MachineProbe:
    class OfOne(NamedTuple):
        checklist: Checklist

    (found,) = build_machine_probes(OfOne(read(cells, folder).checklist), units(folder)[0])
    return found


def address(cells: Cells, folder: Path) -> str:
    """The address as it is asked, or why it cannot be."""
    try:
        return f"`{read_target(probe(cells, folder).url).url}`"
    except ProbeFailure as failure:
        return f"`{say(failure.sentence, 'vi')}`"


def seen(cells: Cells, folder: Path) -> str:
    status, _, body = cells[ANSWERED].partition(": ")
    page = PageResponse(int(status), httpx.Headers(), body.encode())
    return f"`{say(compare_page(probe(cells, folder), page)[1], 'vi')}`"


OUTCOMES: Mapping[str, Callable[[Cells, Path], str]] = {
    "đọc là": words,
    "mở": opening,
    "hạn": deadline,
    "ngày làm việc cuối": last_day,
    "`lint` trả lời": complaints,
    "hỏi đơn vị nào": asked_units,
    "cổng trả lời": reply,
    "máy mở, với xã Lương Sơn": address,
    "máy ghi": seen,
}
"""Column -> what stands in it."""
EXAMPLES = [row for table in tables() for row in table if OUTCOMES.keys() & row.keys()]


def write_files(folder: Path) -> None:
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
