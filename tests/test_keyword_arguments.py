"""Whoever makes something of many parts names each of them: seven values by their places cannot be read."""

import ast
from collections.abc import Iterator
from pathlib import Path

TOP = Path(__file__).parents[1]
PACKAGES = ("lotrinh", "flows", "tasks")
MOST = 6
"""Values that a call of one of our classes may give by their places."""


def trees() -> Iterator[tuple[Path, ast.Module]]:
    for package in PACKAGES:
        for path in sorted((TOP / package).rglob("*.py")):
            yield path, ast.parse(path.read_text(encoding="utf-8"))


def own_classes() -> frozenset[str]:
    return frozenset(node.name for _, tree in trees() for node in ast.walk(tree) if isinstance(node, ast.ClassDef))


def foreign_names(tree: ast.Module) -> frozenset[str]:
    """Names that a module has from other packages: SQLAlchemy has a Table too."""
    froms = [node for node in tree.body if isinstance(node, ast.ImportFrom) and node.module]
    foreign = [node for node in froms if str(node.module).partition(".")[0] not in PACKAGES]
    return frozenset(alias.asname or alias.name for node in foreign for alias in node.names)


def test_no_call_of_our_own_classes_gives_seven_values_by_their_places() -> None:
    classes = own_classes()
    found = [
        f"{path.relative_to(TOP)}:{node.lineno}: {ast.unparse(node.func)}"
        for path, tree in trees()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and len(node.args) > MOST
        if ast.unparse(node.func).rpartition(".")[2] in classes - foreign_names(tree)
    ]
    assert len(classes) > 500
    assert found == []
