"""What another system said, fit to be shown: one line, of bounded length, and no end of a quotation inside."""

LONGEST = 200
"""Characters of what was said that are kept."""


def one_line(text: str) -> str:
    """Take line ends and control characters out."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def short_quote(text: str) -> str:
    """Cut what was said to its room and take our own quotation marks out, so that it ends where we say it ends."""
    return one_line(text)[:LONGEST].replace("“", '"').replace("”", '"')
