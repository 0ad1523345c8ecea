"""Messages of a Zalo bot."""

import json

import httpx

from lotrinh.core.text import M
from lotrinh.sending.mail import LONGEST, one_line
from lotrinh.sending.outcomes import Outcome, Refused, Sent, Unknown
from lotrinh.settings.models import Zalo

MOST = 2000
"""Characters that a message may have."""
SECONDS = 20.0
TOO_MANY, OF_SERVER = 429, 500


class ZaloBot:
    """Sends short messages by the bot's API, whose address holds the token: nothing of it is ever shown."""

    def __init__(self, settings: Zalo) -> None:
        self._settings = settings

    def send(self, chat: str, text: str) -> Outcome:
        """Send a text to one chat. Never raises for the service's sake."""
        token = self._settings.token.get_secret_value()
        url = f"{self._settings.api_url.rstrip('/')}/bot{token}/sendMessage"
        timeout = httpx.Timeout(SECONDS).as_dict()
        try:
            request = httpx.Request(
                "POST", url, json={"chat_id": chat, "text": text[:MOST]}, extensions={"timeout": timeout}
            )
            # The lower half alone: a client would write the address, and so the token, into the log.
            with httpx.HTTPTransport(trust_env=False) as transport:
                response = transport.handle_request(request)
                response.read()
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            reason = M("Không kết nối được dịch vụ Zalo ({reason}).", reason=type(error).__name__)
            return Refused(reason, everybody=True)
        except httpx.HTTPError as error:
            return Unknown(M("Dịch vụ Zalo không trả lời ({reason}).", reason=type(error).__name__))
        return _read(response)


def _read(response: httpx.Response) -> Outcome:
    """Read the answer: the service says ``ok`` in its body, whatever the status."""
    try:
        said = json.loads(response.content)
        ok, code = said["ok"] is True, int(said.get("error_code") or response.status_code)
        words = one_line(str(said.get("description") or ""))[:LONGEST]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        ok, code, words = False, response.status_code, ""
        if response.is_success:
            return Unknown(M("Dịch vụ Zalo trả lời không đọc được."))
    if ok:
        return Sent()
    reason = M("Dịch vụ Zalo từ chối: {reason}", reason=f"{code} {words}".strip())
    return Refused(reason, permanent=code != TOO_MANY and code < OF_SERVER)
