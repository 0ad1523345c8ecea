"""What the pictures tell, read back from their marks, signs and hints rather than from their description."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from xml.etree import ElementTree as ET

from tests.reports.readers import number

SVG = "{http://www.w3.org/2000/svg}"
UNKNOWN = "?"


class Mark(NamedTuple):
    """One milestone of the timeline: how many units are overdue and unknown, and which signs stand at its line."""

    overdue: int
    unknown: int
    signs: str


def root(content: bytes) -> ET.Element:
    return ET.fromstring(content.decode().split("?>", 1)[-1])  # noqa: S314 - our own


def texts_of_class(element: ET.Element, look: str) -> Iterator[ET.Element]:
    return (e for e in element.iter(SVG + "text") if look in (e.get("class") or "").split())


def hinted_groups(picture: ET.Element) -> Iterator[tuple[str, ET.Element]]:
    """The groups that say something when somebody points at them."""
    for group in picture.iter(SVG + "g"):
        if said := group.findtext(SVG + "title"):
            yield said, group


def count_in(said: str, words: str) -> int:
    found = re.search(rf"([\d.]+) {words}", said)
    return number(found[1]) if found else 0


def marks(content: bytes) -> Mapping[int, Mark]:
    """The timeline: every line by its number."""
    return {
        int(said.split(".", 1)[0]): Mark(
            count_in(said, "quá hạn"),
            count_in(said, "chưa rõ"),
            "".join(e.text or "" for e in texts_of_class(group, "sign")),
        )
        for said, group in hinted_groups(root(content))
    }


def unknown_cells(content: bytes) -> Mapping[int, int]:
    """The map of units: how many cells with the sign of what is unknown stand under each column's number."""
    picture = root(content)
    heads = {e.get("x"): int(e.text or "") for e in texts_of_class(picture, "small") if (e.text or "").isdecimal()}
    found = Counter(dict.fromkeys(heads.values(), 0))
    for _, row in hinted_groups(picture):
        for line in texts_of_class(row, "sign"):
            pairs = zip(line.text or "", (line.get("x") or "").split(), strict=True)
            found.update(heads[x.removesuffix(".0")] for sign, x in pairs if sign == UNKNOWN)
    return found


def bars(content: bytes) -> Mapping[str, Mapping[str, int]]:
    """Progress by area: what each part of each bar says of itself, and behind the bar how many are unknown."""
    found = {}
    for said, bar in hinted_groups(root(content)):
        told = dict[str, int]()
        for part in bar.iter(SVG + "rect"):
            if hint := part.findtext(SVG + "title"):
                figure, words = hint.removeprefix(said.split(" (", 1)[0]).split(": ", 1)[1].split(" ", 1)
                told[words] = number(figure)
        assert count_in(said, "chưa rõ") == told.get("chưa rõ", 0), "the words behind the bar say the same"
        found[said.split(":", 1)[0]] = told
    return found


def band(content: bytes) -> int | None:
    """The curve: the figure that its legend gives for the band of what is unknown; None where nothing is drawn."""
    found = re.search(r">Đến hạn, chưa rõ: ([\d.]+)<", content.decode())
    return number(found[1]) if found else None
