"""What changed between two reports: table, Markdown, HTML, CSV and JSON."""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, time
from typing import Any, NamedTuple

from lotrinh.core.checklist.units import Unit
from lotrinh.core.report.changes import DeadlineShift, ReportChanges, StepUnits
from lotrinh.core.report.snapshot import ReportSnapshot, UnitSnapshot
from lotrinh.core.status.wording import OUTCOME, SAMPLE_NOTICE
from lotrinh.core.text import M, Message, Text
from lotrinh.i18n import say, spell
from lotrinh.reports.data.csv_report import escape_formula
from lotrinh.reports.html.short import short_html
from lotrinh.reports.text.short import ShortReport, short_markdown, short_text
from lotrinh.reports.text.tables import NOTHING, Table

OF_STEPS: Mapping[str, Message] = {
    "done": M("Mới hoàn thành"),
    "undone": M("Không còn là hoàn thành (rút, trả lại, hoặc đơn vị sửa)"),
    "overdue": M("Mới quá hạn"),
    "added": M("Đầu việc mới"),
    "dropped": M("Đầu việc không còn"),
}
OF_UNITS: Mapping[str, Message] = {
    "silent": M("Mới không hỏi được"),
    "reached": M("Hỏi lại được"),
    "joined": M("Đơn vị mới vào danh sách"),
    "left": M("Đơn vị không còn trong danh sách"),
}
NAMED = 8
"""Units of one row that a terminal names."""
OF_DEADLINES: Mapping[str, Message] = {"shifted": M("Hạn đã dời"), "scheduled": M("Hạn mới định")}


class Comparison(NamedTuple):
    """Two reports, older first (``is_swapped``: asked for in the other order), what changed, and titles of steps."""

    title: Text
    province: str
    old: ReportSnapshot
    new: ReportSnapshot
    changes: ReportChanges
    titles: Mapping[str, Text]
    is_swapped: bool = False


def render_changes(of: Comparison, form: str, language: str, width: int = 120) -> str:
    """Render; ``form`` is a format in which there are changes."""
    return RENDERERS[form](of, language, width)


def change_counts(changes: ReportChanges) -> dict[str, int]:
    """Count what changed: steps of units, units, and moved deadlines of units."""
    steps = {name: _cells(getattr(changes, name)) for name in OF_STEPS}
    units = {name: len(getattr(changes, name)) for name in OF_UNITS}
    return {**steps, **{name: _cells(getattr(changes, name)) for name in OF_DEADLINES}, **units}


def _cells(rows: Sequence[Any]) -> int:
    return sum(len(row.units) for row in rows)


def summary(changes: ReportChanges) -> list[Message]:
    """Say the figures in sentences."""
    n = change_counts(changes)
    lines = [
        M(
            "{done} việc mới xong, {undone} việc không còn là xong, {overdue} việc mới quá hạn.",
            done=n["done"],
            undone=n["undone"],
            overdue=n["overdue"],
        ),
        M(
            "{silent} đơn vị mới không hỏi được, {reached} đơn vị hỏi lại được;"
            " {moved} hạn đã dời, {fixed} hạn mới định.",
            silent=n["silent"],
            reached=n["reached"],
            moved=n["shifted"],
            fixed=n["scheduled"],
        ),
    ]
    if n["joined"] or n["left"]:
        lines.append(M("{joined} đơn vị mới, {left} đơn vị không còn.", joined=n["joined"], left=n["left"]))
    if n["added"] or n["dropped"]:
        words = {"added": len(changes.added), "dropped": len(changes.dropped)}
        lines.append(M("Bộ đầu việc đã đổi: thêm {added}, bớt {dropped} đầu việc.", **words))
    return [M("Không có gì thay đổi giữa hai lượt này.")] if changes.is_empty else lines


