"""Every status and every flag explains itself, from the real journal and real observations, today and in the past."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from lotrinh.core.checklist.checklist import Level
from lotrinh.core.checklist.units import Unit, UnitKind
from lotrinh.core.report.explanation import Explanation
from lotrinh.core.status.journal import GENESIS, EntryKind
from lotrinh.core.status.observation import Outcome, ProbeOutcome, Reason, StepState
from lotrinh.core.status.status import Status
from lotrinh.core.status.wording import FLAGS
from lotrinh.core.text import M
from lotrinh.i18n import say
from lotrinh.services.runs.ask import begin_run
from lotrinh.services.runs.assess import make_report
from lotrinh.services.runs.check import close_run
from lotrinh.services.views.explain import build_explanation
from lotrinh.services.views.live_campaign import LiveCampaign
from lotrinh.settings.models import Settings
from lotrinh.store import Store
from tests.core.builders import step
from tests.services.builders import (
    DONE,
    LIEN_SON,
    LUONG_SON,
    NOW,
    PROVINCE,
    campaign,
    happened,
    hear,
    later,
    says,
    silence,
)

DUE = "election_day - 43 days"  # 31/01/2026
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
CAO_DUONG = Unit("05047", UnitKind.COMMUNE, "Cao Dương", status_url="https://caoduong.example.vn/s")
OF = campaign(
    step("dung-han", DUE),
    step("tre-han", DUE),
    step("qua-han", DUE, requires=("dung-han", "tra-lai", "cua-tinh")),
    step("sap-den", "election_day - 38 days"),
    step("dang-mo", "election_day - 20 days"),
    step("chua-den", "election_day"),
    step("cho", "done(qua-han) + 3 working days"),
    step("im-lang", DUE),
    step("mien", DUE),
    step("vuong", DUE),
    step("dem", DUE),
    step("tra-lai", DUE),
    step("lech", DUE),
    step("duyet", DUE, acceptance=True),
    step("may-xem", DUE),
    step("cua-tinh", DUE, level=Level.PROVINCE),
    units=(LUONG_SON, LIEN_SON, CAO_DUONG),
)
OPEN = ("qua-han", "sap-den", "dang-mo", "chua-den", "cho", "tra-lai", "lech", "duyet", "may-xem")


@pytest.fixture
def world(store: Store, settings: Settings) -> Store:
    """One run four days ago and one now, in which a commune has fallen silent; and what was stated in the portal."""
    said = [
        {"id": "dung-han"} | DONE,
        {"id": "tre-han"} | DONE | {"completed_on": "2026-02-01"},
        {"id": "vuong", "state": "obstacle", "note": "Thiếu máy"},
        {"id": "dem", "state": "in_progress", "progress": {"done": 7, "of": 12}},
        *({"id": name, "state": "open"} for name in OPEN),
    ]
    before = NOW - 4 * DAY
    early = [each for each in said if each["id"] != "tre-han"]
    record_run(store, settings, before, hear(settings, OF, CAO_DUONG, says(CAO_DUONG, *early, at=before), before))
    seen, source = hear(settings, OF, LIEN_SON, says(LIEN_SON, *said, at=NOW - MINUTE), NOW)
    seen = replace(seen, probes={"may-xem": (ProbeOutcome.MET, M("x"))})
    record_run(store, settings, NOW, (seen, source), silence(CAO_DUONG, Outcome.UNREACHABLE, Reason.TIMEOUT))
    store.journal.append(
        happened(EntryKind.CONFIRMED, LIEN_SON, "tra-lai", document={"number": "12/QĐ"}),
        happened(EntryKind.RETURNED, LIEN_SON, "tra-lai", NOW - DAY, reason="thiếu dấu"),
        happened(EntryKind.CONFIRMED, LIEN_SON, "lech"),
        happened(EntryKind.CONFIRMED, LIEN_SON, "duyet"),
        happened(EntryKind.EXCUSED, LIEN_SON, "mien", reason="đã sáp nhập"),
    )
    return store


def record_run(store: Store, settings: Settings, at: datetime, *seen: object, name: str = "") -> str:
    run = begin_run(store, OF, at, at, {}, name)
    store.runs.record(run.id, OF.id, seen)  # type: ignore[arg-type]  # pairs of observation and address
    close_run(store, OF, make_report(store, settings, OF, run), at)
    return run.id


def explained(store: Store, settings: Settings, unit: Unit, name: str, at: datetime = NOW) -> Explanation:
    return build_explanation(store, settings, OF, unit, OF.checklist.steps[name], at, past=at < NOW)


def told(of: Explanation) -> str:
    return " ".join(say(sentence, "vi") for sentence in of.reasons)


def test_every_status_and_every_flag_there_is_explains_itself_as_the_portal_shows_it(
    world: Store, settings: Settings
) -> None:
    live = LiveCampaign(world, settings, OF)
    statuses, flags = set(), set()
    for unit in (*OF.units, PROVINCE):
        for shown in live.unit(unit.code, NOW).step_statuses:
            made = explained(world, settings, unit, shown.step)
            assert made.step_status == shown, (unit.code, shown.step)
            assert made.reasons, (unit.code, shown.step)
            assert not (shown.status.is_finished and "Chưa có xác nhận" in told(made))
            statuses.add(shown.status)
            flags |= set(shown.flags)
    assert statuses == set(Status)
    assert flags == set(FLAGS)


@pytest.mark.parametrize(
    ("flag", "name", "unit", "words"),
    [
        ("obstacle", "vuong", LIEN_SON, "Vướng mắc đã báo không dời thời hạn."),
        ("waiting_for", "qua-han", LIEN_SON, "Còn 2 việc phải xong trước"),
        ("returned", "tra-lai", LIEN_SON, "Tỉnh đã trả lại xác nhận (“thiếu dấu”)"),
        ("progress", "dem", LIEN_SON, "Mới xong 7 trên 12"),
        ("stale", "qua-han", CAO_DUONG, "từ đó chưa hỏi lại được"),
        ("conflict", "lech", LIEN_SON, "Cổng và phần mềm của đơn vị nói khác nhau"),
        ("awaiting", "duyet", LIEN_SON, "chỉ tính là xong khi tỉnh chấp nhận"),
        ("probe", "may-xem", LIEN_SON, "Máy tự xem"),
        ("excused", "mien", LIEN_SON, "Tỉnh đã miễn đầu việc này cho Xã Liên Sơn (“đã sáp nhập”)"),
    ],
)
def test_each_flag_has_its_sentence(
    world: Store, settings: Settings, flag: str, name: str, unit: Unit, words: str
) -> None:
    made = explained(world, settings, unit, name)
    assert flag in made.step_status.flags
    assert words in told(made)


def test_a_commune_that_fell_silent_is_not_overdue_and_the_failure_is_listed(world: Store, settings: Settings) -> None:
    made = explained(world, settings, CAO_DUONG, "qua-han")
    assert made.step_status.status is Status.DUE_SOON
    assert "Tình trạng giữ theo lần nghe gần nhất, 08:00 29/01/2026" in told(made)
    assert [a.outcome for a in made.checks] == [Outcome.UNREACHABLE, Outcome.REACHED]
    assert made.system_answer
    assert made.system_answer.state is StepState.OPEN
    assert made.system_answer_at == NOW - 4 * DAY


def test_the_journal_is_told_with_returned_statements_and_who_made_them(world: Store, settings: Settings) -> None:
    made = explained(world, settings, LIEN_SON, "tra-lai")
    assert [(t.kind, t.document, t.text) for t in made.entries] == [
        (EntryKind.CONFIRMED, "12/QĐ", ""),
        (EntryKind.RETURNED, "", "thiếu dấu"),
    ]
    assert made.entries[0].completed_on == date(2026, 1, 29)
    world.journal.append(replace(happened(EntryKind.WITHDRAWN, LIEN_SON, "lech", NOW - MINUTE), actor="unit:04960"))
    withdrawn = explained(world, settings, LIEN_SON, "lech")
    assert [t.kind for t in withdrawn.entries] == [EntryKind.CONFIRMED, EntryKind.WITHDRAWN]
    assert withdrawn.entries[1].who == "Xã Liên Sơn"


def test_what_is_missing_before_is_listed_with_its_own_standing(world: Store, settings: Settings) -> None:
    made = explained(world, settings, LIEN_SON, "qua-han")
    assert [(b.unit, b.step_status.step, b.step_status.status, b.deadline_hangs_on_it) for b in made.prerequisites] == [
        (LIEN_SON, "tra-lai", Status.OVERDUE, False),
        (PROVINCE, "cua-tinh", Status.OVERDUE, False),
    ]
    hanging = explained(world, settings, LIEN_SON, "cho")
    assert [(b.step_status.step, b.deadline_hangs_on_it) for b in hanging.prerequisites] == [("qua-han", True)]
    assert not explained(world, settings, LIEN_SON, "dung-han").prerequisites


def test_rule_arithmetic_and_grounds_are_those_of_the_step(world: Store, settings: Settings) -> None:
    made = explained(world, settings, LIEN_SON, "cho")
    (rule,) = made.rules
    assert rule.written == "done(qua-han) + 3 working days"
    assert say(rule.words, "vi") == "ngày đơn vị thực sự hoàn thành “Việc qua-han” cộng 3 ngày làm việc"
    assert "Chờ ngày hoàn thành thực tế" in say(made.arithmetic[-1], "vi")
    assert made.checklist_hash == OF.checklist.content_hash
    assert [g.source.id for g in made.bases] == ["law"]


def test_of_a_moment_in_the_past_only_the_journal_until_then_speaks(store: Store, settings: Settings) -> None:
    first, second = store.journal.append(
        happened(EntryKind.CONFIRMED, LUONG_SON, "tre-han", NOW - DAY),
        happened(EntryKind.WITHDRAWN, LUONG_SON, "tre-han", NOW - MINUTE),
    )
    assert explained(store, settings, LUONG_SON, "tre-han").step_status.status is Status.OVERDUE
    before = explained(store, settings, LUONG_SON, "tre-han", NOW - timedelta(hours=1))
    assert before.step_status.status is Status.DONE
    assert ([t.number for t in before.entries], before.head) == ([first.number], first.hash)
    at_first = explained(store, settings, LUONG_SON, "tre-han", NOW - 2 * DAY)
    assert (at_first.entries, at_first.head, at_first.step_status.status) == ((), GENESIS, Status.DUE_SOON)
    assert explained(store, settings, LUONG_SON, "tre-han").head == second.hash


def test_what_an_own_system_said_then_is_taken_from_the_report_of_that_time(store: Store, settings: Settings) -> None:
    before = NOW - 4 * DAY
    then = record_run(
        store, settings, before, hear(settings, OF, LIEN_SON, says(LIEN_SON, {"id": "qua-han"} | DONE), NOW)
    )
    opened = says(LIEN_SON, {"id": "qua-han", "state": "open"})
    record_run(store, settings, NOW, hear(settings, OF, LIEN_SON, opened, NOW))
    assert explained(store, settings, LIEN_SON, "qua-han").step_status.status is Status.OVERDUE
    at = explained(store, settings, LIEN_SON, "qua-han", NOW - DAY)
    assert (at.step_status.status, at.from_run, at.system_answer) == (Status.DONE, then, None)
    assert f"tình trạng lấy từ báo cáo của lượt {then}" in told(at)
    # Somebody stated something after that run: the journal goes before an old report.
    store.journal.append(happened(EntryKind.WITHDRAWN, LIEN_SON, "qua-han", NOW - 2 * DAY))
    stated = explained(store, settings, LIEN_SON, "qua-han", NOW - DAY)
    assert (stated.step_status.status, stated.from_run) == (Status.DUE_SOON, "")
    assert "ở đây chỉ tính theo nhật ký" in told(stated)


def test_the_provinces_own_steps_are_found_in_that_report_too(store: Store, settings: Settings) -> None:
    of = replace(OF, province=replace(PROVINCE, status_url="https://phutho.example.vn/s"))
    names = list[str]()
    for at in (NOW - 4 * DAY, NOW):
        run = begin_run(store, of, at, at, {})
        body = says(of.province, {"id": "cua-tinh", "state": "open"})
        store.runs.record(run.id, of.id, [hear(settings, of, of.province, body)])
        close_run(store, of, make_report(store, settings, of, run), at)
        names.append(run.id)
    made = build_explanation(store, settings, of, of.province, of.checklist.steps["cua-tinh"], NOW - DAY, past=True)
    assert made.from_run == names[0]


def test_before_the_first_run_an_own_system_is_unknown(store: Store, settings: Settings) -> None:
    record_run(store, settings, NOW, hear(settings, OF, LIEN_SON, says(LIEN_SON, {"id": "qua-han"} | DONE), NOW))
    made = explained(store, settings, LIEN_SON, "qua-han", NOW - DAY)
    assert (made.step_status.status, made.checks, made.from_run) == (Status.UNKNOWN, (), "")


def test_a_report_by_another_checklist_is_not_taken_for_this_one(store: Store, settings: Settings) -> None:
    other = campaign(step("qua-han", DUE), file=replace(OF.checklist, content_hash="d" * 64))
    body = says(LIEN_SON, {"id": "qua-han"} | DONE)
    run = begin_run(store, other, NOW - 4 * DAY, NOW - 4 * DAY, {})
    store.runs.record(run.id, OF.id, [hear(settings, OF, LIEN_SON, body)])
    close_run(store, other, make_report(store, settings, other, run), NOW)
    record_run(store, settings, NOW, hear(settings, OF, LIEN_SON, body))
    assert explained(store, settings, LIEN_SON, "qua-han", NOW - DAY).from_run == ""


def test_at_most_five_runs_are_listed_the_newest_first(store: Store, settings: Settings) -> None:
    names = [
        record_run(store, settings, NOW - n * MINUTE, silence(LIEN_SON, Outcome.UNREACHABLE, Reason.DNS), name=f"l-{n}")
        for n in range(7, 0, -1)
    ]
    made = explained(store, settings, LIEN_SON, "qua-han")
    assert [a.run for a in made.checks] == names[:1:-1]
    assert made.checks[0].sentence == "x"


def test_sample_data_is_labelled_whoever_stated_it(store: Store, settings: Settings) -> None:
    assert not explained(store, settings, LUONG_SON, "qua-han").sample
    store.journal.append(happened(EntryKind.CONFIRMED, LUONG_SON, "dung-han", sample=True))
    assert explained(store, settings, LUONG_SON, "qua-han").sample


def test_a_moment_in_another_zone_is_the_same_moment(store: Store, settings: Settings) -> None:
    (entry,) = store.journal.append(happened(EntryKind.CONFIRMED, LUONG_SON, "qua-han", NOW))
    made = explained(store, settings, LUONG_SON, "qua-han", NOW.astimezone(UTC))
    assert made.head == entry.hash
    assert later(entry) == entry.new
    assert made.as_of.utcoffset() == timedelta(hours=7)
