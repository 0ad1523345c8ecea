"""Messages of a Zalo bot."""

import asyncio
import contextlib
import json

import httpx

from lotrinh.core.text import M
from lotrinh.sending.outcomes import LONGEST_QUOTE, Delivery, DeliveryOutcome, Refusal, UnclearDelivery, one_line
from lotrinh.settings.models import ZaloSettings

MOST = 2000
"""Characters that a message may have."""
SECONDS, WHOLE_SECONDS = 20.0, 60.0
"""How long each piece may take, and everything together."""
LONGEST_ANSWER = 64 * 1024
TOO_MANY, OF_SERVER = 429, 500


class ZaloBot:
    """Sends short messages by the bot's API, whose address holds the token: nothing of it is ever shown."""

    def __init__(self, settings: ZaloSettings) -> None:
        self._settings = settings

    def send(self, chat: str, text: str) -> DeliveryOutcome:
        """Send a text to one chat. Never raises for the service's sake."""
        token = self._settings.token.get_secret_value()
        url = f"{self._settings.api_url.rstrip('/')}/bot{token}/sendMessage"
        try:
            status, content = asyncio.run(_post(url, {"chat_id": chat, "text": text[:MOST]}))
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            reason = M("Không kết nối được dịch vụ Zalo ({reason}).", reason=type(error).__name__)
            return Refusal(reason, is_about_server=True)
        except (httpx.HTTPError, TimeoutError) as error:
            return UnclearDelivery(M("Dịch vụ Zalo không trả lời ({reason}).", reason=type(error).__name__))
        return _read(status, content)


async def _post(url: str, body: dict[str, str]) -> tuple[int, bytes]:
    """Return status and answer, of which no more is read than it may have, and no longer than it may take."""
    extensions = {"timeout": httpx.Timeout(SECONDS).as_dict()}
    request = httpx.Request("POST", url, json=body, headers={"Accept-Encoding": "identity"}, extensions=extensions)
    content = b""
    # The lower half alone: a client would write the address, and so the token, into the log.
    async with asyncio.timeout(WHOLE_SECONDS), httpx.AsyncHTTPTransport(trust_env=False) as transport:
        response = await transport.handle_async_request(request)
        async with contextlib.aclosing(response):
            async for piece in response.aiter_raw():
                content += piece
                if len(content) > LONGEST_ANSWER:
                    break
        return response.status_code, content[:LONGEST_ANSWER]


def _read(status: int, content: bytes) -> DeliveryOutcome:
    """Read the answer: the service says ``ok`` in its body, whatever the status.

    An error without that word may be a gateway's, and what stands behind it may have taken the message.
    """
    ok: object = None
    try:
        said = json.loads(content)
        ok = said["ok"]
        code = int(said.get("error_code") or status)
        words = one_line(str(said.get("description") or ""))[:LONGEST_QUOTE]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        code, words = status, ""
    if ok is True:
        return Delivery()
    if ok is not False and httpx.codes.is_success(status):
        return UnclearDelivery(M("Dịch vụ Zalo trả lời không đọc được."))
    if ok is not False and status >= OF_SERVER:
        return UnclearDelivery(M("Dịch vụ Zalo báo lỗi {code}: không rõ đã gửi chưa.", code=status))
    reason = M("Dịch vụ Zalo từ chối: {reason}", reason=f"{code} {words}".strip())
    return Refusal(reason, is_permanent=code != TOO_MANY and code < OF_SERVER)