def changes_report(of: Comparison, language: str, named: int = 0) -> ShortReport:
    """Put the changes into words; ``named`` is how many units of a long row are named, 0 for all."""
    lines = [
        say(of.title, language),
        say(
            M(
                "{province} · từ {old} (lượt {old_run}) đến {new} (lượt {new_run})",
                province=of.province,
                old=of.old.as_of,
                old_run=of.old.run,
                new=of.new.as_of,
                new_run=of.new.run,
            ),
            language,
        ),
        *([say(SWAPPED, language)] if of.is_swapped else []),
        *(say(line, language) for line in summary(of.changes)),
    ]
    return ShortReport(
        say(M("Thay đổi giữa hai lượt kiểm tra"), language),
        _notice(of, language),
        tuple(lines),
        tuple(_tables(of, language, named)),
        (say(M("Nhật ký kết thúc ở {head}.", head=of.new.head[:12]), language),),
    )


SWAPPED = M("Lượt sau được ghi trước: đã đổi lại thứ tự, cũ trước mới sau.")


def _notice(of: Comparison, language: str) -> str:
    if not (of.old.sample or of.new.sample):
        return ""
    return say(SAMPLE_NOTICE, language)


def _tables(of: Comparison, language: str, named: int) -> Iterator[Table]:
    step, unit = say(M("Đầu việc"), language), say(M("Đơn vị"), language)
    count = say(M("Số đơn vị"), language)
    for name, words in OF_STEPS.items():
        found: Sequence[StepUnits] = getattr(of.changes, name)
        if found:
            rows = tuple(
                (_title(of, row.step, language), str(len(row.units)), _names(row.units, language, named))
                for row in found
            )
            yield Table(_counted_title(words, _cells(found), language), (step, count, unit), rows)
    for name, words in OF_DEADLINES.items():
        if moved := getattr(of.changes, name):
            yield _moved_table(of, _counted_title(words, _cells(moved), language), moved, language, named)
    for name, words in OF_UNITS.items():
        units = getattr(of.changes, name)
        if units:
            yield _unit_table(_counted_title(words, len(units), language), unit, units, language)


def _unit_table(title: str, head: str, units: Sequence[Unit | UnitSnapshot], language: str) -> Table:
    """List units, with how asking ended where that is what changed."""
    result = say(M("Kết quả"), language)
    if any(isinstance(each, Unit) for each in units):
        return Table(title, (head,), tuple((_name(each),) for each in units if isinstance(each, Unit)))
    return Table(
        title, (head, result), tuple(_asking_cells(each, language) for each in units if isinstance(each, UnitSnapshot))
    )


def _moved_table(of: Comparison, title: str, moved: Sequence[DeadlineShift], language: str, named: int) -> Table:
    heads = M("Đầu việc"), M("Hạn cũ"), M("Hạn mới"), M("Số đơn vị"), M("Đơn vị")
    rows = tuple(
        (
            _title(of, m.step, language),
            _due(m.old, language),
            _due(m.new, language),
            str(len(m.units)),
            _names(m.units, language, named),
        )
        for m in moved
    )
    return Table(title, tuple(say(head, language) for head in heads), rows)


def _counted_title(words: Message, count: int, language: str) -> str:
    return f"{say(words, language)} ({count})"


def _title(of: Comparison, step: str, language: str) -> str:
    title = of.titles.get(step)
    return say(title, language) if title else step


def _name(unit: Unit) -> str:
    return f"{unit.full_name} ({unit.code})"


def _names(units: Sequence[Unit], language: str, most: int = 0) -> str:
    """Name units, the first of them only where ``most`` is given; with as many again it is no use to leave them out."""
    shown = units[:most] if most and len(units) > 2 * most else units
    names = ", ".join(unit.full_name for unit in shown)
    more = len(units) - len(shown)
    return names + say(M(" và {count} đơn vị khác", count=more), language) if more else names


def _asking_cells(then: UnitSnapshot, language: str) -> tuple[str, str]:
    words = say(OUTCOME[then.outcome], language)
    return _name(then.unit), f"{words}: {then.sentence}" if then.sentence else words


def _due(due: datetime | None, language: str) -> str:
    if due is None:
        return NOTHING
    # A day without an hour is kept as its last second.
    return str(spell(due.date() if due.time() == time(23, 59, 59) else due, language))


