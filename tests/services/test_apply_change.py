"""Applying a change makes it so for everybody, once, exactly as it was shown, and the journal says who."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path

import pytest

from lotrinh.core.journal import Kind
from lotrinh.core.moves import MoveKind
from lotrinh.errors import BadInput, Conflict
from lotrinh.services.apply_change import applied_before, apply_change, settle
from lotrinh.services.campaigns import applied_path, open_campaign
from lotrinh.services.live import Live
from lotrinh.services.what_if import Wish, changes
from lotrinh.store import Store
from tests.services.office import NOW, WHO, WITHOUT_B, Office, confirmed, office_in, problems


@pytest.fixture
def office(store: Store, tmp_path: Path) -> Office:
    return office_in(store, tmp_path)


def test_applying_makes_it_so_for_everybody_and_the_journal_says_who(office: Office) -> None:
    number = office.apply(office.upload(WITHOUT_B, anchor=date(2026, 3, 22)))
    opened = office.campaign()
    assert (opened.anchor, "b" in opened.checklist.steps) == (date(2026, 3, 22), False)
    entry = office.store.journal.get(number)
    assert entry
    body = entry.new.body
    assert (entry.new.kind, entry.new.actor, entry.new.unit, entry.new.step) == (Kind.CHANGED, WHO, "25", "")
    assert body["anchor"] == {"old": "2026-03-15", "new": "2026-03-22"}
    assert body["checklist"]["new"] == opened.checklist.content_hash == entry.new.checklist_hash
    assert body["units"] == ["04924", "04960", "25"]
    name = f"thu-{opened.checklist.content_hash[:12]}.yaml"
    assert {"campaigns/thu.json", f"checklists/{name}"} <= office.files()
    assert not any(".part" in name for name in office.files())


def test_the_data_folder_may_be_moved(office: Office) -> None:
    office.apply(office.upload(WITHOUT_B))
    moved = office.settings.data_dir.with_name("khac")
    office.settings.data_dir.rename(moved)
    settings = office.settings.model_copy(update={"data_dir": moved})
    assert "b" not in open_campaign(settings, "thu", home=office.home).checklist.steps


def test_confirmations_survive_and_what_was_said_of_a_removed_step_stays_in_the_journal(office: Office) -> None:
    confirmed(office, "04924", "a")
    confirmed(office, "04924", "b")
    office.apply(office.upload(WITHOUT_B))
    live = Live(office.store, office.settings, office.campaign())
    assert live.record("04924", "a", NOW).done
    assert [s.step for s in live.unit("04924", NOW).standings] == ["a"]
    assert [e.new.step for e in office.store.journal.entries(unit="04924")] == ["a", "b"]
    assert ("25", "") not in live.records(NOW)


def test_exactly_what_was_previewed_is_applied_or_nothing(office: Office) -> None:
    shown_to_lan = office.preview(Wish(date(2026, 3, 22))).digest
    with pytest.raises(Conflict, match="khác lúc xem trước"):
        office.apply(Wish(date(2026, 3, 29)), shown_to_lan)
    with pytest.raises(Conflict):
        office.apply(Wish(date(2026, 3, 22)), "0" * 64)
    assert office.campaign().anchor == date(2026, 3, 15)
    assert office.store.journal.entries() == ()


def test_whoever_was_not_first_is_told_who_was_and_nothing_of_theirs_is_applied(office: Office) -> None:
    mine = office.preview(Wish(date(2026, 3, 22)))
    office.apply(Wish(date(2026, 3, 29)), who="officer:hoa")
    with pytest.raises(Conflict, match="hoa"):
        apply_change(office.store, office.settings, mine, mine.digest, WHO, NOW)
    with pytest.raises(Conflict, match="hoa"):
        office.apply(Wish(date(2026, 3, 22)), mine.digest)
    assert office.campaign().anchor == date(2026, 3, 29)


def test_of_many_who_apply_at_once_one_wins_and_its_change_stands(office: Office) -> None:
    made = {day: office.preview(Wish(date(2026, 3, day))) for day in range(16, 24)}

    def send(day: int) -> int | None:
        try:
            apply_change(office.store, office.settings, made[day], made[day].digest, f"officer:{day}", NOW)
        except Conflict:
            return None
        return day

    with ThreadPoolExecutor(8) as pool:
        (winner,) = [day for day in pool.map(send, made) if day]
    assert office.campaign().anchor == date(2026, 3, winner)
    assert len(changes(office.store, office.campaign())) == 1


def test_the_same_form_sent_twice_is_one_change_and_an_old_one_is_never_applied_again(office: Office) -> None:
    made = office.preview(Wish(date(2026, 3, 22)))
    numbers = [
        apply_change(office.store, office.settings, made, made.digest, WHO, NOW + n * timedelta(hours=1)).number
        for n in range(2)
    ]
    assert numbers == [1, 1]
    office.apply(Wish(date(2026, 3, 29)))
    again = applied_before(office.store, office.settings, office.campaign(), made.digest)
    assert again
    assert again.number == 1
    assert office.campaign().anchor == date(2026, 3, 29)


def test_whoever_was_stopped_between_journal_and_file_sends_the_form_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = office.preview(Wish(date(2026, 3, 22)))

    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("lotrinh.services.apply_change.settle", stopped)
        with pytest.raises(KeyboardInterrupt):
            apply_change(office.store, office.settings, made, made.digest, WHO, NOW)
    assert office.campaign().anchor == date(2026, 3, 15)
    assert applied_before(office.store, office.settings, office.campaign(), made.digest)
    assert office.campaign().anchor == date(2026, 3, 22)


def test_the_way_back_leads_to_what_the_settings_file_says(office: Office) -> None:
    office.apply(office.upload(WITHOUT_B, anchor=date(2026, 3, 22)))
    made = office.preview(Wish(reset=True))
    assert {m.move.step: m.move.kind for m in made.moved}["b"] is MoveKind.ADDED
    number = office.apply(Wish(reset=True))
    assert not applied_path(office.settings, "thu").exists()
    opened = office.campaign()
    assert (opened.anchor, "b" in opened.checklist.steps) == (date(2026, 3, 15), True)
    entry = office.store.journal.get(number)
    assert entry
    settle(office.store, office.settings, opened, entry)  # nothing to do, and no error
    assert problems(office, Wish(reset=True))


def test_a_second_change_builds_on_the_first(office: Office) -> None:
    office.apply(office.upload(WITHOUT_B))
    office.apply(Wish(date(2026, 3, 22)))
    opened = office.campaign()
    assert (opened.anchor, "b" in opened.checklist.steps) == (date(2026, 3, 22), False)


def test_a_broken_file_of_changes_is_named_and_not_guessed_at(office: Office) -> None:
    office.apply(Wish(date(2026, 3, 22)))
    applied_path(office.settings, "thu").write_text("{", encoding="utf-8")
    with pytest.raises(BadInput) as caught:
        office.campaign()
    assert caught.value.problems[0].where.endswith("thu.json")


BY_HAND: dict[str, Callable[[Office], object]] = {
    "settings": lambda office: setattr(
        office,
        "settings",
        office.settings.model_copy(
            update={"campaigns": (office.settings.campaigns[0].model_copy(update={"anchor": date(2026, 4, 1)}),)}
        ),
    ),
    "file": lambda office: (office.home / "thu.yaml").write_text(WITHOUT_B, encoding="utf-8"),
}


@pytest.mark.parametrize("what", BY_HAND)
def test_a_file_changed_by_hand_meanwhile_is_noticed(office: Office, what: str) -> None:
    digest = office.preview(Wish(date(2026, 3, 22))).digest
    BY_HAND[what](office)
    with pytest.raises(Conflict):
        office.apply(Wish(date(2026, 3, 22)), digest)
