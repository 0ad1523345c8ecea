"""A channel is one row of a table, and whoever does something by channel does it for each."""

from collections.abc import Mapping

import pytest
from pydantic import SecretStr

from flows.deploy import has_sender
from lotrinh.errors import BadInput
from lotrinh.i18n import say
from lotrinh.services.campaigns.rosters import open_roster
from lotrinh.services.notify.receivers import CHANNELS, HOOK, addresses, mask_address
from lotrinh.services.notify.senders import Channels
from lotrinh.settings.load import LoadedSettings
from lotrinh.settings.models import MailSettings, ReceiverSettings, Settings, WebhookSettings, ZaloSettings
from tests.conftest import TOP
from tests.services.reminding import DAY

OF_RECEIVERS = [name for name in ReceiverSettings.model_fields if name != "unit"]
MAIL = MailSettings(host="localhost", sender="lotrinh@phutho.example.vn")
BOT = ZaloSettings(token=SecretStr("khoa-cua-bot"))
HOOKS = (WebhookSettings(url=SecretStr("https://a.vn/x"), secret=SecretStr("khoa-de-ky-tin-webhook")),)
ELSEWHERE = (ReceiverSettings(unit="25", url=SecretStr("tgram://token/chat")),)
SET_UP: Mapping[str, Settings] = {
    "mail": Settings(mail=MAIL),
    "zalo": Settings(zalo=BOT),
    "url": Settings(receivers=ELSEWHERE),
    HOOK: Settings(webhooks=HOOKS),
}
"""Channel -> settings of an office that has it alone."""
ADDRESS = "chi-lan@phutho.example.vn"


def receiver(*fields: str) -> Settings:
    given = ReceiverSettings.model_validate({"unit": "25"} | dict.fromkeys(fields, ADDRESS))
    return Settings(receivers=(given,), mail=MAIL, zalo=BOT)


def test_each_channel_is_sent_by_and_none_besides() -> None:
    assert Channels(Settings(), lambda: DAY)._ways.keys() == CHANNELS.keys()


def test_a_receiver_has_a_setting_for_each_channel_but_webhooks_and_is_told_by_it() -> None:
    assert {*OF_RECEIVERS, HOOK} == CHANNELS.keys()
    settings = receiver(*OF_RECEIVERS)
    assert {place.channel for place in addresses(settings, open_roster(settings))["25"]} == {*OF_RECEIVERS}


@pytest.mark.parametrize("channel", OF_RECEIVERS)
def test_one_address_is_enough_whichever_it_is_and_who_gives_none_is_told_of_all(channel: str) -> None:
    settings = receiver(channel)
    assert [place.channel for place in addresses(settings, open_roster(settings))["25"]] == [channel]
    with pytest.raises(BadInput) as caught:
        addresses(receiver(), open_roster(settings))
    assert channel in say(caught.value.problems[0].sentence)


def test_an_office_with_any_channel_sends_by_schedule() -> None:
    assert SET_UP.keys() == CHANNELS.keys()
    assert [name for name, each in SET_UP.items() if not has_sender(LoadedSettings(each, None, {}))] == []
    assert not has_sender(LoadedSettings(Settings(), None, {}))


@pytest.mark.parametrize("channel", CHANNELS)
def test_no_channel_shows_an_address_whole(channel: str) -> None:
    assert ADDRESS not in (masked := mask_address(channel, ADDRESS))
    assert "…" in masked


@pytest.mark.parametrize("channel", CHANNELS)
def test_the_guide_names_each_channel(channel: str) -> None:
    guide = (TOP / "docs" / "reminders.md").read_text(encoding="utf-8")
    assert f"`{channel}`" in guide or f"[{channel}]" in guide or f"[[{channel}s]]" in guide
