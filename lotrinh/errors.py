"""What can be wrong, in sentences; exit codes and HTTP statuses are assigned here and nowhere else."""

from collections.abc import Iterable
from typing import NamedTuple

from lotrinh.core.status.journal import Entry
from lotrinh.core.text import Message


class Problem(NamedTuple):
    """One thing that is wrong, and where. ``line`` and ``column`` count from 1; 0 means the place has none."""

    where: str
    line: int
    column: int
    sentence: Message

    @property
    def place(self) -> str:
        """``file:line:column``, as far as known."""
        numbers = [str(n) for n in (self.line, self.column) if n]
        return ":".join([self.where, *numbers])


class LotrinhError(Exception):
    """A sentence for the person who asked. Subclasses say which door they come out of."""

    exit_code = 2
    http_status = 400

    def __init__(self, sentence: Message) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class BadInput(LotrinhError):
    """Input or configuration with problems, all of them at once."""

    http_status = 422

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems[0].sentence)


class NotFound(LotrinhError):
    """A campaign, unit, step or run that does not exist here."""

    http_status = 404


class Conflict(LotrinhError):
    """The same key with another content, or a state that does not allow it."""

    http_status = 409


class AlreadyRecorded(Conflict):
    """What was asked for has been carried out before; ``run`` is the finished run."""

    def __init__(self, sentence: Message, run: str) -> None:
        super().__init__(sentence)
        self.run = run


class Overlapping(Conflict):
    """A check of the same campaign is being carried out; the sentence names by whom and since when."""


class KeyReused(Conflict):
    """An idempotency key that stands for another content already."""


class ChangedMeanwhile(Conflict):
    """Somebody was quicker; ``last`` is the entry that the person had not seen."""

    def __init__(self, sentence: Message, last: Entry) -> None:
        super().__init__(sentence)
        self.last = last


class TooManyAttempts(LotrinhError):
    """Signing in failed too often; it opens again by itself, or the office helps."""

    http_status = 429

    def __init__(self, sentence: Message, seconds: int) -> None:
        super().__init__(sentence)
        self.seconds = seconds


class NotAllowed(LotrinhError):
    """Who asks may not, or did not say who they are."""

    http_status = 401


class OldSchema(LotrinhError):
    """The database was made by another version of lotrinh."""

    http_status = 503


class DatabaseRelocated(LotrinhError):
    """The record was moved into another database; this one is not used any more."""

    http_status = 503


class StoreUnavailable(LotrinhError):
    """The database cannot be reached or written: nothing was recorded. It may help to try again later."""

    exit_code = 4
    http_status = 503


class NoDatabase(StoreUnavailable):
    """There is no database where the settings say: trying again does not help."""

    exit_code = 2


class DamagedDatabase(StoreUnavailable):
    """The database's file is damaged, or another program's: trying again does not help."""

    exit_code = 2


class Busy(LotrinhError):
    """Too much is being made already; ``seconds`` later there is room again."""

    http_status = 503

    def __init__(self, sentence: Message, seconds: int) -> None:
        super().__init__(sentence)
        self.seconds = seconds


class PrefectGone(LotrinhError):
    """Prefect does not answer any more; what was to be recorded stands in our own record."""

    http_status = 503


class RunNotCarriedOut(LotrinhError):
    """Our own network failed: nobody is reported as silent."""

    exit_code = 3
    http_status = 503
