"""In which language a program wants its sentences."""

from fastapi import Request

from lotrinh.i18n import LANGUAGES
from lotrinh.portal.state import portal_state

MOST_CHOICES = 20


def preferred_language(request: Request) -> str:
    """Return the language that Accept-Language prefers among ours, or else the settings'."""
    best: str = portal_state(request).settings.language
    weight = 0.0
    for choice in request.headers.get("accept-language", "").split(",")[:MOST_CHOICES]:
        tag, _, quality = choice.partition(";")
        name = tag.strip().lower().split("-")[0]
        if name in LANGUAGES and (wanted := _weight(quality)) > weight:
            best, weight = name, wanted
    return best


def _weight(quality: str) -> float:
    try:
        return float(quality.strip().removeprefix("q=")) if quality else 1.0
    except ValueError:
        return 0.0
