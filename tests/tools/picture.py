"""Draw a report as README's picture: ``lotrinh demo --once | python -m tests.tools.picture docs/report.svg``."""

import sys
from html import escape
from pathlib import Path

LINE, CHARACTER, MARGIN = 18, 8.43, 16
FONT = "ui-monospace, 'DejaVu Sans Mono', 'Cascadia Mono', Consolas, monospace"
MOST = 17
"""Lines shown of each part of a report; the rest of the part is drawn as one line with dots."""


def excerpt(text: str) -> list[str]:
    """Return the beginning of every part; parts stand apart by an empty line."""
    lines: list[str] = []
    for part in text.strip().split("\n\n"):
        shown = part.splitlines()
        lines += [*shown[:MOST], *(["…"] if len(shown) > MOST else []), ""]
    return lines[:-1]


def svg(lines: list[str]) -> str:
    """Return the picture: light or dark as the reader's screen is."""
    width = round(max(map(len, lines)) * CHARACTER + 2 * MARGIN)
    height = len(lines) * LINE + 2 * MARGIN
    rows = "\n".join(
        f'<text x="{MARGIN}" y="{MARGIN + LINE * n}" xml:space="preserve">{escape(line)}</text>'
        for n, line in enumerate(lines, 1)
    )
    style = (
        f"text{{font:14px {FONT};fill:#1f2328}}rect{{fill:#f6f8fa}}"
        "@media(prefers-color-scheme:dark){text{fill:#e6edf3}rect{fill:#161b22}}"
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">\n'
        f"<title>lotrinh</title><style>{style}</style>\n"
        f'<rect width="100%" height="100%" rx="8"/>\n{rows}\n</svg>\n'
    )


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(svg(excerpt(sys.stdin.read())), encoding="utf-8")
