"""Opaque secrets for browsers: random, shown once, and kept only as a hash."""

from __future__ import annotations

import hashlib
import secrets


def new_token() -> str:
    """Return 256 random bits as URL-safe text."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """Return what is stored instead of ``token``.

    A plain hash is enough: nobody can guess 256 bits, unlike a password.
    """
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