def changes_json(of: Comparison, language: str = "vi") -> str:
    """Write it for other programs."""
    return json.dumps(changes_data(of, language), ensure_ascii=False, indent=1) + "\n"


def changes_data(of: Comparison, language: str = "vi") -> dict[str, Any]:
    """Lay it out for other programs; moments carry their offset."""
    changes = of.changes
    steps = {name: [_step(of, row, language) for row in getattr(changes, name)] for name in OF_STEPS}
    deadlines = {name: [_deadline(of, m, language) for m in getattr(changes, name)] for name in OF_DEADLINES}
    units = {
        name: [_unit(each) if isinstance(each, Unit) else _then(each) for each in getattr(changes, name)]
        for name in OF_UNITS
    }
    return {
        "campaign": of.new.campaign,
        "province_name": of.province,
        "from": _end(of.old),
        "to": _end(of.new),
        "swapped": of.is_swapped,
        "sample": of.old.sample or of.new.sample,
        "summary": change_counts(changes),
        **steps,
        **deadlines,
        **units,
    }


def _end(then: ReportSnapshot) -> dict[str, str]:
    return {"run": then.run, "as_of": then.as_of.isoformat(), "checklist_hash": then.checklist_hash}


def _step(of: Comparison, row: StepUnits, language: str) -> dict[str, Any]:
    return {"step": row.step, "title": _title(of, row.step, language), "units": [unit.code for unit in row.units]}


def _deadline(of: Comparison, moved: DeadlineShift, language: str) -> dict[str, Any]:
    fields = _step(of, StepUnits(moved.step, moved.units), language)
    return {**fields, "old_due_at": _iso(moved.old), "new_due_at": _iso(moved.new)}


def _unit(unit: Unit) -> dict[str, str]:
    return {"code": unit.code, "name": unit.full_name}


def _then(then: UnitSnapshot) -> dict[str, str | None]:
    return {**_unit(then.unit), "outcome": then.outcome.value, "reason": then.reason or None}


def _iso(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None


HEADERS = ("change", "change_text", "code", "unit", "step", "title", "old_due_at", "new_due_at", "reason", "sample")


def changes_csv(of: Comparison, language: str) -> str:
    """Write a line for each change of each unit; ``sample`` labels sample data on every line."""
    out, notice = io.StringIO(), _notice(of, language)
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(HEADERS)
    for row in _lines(of, language):
        writer.writerow([escape_formula(cell) for cell in (*row, notice)])
    return out.getvalue()


def _lines(of: Comparison, language: str) -> Iterator[tuple[str, ...]]:
    for name, words in OF_STEPS.items():
        for row in getattr(of.changes, name):
            for unit in row.units:
                title = _title(of, row.step, language)
                yield name, say(words, language), unit.code, unit.full_name, row.step, title, "", "", ""
    for moved in of.changes.moved:
        name = "shifted" if moved.old else "scheduled"
        ends = say(OF_DEADLINES[name], language), _iso(moved.old) or "", _iso(moved.new) or ""
        for unit in moved.units:
            title = _title(of, moved.step, language)
            yield name, ends[0], unit.code, unit.full_name, moved.step, title, *ends[1:], ""
    for name, words in OF_UNITS.items():
        for each in getattr(of.changes, name):
            unit, reason = (each, "") if isinstance(each, Unit) else (each.unit, each.sentence)
            yield name, say(words, language), unit.code, unit.full_name, "", "", "", "", reason


RENDERERS: Mapping[str, Callable[[Comparison, str, int], str]] = {
    "table": lambda of, language, width: short_text(changes_report(of, language, NAMED), width),
    "markdown": lambda of, language, _: short_markdown(changes_report(of, language, 0)),
    "html": lambda of, language, _: short_html(changes_report(of, language, 0), language),
    "csv": lambda of, language, _: changes_csv(of, language),
    "json": lambda of, language, _: changes_json(of, language),
}
