"""A report as a calendar feed: of one unit its own steps, of the office the milestones and the province's own steps."""

from collections.abc import Iterator
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from lotrinh.core.checklist.checklist import Basis
from lotrinh.core.checklist.deadlines import Schedule
from lotrinh.core.checklist.rules import Moment
from lotrinh.core.report.deadline_history import NEVER_PUBLISHED, OFFICE, PublishedDeadline, PublishedDeadlines
from lotrinh.core.report.report import MilestoneRow, Report, UnitReport
from lotrinh.core.status.status import PlannedStep, Status, StepStatus
from lotrinh.core.status.wording import DOUBTFUL_NOTE, FLAGS, STATUS
from lotrinh.core.text import M, Message, Text
from lotrinh.i18n import say
from lotrinh.reports.calendar.ics import CalendarEntry, write_calendar
from lotrinh.reports.text.tables import basis, moment

REMINDED = timedelta(days=3)
"""So long before the last working day up to a deadline programs speak up."""


def calendar(report: Report, language: str, published: PublishedDeadlines, site: str = "") -> bytes:
    """Write the feed of a report's unit where it has one only, else the office's.

    ``published`` are the deadlines that readers were told before; ``site`` is the portal's address, empty for no links.
    """
    return _Feed(report, language, published, site).write()


