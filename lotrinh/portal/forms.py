"""What people type into forms, read forgivingly and checked whole: a value, or a sentence beside the field."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from starlette.datastructures import FormData

from lotrinh.core.days import read_day
from lotrinh.core.text import M
from lotrinh.errors import Problem
from lotrinh.portal.deps import form_field as text_in

LARGEST_COUNT = 100_000


@dataclass
class FormInput:
    """The texts of a form, and the problems found while reading them."""

    values: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        """Return what was typed; empty where the field is missing."""
        return self.values.get(name, "")

    def add_problem(self, name: str, sentence: M) -> None:
        """Note what is wrong with a field."""
        self.problems.append(Problem(name, 0, 0, sentence))

    def day(self, name: str, missing: M | None = None) -> date | None:
        """Read a day; ``missing`` is what to say when it must be given and is not."""
        text = self[name]
        if not text:
            if missing:
                self.add_problem(name, missing)
            return None
        found = read_day(text)
        if found is None:
            self.add_problem(
                name, M("“{text}” không phải một ngày. Hãy viết ngày/tháng/năm, ví dụ 29/1/2026.", text=text)
            )
        return found

    def number(self, name: str, missing: M) -> int | None:
        """Read a count of things."""
        text = self[name].replace(".", "").replace(" ", "")
        if not text:
            self.add_problem(name, missing)
            return None
        if not (text.isascii() and text.isdigit()) or int(text[:9]) > LARGEST_COUNT:
            self.add_problem(
                name, M("“{text}” không phải một số lượng. Hãy viết bằng chữ số, ví dụ 7.", text=self[name])
            )
            return None
        return int(text)


def read_input(form: FormData) -> FormInput:
    """Return all texts of a form, composed and trimmed."""
    return FormInput({name: text_in(form, name) for name in form})


def write_day(day: date | None) -> str:
    """Write a day into a field."""
    return f"{day.day}/{day.month}/{day.year}" if day else ""
