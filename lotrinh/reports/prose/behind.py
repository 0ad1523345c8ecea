"""What is outstanding in each unit: every pressing step of few units, counts of many, groups of very many."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from lotrinh.core.report.report import OutstandingRow, Report, outstanding_rows
from lotrinh.core.status.effective_status import count_outstanding
from lotrinh.core.status.silence import has_never_answered
from lotrinh.core.status.status import Status
from lotrinh.core.status.status_groups import NOT_PRESSING
from lotrinh.core.status.wording import flag_remarks, status_reason
from lotrinh.core.text import M
from lotrinh.reports.pictures.groups import groups
from lotrinh.reports.prose.findings import UnitBacklog, count_backlogs
from lotrinh.reports.prose.table import ProseTable, columns
from lotrinh.reports.text import situation
from lotrinh.reports.text.tables import NOTHING, ReportWriter, moment

MOST_STEPS, MOST_UNITS, MOST_GROUPS, WORST = 200, 200, 80, 20
"""A table longer than this is read by nobody: the next coarser one is shown, and the workbook has the rest."""

LATE = (Status.OVERDUE,)


class BacklogWriter(ReportWriter):
    """Writes the section on what is outstanding by unit."""

    def __init__(self, report: Report, language: str) -> None:
        super().__init__(report, language)
        self.backlogs = count_backlogs(report)
        self.counts = Counter[Status]()
        for left in self.backlogs:
            self.counts.update(left.counts)

    def parts(self) -> Iterator[str | ProseTable]:
        """The finest table that can still be read, and a sentence on what it leaves out."""
        left = count_outstanding(self.counts)
        if not left:
            yield self.say(M("Không còn đầu việc nào phải làm."))
            return
        yield self.say(situation.outstanding_sentence(self.report))
        pressing, overdue = self.pressing_rows(), [row for x in self.backlogs for row in outstanding_rows(x.unit, LATE)]
        if 0 < len(pressing) <= MOST_STEPS:
            yield self.step_table(pressing)
        elif 0 < len(overdue) <= MOST_STEPS:
            yield self.step_table(overdue)
            soon = sum(x.soon for x in self.backlogs)
            yield self.say(M("{count} đầu việc sắp đến hạn được nêu theo đầu việc ở mục 6.", count=soon))
        elif pressing:
            yield from self.summary_tables()
        yield from self._omitted_sentences()

    def _omitted_sentences(self) -> Iterator[str]:
        unclear = self.report.unclear_statuses()
        rest = sum(self.counts[s] - unclear[s] for s in NOT_PRESSING)
        if rest:
            yield self.say(
                M("{count} đầu việc khác chưa đến hạn hoặc chờ mốc thực tế, không liệt kê ở đây.", count=rest)
            )
        if unknown := self.counts[Status.UNKNOWN]:
            yield self.say(M("{count} đầu việc chưa xác định: không tính là chưa làm.", count=unknown))
        yield from map(self.say, situation.totals_notes(self.report))
        units = (left.unit for left in self.backlogs if not left.unit.unit.is_province)
        silent_units = sum(has_never_answered(unit.step_statuses) for unit in units)
        if silent_units and not self.report.only:
            yield self.say(M("{units} đơn vị chưa từng trả lời hợp lệ.", units=silent_units))

    def pressing_rows(self) -> list[OutstandingRow]:
        """Every step that is overdue, due soon or past its deadline without our knowing, unit by unit."""
        return [row for left in self.backlogs for row in left.rows]

    def step_table(self, found: Sequence[OutstandingRow]) -> ProseTable:
        """These steps; each row names its unit, for pages turn anywhere."""
        heads = self.words("TT", "Đơn vị", "Đầu việc", "Hạn", "Tình trạng")
        rows = [(str(number), *self.step_cells(row)) for number, row in enumerate(found, 1)]
        return ProseTable(columns(heads, (11, 33, 58, 25, 38), {0, 3}), rows)

    def step_cells(self, row: OutstandingRow) -> tuple[str, str, str, str]:
        """Unit, step, deadline, and how it stands."""
        title = self.say(row.step.title) + (" (?)" if row.step.doubtful else "")
        due = moment(row.schedule.due, self.language) if row.schedule.due else NOTHING
        return row.unit.full_name, title, due, self.state_words(row)

    def state_words(self, row: OutstandingRow) -> str:
        """Why a step stands as it does, in words."""
        words = status_reason(row.step_status, row.schedule, self.report.as_of), *flag_remarks(row.step_status)
        return "; ".join(self.say(word) for word in words)

    def summary_tables(self) -> Iterator[str | ProseTable]:
        """A row of counts for each unit that is behind, or for each group of units where they are too many."""
        behind = [left for left in self.backlogs if left.rows]
        if len(behind) <= MOST_UNITS:
            yield self._table((left.unit.unit.full_name, [left]) for left in behind)
        else:
            yield self.say(M("Vì số đơn vị lớn, bảng dưới đây tổng hợp theo nhóm đơn vị."))
            yield self._table(self._groups())
            yield self.say(M("Những đơn vị có nhiều việc quá hạn nhất:"))
            worst = sorted((left for left in behind if left.overdue), key=lambda left: -left.overdue)[:WORST]
            yield self._table((f"{left.unit.unit.full_name} ({left.unit.unit.code})", [left]) for left in worst)
        yield self.say(M("Danh sách từng đầu việc có trong bảng tính kèm theo."))

    def _table(self, of: Iterable[tuple[str, Sequence[UnitBacklog]]]) -> ProseTable:
        heads = self.words("TT", "Đơn vị", "Số đơn vị", "Còn phải làm", "Quá hạn", "Sắp đến hạn", "Chưa rõ")
        rows = [
            (str(number), name, *map(self.some, backlog_figures(those))) for number, (name, those) in enumerate(of, 1)
        ]
        return ProseTable(columns(heads, (11, 52, 18, 24, 20, 22, 18), {0, 2, 3, 4, 5, 6}), rows)

    def _groups(self) -> Iterator[tuple[str, Sequence[UnitBacklog]]]:
        """The province's own work, then the groups; all of them together are the report's totals."""
        if own := [left for left in self.backlogs if left.unit.unit.is_province]:
            yield self.say(M("Việc của tỉnh")), own
        by_code = {left.unit.unit.code: left for left in self.backlogs}
        of = [(group.name, [by_code[u.unit.code] for u in group.units]) for group in groups(self.report, self.language)]
        yield from of[:MOST_GROUPS]
        if rest := [left for _, those in of[MOST_GROUPS:] for left in those]:
            yield self.say(M("Các nhóm còn lại")), rest


def backlog_figures(those: Sequence[UnitBacklog]) -> tuple[int, ...]:
    """How many units these are, and what is outstanding, overdue, due soon and unknown in them."""
    units = sum(not left.unit.unit.is_province for left in those)
    return units, *(sum(of(left) for left in those) for of in MEASURES)


MEASURES: tuple[Callable[[UnitBacklog], int], ...] = (
    lambda left: left.total,
    lambda left: left.overdue,
    lambda left: left.soon,
    lambda left: left.unknown,
)
