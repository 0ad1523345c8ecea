"""Whoever makes something of many parts names each of them: seven values by their places cannot be read."""

import ast
from collections.abc import Iterator
from pathlib import Path

TOP = Path(__file__).parents[1]
MOST = 6
"""Values that a call of one of our classes may give by their places."""


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for package in ("lotrinh", "flows", "tasks"):
        for path in sorted((TOP / package).rglob("*.py")):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def own_classes() -> frozenset[str]:
    return frozenset(node.name for _, tree in trees() for node in ast.walk(tree) if isinstance(node, ast.ClassDef))


def test_no_call_of_our_own_classes_gives_seven_values_by_their_places() -> None:
    classes = own_classes()
    calls = ((path, node) for path, tree in trees() for node in ast.walk(tree) if isinstance(node, ast.Call))
    found = [
        f"{path.relative_to(TOP)}:{node.lineno}: {ast.unparse(node.func)}"
        for path, node in calls
        if ast.unparse(node.func).rpartition(".")[2] in classes and len(node.args) > MOST
    ]
    assert len(classes) > 500
    assert found == []
