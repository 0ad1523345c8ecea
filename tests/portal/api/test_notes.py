"""Who reads the words of the status where the office has closed them."""

from pathlib import Path
from typing import Any

import pytest

from lotrinh.core.status.roles import Role
from lotrinh.probing.contract import read_answer
from lotrinh.probing.question import Question
from lotrinh.settings.models import Settings
from tests.portal.caller import DONE, STEP, UNIT, program_caller, unit_caller
from tests.portal.conftest import NOW, Portal

OTHER = "thanh-lap-ubbc-xa"


@pytest.fixture
def portal_settings(tmp_path: Path) -> Settings:
    return Settings.model_validate({"data_dir": tmp_path, "portal": {"public_notes": False}})


def steps(answer: Any) -> dict[str, dict[str, Any]]:
    return {s["id"]: s for s in answer.json()["steps"]}


def test_without_a_code_there_is_progress_and_no_words(portal: Portal) -> None:
    us = unit_caller(portal)
    us.submit(f"{UNIT}/confirmations", DONE | {"note": "Nội bộ"})
    us.submit(f"{UNIT}/obstacles", {"step": OTHER, "note": "Thiếu người"})
    public = portal.status("04924")
    seen = steps(public)
    assert "document" not in seen[STEP]
    assert seen[STEP]["progress"] == {"done": 12, "of": 12}
    assert (seen[OTHER]["state"], "Thiếu" in public.text, "12/QĐ" in public.text) == ("obstacle", False, False)
    question = Question(unit="04924", campaign="bau-cu-2026", url="http://x", steps=frozenset(seen))
    assert read_answer(public.content, question, NOW).steps[OTHER].note, "the contract holds"


def test_the_unit_and_the_office_read_the_words(portal: Portal) -> None:
    us = unit_caller(portal)
    us.submit(f"{UNIT}/obstacles", {"step": OTHER, "note": "Thiếu người"})
    for caller in (us, program_caller(portal, Role.VIEWER, "xem")):
        assert steps(caller.get(f"{UNIT}/status"))[OTHER]["note"] == "Thiếu người"
    other = steps(unit_caller(portal, "04960").get(f"{UNIT}/status"))[OTHER]
    assert other["note"] == "Có vướng mắc; nội dung chỉ đơn vị và tỉnh xem được."
    wrong = portal.client.get(f"{UNIT}/status", headers={"Authorization": "Bearer x"})
    assert wrong.status_code == 401
