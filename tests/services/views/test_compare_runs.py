"""Which two reports are compared, over a real database: runs, days, the last two, and what is said of the rest."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from lotrinh.core.status.observation import Outcome, Reason
from lotrinh.errors import BadInput, NotFound
from lotrinh.i18n import say
from lotrinh.services.runs.ask import begin_run
from lotrinh.services.runs.check import conclude
from lotrinh.services.views.compare_runs import RunComparison, compare_runs
from lotrinh.settings.models import Settings
from lotrinh.store import Store
from lotrinh.store.runs.runs import Run
from tests.core.builders import step
from tests.services.builders import DONE, LIEN_SON, LUONG_SON, NOW, campaign, hear, says, silence

DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
LATER = NOW + 9 * DAY
OF = campaign(step("a", "2026-02-10"), step("b", "2026-02-03"))
OTHER = {"id": "b", "state": "open"}


def run_at(store: Store, settings: Settings, at: datetime, *seen: Any, begun_at: datetime | None = None) -> Run:
    """A finished run that saw this, as of a moment; begun then if nothing else is said."""
    begun = begin_run(store, OF, begun_at or at, at, {})
    store.runs.record(begun.id, OF.id, seen)
    conclude(store, settings, OF, begun, at + MINUTE)
    return begun


def both(settings: Settings, at: datetime, *steps: dict[str, Any]) -> tuple[Any, Any]:
    return hear(settings, OF, LIEN_SON, says(LIEN_SON, *steps, at=at), at), hear(
        settings, OF, LUONG_SON, says(LUONG_SON, OTHER, at=at), at
    )


@pytest.fixture
def three(store: Store, settings: Settings) -> tuple[Run, Run, Run]:
    first = run_at(store, settings, NOW, *both(settings, NOW, OTHER))
    second = run_at(store, settings, NOW + DAY, *both(settings, NOW + DAY, {"id": "a", **DONE}, OTHER))
    third = run_at(store, settings, NOW + 2 * DAY, silence(LIEN_SON, Outcome.INVALID, Reason.TYPE, NOW + 2 * DAY))
    begin_run(store, OF, NOW + 3 * DAY, NOW, {})
    return first, second, third


def ends(found: RunComparison) -> tuple[str, str]:
    return found.old.run, found.new.run


def said(store: Store, old: str, new: str) -> dict[str, str]:
    with pytest.raises(BadInput) as refused:
        compare_runs(store, OF, old, new, LATER)
    return {problem.where: say(problem.sentence, "vi") for problem in refused.value.problems}


def day(at: datetime) -> str:
    return f"{at.day}/{at.month}/{at.year}"


def test_the_last_two_finished_runs_are_compared_where_none_is_named(store: Store, three: tuple[Run, ...]) -> None:
    found = compare_runs(store, OF, "", "", LATER)
    assert ends(found) == (three[1].id, three[2].id)
    assert [u.unit.code for u in found.changes.silent] == [LUONG_SON.code, LIEN_SON.code]
    assert found.titles["a"].vi == "Việc a"


def test_the_run_before_the_one_that_is_named_is_compared_with_it(store: Store, three: tuple[Run, ...]) -> None:
    assert ends(compare_runs(store, OF, "", three[1].id, LATER)) == (three[0].id, three[1].id)
    found = compare_runs(store, OF, three[0].id, "", LATER)
    assert ends(found) == (three[0].id, three[2].id)
    assert [(r.step, [u.code for u in r.units]) for r in found.changes.done] == [("a", [LIEN_SON.code])]


def test_a_day_is_the_newest_run_up_to_its_end(store: Store, settings: Settings, three: tuple[Run, ...]) -> None:
    evening = run_at(store, settings, (NOW + DAY).replace(hour=23, minute=30), begun_at=NOW + 4 * DAY)
    assert ends(compare_runs(store, OF, day(NOW), day(NOW + DAY), LATER)) == (three[0].id, evening.id)
    assert ends(compare_runs(store, OF, (NOW + DAY).date().isoformat(), day(NOW + 5 * DAY), LATER)) == (
        evening.id,
        three[2].id,
    )


def test_a_day_and_a_run_can_be_mixed(store: Store, three: tuple[Run, ...]) -> None:
    assert ends(compare_runs(store, OF, day(NOW), three[1].id, LATER)) == (three[0].id, three[1].id)


def test_from_behind_to_is_turned_around_and_told(store: Store, three: tuple[Run, ...]) -> None:
    found = compare_runs(store, OF, three[2].id, three[0].id, LATER)
    assert (ends(found), found.is_swapped) == ((three[0].id, three[2].id), True)
    assert not compare_runs(store, OF, three[0].id, three[2].id, LATER).is_swapped


def test_an_unknown_run_is_answered_with_the_last_five_and_a_bad_day_beside_it(
    store: Store, settings: Settings
) -> None:
    runs = [run_at(store, settings, NOW + n * DAY) for n in range(6)]
    problems = said(store, "khong-co", day(NOW - DAY))
    for run in runs[1:]:
        assert run.id in problems["from"]
    assert runs[0].id not in problems["from"]
    assert "“khong-co”" in problems["from"]
    assert f"Lượt đầu tiên của đợt này là {runs[0].id}" in problems["to"]


def test_a_run_of_another_campaign_and_one_that_never_finished_are_refused(
    store: Store, three: tuple[Run, ...]
) -> None:
    foreign = begin_run(store, OF, NOW, NOW, {})._replace(campaign="khac", id="khac-1")
    store.runs.start(foreign)
    begun = begin_run(store, OF, NOW + 4 * DAY, NOW, {})
    problems = said(store, "khac-1", begun.id)
    assert three[0].id in problems["from"]
    assert "không chạy xong" in problems["to"]


def test_a_day_that_is_still_to_come_is_refused(store: Store, three: tuple[Run, ...]) -> None:
    assert three
    assert "ở sau hôm nay" in said(store, "", day(LATER + DAY))["to"]


def test_the_same_run_twice_is_told_by_name_or_by_days(store: Store, three: tuple[Run, ...]) -> None:
    assert "Hãy chọn hai lượt khác nhau" in said(store, three[1].id, three[1].id)["to"]
    assert "Hãy chọn hai ngày cách xa hơn" in said(store, day(NOW + 5 * DAY), day(NOW + 6 * DAY))["to"]


def test_without_two_finished_runs_there_is_nothing_to_compare(store: Store, settings: Settings) -> None:
    with pytest.raises(NotFound, match="hai lượt kiểm tra đã xong"):
        compare_runs(store, OF, "", "", LATER)
    assert "hai lượt kiểm tra đã xong" in said(store, "khong-co", "")["from"]
    run_at(store, settings, NOW)
    begin_run(store, OF, NOW + DAY, NOW + DAY, {})
    with pytest.raises(NotFound, match="hai lượt kiểm tra đã xong"):
        compare_runs(store, OF, "", "", LATER)


def test_before_the_first_run_there_is_none_to_compare_it_with(store: Store, three: tuple[Run, ...]) -> None:
    with pytest.raises(NotFound, match="không còn lượt nào"):
        compare_runs(store, OF, "", three[0].id, LATER)
