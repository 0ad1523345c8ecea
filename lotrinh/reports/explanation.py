"""An explanation in words, the same for terminal, Markdown and page; and as data for other programs."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from textwrap import fill
from typing import NamedTuple

from lotrinh.core.checklist.checklist import Confidence
from lotrinh.core.report.explanation import Explanation, JournalLine, LegalBasis, Prerequisite
from lotrinh.core.report.status_reasons import STEP_STATE_WORDS
from lotrinh.core.status.observation import StepAnswer
from lotrinh.core.status.status import PlannedStep, Status
from lotrinh.core.status.wording import DOUBTFUL_NOTE, KIND, OUTCOME, SAMPLE_NOTICE, STATUS, flag_remarks, status_reason
from lotrinh.core.text import M, Message, Text
from lotrinh.i18n import say
from lotrinh.reports.text.markdown import escape
from lotrinh.reports.text.tables import NOTHING, Table, age, clean, moment
from lotrinh.reports.text.terminal import draw_table

CONFIDENCE: Mapping[Confidence, Message] = {
    Confidence.A: M("đã đối chiếu với văn bản hướng dẫn chính thức"),
    Confidence.B: M("theo một nguồn báo chí"),
    Confidence.C: M("theo nguồn yếu"),
    Confidence.UNVERIFIED: M("chưa kiểm chứng"),
}


BULLET, INDENT = "- ", "  "


class ExplanationSection(NamedTuple):
    """One part of an explanation: lines, numbered where one follows from the other, then a table."""

    title: str
    lines: tuple[str, ...] = ()
    is_numbered: bool = False
    headers: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


class ExplanationWriter:
    """Puts one explanation into the words of one language."""

    def __init__(self, of: Explanation, language: str) -> None:
        self.of, self.language = of, language

    def say(self, message: Message | Text | str) -> str:
        """Say it in this writer's language, free of control characters."""
        return clean(message if isinstance(message, str) else say(message, self.language))

    def lines(self, *messages: Message | str) -> tuple[str, ...]:
        """Say several lines."""
        return tuple(self.say(message) for message in messages)

    def words(self, *texts: str) -> tuple[str, ...]:
        """Say several words, for the heads of columns."""
        return tuple(clean(say(text, self.language)) for text in texts)

    def title(self) -> str:
        """What is explained: the step."""
        return self.say(self.of.item.step.title)

    def heading(self) -> tuple[str, ...]:
        """Of whom and of when it speaks."""
        place = M("{unit} ({code}) · {campaign}", unit=self._unit, code=self.of.unit.code, campaign=self.of.title)
        return self.lines(place, M("Xét lúc {when}", when=self.of.as_of))

    @property
    def _unit(self) -> str:
        return self.of.unit.full_name

    def notice(self) -> str:
        """The label that sample data always carries; empty where there is none."""
        return self.say(SAMPLE_NOTICE) if self.of.sample else ""

    def sections(self) -> tuple[ExplanationSection, ...]:
        """All parts that have something to say, in reading order."""
        found = (
            self.status(),
            self.reasons(),
            self.rule(),
            self.arithmetic(),
            self.missing_steps(),
            self.journal(),
            self.askings(),
            self.grounds(),
        )
        return tuple(section for section in found if section.lines or section.rows)

    def status(self) -> ExplanationSection:
        """The status in a word and a sentence, and what stands beside it."""
        step_status = self.of.step_status
        word = self.say(STATUS[step_status.status])
        sentence = self.say(status_reason(step_status, self.of.item.schedule, self.of.as_of))
        first = word if sentence == word else f"{word}: {sentence}" if not sentence.startswith(word) else sentence
        return ExplanationSection(self.say(M("Tình trạng")), (first, *self.lines(*flag_remarks(step_status))))

    def reasons(self) -> ExplanationSection:
        """Whose word and which deadline made it so."""
        return ExplanationSection(self.say(M("Vì sao")), self.lines(*self.of.reasons))

    def rule(self) -> ExplanationSection:
        """The rule in words, as it is written, and what comes of it."""
        lines: list[Message] = []
        for each in self.of.rules:
            values = {"words": each.words, "written": each.written}
            if each.is_opening:
                lines.append(M("Bắt đầu: {words} (viết trong bộ đầu việc: {written})", **values))
            else:
                lines.append(M("Thời hạn: {words} (viết trong bộ đầu việc: {written})", **values))
        return ExplanationSection(self.say(M("Quy tắc")), self.lines(*lines))

    def arithmetic(self) -> ExplanationSection:
        """The arithmetic, line by line, days off that were stepped over among it."""
        return ExplanationSection(self.say(M("Cách tính")), self.lines(*self.of.arithmetic), is_numbered=True)

    def missing_steps(self) -> ExplanationSection:
        """The steps that are missing before this one."""
        title, headers = self.say(M("Việc trước chưa xong")), self.words("Đầu việc", "Của ai", "Tình trạng", "Hạn")
        return ExplanationSection(
            title, headers=headers, rows=tuple(self._missing_row(before) for before in self.of.prerequisites)
        )

    def _missing_row(self, before: Prerequisite) -> tuple[str, ...]:
        title = self.say(before.item.step.title)
        hangs = M("{title} (thời hạn tính từ ngày hoàn thành việc này)", title=title)
        status = status_reason(before.step_status, before.item.schedule, self.of.as_of)
        return (
            self.say(hangs) if before.deadline_hangs_on_it else title,
            clean(before.unit.full_name),
            self.say(status),
            self._due(before.item),
        )

    def _due(self, item: PlannedStep) -> str:
        if item.schedule.due:
            return moment(item.schedule.due, self.language)
        return self.say(STATUS[Status.UNSCHEDULED]) if item.schedule.waiting else NOTHING

    def journal(self) -> ExplanationSection:
        """What was stated about the step, withdrawn and returned statements too."""
        title = self.say(M("Đã báo về đầu việc này"))
        if not self.of.entries:
            return ExplanationSection(title, self.lines(M("Chưa có gì được ghi vào nhật ký.")))
        headers = self.words("Số", "Lúc", "Việc gì", "Ai", "Số văn bản", "Ngày hoàn thành", "Nội dung")
        return ExplanationSection(
            title, headers=headers, rows=tuple(self._journal_row(line) for line in self.of.entries)
        )

    def _journal_row(self, line: JournalLine) -> tuple[str, ...]:
        sample = M("dữ liệu mẫu") if line.sample else None
        parts = [M("{done} trên {of}", done=line.progress[0], of=line.progress[1])] if line.progress else []
        text = " · ".join([*self.lines(*parts), *([clean(line.text)] if line.text else [])])
        return (
            str(line.number),
            self._when(line.at),
            self.say(KIND[line.kind]),
            self.say(sample or line.who),
            clean(line.document),
            self.say(M("{day}", day=line.completed_on)) if line.completed_on else "",
            text,
        )

    def _when(self, at: datetime) -> str:
        return self.say(M("{when}", when=at.astimezone(self.of.as_of.tzinfo)))

    def askings(self) -> ExplanationSection:
        """How asking the unit ended in the last runs, and what its own system says of the step."""
        rows = tuple((self._when(a.at), self.say(OUTCOME[a.outcome]), clean(a.sentence), a.run) for a in self.of.checks)
        headers = self.words("Lúc", "Kết quả", "Lý do", "Lượt")
        return ExplanationSection(
            self.say(M("Những lần hỏi gần nhất")), self.lines(*self._own_system()), headers=headers, rows=rows
        )

    def _own_system(self) -> Iterator[Message]:
        of = self.of
        if not of.own_system:
            yield M("{unit} báo qua cổng xác nhận; nhật ký của cổng là nguồn.", unit=self._unit)
        elif of.system_answer_at is None and not of.from_run:
            yield M("Chưa có trả lời hợp lệ nào của phần mềm của {unit}.", unit=self._unit)
        elif of.system_answer_at:
            yield self._published_sentence(of.system_answer, of.system_answer_at)

    def _published_sentence(self, answer: StepAnswer | None, at: datetime) -> Message:
        when = {"when": at, "age": age(self.of.as_of - at)}
        if answer is None:
            return M("Phần mềm của đơn vị không nói gì về đầu việc này ({when}, {age}).", **when)
        parts = [STEP_STATE_WORDS[answer.state]]
        parts += [M("hoàn thành ngày {day}", day=answer.completed_on)] if answer.completed_on else []
        parts += [M("văn bản {number}", number=answer.document_number)] if answer.document_number else []
        parts += [M("{done} trên {of}", done=answer.progress[0], of=answer.progress[1])] if answer.progress else []
        parts += [M("“{note}”", note=answer.note)] if answer.note else []
        words = ", ".join(self.lines(*parts))
        return M("Phần mềm của đơn vị nói: {words} ({when}, {age}).", words=words, **when)

    def grounds(self) -> ExplanationSection:
        """The legal bases, how sure we are of each, and by which versions this was computed."""
        lines = [self._ground(ground) for ground in self.of.bases]
        if self.of.item.step.doubtful:
            lines.append(self.say(DOUBTFUL_NOTE))
        hashes = {"hash": self.of.checklist_hash[:12], "head": self.of.head[:12]}
        lines.append(self.say(M("Mã bộ đầu việc {hash}; nhật ký kết thúc ở {head}.", **hashes)))
        return ExplanationSection(self.say(M("Căn cứ")), tuple(lines))

    def _ground(self, ground: LegalBasis) -> str:
        of, source = ground.basis, ground.source
        named = " ".join(filter(None, (self.say(source.title), source.number)))
        amended = M(" (sửa đổi bởi {number})", number=source.amended_by) if source.amended_by else None
        doubt = " (?)" if of.confidence.doubtful else ""
        law = f"{of.at}, {named}{self.say(amended) if amended else ''}"
        reading = M("; đọc tại {place}", place=of.seen_in) if of.seen_in else None
        return clean(f"{law}: {self.say(CONFIDENCE[of.confidence])}{doubt}{self.say(reading) if reading else ''}")


