"""Which statement decided: a sentence for each status and each flag, and none that claims more than was said."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest

from lotrinh.core.checklist.deadlines import timetable
from lotrinh.core.report.status_reasons import StepSituation, status_reasons
from lotrinh.core.status.conflict import answer_fingerprint
from lotrinh.core.status.journal import StepRecord
from lotrinh.core.status.observation import Answer, ProbeOutcome, StepAnswer, StepState
from lotrinh.core.status.status import LatestAnswer, Policy, Status, UnitView, assess_steps, plan_steps, steps_of_unit
from lotrinh.i18n import say
from tests.core.builders import checklist, step
from tests.reports.samples import ZONE, commune

UNIT = commune()
POLICY = Policy()
DAY = date(2026, 1, 29)
DUE = "election_day - 43 days"  # 31/01/2026


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


NOW = local("2026-02-02T08:00")
SAID = local("2026-01-30T09:00")
CONFIRMED = StepRecord(was_confirmed=True, done=True, completed_on=DAY, last_statement_at=SAID, confirmed_at=SAID)
DONE = StepAnswer("a", StepState.DONE, DAY)
OPEN = StepAnswer("a", StepState.OPEN)


def situation(
    record: StepRecord | None = None,
    answer: StepAnswer | None = None,
    now: datetime = NOW,
    heard_at: datetime | None = None,
    **more: Any,
) -> StepSituation:
    """Assess a step "a" as the status does; ``answer`` is the own system's, ``fresh`` whether it was given now."""
    known = LatestAnswer(probes=more.pop("probes", {}))
    if answer:
        at = heard_at or now
        known = known._replace(answer=Answer(UNIT.code, "thu", at, at, {"a": answer}), is_fresh=True, own_system=True)
    known = known._replace(is_fresh=more.pop("fresh", known.is_fresh))
    province = more.pop("province", {})
    file = checklist(step("a", **({"due": DUE} | more)), step("b"))
    records = {(UNIT.code, "a"): record} if record else {}
    planned = steps_of_unit(plan_steps(file, timetable(file), ZONE, POLICY), UNIT)
    step_status = assess_steps(planned, UnitView(UNIT.code, now, POLICY, records, known, province))[0]
    return StepSituation(
        unit=UNIT,
        item=planned[0],
        step_status=step_status,
        record=record or StepRecord(),
        answer=answer,
        policy=POLICY,
        now=now,
    )


def reasons(*args: Any, **named: Any) -> str:
    return " ".join(say(sentence, "vi") for sentence in status_reasons(situation(*args, **named)))


def test_a_confirmation_in_time_and_a_late_one_are_compared_with_the_deadline() -> None:
    assert reasons(CONFIRMED) == (
        "Xã Lương Sơn đã xác nhận hoàn thành ngày 29/01/2026. Xác nhận được gửi lúc 09:00 30/01/2026. "
        "Ngày 29/01/2026 không sau ngày hết hạn 31/01/2026: đúng hạn."
    )
    late = replace(CONFIRMED, completed_on=date(2026, 2, 1))
    assert reasons(late).endswith("Ngày 01/02/2026 sau hạn 31/01/2026: trễ 1 ngày.")
    assert reasons(CONFIRMED, due=None).endswith("Không có thời hạn để so, nên không tính là trễ.")


def test_a_confirmation_that_backdates_is_visible() -> None:
    backdated = replace(CONFIRMED, confirmed_at=local("2026-02-01T09:00"))
    assert "gửi lúc 09:00 01/02/2026, sau hạn; đúng hạn hay không tính theo ngày hoàn thành" in reasons(backdated)


def test_what_the_own_system_publishes_is_named_as_its_word() -> None:
    assert reasons(None, DONE).startswith("Phần mềm của Xã Lương Sơn nói đã hoàn thành ngày 29/01/2026.")
    decided = {"in_favour": "system", "system": answer_fingerprint(DONE), "reason": "x"}
    resolved = reasons(StepRecord(was_confirmed=True, last_statement_at=SAID, resolution=decided), DONE)
    assert resolved.startswith("Hai nguồn nói khác nhau; tỉnh đã quyết định tin phần mềm của Xã Lương Sơn.")


def test_acceptance_is_said_where_it_is_asked_for() -> None:
    waiting = reasons(CONFIRMED, OPEN, acceptance=True)
    assert "nhưng đầu việc này chỉ tính là xong khi tỉnh chấp nhận" in waiting
    assert "Đã qua hạn 31/01/2026." in waiting
    assert "Tỉnh đã chấp nhận xác nhận này." in reasons(replace(CONFIRMED, accepted=True), acceptance=True)
    assert "nói đã xong ngày 29/01/2026, nhưng chưa được tỉnh chấp nhận" in reasons(None, DONE, acceptance=True)


@pytest.mark.parametrize(
    ("record", "words"),
    [
        (
            StepRecord(was_confirmed=True, returned="thiếu dấu", last_statement_at=SAID),
            "đã trả lại xác nhận (“thiếu dấu”); chưa có xác nhận",
        ),
        (StepRecord(was_confirmed=True, last_statement_at=SAID), "Xã Lương Sơn đã rút xác nhận và chưa xác nhận lại."),
        (replace(CONFIRMED, completed_on=date(2026, 2, 3)), "được ghi là 03/02/2026, chưa đến, nên chưa tính"),
        (StepRecord(obstacle="thiếu máy", last_statement_at=SAID), "Vướng mắc đã báo không dời thời hạn."),
        (
            StepRecord(progress=(7, 12), last_statement_at=SAID),
            "Mới xong 7 trên 12; chỉ tính là xong khi được xác nhận hoàn thành.",
        ),
    ],
)
def test_what_was_stated_and_does_not_make_it_done_says_why(record: StepRecord, words: str) -> None:
    assert words in reasons(record)
    assert situation(record).step_status.completed_on is None


