"""The reader of deadline rules: words, numbers and marks from left to right, and what is wrong where."""

import re
from collections.abc import Iterator, Mapping
from datetime import date, time
from typing import NamedTuple

from lotrinh.core.checklist.rules import (
    ChoiceReference,
    CompletionReference,
    DeadlineRule,
    EarliestOrLatest,
    FixedReference,
    Moment,
    NamedReference,
    Offset,
    Reference,
    Roll,
    TimeUnit,
)
from lotrinh.core.text import M, Message

DEEPEST = 5
"""How many ``earliest``/``latest`` may stand inside each other."""
LARGEST = 10_000
"""The largest number in an offset."""
LONGEST = 1_000
"""How many characters a rule may have."""
YEARS = range(1900, 3000)
"""The years that deadlines may fall in; far from where Python's dates end."""

SPELLINGS: Mapping[str, TimeUnit] = {
    **{unit.value: unit for unit in TimeUnit},
    **{unit.value.removesuffix("s"): unit for unit in TimeUnit},
}
MINUS = frozenset("-−–")
FUNCTIONS = frozenset({"done", *EarliestOrLatest})

TOKEN = re.compile(
    r"(?P<moment>\d+[-/.]\d+[-/.]\d+[^\s,()]*)"
    r"|(?P<hour>\d+:\d+)"
    r"|(?P<number>\d+)"
    r"|(?P<word>[a-z][a-z0-9_-]*)"
    r"|(?P<sign>[-+−–])"
    r"|(?P<mark>[(),])"
    r"|(?P<strange>[^\s(),]+)",
    re.ASCII,
)
ISO = re.compile(r"(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)?))?", re.ASCII)
GLUED = re.compile(r"(.+?)-(\d*)[a-z]*")
HOUR = re.compile(r"(\d\d?):(\d\d)", re.ASCII)


