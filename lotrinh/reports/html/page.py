"""The parts of the HTML report in words, of which its template makes a page."""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from lotrinh.core.report.bundle import ReportBundle
from lotrinh.core.report.curve import report_curve, thin_points
from lotrinh.core.report.report import OutstandingRow, UnitReport, known_statuses, pressing_rows
from lotrinh.core.report.rollup import RollupRowKind, roll_up
from lotrinh.core.status.effective_status import count_done, count_work, is_unclear
from lotrinh.core.status.silence import has_never_answered
from lotrinh.core.status.status import Status
from lotrinh.core.status.status_groups import PRESSING_STATUSES, WORKABLE_STATUSES
from lotrinh.core.status.wording import STATUS
from lotrinh.core.text import M
from lotrinh.reports.pictures import areas
from lotrinh.reports.pictures.groups import groups, has_areas, shares
from lotrinh.reports.pictures.milestones import NumberedMilestone, number_milestones
from lotrinh.reports.prose.ahead import UpcomingWriter
from lotrinh.reports.prose.sections import Prose
from lotrinh.reports.rollup import rollup_report
from lotrinh.reports.text import situation
from lotrinh.reports.text.tables import NOTHING, ReportWriter, Table, clean, moment, urgency_key

MOST_STEPS, MOST_OPEN, POINTS = 3000, 60, 14
"""With more pressing steps than this units are only counted; with more rows a table is folded; rows of the curve."""


class FoldableTable(NamedTuple):
    """A table whose ``numbers`` columns are figures; a long one is folded, its title being what is pressed."""

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()
    note: str = ""

    @property
    def is_folded(self) -> bool:
        """Whether it is too long to be open at once."""
        return len(self.rows) > MOST_OPEN


class AreaBlock(NamedTuple):
    """Units that belong together: without a name where there are no areas."""

    name: str
    tables: tuple[FoldableTable, ...]


