"""Emptying the outbox: each message claimed, sent once, and its end recorded.

A refusal is tried again after growing waits; what is unclear is left to people.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache, partial
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from lotrinh.clock import Clock
from lotrinh.core.notify.reminders import end_of_quiet_hours
from lotrinh.core.text import M, Message
from lotrinh.errors import Conflict, NotFound
from lotrinh.i18n import say
from lotrinh.sending.outcomes import Delivery, DeliveryOutcome, Refusal, UnclearDelivery
from lotrinh.services.notify.circuit_breaker import growing, lane_of, rest, rested, rests, wake
from lotrinh.services.notify.quiet_hours import Quiet
from lotrinh.services.notify.receivers import HOOK
from lotrinh.services.notify.senders import Senders
from lotrinh.settings.models import Settings
from lotrinh.store import Store
from lotrinh.store.outbox import FAILED, SENT, UNCLEAR, WAITING, Ending
from lotrinh.store.outbox import Message as Posted

log = logging.getLogger("lotrinh.outbox")
LOST = timedelta(minutes=30)
"""A sender that has not said for so long what became of a message has been killed; no channel takes longer."""
LONGEST_GO = timedelta(minutes=30)
"""After so long a go begins no further message; with the longest of them it ends within the hour."""
LONGEST_WAIT = timedelta(hours=6)
REMINDER = "remind"
"""The kind of messages that are true on their own day only."""
KEPT = ("to", "subject", "title", "day", "delivery", "campaigns")
"""What is kept of a message that has been sent."""
LOST_WORDS = M("Việc gửi bị dừng giữa chừng: không rõ đã gửi chưa.")
NOT_IN_TIME = M("chờ gửi: đến giờ gửi thì đã qua ngày của lời nhắc, nên sẽ không gửi")
TOO_LATE = M("Qua ngày mà chưa gửi được, nên không gửi nữa.")
NO_ADDRESS = M(
    "Tin này chưa có địa chỉ nhận nên không gửi lại được. Hãy khai báo địa chỉ trong [[receivers]] hoặc danh sách "
    "đơn vị; những tin sau sẽ gửi tới đó. Tin này thì bỏ đi."
)
PAST_DAY = M("Lời nhắc này của ngày {day}, nay đã qua nên không gửi lại nữa. Hãy bỏ tin này, rồi chạy: lotrinh remind")
NOT_OVER = M("Chỉ gửi lại được tin đang chờ, không gửi được, hoặc không rõ đã gửi chưa.")
TRIED = M("Từ lúc được xem, tin này đã được gửi thử thêm một lần. Hãy xem tình trạng mới rồi chọn lại.")
NO_SUCH = M("Không có tin mang số {number}.")
STATE: Mapping[str, Message] = {
    WAITING: M("chờ gửi"),
    "sending": M("đang gửi"),
    SENT: M("đã gửi"),
    UNCLEAR: M("không rõ đã gửi chưa"),
    FAILED: M("không gửi được"),
    "dropped": M("đã bỏ"),
}


class Trouble(NamedTuple):
    """A message that did not go out. ``reason`` may quote addresses: it is for who may read the outbox."""

    id: int
    unit: str
    reason: str


@dataclass(slots=True)
class Emptied:
    """What became of the messages of one go; ``waiting`` are still to be sent, now or later."""

    sent: int = 0
    failed: int = 0
    unclear: int = 0
    waiting: int = 0
    problems: list[Trouble] = field(default_factory=list)


def empty(store: Store, settings: Settings, quiet: Quiet, clock: Clock) -> Emptied:
    """Send all that may be sent now, what programs wait for last. Several may do so: no message has two senders."""
    store.outbox.give_up_lost(clock(), say(LOST_WORDS))
    go = _Go(store, settings, Senders(settings, clock), quiet, clock, clock())
    go.through(but=HOOK)
    go.through(only=HOOK)
    go.done.waiting = store.outbox.counts().get(WAITING, 0)
    return go.done


@dataclass(slots=True)
class _Go:
    """One go through the outbox. ``closed`` tells of each lane whether it takes nothing from anybody now."""

    store: Store
    settings: Settings
    senders: Senders
    quiet: Quiet
    clock: Clock
    begun: datetime
    closed: dict[str, bool] = field(default_factory=dict)
    done: Emptied = field(default_factory=Emptied)

    def through(self, *, only: str = "", but: str = "") -> None:
        """Take what is due, of one channel or of all but one, until the go has lasted too long."""
        after = 0
        while found := self.store.outbox.due(self.clock(), after, only=only, but=but):
            after = found[-1].id
            for message in found:
                if self.clock() - self.begun >= LONGEST_GO:
                    return
                if self._may(message):
                    self.take(message)

    def _may(self, message: Posted) -> bool:
        if message.channel != HOOK and self.quiet(self.clock()):
            return False
        lane = lane_of(message)
        if lane not in self.closed:
            self.closed[lane] = message.channel != HOOK and rests(self.store, lane, self.clock())
        return not self.closed[lane]

    def take(self, message: Posted) -> None:
        """Claim a message, send it, and record how that ended."""
        box, now = self.store.outbox, self.clock()
        if _too_late(message, self.settings, now):
            self.done.failed += box.give_up_waiting(message, now, say(TOO_LATE))
            return
        claimed = box.claim(message, now, now + LOST)
        if claimed is None:
            return
        outcome = self.senders.send(claimed)
        ending = _ending(outcome, claimed, self.settings.remind.tries, self.clock())
        box.end(claimed, ending, _kept(claimed, ending))
        self._learn(lane_of(claimed), outcome)
        count(self.done, claimed, ending)

    def _learn(self, lane: str, outcome: DeliveryOutcome) -> None:
        """Leave a lane alone that takes nothing now, or of which nobody knows what it takes."""
        if isinstance(outcome, UnclearDelivery):
            rest(self.store, lane, self.clock())
        elif isinstance(outcome, Delivery):
            wake(self.store, lane, self.clock())
        self.closed[lane] = isinstance(outcome, UnclearDelivery) or (
            isinstance(outcome, Refusal) and outcome.is_about_server
        )


def _too_late(message: Posted, settings: Settings, now: datetime) -> bool:
    """Whether a reminder speaks of another day than today: by now it may say what is no longer so."""
    today = now.astimezone(ZoneInfo(settings.timezone)).date().isoformat()
    return message.kind == REMINDER and message.content.get("day", today) != today


def _ending(outcome: DeliveryOutcome, message: Posted, tries: int, now: datetime) -> Ending:
    if isinstance(outcome, Delivery):
        return Ending(SENT, now)
    reason = say(outcome.reason)
    if isinstance(outcome, UnclearDelivery):
        return Ending(UNCLEAR, now, reason)
    if outcome.is_permanent or message.tries >= tries:
        return Ending(FAILED, now, reason)
    return Ending(WAITING, now, reason, now + min(growing(message.tries), LONGEST_WAIT))


def _kept(message: Posted, ending: Ending) -> Mapping[str, Any] | None:
    """Forget the words of what has been sent: a year of letters would outgrow the record they were made from."""
    if ending.state != SENT:
        return None
    return {name: message.content[name] for name in KEPT if name in message.content}


def count(done: Emptied, message: Posted, ending: Ending) -> None:
    """Count how a message ended, and log it where it did not go out."""
    done.sent += ending.state == SENT
    done.failed += ending.state == FAILED
    done.unclear += ending.state == UNCLEAR
    if ending.problem:
        # Neither addresses nor words: a log is read by more people than the outbox.
        log.warning(
            "outbox id=%s unit=%s channel=%s state=%s", message.id, message.receiver, message.channel, ending.state
        )
        done.problems.append(Trouble(message.id, message.receiver, ending.problem))


def retry(store: Store, number: int, now: datetime, seen: int | None = None) -> None:
    """Let a message be sent by the next go; ``Conflict`` where it was sent, or cannot be on the day of ``now``.

    ``now`` is in the office's zone. What held its lane back is over: a person has looked. ``seen`` is how many tries
    that person knows of: what was waiting then may be unclear by now, and nobody has asked its receiver.
    """
    message = _known(store, number)
    if sentence := not_again(message, now):
        raise Conflict(sentence)
    if seen not in {None, message.tries} or not store.outbox.retry(message, now):
        raise Conflict(TRIED)
    wake(store, lane_of(message), now)


def not_again(message: Posted, now: datetime) -> Message | None:
    """Say why a message cannot be sent again; None where it can. ``now`` is in the office's zone."""
    if message.state not in {WAITING, FAILED, UNCLEAR}:
        return NOT_OVER
    if not message.content.get("to"):
        return NO_ADDRESS
    day = message.content.get("day", "")
    if message.kind == REMINDER and day and day != now.date().isoformat():
        return M(PAST_DAY.msgid, day=date.fromisoformat(day))
    return None


