"""Patterns that tell parts of a picture apart without colour, and the legend that explains them.

They are given as attributes, for a stylesheet in a file of its own could not name what is inside a page.
"""

from collections.abc import Iterable

from lotrinh.reports.pictures.svg import LETTER, WIDTH, element, text_element

STEP = 5
"""Width of a pattern's tile, in the picture's units."""


def hatch_pattern(picture: str, name: str = "unknown") -> str:
    """Define slanting lines: nobody has told us anything."""
    lines = element("path", class_="ink", d=f"M0 {STEP}L{STEP} 0M-1 1L1 -1M{STEP - 1} {STEP + 1}L{STEP + 1} {STEP - 1}")
    return _pattern(picture, name, lines)


def stripe_pattern(picture: str, name: str = "done_late") -> str:
    """Define level lines on the colour of what is done: done, but late."""
    return _pattern(picture, name, element("path", class_="ink", d=f"M0 2.5H{STEP}"))


def dot_pattern(picture: str, name: str = "open") -> str:
    """Define dots: people are at it."""
    return _pattern(picture, name, element("circle", class_="dot", cx=2.5, cy=2.5, r=0.8))


def _pattern(picture: str, name: str, *lines: str) -> str:
    ground = element("rect", class_=f"c {name}", width=STEP, height=STEP)
    more = {"id": f"{picture}-{name}", "width": STEP, "height": STEP, "patternUnits": "userSpaceOnUse"}
    return element("pattern", ground, *lines, **more)


def pattern_fill(picture: str, name: str) -> dict[str, str]:
    """Return the attributes of something that is filled with a pattern."""
    return {"class_": "c", "fill": f"url(#{picture}-{name})"}


def legend(entries: Iterable[tuple[str, str]], left: float, top: float) -> tuple[str, float]:
    """Write entries, each a swatch drawn at (0, 0) and its words, in lines; return them and where they end."""
    x, y, parts = left, top, []
    for swatch, words in entries:
        wide = 24 + len(words) * LETTER
        if x > left and x + wide > WIDTH:
            x, y = left, y + 18
        parts += [element("g", swatch, transform=f"translate({x:.1f} {y:.1f})"), text_element(words, x + 19, y + 10)]
        x += wide + 8
    return "".join(parts), y + 18
