"""Draining the outbox: each message claimed, sent once, and its end recorded.

A refusal is tried again after growing waits; what is unclear is left to people.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from lotrinh.clock import Clock
from lotrinh.core.notify.reminders import end_of_quiet_hours
from lotrinh.core.text import M, Message
from lotrinh.errors import Conflict, NotFound
from lotrinh.i18n import say
from lotrinh.sending.outcomes import Delivery, DeliveryOutcome, Refusal, UnclearDelivery
from lotrinh.services.notify.circuit_breaker import CircuitBreaker, delivery_server, growing_wait
from lotrinh.services.notify.quiet_hours import QuietHours
from lotrinh.services.notify.receivers import HOOK
from lotrinh.services.notify.senders import Channels
from lotrinh.settings.models import Settings
from lotrinh.store import Store
from lotrinh.store.outbox import FAILED, SENT, UNCLEAR, WAITING, DeliveryResult, OutboxMessage

log = logging.getLogger("lotrinh.outbox")
ABANDONED_AFTER = timedelta(minutes=30)
"""A sender that has not said for so long what became of a message has been killed; no channel takes longer."""
LONGEST_PASS = timedelta(minutes=30)
"""After so long a pass begins no further message; with the longest of them it ends within the hour."""
LONGEST_WAIT = timedelta(hours=6)
REMINDER = "remind"
"""The kind of messages that are true on their own day only."""
KEPT_CONTENT = ("to", "subject", "title", "day", "delivery", "campaigns")
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


class UndeliveredMessage(NamedTuple):
    """A message that did not go out. ``reason`` may quote addresses: it is for who may read the outbox."""

    id: int
    unit: str
    reason: str


@dataclass(slots=True)
class DispatchSummary:
    """What became of the messages of one pass; ``waiting`` are still to be sent, now or later."""

    sent: int = 0
    failed: int = 0
    unclear: int = 0
    waiting: int = 0
    problems: list[UndeliveredMessage] = field(default_factory=list)


def drain_outbox(store: Store, settings: Settings, quiet: QuietHours, clock: Clock) -> DispatchSummary:
    """Send all that may be sent now, what programs wait for last. Several may do so: no message has two senders."""
    store.outbox.give_up_lost(clock(), say(LOST_WORDS))
    drain = _DrainPass(store, settings, Channels(settings, clock), quiet, clock, clock())
    drain.send_due(but=HOOK)
    drain.send_due(only=HOOK)
    drain.summary.waiting = store.outbox.counts().get(WAITING, 0)
    return drain.summary


@dataclass(slots=True)
class _DrainPass:
    """One pass through the outbox. ``blocked`` tells of each delivery server whether it takes nothing now."""

    store: Store
    settings: Settings
    channels: Channels
    quiet: QuietHours
    clock: Clock
    begun_at: datetime
    blocked: dict[str, bool] = field(default_factory=dict)
    summary: DispatchSummary = field(default_factory=DispatchSummary)

    @property
    def breaker(self) -> CircuitBreaker:
        """The circuits of the delivery servers."""
        return CircuitBreaker(self.store)

    def send_due(self, *, only: str = "", but: str = "") -> None:
        """Take what is due, of one channel or of all but one, until the pass has lasted too long."""
        after = 0
        while found := self.store.outbox.due(self.clock(), after, only=only, but=but):
            after = found[-1].id
            for message in found:
                if self.clock() - self.begun_at >= LONGEST_PASS:
                    return
                if self._may_send(message):
                    self.send_one(message)

    def _may_send(self, message: OutboxMessage) -> bool:
        if message.channel != HOOK and self.quiet(self.clock()):
            return False
        server = delivery_server(message)
        if server not in self.blocked:
            self.blocked[server] = message.channel != HOOK and self.breaker.is_open(server, self.clock())
        return not self.blocked[server]

    def send_one(self, message: OutboxMessage) -> None:
        """Claim a message, send it, and record how that ended."""
        box, now = self.store.outbox, self.clock()
        if _is_too_late(message, self.settings, now):
            self.summary.failed += box.give_up_waiting(message, now, say(TOO_LATE))
            return
        claimed = box.claim(message, now, now + ABANDONED_AFTER)
        if claimed is None:
            return
        outcome = self.channels.send(claimed)
        ending = _ending(outcome, claimed, self.settings.remind.tries, self.clock())
        box.end(claimed, ending, _content_to_keep(claimed, ending))
        self._note_outcome(delivery_server(claimed), outcome)
        count_ending(self.summary, claimed, ending)

    def _note_outcome(self, server: str, outcome: DeliveryOutcome) -> None:
        """Leave a server alone that takes nothing now, or of which nobody knows what it takes."""
        if isinstance(outcome, UnclearDelivery):
            self.breaker.open(server, self.clock())
        elif isinstance(outcome, Delivery):
            self.breaker.close(server, self.clock())
        self.blocked[server] = isinstance(outcome, UnclearDelivery) or (
            isinstance(outcome, Refusal) and outcome.is_about_server
        )


def _is_too_late(message: OutboxMessage, settings: Settings, now: datetime) -> bool:
    """Whether a reminder speaks of another day than today: by now it may say what is no longer so."""
    today = now.astimezone(ZoneInfo(settings.timezone)).date().isoformat()
    return message.kind == REMINDER and message.content.get("day", today) != today


def _ending(outcome: DeliveryOutcome, message: OutboxMessage, tries: int, now: datetime) -> DeliveryResult:
    if isinstance(outcome, Delivery):
        return DeliveryResult(SENT, now)
    reason = say(outcome.reason)
    if isinstance(outcome, UnclearDelivery):
        return DeliveryResult(UNCLEAR, now, reason)
    if outcome.is_permanent or message.tries >= tries:
        return DeliveryResult(FAILED, now, reason)
    return DeliveryResult(WAITING, now, reason, now + min(growing_wait(message.tries), LONGEST_WAIT))


def _content_to_keep(message: OutboxMessage, ending: DeliveryResult) -> Mapping[str, Any] | None:
    """Forget the words of what has been sent: a year of letters would outgrow the database they were made from."""
    if ending.state != SENT:
        return None
    return {name: message.content[name] for name in KEPT_CONTENT if name in message.content}


def count_ending(summary: DispatchSummary, message: OutboxMessage, ending: DeliveryResult) -> None:
    """Count how a message ended, and log it where it did not go out."""
    summary.sent += ending.state == SENT
    summary.failed += ending.state == FAILED
    summary.unclear += ending.state == UNCLEAR
    if ending.problem:
        # Neither addresses nor words: a log is read by more people than the outbox.
        log.warning(
            "outbox id=%s unit=%s channel=%s state=%s", message.id, message.receiver, message.channel, ending.state
        )
        summary.problems.append(UndeliveredMessage(message.id, message.receiver, ending.problem))


def retry_message(store: Store, number: int, now: datetime, expected_tries: int | None = None) -> None:
    """Let a message be sent by the next pass; ``Conflict`` where it was sent, or cannot be on the day of ``now``.

    ``now`` is in the office's zone. The circuit of its server is closed: a person has looked.
    ``expected_tries`` is how many tries that person knows of: what was waiting then may be unclear
    by now, and nobody has asked its receiver.
    """
    message = _get_message(store, number)
    if sentence := why_no_retry(message, now):
        raise Conflict(sentence)
    if expected_tries not in {None, message.tries} or not store.outbox.retry(message, now):
        raise Conflict(TRIED)
    CircuitBreaker(store).close(delivery_server(message), now)


def why_no_retry(message: OutboxMessage, now: datetime) -> Message | None:
    """Say why a message cannot be sent again; None where it can. ``now`` is in the office's zone."""
    if message.state not in {WAITING, FAILED, UNCLEAR}:
        return NOT_OVER
    if not message.content.get("to"):
        return NO_ADDRESS
    day = message.content.get("day", "")
    if message.kind == REMINDER and day and day != now.date().isoformat():
        return M(PAST_DAY.msgid, day=date.fromisoformat(day))
    return None


