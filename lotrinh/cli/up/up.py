"""lotrinh up: everything on one machine, until it is asked to stop."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lotrinh.cli.base import Command, print_message, settings_option
from lotrinh.core.text import M

if TYPE_CHECKING:
    from lotrinh.cli.up.supervisor import SupervisedPart

BUSY_PAUSE, IDLE_PAUSE = 0.1, 0.5
SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")
"""What asks us to stop; each system has some of them."""
STOPPED, LOST = 0, 1


@click.command(
    "up", cls=Command, help="Chạy mọi phần trên một máy: máy chủ Prefect, cổng, lịch kiểm tra; Ctrl-C để dừng."
)
@settings_option()
def up_command(settings: str | None) -> int:
    """Start everything, restart what dies, stop in order; exit 1 when the portal is lost for good."""
    from lotrinh.cli.up.rotating import LogRotation
    from lotrinh.cli.up.sender import Sender
    from lotrinh.cli.up.supervisor import PartPlan, SupervisedPart
    from lotrinh.services.upkeep.lock import FolderLock

    plan = read_plan(settings)
    if isinstance(plan, int):
        return plan
    os.environ.setdefault("LOTRINH_LANG", plan["language"])
    tell_at = StampedPrinter(plan["timezone"], plan["log_format"])
    stopping = StopRequest()
    with FolderLock(Path(plan["lock"])).write_holder():
        folder = Path(plan["logs"])
        watched = [SupervisedPart(PartPlan(**part), folder, tell_at) for part in plan["parts"]]
        sender = Sender(plan["send"], folder, tell_at)
        logs = LogRotation([*(one.log for one in watched), sender.log])
        if not plan["prefect"]:
            tell_at(M("Prefect: không dùng (prefect.api_url để trống); không có gì tự chạy theo lịch."))
        if plan["password"]:
            tell_at(M("Prefect: trang của Prefect hỏi mật khẩu; mật khẩu nằm trong tệp {file}.", file=plan["password"]))
        try:
            code = supervise(watched, stopping, (sender.look, logs.look))
        finally:
            sender.stop()
            stop_parts(watched)
    tell_at(M("Đã dừng tất cả."))
    return code


def read_plan(settings: str | None) -> dict[str, Any] | int:
    """Let a process of its own check everything; return its plan, or the code it refused with."""
    arguments = ["--settings", settings] if settings else []
    done = subprocess.run(  # noqa: S603 - our own module
        [sys.executable, "-m", "lotrinh.cli.up.plan", *arguments], stdout=subprocess.PIPE, check=False
    )
    if done.returncode:
        return done.returncode
    plan: dict[str, Any] = json.loads(done.stdout)
    return plan


class StampedPrinter:
    """Says sentences with the time of day where the deadlines are, for they stand on a screen for weeks; or as JSON."""

    def __init__(self, zone: str, form: str) -> None:
        from zoneinfo import ZoneInfo

        self._zone, self._form = ZoneInfo(zone), form

    def __call__(self, sentence: M) -> None:
        """Say one sentence."""
        from lotrinh import logs
        from lotrinh.clock import now
        from lotrinh.i18n import say

        if self._form == logs.JSON:
            print_message(logs.as_json("lotrinh.up", say(sentence)))
        else:
            print_message(f"{now().astimezone(self._zone):%d/%m %H:%M:%S} {say(sentence)}")


class StopRequest:
    """Whether we were asked to stop, by whatever signal this system has for it."""

    def __init__(self) -> None:
        self.is_made = False
        for number in (getattr(signal, name) for name in SIGNALS if hasattr(signal, name)):
            # nohup has SIGHUP ignored, and a closed terminal is then no reason to stop.
            if signal.getsignal(number) is not signal.SIG_IGN or number == signal.SIGTERM:
                signal.signal(number, self._hear)

    def _hear(self, *_: object) -> None:
        self.is_made = True


def supervise(
    watched: "Sequence[SupervisedPart]", stopping: StopRequest, besides: Iterable[Callable[[], None]] = ()
) -> int:
    """Look after every part until we are asked to stop, or the portal is lost for good; do ``besides`` each time."""
    from lotrinh.cli.up.supervisor import PartState

    by_name = {one.part.name: one for one in watched}
    while not stopping.is_made:
        for do in besides:
            do()
        for one in watched:
            needed = by_name.get(one.part.needs)
            one.look(may_start=needed is None or needed.state is PartState.READY)
        if by_name["portal"].state is PartState.GIVEN_UP:
            return LOST
        settled = all(one.state in {PartState.READY, PartState.GIVEN_UP} for one in watched)
        time.sleep(IDLE_PAUSE if settled else BUSY_PAUSE)
    return STOPPED


def stop_parts(watched: "Sequence[SupervisedPart]") -> None:
    """Stop the parts in order: what is running first, the portal, and Prefect, which they tell things, last."""
    order = {"flows": 0, "portal": 1, "prefect": 2}
    for one in sorted(watched, key=lambda w: order[w.part.name]):
        one.stop()
