"""Showing what others sent: in one line, without control characters, and not too long."""


def visible(text: str, limit: int = 60) -> str:
    """Escape all that does not print (controls, direction marks, lone surrogates) and shorten to ``limit`` signs."""
    shown = "".join(c if c.isprintable() else _escape(c) for c in text[:limit])
    return f"{shown}…" if len(text) > limit else shown


def _escape(character: str) -> str:
    return character.encode("unicode_escape", "surrogatepass").decode("ascii")