class HtmlReport(ReportWriter):
    """Puts a bundle into the words of a page."""

    def __init__(self, bundle: ReportBundle, language: str) -> None:
        super().__init__(bundle.report, language)
        self.everything = False
        self.prose = Prose(bundle, language)
        self.upcoming = UpcomingWriter(bundle.report, language, bundle.ahead_days)

    def totals(self) -> FoldableTable:
        """How many steps stand how: the report's own totals."""
        title = self.say(M("Tình trạng của tất cả đầu việc"))
        return FoldableTable(
            title, self.words("Tình trạng", "Số đầu việc"), tuple(self.prose.status_rows()), frozenset({1})
        )

    def numbered_milestones(self) -> FoldableTable:
        """All milestones by deadline, with the numbers that they have in the pictures."""
        heads = self.words("Mốc", "Từ", "Hạn", "Còn lại", "Xong", "Quá hạn", "Chưa rõ", "Tỉnh")
        rows = tuple(self._milestone_row(line) for line in number_milestones(self.report))
        return FoldableTable(self.say(M("Các mốc theo hạn; số như trong hình")), heads, rows, frozenset({4, 5, 6}))

    def _milestone_row(self, line: NumberedMilestone) -> tuple[str, ...]:
        name, due, left, *counts = self._milestone(line.row)
        opens = moment(line.opens, self.language) if line.opens else NOTHING
        if line.row.is_national_only:
            counts = [NOTHING, NOTHING, NOTHING, self.say(M("việc của trung ương"))]
        return (f"{line.number}. {name}", opens, due, left, *counts)

    def curve(self) -> FoldableTable:
        """Planned against done at chosen days."""
        made, today = report_curve(self.report), self.report.as_of.date()
        heads = self.words(
            "Ngày", "Đã đến hạn", "Hoàn thành theo văn bản", "Hoàn thành theo ngày báo", "Đến hạn, chưa rõ"
        )
        rows = []
        for p in thin_points(made.points, today, POINTS):
            day = self.say(M("{day}, hôm nay", day=p.day) if p.day == today else M("{day}", day=p.day))
            rows.append((day, *map(self.number, (p.planned, p.done, p.reported, p.unknown))))
        undated = M("{count} đầu việc chưa có hạn không nằm trong hình.", count=made.undated)
        title = self.say(M("Cộng dồn đến hết ngày, đếm từng đầu việc ở từng đơn vị"))
        note = self.say(undated) if made.undated else ""
        return FoldableTable(title, heads, tuple(rows), frozenset({1, 2, 3, 4}), note)

    def shares(self) -> FoldableTable:
        """How the steps of each area stand."""
        heads = (self._first(), self.say("Số đơn vị"), *(self.say(p.words) for p in areas.PARTS), self.say("Đã xong"))
        rows = tuple(
            (s.name, self.some(s.units), *map(self.number, areas.part_counts(s)), s.rate(self.language))
            for s in shares(self.report, self.language)
        )
        return FoldableTable(
            self.say(M("Tình trạng đầu việc, không kể việc không áp dụng")), heads, rows, frozenset(range(1, 9))
        )

    def _first(self) -> str:
        return self.say(M("Khu vực") if has_areas(self.report) else M("Loại đơn vị"))

    def measures(self) -> FoldableTable:
        """What was expected by now, and how much of it was reported, and when."""
        by = RollupRowKind.AREA if has_areas(self.report) else RollupRowKind.KIND
        table = rollup_report((roll_up(self.report),), by, self.language).tables[0]
        title = self.say(M("Các đầu việc đã đến hạn: báo xong, báo đúng hạn, số ngày trễ"))
        return FoldableTable(title, table.headers, table.rows, frozenset(range(1, len(table.headers))), table.note)

    def counts(self) -> FoldableTable:
        """One row for each unit, who is furthest behind first: the figures beside the map."""
        heads = self.words("Đơn vị", "Quá hạn", "Sắp đến hạn", "Đang làm", "Chưa rõ", "Đã xong")
        rows = tuple(self._counts(unit) for unit in sorted(self.report.units, key=urgency_key))
        return FoldableTable(self.say(M("Số đầu việc ở từng đơn vị")), heads, rows, frozenset(range(1, 6)))

    def _counts(self, unit: UnitReport) -> tuple[str, ...]:
        counts = known_statuses([unit], self.report.as_of)
        figures = map(self.some, (counts[s] for s in (*WORKABLE_STATUSES, Status.UNKNOWN)))
        return (self._name(unit), *figures, self.share(count_done(counts), count_work(counts)))

    def province_work(self) -> tuple[FoldableTable, ...]:
        """What presses in the province's own work; nothing where nothing does."""
        return self._pressing_tables([self.report.province] if self.report.province else [])

    def blocks(self) -> tuple[AreaBlock, ...]:
        """What presses in each unit, area by area, who is furthest behind first."""
        if self.is_counted_only:
            return ()
        if not has_areas(self.report):
            return tuple(AreaBlock("", grids) for grids in [self._pressing_tables(self.report.units)] if grids)
        made = ((group.name, self._pressing_tables(group.units)) for group in groups(self.report, self.language))
        return tuple(AreaBlock(name, grids) for name, grids in made if grids)

    @property
    def is_counted_only(self) -> bool:
        """Whether so much presses that a page would not hold it."""
        return sum(map(len, self._pressing_rows.values())) > MOST_STEPS

    @cached_property
    def _pressing_rows(self) -> dict[str, Sequence[OutstandingRow]]:
        return {unit.unit.code: pressing_rows(unit, self.report.as_of) for unit in self.report.everybody}

    def _pressing_tables(self, units: Iterable[UnitReport]) -> tuple[FoldableTable, ...]:
        made = ((unit, self._pressing_rows[unit.unit.code]) for unit in sorted(units, key=urgency_key))
        return tuple(self._pressing_table(unit, rows) for unit, rows in made if rows)

    def _pressing_table(self, unit: UnitReport, rows: Sequence[OutstandingRow]) -> FoldableTable:
        unknown = [is_unclear(row.step_status.status, row.step_status.due, self.report.as_of) for row in rows]
        counts = Counter(row.step_status.status for row, not_known in zip(rows, unknown, strict=True) if not not_known)
        parts = [f"{self.number(counts[s])} {self.say(STATUS[s])}" for s in PRESSING_STATUSES if counts[s]]
        if any(unknown):
            parts.append(self.say(M("{count} đã qua hạn mà chưa rõ", count=sum(unknown))))
        cells = tuple(self._step(row)[1:] for row in rows)
        return FoldableTable(f"{self._name(unit)}: {', '.join(parts)}", self._step_headers()[1:], cells)

    def unlisted_sentences(self) -> list[str]:
        """Say of which units nothing is listed, and why."""
        silent_units = sum(has_never_answered(unit.step_statuses) for unit in self.report.units)
        pressed = sum(bool(self._pressing_rows[u.unit.code]) for u in self.report.units)
        calm = len(self.report.units) - silent_units - pressed
        return [self.say(note) for note in situation.unlisted_sentences(self.report, calm, silent_units)]

    def all_reached_sentence(self) -> str:
        """Say that everybody could be asked, where there is anybody to ask."""
        if self.report.only:
            return self.say(situation.asking_result(self.report))
        return self.say(M("Đã hỏi được mọi đơn vị."))

    def not_reached_table(self) -> FoldableTable:
        """Units that could not be asked."""
        return _as_foldable(self.not_reached())

    def obstacle_table(self, *, proposals: bool) -> FoldableTable:
        """Obstacles or proposals, each with what came of it, unanswered ones first."""
        mine = [v for v in self.report.obstacles if v.is_proposal is proposals]
        mine.sort(key=lambda v: bool(v.answer or v.handed_to))
        head = self.say(M("Kiến nghị") if proposals else M("Khó khăn, vướng mắc"))
        rows = tuple(
            (f"{v.unit.full_name} ({v.unit.code})", self.say(v.step.title), clean(v.text), self.prose.answer_words(v))
            for v in mine
        )
        return FoldableTable(head, (*self.words("Đơn vị", "Đầu việc"), head, self.say("Trả lời")), rows)

    def upcoming_steps(self) -> FoldableTable:
        """What is due in the coming days."""
        a = self.upcoming
        rows = tuple((a.due(c), a.name(c), self.say(c.step.owner), a.left(c)) for c in a.steps)
        title = self.say(M("Việc đến hạn trong {days} ngày tới", days=self.prose.bundle.ahead_days))
        return FoldableTable(title, self.words("Hạn", "Đầu việc", "Cơ quan", "Đơn vị chưa xong"), rows)


def _as_foldable(table: Table) -> FoldableTable:
    return FoldableTable(table.title, table.headers, table.rows, note=table.note)