def test_returned_withdrawn_or_early_words_of_the_own_system_are_answered_too() -> None:
    withdrawn = StepRecord(was_confirmed=True, last_statement_at=SAID)
    text = reasons(withdrawn, DONE)
    assert "nói đã xong ngày 29/01/2026, nhưng điều ghi trên cổng được tin trước" in text
    assert "Cổng và phần mềm của đơn vị nói khác nhau; tính theo cổng cho đến khi tỉnh quyết định." in text
    early = replace(DONE, completed_on=date(2026, 2, 3))
    assert "nói đã xong ngày 03/02/2026, ngày chưa đến, nên chưa tính" in reasons(None, early)
    assert "Phần mềm của Xã Lương Sơn nói: đang mở." in reasons(None, OPEN)


def test_an_excuse_is_said_with_its_reason_and_nothing_else() -> None:
    assert reasons(StepRecord(excused="đã sáp nhập")) == "Tỉnh đã miễn đầu việc này cho Xã Lương Sơn (“đã sáp nhập”)."


def test_silence_is_neither_not_done_nor_overdue() -> None:
    text = reasons()
    assert "không biết đã làm hay chưa, nên không ghi là chưa làm hay quá hạn" in text
    assert "Chưa có xác nhận" not in text
    assert "Đã qua hạn" not in text


def test_a_status_that_is_held_back_since_nobody_could_ask_says_so() -> None:
    heard = local("2026-01-30T08:00")
    found = situation(None, OPEN, heard_at=heard, fresh=False)
    text = " ".join(say(sentence, "vi") for sentence in status_reasons(found))
    assert found.step_status.status is Status.DUE_SOON
    assert "Tình trạng giữ theo lần nghe gần nhất, 08:00 30/01/2026" in text
    assert "Lần nghe gần nhất là 08:00 30/01/2026; từ đó chưa hỏi lại được." in text
    assert "Đã qua hạn" not in text


@pytest.mark.parametrize(
    ("fields", "now", "status", "words"),
    [
        ({}, "2026-02-02T08:00", Status.OVERDUE, "Đã qua hạn 31/01/2026."),
        ({"due": f"{DUE} at 17:00"}, "2026-02-02T08:00", Status.OVERDUE, "Đã qua hạn 17:00 31/01/2026."),
        ({}, "2026-01-30T08:00", Status.DUE_SOON, "Từ 25/01/2026 là sắp đến hạn 31/01/2026."),
        ({}, "2026-01-10T08:00", Status.OPEN, "Đang trong thời gian từ 02/01/2026 đến hạn 31/01/2026."),
        ({"due": None}, "2026-01-10T08:00", Status.OPEN, "Đầu việc không có thời hạn."),
        ({"due": None, "opens": DUE}, "2026-02-10T08:00", Status.OPEN, "Đã đến lúc bắt đầu, 31/01/2026; không có hạn"),
        ({"due": None, "opens": DUE}, "2026-01-10T08:00", Status.UPCOMING, "Chưa đến lúc bắt đầu: 31/01/2026."),
        (
            {},
            "2025-12-10T08:00",
            Status.UPCOMING,
            "Còn hơn 30 ngày mới đến hạn; bắt đầu tính là đang làm từ 02/01/2026.",
        ),
        (
            {"due": "done(b)"},
            "2026-02-02T08:00",
            Status.UNSCHEDULED,
            "Chờ ngày hoàn thành thực tế của đầu việc “Việc b”.",
        ),
    ],
)
def test_the_clock_says_what_it_makes_of_a_step_that_is_not_done(
    fields: dict[str, Any], now: str, status: Status, words: str
) -> None:
    found = situation(None, OPEN, local(now), **fields)
    assert found.step_status.status is status
    assert words in " ".join(say(sentence, "vi") for sentence in status_reasons(found))


def test_what_waits_and_what_a_machine_saw_stand_beside_and_decide_nothing() -> None:
    found = reasons(None, OPEN, requires=("b",))
    assert "Còn 1 việc phải xong trước; điều đó không dời thời hạn." in found
    found = reasons(None, OPEN, probes={"a": ProbeOutcome.MET})
    assert "Máy tự xem: máy đã thấy nội dung trên trang của đơn vị; chỉ để tham khảo." in found


def test_a_count_of_the_own_system_is_said_until_the_step_is_done() -> None:
    counting = StepAnswer("a", StepState.IN_PROGRESS, progress=(7, 12))
    assert "Mới xong 7 trên 12" in reasons(None, counting)
    assert "Mới xong" not in reasons(None, replace(DONE, progress=(12, 12)))


def test_moments_are_told_in_local_time_though_they_were_recorded_in_utc() -> None:
    utc = replace(CONFIRMED, confirmed_at=SAID.astimezone(UTC))
    assert "09:00 30/01/2026" in reasons(utc)
