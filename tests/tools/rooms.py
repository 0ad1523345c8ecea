"""How crowded the rooms are and how many names mean two things: prints the figures, and fails over the goals.

``python -m tests.tools.rooms`` is part of ``make check``. Circles and the order of the rooms are import-linter's work.
"""

import ast
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

TOP = Path(__file__).parents[2]
PACKAGES = ("lotrinh", "flows", "tasks")
MOST_FILES = 20
"""Python files beside one another in one folder of ``lotrinh/``."""
MOST_CLASSES, MOST_FUNCTIONS = 3, 8
"""Percent of classes, and of public functions, that share their name with another."""
FAMILIES: Mapping[str, str] = {
    "upgrade": "lotrinh/store/migrations/versions/*",  # Alembic calls each of them
    "downgrade": "lotrinh/store/migrations/versions/*",
    "write": "lotrinh/reports/xlsx/*",  # each sheet of the workbook, in one table
    "draw": "lotrinh/reports/pictures/*",  # each picture, in one table
    "describe": "lotrinh/reports/pictures/*",
}
"""Name -> files in which it counts as one: each is an answer to the same call, from the same protocol or table."""


class Definition(NamedTuple):
    """A class or a public function of a module, with the module's path from the top."""

    name: str
    path: str
    is_class: bool

    @property
    def room(self) -> str:
        """Where no other class may have this name: the package right below ``lotrinh``, or the top package."""
        return "/".join(self.path.split("/")[:-1][:2])


def definitions(files: Iterable[Path]) -> Iterator[Definition]:
    """Find what the modules define for others; what begins with an underscore is nobody else's."""
    for path in files:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                is_class = isinstance(node, ast.ClassDef)
                if is_class or not node.name.startswith("_"):
                    yield Definition(node.name, path.relative_to(TOP).as_posix(), is_class)


def without_families(found: Iterable[Definition]) -> Iterator[Definition]:
    """Leave one of each family."""
    seen = set()
    for each in found:
        if fnmatch(each.path, FAMILIES.get(each.name, "")):
            if each.name in seen:
                continue
            seen.add(each.name)
        yield each


def shared(found: Iterable[Definition]) -> tuple[int, int, dict[str, list[str]]]:
    """Return how many there are, how many share their name, and where the shared names stand."""
    places: dict[str, list[str]] = {}
    for each in found:
        places.setdefault(each.name, []).append(each.path)
    twice = {name: paths for name, paths in places.items() if len(paths) > 1}
    return sum(map(len, places.values())), sum(map(len, twice.values())), twice


def crowded() -> dict[str, int]:
    """Return the folders with too many modules, and how many they have."""
    folders = Counter(path.parent.relative_to(TOP).as_posix() for path in (TOP / "lotrinh").rglob("*.py"))
    return {folder: number for folder, number in folders.items() if number > MOST_FILES}


def twins(classes: Iterable[Definition]) -> list[str]:
    """Return the classes that have the name of another class of their room."""
    rooms = Counter((each.room, each.name) for each in classes)
    return sorted(f"{room}: {name}" for (room, name), number in rooms.items() if number > 1)


def main() -> int:
    """Print the figures; 1 where a goal is missed."""
    files = sorted(path for package in PACKAGES for path in (TOP / package).rglob("*.py"))
    found, faults = list(without_families(definitions(files))), 0
    for kind, is_class, most in (("classes", True, MOST_CLASSES), ("public functions", False, MOST_FUNCTIONS)):
        number, sharing, places = shared(each for each in found if each.is_class is is_class)
        percent = 100 * sharing / number
        print(f"{kind}: {number}, {sharing} share their name ({percent:.1f} %, at most {most} %)")
        if percent > most or "--list" in sys.argv:
            faults += percent > most
            for name, paths in sorted(places.items(), key=lambda item: (-len(item[1]), item[0])):
                print(f"  {name}: {', '.join(paths)}")
    for folder, number in crowded().items():
        faults += 1
        print(f"{folder}: {number} modules beside one another, at most {MOST_FILES}")
    for twin in twins(each for each in found if each.is_class):
        faults += 1
        print(f"{twin} names two classes of one room")
    return min(faults, 1)


if __name__ == "__main__":
    sys.exit(main())
