"""Applying a change makes it so for everybody, once, exactly as it was shown, and the journal says who."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from lotrinh.core.checklist.deadline_diff import MoveKind
from lotrinh.core.notify.schedules import CampaignSchedule
from lotrinh.core.status.journal import EntryKind, NewEntry
from lotrinh.errors import BadInput, Conflict, StoreUnavailable
from lotrinh.i18n import say
from lotrinh.services.campaigns.campaigns import campaign_files, open_campaign
from lotrinh.services.campaigns.rosters import imported_path
from lotrinh.services.campaigns.schedules import change_schedule
from lotrinh.services.notify.reminders import open_office, prepare_digests
from lotrinh.services.runs.nation import settings_for_province
from lotrinh.services.views.apply_change import apply_change, find_applied_entry
from lotrinh.services.views.change_preview import ChangeRequest, applied_changes
from lotrinh.services.views.live_campaign import LiveCampaign
from lotrinh.store import Store, open_store
from lotrinh.store.engine import writing
from lotrinh.store.moving.copying import copy_database, open_target
from lotrinh.store.schema import checklists
from tests.services.office import CHECKLIST, NOW, WHO, WITHOUT_B, Office, confirmed, office_in, problems


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
    assert (entry.new.kind, entry.new.actor, entry.new.unit, entry.new.step) == (EntryKind.CHANGED, WHO, "25", "")
    assert body["anchor"] == {"old": "2026-03-15", "new": "2026-03-22"}
    assert body["checklist"]["new"] == opened.checklist.content_hash == entry.new.checklist_hash
    assert body["units"] == ["04924", "04960", "25"]


def elsewhere(office: Office) -> Office:
    """The same record on another machine: the same settings, and a data folder in which there is nothing."""
    folder = office.settings.data_dir.with_name("may-khac")
    return Office(office.store, office.settings.model_copy(update={"data_dir": folder}), office.home)


def test_every_machine_with_this_record_has_what_was_applied_on_one(office: Office) -> None:
    there = elsewhere(office)
    assert there.campaign().anchor == date(2026, 3, 15)
    office.apply(office.upload(WITHOUT_B, anchor=date(2026, 3, 22)))
    opened = there.campaign()
    assert (opened.anchor, "b" in opened.checklist.steps) == (date(2026, 3, 22), False)
    assert opened.checklist.content_hash == office.campaign().checklist.content_hash
    there.apply(ChangeRequest(date(2026, 3, 29)))
    opened = office.campaign()
    assert (opened.anchor, "b" in opened.checklist.steps) == (date(2026, 3, 29), False)


def test_the_reminders_of_another_machine_count_from_the_applied_anchor(office: Office) -> None:
    there = elsewhere(office)
    monday = datetime(2026, 3, 2, 1, tzinfo=UTC)  # three days before b is due, until the anchor moves

    def reminded() -> set[str]:
        made = prepare_digests(open_office(office.store, there.settings, there.home), monday)
        return {item.step.id for each in made for item in each.digest.items if item.days == 3}

    assert "b" in reminded()
    office.apply(ChangeRequest(date(2026, 4, 15)))
    assert "b" not in reminded()


def test_what_one_provinces_office_applies_leaves_other_provinces_of_the_record_alone(office: Office) -> None:
    office.apply(ChangeRequest(date(2026, 3, 22)))
    declared = office.settings.campaigns[0].model_copy(update={"units": ()})
    ha_noi = settings_for_province(office.settings.model_copy(update={"campaigns": (declared,)}), "01")
    assert open_campaign(office.store, ha_noi, "thu", home=office.home).anchor == date(2026, 3, 15)


def test_a_campaign_whose_own_checklist_is_gone_still_has_the_applied_one(office: Office) -> None:
    office.apply(office.upload(WITHOUT_B))
    (office.home / "thu.yaml").unlink()
    assert "b" not in office.campaign().checklist.steps
    assert campaign_files(office.settings, "thu", office.home) == (imported_path(office.settings),)


def test_nothing_of_a_change_that_is_refused_is_kept(office: Office) -> None:
    mine = office.preview(office.upload(WITHOUT_B))
    office.apply(ChangeRequest(date(2026, 3, 29)), who="officer:hoa")
    with pytest.raises(Conflict):
        apply_change(office.store, mine, mine.digest, WHO, NOW)
    assert office.store.changes.checklist(mine.new.checklist.content_hash) is None


def left_by_an_older_version(office: Office) -> Path:
    """Apply a checklist as older versions did: its content stands in a file of this machine alone."""
    office.apply(office.upload(WITHOUT_B))
    opened = office.campaign().checklist
    with writing(office.store.engine) as connection:
        connection.execute(delete(checklists))
    left = office.settings.data_dir / "checklists" / f"thu-{opened.content_hash[:12]}.yaml"
    left.parent.mkdir()
    left.write_text(WITHOUT_B, encoding="utf-8")
    return left


def test_a_checklist_that_an_older_version_left_in_a_file_is_taken_into_the_record(office: Office) -> None:
    left, there = left_by_an_older_version(office), elsewhere(office)
    with pytest.raises(BadInput) as caught:  # no dates rather than those of before
        there.campaign()
    (problem,) = caught.value.problems
    assert problem.where == str(there.settings.data_dir / "checklists" / left.name)
    assert "Hãy mở cổng bản mới một lần ở máy ấy" in say(problem.sentence)
    assert "b" not in office.campaign().checklist.steps
    left.unlink()
    assert "b" not in there.campaign().checklist.steps


def test_a_file_that_is_not_the_checklist_that_was_applied_is_not_taken_for_it(office: Office) -> None:
    left_by_an_older_version(office).write_text(CHECKLIST, encoding="utf-8")
    with pytest.raises(BadInput):
        office.campaign()
    assert office.store.changes.checklist(office.store.journal.entries()[-1].new.checklist_hash) is None


def test_an_applied_checklist_that_this_version_cannot_read_is_said(office: Office) -> None:
    office.apply(office.upload(WITHOUT_B))
    with writing(office.store.engine) as connection:
        connection.execute(update(checklists).values(content='{"id": "thu"}'))
    with pytest.raises(BadInput) as caught:
        office.campaign()
    assert "Hãy nâng cấp lotrinh" in say(caught.value.problems[0].sentence)


def test_an_applied_entry_that_was_made_unreadable_is_named(office: Office) -> None:
    body = {"applied": {"anchor": "hôm nào đó"}}
    office.store.journal.append(
        NewEntry(kind=EntryKind.CHANGED, at=NOW, campaign="thu", unit="25", step="", actor=WHO, body=body)
    )
    with pytest.raises(StoreUnavailable, match="Mục số 1"):
        office.campaign()


def test_a_changed_schedule_is_no_change_of_dates(office: Office) -> None:
    office.apply(ChangeRequest(date(2026, 3, 22)))
    new = CampaignSchedule("0 7 * * *")
    assert change_schedule(office.store, office.settings, office.campaign(), new, "", WHO, NOW)
    assert office.campaign().anchor == date(2026, 3, 22)


def test_a_record_copied_into_another_database_takes_what_was_applied_along(office: Office, tmp_path: Path) -> None:
    office.apply(office.upload(WITHOUT_B, anchor=date(2026, 3, 22)))
    url = f"sqlite:///{(tmp_path / 'moi.db').as_posix()}"
    with open_target(url) as target:
        copy_database(office.store.engine, target)
    with open_store(url) as store:
        opened = open_campaign(store, elsewhere(office).settings, "thu", home=office.home)
    assert (opened.anchor, "b" in opened.checklist.steps) == (date(2026, 3, 22), False)


def test_confirmations_survive_and_what_was_said_of_a_removed_step_stays_in_the_journal(office: Office) -> None:
    confirmed(office, "04924", "a")
    confirmed(office, "04924", "b")
    office.apply(office.upload(WITHOUT_B))
    live = LiveCampaign(office.store, office.settings, office.campaign())
    assert live.record("04924", "a", NOW).done
    assert [s.step for s in live.unit("04924", NOW).step_statuses] == ["a"]
    assert [e.new.step for e in office.store.journal.entries(unit="04924")] == ["a", "b"]
    assert ("25", "") not in live.records(NOW)


def test_exactly_what_was_previewed_is_applied_or_nothing(office: Office) -> None:
    shown_to_lan = office.preview(ChangeRequest(date(2026, 3, 22))).digest
    with pytest.raises(Conflict, match="khác lúc xem trước"):
        office.apply(ChangeRequest(date(2026, 3, 29)), shown_to_lan)
    with pytest.raises(Conflict):
        office.apply(ChangeRequest(date(2026, 3, 22)), "0" * 64)
    assert office.campaign().anchor == date(2026, 3, 15)
    assert office.store.journal.entries() == ()


def test_whoever_was_not_first_is_told_who_was_and_nothing_of_theirs_is_applied(office: Office) -> None:
    mine = office.preview(ChangeRequest(date(2026, 3, 22)))
    office.apply(ChangeRequest(date(2026, 3, 29)), who="officer:hoa")
    with pytest.raises(Conflict, match="hoa"):
        apply_change(office.store, mine, mine.digest, WHO, NOW)
    with pytest.raises(Conflict, match="hoa"):
        office.apply(ChangeRequest(date(2026, 3, 22)), mine.digest)
    assert office.campaign().anchor == date(2026, 3, 29)


def test_of_many_who_apply_at_once_one_wins_and_its_change_stands(office: Office) -> None:
    made = {day: office.preview(ChangeRequest(date(2026, 3, day))) for day in range(16, 24)}

    def send(day: int) -> int | None:
        try:
            apply_change(office.store, made[day], made[day].digest, f"officer:{day}", NOW)
        except Conflict:
            return None
        return day

    with ThreadPoolExecutor(8) as pool:
        (winner,) = [day for day in pool.map(send, made) if day]
    assert office.campaign().anchor == date(2026, 3, winner)
    assert len(applied_changes(office.store, office.campaign())) == 1


def test_the_same_form_sent_twice_is_one_change_and_an_old_one_is_never_applied_again(office: Office) -> None:
    made = office.preview(ChangeRequest(date(2026, 3, 22)))
    numbers = [
        apply_change(office.store, made, made.digest, WHO, NOW + n * timedelta(hours=1)).number for n in range(2)
    ]
    assert numbers == [1, 1]
    office.apply(ChangeRequest(date(2026, 3, 29)))
    again = find_applied_entry(office.store, office.campaign(), made.digest)
    assert again
    assert again.number == 1
    assert office.campaign().anchor == date(2026, 3, 29)


def test_the_way_back_leads_to_what_the_settings_file_says(office: Office) -> None:
    office.apply(office.upload(WITHOUT_B, anchor=date(2026, 3, 22)))
    made = office.preview(ChangeRequest(reset=True))
    assert {m.move.step: m.move.kind for m in made.moves}["b"] is MoveKind.ADDED
    office.apply(ChangeRequest(reset=True))
    opened = office.campaign()
    assert (opened.anchor, "b" in opened.checklist.steps) == (date(2026, 3, 15), True)
    assert problems(office, ChangeRequest(reset=True))


def test_a_second_change_builds_on_the_first(office: Office) -> None:
    office.apply(office.upload(WITHOUT_B))
    office.apply(ChangeRequest(date(2026, 3, 22)))
    opened = office.campaign()
    assert (opened.anchor, "b" in opened.checklist.steps) == (date(2026, 3, 22), False)


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
    digest = office.preview(ChangeRequest(date(2026, 3, 22))).digest
    BY_HAND[what](office)
    with pytest.raises(Conflict):
        office.apply(ChangeRequest(date(2026, 3, 22)), digest)