def states(store: Store, settings: Settings, messages: Iterable[Posted], now: datetime) -> dict[int, Message]:
    """Say in which state each message is, by number; of what waits, from when on it may be sent.

    That hangs on its own wait, on its lane's rest and on the quiet hours; days off are not looked at.
    """
    until = cache(partial(rested, store))
    return {m.id: _waits(m, settings, until, now) if m.state == WAITING else STATE[m.state] for m in messages}


def _waits(message: Posted, settings: Settings, until: Callable[[str], datetime], now: datetime) -> Message:
    at = max(now, message.next_at).astimezone(ZoneInfo(settings.timezone))
    if message.channel != HOOK:
        at = end_of_quiet_hours(settings.remind.quiet, max(at, until(lane_of(message)).astimezone(at.tzinfo)))
    if _too_late(message, settings, at):
        return NOT_IN_TIME
    return M("chờ gửi: sớm nhất lúc {when}", when=at) if at > now else M("chờ gửi: ở lượt gửi tới")


def drop(store: Store, number: int, now: datetime, seen: int | None = None) -> None:
    """Never send a message; ``Conflict`` where it was sent, is being sent, or was tried since it was ``seen``."""
    message = _known(store, number)
    if message.state not in {WAITING, FAILED, UNCLEAR}:
        raise Conflict(M("Tin này đã gửi, đang gửi, hoặc đã bỏ."))
    if seen not in {None, message.tries} or not store.outbox.drop(message, now):
        raise Conflict(TRIED)


def _known(store: Store, number: int) -> Posted:
    message = store.outbox.get(number)
    if message is None:
        raise NotFound(M(NO_SUCH.msgid, number=number))
    return message
