"""What a change would do is computed and shown, with everything that is wrong with it; nothing is changed."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from lotrinh.core.checklist.deadline_diff import MoveKind
from lotrinh.errors import NotFound
from lotrinh.services.views.change_preview import ChangeRequest, store_upload, upload_name
from lotrinh.store import Store
from tests.services.office import CHECKLIST, NOW, WITHOUT_B, Office, confirmed, office_in, problems


@pytest.fixture
def office(store: Store, tmp_path: Path) -> Office:
    return office_in(store, tmp_path)


def test_a_new_anchor_shows_what_moves_how_far_and_for_whom_and_changes_nothing(office: Office) -> None:
    before = office.files()
    made = office.preview(ChangeRequest(date(2026, 3, 22)))
    assert [(m.move.step, m.move.days, [u.code for u in m.units]) for m in made.moves] == [
        ("a", 7, ["04924", "04960"]),
        ("b", 7, ["04924", "04960"]),
        ("t", 7, ["25"]),
        ("q", 7, []),
    ]
    assert [(c.unit.code, c.step_count) for c in made.affected_units] == [("04924", 2), ("04960", 2), ("25", 1)]
    assert made.newly_overdue == {}
    assert office.files() == before
    assert office.store.journal.entries() == ()
    assert office.campaign().anchor == date(2026, 3, 15)


def test_what_becomes_overdue_names_the_units_that_are_not_done(office: Office) -> None:
    confirmed(office, "04924", "a")
    made = office.preview(ChangeRequest(date(2026, 2, 20)))
    late = {step: [u.code for u in units] for step, units in made.newly_overdue.items()}
    assert late == {"a": ["04960"], "t": ["25"]}
    assert {m.move.step for m in made.moves if m.move.becomes_overdue} == {"a", "t", "q"}


def test_a_removed_step_names_what_units_have_said_about_it(office: Office) -> None:
    confirmed(office, "04960", "b")
    made = office.preview(office.upload(WITHOUT_B))
    assert [(m.move.step, m.move.kind) for m in made.moves] == [("b", MoveKind.REMOVED)]
    ((move, said),) = made.lost_statements
    assert move.step == "b"
    assert [(unit.code, record.document_number) for unit, record in said] == [("04960", "12/QĐ-UBND")]


def test_every_problem_of_a_file_is_named_with_line_and_column(office: Office) -> None:
    bad = CHECKLIST.replace("level: commune, due: ngay - 10 days", "level: xax, due: ngay - 10 dayz")
    found = problems(office, office.upload(bad))
    assert [place for place, _ in found] == ["moi.yaml:12:55", "moi.yaml:12:75"]


@pytest.mark.parametrize(("text", "word"), [
    (CHECKLIST.replace("id: thu", "id: khac"), "khac"),
    (CHECKLIST + "#" * 1_000_001, "1 MB"),
    (CHECKLIST.replace("milestones:", "calendar: {country: VN, file: ../../etc/passwd}\nmilestones:"), "add"),
    ("a: &x [*x]", ""),
])  # fmt: skip
def test_a_file_that_cannot_be_used_is_refused_with_its_reason(office: Office, text: str, word: str) -> None:
    ((place, sentence), *_) = problems(office, office.upload(text))
    assert place.startswith("moi.yaml")
    assert word in sentence


def test_nothing_new_a_far_year_and_a_forgotten_file_are_said_so(office: Office) -> None:
    for wish in (
        ChangeRequest(),
        ChangeRequest(date(2026, 3, 15)),
        office.upload(CHECKLIST),
        office.upload(CHECKLIST + "# x\n"),
    ):
        assert problems(office, wish)[0][0] == "anchor"
    assert "năm" in problems(office, ChangeRequest(date(2206, 3, 15)))[0][1]
    for name in ("0" * 64, "../../thu", "x"):
        with pytest.raises(NotFound):
            office.preview(ChangeRequest(file=name))


def test_the_offices_own_deadlines_are_part_of_the_comparison(office: Office) -> None:
    text = CHECKLIST.replace("milestones:", "parameters:\n  han: {title: Hạn}\nmilestones:")
    text = text.replace("due: ngay - 10 days", "due: han")
    (office.home / "thu.yaml").write_text(text, encoding="utf-8")
    declared = office.settings.campaigns[0].model_copy(update={"parameters": {"han": "2026-02-20"}})
    office.settings = office.settings.model_copy(update={"campaigns": (declared,)})
    moved = office.preview(ChangeRequest(date(2026, 3, 22))).moves
    assert [m.move.step for m in moved] == ["a", "t", "q"]
    gone = problems(office, office.upload(CHECKLIST))
    assert gone[0][0] == "campaigns.thu.parameters.han"


def test_uploads_that_nobody_applied_are_forgotten_after_a_day(office: Office) -> None:
    first = office.upload(CHECKLIST)
    store_upload(office.settings, b"khac", NOW + timedelta(hours=23))
    assert (office.settings.data_dir / "what-if" / first.file).exists()
    store_upload(office.settings, b"khac", NOW + timedelta(hours=25))
    assert not (office.settings.data_dir / "what-if" / first.file).exists()


@pytest.mark.parametrize(("name", "expected"), [
    ("moi.yaml", "moi.yaml"), ("C:\\x\\moi.yaml", "moi.yaml"), ("../../moi.yaml", "moi.yaml"),
    ("a\u202eb\n.yaml", "ab.yaml"), ("", "tep.yaml"), ("x" * 300, "x" * 80)
])  # fmt: skip
def test_the_name_of_a_file_is_made_fit_to_be_shown(name: str, expected: str) -> None:
    assert upload_name(name) == expected
