"""The tables of a report, in words: what the terminal and Markdown show."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from lotrinh.core.checklist.checklist import Basis, Checklist, Step
from lotrinh.core.checklist.rules import Moment
from lotrinh.core.report.report import (
    MilestoneRow,
    OutstandingRow,
    Report,
    UnitReport,
    outstanding_rows,
    pressing_rows,
)
from lotrinh.core.status.effective_status import count_outstanding
from lotrinh.core.status.silence import has_never_answered, is_unreached
from lotrinh.core.status.status import Status
from lotrinh.core.status.status_groups import KNOWN_OUTSTANDING, UNKNOWN_LAST, WORKABLE_STATUSES
from lotrinh.core.status.wording import DOUBTFUL_NOTE, OUTCOME, STATUS, flag_remarks, status_reason
from lotrinh.core.text import M, Message, Text
from lotrinh.i18n import grouped, say, spell
from lotrinh.reports.text import situation

NOTHING = "—"
FEW = 60
"""With so few outstanding steps in all, every one is listed; with more only those that press."""


class Table(NamedTuple):
    """A table in words. What draws it makes foreign text harmless for where it is shown."""

    title: str
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


class ReportWriter:
    """Puts one report into the words of one language."""

    def __init__(self, report: Report, language: str, *, everything: bool = False) -> None:
        self.report, self.language = report, language
        left = count_outstanding(report.statuses())
        self.everything = everything or left <= FEW

    def say(self, message: Message | Text | str) -> str:
        """Say it in this writer's language, free of control characters."""
        return clean(say(message, self.language, figures=True))

    def number(self, count: int | None) -> str:
        """Write a count as this writer's readers do; a dash for None."""
        return NOTHING if count is None else grouped(count, self.language)

    def some(self, count: int) -> str:
        """Write a count; a dash for none."""
        return self.number(count or None)

    def share(self, part: int, whole: int) -> str:
        """Write how many of how many: "1.753/6.394"."""
        return f"{self.number(part)}/{self.number(whole)}"

    def words(self, *texts: str) -> tuple[str, ...]:
        """Say several words, for the heads of columns."""
        return tuple(self.say(text) for text in texts)

    def tables(self) -> list[Table]:
        """All tables that have rows, or a word on why they have none, in reading order."""
        made = (self.milestones(), self.province(), self.units(), self.not_reached(), self.obstacles())
        return [table for table in made if table.rows or table.note]

    def heading(self) -> list[str]:
        """Say what this is, of when, and how asking went."""
        report = self.report
        lines = [
            self.say(report.title),
            self.say(
                M(
                    "{province} · tình hình lúc {when} · lượt kiểm tra {run}",
                    province=report.province_name,
                    when=report.as_of,
                    run=report.run,
                )
            ),
            self.say(situation.asking_result(report)),
            self.say(situation.pressing_sentence(report)),
        ]
        if report.interrupted:
            lines.append(self.say(M("Lượt kiểm tra trước ({run}) bị ngắt giữa chừng.", run=report.interrupted)))
        if situation.nobody_reached(report):
            lines.append(self.say(M("Không hỏi được đơn vị nào: hãy xem lại mạng của nơi kiểm tra trước.")))
        return lines

    def sample_notice(self) -> str:
        """The label that sample data always carries; empty where there is none."""
        if not self.report.sample:
            return ""
        return self.say(M("DỮ LIỆU MẪU: các xác nhận dưới đây là số liệu minh họa, không phải báo cáo của đơn vị nào."))

    def footing(self) -> list[str]:
        """The totals, and the hash by which a journal rebuilt later is noticed."""
        report, statuses = self.report, self.report.statuses()
        counts = ", ".join(f"{self.number(statuses[s])} {self.say(STATUS[s])}" for s in Status if statuses[s])
        lines = [
            self.say(M("Tổng số đầu việc: {counts}.", counts=counts)),
            *map(self.say, situation.totals_notes(report)),
        ]
        if any(row.doubtful for row in report.milestones):
            lines.append(self.say(DOUBTFUL_NOTE))
        lines.append(
            self.say(M("Mã bộ đầu việc {hash}; nhật ký kết thúc ở {head}.", hash=self._short, head=self._head))
        )
        return lines

    @property
    def _short(self) -> str:
        return self.report.checklist.content_hash[:12]

    @property
    def _head(self) -> str:
        return self.report.head[:12]

    def milestones(self) -> Table:
        """Milestones with due date, days left, and how many units are done, overdue, unknown."""
        rows = tuple(self._milestone(row) for row in self.report.milestones if not row.is_national_only)
        headers = self.words("Mốc", "Hạn", "Còn lại", "Xong", "Quá hạn", "Chưa rõ", "Tỉnh")
        return Table(self.say("MỐC THỜI GIAN"), headers, rows)

    def _milestone(self, row: MilestoneRow) -> tuple[str, ...]:
        title = self.say(row.milestone.title) + (" (?)" if row.doubtful else "")
        return (
            title,
            self._due(row),
            self._left(row),
            self.share(row.done, row.units) if row.units else NOTHING,
            self.some(row.overdue) if row.units else NOTHING,
            self.some(row.unknown) if row.units else NOTHING,
            self.say(STATUS[row.province]) if row.province else NOTHING,
        )

    def _due(self, row: MilestoneRow) -> str:
        if row.due is None:
            return self.say(STATUS[Status.UNSCHEDULED]) if row.waiting else NOTHING
        text = moment(row.due, self.language)
        if row.has_different_dues:
            text = self.say(M("từ {day}", day=text))
        if row.last_working_day:
            text += self.say(M(" (ngày làm việc cuối {day})", day=row.last_working_day))
        return text

    def _left(self, row: MilestoneRow) -> str:
        if row.days_left is None:
            return NOTHING
        if row.days_left < 0:
            return self.say(M("đã qua {days} ngày", days=-row.days_left))
        return self.say(M("{days} ngày", days=row.days_left)) if row.days_left else self.say(M("hôm nay"))

    def province(self) -> Table:
        """The province's own outstanding steps."""
        rows = self._of_unit(self.report.province) if self.report.province else []
        headers = self._step_headers()[1:]
        return Table(self.say("VIỆC CỦA TỈNH CÒN PHẢI LÀM"), headers, tuple(r[1:] for r in rows))

    def units(self) -> Table:
        """Outstanding steps by unit, the unit with most overdue first, its name on its first row only."""
        by_unit = [self._of_unit(unit) for unit in sorted(self.report.units, key=urgency_key)]
        rows = tuple(row for rows in by_unit for row in rows)
        title = self.say("ĐẦU VIỆC CÒN PHẢI LÀM Ở TỪNG ĐƠN VỊ")
        return Table(title, self._step_headers(), rows, self._left_out(by_unit.count([])))

    def _left_out(self, calm: int) -> str:
        """Say which units are not listed above, and why."""
        silent_units = sum(has_never_answered(unit.step_statuses) for unit in self.report.units)
        notes = list(situation.unlisted_sentences(self.report, calm - silent_units, silent_units))
        if not self.everything:
            notes.append(M("Thêm --all để xem mọi đầu việc còn phải làm."))
        return " ".join(self.say(note) for note in notes)

    def _of_unit(self, unit: UnitReport) -> list[tuple[str, ...]]:
        """What presses in one unit, a row for each step; the rest in one row that says how many."""
        mine = outstanding_rows(unit, KNOWN_OUTSTANDING if has_never_answered(unit.step_statuses) else UNKNOWN_LAST)
        shown = mine if self.everything else pressing_rows(unit, self.report.as_of)
        rows = [self._step(row, first=not index) for index, row in enumerate(shown)]
        if rows and len(mine) > len(shown):
            rows.append(("", self.say(M("… và {count} đầu việc nữa", count=len(mine) - len(shown))), "", "", "", ""))
        return rows

    def _step_headers(self) -> tuple[str, ...]:
        return self.words("Đơn vị", "Đầu việc", "Cơ quan", "Hạn", "Căn cứ", "Tình trạng")

    def _step(self, row: OutstandingRow, *, first: bool = True) -> tuple[str, ...]:
        words = [status_reason(row.step_status, row.schedule, self.report.as_of), *flag_remarks(row.step_status)]
        return (
            f"{row.unit.full_name} ({row.unit.code})" if first else "",
            self.say(row.step.title),
            self.say(row.step.owner),
            moment(row.schedule.due, self.language) if row.schedule.due else NOTHING,
            self._basis(row.step),
            "; ".join(self.say(w) for w in words),
        )

    def _basis(self, step: Step) -> str:
        """The first basis; a doubt about one that is left out is said all the same."""
        first, *more = step.basis
        doubt = " (?)" if step.doubtful and not first.confidence.doubtful else ""
        return basis(self.report.checklist, first, self.language) + (f"; …{doubt}" if more else "")

    def _title(self, step: str) -> str:
        return self.say(self.report.checklist.steps[step].title)

    def not_reached(self) -> Table:
        """Units that could not be asked, and the age of their last answer."""
        silent = [u for u in self.report.units if is_unreached(u.outcome)]
        rows = tuple((self._name(u), self.say(OUTCOME[u.outcome]), self.say(u.sentence), self._age(u)) for u in silent)
        headers = self.words("Đơn vị", "Kết quả", "Lý do", "Trả lời hợp lệ gần nhất")
        title = self.say("ĐƠN VỊ KHÔNG HỎI ĐƯỢC (không tính là chưa làm)")
        return Table(title, headers, rows)

    def _name(self, unit: UnitReport) -> str:
        return f"{unit.unit.full_name} ({unit.unit.code})"

    def _age(self, unit: UnitReport) -> str:
        if unit.last_answer_at is None:
            return self.say(M("chưa bao giờ"))
        return self.say(age(self.report.as_of - unit.last_answer_at))

    def obstacles(self) -> Table:
        """What units report as standing in the way."""
        rows = tuple(self._obstacles())
        headers = self.words("Đơn vị", "Đầu việc", "Khó khăn, vướng mắc")
        return Table(self.say("KHÓ KHĂN, VƯỚNG MẮC"), headers, rows)

    def _obstacles(self) -> Iterator[tuple[str, ...]]:
        for unit in self.report.everybody:
            for step_status in unit.step_statuses:
                if text := step_status.flags.get("obstacle"):
                    yield self._name(unit), self._title(step_status.step), str(text)


