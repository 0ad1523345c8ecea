"""Days of reminding on which nothing could be sent: each is made up for once, whatever days the machine ran on."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lotrinh.core.checklist.calendar import Calendar
from lotrinh.core.notify.reminders import CampaignView, ReminderReason, ReminderRhythm, build_digests
from lotrinh.core.status.status import Status
from tests.core.notify.test_reminders import MONDAY, RHYTHM, Steps, calendar, campaign_view, days_off, on


@pytest.mark.parametrize(
    ("last", "said"), [(7, [ReminderReason.DUE]), (4, [ReminderReason.DUE]), (3, []), (None, [ReminderReason.DUE])]
)
def test_a_missed_day_before_a_deadline_is_made_up_for_on_the_next(
    last: int | None, said: list[ReminderReason]
) -> None:
    day, due = date(2026, 2, 4), date(2026, 2, 6)  # the day three days before it has passed
    assert on(day, due, told_on=[due - timedelta(days=last)] if last else []) == said


@pytest.mark.parametrize(
    ("last", "said"), [(-1, [ReminderReason.OVERDUE]), (0, [ReminderReason.OVERDUE]), (1, []), (2, [])]
)
def test_a_missed_first_day_of_being_overdue_is_made_up_for_on_the_next(last: int, said: list[ReminderReason]) -> None:
    due = date(2026, 2, 2)
    assert on(due + timedelta(days=3), due, Status.OVERDUE, told_on=[due + timedelta(days=last)]) == said


def test_the_office_hears_later_of_what_it_was_not_told_on_the_day() -> None:
    due = date(2026, 2, 2)
    day = due + timedelta(days=3)  # one day after that on which the office was to hear
    plan = campaign_view({"1": {"a": (Status.OVERDUE, due)}}, day)
    for last, is_escalated in ((1, True), (2, False)):
        made = build_digests([plan], RHYTHM, day, {"25": [due + timedelta(days=last)]})
        assert any(digest.escalations for digest in made) is is_escalated


def test_a_digest_of_a_day_that_is_quiet_for_a_campaign_told_nothing_of_it() -> None:
    saturday, monday = date(2026, 2, 7), date(2026, 2, 9)
    missed = monday + timedelta(days=4)  # three days before it is Tuesday; seven is Friday, on which nothing was sent
    assert on(monday, missed, told_on=[date(2026, 2, 5), saturday]) == [ReminderReason.DUE]
    worked = Calendar(own={saturday: True})
    assert on(monday, missed, told_on=[date(2026, 2, 5), saturday], calendar=worked) == []


def test_what_was_told_before_quiet_days_is_not_told_again_after_them() -> None:
    friday, saturday, monday = date(2026, 2, 6), date(2026, 2, 7), date(2026, 2, 9)
    due = saturday + timedelta(days=7)
    assert on(friday, due, told_on=[date(2026, 2, 5)]) == [ReminderReason.DUE]
    assert on(monday, due, told_on=[friday]) == []


def test_a_day_says_the_same_however_often_it_is_asked() -> None:
    day = date(2026, 2, 4)
    assert on(day, day + timedelta(days=3), told_on=[day]) == [ReminderReason.DUE]


def days_of(due: int, off: set[int], day: int, rhythm: ReminderRhythm) -> list[int]:
    """The days of reminding of a step that have come on a day, written another way: each one moved off quiet days."""

    def moved(n: int, by: int) -> int:
        while n in off:
            n += by
        return n

    if day <= due:
        days = {moved(due - n, -1) for n in rhythm.before_days} | ({moved(due, -1)} if due in off else set())
    else:
        days = {moved(n, 1) for n in range(due + 1, day + 1, rhythm.overdue_every)}
    return sorted(n for n in days if n <= day)


def escalation_days(due: int, off: set[int], day: int, rhythm: ReminderRhythm) -> list[int]:
    last = due + max(1, rhythm.escalate_after) - 1
    return days_of(last, off, day, rhythm) if day > last else []


def went(
    day: int, dues: dict[str, int], off: list[set[int]], rhythm: ReminderRhythm, reminded: dict[str, list[date]]
) -> dict[str, set[str]]:
    """Let the machine run on a day: what each unit is told, and what the office is told of, as campaign and step."""
    today = MONDAY + timedelta(days=day)
    steps: Steps = {
        name: (Status.OPEN if day <= n else Status.OVERDUE, MONDAY + timedelta(days=n)) for name, n in dues.items()
    }
    campaigns = []
    for number, each in enumerate(off):
        report, of = campaign_view({"1": steps, "2": steps}, today, calendar=calendar(each))
        campaigns.append(CampaignView(replace(report, campaign=str(number)), of))
    made = build_digests(campaigns, rhythm, today, reminded)
    assert len({digest.unit.code for digest in made}) == len(made)
    contents: dict[str, set[str]] = {}
    for digest in made:
        reminded.setdefault(digest.unit.code, []).append(today)
        contents[digest.unit.code] = {f"{s.campaign}{item.step.id}" for s in digest.sections for item in s.items}
        contents[digest.unit.code] |= {
            f"{e.campaign}{item.step.id}" for e in digest.escalations for late in e.late for item in late.items
        }
    return contents


@given(
    st.dictionaries(st.sampled_from("abc"), st.integers(-12, 18), min_size=1),
    st.lists(days_off, min_size=1, max_size=2),
    st.lists(st.booleans(), min_size=35, max_size=35),
    st.sampled_from([RHYTHM, ReminderRhythm((7,), 2, 1), ReminderRhythm((5, 0), 4, 0)]),
)
@settings(max_examples=300)
def test_whatever_days_the_machine_ran_on_everybody_has_heard_of_the_newest_day_of_reminding_once(
    dues: dict[str, int], off: list[set[int]], ran: list[bool], rhythm: ReminderRhythm
) -> None:
    reminded: dict[str, list[date]] = {}
    days_on: dict[tuple[str, str], list[int]] = {}
    for day in (number - 15 for number, running in enumerate(ran) if running):
        said = went(day, dues, off, rhythm, reminded)
        for number, quiet in enumerate(off):
            for name, due in dues.items():
                for code, come in (("1", days_of), ("2", days_of), ("25", escalation_days)):
                    on_days = days_on.setdefault((code, f"{number}{name}"), [])
                    newest = max(come(due, quiet, day, rhythm), default=None)
                    wanted = newest is not None and day not in quiet and not any(n >= newest for n in on_days)
                    assert (f"{number}{name}" in said.get(code, ())) is wanted
                    on_days += [day] if wanted else []