def explanation_text(of: Explanation, language: str, width: int) -> str:
    """Write it for a terminal ``width`` columns wide."""
    writer = ExplanationWriter(of, language)
    notice = [writer.notice()] if of.sample else []
    blocks = ["\n".join([*notice, writer.title(), *writer.heading()])]
    blocks += [_section_text(section, width) for section in writer.sections()]
    return "\n\n".join([*blocks, *notice]) + "\n"


def _section_text(section: ExplanationSection, width: int) -> str:
    lines = [fill(f"{mark}{line}", width, subsequent_indent=INDENT) for mark, line in _marked_lines(section, BULLET)]
    rows = [draw_table(Table("", section.headers, section.rows), width).lstrip("\n")] if section.rows else []
    return "\n".join([section.title.upper(), *lines, *rows])


def _marked_lines(section: ExplanationSection, bullet: str) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(section.lines, 1):
        yield (f"{number}. " if section.is_numbered else bullet), line


def explanation_markdown(of: Explanation, language: str) -> str:
    """Write it as Markdown, for pasting; foreign text is never read as Markdown or HTML."""
    writer = ExplanationWriter(of, language)
    parts = [f"# {escape(writer.title())}", *(["**" + escape(writer.notice()) + "**"] if of.sample else [])]
    parts += [escape(line) for line in writer.heading()]
    for section in writer.sections():
        lines = [f"{mark}{escape(line)}" for mark, line in _marked_lines(section, BULLET)]
        parts += [f"## {escape(section.title)}", *(["\n".join(lines)] if lines else [])]
        parts += [_table(section)] if section.rows else []
    return "\n\n".join(parts) + "\n"


def _table(section: ExplanationSection) -> str:
    rows = (tuple(map(escape, section.headers)), ("---",) * len(section.headers))
    return "\n".join(f"| {' | '.join(row)} |" for row in (*rows, *(tuple(map(escape, r)) for r in section.rows)))
