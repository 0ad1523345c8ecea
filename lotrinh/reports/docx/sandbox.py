"""Where templates run: Jinja that reaches only the values it is given, with a bound on what it writes and walks."""

from collections.abc import Iterable, Iterator
from functools import partial
from types import TracebackType
from typing import Any

from jinja2 import StrictUndefined, Template
from jinja2.exceptions import SecurityError, TemplateError, UndefinedError
from jinja2.filters import FILTERS as ALL_FILTERS
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.tests import TESTS as ALL_TESTS

from lotrinh.core.text import M, Message
from lotrinh.i18n import spell
from lotrinh.reports.docx.grammar import FILTERS, TESTS

LONGEST = 32_000_000
"""Characters that a template may write into one part of the document."""
LONGEST_JOINED = 1_000_000
MOST_ROWS = 2_000_000
"""Rows that all loops of a template may walk together."""
LARGEST = 10**15
NUMBERS_ONLY = M("phép tính chỉ dùng với số, không dùng với chữ")
TOO_LARGE = M("phép tính ra số quá lớn")
TOO_LONG = M("kết quả quá dài")
TOO_MANY = M("lặp quá nhiều lần, hãy bỏ bớt vòng lặp lồng nhau")
FAILED = (
    TemplateError,
    TypeError,
    ValueError,
    ArithmeticError,
    LookupError,
    AttributeError,
    RecursionError,
    MemoryError,
)
"""What code in a template can raise."""


class TemplateViolation(SecurityError):
    """A template did more than it may."""

    def __init__(self, sentence: Message) -> None:
        """Keep why."""
        super().__init__(repr(sentence))
        self.sentence = sentence


class Sandbox(ImmutableSandboxedEnvironment):
    """Jinja with the filters and tests of the grammar alone; numbers stay small, and so does what is written.

    The grammar refuses what could grow before anything runs; the bounds here hold whatever it overlooks.
    """

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})

    def __init__(self, language: str) -> None:
        """Forget what Jinja offers by itself; numbers are written as the readers of the language do."""
        written = partial(spell, language=language, figures=True)
        super().__init__(undefined=StrictUndefined, autoescape=True, finalize=written)
        self.globals.clear()
        self.filters = {name: ALL_FILTERS[name] for name in FILTERS} | {"join": _join}
        self.tests = {name: ALL_TESTS[name] for name in TESTS}
        self.source = ""

    def from_string(self, source: Any, *given: Any, **named: Any) -> Template:  # noqa: ANN401 - Jinja's own
        """Remember what is being filled, to tell where it failed."""
        self.source = str(source)
        return super().from_string(source, *given, **named)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:  # noqa: ANN401 - as above
        """Compute with numbers only."""
        if operator in {"%", "**"} or not (isinstance(left, int | float) and isinstance(right, int | float)):
            raise TemplateViolation(NUMBERS_ONLY)
        made = super().call_binop(context, operator, left, right)
        if abs(made) > LARGEST:
            raise TemplateViolation(TOO_LARGE)
        return made

    @staticmethod
    def concat(parts: Iterable[str]) -> str:
        """Put together what a template writes, up to the bound."""
        return "".join(limit_length(parts, LONGEST))


def limit_length(parts: Iterable[str], most: int) -> Iterator[str]:
    """Pass texts on while they are not too long together."""
    length = 0
    for part in parts:
        length += len(part)
        if length > most:
            raise TemplateViolation(TOO_LONG)
        yield part


def _join(values: Iterable[object], between: object = "") -> str:
    """Join texts with something between them. Left to the page to escape, as every other text."""
    mark = str(between)
    texts = (f"{mark}{text}" if number else str(text) for number, text in enumerate(values))
    return "".join(limit_length(texts, LONGEST_JOINED))


class RowBudget:
    """Counts the rows that loops walk."""

    def __init__(self, most: int = MOST_ROWS) -> None:
        """Allow so many."""
        self.left = most

    def step(self) -> None:
        """Count one."""
        self.left -= 1
        if self.left < 0:
            raise TemplateViolation(TOO_MANY)


class CountedRows(list[Any]):
    """A list whose rows are counted as they are walked."""

    def __init__(self, rows: Iterable[Any], walk: RowBudget) -> None:
        """Take the rows over."""
        super().__init__(rows)
        self.walk = walk

    def __iter__(self) -> Iterator[Any]:
        """Walk them."""
        for row in super().__iter__():
            self.walk.step()
            yield row


def failure_reason(failed: BaseException) -> Message:
    """Say what went wrong when a template was filled."""
    if isinstance(failed, TemplateViolation):
        return failed.sentence
    if isinstance(failed, ZeroDivisionError):
        return M("chia cho 0")
    if isinstance(failed, UndefinedError):
        return M("lấy một dòng không có trong bảng; hãy hỏi trước bằng {{% if … %}}")
    if isinstance(failed, RecursionError | MemoryError):
        return M("mẫu quá phức tạp")
    return M("một giá trị không dùng được như vậy")


def template_line(trace: TracebackType | None) -> int:
    """Return the line of a template at which it failed; 0 where that is not known."""
    found = 0
    while trace:
        if trace.tb_frame.f_code.co_filename == "<template>":
            found = trace.tb_lineno
        trace = trace.tb_next
    return found
