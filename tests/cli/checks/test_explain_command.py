"""``lotrinh explain``: by code or name, now or in the past, and what it says to mistakes."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lotrinh.core.status.journal import EntryKind, NewEntry
from lotrinh.settings.models import Settings
from lotrinh.store import open_store
from tests.conftest import Lotrinh

STEP = "quyet-dinh-to-bau-cu"
CONFIRMED = datetime(2026, 1, 30, 2, tzinfo=UTC)


@pytest.fixture
def record(tmp_path: Path) -> Path:
    """A record in which Lương Sơn confirmed one step."""
    settings = Settings(data_dir=tmp_path / "data")
    body = {"completed_on": "2026-01-29", "document": {"number": "12/QĐ-UBND"}}
    with open_store(settings.database_url) as store:
        store.journal.append(
            NewEntry(
                kind=EntryKind.CONFIRMED,
                at=CONFIRMED,
                campaign="bau-cu-2026",
                unit="04924",
                step=STEP,
                actor="unit:04924",
                body=body,
                checklist_hash="",
                key="k",
            )
        )
    return settings.data_dir


@pytest.mark.usefixtures("record")
def test_a_step_is_explained_by_names_and_as_it_was_then(lotrinh: Lotrinh) -> None:
    now = lotrinh("explain", "bau-cu-2026", "luong son", "Tổ bầu cử ở từng", "--as-of", "2026-02-02T08:00")
    assert now.returncode == 0, now.stderr
    assert "Thời hạn: 43 ngày trước ngày bầu cử" in now.stdout
    assert "Xã Lương Sơn đã xác nhận hoàn thành ngày 29/01/2026." in now.stdout
    before = lotrinh("explain", "bau-cu-2026", "04924", STEP, "--as-of", "2026-01-29", "--format", "json")
    data = json.loads(before.stdout)
    assert (data["status"], data["entries"]) == ("due_soon", [])
    assert data["as_of"].startswith("2026-01-29T23:59:59")


def test_markdown_and_language_are_chosen(lotrinh: Lotrinh) -> None:
    made = lotrinh("explain", "bau-cu-2026", "04924", STEP, "--format", "markdown", LOTRINH_LANG="en")
    assert made.returncode == 0, made.stderr
    assert made.stdout.startswith("# ")
    assert "election day" in made.stdout.lower()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("bau-cu-2026", "Lương Sơ", STEP), "Gần giống: Xã Lương Sơn (04924)"),
        (("bau-cu-2026", "04924", "to-bau-cuu"), "không có đầu việc “to-bau-cuu” trong đợt này"),
        (("bau-cu-2026", "04924", "bầu cử"), "STEP: “bầu cử” khớp"),
        (("khong-co", "04924", STEP), "khong-co"),
        (("bau-cu-2026", "04924", STEP, "--as-of", "hôm qua"), "--as-of"),
        (("bau-cu-2026", "04924", STEP, "--as-of", "2999-01-01"), "chưa đến"),
    ],
)
def test_mistakes_get_a_sentence_and_exit_code_two(lotrinh: Lotrinh, arguments: tuple[str, ...], sentence: str) -> None:
    made = lotrinh("explain", *arguments)
    assert made.returncode == 2
    assert sentence in made.stderr
    assert not made.stdout
