"""Short codes for the rows of a return sheet: read aloud, written by hand, typed again, and mistakes are noticed."""

import hashlib
from collections.abc import Iterable, Mapping

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without 0, O, 1, I and L. There are 31: with a prime number of signs a weighted sum notices every single wrong sign
and every two that changed places."""
LENGTH = 6
"""Signs that tell rows apart; one more checks them."""
HEAD = 3
"""Signs before the hyphen."""
APART = frozenset(" -–—._\t\n\u00a0")
"""What people write between the signs."""


def step_codes(campaign: str, unit: str, steps: Iterable[str]) -> Mapping[str, str]:
    """Give each step of a unit its code, the same in every sheet of the campaign: step -> code."""
    found: dict[str, str] = {}
    taken: set[str] = set()
    for step in sorted(steps):
        attempt = 0
        while (code := short_code(f"{campaign}/{unit}/{step}/{attempt}")) in taken:
            attempt += 1
        taken.add(code)
        found[step] = code
    return found


def short_code(text: str, length: int = LENGTH) -> str:
    """Make a code out of a text: ``length`` signs of its hash, and the sign that checks them."""
    number = int.from_bytes(hashlib.sha256(text.encode()).digest())
    signs = []
    for _ in range(length):
        number, value = divmod(number, len(ALPHABET))
        signs.append(ALPHABET[value])
    return "".join(signs) + ALPHABET[-_sum(signs, length) % len(ALPHABET)]


def is_valid_code(code: str) -> bool:
    """Whether a code could have been given: its signs are ours and the last one checks the others."""
    signs = frozenset(code) <= frozenset(ALPHABET) and len(code) > 1
    return signs and (_sum(code[:-1], len(code) - 1) + ALPHABET.index(code[-1])) % len(ALPHABET) == 0


def _sum(signs: Iterable[str], length: int) -> int:
    # The check sign weighs 1, the others each their own.
    return sum(ALPHABET.index(sign) * (length + 1 - place) for place, sign in enumerate(signs))


def normalize_code(text: str) -> str:
    """Read a code as it was typed: in any case, with or without what stands between its signs."""
    return "".join(sign for sign in text if sign not in APART).upper()


def format_code(code: str) -> str:
    """Write a code in two groups, as people read it."""
    return f"{code[:HEAD]}-{code[HEAD:]}"


def similar_codes(code: str, known: Iterable[str]) -> tuple[str, ...]:
    """Find the codes that were meant: one sign wrong, missing or too many, or two neighbours that changed places."""
    return tuple(each for each in known if _close(code, each))


def _close(one: str, other: str) -> bool:
    if len(one) == len(other):
        wrong = [i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
        turned = len(wrong) == len("ab") and one[wrong[0]] == other[wrong[1]] and one[wrong[1]] == other[wrong[0]]
        return len(wrong) <= 1 or (turned and wrong[1] - wrong[0] == 1)
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    return len(longer) - len(shorter) == 1 and any(longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer)))
