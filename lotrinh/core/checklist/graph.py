"""Order in what hangs on each other, and the circles that prevent it."""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import suppress
from graphlib import CycleError, TopologicalSorter

Graph = Mapping[str, Iterable[str]]
"""Id -> the ids it hangs on."""
Circle = tuple[str, ...]
"""Ids that hang on each other: each on the next, the last on the first."""


def sort_graph(graph: Graph) -> tuple[tuple[str, ...], tuple[Circle, ...]]:
    """Return the ids with what they hang on before them, and the circles; ids on a circle are not in the order.

    No id is on two of the circles: where circles share ids, one of them is named.
    """
    left = {name: [other for other in others if other in graph] for name, others in graph.items()}
    circles: list[Circle] = []
    while True:
        order = _order(left)
        if len(order) == len(left):
            return tuple(order), tuple(circles)
        found = [*_circles(left, left.keys() - set(order))]
        circles += found
        gone = {name for circle in found for name in circle}
        left = {n: [o for o in others if o not in gone] for n, others in left.items() if n not in gone}


def _order(graph: Graph) -> list[str]:
    sorter = TopologicalSorter(graph)
    # After a CycleError the sorter still gives all ids that hang on no circle.
    with suppress(CycleError):
        sorter.prepare()
    order: list[str] = []
    while ready := sorter.get_ready():
        order += ready
        sorter.done(*ready)
    return order


def _circles(graph: Graph, blocked: AbstractSet[str]) -> Iterator[Circle]:
    """Follow what the blocked ids hang on: each hangs on another blocked one, so every way ends in a circle."""
    place = {name: number for number, name in enumerate(graph)}
    seen: set[str] = set()
    for start in graph:
        name, path = start, list[str]()
        while name in blocked and name not in seen:
            seen.add(name)
            path.append(name)
            name = next(other for other in graph[name] if other in blocked)
        if name in path:
            circle = path[path.index(name) :]
            first = circle.index(min(circle, key=place.__getitem__))
            yield tuple(circle[first:] + circle[:first])


def format_circle(circle: Circle) -> str:
    """Write a circle for people: ``a → b → a``."""
    return " → ".join([*circle, circle[0]])
