"""Telling another system that a step has changed: JSON by POST, signed, with a number by which it drops repeats."""

import asyncio
import contextlib
import hashlib
import hmac
import socket
from datetime import datetime

import httpx

from lotrinh.core.observation import Reason
from lotrinh.core.text import M
from lotrinh.probing.addresses import Address, Gate, Target, read_target
from lotrinh.probing.clients import new_client, trust
from lotrinh.probing.failures import Failed, from_resolver
from lotrinh.probing.options import HttpOptions
from lotrinh.probing.resolver import Resolver, system_resolver
from lotrinh.sending.outcomes import Outcome, Refused, Sent

SIGNATURE, TIMESTAMP, DELIVERY = "X-Lotrinh-Signature", "X-Lotrinh-Timestamp", "X-Lotrinh-Delivery"
TOO_MANY, TOO_SLOW, OF_SERVER = 429, 408, 500

UNUSABLE = M(
    "Địa chỉ nhận tin không dùng được, hoặc trỏ vào mạng nội bộ. "
    "Nếu đúng là máy chủ cần báo, thêm vào [http] allow_networks hoặc allow_hosts trong cấu hình."
)
NO_NAME = M("Không tra được tên miền của phần mềm nhận tin. Hãy xem lại địa chỉ webhook, hoặc máy chủ tên miền.")


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Sign a body: HMAC-SHA256 (hex) over the timestamp, a dot and the body."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()


class Hooks:
    """Sends to webhooks. An address inside our network is refused before a byte is sent, unless settings allow it.

    A delivery may be repeated: its number tells the other side. So nothing here is ever unknown.
    """

    def __init__(self, options: HttpOptions, resolver: Resolver = system_resolver) -> None:
        self._options, self._resolver = options, resolver
        self._gate = Gate(options)

    def send(self, url: str, secret: str, delivery: str, body: bytes, at: datetime) -> Outcome:
        """Send one body. Never raises for the other side's sake."""
        timestamp = str(int(at.timestamp()))
        headers = {
            "Content-Type": "application/json",
            TIMESTAMP: timestamp,
            DELIVERY: delivery,
            SIGNATURE: f"sha256={signature(secret, timestamp, body)}",
        }
        try:
            return asyncio.run(self._sent(url, headers, body))
        except Failed as failed:
            inside = failed.reason is Reason.ADDRESS
            return Refused(UNUSABLE if inside else NO_NAME, permanent=inside)
        except (TimeoutError, httpx.HTTPError, OSError, ValueError) as error:
            return Refused(M("Phần mềm nhận tin không trả lời ({reason}).", reason=type(error).__name__))

    async def _sent(self, url: str, headers: dict[str, str], body: bytes) -> Outcome:
        async with asyncio.timeout(self._options.total_seconds):
            target = read_target(url)
            return _read(await self._post(target, (await self._addresses(target))[0], headers, body))

    async def _addresses(self, target: Target) -> list[Address]:
        try:
            found = [str(target.literal)] if target.literal else await self._resolver(target.host, target.port)
        except (socket.gaierror, UnicodeError) as error:
            raise from_resolver(error, target.host) from error
        return self._gate.admit(target, found)

    async def _post(self, target: Target, address: Address, headers: dict[str, str], body: bytes) -> int:
        own = {"Host": target.host_header, "User-Agent": self._options.user_agent, "Connection": "close"}
        extensions: dict[str, object] = {} if target.literal else {"sni_hostname": target.host}
        request = httpx.Request("POST", target.at(address), headers=own | headers, content=body, extensions=extensions)
        client = new_client(trust(self._options))
        async with contextlib.aclosing(client):
            # What the other side says beyond its status is not read.
            response = await client.handle_async_request(request)
            await response.aclose()
            return response.status_code


def _read(status: int) -> Outcome:
    if httpx.codes.is_success(status):
        return Sent()
    again = status in {TOO_MANY, TOO_SLOW} or status >= OF_SERVER
    return Refused(M("Phần mềm nhận tin từ chối: {reason}", reason=status), permanent=not again)
