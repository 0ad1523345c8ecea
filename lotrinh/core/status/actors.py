"""Who wrote an entry of the journal, in words: the journal itself keeps the accounts' ids."""

from collections.abc import Mapping

from lotrinh.core.checklist.units import Unit
from lotrinh.core.text import M, Message

SAMPLE = "mau:du-lieu-mau"
"""The actor of all sample data."""
SHEETS = "office:return-sheet"
"""The actor of what was read from return sheets on the command line; in the portal an officer does it by name."""
CONSOLE = "console"
"""The actor of what is done on the server's own command line."""


def actor_name(actor: str, units: Mapping[str, Unit]) -> Message | str:
    """Name an actor: a unit, by its code in ``units``, whether its people or its own software spoke."""
    if actor == SAMPLE:
        return M("dữ liệu mẫu")
    if actor == SHEETS:
        return M("phiếu xác nhận, do văn phòng tỉnh nhập")
    if actor == CONSOLE:
        return M("dòng lệnh trên máy chủ")
    kind, _, name = actor.partition(":")
    if kind == "unit":
        unit = units.get(name)
        return unit.full_name if unit else M("đơn vị {code}", code=name)
    if kind == "officer":
        return M("Văn phòng tỉnh ({name})", name=name)
    if kind == "program":
        return M("phần mềm của văn phòng tỉnh ({name})", name=name)
    return actor