class RuleError(ValueError):
    """A rule that cannot be read.

    ``position`` counts characters from 0 in the text; ``field`` names the part of a mapping, and the position then
    counts in that part.
    """

    def __init__(self, sentence: Message, position: int = 0, field: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.position = position
        self.field = field


class Token(NamedTuple):
    """One word, number or mark, where it begins and what it is; "end" stands behind the last."""

    kind: str
    text: str
    position: int


class RuleReader:
    """Reads one text from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = [*_tokens(text)]
        self._next = 0
        self._depth = 0

    def rule(self) -> DeadlineRule:
        """Read a whole rule, or one part of ``earliest`` and ``latest``."""
        start = self._peek().position
        reference = self.reference()
        offsets, at, roll = self.offsets(), None, None
        if self._accept("word", "at"):
            at = self.hour()
        if self._accept("word", "roll"):
            roll = self.roll()
        end = self._tokens[self._next - 1]
        return DeadlineRule(reference, offsets, at, roll, self._text[start : end.position + len(end.text)])

    def reference(self) -> Reference:
        """Read what the rule counts from."""
        token = self._take()
        if token.kind == "moment":
            return FixedReference(_moment(token))
        if token.kind != "word":
            raise RuleError(M("Ở đây phải là mã của một mốc, hoặc một ngày như 2026-03-15."), token.position)
        if token.text not in FUNCTIONS or not self._accept("mark", "("):
            return NamedReference(token.text)
        return self._done() if token.text == "done" else self._choice(token)

    def offsets(self) -> tuple[Offset, ...]:
        """Read ``± N unit``, any number of times."""
        found = []
        while sign := self._accept("sign"):
            amount = self._number()
            found.append(Offset(-amount if sign.text in MINUS else amount, self._unit()))
        return tuple(found)

    def hour(self) -> time:
        """Read ``HH:MM``."""
        token = self._take()
        match = HOUR.fullmatch(token.text)
        if not match:
            raise RuleError(M("Sau “at” phải là giờ và phút, ví dụ 17:00."), token.position)
        return _hour(int(match[1]), int(match[2]), token)

    def roll(self) -> Roll:
        """Read ``next`` or ``previous``."""
        token = self._take()
        if token.text not in list(Roll):
            raise RuleError(M("Sau “roll” phải là “next” (dời về sau) hoặc “previous” (dời về trước)."), token.position)
        return Roll(token.text)

    def expect_end(self) -> None:
        """Refuse words left over."""
        token = self._peek()
        if token.kind != "end":
            raise RuleError(self._hint() or M("Không hiểu từ “{word}” ở đây.", word=token.text), token.position)

    def _done(self) -> CompletionReference:
        token = self._take()
        if token.kind != "word":
            raise RuleError(M("Trong “done(…)” phải là mã của một đầu việc."), token.position)
        self._close()
        return CompletionReference(token.text)

    def _choice(self, word: Token) -> ChoiceReference:
        self._depth += 1
        if self._depth > DEEPEST:
            raise RuleError(M("“earliest” và “latest” lồng nhau quá {most} tầng.", most=DEEPEST), word.position)
        rules = [self.rule()]
        while self._accept("mark", ","):
            rules.append(self.rule())
        self._close()
        self._depth -= 1
        if len(rules) == 1:
            raise RuleError(
                M("“{word}(…)” cần ít nhất hai mốc, cách nhau bằng dấu phẩy.", word=word.text), word.position
            )
        return ChoiceReference(EarliestOrLatest(word.text), tuple(rules))

    def _number(self) -> int:
        token = self._take()
        if token.kind != "number":
            raise RuleError(M("Sau dấu cộng hoặc trừ phải là một số, ví dụ “- 43 days”."), token.position)
        # Long runs of digits are judged by their length: converting them is slow, and Python refuses the longest.
        if len(token.text.lstrip("0")) > len(str(LARGEST)) or int(token.text) > LARGEST:
            raise RuleError(M("Số quá lớn: nhiều nhất là {most}.", most=LARGEST), token.position)
        return int(token.text)

    def _unit(self) -> TimeUnit:
        token = self._take()
        word = token.text
        if word == "working" and self._peek().text in {"day", "days"}:
            word = f"{word} {self._take().text}"
        if word not in SPELLINGS:
            units = ", ".join(TimeUnit)
            raise RuleError(
                M("Không có đơn vị “{word}”. Chọn một trong: {units}.", word=word, units=units), token.position
            )
        return SPELLINGS[word]

    def _close(self) -> None:
        token = self._peek()
        if not self._accept("mark", ")"):
            raise RuleError(self._hint() or M("Thiếu dấu đóng ngoặc “)”."), token.position)

    def _hint(self) -> Message | None:
        """Explain a minus that was read as part of an id: ``election_day-43 days``."""
        before = self._tokens[self._next - 1]
        return explain_glued_minus(before.text) if before.kind == "word" else None

    def _peek(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._tokens[self._next]
        self._next = min(self._next + 1, len(self._tokens) - 1)
        return token

    def _accept(self, kind: str, text: str = "") -> Token | None:
        token = self._peek()
        return self._take() if token.kind == kind and text in {"", token.text} else None


def explain_glued_minus(name: str) -> Message | None:
    """Tell how to write the subtraction that an id such as ``election_day-43`` may have been meant as."""
    match = GLUED.fullmatch(name)
    if not match or (name[-1].isalpha() and not match[2]):
        return None
    return M(
        "“{name}” được đọc là một mã. Nếu là phép trừ, hãy viết có khoảng trắng: “{reference} - {number} days”.",
        name=name,
        reference=match[1],
        number=match[2] or "43",
    )


def _tokens(text: str) -> Iterator[Token]:
    for match in TOKEN.finditer(text):
        yield Token(str(match.lastgroup), match[0], match.start())
    yield Token("end", "", len(text))


def _moment(token: Token) -> Moment:
    match = ISO.fullmatch(token.text)
    if not match:
        sentence = M(
            "“{text}”: viết ngày theo thứ tự năm-tháng-ngày: 2026-03-15, hoặc 2026-03-14T07:00.", text=token.text
        )
        raise RuleError(sentence, token.position)
    try:
        day = date.fromisoformat(match[1])
    except ValueError as error:
        year, month, number = match[1].split("-")
        sentence = M("Lịch không có ngày {day}/{month}/{year}.", day=number, month=month, year=year)
        raise RuleError(sentence, token.position) from error
    if day.year not in YEARS:
        raise RuleError(M("Năm phải từ {first} đến {last}.", first=YEARS[0], last=YEARS[-1]), token.position)
    return Moment(day, _clock(match[2], token) if match[2] else None)


def _clock(text: str, token: Token) -> time:
    _hour(int(text[:2]), int(text[3:5]), token)
    try:
        return time.fromisoformat(text)
    except ValueError as error:
        raise RuleError(M("Không có giờ “{text}”.", text=text), token.position) from error


def _hour(hour: int, minute: int, token: Token) -> time:
    try:
        return time(hour, minute)
    except ValueError as error:
        sentence = M("Không có giờ “{text}”: từ 00:00 đến 23:59; hạn đến hết ngày thì không ghi giờ.", text=token.text)
        raise RuleError(sentence, token.position) from error
