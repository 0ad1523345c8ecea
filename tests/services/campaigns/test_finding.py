"""Units and steps are found by what people call them, and never mixed up."""

import pytest

from lotrinh.core.checklist.checklist import Level
from lotrinh.core.checklist.units import Unit, UnitKind
from lotrinh.errors import BadInput, NotFound
from lotrinh.i18n import say
from lotrinh.services.campaigns.campaigns import Campaign, open_campaign_of_files
from lotrinh.services.campaigns.finding import LISTED, find_step_by_words, find_unit_by_words
from lotrinh.settings.models import Settings
from tests.core.builders import step
from tests.services.builders import LIEN_SON, LUONG_SON, PROVINCE, campaign

SON_LUONG = Unit("08296", UnitKind.COMMUNE, "Sơn Lương")
TWINS = (Unit("1", UnitKind.COMMUNE, "Hòa Bình"), Unit("2", UnitKind.WARD, "Hoà Bình"), Unit("3", UnitKind.WARD, "Hoa"))
STEPS = (step("lap-to"), step("lap-ban"), step("cua-tinh", level=Level.PROVINCE))
OF = campaign(*STEPS, units=(LUONG_SON, LIEN_SON, SON_LUONG, *TWINS))


def refused(text: str) -> str:
    with pytest.raises(NotFound) as caught:
        find_unit_by_words(OF, text)
    return say(caught.value.sentence, "vi")


@pytest.mark.parametrize(
    ("asked", "unit"),
    [
        ("04924", LUONG_SON),
        ("Xã Lương Sơn", LUONG_SON),
        ("lương sơn", LUONG_SON),
        ("luong  son", LUONG_SON),
        ("xa luong son", LUONG_SON),
        ("Sơn Lương", SON_LUONG),
        ("son luong", SON_LUONG),
        ("25", PROVINCE),
        ("Phú Thọ", PROVINCE),
        ("Xã Hòa Bình", TWINS[0]),
        ("phuong hoa binh", TWINS[1]),
        ("hoa", TWINS[2]),
        ("Lương Sơn", LUONG_SON),
    ],
)
def test_a_unit_is_found_by_code_full_name_or_a_name_that_only_one_has(asked: str, unit: Unit) -> None:
    assert find_unit_by_words(OF, asked) == unit


def test_several_units_of_one_name_are_listed_and_none_is_taken() -> None:
    with pytest.raises(BadInput) as caught:
        find_unit_by_words(OF, "hoa binh")
    lines = [say(p.sentence, "vi") for p in caught.value.problems]
    assert lines == ["“hoa binh” khớp 2 tên. Hãy ghi mã, hoặc ghi rõ hơn:", "Xã Hòa Bình (1)", "Phường Hoà Bình (2)"]
    assert {p.where for p in caught.value.problems} == {"UNIT"}


def test_an_unknown_unit_is_answered_with_the_nearest_names() -> None:
    assert refused("Lương Sơ").startswith("Đợt này không có đơn vị “Lương Sơ”. Gần giống: Xã Lương Sơn (04924)")
    assert refused("@@@") == "Đợt này không có đơn vị “@@@”."
    assert refused("  ") == "Đợt này không có đơn vị “  ”."


@pytest.mark.parametrize(("asked", "found"), [("lap-to", "lap-to"), ("viec lap-b", "lap-ban"), ("LAP-BAN", "lap-ban")])
def test_a_step_is_found_by_its_id_or_a_part_of_its_title(asked: str, found: str) -> None:
    assert find_step_by_words(OF, LUONG_SON, asked).id == found


def test_several_steps_are_listed_and_a_whole_title_goes_before_a_part() -> None:
    with pytest.raises(BadInput) as caught:
        find_step_by_words(OF, LUONG_SON, "việc lap")
    assert [say(p.sentence, "vi") for p in caught.value.problems][1:] == [
        "Việc lap-to (lap-to)",
        "Việc lap-ban (lap-ban)",
    ]
    longer = campaign(step("a"), step("ab"))
    assert find_step_by_words(longer, LUONG_SON, "Việc a").id == "a"


def test_a_step_of_somebody_else_is_named_by_its_title() -> None:
    for asked in ("cua-tinh", "việc cua-tinh"):
        with pytest.raises(NotFound) as caught:
            find_step_by_words(OF, LUONG_SON, asked)
        assert say(caught.value.sentence, "vi") == "“Việc cua-tinh” không thuộc trách nhiệm của Xã Lương Sơn."
    assert find_step_by_words(OF, PROVINCE, "cua-tinh").id == "cua-tinh"


def test_an_unknown_step_is_answered_with_the_nearest_titles() -> None:
    with pytest.raises(NotFound) as caught:
        find_step_by_words(OF, LUONG_SON, "lap-too")
    assert "Gần giống: Việc lap-to (lap-to)" in say(caught.value.sentence, "vi")
    with pytest.raises(NotFound):
        find_step_by_words(OF, LUONG_SON, "")


@pytest.fixture(scope="module")
def real() -> Campaign:
    return open_campaign_of_files(Settings(), "bau-cu-2026")


def test_the_near_twins_of_the_real_province_are_told_apart(real: Campaign) -> None:
    assert find_unit_by_words(real, "luong son").code == "04924"
    assert find_unit_by_words(real, "son luong").code == "08296"


def test_every_real_unit_is_found_by_its_full_name_and_every_step_by_its_title(real: Campaign) -> None:
    assert [u.code for u in real.units if find_unit_by_words(real, u.full_name) is not u] == []
    unit = real.by_code["04924"]
    mine = [s for s in real.checklist.iter_steps() if s.is_work_of(unit)]
    assert [s.id for s in mine if find_step_by_words(real, unit, s.title.vi) is not s] == []


def test_a_long_list_says_how_many_more_there_are(real: Campaign) -> None:
    with pytest.raises(BadInput) as caught:
        find_step_by_words(real, real.by_code["04924"], "bầu cử")
    assert len(caught.value.problems) == LISTED + 2
    assert "tên khác" in say(caught.value.problems[-1].sentence, "vi")
