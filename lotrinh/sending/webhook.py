"""Telling another system that a step has changed: JSON by POST, signed, with a number by which it drops repeats."""

import asyncio
import contextlib
import hashlib
import hmac
import socket
from datetime import datetime

import httpx

from lotrinh.core.status.observation import Reason
from lotrinh.core.text import M
from lotrinh.probing.addresses import Address, Gate, Target, read_target
from lotrinh.probing.clients import new_client, trusted_context
from lotrinh.probing.failures import ProbeFailure, failure_of_lookup
from lotrinh.probing.options import HttpOptions
from lotrinh.probing.resolver import Resolver, system_resolver
from lotrinh.sending.outcomes import Delivery, DeliveryOutcome, Refusal

SIGNATURE, TIMESTAMP, DELIVERY = "X-Lotrinh-Signature", "X-Lotrinh-Timestamp", "X-Lotrinh-Delivery"
OF_SERVER = 500
AGAIN = frozenset({401, 403, 404, 408, 425, 429})
"""Refusals that may end: a key or an address that is set right, a busy server. So may all errors of a server."""
EVERYBODY = frozenset({401, 403, 404, 429, 502, 503, 504})
"""Answers that are not about this message: another one would have had the same."""

UNUSABLE = M(
    "Địa chỉ nhận tin không dùng được, hoặc trỏ vào mạng nội bộ. "
    "Nếu đúng là máy chủ cần báo, thêm vào [http] allow_networks hoặc allow_hosts trong cấu hình."
)
NO_NAME = M("Không tra được tên miền của phần mềm nhận tin. Hãy xem lại địa chỉ webhook, hoặc máy chủ tên miền.")


def sign_body(secret: str, timestamp: str, delivery: str, body: bytes) -> str:
    """Sign a body and its number: HMAC-SHA256 (hex) over timestamp, delivery and body, with dots between."""
    signed = f"{timestamp}.{delivery}.".encode() + body
    return hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


class WebhookSender:
    """Sends to webhooks. An address inside our network is refused before a byte is sent, unless settings allow it.

    A delivery may be repeated: its number tells the other side. So nothing here is ever unknown.
    """

    def __init__(self, options: HttpOptions, resolver: Resolver = system_resolver) -> None:
        self._options, self._resolver = options, resolver
        self._gate = Gate(options)

    def send(self, url: str, secret: str, delivery: str, body: bytes, at: datetime) -> DeliveryOutcome:
        """Send one body. Never raises for the other side's sake."""
        timestamp = str(int(at.timestamp()))
        headers = {
            "Content-Type": "application/json",
            TIMESTAMP: timestamp,
            DELIVERY: delivery,
            SIGNATURE: f"sha256={sign_body(secret, timestamp, delivery, body)}",
        }
        try:
            return asyncio.run(self._sent(url, headers, body))
        except ProbeFailure as failed:
            inside = failed.reason is Reason.ADDRESS
            return Refusal(UNUSABLE if inside else NO_NAME, is_permanent=inside, is_about_server=True)
        except (TimeoutError, httpx.HTTPError, OSError, ValueError) as error:
            reason = M("Phần mềm nhận tin không trả lời ({reason}).", reason=type(error).__name__)
            return Refusal(reason, is_about_server=True)

    async def _sent(self, url: str, headers: dict[str, str], body: bytes) -> DeliveryOutcome:
        """Post to the first address that can be connected to, all within one time."""
        async with asyncio.timeout(self._options.total_seconds):
            target = read_target(url)
            *others, last = await self._addresses(target)
            for address in others:
                with contextlib.suppress(httpx.ConnectError, httpx.ConnectTimeout):
                    return _read(await self._post(target, address, headers, body))
            return _read(await self._post(target, last, headers, body))

    async def _addresses(self, target: Target) -> list[Address]:
        try:
            found = [str(target.literal)] if target.literal else await self._resolver(target.host, target.port)
        except (socket.gaierror, UnicodeError) as error:
            raise failure_of_lookup(error, target.host) from error
        return self._gate.admit(target, found)

    async def _post(self, target: Target, address: Address, headers: dict[str, str], body: bytes) -> int:
        own = {"Host": target.host_header, "User-Agent": self._options.user_agent, "Connection": "close"}
        extensions: dict[str, object] = {"timeout": {"connect": self._options.connect_seconds}}
        extensions |= {} if target.literal else {"sni_hostname": target.host}
        request = httpx.Request("POST", target.at(address), headers=own | headers, content=body, extensions=extensions)
        client = new_client(trusted_context(self._options))
        async with contextlib.aclosing(client):
            # What the other side says beyond its status is not read.
            response = await client.handle_async_request(request)
            await response.aclose()
            return response.status_code


def _read(status: int) -> DeliveryOutcome:
    if httpx.codes.is_success(status):
        return Delivery()
    reason = M("Phần mềm nhận tin từ chối: {reason}", reason=status)
    return Refusal(
        reason, is_permanent=not (status in AGAIN or status >= OF_SERVER), is_about_server=status in EVERYBODY
    )
