"""Every code has its sentence, and the sentence says the days that an official would count."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from lotrinh.core.checklist.deadlines import Schedule
from lotrinh.core.checklist.rules import Moment
from lotrinh.core.status.observation import Outcome, ProbeOutcome
from lotrinh.core.status.status import Status, StepStatus
from lotrinh.core.status.wording import FLAGS, OUTCOME, PROBES, STATUS, flag_remarks, status_reason
from lotrinh.core.text import Message
from lotrinh.i18n import say

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
DAY, HOUR = Moment(date(2026, 1, 31)), Moment(date(2026, 1, 31), time(17))


def why(status: Status, now: str, due: Moment | None = DAY, waiting: Message | None = None) -> str:
    step_status = StepStatus("a", status, due.end_in(ZONE) if due else None)
    moment = datetime.fromisoformat(now).replace(tzinfo=ZONE)
    return say(status_reason(step_status, Schedule(None, due, None, waiting), moment), "vi")


def test_every_status_outcome_and_finding_has_words_of_its_own() -> None:
    assert STATUS.keys() == set(Status)
    assert OUTCOME.keys() == set(Outcome)
    assert PROBES.keys() == {s.value for s in ProbeOutcome}
    assert len({say(m) for m in STATUS.values()}) == len(Status)


@pytest.mark.parametrize(("status", "now", "expected"), [
    (Status.OVERDUE, "2026-02-01T00:00", "quá hạn 1 ngày"),
    (Status.OVERDUE, "2026-02-10T23:59", "quá hạn 10 ngày"),
    (Status.DUE_SOON, "2026-01-30T23:59", "sắp đến hạn, còn 1 ngày"),
    (Status.DUE_SOON, "2026-01-31T08:00", "hạn là hôm nay, đến 24:00"),
    (Status.OPEN, "2026-01-21T08:00", "đang trong thời gian thực hiện, còn 10 ngày"),
    (Status.UPCOMING, "2026-01-01T08:00", "chưa đến thời gian, còn 30 ngày"),
    (Status.DONE, "2026-02-10T08:00", "hoàn thành đúng hạn"),
    (Status.DONE_LATE, "2026-02-10T08:00", "hoàn thành trễ hạn"),
    (Status.NOT_APPLICABLE, "2026-02-10T08:00", "không áp dụng"),
])  # fmt: skip
def test_days_are_counted_from_today_to_the_day_of_the_deadline(status: Status, now: str, expected: str) -> None:
    assert why(status, now) == expected


def test_a_deadline_with_an_hour_is_named_on_its_day() -> None:
    assert why(Status.DUE_SOON, "2026-01-31T16:00", HOUR) == "hạn là hôm nay, đến 17:00"
    assert why(Status.OVERDUE, "2026-01-31T18:00", HOUR) == "quá hạn từ 17:00 hôm nay"


@pytest.mark.parametrize("status", [Status.DUE_SOON, Status.OPEN, Status.UPCOMING])
def test_a_status_kept_from_before_a_deadline_that_has_passed_is_said_to_be_unclear(status: Status) -> None:
    assert why(status, "2026-02-10T08:00") == "chưa rõ: đã qua hạn, đơn vị trả lời lần cuối trước hạn"


def test_what_waits_or_is_unknown_says_why() -> None:
    assert why(Status.UNSCHEDULED, "2026-02-10T08:00", None, Message("chờ “{step}”", step="Việc a")) == "chờ “Việc a”"
    assert "chưa từng trả lời hợp lệ" in why(Status.UNKNOWN, "2026-02-10T08:00")
    assert why(Status.OPEN, "2026-02-10T08:00", None) == "đang trong thời gian thực hiện"


def test_flags_become_sentences_in_a_fixed_order_and_braces_in_them_stay() -> None:
    flags: dict[str, object] = {
        "probe": "not_met",
        "stale": datetime(2026, 1, 30, 8, 5, tzinfo=ZONE),
        "progress": {"done": 7, "of": 12},
        "waiting_for": ["b", "c"],
        "conflict": True,
        "returned": "thiếu dấu {0}",
        "obstacle": "thiếu {phòng}",
    }
    said = [say(m, "vi") for m in flag_remarks(StepStatus("a", Status.OPEN, None, flags))]
    assert said == [say(FLAGS[name](flags[name]), "vi") for name in FLAGS if name in flags]
    assert said[0] == "vướng mắc: thiếu {phòng}"
    assert "chờ 2 đầu việc trước" in said
    assert "đã xong 7 trên 12" in said
    assert any("08:05 30/01/2026" in sentence for sentence in said)
