"""Who wrote an entry of the journal, in words: the journal itself keeps the accounts' ids."""

from lotrinh.core.text import M, Message
from lotrinh.services.accounts import CONSOLE
from lotrinh.services.campaigns import Campaign

SAMPLE = "mau:du-lieu-mau"
"""The actor of all sample data."""


def named(actor: str, campaign: Campaign) -> Message | str:
    """Name an actor of a campaign: a unit by its name, whether its people or its own software spoke."""
    if actor == SAMPLE:
        return M("dữ liệu mẫu")
    if actor == CONSOLE.actor:
        return M("dòng lệnh trên máy chủ")
    kind, _, name = actor.partition(":")
    if kind == "unit":
        unit = campaign.by_code.get(name)
        return unit.full_name if unit else M("đơn vị {code}", code=name)
    if kind == "officer":
        return M("Văn phòng tỉnh ({name})", name=name)
    if kind == "program":
        return M("phần mềm của văn phòng tỉnh ({name})", name=name)
    return actor
