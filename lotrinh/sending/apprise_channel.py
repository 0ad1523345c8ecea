"""Any channel that Apprise knows: Telegram, SMS gateways, chat rooms."""

import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from lotrinh.core.text import M
from lotrinh.sending.outcomes import Delivery, DeliveryOutcome, Refusal, UnclearDelivery

if TYPE_CHECKING:
    import apprise

ANSWERED = re.compile(r"error=(\d{3})\b")
NOT_CONNECTED = ("NewConnectionError", "NameResolutionError", "ConnectTimeout", "Name or service not known")
TOO_MANY, OF_SERVER = 429, 500
WHOLE_SECONDS = 120.0
"""How long a channel may take: Apprise waits for each piece of an answer, not for the whole."""
TALKERS = ("apprise", "urllib3")
"""Loggers that write addresses, and so tokens, and what is sent."""
SPLIT = "split"
"""Apprise's word for sending a long text as several messages."""
UNCLEAR = M("Kênh gửi không cho biết đã nhận chưa.")
SEVERAL = M("Địa chỉ kênh gửi này có nhiều nơi nhận: không rõ nơi nào đã nhận. Hãy ghi mỗi nơi nhận một url riêng.")


class LogCapture(logging.Handler):
    """The lines that the thread which made it has logged."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self._thread, self.text = threading.get_ident(), ""

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one record."""
        if record.thread == self._thread:
            self.text += f"{record.getMessage()}\n"


class LogSilencer:
    """Keeps the lines of the talkers from every other handler while anything is being sent."""

    def __init__(self) -> None:
        self._lock, self._sending = threading.Lock(), 0
        self._before: list[tuple[logging.Logger, int, bool, list[logging.Handler]]] = []

    @contextmanager
    def capture(self) -> Iterator[LogCapture]:
        """Give one thread its own lines, and nobody else any."""
        log = LogCapture()
        with self._lock:
            if not self._sending:
                self._take()
            self._sending += 1
            logging.getLogger(TALKERS[0]).addHandler(log)
        try:
            yield log
        finally:
            with self._lock:
                logging.getLogger(TALKERS[0]).removeHandler(log)
                self._sending -= 1
                if not self._sending:
                    self._give_back()

    def _take(self) -> None:
        loggers = [logging.getLogger(name) for name in TALKERS]
        self._before = [(each, each.level, each.propagate, each.handlers[:]) for each in loggers]
        for each in loggers:
            each.handlers[:], each.propagate = [logging.NullHandler()], False
        loggers[0].setLevel(logging.DEBUG)

    def _give_back(self) -> None:
        for logger, level, propagate, handlers in self._before:
            logger.handlers[:], logger.propagate = handlers, propagate
            logger.setLevel(level)


_silencer = LogSilencer()


def send(url: str, title: str, text: str) -> DeliveryOutcome:
    """Send a short text to an Apprise address. Never raises for the service's sake, and never waits for ever.

    Apprise itself tells no more than yes or no; what is certain is read from what it logs, and only that is tried
    again. The log may hold tokens: no word of it goes any further.
    """
    outcomes: list[DeliveryOutcome] = []
    thread = threading.Thread(
        target=lambda: outcomes.append(_notify(url, title, text)), name="lotrinh-channel", daemon=True
    )
    thread.start()
    thread.join(WHOLE_SECONDS)
    return outcomes[0] if outcomes else UnclearDelivery(UNCLEAR)


def _notify(url: str, title: str, text: str) -> DeliveryOutcome:
    import apprise  # noqa: PLC0415 - heavy, and needed where somebody uses such a channel

    with _silencer.capture() as log:
        channel = apprise.Apprise()
        if not channel.add(url):
            return Refusal(M("Địa chỉ kênh gửi (url) không đúng cách viết của Apprise."), is_permanent=True)
        try:
            several = _has_several_messages(channel)
            if channel.notify(body=text, title=title, body_format=apprise.NotifyFormat.TEXT):
                return Delivery()
        except Exception:  # noqa: BLE001 - whatever a channel's own code does: nobody knows how far it came
            return UnclearDelivery(UNCLEAR)
    # Of several messages one may have been taken though another was not.
    return UnclearDelivery(SEVERAL) if several else _read(log.text)


def _has_several_messages(channel: "apprise.Apprise") -> bool:
    """Whether more than one message may go out: to several places, in several pieces, or in several tries."""
    (plugin, *more) = channel
    return bool(more) or len(plugin) != 1 or plugin.overflow_mode == SPLIT


def _read(log_text: str) -> DeliveryOutcome:
    """Read from Apprise's log what is certain of one message: not an error of a server, which may have a gateway."""
    if codes := [int(code) for code in ANSWERED.findall(log_text)]:
        reason = M("Kênh gửi từ chối: {reason}", reason=codes[-1])
        return (
            UnclearDelivery(UNCLEAR) if max(codes) >= OF_SERVER else Refusal(reason, is_permanent=TOO_MANY not in codes)
        )
    if any(word in log_text for word in NOT_CONNECTED):
        return Refusal(M("Không kết nối được kênh gửi."))
    return UnclearDelivery(UNCLEAR)
