"""Where somebody is told: the roster's contacts and what the settings add, over the channels that are set up."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from lotrinh.core.checklist.units import Unit
from lotrinh.core.text import M
from lotrinh.errors import BadInput, Problem
from lotrinh.probing.addresses import read_target
from lotrinh.probing.failures import ProbeFailure
from lotrinh.sending.mail import is_address
from lotrinh.services.campaigns.rosters import Roster
from lotrinh.settings.models import ReceiverSettings, Settings, WebhookSettings

MAIL, ZALO, URL, HOOK = "mail", "zalo", "url", "webhook"
SHOWN = 2
"""Letters of an address that are shown where it is masked."""


class Address(NamedTuple):
    """One place to send to. ``to`` of a secret address is a name for it by which the settings find it again."""

    channel: str
    to: str

    @property
    def key(self) -> str:
        """A short name for keys of messages."""
        return f"{self.channel}:{secret_fingerprint(self.to)[:12]}"


Addresses = Mapping[str, Sequence[Address]]


def secret_fingerprint(secret: str) -> str:
    """Name a secret without telling it."""
    return hashlib.sha256(secret.encode()).hexdigest()[:32]


def addresses(settings: Settings, roster: Roster) -> dict[str, tuple[Address, ...]]:
    """Return the addresses of each unit that has any, by code; ``BadInput`` where the settings name a wrong one."""
    if problems := tuple(receiver_problems(settings, roster)):
        raise BadInput(problems)
    found: dict[str, dict[Address, None]] = {}  # a dict keeps the order and holds an address once
    for unit in (roster.province, *roster.units):
        if unit.contact_email and is_mail_set(settings):
            found.setdefault(unit.code, {})[Address(MAIL, unit.contact_email.strip().lower())] = None
    for receiver in settings.receivers:
        found.setdefault(receiver.unit, {}).update(dict.fromkeys(_addresses_of(settings, receiver)))
    return {code: tuple(each) for code, each in found.items() if each}


def receiver_problems(settings: Settings, roster: Roster) -> Iterator[Problem]:
    """Find what is wrong with the receivers, the webhooks' and the mail's settings."""
    codes = {unit.code for unit in (roster.province, *roster.units)}
    for number, receiver in enumerate(settings.receivers):
        where = f"receivers.{number}"
        if receiver.unit not in codes:
            sentence = M("Không có đơn vị mang mã “{code}” trong danh sách đơn vị đang dùng.", code=receiver.unit)
            yield Problem(f"{where}.unit", 0, 0, sentence)
        if receiver.mail and not is_address(receiver.mail):
            yield Problem(f"{where}.mail", 0, 0, M("Hộp thư phải có dạng ten@co-quan.gov.vn."))
        if not (receiver.mail or receiver.zalo or receiver.url.get_secret_value()):
            yield Problem(where, 0, 0, M("Chưa có địa chỉ nào: hãy ghi mail, zalo hoặc url."))
    if settings.mail.host and not is_address(settings.mail.sender):
        yield Problem("mail.sender", 0, 0, M("Hãy ghi địa chỉ gửi đi, dạng ten@co-quan.gov.vn."))
    for number, hook in enumerate(settings.webhooks):
        try:
            read_target(hook.url.get_secret_value())
        except ProbeFailure:
            yield Problem(f"webhooks.{number}.url", 0, 0, M("Địa chỉ webhook này không dùng được. Hãy xem lại."))


def is_mail_set(settings: Settings) -> bool:
    """Whether mail can be sent."""
    return bool(settings.mail.host)


def units_needing_mail(settings: Settings, units: Iterable[Unit]) -> set[str]:
    """Return the codes of these units that have a mail box, where mail cannot be sent; nobody where it can."""
    if is_mail_set(settings):
        return set()
    codes = {unit.code: bool(unit.contact_email) for unit in units}
    with_mailbox = {receiver.unit for receiver in settings.receivers if receiver.mail}
    return {code for code, has in codes.items() if has or code in with_mailbox}


def _addresses_of(settings: Settings, receiver: ReceiverSettings) -> Iterator[Address]:
    if receiver.mail and is_mail_set(settings):
        yield Address(MAIL, receiver.mail.strip().lower())
    if receiver.zalo and settings.zalo.token.get_secret_value():
        yield Address(ZALO, receiver.zalo)
    if secret := receiver.url.get_secret_value():
        yield Address(URL, secret_fingerprint(secret))


def find_secret_url(settings: Settings, name: str) -> str | None:
    """Find an Apprise address again by its name; None where the settings no longer have it."""
    urls = (receiver.url.get_secret_value() for receiver in settings.receivers)
    return next((url for url in urls if url and secret_fingerprint(url) == name), None)


def find_webhook(settings: Settings, name: str) -> WebhookSettings | None:
    """Find a webhook again by its address's name; None where the settings no longer have it."""
    return next((hook for hook in settings.webhooks if secret_fingerprint(hook.url.get_secret_value()) == name), None)


def mask_receiver(settings: Settings, channel: str, to: str) -> str:
    """Mask the address of a message; of a webhook, which stands there by its name only, show where it is."""
    hook = find_webhook(settings, to) if channel == HOOK else None
    return mask_address(channel, hook.url.get_secret_value() if hook else to)


def mask_address(channel: str, to: str) -> str:
    """Show an address so that its owner knows it and nobody else learns it."""
    return CHANNELS[channel].mask(to) if channel in CHANNELS else to


def _mask_mail(to: str) -> str:
    name, _, domain = to.partition("@")
    return f"{name[:SHOWN]}…@{domain}"


def _mask_secret(to: str) -> str:
    return f"{to[:SHOWN]}…"


def _mask_hook(to: str) -> str:
    if "://" not in to:
        return _mask_secret(to)
    # What follows the host may be a key, and what stands before it a password.
    url = urlsplit(to)
    return f"{url.scheme}://{url.netloc.rpartition('@')[2]}"


class ChannelFacts(NamedTuple):
    """One way of sending: how an address is shown masked, and whether one server of ours takes all its messages."""

    mask: Callable[[str], str]
    has_one_server: bool = False


CHANNELS: Mapping[str, ChannelFacts] = {
    MAIL: ChannelFacts(_mask_mail, has_one_server=True),
    ZALO: ChannelFacts(_mask_secret, has_one_server=True),
    URL: ChannelFacts(_mask_secret),
    HOOK: ChannelFacts(_mask_hook),
}
"""Every channel. Receivers have a setting of the same name for each but webhooks, which are other systems' own."""
