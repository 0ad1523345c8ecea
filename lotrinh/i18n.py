"""In which language things are said. Vietnamese is the source; English comes from ``locale/en``."""

import gettext
import os
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path

from lotrinh.core.text import Message, Text
from lotrinh.errors import BadInput, LotrinhError

LANGUAGES = ("vi", "en")
LOCALE = Path(__file__).with_name("locale")


@lru_cache(maxsize=len(LANGUAGES))
def translations(language: str) -> gettext.NullTranslations:
    """Load the catalogue of one language; Vietnamese has none, its sentences are the keys."""
    return gettext.translation("lotrinh", LOCALE, languages=[language], fallback=True)


def current() -> str:
    """Return the language of this process, as ``LOTRINH_LANG`` says."""
    asked = os.environ.get("LOTRINH_LANG", "vi").lower()[:2]
    return asked if asked in LANGUAGES else "vi"


def say(message: Message | Text | str, language: str | None = None, *, figures: bool = False) -> str:
    """Put a message into words; ``figures`` tells that every number in it counts something and is grouped."""
    language = language or current()
    if isinstance(message, str):
        # Nothing said stays nothing: gettext answers the empty text with the head of its catalogue.
        return translations(language).gettext(message) if message else ""
    if isinstance(message, Text):
        return message.in_(language)
    values = {name: spell(value, language, figures=figures) for name, value in message.values.items()}
    return translations(language).gettext(message.msgid).format(**values)


def words(*texts: str) -> tuple[str, ...]:
    """Say several words, for the heads of columns."""
    return tuple(say(text) for text in texts)


def spell(value: object, language: str, *, figures: bool = False) -> object:
    """Spell one value of a message: dates as the readers of the language write them, and numbers if they count."""
    if isinstance(value, Message | Text):
        return say(value, language, figures=figures)
    if figures and isinstance(value, int) and not isinstance(value, bool):
        return grouped(value, language)
    if isinstance(value, datetime):
        return value.strftime("%H:%M %d/%m/%Y" if language == "vi" else "%d %b %Y %H:%M")
    if isinstance(value, date):
        return value.strftime("%d/%m/%Y" if language == "vi" else "%d %b %Y")
    return value


def grouped(number: int, language: str) -> str:
    """Write a count with its thousands apart: "3.321" in Vietnamese, "3,321" in English."""
    return f"{number:,}" if language == "en" else f"{number:,}".replace(",", ".")


def error_lines(error: LotrinhError) -> tuple[str, ...]:
    """Say an error, one line for each of its problems, with their places."""
    if isinstance(error, BadInput):
        return tuple(f"{problem.place}: {say(problem.sentence)}" for problem in error.problems)
    return (say(error.sentence),)
