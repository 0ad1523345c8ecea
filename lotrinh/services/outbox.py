"""Emptying the outbox: each message claimed, sent once, and its end recorded.

A refusal is tried again after growing waits; what is unclear is left to people.
"""

import base64
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from lotrinh.clock import Clock
from lotrinh.core.text import M, Message
from lotrinh.errors import Conflict, NotFound
from lotrinh.i18n import say
from lotrinh.probing.clients import trust
from lotrinh.sending import channels
from lotrinh.sending.mail import Attachment, Mail, Mailer
from lotrinh.sending.outcomes import Outcome, Refused, Sent, Unknown
from lotrinh.sending.webhook import Hooks
from lotrinh.sending.zalo import ZaloBot
from lotrinh.services.ask import http_options
from lotrinh.services.quiet import Quiet
from lotrinh.services.receivers import HOOK, MAIL, URL, ZALO, secret_url
from lotrinh.settings.models import Settings
from lotrinh.store import Store
from lotrinh.store.outbox import FAILED, SENT, UNCLEAR, WAITING, Ending
from lotrinh.store.outbox import Message as Posted

log = logging.getLogger("lotrinh.outbox")
LOST = timedelta(minutes=30)
"""A sender that has not said for so long what became of a message has been killed; no channel takes longer."""
FIRST_WAIT, LONGEST_WAIT, GROWTH = timedelta(minutes=2), timedelta(hours=6), 4
REMINDER = "remind"
"""The kind of messages that are true on their own day only."""
KEPT = ("to", "subject", "title", "day", "delivery", "campaigns")
"""What is kept of a message that has been sent."""
LOST_WORDS = M("Việc gửi bị dừng giữa chừng: không rõ đã gửi chưa.")
TOO_LATE = M("Qua ngày mà chưa gửi được, nên không gửi nữa.")
NOWHERE = M("Chưa có địa chỉ nhận. Hãy khai báo trong [[receivers]] hoặc danh sách đơn vị.")
GONE = M("Địa chỉ này không còn trong cấu hình.")
NO_ADDRESS = M(
    "Tin này chưa có địa chỉ nhận nên không gửi lại được. Hãy khai báo địa chỉ trong [[receivers]] hoặc danh sách "
    "đơn vị; những tin sau sẽ gửi tới đó. Tin này thì bỏ đi."
)
PAST_DAY = M("Lời nhắc này của ngày {day}, nay đã qua nên không gửi lại nữa. Hãy bỏ tin này, rồi chạy: lotrinh remind")
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


