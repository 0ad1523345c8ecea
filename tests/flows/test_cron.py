"""A cron that the settings accept comes at the same moments for us, who show them, and for Prefect, which runs them."""

import asyncio
from datetime import UTC, datetime
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, reject, settings
from hypothesis import strategies as st
from pydantic_core import PydanticCustomError

from lotrinh.core.notify.schedules import Tick
from lotrinh.services.campaigns.schedules import ticks
from lotrinh.settings.kinds import cron as accepted

BOUNDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
"""Of minute, hour, day of the month, month, day of the week."""
NAMES = {
    3: ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"],
    4: ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"],
}
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
START = datetime(2026, 1, 1, tzinfo=UTC)
pytestmark = pytest.mark.filterwarnings("ignore")


def fields(place: int) -> st.SearchStrategy[str]:
    """What may stand in one of the five places."""
    low, high = BOUNDS[place]
    if place == 0:  # what comes more often than every quarter of an hour is not accepted
        return st.integers(low, high).map(str) | st.sampled_from(["*/15", "*/20", "*/30", "5-59/15", "0,15", "20,40"])
    number = st.integers(low, high)
    spans = st.tuples(number, number).filter(lambda span: span[0] < span[1]).map(lambda span: f"{span[0]}-{span[1]}")
    steps = st.integers(1, max(1, high // 2)).map(lambda step: f"*/{step}")
    term = st.one_of(number.map(str), spans, *([st.sampled_from(NAMES[place])] if place in NAMES else []))
    return st.one_of(st.just("*"), steps, st.lists(term, min_size=1, max_size=3).map(",".join))


@given(st.tuples(*(fields(place) for place in range(5))).map(" ".join))
@settings(max_examples=60)
def test_we_and_prefect_read_a_cron_alike(written: str) -> None:
    from prefect.server.schemas.schedules import CronSchedule

    try:
        accepted(written)
    except PydanticCustomError:
        reject()
    ours = [tick.at for tick in islice(ticks(written, ZONE, START, Tick.USUAL), 4)]
    assume(ours)
    theirs = asyncio.run(CronSchedule(cron=written, timezone=ZONE.key).get_dates(n=len(ours) + 1, start=START))
    assert [at for at in theirs if at > START][: len(ours)] == ours
