"""Messages in words: the same lines as plain text and as simple HTML, and a short form that tells no content."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from html import escape
from typing import NamedTuple

from lotrinh.core.checklist.units import Unit
from lotrinh.core.notify.reminders import Digest, DigestItem, DigestSection, Escalation, LateUnit, ReminderReason
from lotrinh.core.status.wording import SAMPLE_NOTICE
from lotrinh.core.text import M, Message, Text
from lotrinh.i18n import say
from lotrinh.reports.text.tables import clean, moment

LISTED = 3
"""Steps of one unit that the office sees by name; of more only the number is told."""
FAULTS = 20
"""Faults of files that are told in one letter; of more only the number."""


class Letter(NamedTuple):
    """One message. ``short`` is for channels that are not private: how much there is, and where to sign in."""

    subject: str
    text: str
    html: str
    short: str


class OfficeNotes(NamedTuple):
    """What the office hears besides: who could not be told, and how many messages did not go out."""

    unreachable: Sequence[Unit] = ()
    undelivered: int = 0


NO_NOTES = OfficeNotes()


class LetterLine(NamedTuple):
    """A heading, a paragraph or a point of a list."""

    kind: str
    words: Message | Text | str


class LetterWriter:
    """Writes letters in one language; ``site`` is the portal's address, empty for none."""

    def __init__(self, language: str, site: str) -> None:
        self.language, self.site = language, site

    def digest(self, digest: Digest, notes: OfficeNotes = NO_NOTES) -> Letter:
        """Write what one receiver is told on a day."""
        count, late = len(digest.items), sum(len(escalation.late) for escalation in digest.escalations)
        subject = M("Nhắc việc ngày {day}: {count} đầu việc", day=digest.day, count=count)
        if digest.unit.is_province:
            subject = M(
                "Nhắc việc ngày {day}: {late} đơn vị có việc quá hạn, {count} đầu việc của tỉnh",
                day=digest.day,
                late=late,
                count=count,
            )
        lines = [LetterLine("p", M("Kính gửi: {unit}", unit=digest.unit.full_name)), *self._digest(digest, notes)]
        return self._letter(subject, lines, sample=digest.sample)

    def _digest(self, digest: Digest, notes: OfficeNotes) -> Iterator[LetterLine]:
        for section in digest.sections:
            yield from self._section(section)
        for escalation in digest.escalations:
            yield from self._escalation(escalation)
        if notes.unreachable:
            yield LetterLine("h", M("Chưa có địa chỉ nhận lời nhắc"))
            yield from (LetterLine("li", unit.full_name) for unit in notes.unreachable)
        if notes.undelivered:
            yield LetterLine("p", M("{count} tin chưa gửi được hoặc không rõ đã gửi chưa.", count=notes.undelivered))

    def _section(self, section: DigestSection) -> Iterator[LetterLine]:
        yield LetterLine("h", section.title)
        yield LetterLine("p", known_as_of(section.last_answer_at))
        yield from (LetterLine("li", self.item_sentence(item)) for item in section.items)
        yield LetterLine("p", M("Việc nào đã làm xong, xin xác nhận."))

    def _escalation(self, escalation: Escalation) -> Iterator[LetterLine]:
        yield LetterLine("h", M("Các đơn vị: {title}", title=escalation.title))
        if escalation.late:
            yield LetterLine("p", M("Việc quá hạn. {known}", known=known_as_of(escalation.as_of)))
            yield from (LetterLine("li", self._late_sentence(late, escalation.as_of)) for late in escalation.late)
        if escalation.silent:
            yield LetterLine("p", M("Chưa hỏi được, nên chưa rõ tình hình:"))
            yield from (LetterLine("li", unit.full_name) for unit in escalation.silent)

    def _late_sentence(self, late: LateUnit, as_of: datetime) -> Message:
        named = [say(self._overdue(item), self.language) for item in late.items[:LISTED]]
        more = len(late.items) - LISTED
        if more > 0:
            named.append(say(M("và {count} đầu việc khác", count=more), self.language))
        sentence = M("{unit}: {steps}.", unit=late.unit.full_name, steps="; ".join(named))
        # Only a unit that we know through its own system can be known less well than the rest.
        return (
            sentence
            if late.last_answer_at == as_of
            else M("{said} {known}", said=sentence, known=known_as_of(late.last_answer_at))
        )

    def item_sentence(self, item: DigestItem) -> Message:
        """Say why a step is in the letter."""
        if item.reason is ReminderReason.OVERDUE:
            return self._overdue(item)
        step, due = self._step_title(item), moment(item.due, self.language)
        if item.reason is ReminderReason.UNCONFIRMED:
            return M("{step}: đã qua hạn {due}; chúng tôi chưa nhận được xác nhận", step=step, due=due)
        if item.days:
            sentence = M("{step}: hạn {due}, còn {days} ngày", step=step, due=due, days=item.days)
        else:
            sentence = M("{step}: hạn là hôm nay, {due}", step=step, due=due)
        return sentence if item.is_known else M("{said}; chúng tôi chưa nhận được xác nhận", said=sentence)

    def _overdue(self, item: DigestItem) -> Message:
        due = moment(item.due, self.language)
        return M("{step}: quá hạn {days} ngày (hạn {due})", step=self._step_title(item), days=-item.days, due=due)

    def _step_title(self, item: DigestItem) -> str:
        return say(item.step.title, self.language) + (" (?)" if item.step.doubtful else "")

    def silence(self, campaigns: Sequence[tuple[Text, datetime | None]], day: date) -> Letter:
        """Write that no check has finished for too long."""
        lines = [LetterLine("p", M("Không có lượt kiểm tra nào chạy xong trong thời gian cho phép:"))]
        lines += [LetterLine("li", M("{title}: {last}", title=title, last=_last(at))) for title, at in campaigns]
        lines.append(LetterLine("p", M("Hãy xem máy chủ lộ trình có đang chạy không: lotrinh doctor")))
        return self._letter(M("Ngày {day}: việc kiểm tra đã ngừng", day=day), lines)

    def misconfiguration(self, faults: Sequence[str], machine: str, day: date) -> Letter:
        """Write that files on a machine cannot be used, one fault a line, so that nobody can be reminded."""
        sentence = M(
            "Cấu hình, danh sách đơn vị hoặc bộ đầu việc có lỗi, nên từ lúc này không nhắc việc được nơi nào; đợt có"
            " tệp lỗi thì cũng không kiểm tra được:"
        )
        lines = [LetterLine("p", sentence), *(LetterLine("li", fault) for fault in faults[:FAULTS])]
        if len(faults) > FAULTS:
            lines.append(LetterLine("li", M("và {count} lỗi khác", count=len(faults) - FAULTS)))
        todo = M("Hãy sửa trên máy “{machine}”, rồi xem lại bằng: lotrinh doctor", machine=machine)
        return self._letter(M("Ngày {day}: cấu hình có lỗi, không nhắc việc được", day=day), lines, todo)

    def recovery(self, day: date) -> Letter:
        """Write that checks run again."""
        return self._letter(
            M("Ngày {day}: việc kiểm tra đã chạy lại", day=day),
            [LetterLine("p", M("Mọi đợt đã có lượt kiểm tra mới."))],
        )

    def weekly(self, title: Text, as_of: datetime, *, sample: bool) -> Letter:
        """Write what goes along with the report of a campaign."""
        lines = [LetterLine("p", M("Báo cáo kèm theo thư này, tình hình lúc {when}.", when=as_of))]
        return self._letter(M("Báo cáo: {title}", title=title), lines, sample=sample)

    def _letter(
        self, subject: Message, lines: Sequence[LetterLine], todo: Message | None = None, *, sample: bool = False
    ) -> Letter:
        """Write a letter; ``todo`` is what to do where the portal does not help."""
        title = self._say(subject)
        if sample:
            title, lines = f"[{self._say(M('DỮ LIỆU MẪU'))}] {title}", [LetterLine("b", SAMPLE_NOTICE), *lines]
        end = todo or (
            M("Xem và xác nhận tại: {site}", site=self.site) if self.site else M("Xem và xác nhận trên cổng lộ trình.")
        )
        every = [*lines, LetterLine("p", end), LetterLine("p", M("Tin này do máy gửi, xin không trả lời."))]
        spoken = [(line.kind, self._say(line.words)) for line in every]
        here = M("Đăng nhập để xem: {site}", site=self.site) if self.site and not todo else end
        short = f"{title}. {self._say(here)}"
        return Letter(title, _text(spoken), _html(title, spoken, self.language), short)

    def _say(self, words: Message | Text | str) -> str:
        """Say it in one line without control characters: a title may hold anything. Plain text is no sentence."""
        text = words if isinstance(words, str) else say(words, self.language)
        return " ".join(clean(text).split())


def known_as_of(as_of: datetime | None) -> Message:
    """Say how old it is what we know."""
    return M("Theo số liệu lúc {when}.", when=as_of) if as_of else M("Chúng tôi chưa nhận được số liệu nào.")


def _last(at: datetime | None) -> Message:
    return M("lượt cuối xong lúc {when}", when=at) if at else M("chưa có lượt nào chạy xong")


def _text(lines: Sequence[tuple[str, str]]) -> str:
    blocks = [f"- {words}" if kind == "li" else f"\n{words}" for kind, words in lines]
    return "\n".join(blocks).strip() + "\n"


def _html(title: str, lines: Sequence[tuple[str, str]], language: str) -> str:
    tags = {"h": "h2", "p": "p", "li": "li", "b": "strong"}
    body, inside = [], False
    for kind, words in lines:
        if inside is not (kind == "li"):
            body.append("</ul>" if inside else "<ul>")
            inside = not inside
        body.append(f"<{tags[kind]}>{escape(words)}</{tags[kind]}>")
    head = f'<!doctype html><html lang="{language}"><head><meta charset="utf-8"><title>{escape(title)}</title></head>'
    return f"{head}<body>{''.join(body)}</body></html>\n"
