"""The sentences with which every format begins: how asking went, what presses, what is left, and what nobody knows."""

from collections.abc import Iterable, Iterator

from lotrinh.core.report.report import Report, UnitReport, known_statuses
from lotrinh.core.status.effective_status import count_outstanding
from lotrinh.core.status.observation import Outcome, outcome_figures
from lotrinh.core.status.status import Status
from lotrinh.core.status.wording import OUTCOME
from lotrinh.core.text import M, Message


def asking_result(report: Report) -> Message:
    """How asking went; of one unit, how it went there, for the run asked others too."""
    if report.only:
        return next((_one_unit_result(unit) for unit in report.everybody), M("Chỉ việc của cấp tỉnh"))
    return M(
        "{units} đơn vị: {reached} hỏi được, {unreachable} không hỏi được, {invalid} trả lời không hợp lệ",
        units=len(report.units),
        **outcome_figures(report.outcomes()),
    )


def _one_unit_result(unit: UnitReport) -> Message:
    if unit.unit.is_province:
        return M("Chỉ việc của cấp tỉnh")
    name = f"{unit.unit.full_name} ({unit.unit.code})"
    return M("{unit}: {outcome}", unit=name, outcome=OUTCOME[unit.outcome])


def nobody_reached(report: Report) -> bool:
    """Whether the run reached none of all its units: then something is wrong at our own end."""
    return bool(report.units) and not report.only and not report.outcomes()[Outcome.REACHED]


def count_units(units: Iterable[UnitReport]) -> Message:
    """Count units; the province is none."""
    own = [unit.unit.is_province for unit in units]
    count = len(own) - sum(own)
    if not any(own):
        return M("{count} đơn vị", count=count)
    return M("{count} đơn vị và cấp tỉnh", count=count) if count else M("cấp tỉnh")


def pressing_sentence(report: Report) -> Message:
    """How many steps are overdue, due soon, and past their deadline without our knowing."""
    unclear, soon = report.unclear_statuses(), report.statuses()[Status.DUE_SOON]
    sentence = M(
        "{overdue}; {soon} đầu việc sắp đến hạn", overdue=_overdue(report), soon=soon - unclear[Status.DUE_SOON]
    )
    if not unclear:
        return sentence
    return M("{told}; {count} đầu việc đã qua hạn mà chưa rõ", told=sentence, count=unclear.total())


def _overdue(report: Report) -> Message:
    late = [u for u in report.everybody if any(s.status is Status.OVERDUE for s in u.step_statuses)]
    count = report.statuses()[Status.OVERDUE]
    if not count:
        return M("không có đầu việc quá hạn")
    if report.only:
        return M("{count} đầu việc quá hạn", count=count)
    return M("{count} đầu việc quá hạn ở {where}", count=count, where=count_units(late))


def outstanding_sentence(report: Report) -> Message:
    """How many steps are not done or unknown, how many of them unknown, whose they are, and how many are overdue."""
    count = count_outstanding(report.statuses())
    sentence = M("{count} đầu việc chưa xong hoặc chưa rõ", count=count)
    if nobody_knows := report.known_statuses()[Status.UNKNOWN]:
        sentence = M("{told}, trong đó {count} chưa rõ", told=sentence, count=nobody_knows)
    if not report.only:
        theirs = (u for u in report.everybody if not all(s.status.is_finished for s in u.step_statuses))
        sentence = M("{told}; {where}", told=sentence, where=count_units(theirs))
    return M("{told}; {overdue}.", told=sentence, overdue=_overdue(report))


def count_outdated(report: Report) -> int:
    """How many steps keep a status from before their deadline, which has passed."""
    return sum(n for status, n in report.unclear_statuses().items() if status is not Status.UNKNOWN)


def totals_notes(report: Report) -> Iterator[Message]:
    """Say of the totals by status what a status alone does not."""
    if count := count_outdated(report):
        yield M("{count} đầu việc đã qua hạn còn giữ tình trạng theo trả lời cuối, trước hạn: chưa rõ.", count=count)


def unknown_sentences(report: Report) -> Iterator[Message]:
    """Say of how many steps nobody knows how they stand now, due or not, and whose they are."""
    if count := report.known_statuses()[Status.UNKNOWN]:
        theirs = (unit for unit in report.everybody if known_statuses([unit], report.as_of)[Status.UNKNOWN])
        yield M(
            "{count} đầu việc chưa rõ ở {where}, kể cả chưa đến hạn: không tính là xong, không tính là chưa làm.",
            count=count,
            where=count_units(theirs),
        )


def unlisted_sentences(report: Report, calm: int, unheard: int) -> Iterator[Message]:
    """Say of how many units nothing is listed, and why."""
    if calm and report.only:
        yield M("Đơn vị này không có đầu việc quá hạn hay sắp đến hạn.")
    elif calm:
        yield M("{n} đơn vị không có đầu việc quá hạn hay sắp đến hạn.", n=calm)
    if unheard and report.only:
        yield M("Đơn vị này chưa từng trả lời hợp lệ: mọi đầu việc chưa xác định.")
    elif unheard:
        yield M("{n} đơn vị chưa từng trả lời hợp lệ: mọi đầu việc chưa xác định.", n=unheard)
