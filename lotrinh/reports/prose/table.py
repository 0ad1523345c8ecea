"""A table in words: what each layout and the page draw in their own way."""

from collections.abc import Sequence
from typing import NamedTuple


class ProseColumn(NamedTuple):
    """One column of a table: its head, its width (mm), and whether its cells stand in the middle."""

    head: str
    width: float
    is_centred: bool = False


def columns(heads: Sequence[str], widths: Sequence[float], centred: set[int]) -> tuple[ProseColumn, ...]:
    """Put heads and widths (mm) together."""
    pairs = zip(heads, widths, strict=True)
    return tuple(ProseColumn(head, width, number in centred) for number, (head, width) in enumerate(pairs))


class ProseTable(NamedTuple):
    """A table in words.

    ``tied`` tells of each row whether it stays on one page with the row after it; the last ``totals`` rows are sums.
    """

    columns: tuple[ProseColumn, ...]
    rows: Sequence[tuple[str, ...]]
    tied: Sequence[bool] = ()
    totals: int = 0