class _Feed:
    # Anybody may read a feed (docs/adr/0011): nothing here says more than the status document of the unit does.
    def __init__(self, report: Report, language: str, published: PublishedDeadlines, site: str) -> None:
        self.report, self.language, self.published = report, language, published
        self.home = f"{site.rstrip('/')}/campaigns/{report.campaign}" if site else ""

    def write(self) -> bytes:
        everybody = tuple(self.report.everybody)
        alone = everybody[0] if len(everybody) == 1 else None
        whose = alone.unit.full_name if alone else self.report.province_name
        name = f"{self.with_sample_label(whose)} - {self.say(self.report.title)}"
        entries = self.unit_entries(alone) if alone else self.office_entries()
        return write_calendar(name, entries, ZoneInfo(self.report.checklist.timezone))

    def say(self, message: Message | Text) -> str:
        return say(message, self.language)

    def with_sample_label(self, text: str) -> str:
        """Put the label of sample data before a text, where it cannot be overlooked."""
        return self.say(M("[DỮ LIỆU MẪU] {text}", text=text)) if self.report.sample else text

    def office_entries(self) -> Iterator[CalendarEntry]:
        for row in self.report.milestones:
            published = self.published.get((OFFICE, row.milestone.id), NEVER_PUBLISHED)
            if (row.units or row.province) and (due := row.due or _withdrawn_due(published)):
                yield self.milestone(row, due, published)
        if self.report.province:
            yield from self.unit_entries(self.report.province)

    def unit_entries(self, unit: UnitReport) -> Iterator[CalendarEntry]:
        for item, step_status in zip(unit.plan, unit.step_statuses, strict=True):
            published = self.published.get((unit.unit.code, item.step.id), NEVER_PUBLISHED)
            if due := item.schedule.due or _withdrawn_due(published):
                yield self.step(unit, item, step_status, due, published)

    def step(
        self, unit: UnitReport, item: PlannedStep, step_status: StepStatus, due: Moment, published: PublishedDeadline
    ) -> CalendarEntry:
        code, step, schedule = unit.unit.code, item.step, item.schedule
        cancelled = schedule.due is None or step_status.status is Status.NOT_APPLICABLE
        done = step_status.status.is_done
        changes = (published.at if published.number else None, step_status.reported_at if done else None)
        return CalendarEntry(
            uid=f"{step.id}.{code}@{self.report.campaign}.lotrinh",
            title=self.title(step.title, done=done, cancelled=cancelled, doubtful=step.doubtful),
            note=tuple(self.note_of_step(unit, item, step_status)),
            due=due,
            stamp=self.report.as_of,
            # As recorded, not computed: a program takes a new date only with a higher number (docs/adr/0009).
            number=published.number,
            changed_at=max(filter(None, changes), default=None),
            is_cancelled=cancelled,
            remind_on=None if cancelled or done else self.reminder(due, schedule.last_working_day),
            url=f"{self.home}/units/{code}/steps/{step.id}" if self.home else "",
        )

    def milestone(self, row: MilestoneRow, due: Moment, published: PublishedDeadline) -> CalendarEntry:
        done = row.done == row.units and (row.province is None or row.province.is_finished)
        cancelled = row.due is None
        return CalendarEntry(
            uid=f"{row.milestone.id}.milestone@{self.report.campaign}.lotrinh",
            title=self.title(row.milestone.title, done=done, cancelled=cancelled, doubtful=row.doubtful),
            note=tuple(self.note_of_milestone(row)),
            due=due,
            stamp=self.report.as_of,
            number=published.number,
            changed_at=published.at if published.number else None,
            is_cancelled=cancelled,
            remind_on=None if cancelled or done else self.reminder(due, row.last_working_day),
            url=f"{self.home}/board" if self.home else "",
        )

    def reminder(self, due: Moment, last_working_day: date | None) -> date | None:
        """Return three days before the last day on which something can be done; None once the deadline has passed."""
        passed = due.day < self.report.as_of.date()
        return None if passed else (last_working_day or due.day) - REMINDED

    def title(self, title: Text, *, done: bool, cancelled: bool, doubtful: bool) -> str:
        words = self.say(title) + (" (?)" if doubtful else "")
        if done:
            return self.with_sample_label(self.say(M("✓ Đã xong: {title}", title=words)))
        if cancelled:
            return self.with_sample_label(self.say(M("Bỏ hạn: {title}", title=words)))
        return self.with_sample_label(self.say(M("Hạn: {title}", title=words)))

    def note_of_step(self, unit: UnitReport, item: PlannedStep, step_status: StepStatus) -> Iterator[str]:
        """Say no more than anybody may know: how far it is, not what stands in the way or who said so."""
        step = item.step
        yield self.say(M("{unit}. Cơ quan thực hiện: {owner}.", unit=unit.unit.full_name, owner=step.owner))
        yield self.say(self.state(step_status))
        if "stale" in step_status.flags:
            yield self.say(FLAGS["stale"](step_status.flags["stale"]))
        yield from self.dates(item.schedule)
        yield from self.bases(step.basis, doubtful=step.doubtful)

    def state(self, step_status: StepStatus) -> Message:
        status = STATUS[step_status.status]
        if step_status.status.is_done and step_status.completed_on:
            return M("Tình trạng: {status}, ngày {day}.", status=status, day=step_status.completed_on)
        return M("Tình trạng: {status}.", status=status)

    def note_of_milestone(self, row: MilestoneRow) -> Iterator[str]:
        if row.units:
            counts = {"done": row.done, "of": row.units, "overdue": row.overdue, "unknown": row.unknown}
            yield self.say(M("Đã xong {done}/{of} đơn vị; quá hạn {overdue}; chưa rõ {unknown}.", **counts))
        if row.province:
            yield self.say(M("Việc của tỉnh: {status}.", status=STATUS[row.province]))
        if row.has_different_dues:
            yield self.say(M("Các đơn vị có hạn khác nhau; đây là hạn sớm nhất."))
        opens = self.report.schedules.get(row.milestone.id, Schedule()).opens
        yield from self.dates(Schedule(opens, row.due, row.last_working_day, row.waiting))
        yield from self.bases(row.milestone.basis, doubtful=row.doubtful)

    def dates(self, schedule: Schedule) -> Iterator[str]:
        due, last = schedule.due, schedule.last_working_day
        if due is None:
            yield self.say(schedule.waiting or M("Chưa có hạn."))
            return
        if schedule.opens:
            yield self.say(M("Làm từ {day}.", day=moment(schedule.opens, self.language)))
        if due.hour:
            yield self.say(M("Hạn: {day}.", day=moment(due, self.language)))
        else:
            yield self.say(M("Hạn: hết ngày {day}.", day=due.day))
        if last and last != due.day:
            yield self.say(M("Ngày làm việc cuối cùng trước hạn: {day}", day=last))

    def bases(self, of: tuple[Basis, ...], *, doubtful: bool) -> Iterator[str]:
        checklist = self.report.checklist
        yield self.say(M("Căn cứ: {basis}.", basis="; ".join(basis(checklist, b, self.language) for b in of)))
        if doubtful:
            yield self.say(DOUBTFUL_NOTE)


def _withdrawn_due(published: PublishedDeadline) -> Moment | None:
    """Return the deadline that was published and taken back."""
    return published.before if published.due is None else None
