"""Passwords: argon2 hashes, made and checked a few at a time because each takes 64 MiB."""

from __future__ import annotations

import threading
from functools import cache

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError
from pwdlib.hashers.argon2 import Argon2Hasher

from monitor.domain.errors import InputError
from monitor.domain.text import Text

SHORTEST_PASSWORD = 10
LONGEST_PASSWORD = 200

HASHER = PasswordHash((Argon2Hasher(),))
"""argon2id with 64 MiB, as its authors recommend."""

_AT_ONCE = threading.BoundedSemaphore(2)


def hash_password(password: str) -> str:
    """Return the hash to store.

    Raises:
        InputError: the password is too short or too long.
    """
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD:
        raise InputError(
            Text(
                f"密码为 {SHORTEST_PASSWORD} 到 {LONGEST_PASSWORD} 个字符",
                f"a password has {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters",
            ),
            where="password",
            hint=Text("几个词连在一起容易记住", "a few words in a row are easy to remember"),
        )
    with _AT_ONCE:
        return HASHER.hash(password)


def password_fits(password: str, stored: str | None) -> bool:
    """Say whether ``password`` belongs to the ``stored`` hash.

    Without a hash, because nobody has that name, the answer takes as long and is no.
    """
    if len(password) > LONGEST_PASSWORD:
        return False
    with _AT_ONCE:
        try:
            fits = HASHER.verify(password, stored or _decoy())
        except UnknownHashError:
            return False
    return fits and stored is not None


@cache
def _decoy() -> str:
    return HASHER.hash("nobody has this password")
