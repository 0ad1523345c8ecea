"""Kinds of values that settings have; pydantic's error of each names what ``problems`` says about it."""

import re
from datetime import date, datetime
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError
from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, SecretStr, StringConstraints
from pydantic_core import PydanticCustomError

from lotrinh.core.text import M
from lotrinh.settings.crons import fault_of, too_often

TOKEN_CHARACTERS = 20
"""What is shorter could be guessed."""
NEVER = M("không bao giờ đến: không tháng nào nêu ở phần tháng có ngày nêu ở phần ngày")
_HOOK = re.compile(r"https?://[^\s/?#@]+([/?#]\S*)?", re.IGNORECASE)


def known_zone(name: str) -> str:
    """Return the name of an IANA time zone that this machine knows."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise PydanticCustomError("zone", "not a time zone") from error
    return name


def network(value: object) -> IPv4Network | IPv6Network:
    """Return the network; one error for it, where a union would give one for each of its kinds."""
    try:
        return ip_network(str(value))
    except ValueError as error:
        raise PydanticCustomError("ip_network", "not a network") from error


def none_if_empty(value: object) -> object:
    """Let a key that is left empty be one that is not set."""
    return None if value == "" else value


def plain_cron(value: str) -> str:
    """Return a cron expression that every program runs at the same moments; empty is none."""
    plain = " ".join(value.split())
    if plain and (fault := fault_of(plain)):
        raise PydanticCustomError("cron", "not a plain cron expression", {"sentence": fault})
    if plain:
        try:
            next(CronSim(plain, datetime(2026, 1, 1)))  # noqa: DTZ001 - only whether it ever comes
        except (CronSimError, StopIteration) as error:
            raise PydanticCustomError("cron", "never comes", {"sentence": NEVER}) from error
    return plain


def cron(value: str) -> str:
    """Return the same, where it does not come too often either: what somebody writes now."""
    plain = plain_cron(value)
    if plain and (fault := too_often(plain)):
        raise PydanticCustomError("cron", "too often", {"sentence": fault})
    return plain


def hook_url(value: SecretStr) -> SecretStr:
    """Return an address to POST to: http or https, with a host and no user before it."""
    if not _HOOK.fullmatch(value.get_secret_value()):
        raise PydanticCustomError("webhook_url", "not an address")
    return value


def key(value: SecretStr) -> SecretStr:
    """Return a key that is too long to be guessed."""
    if len(value.get_secret_value()) < TOKEN_CHARACTERS:
        raise PydanticCustomError("key", "short")
    return value


HookUrl = Annotated[SecretStr, AfterValidator(hook_url)]
Key = Annotated[SecretStr, AfterValidator(key)]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]*$")]
Port = Annotated[int, Field(ge=1, le=65535)]
Network = Annotated[IPv4Network | IPv6Network, PlainValidator(network)]
Zone = Annotated[str, AfterValidator(known_zone)]
File = Annotated[Path | None, BeforeValidator(none_if_empty)]
Day = Annotated[date | None, BeforeValidator(none_if_empty)]
Cron = Annotated[str, AfterValidator(cron)]
KeptCron = Annotated[str, AfterValidator(plain_cron)]
Hours = Annotated[str, StringConstraints(pattern=r"^(([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d)?$")]
