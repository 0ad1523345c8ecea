"""Secrets that people type: made readable, compared slowly, stored only as Argon2 hashes."""

import secrets
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from lotrinh.core.text import M

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Digits and letters that cannot be mistaken for one another on paper."""
GROUPS, GROUP = 3, 4
SHORTEST, LONGEST, FEWEST_SIGNS = 10, 200, 5
"""Characters that a password chosen by a person must have, may have, and how many different ones."""
DASHES = str.maketrans("", "", "-\u2010\u2011\u2012\u2013\u2014\u2212")
"""What keyboards make of a hyphen."""
AT_ONCE = BoundedSemaphore(2)
"""Hashes computed side by side: each takes 19 MiB and a core, and small servers have few of both."""
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""OWASP's first recommendation for Argon2id: 19 MiB, two passes."""
NOBODY = HASHER.hash(secrets.token_urlsafe())
"""Compared against when there is no such account, so that both answers take the same time."""


def new_secret() -> str:
    """Make a secret for a printed slip: ``K7QM-2XRT-9HWP``, 59 random bits."""
    groups = ("".join(secrets.choice(ALPHABET) for _ in range(GROUP)) for _ in range(GROUPS))
    return "-".join(groups)


def normalize_secret(secret: str) -> str:
    """Forgive what people do to a secret while typing: spaces, missing or longer hyphens, small letters.

    Only a secret of a slip's length is changed; passwords that people chose stay as they are.
    """
    plain = "".join(secret.split()).translate(DASHES)
    if plain.isascii() and len(plain) == GROUPS * GROUP and set(plain.upper()) <= set(ALPHABET):
        return "-".join(plain.upper()[i : i + GROUP] for i in range(0, len(plain), GROUP))
    return secret


def password_fault(secret: str, name: str) -> M | None:
    """Say why a password that a person chose is too easy to guess, None when it is not."""
    if len(secret) < SHORTEST:
        return M("Mật khẩu cần ít nhất {count} ký tự.", count=SHORTEST)
    if len(secret) > LONGEST:
        return M("Mật khẩu dài nhất {count} ký tự.", count=LONGEST)
    if len(set(secret)) < FEWEST_SIGNS or (name and name.lower() in secret.lower()):
        return M("Mật khẩu này quá dễ đoán: đừng dùng tên đăng nhập hay lặp lại vài ký tự.")
    return None


def hash_secret(secret: str) -> str:
    """Return the Argon2 hash of a secret."""
    with AT_ONCE:
        return HASHER.hash(normalize_secret(secret))


def matches_hash(secret: str, secret_hash: str | None) -> bool:
    """Tell whether a secret is the one behind a hash; takes as long when there is none."""
    with AT_ONCE:
        try:
            return HASHER.verify(secret_hash or NOBODY, normalize_secret(secret)) and secret_hash is not None
        except (VerificationError, InvalidHashError):
            return False
