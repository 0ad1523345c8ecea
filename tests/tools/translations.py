"""Find every sentence in the source, merge it into the English catalogue, compile the catalogues.

Run ``make i18n`` after changing sentences; ``tests/test_translations.py`` fails until the English is complete.
"""

import ast
import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

TOP = Path(__file__).parents[2]
LOCALE = TOP / "lotrinh" / "locale"
SPEAKING = frozenset({"M", "Message", "say", "words"})
"""Functions whose literal texts are said to people."""
PACKAGES = ("lotrinh", "flows", "tasks")


def sentences() -> dict[str, list[tuple[str, int]]]:
    """Return every sentence with the places where it stands, in the order of the files."""
    found: dict[str, list[tuple[str, int]]] = {}
    for package in PACKAGES:
        for path in sorted((TOP / package).rglob("*.py")):
            for text, line in _in_file(ast.parse(path.read_text(encoding="utf-8"))):
                found.setdefault(text, []).append((path.relative_to(TOP).as_posix(), line))
    return found


def _in_file(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        if _name(node.func) in SPEAKING:
            yield from ((a.value, a.lineno) for a in node.args if _is_text(a))
        for keyword in node.keywords:
            if keyword.arg == "help" and _is_text(keyword.value):
                yield keyword.value.value, keyword.value.lineno


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _is_text(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and bool(node.value.strip())


def catalogue(language: str, domain: str) -> tuple[Path, Catalog]:
    """Read one catalogue, or begin a new one."""
    path = LOCALE / language / "LC_MESSAGES" / f"{domain}.po"
    if path.is_file():
        return path, read_po(io.BytesIO(path.read_bytes()), locale=language, domain=domain)
    return path, Catalog(locale=language, domain=domain, project="lotrinh", fuzzy=False)


def merge() -> tuple[Path, Catalog]:
    """Bring the English catalogue up to date: new sentences untranslated, vanished ones dropped."""
    path, old = catalogue("en", "lotrinh")
    new = Catalog(locale="en", domain="lotrinh", project="lotrinh", fuzzy=False, creation_date=old.creation_date)
    for text, places in sentences().items():
        known = old.get(text)
        new.add(text, known.string if known else "", locations=[(name, 0) for name, _ in places])
    return path, new


def written(catalog: Catalog) -> bytes:
    """The catalogue as its .po file; without line numbers and dates, so that only sentences change it."""
    out = io.BytesIO()
    write_po(out, catalog, width=110, omit_header=False, sort_output=True, include_lineno=False)
    lines = out.getvalue().decode().splitlines(keepends=True)
    return "".join(line for line in lines if not line.startswith(('"POT-Creation', '"PO-Revision'))).encode()


def compiled(catalog: Catalog) -> bytes:
    """The catalogue as its .mo file."""
    out = io.BytesIO()
    write_mo(out, catalog)
    return out.getvalue()


def main() -> None:
    """Write the English .po and every .mo."""
    path, merged = merge()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(written(merged))
    for po in LOCALE.rglob("*.po"):
        fresh = read_po(io.BytesIO(po.read_bytes()))
        po.with_suffix(".mo").write_bytes(compiled(fresh))
    missing = [m.id for m in merged if m.id and not m.string]
    print(f"{len(merged)} sentences, {len(missing)} without English")  # noqa: T201 - a tool for the terminal


if __name__ == "__main__":
    main()
