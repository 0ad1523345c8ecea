"""Order in what hangs on each other, and the circles that prevent it."""

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter

Graph = Mapping[str, Iterable[str]]
"""Id -> the ids it hangs on."""


def sorted_out(graph: Graph) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Return the ids with what they hang on before them, and circles, each from its first id in the graph's order.

    Ids on a circle are not in the order. Every circle has an id of its own: of several that share ids one is named.
    """
    left = {name: [other for other in others if other in graph] for name, others in graph.items()}
    circles = []
    while True:
        try:
            return tuple(TopologicalSorter(left).static_order()), tuple(circles)
        except CycleError as error:
            circle = _from_first(error.args[1][:-1], [*graph])
            circles.append(circle)
            left = {n: [o for o in others if o not in circle] for n, others in left.items() if n not in circle}


def _from_first(circle: list[str], order: list[str]) -> tuple[str, ...]:
    # graphlib lists each id before the one that hangs on it; people follow "hangs on".
    circle = circle[::-1]
    start = circle.index(min(circle, key=order.index))
    return tuple(circle[start:] + circle[:start])


def spelled(circle: Iterable[str]) -> str:
    """Write a circle for people: ``a → b → a``."""
    names = [*circle]
    return " → ".join([*names, names[0]])