def urgency_key(unit: UnitReport) -> tuple[int, int, int, str]:
    """Sort key: most overdue, then most due soon, then most open."""
    overdue, soon, workable = (sum(s.status is status for s in unit.step_statuses) for status in WORKABLE_STATUSES)
    return -overdue, -soon, -workable, unit.unit.code


def moment(due: Moment, language: str) -> str:
    """A deadline as its readers write it, with its hour where it has one."""
    if due.hour is None:
        return str(spell(due.day, language))
    return str(spell(datetime.combine(due.day, due.hour), language))


def basis(checklist: Checklist, of: Basis, language: str) -> str:
    """A legal basis in words, with a mark when nobody has verified it."""
    source = checklist.sources[of.source]
    name = source.number or source.title.in_(language)
    mark = " (?)" if of.confidence.doubtful else ""
    return f"{of.at}, {name}{mark}"


def age(time: timedelta) -> Message:
    """How long ago, in the unit that a person would use."""
    hours = int(time.total_seconds() // 3600)
    if hours < 1:
        return M("vừa xong")
    return (
        M("{hours} giờ trước", hours=hours) if hours < HOURS_OF_TWO_DAYS else M("{days} ngày trước", days=hours // 24)
    )


HOURS_OF_TWO_DAYS = 48


def clean(text: str) -> str:
    """Make control characters of foreign text harmless for terminals and logs."""
    return text if text.isprintable() else "".join(c if c.isprintable() else " " for c in text)
