"""Where workers carry our runs out: whether there is a pool, whether anybody works in it, and what waits too long."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import httpx

from lotrinh.core.text import M
from lotrinh.services.doctor.finding import Diagnosis, attention, failing, good

OURS = ["lotrinh", "lotrinh-nation"]
"""The tags of our deployments."""
MOST = 200
"""Deployments and runs that are looked at: as many as Prefect gives at once."""
WAITED = timedelta(minutes=10)
"""How long a run may wait for its worker, which asks every few seconds."""
NOT_BEGUN = ["Scheduled", "Late", "Pending"]

Ask = Callable[[str, Mapping[str, Any] | None], httpx.Response | None]
"""Ask Prefect's API: the path, and what is sent along (None: nothing, by GET)."""


class NoAnswerError(Exception):
    """The server did not answer, or something else than was asked."""


def inspect_workers(ask: Ask, now: datetime, zone: ZoneInfo) -> Iterator[Diagnosis]:
    """Ask Prefect for its database and, where our deployments use a work pool, for workers and runs that wait."""
    ready = ask("/ready", None)
    if ready is None or ready.is_server_error:
        advice = M("Xem PostgreSQL của Prefect đang chạy, rồi khởi động lại lotrinh-prefect.")
        yield failing("prefect_database", M("Máy chủ Prefect không dùng được cơ sở dữ liệu của nó"), advice)
        return
    try:
        ours = _read_answer(ask("/deployments/filter", {"deployments": {"tags": {"any_": OURS}}, "limit": MOST}))
        pooled = [each for each in ours if each["work_pool_name"] or each["job_variables"].get("command")]
        if not pooled:
            return
        alive = True
        for pool in sorted({each["work_pool_name"] or "" for each in pooled}):
            found = list(_inspect_pool(ask, pool, zone))
            alive = alive and not [each for each in found if each.advice]
            yield from found
        yield _inspect_waiting_runs(ask, [each["id"] for each in pooled], now, zone, alive=alive)
    except (NoAnswerError, KeyError, TypeError, ValueError, AttributeError):
        advice = M("Xem nhật ký của lotrinh-prefect.")
        yield attention("workers", M("Không hỏi được máy chủ Prefect về worker"), advice)


def _inspect_pool(ask: Ask, pool: str, zone: ZoneInfo) -> Iterator[Diagnosis]:
    """Look at one work pool and its workers; "" is one that was deleted."""
    what = f"workers:{pool}"
    if not pool:
        advice = M("Tạo lại: prefect work-pool create lotrinh --type process, rồi khởi động lại lotrinh-schedules.")
        yield failing(what, M("Work pool của lịch chạy đã bị xóa: không lượt nào tự chạy"), advice)
        return
    path = f"/work_pools/{quote(pool, safe='')}"
    if _read_answer(ask(path, None))["is_paused"]:
        found = M("Work pool “{pool}” đang tạm dừng: không lượt nào tự chạy", pool=pool)
        yield attention(f"work_pool:{pool}", found, M("Cho chạy tiếp: prefect work-pool resume {pool}", pool=pool))
    workers = _read_answer(ask(f"{path}/workers/filter", {"limit": MOST}))
    online = sum(each["status"] == "ONLINE" for each in workers)  # by the server's clock, which all of them share
    if online:
        yield good(what, M("{count} worker của work pool “{pool}” đang chạy", count=online, pool=pool))
        return
    heard = [datetime.fromisoformat(each["last_heartbeat_time"]) for each in workers if each["last_heartbeat_time"]]
    found = M("Chưa worker nào của work pool “{pool}” chạy: không lượt nào tự chạy", pool=pool)
    if heard:
        at = max(heard).astimezone(zone)
        found = M("Không worker nào của work pool “{pool}” còn chạy; lần cuối lúc {at}", pool=pool, at=at)
    yield failing(
        what, found, M("Ở một máy, chạy: systemctl start lotrinh-worker@1 (container: docker compose up -d).")
    )


def _inspect_waiting_runs(ask: Ask, deployments: list[str], now: datetime, zone: ZoneInfo, *, alive: bool) -> Diagnosis:
    """Look for runs that were due and that nobody has begun."""
    late = {
        "state": {"name": {"any_": NOT_BEGUN}},
        "expected_start_time": {"before_": (now - WAITED).isoformat()},
        "deployment_id": {"any_": deployments},
    }
    runs = _read_answer(ask("/flow_runs/filter", {"flow_runs": late, "sort": "EXPECTED_START_TIME_ASC", "limit": MOST}))
    if not runs:
        return good("late_runs", M("Không lượt nào đợi worker quá {minutes} phút", minutes=WAITED.seconds // 60))
    since = datetime.fromisoformat(runs[0]["expected_start_time"]).astimezone(zone)
    found = M("{count} lượt đã đến giờ mà chưa chạy, sớm nhất từ {at}", count=len(runs), at=since)
    if not alive:
        return attention(
            "late_runs", found, M("Cho worker, work pool chạy lại như trên; lượt trễ nhường lượt mới hơn.")
        )
    advice = M("Worker chạy mà lượt vẫn đợi: xem Redis còn chạy, rồi khởi động lại lotrinh-prefect và worker.")
    return attention("late_runs", found, advice)


def _read_answer(answer: httpx.Response | None) -> Any:  # noqa: ANN401 - whatever JSON it is
    if answer is None or not answer.is_success:
        raise NoAnswerError
    return answer.json()
