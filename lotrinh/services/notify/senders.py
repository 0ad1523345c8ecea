"""Sending one message of the outbox by its channel, set up as the settings say."""

import base64
from collections.abc import Callable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from lotrinh.clock import Clock
from lotrinh.core.text import M
from lotrinh.probing.clients import trusted_context
from lotrinh.sending import apprise_channel
from lotrinh.sending.mail import Attachment, Mail, Mailer
from lotrinh.sending.outcomes import DeliveryOutcome, Refusal
from lotrinh.sending.webhook import WebhookSender
from lotrinh.sending.zalo import ZaloBot
from lotrinh.services.http_options import http_options
from lotrinh.services.notify.receivers import HOOK, MAIL, URL, ZALO, find_secret_url, find_webhook
from lotrinh.settings.models import Settings
from lotrinh.store.outbox import OutboxMessage

NOWHERE = M("Chưa có địa chỉ nhận. Hãy khai báo trong [[receivers]] hoặc danh sách đơn vị.")
NO_MAIL = M("Chưa khai báo [mail] nên không gửi thư được. Hãy ghi host và sender trong [mail].")
GONE = M("Địa chỉ này không còn trong cấu hình.")


class Channels:
    """The channels, set up as the settings say."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        options = http_options(settings)
        self._mailer = Mailer(settings.mail, trusted_context(options))
        self._zalo, self._hooks = ZaloBot(settings.zalo), WebhookSender(options)
        self._ways: Mapping[str, Callable[[OutboxMessage], DeliveryOutcome]] = {
            MAIL: self._mail,
            ZALO: lambda m: self._zalo.send(m.content["to"], m.content["short"]),
            URL: self._url,
            HOOK: self._hook,
        }

    def send(self, message: OutboxMessage) -> DeliveryOutcome:
        """Send one message by its channel."""
        way = self._ways.get(message.channel)
        return way(message) if way else Refusal(NOWHERE, is_permanent=True)

    def _mail(self, message: OutboxMessage) -> DeliveryOutcome:
        if not self._settings.mail.host:
            return Refusal(NO_MAIL, is_about_server=True)
        content = message.content
        files = [_attachment(file) for file in content.get("files", ())]
        return self._mailer.send(
            Mail(
                to=content["to"],
                subject=content["subject"],
                text=content["text"],
                html=content["html"],
                id=content["id"],
                at=message.created_at.astimezone(ZoneInfo(self._settings.timezone)),
                attachments=files,
            )
        )

    def _url(self, message: OutboxMessage) -> DeliveryOutcome:
        url = find_secret_url(self._settings, message.content["to"])
        content = message.content
        return (
            apprise_channel.send(url, content["title"], content["short"]) if url else Refusal(GONE, is_permanent=True)
        )

    def _hook(self, message: OutboxMessage) -> DeliveryOutcome:
        content, hook = message.content, find_webhook(self._settings, message.content["to"])
        if hook is None:
            return Refusal(GONE, is_permanent=True)
        url, secret = hook.url.get_secret_value(), hook.secret.get_secret_value()
        return self._hooks.send(url, secret, content["delivery"], content["body"].encode(), self._clock())


def _attachment(file: Mapping[str, Any]) -> Attachment:
    return Attachment(file["name"], file["media"], base64.b64decode(file["base64"]))
