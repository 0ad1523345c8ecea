"""Prefect may be gone for good: what we have recorded is enough, and no process waits for it for ever."""

import os
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextvars import copy_context
from threading import Thread
from typing import TypeVar

from lotrinh.core.text import M
from lotrinh.errors import PrefectGone

PATIENCE_SECONDS = 25.0
"""How long Prefect may take to hear of a run that has been recorded."""
LOOK_SECONDS = 1.0
GONE = M("Máy chủ Prefect không trả lời nữa; kết quả đã ghi trong cơ sở dữ liệu của lotrinh, không chờ Prefect.")

T = TypeVar("T")


def run_within_timeout(work: Callable[[], T], is_recorded: Callable[[], bool]) -> T:
    """Do the work; ``PrefectGone`` where it has not ended for too long after it was recorded.

    What then still runs of it is left behind in a thread that keeps nobody from leaving.
    """
    done = Future[T]()
    Thread(target=copy_context().run, args=(_run_work, work, done), name="flow", daemon=True).start()
    since: float | None = None
    while not wait([done], LOOK_SECONDS).done:
        since = time.monotonic() if since is None and is_recorded() else since
        if since is not None and time.monotonic() - since > PATIENCE_SECONDS:
            raise PrefectGone(GONE)
    return done.result()


def _run_work(work: Callable[[], T], done: "Future[T]") -> None:
    try:
        done.set_result(work())
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is raised where the result is asked for
        done.set_exception(error)


def exit_after(seconds: float) -> None:
    """End this process in so many seconds, if it has not ended by itself: its result has been recorded."""
    Thread(target=_leave, args=(seconds,), name="leave", daemon=True).start()


def _leave(seconds: float) -> None:
    time.sleep(seconds)
    os._exit(1)