def describe_states(
    store: Store, settings: Settings, messages: Iterable[OutboxMessage], now: datetime
) -> dict[int, Message]:
    """Say in which state each message is, by number; of what waits, from when on it may be sent.

    That hangs on its own wait, on the circuit of its server and on the quiet hours; days off are not looked at.
    """
    open_until = cache(CircuitBreaker(store).open_until)
    return {
        m.id: _describe_wait(m, settings, open_until, now) if m.state == WAITING else STATE[m.state] for m in messages
    }


def _describe_wait(
    message: OutboxMessage, settings: Settings, open_until: Callable[[str], datetime], now: datetime
) -> Message:
    at = max(now, message.next_at).astimezone(ZoneInfo(settings.timezone))
    if message.channel != HOOK:
        at = end_of_quiet_hours(
            settings.remind.quiet, max(at, open_until(delivery_server(message)).astimezone(at.tzinfo))
        )
    if _is_too_late(message, settings, at):
        return NOT_IN_TIME
    return M("chờ gửi: sớm nhất lúc {when}", when=at) if at > now else M("chờ gửi: ở lượt gửi tới")


def drop_message(store: Store, number: int, now: datetime, expected_tries: int | None = None) -> None:
    """Never send a message; ``Conflict`` where it was sent, is being sent, or was tried more often than expected."""
    message = _get_message(store, number)
    if message.state not in {WAITING, FAILED, UNCLEAR}:
        raise Conflict(M("Tin này đã gửi, đang gửi, hoặc đã bỏ."))
    if expected_tries not in {None, message.tries} or not store.outbox.drop(message, now):
        raise Conflict(TRIED)


def _get_message(store: Store, number: int) -> OutboxMessage:
    message = store.outbox.get(number)
    if message is None:
        raise NotFound(M(NO_SUCH.msgid, number=number))
    return message