class Senders:
    """The channels, set up as the settings say."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        options = http_options(settings)
        self._mailer = Mailer(settings.mail, trust(options))
        self._zalo, self._hooks = ZaloBot(settings.zalo), Hooks(options)
        self._ways: Mapping[str, Callable[[Posted], Outcome]] = {
            MAIL: self._mail,
            ZALO: lambda m: self._zalo.send(m.content["to"], m.content["short"]),
            URL: self._url,
            HOOK: self._hook,
        }

    def send(self, message: Posted) -> Outcome:
        """Send one message by its channel."""
        way = self._ways.get(message.channel)
        return way(message) if way else Refused(NOWHERE, permanent=True)

    def _mail(self, message: Posted) -> Outcome:
        if not self._settings.mail.host:
            return Refused(M("Chưa cấu hình máy chủ gửi thư ([mail] host)."), everybody=True)
        content = message.content
        files = [_attachment(file) for file in content.get("files", ())]
        return self._mailer.send(
            Mail(
                content["to"],
                content["subject"],
                content["text"],
                content["html"],
                content["id"],
                message.created_at.astimezone(ZoneInfo(self._settings.timezone)),
                files,
            )
        )

    def _url(self, message: Posted) -> Outcome:
        url = secret_url(self._settings, message.content["to"])
        content = message.content
        return channels.send(url, content["title"], content["short"]) if url else Refused(GONE, permanent=True)

    def _hook(self, message: Posted) -> Outcome:
        url, body = message.content["to"], message.content["body"]
        hook = next((hook for hook in self._settings.webhooks if hook.url == url), None)
        if hook is None:
            return Refused(GONE, permanent=True)
        secret = hook.secret.get_secret_value()
        return self._hooks.send(url, secret, message.content["delivery"], body.encode(), self._clock())


def _attachment(file: Mapping[str, Any]) -> Attachment:
    return Attachment(file["name"], file["media"], base64.b64decode(file["base64"]))


def empty(store: Store, settings: Settings, quiet: Quiet, clock: Clock) -> Emptied:
    """Send all that may be sent now. Several may do so at once: no message has two senders."""
    store.outbox.give_up_lost(clock(), say(LOST_WORDS))
    go = _Go(store, settings, Senders(settings, clock), clock)
    after = 0
    while found := store.outbox.due(clock(), after):
        after = found[-1].id
        for message in found:
            if message.channel not in go.closed and (message.channel == HOOK or not quiet(clock())):
                go.take(message)
    go.done.waiting = store.outbox.counts().get(WAITING, 0)
    return go.done


@dataclass(slots=True)
class _Go:
    """One go through the outbox. ``closed`` are the channels that take nothing from anybody now."""

    store: Store
    settings: Settings
    senders: Senders
    clock: Clock
    closed: set[str] = field(default_factory=set)
    done: Emptied = field(default_factory=Emptied)

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
        if isinstance(outcome, Refused) and outcome.everybody:
            self.closed.add(claimed.channel)
        _count(self.done, claimed, ending)


def _too_late(message: Posted, settings: Settings, now: datetime) -> bool:
    """Whether a reminder speaks of another day than today: by now it may say what is no longer so."""
    today = now.astimezone(ZoneInfo(settings.timezone)).date().isoformat()
    return message.kind == REMINDER and message.content.get("day", today) != today


def _ending(outcome: Outcome, message: Posted, tries: int, now: datetime) -> Ending:
    if isinstance(outcome, Sent):
        return Ending(SENT, now)
    reason = say(outcome.reason)
    if isinstance(outcome, Unknown):
        return Ending(UNCLEAR, now, reason)
    if outcome.permanent or message.tries >= tries:
        return Ending(FAILED, now, reason)
    return Ending(WAITING, now, reason, now + min(FIRST_WAIT * GROWTH ** (message.tries - 1), LONGEST_WAIT))


def _kept(message: Posted, ending: Ending) -> Mapping[str, Any] | None:
    """Forget the words of what has been sent: a year of letters would outgrow the record they were made from."""
    if ending.state != SENT:
        return None
    return {name: message.content[name] for name in KEPT if name in message.content}


def _count(done: Emptied, message: Posted, ending: Ending) -> None:
    done.sent += ending.state == SENT
    done.failed += ending.state == FAILED
    done.unclear += ending.state == UNCLEAR
    if ending.problem:
        # Neither addresses nor words: a log is read by more people than the outbox.
        log.warning(
            "outbox id=%s unit=%s channel=%s state=%s", message.id, message.receiver, message.channel, ending.state
        )
        done.problems.append(Trouble(message.id, message.receiver, ending.problem))


def retry(store: Store, number: int, now: datetime) -> None:
    """Let a message be sent again; ``Conflict`` where it was sent, still will be, or cannot be on the day of ``now``.

    ``now`` is in the office's zone.
    """
    message = _known(store, number)
    if message.state in {FAILED, UNCLEAR}:
        if not message.content.get("to"):
            raise Conflict(NO_ADDRESS)
        day = message.content.get("day", "")
        if message.kind == REMINDER and day and day != now.date().isoformat():
            raise Conflict(M(PAST_DAY.msgid, day=date.fromisoformat(day)))
    if not store.outbox.retry(number, now):
        raise Conflict(M("Chỉ gửi lại được tin không gửi được, hoặc không rõ đã gửi chưa."))


def drop(store: Store, number: int, now: datetime) -> None:
    """Never send a message; ``Conflict`` where it was sent, or is being sent."""
    _known(store, number)
    if not store.outbox.drop(number, now):
        raise Conflict(M("Tin này đã gửi, đang gửi, hoặc đã bỏ."))


def _known(store: Store, number: int) -> Posted:
    message = store.outbox.get(number)
    if message is None:
        raise NotFound(M(NO_SUCH.msgid, number=number))
    return message
