"""Any channel that Apprise knows: Telegram, SMS gateways, chat rooms."""

import re

from lotrinh.core.text import M
from lotrinh.sending.outcomes import Outcome, Refused, Sent, Unknown

ANSWERED = re.compile(r"error=(\d{3})\b")
NOT_CONNECTED = ("NewConnectionError", "NameResolutionError", "ConnectTimeout", "Name or service not known")
TOO_MANY, OF_SERVER = 429, 500


def send(url: str, title: str, text: str) -> Outcome:
    """Send a short text to an Apprise address. Never raises for the service's sake.

    Apprise itself tells no more than yes or no; what is certain is read from what it logs, and only that is tried
    again. The log may hold tokens: no word of it goes any further.
    """
    import logging  # noqa: PLC0415 - beside what it is for

    import apprise  # noqa: PLC0415 - heavy, and needed where somebody uses such a channel

    channel = apprise.Apprise()
    if not channel.add(url):
        return Refused(M("Địa chỉ kênh gửi (url) không đúng cách viết của Apprise."), permanent=True)
    capture = apprise.LogCapture(level=logging.DEBUG)  # type: ignore[no-untyped-call]  # apprise has no types there
    with capture as log:
        if channel.notify(body=text, title=title, body_format=apprise.NotifyFormat.TEXT):
            return Sent()
        said = log.getvalue()
    if found := ANSWERED.search(said):
        code = int(found[1])
        reason = M("Kênh gửi từ chối: {reason}", reason=code)
        return Refused(reason, permanent=code != TOO_MANY and code < OF_SERVER)
    if any(word in said for word in NOT_CONNECTED):
        return Refused(M("Không kết nối được kênh gửi."))
    return Unknown(M("Kênh gửi không cho biết đã nhận chưa."))
