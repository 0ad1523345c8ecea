"""Small stored reports, made of a few letters, for tests of what changed between two."""

from collections.abc import Mapping
from datetime import UTC, date, datetime

from hypothesis import strategies as st

from lotrinh.core.checklist.units import Unit, UnitKind
from lotrinh.core.report.snapshot import ReportSnapshot, StepSnapshot, UnitSnapshot
from lotrinh.core.status.observation import Outcome
from lotrinh.core.status.status import Status

AT = datetime(2026, 2, 2, 1, tzinfo=UTC)
PROVINCE = Unit("25", UnitKind.PROVINCE, "Phú Thọ")


def due(day: int) -> datetime:
    return datetime(2026, 2, day, 16, 59, 59, tzinfo=UTC)


def step(status: Status, day: int | None = 3, completed: date | None = None) -> StepSnapshot:
    return StepSnapshot(status, due(day) if day else None, completed, {})


def unit(code: str, outcome: Outcome = Outcome.REACHED, **steps: StepSnapshot) -> UnitSnapshot:
    reason = "" if outcome is Outcome.REACHED else "refused: máy từ chối"
    return UnitSnapshot(Unit(code, UnitKind.COMMUNE, f"X{code}"), outcome, reason, AT, AT, steps)


def snapshot(*units: UnitSnapshot, province: Mapping[str, StepSnapshot] | None = None) -> ReportSnapshot:
    own = UnitSnapshot(PROVINCE, Outcome.REACHED, "", AT, AT, province) if province is not None else None
    return ReportSnapshot(
        campaign="thu",
        run="luot",
        as_of=AT,
        checklist_hash="c" * 64,
        head="h" * 64,
        interrupted="",
        sample=False,
        milestones=(),
        province=own,
        units=tuple(units),
    )


STEPS = st.builds(step, st.sampled_from(Status), st.sampled_from([None, 3, 5]))
UNITS = st.builds(
    lambda code, outcome, steps: unit(code, outcome, **steps),
    st.sampled_from(["00001", "00002", "00003"]),
    st.sampled_from(Outcome),
    st.dictionaries(st.sampled_from("abc"), STEPS),
)
SNAPSHOTS = st.builds(
    lambda units, province: snapshot(*units, province=province),
    st.lists(UNITS, unique_by=lambda u: u.unit.code),
    st.none() | st.dictionaries(st.sampled_from("xy"), STEPS),
)
