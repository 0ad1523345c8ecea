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
from jinja2 import nodes

from lotrinh.portal.render import environment

TOP = Path(__file__).parents[2]
LOCALE = TOP / "lotrinh" / "locale"
TEMPLATES = (TOP / "lotrinh" / "portal" / "templates", TOP / "lotrinh" / "reports" / "html" / "templates")
SPEAKING = frozenset({"M", "Message", "say", "words", "t"})
"""Functions whose literal texts are said to people."""
PACKAGES = ("lotrinh", "flows", "tasks")
ABOUT = {
    "en": "# English sentences of lotrinh.",
    "vi": "# Vietnamese words of click, the library that reads the command line.",
}
"""The first line of each language's catalogue."""
HEAD = frozenset({"Language", "Plural-Forms", "MIME-Version", "Content-Type"})


class Plain(Catalog):
    """A catalogue whose head has no persons, dates or versions, so that only sentences change its files."""

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """Only what a reader of the file needs."""
        kept = [line for line in self._get_mime_headers() if line[0] in HEAD]
        return [("Project-Id-Version", "lotrinh"), *kept, ("Content-Transfer-Encoding", "8bit\n")]

    @classmethod
    def of(cls, other: Catalog) -> "Plain":
        """Take over the messages of any catalogue."""
        language = str(other.locale_identifier)
        plain = cls(locale=language, header_comment=ABOUT[language], fuzzy=False)
        for message in other:
            if message.id:
                plain[message.id] = message
        return plain


def sentences() -> dict[str, list[tuple[str, int]]]:
    """Return every sentence with the places where it stands, in the order of the files."""
    found: dict[str, list[tuple[str, int]]] = {}
    for package in PACKAGES:
        for path in sorted((TOP / package).rglob("*.py")):
            for text, line in _in_file(ast.parse(path.read_text(encoding="utf-8"))):
                found.setdefault(text, []).append((path.relative_to(TOP).as_posix(), line))
    for path in sorted(path for folder in TEMPLATES for path in folder.rglob("*.html")):
        for text, line in _in_template(environment.parse(path.read_text(encoding="utf-8"))):
            found.setdefault(text, []).append((path.relative_to(TOP).as_posix(), line))
    return found


def _in_template(tree: nodes.Template) -> Iterator[tuple[str, int]]:
    """Yield the literal texts that a template says with ``t(…)`` or ``w.t(…)``."""
    for call in tree.find_all(nodes.Call):
        name = call.node.attr if isinstance(call.node, nodes.Getattr) else getattr(call.node, "name", "")
        if name == "t":
            yield from ((a.value, call.lineno) for a in call.args if isinstance(a, nodes.Const))


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
    if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
        return False
    return bool(node.value.strip()) and node.value not in ABOUT


def catalogue(language: str, domain: str) -> tuple[Path, Catalog]:
    """Read one catalogue, or begin a new one."""
    path = LOCALE / language / "LC_MESSAGES" / f"{domain}.po"
    if path.is_file():
        return path, read_po(io.BytesIO(path.read_bytes()), locale=language, domain=domain)
    return path, Catalog(locale=language, domain=domain, fuzzy=False)


def merge() -> tuple[Path, Catalog]:
    """Bring the English catalogue up to date: new sentences untranslated, vanished ones dropped."""
    path, old = catalogue("en", "lotrinh")
    new = Catalog(locale="en", domain="lotrinh", fuzzy=False)
    for text, places in sentences().items():
        known = old.get(text)
        new.add(text, known.string if known else "", locations=[(name, 0) for name, _ in places])
    return path, new


def format_catalogue(catalog: Catalog) -> bytes:
    """The catalogue as its .po file, without line numbers."""
    out = io.BytesIO()
    write_po(out, Plain.of(catalog), width=110, omit_header=False, sort_output=True, include_lineno=False)
    return out.getvalue()


def compile_catalogue(catalog: Catalog) -> bytes:
    """The catalogue as its .mo file."""
    out = io.BytesIO()
    write_mo(out, Plain.of(catalog))
    return out.getvalue()


def main() -> None:
    """Write every .po, the English one brought up to date, and every .mo."""
    path, merged = merge()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(format_catalogue(merged))
    for po in LOCALE.rglob("*.po"):
        catalog = read_po(io.BytesIO(po.read_bytes()))
        po.write_bytes(format_catalogue(catalog))
        po.with_suffix(".mo").write_bytes(compile_catalogue(catalog))
    missing = [m.id for m in merged if m.id and not m.string]
    print(f"{len(merged)} sentences, {len(missing)} without English")  # noqa: T201 - a tool for the terminal


if __name__ == "__main__":
    main()
