"""What is said to people: translatable sentences, and titles that carry both languages."""

import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple


class Text(NamedTuple):
    """A title from a data file: Vietnamese always, English where its author gave one."""

    vi: str
    en: str = ""

    def in_(self, language: str) -> str:
        """The text in ``language`` ("vi" or "en"), Vietnamese where there is no other."""
        return self.en if language == "en" and self.en else self.vi


NO_TEXT = Text("")


class Message:
    """A sentence not yet in any language: a Vietnamese template and its values.

    The core decides what is said; ``lotrinh.i18n.say`` decides in which language.
    Values may be text, numbers, dates, date-times, ``Text`` or another ``Message``.
    """

    __slots__ = ("msgid", "values")

    def __init__(self, msgid: str, **values: object) -> None:
        """Keep the template (the msgid of the translations) and the values for its {places}."""
        self.msgid = msgid
        self.values = values

    def __repr__(self) -> str:
        """Show the Vietnamese sentence, for logs and failed tests."""
        return f"Message({self.msgid.format(**self.values)!r})"

    def __eq__(self, other: object) -> bool:
        """Two messages are equal when template and values are."""
        return isinstance(other, Message) and (self.msgid, self.values) == (other.msgid, other.values)

    def __hash__(self) -> int:
        """Hash by template only: values need not be hashable."""
        return hash(self.msgid)


M = Message
"""Short name under which the translation tools find the sentences."""


def join_messages(parts: Sequence[Message | Text | date | str], mark: str = "; ") -> Message:
    """Join several things that are said, at least one, with a mark between them."""
    first, *rest = parts
    joined = M("{text}", text=first)
    for part in rest:
        joined = M("{before}{mark}{text}", before=joined, mark=mark, text=part)
    return joined


def quote_text(text: str, most: int) -> str:
    """Shorten foreign text that is quoted, and make its control characters harmless for terminals."""
    shown = "".join(c if c.isprintable() else " " for c in text[: most + 1])
    return shown if len(text) <= most else f"{shown[:most]}…"


def nfc(text: str) -> str:
    """Compose Vietnamese letters, so that equal names compare equal."""
    return unicodedata.normalize("NFC", text)


def fold_text(text: str) -> str:
    """Lower case without marks ("Lương Sơn" -> "luong son"), for searching and for matching tone placement."""
    # Unicode does not decompose đ: it is a letter of its own.
    decomposed = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def list_choices(expected: str) -> str:
    """Write the choices that pydantic names, as in "'a', 'b' or 'c'", as people list them: a, b, c."""
    return expected.replace("'", "").replace(" or ", ", ")


def escape_unprintable(text: str, limit: int = 60) -> str:
    """Escape all that does not print (controls, direction marks, lone surrogates) and shorten to ``limit`` signs."""
    shown = "".join(c if c.isprintable() else _escape(c) for c in text[:limit])
    return f"{shown}…" if len(text) > limit else shown


def _escape(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")
