"""A picture for word processors: with every look written at its element, for they know little of style sheets."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple
from xml.etree import ElementTree as ET

DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>'
SVG = "{http://www.w3.org/2000/svg}"
RULE = re.compile(r"([^{}]+)\{([^{}]*)\}")
SELECTOR = re.compile(r"([a-z]*)((?:\.[\w-]+)*)")
HALO = {"stroke", "stroke-width", "paint-order"}
"""The ground around letters: where the order of painting is not known it would cover them."""


class StyleRule(NamedTuple):
    """One rule of a style sheet: the element's name ("" for any), its classes, and what they look like."""

    tag: str
    classes: frozenset[str]
    look: Mapping[str, str]

    @property
    def weight(self) -> tuple[int, bool]:
        """Which of two rules wins."""
        return len(self.classes), bool(self.tag)


class FlatPicture(NamedTuple):
    """A picture, and the sentence in it that says what it shows; ``empty`` if there was nothing to draw."""

    svg: str
    sentence: str
    is_empty: bool


def flatten_picture(svg: str) -> FlatPicture:
    """Write the looks of the style sheet at the elements, and inner pictures as groups."""
    root = ET.fromstring(svg.removeprefix(DECLARATION))  # noqa: S314 - drawn by ourselves
    rules = sorted((r for s in root.iter(f"{SVG}style") for r in _rules(s.text or "")), key=lambda rule: rule.weight)
    _, *inner = list(root.iter(f"{SVG}svg"))
    for sheet in root.findall(f"{SVG}style"):
        root.remove(sheet)
    for element in root.iter():
        _write_looks(element, rules)
    for picture in inner:
        _make_group(picture)
    ET.register_namespace("", SVG.strip("{}"))
    sentence = root.findtext(f"{SVG}desc") or ""
    return FlatPicture(ET.tostring(root, encoding="unicode"), sentence, not inner)


def _rules(sheet: str) -> Iterator[StyleRule]:
    """Read the rules; each selector is ``.pic`` and one element in it."""
    for selectors, written in RULE.findall(sheet):
        pairs = (part.partition(":") for part in written.split(";"))
        look = {name.strip(): value.strip() for name, _, value in pairs if value}
        for selector in selectors.split(","):
            if match := SELECTOR.fullmatch(selector.strip().split(" ")[-1]):
                yield StyleRule(match[1], frozenset(filter(None, match[2].split("."))), look)


def _make_group(element: ET.Element) -> None:
    """Make an inner picture, drawn at its own size, a group at its place."""
    x, y = element.get("x", "0"), element.get("y", "0")
    element.tag = f"{SVG}g"
    for name in ("x", "y", "width", "height", "viewBox"):
        element.attrib.pop(name, None)
    element.set("transform", f"translate({x} {y})")


def _write_looks(element: ET.Element, rules: list[StyleRule]) -> None:
    tag, classes = element.tag.removeprefix(SVG), frozenset(element.attrib.pop("class", "").split())
    for rule in rules:
        if rule.tag in {"", tag} and rule.classes <= classes and (rule.tag or rule.classes):
            for name, value in rule.look.items():
                if not (tag == "text" and name in HALO):
                    element.set(name, value.removesuffix("px"))
