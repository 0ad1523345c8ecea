"""The parts of the HTML report in words, of which its template makes a page."""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import NamedTuple

from lotrinh.core.report.bundle import Dossier
from lotrinh.core.report.curve import curve_of, thinned
from lotrinh.core.report.report import OutstandingRow, UnitReport, known, pressing, silent
from lotrinh.core.report.rollup import By, rollup
from lotrinh.core.status.effective_status import is_unclear
from lotrinh.core.status.status import Status
from lotrinh.core.status.wording import STATUS
from lotrinh.core.text import M
from lotrinh.reports.pictures import areas
from lotrinh.reports.pictures.groups import groups, has_areas, shares
from lotrinh.reports.pictures.milestones import Line, lines_of
from lotrinh.reports.prose.ahead import Ahead
from lotrinh.reports.prose.sections import Prose
from lotrinh.reports.rollup import paper
from lotrinh.reports.text import situation
from lotrinh.reports.text.tables import NOTHING, Table, Writer, clean, moment, urgency

MOST_STEPS, MOST_OPEN, POINTS = 3000, 60, 14
"""With more pressing steps than this units are only counted; with more rows a table is folded; rows of the curve."""
PRESSING = (Status.OVERDUE, Status.DUE_SOON)


class Grid(NamedTuple):
    """A table whose ``numbers`` columns are figures; a long one is folded, its title being what is pressed."""

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[int] = frozenset()
    note: str = ""

    @property
    def folded(self) -> bool:
        """Whether it is too long to be open at once."""
        return len(self.rows) > MOST_OPEN


class Block(NamedTuple):
    """Units that belong together: without a name where there are no areas."""

    name: str
    grids: tuple[Grid, ...]


