"""One-time codes by the clock (RFC 6238 with SHA-1, 30 s, six digits, as every app has them)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from urllib.parse import quote

STEP_SECONDS = 30
DIGITS = 6
_SECRET_BYTES = 20
_STEPS_ASIDE = 1  # a clock may be half a minute off, either way


def new_secret() -> bytes:
    """Return 160 random bits, as RFC 4226 recommends."""
    return secrets.token_bytes(_SECRET_BYTES)


def code_at(secret: bytes, step: int, digits: int = DIGITS) -> str:
    """Return the code of one step: the number of whole 30 s since 1970."""
    digest = hmac.new(secret, step.to_bytes(8, "big"), hashlib.sha1).digest()
    offset = digest[-1] & 0x0F
    number = int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFF_FFFF
    return str(number % 10**digits).zfill(digits)


def matching_step(secret: bytes, code: str, now: float, after: int = -1) -> int | None:
    """Return the step that ``code`` belongs to if it is valid at ``now`` (POSIX s), else ``None``.

    Steps up to and including ``after`` were used already and are not valid again.
    """
    plain = "".join(code.split())
    if len(plain) != DIGITS or not plain.isascii() or not plain.isdecimal():
        return None
    present = int(now // STEP_SECONDS)
    for step in range(present - _STEPS_ASIDE, present + _STEPS_ASIDE + 1):
        if step > after and hmac.compare_digest(code_at(secret, step), plain):
            return step
    return None


def written(secret: bytes) -> str:
    """Return a secret as people type it into an app."""
    return base64.b32encode(secret).decode().rstrip("=")


def enrolment_uri(secret: bytes, account: str, issuer: str) -> str:
    """Return the address that an app reads from a QR code."""
    label = quote(f"{issuer}:{account}", safe="")
    return f"otpauth://totp/{label}?secret={written(secret)}&issuer={quote(issuer, safe='')}"
