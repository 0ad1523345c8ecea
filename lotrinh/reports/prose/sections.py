"""The body of an official report in words: sections of sentences and tables, the same for every layout."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lotrinh.core.report.bundle import ReportBundle
from lotrinh.core.report.report import Report, StepObstacle, UnitReport
from lotrinh.core.status.effective_status import count_outstanding
from lotrinh.core.status.observation import outcome_figures
from lotrinh.core.status.silence import is_unreached
from lotrinh.core.status.status import Status
from lotrinh.core.status.wording import DOUBTFUL_NOTE, STATUS
from lotrinh.core.text import M, Message
from lotrinh.reports.prose.ahead import UpcomingWriter
from lotrinh.reports.prose.behind import BacklogWriter
from lotrinh.reports.prose.findings import MilestoneEnd, MilestoneResult, milestone_results
from lotrinh.reports.prose.table import ProseTable, columns
from lotrinh.reports.text import situation
from lotrinh.reports.text.tables import NOTHING, ReportWriter, moment

ASKED = 3
"""The first lines of a report's heading, which an official report says in its own words."""
MOST_SILENT, MOST_OBSTACLES, TOTALS = 40, 60, 2
"""So many rows are read; what is more is counted, and stands whole in the workbook."""


class ProseSection(NamedTuple):
    """One section: its sentences and tables in reading order."""

    title: str
    parts: tuple[str | ProseTable, ...]