class Sheet(Writer):
    """Puts a dossier into the words of a page."""

    def __init__(self, dossier: Dossier, language: str) -> None:
        super().__init__(dossier.report, language)
        self.everything = False
        self.prose = Prose(dossier, language)
        self.ahead = Ahead(dossier.report, language, dossier.ahead)

    def totals(self) -> Grid:
        """How many steps stand how: the report's own totals."""
        statuses = self.report.statuses()
        rows = [(self.say(STATUS[s]), self.number(statuses[s])) for s in Status if statuses[s]]
        rows.append((self.say(M("Tổng số đầu việc")), self.number(statuses.total())))
        left = sum(n for status, n in statuses.items() if not status.is_finished)
        rows.append((self.say(M("Trong đó chưa xong hoặc chưa rõ")), self.number(left)))
        title = self.say(M("Tình trạng của tất cả đầu việc"))
        return Grid(title, self.words("Tình trạng", "Số đầu việc"), tuple(rows), frozenset({1}))

    def numbered(self) -> Grid:
        """All milestones by deadline, with the numbers that they have in the pictures."""
        heads = self.words("Mốc", "Từ", "Hạn", "Còn lại", "Xong", "Quá hạn", "Chưa rõ", "Tỉnh")
        rows = tuple(self._numbered(line) for line in lines_of(self.report))
        return Grid(self.say(M("Các mốc theo hạn; số như trong hình")), heads, rows, frozenset({4, 5, 6}))

    def _numbered(self, line: Line) -> tuple[str, ...]:
        name, due, left, *counts = self._milestone(line.row)
        opens = moment(line.opens, self.language) if line.opens else NOTHING
        if line.row.national_only:
            counts = [NOTHING, NOTHING, NOTHING, self.say(M("việc của trung ương"))]
        return (f"{line.number}. {name}", opens, due, left, *counts)

    def curve(self) -> Grid:
        """Planned against done at chosen days."""
        made, today = curve_of(self.report), self.report.as_of.date()
        heads = self.words(
            "Ngày", "Đã đến hạn", "Hoàn thành theo văn bản", "Hoàn thành theo ngày báo", "Đến hạn, chưa rõ"
        )
        rows = []
        for p in thinned(made.points, today, POINTS):
            day = self.say(M("{day}, hôm nay", day=p.day) if p.day == today else M("{day}", day=p.day))
            rows.append((day, *map(self.number, (p.planned, p.done, p.reported, p.unknown))))
        undated = M("{count} đầu việc chưa có hạn không nằm trong hình.", count=made.undated)
        title = self.say(M("Cộng dồn đến hết ngày, đếm từng đầu việc ở từng đơn vị"))
        note = self.say(undated) if made.undated else ""
        return Grid(title, heads, tuple(rows), frozenset({1, 2, 3, 4}), note)

    def shares(self) -> Grid:
        """How the steps of each area stand."""
        heads = (self._first(), self.say("Số đơn vị"), *(self.say(p.words) for p in areas.PARTS), self.say("Đã xong"))
        rows = tuple(
            (s.name, self.some(s.units), *map(self.number, areas.counted(s)), s.rate(self.language))
            for s in shares(self.report, self.language)
        )
        return Grid(
            self.say(M("Tình trạng đầu việc, không kể việc không áp dụng")), heads, rows, frozenset(range(1, 9))
        )

    def _first(self) -> str:
        return self.say(M("Khu vực") if has_areas(self.report) else M("Loại đơn vị"))

    def measures(self) -> Grid:
        """What was expected by now, and how much of it was reported, and when."""
        by = By.AREA if has_areas(self.report) else By.KIND
        table = paper((rollup(self.report),), by, self.language).tables[0]
        title = self.say(M("Các đầu việc đã đến hạn: báo xong, báo đúng hạn, số ngày trễ"))
        return Grid(title, table.headers, table.rows, frozenset(range(1, len(table.headers))), table.note)

    def counts(self) -> Grid:
        """One row for each unit, who is furthest behind first: the figures beside the map."""
        heads = self.words("Đơn vị", "Quá hạn", "Sắp đến hạn", "Đang làm", "Chưa rõ", "Đã xong")
        rows = tuple(self._counts(unit) for unit in sorted(self.report.units, key=urgency))
        return Grid(self.say(M("Số đầu việc ở từng đơn vị")), heads, rows, frozenset(range(1, 6)))

    def _counts(self, unit: UnitReport) -> tuple[str, ...]:
        counts = known([unit], self.report.as_of)
        done, total = counts[Status.DONE] + counts[Status.DONE_LATE], len(unit.standings)
        shown = (Status.OVERDUE, Status.DUE_SOON, Status.OPEN, Status.UNKNOWN)
        figures = map(self.some, (counts[s] for s in shown))
        return (self._name(unit), *figures, self.share(done, total - counts[Status.NOT_APPLICABLE]))

    def own(self) -> tuple[Grid, ...]:
        """What presses in the province's own work; nothing where nothing does."""
        return self._pressing_in([self.report.province] if self.report.province else [])

    def blocks(self) -> tuple[Block, ...]:
        """What presses in each unit, area by area, who is furthest behind first."""
        if self.counted_only:
            return ()
        if not has_areas(self.report):
            return tuple(Block("", grids) for grids in [self._pressing_in(self.report.units)] if grids)
        made = ((group.name, self._pressing_in(group.units)) for group in groups(self.report, self.language))
        return tuple(Block(name, grids) for name, grids in made if grids)

    @property
    def counted_only(self) -> bool:
        """Whether so much presses that a page would not hold it."""
        return sum(map(len, self._presses.values())) > MOST_STEPS

    @cached_property
    def _presses(self) -> dict[str, Sequence[OutstandingRow]]:
        return {unit.unit.code: pressing(unit, self.report.as_of) for unit in self.report.everybody}

    def _pressing_in(self, units: Iterable[UnitReport]) -> tuple[Grid, ...]:
        made = ((unit, self._presses[unit.unit.code]) for unit in sorted(units, key=urgency))
        return tuple(self._of(unit, rows) for unit, rows in made if rows)

    def _of(self, unit: UnitReport, rows: Sequence[OutstandingRow]) -> Grid:
        unknown = [is_unclear(row.standing.status, row.standing.due, self.report.as_of) for row in rows]
        counts = Counter(row.standing.status for row, not_known in zip(rows, unknown, strict=True) if not not_known)
        told = [f"{self.number(counts[s])} {self.say(STATUS[s])}" for s in PRESSING if counts[s]]
        if any(unknown):
            told.append(self.say(M("{count} đã qua hạn mà chưa rõ", count=sum(unknown))))
        cells = tuple(self._step(row)[1:] for row in rows)
        return Grid(f"{self._name(unit)}: {', '.join(told)}", self._step_headers()[1:], cells)

    def calm(self) -> list[str]:
        """Say of which units nothing is listed, and why."""
        unheard = sum(silent(unit) for unit in self.report.units)
        pressed = sum(bool(self._presses[u.unit.code]) for u in self.report.units)
        calm = len(self.report.units) - unheard - pressed
        return [self.say(note) for note in situation.unlisted(self.report, calm, unheard)]

    def all_asked(self) -> str:
        """Say that everybody could be asked, where there is anybody to ask."""
        if self.report.only:
            return self.say(situation.asked(self.report))
        return self.say(M("Đã hỏi được mọi đơn vị."))

    def unasked(self) -> Grid:
        """Units that could not be asked."""
        return _grid(self.silent())

    def said(self, *, proposals: bool) -> Grid:
        """Obstacles or proposals, each with what came of it, unanswered ones first."""
        mine = [v for v in self.report.voices if v.proposal is proposals]
        mine.sort(key=lambda v: bool(v.answer or v.handed_to))
        head = self.say(M("Kiến nghị") if proposals else M("Khó khăn, vướng mắc"))
        rows = tuple(
            (f"{v.unit.full_name} ({v.unit.code})", self.say(v.step.title), clean(v.text), self.prose.answer(v))
            for v in mine
        )
        return Grid(head, (*self.words("Đơn vị", "Đầu việc"), head, self.say("Trả lời")), rows)

    def coming(self) -> Grid:
        """What is due in the coming days."""
        a = self.ahead
        rows = tuple((a.due(c), a.name(c), self.say(c.step.owner), a.left(c)) for c in a.found)
        title = self.say(M("Việc đến hạn trong {days} ngày tới", days=self.prose.dossier.ahead))
        return Grid(title, self.words("Hạn", "Đầu việc", "Cơ quan", "Đơn vị chưa xong"), rows)


def _grid(table: Table) -> Grid:
    return Grid(table.title, table.headers, table.rows, note=table.note)
