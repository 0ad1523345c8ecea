"""The parts that ``lotrinh up`` runs: each started, asked whether it serves, restarted when it dies."""

import base64
import json
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from pathlib import Path
from urllib.parse import urlsplit

from lotrinh.cli.up.processes import TetheredChild
from lotrinh.clock import now
from lotrinh.core.text import M
from lotrinh.i18n import current

TITLES = {"portal": M("Cổng"), "prefect": M("Prefect"), "flows": M("Lịch chạy")}
ASKING_SECONDS = 2
SLOW_SECONDS = 60
"""After how long it is said that a part does not answer yet; it is waited for all the same: machines are slow."""
SETTLED_SECONDS = 60
"""A part that served so long and then dies is not one that cannot start."""
TRIES = 5
LONGEST_PAUSE = 60
LOST_FOR_GOOD = "portal"
"""The one part that is given up: without it nothing of use is left. Others are started again for ever."""
REPEATED_SECONDS = 3600
"""How often it is said of a part that it still cannot live."""


class PartState(Enum):
    """Where a part is."""

    WAITING = "waiting"
    STARTING = "starting"
    READY = "ready"
    GIVEN_UP = "given up"


@dataclass(frozen=True, slots=True)
class PartPlan:
    """What is run, as the plan says: a module with arguments, and the address that answers when it serves."""

    name: str
    arguments: list[str]
    url: str
    probe: str
    stop_seconds: float
    environment: dict[str, str] = field(default_factory=dict)
    auth: str = ""
    needs: str = ""


class SupervisedPart:
    """One part and the process that is it now. ``tell`` hears a sentence whenever something changes."""

    def __init__(self, part: PartPlan, logs: Path, tell: Callable[[M], None]) -> None:
        self.part, self.log, self._tell = part, logs / f"{part.name}.log", tell
        self.state, self.deaths = PartState.WAITING, 0
        self._children: list[TetheredChild] = []
        self._next = self._begun = self._ready = 0.0
        self._since = ""
        self._slow_said, self._said = False, -float(REPEATED_SECONDS)

    @property
    def title(self) -> M:
        """What people call the part."""
        return TITLES[self.part.name]

    def look(self, *, may_start: bool) -> None:
        """Do what is to be done now; nothing waits here for long."""
        if self.state is PartState.GIVEN_UP:
            return
        if self.state is PartState.WAITING:
            if may_start and time.monotonic() >= self._next:
                self._start()
        elif (code := self._children[-1].exit_code()) is not None:
            self._plan_restart(code, counts=may_start)
        elif self.state is PartState.STARTING:
            self._probe()

    def stop(self) -> None:
        """End the part and all that its processes have left behind."""
        if not self._children:
            return
        lived = self._children[-1].exit_code() is None
        for child in reversed(self._children):
            child.stop(self.part.stop_seconds)
        if lived:
            self._tell(M("{part}: đã dừng.", part=self.title))

    def _start(self) -> None:
        self._begun, self._since, self._slow_said = time.monotonic(), now().isoformat(), False
        child = TetheredChild(self.part.name, self.part.arguments, self.part.environment, self.log)
        # What an earlier process has left running in its group still ends with us.
        self._children = [*(c for c in self._children if c.is_left_running()), child]
        self.state = PartState.STARTING

    def _probe(self) -> None:
        seconds = time.monotonic() - self._begun
        if is_serving(self.part, self._since):
            self.state, self._ready = PartState.READY, time.monotonic()
            self._tell(
                M(
                    "{part}: {url} sẵn sàng sau {took} giây.",
                    part=self.title,
                    url=self.part.url,
                    took=format_seconds(seconds),
                )
            )
        elif seconds > SLOW_SECONDS and not self._slow_said:
            self._slow_said = True
            self._tell(
                M("{part}: sau {took} giây chưa trả lời; vẫn đợi. Xem {log}.", took=SLOW_SECONDS, **self._values())
            )

    def _plan_restart(self, code: int, *, counts: bool) -> None:
        """Plan the next start, later each time; a death that another part's absence explains does not count."""
        settled = self.state is PartState.READY and time.monotonic() - self._ready >= SETTLED_SECONDS
        self.deaths = 1 if settled else self.deaths + 1 if counts else self.deaths
        if self.deaths >= TRIES and self.part.name != LOST_FOR_GOOD:
            self._tell_of_deaths(code)
            return
        if self.deaths >= TRIES:
            self.state = PartState.GIVEN_UP
            sentence = M("{part}: dừng {times} lần liền (mã {code}); không khởi động lại nữa. Xem {log}.", times=TRIES,
                         code=code, **self._values())  # fmt: skip
        else:
            pause = min(LONGEST_PAUSE, 2 ** max(0, self.deaths - 1))
            self.state, self._next = PartState.WAITING, time.monotonic() + pause
            sentence = M("{part}: đã dừng bất ngờ (mã {code}); khởi động lại sau {pause} giây. Xem {log}.", pause=pause,
                         code=code, **self._values())  # fmt: skip
        self._tell(sentence)

    def _tell_of_deaths(self, code: int) -> None:
        """Go on trying, and say so once an hour: the cause may be mended without anybody's starting us again."""
        self.state, self._next = PartState.WAITING, time.monotonic() + LONGEST_PAUSE
        if time.monotonic() - self._said < REPEATED_SECONDS:
            return
        self._said = time.monotonic()
        sentence = M("{part}: dừng {times} lần liền (mã {code}); vẫn thử lại sau mỗi {pause} giây. Xem {log}.",
                     times=self.deaths, code=code, pause=LONGEST_PAUSE, **self._values())  # fmt: skip
        self._tell(sentence)

    def _values(self) -> dict[str, object]:
        return {"part": self.title, "log": str(self.log)}


def is_serving(part: PartPlan, since: str) -> bool:
    """Ask whether a part serves: its address answers, or Prefect knows deployments that were asked for since then."""
    try:
        status, body = send_probe(part)
        if not part.probe.endswith("/filter"):
            return status == 200  # noqa: PLR2004 - OK; http.HTTPStatus would be no clearer
        polled = [str(one.get("last_polled") or "").replace("Z", "+00:00") for one in json.loads(body)]
        return any(moment >= since for moment in polled)
    except (OSError, HTTPException, ValueError, AttributeError):
        return False


def send_probe(part: PartPlan) -> tuple[int, bytes]:
    """Send the question; http.client, because httpx would take half of this process's memory."""
    url = urlsplit(part.probe)
    kind = HTTPSConnection if url.scheme == "https" else HTTPConnection
    connection = kind(url.hostname or "", url.port, timeout=ASKING_SECONDS)
    headers = {"Content-Type": "application/json"}
    if part.auth:
        headers["Authorization"] = f"Basic {base64.b64encode(part.auth.encode()).decode()}"
    try:
        if url.path.endswith("/filter"):
            connection.request("POST", url.path, "{}", headers)
        else:
            connection.request("GET", url.path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        with suppress(OSError):
            connection.close()


def format_seconds(seconds: float) -> str:
    """Seconds with one decimal, as the reader writes them."""
    written = f"{seconds:.1f}"
    return written if current() == "en" else written.replace(".", ",")