class Prose(ReportWriter):
    """Puts a bundle into the words of an official report."""

    def __init__(self, bundle: ReportBundle, language: str) -> None:
        super().__init__(bundle.report, language)
        self.bundle = bundle
        self.results = milestone_results(bundle.report)
        self.backlog = BacklogWriter(bundle.report, language)
        self.upcoming = UpcomingWriter(bundle.report, language, bundle.ahead_days)

    def subject(self) -> tuple[str, str]:
        """What the report is about, and of when it is."""
        report = self.report
        title = M("Tiến độ thực hiện nhiệm vụ: {title}", title=report.title)
        if report.only:
            unit = next(report.everybody).unit.full_name
            title = M("Tiến độ thực hiện nhiệm vụ của {unit}: {title}", unit=unit, title=report.title)
        return self.say(title), self.say(M("(tính đến {when})", when=report.as_of))

    def sections(self) -> tuple[ProseSection, ...]:
        """All sections, numbered; each says so where it has nothing to tell."""
        made = (
            (M("Tình hình chung"), self.situation()),
            (M("Các mốc đã hoàn thành đúng hạn"), self.milestones_on_time()),
            (
                M("Các mốc trễ hạn, quá hạn; các mốc đến hạn mà chưa rõ"),
                (*self.late_milestones(), *self.unsure_milestones(), *self._meaning_of_unknown()),
            ),
            (M("Đầu việc còn phải làm của từng đơn vị"), self.backlog.parts()),
            (M("Khó khăn, vướng mắc và kiến nghị"), self.obstacles_and_proposals()),
            (M("Việc đến hạn trong {days} ngày tới", days=self.bundle.ahead_days), self.upcoming.parts()),
        )
        return tuple(ProseSection(f"{n}. {self.say(title)}", tuple(parts)) for n, (title, parts) in enumerate(made, 1))

    def situation(self) -> Iterator[str | ProseTable]:
        """How asking went, who could not be asked, and how many steps stand how."""
        yield self.asking_result()
        yield from (line if line.endswith(".") else f"{line}." for line in self.heading()[ASKED:])
        yield from self.not_reached_parts()
        yield self.say(M("Tình trạng của tất cả đầu việc:"))
        yield self.totals()
        yield from map(self.say, situation.totals_notes(self.report))
        yield self._milestones_in_all()

    def asking_result(self) -> str:
        """Which run this is, and how asking went."""
        report = self.report
        if report.only:
            run = M("Theo lượt kiểm tra {run} lúc {when}", run=report.run, when=report.as_of)
            return self.say(M("{run}. {asked}.", run=run, asked=situation.asking_result(report)))
        return self.say(
            M(
                "Lượt kiểm tra {run} lúc {when} hỏi {units} đơn vị của {province}: {reached} hỏi được, {unreachable} "
                "không hỏi được, {invalid} trả lời không hợp lệ.",
                run=report.run,
                when=report.as_of,
                units=len(report.units),
                province=report.province_name,
                **outcome_figures(report.outcomes()),
            )
        )

    def _milestones_in_all(self) -> str:
        ends = [result.end for result in self.results]
        whose = M("{all} mốc của tỉnh và các đơn vị", all=len(ends))
        late = M("{late} mốc có đơn vị trễ hạn hoặc quá hạn", late=ends.count(MilestoneEnd.LATE))
        if self.report.only:
            whose = M("{all} mốc của {unit}", all=len(ends), unit=next(self.report.everybody).unit.full_name)
            late = M("{late} mốc trễ hạn hoặc quá hạn", late=ends.count(MilestoneEnd.LATE))
        return self.say(
            M(
                "Trong {whose}: {on_time} mốc hoàn thành đúng hạn, {late}, {unsure} mốc đã đến hạn mà chưa xác định "
                "hết, {ahead} mốc chưa đến hạn.",
                whose=whose,
                on_time=ends.count(MilestoneEnd.ON_TIME),
                late=late,
                unsure=ends.count(MilestoneEnd.UNSURE),
                ahead=ends.count(MilestoneEnd.AHEAD),
            )
        )

    def not_reached_parts(self) -> Iterator[str | ProseTable]:
        """Units that could not be asked: nobody may read their silence as work not done."""
        units = [u for u in self.report.units if is_unreached(u.outcome)]
        if not units:
            return
        yield from map(self.say, _not_reached_sentences(self.report, units))
        if len(units) > MOST_SILENT:
            yield self.say(M("Danh sách các đơn vị này có trong bảng tính kèm theo."))
            return
        heads = self.words("TT", "Đơn vị", "Lý do", "Trả lời hợp lệ gần nhất")
        rows = [(str(number), *row) for number, row in enumerate(self.not_reached_rows(), 1)]
        yield ProseTable(columns(heads, (10, 48, 69, 38), centred={0, 3}), rows)

    def not_reached_rows(self) -> Iterator[tuple[str, str, str]]:
        """Who could not be asked, why, and how old the last valid answer is."""
        for unit in self.report.units:
            if is_unreached(unit.outcome):
                yield self._name(unit), self.say(unit.sentence), self._age(unit)

    def status_rows(self) -> list[tuple[str, str]]:
        """How many steps stand how, all of them, and those that are left."""
        statuses = self.report.statuses()
        rows = [(self.say(STATUS[s]), self.number(statuses[s])) for s in Status if statuses[s]]
        rows.append((self.say(M("Tổng số đầu việc")), self.number(statuses.total())))
        rows.append((self.say(M("Trong đó chưa xong hoặc chưa rõ")), self.number(count_outstanding(statuses))))
        return rows

    def totals(self) -> ProseTable:
        """How many steps stand how: the report's own totals."""
        rows = self.status_rows()
        tied = [*([True] * (len(rows) - 1)), False]
        return ProseTable(columns(self.words("Tình trạng", "Số đầu việc"), (90, 35), centred={1}), rows, tied, TOTALS)

    def milestones_on_time(self) -> Iterator[str | ProseTable]:
        """Milestones that everybody reached within the deadline."""
        found = [result for result in self.results if result.end is MilestoneEnd.ON_TIME]
        if not found:
            nobody = M("Chưa có mốc nào mà mọi đơn vị đều hoàn thành đúng hạn.")
            yield self.say(M("Chưa có mốc nào hoàn thành đúng hạn.") if self.report.only else nobody)
            return
        heads = self.words("TT", "Mốc", "Hạn", "Đơn vị hoàn thành")
        rows = [(str(n), self.name_of(r), self.due_of(r), self._done(r)) for n, r in enumerate(found, 1)]
        yield ProseTable(columns(heads, (10, 92, 38, 25), centred={0, 2, 3}), rows)

    def late_milestones(self) -> Iterator[str | ProseTable]:
        """Milestones with somebody late or overdue."""
        found = [result for result in self.results if result.end is MilestoneEnd.LATE]
        if not found:
            yield self.say(M("Không có mốc nào trễ hạn hoặc quá hạn."))
            return
        heads = self.words("TT", "Mốc", "Hạn", "Xong", "Trong đó trễ", "Quá hạn", "Chưa rõ")
        rows = [(str(n), self.name_of(r), self.due_of(r), *self._counts(r)) for n, r in enumerate(found, 1)]
        yield ProseTable(columns(heads, (9, 58, 27, 23, 16, 16, 16), centred={0, 2, 3, 4, 5, 6}), rows)
        yield from self._province_sentences(found)

    def unsure_milestones(self) -> Iterator[str | ProseTable]:
        """Milestones past their deadline of which nobody is known to be late, and not all is known."""
        found = [result for result in self.results if result.end is MilestoneEnd.UNSURE]
        if not found:
            return
        yield self.say(M("Các mốc đã đến hạn mà chưa rõ, không tính là trễ hạn hay quá hạn:"))
        heads = self.words("TT", "Mốc", "Hạn", "Xong", "Chưa rõ")
        rows = [(str(n), self.name_of(r), self.due_of(r), *self._known(r)) for n, r in enumerate(found, 1)]
        yield ProseTable(columns(heads, (9, 83, 33, 24, 16), centred={0, 2, 3, 4}), rows)
        yield from self._province_sentences(found)

    def _province_sentences(self, found: Sequence[MilestoneResult]) -> Iterator[str]:
        """Say what a table of milestones does not: the province's own part."""
        own = [r for r in found if r.row.units and r.row.province and not r.row.province.is_finished]
        if own:
            sentence = "; ".join(f"{self.name_of(result)}: {self.own_of(result)}" for result in own)
            yield self.say(M("Phần việc của tỉnh chưa xong trong các mốc này: {told}.", told=sentence))

    def _meaning_of_unknown(self) -> Iterator[str]:
        """Say what "unknown" means, once for both tables."""
        if any(result.row.unknown for result in self.results if result.end in {MilestoneEnd.LATE, MilestoneEnd.UNSURE}):
            yield self.say(
                M(
                    "“Chưa rõ” là số đơn vị chưa từng trả lời hợp lệ, hoặc trả lời lần cuối trước hạn: không tính là "
                    "xong, không tính là quá hạn."
                )
            )

    def _done(self, result: MilestoneResult) -> str:
        return self.share(result.row.done, result.row.units) if result.row.units else NOTHING

    def _known(self, result: MilestoneResult) -> tuple[str, ...]:
        return (self._done(result), self.some(result.row.unknown)) if result.row.units else (NOTHING, NOTHING)

    def _counts(self, result: MilestoneResult) -> tuple[str, ...]:
        if not result.row.units:
            return (NOTHING,) * 4
        return self._done(result), *map(self.some, (result.late, result.row.overdue, result.row.unknown))

    def name_of(self, result: MilestoneResult) -> str:
        """A milestone's title, its doubt, and how it stands where it is the province's own work alone."""
        row = result.row
        name = self.say(row.milestone.title) + (" (?)" if row.doubtful else "")
        return name if row.units else name + self.say(M(" (việc của tỉnh: {status})", status=self.own_of(result)))

    def own_of(self, result: MilestoneResult) -> str:
        """How the province's own part in a milestone stands, if it has any."""
        return self.say(STATUS[result.row.province]) if result.row.province else NOTHING

    def due_of(self, result: MilestoneResult) -> str:
        """A milestone's deadline, the earliest where units differ."""
        due = moment(result.row.due, self.language) if result.row.due else NOTHING
        return self.say(M("từ {day}", day=due)) if result.row.has_different_dues else due

    def obstacles_and_proposals(self) -> Iterator[str | ProseTable]:
        """Obstacles and proposals, each with its answer, unanswered ones first."""
        everything = sorted(self.report.obstacles, key=lambda each: bool(each.answer or each.handed_to))
        if not everything:
            yield self.say(M("Không có khó khăn, vướng mắc hay kiến nghị nào được gửi."))
            return
        obstacles, proposals = [v for v in everything if not v.is_proposal], [v for v in everything if v.is_proposal]
        yield self.say(
            M(
                "{obstacles} khó khăn, vướng mắc và {proposals} kiến nghị; {waiting} chưa được trả lời.",
                obstacles=len(obstacles),
                proposals=len(proposals),
                waiting=sum(not (v.answer or v.handed_to) for v in everything),
            )
        )
        yield from self._obstacle_tables(obstacles, M("Khó khăn, vướng mắc"))
        yield from self._obstacle_tables(proposals, M("Kiến nghị"))

    def _obstacle_tables(self, obstacles: Sequence[StepObstacle], head: M) -> Iterator[str | ProseTable]:
        if not obstacles:
            return
        heads = (*self.words("TT", "Đơn vị", "Đầu việc"), self.say(head), self.say("Trả lời"))
        rows = [
            (str(number), *self.obstacle_cells(obstacle))
            for number, obstacle in enumerate(obstacles[:MOST_OBSTACLES], 1)
        ]
        yield ProseTable(columns(heads, (9, 33, 40, 43, 40), centred={0}), rows)
        if len(obstacles) > MOST_OBSTACLES:
            yield self.say(M("Còn {count} ý kiến nữa trong bảng tính kèm theo.", count=len(obstacles) - MOST_OBSTACLES))

    def obstacle_cells(self, of: StepObstacle) -> tuple[str, str, str, str]:
        """Unit, step, what it says, and what came of it."""
        return of.unit.full_name, self.say(of.step.title), self.say(of.text), self.answer_words(of)

    def answer_words(self, of: StepObstacle) -> str:
        """What came of what a unit said."""
        handed = M("Đã chuyển {office}.", office=of.handed_to) if of.handed_to else ""
        when = M(" ({when})", when=of.answered_at.astimezone(self.report.as_of.tzinfo)) if of.answered_at else ""
        answer = f"{self.say(of.answer)}{self.say(when)}" if of.answer else ""
        return " ".join(filter(None, (self.say(handed), answer))) or self.say(M("chưa trả lời"))

    def doubt(self) -> str:
        """The sentence that explains the mark "(?)"; empty where nothing is doubtful."""
        doubtful = any(row.doubtful for row in self.report.milestones)
        return self.say(DOUBTFUL_NOTE) if doubtful else ""

    def closing(self) -> str:
        """The last sentence, without its end: each layout ends in its own way."""
        return self.say(M("Trên đây là báo cáo tiến độ đến {when}", when=self.report.as_of))

    def origin(self) -> str:
        """From what the report was made, so that it can be made again and a rebuilt journal is noticed."""
        return self.say(
            M(
                "Lập từ lượt kiểm tra {run}; bộ đầu việc {hash}; nhật ký kết thúc ở {head}.",
                run=self.report.run,
                hash=self.report.checklist.content_hash,
                head=self.report.head,
            )
        )


def _not_reached_sentences(report: Report, units: Sequence[UnitReport]) -> Iterator[Message]:
    """Say what a unit that could not be asked is counted as; what it answered once goes on."""
    answered = sum(unit.last_answer_at is not None for unit in units)
    if report.only:
        yield M("Không hỏi được hoặc trả lời không hợp lệ thì không tính là chưa làm.")
    else:
        yield M("{count} đơn vị không hỏi được hoặc trả lời không hợp lệ; không tính là chưa làm.", count=len(units))
    if answered:
        yield M("{count} đơn vị đã từng trả lời: số liệu lấy theo trả lời hợp lệ gần nhất.", count=answered)
    if answered < len(units):
        yield M("{count} đơn vị chưa từng trả lời hợp lệ.", count=len(units) - answered)
