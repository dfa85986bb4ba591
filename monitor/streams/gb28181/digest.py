"""Digest sign-in of devices (RFC 7616, as GB/T 28181 uses it).

A nonce is good for one sign-in within its short life, so a listened-to answer is worth nothing.
No ``qop`` is offered, because many recorders answer it wrongly; one that uses it all the same is
understood. The name that a device gives counts in its own answer: some sign in as their id, some
as ``admin``.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections import OrderedDict
from enum import StrEnum

_FIELD = re.compile(r'([A-Za-z]{1,24})\s*=\s*(?:"([^"]{0,512})"|([^\s,"]{1,512}))')
_HASHES = {"MD5": "md5", "SHA-256": "sha256"}
_NONCE_LASTS = 60.0  # seconds
_MOST_NONCES = 4096


class Verdict(StrEnum):
    """What became of an attempt to sign in."""

    GOOD = "good"
    ABSENT = "absent"
    STALE = "stale"
    WRONG = "wrong"


class Nonces:
    """Nonces that were given out and not yet used; old ones are forgotten."""

    def __init__(self) -> None:
        self._given: OrderedDict[str, tuple[str, float]] = OrderedDict()

    def new(self, device: str, now: float) -> str:
        """Return a fresh nonce for ``device``."""
        while self._given and len(self._given) >= _MOST_NONCES:
            self._given.popitem(last=False)
        nonce = secrets.token_hex(16)
        self._given[nonce] = (device, now + _NONCE_LASTS)
        return nonce

    def use(self, nonce: str, device: str, now: float) -> bool:
        """Say whether ``nonce`` was given to ``device`` and is good now; it is not afterwards."""
        owner, until = self._given.pop(nonce, ("", 0.0))
        return owner == device and now <= until


def challenge(realm: str, nonce: str, algorithm: str, *, stale: bool = False) -> str:
    """Return the value of a ``WWW-Authenticate`` header."""
    tail = ", stale=true" if stale else ""
    return f'Digest realm="{realm}", nonce="{nonce}", algorithm={algorithm}{tail}'


def fields_of(header: str) -> dict[str, str]:
    """Return the fields of a digest header by their lower-case names; empty if it is none."""
    if header[:7].lower() != "digest ":
        return {}
    return {
        match[1].lower(): match[3] if match[2] is None else match[2]
        for match in _FIELD.finditer(header[7:])
    }


def proof(fields: dict[str, str], method: str, password: str, algorithm: str) -> str:
    """Return what ``response`` must be for the other ``fields`` of an Authorization header."""

    def digest(text: str) -> str:
        return hashlib.new(
            _HASHES[algorithm], text.encode(), usedforsecurity=algorithm != "MD5"
        ).hexdigest()

    name, realm, nonce = (fields.get(key, "") for key in ("username", "realm", "nonce"))
    first = digest(f"{name}:{realm}:{password}")
    second = digest(f"{method}:{fields.get('uri', '')}")
    if qop := fields.get("qop"):
        middle = f"{fields.get('nc', '')}:{fields.get('cnonce', '')}:{qop}"
        return digest(f"{first}:{nonce}:{middle}:{second}")
    return digest(f"{first}:{nonce}:{second}")


def judge(
    header: str,
    method: str,
    password: str,
    *,
    device: str,
    realm: str,
    algorithm: str,
    nonces: Nonces,
    now: float,
) -> Verdict:
    """Return whether an ``Authorization`` header proves knowledge of ``password``, just now."""
    fields = fields_of(header)
    if not fields.get("response"):
        return Verdict.ABSENT
    fresh = nonces.use(fields.get("nonce", ""), device, now)
    named = fields.get("algorithm", algorithm).upper()
    if fields.get("realm") != realm or named != algorithm or fields.get("qop", "auth") != "auth":
        return Verdict.WRONG
    expected = proof(fields, method, password, algorithm)
    if not hmac.compare_digest(expected.encode(), fields["response"].lower().encode()):
        return Verdict.WRONG
    # Only now: a wrong password must count as one whatever the nonce.
    return Verdict.GOOD if fresh else Verdict.STALE


def authorization(
    header: str, method: str, uri: str, username: str, password: str, count: int = 1
) -> str:
    """Return the ``Authorization`` value that answers a challenge; for clients.

    ``count`` is how many requests have used this challenge; it matters where ``qop`` is offered.
    """
    asked = fields_of(header)
    algorithm = asked.get("algorithm", "MD5").upper()
    fields = {
        "username": username,
        "realm": asked.get("realm", ""),
        "nonce": asked.get("nonce", ""),
        "uri": uri,
    }
    if "auth" in re.split(r"[,\s]+", asked.get("qop", "")):
        fields |= {"qop": "auth", "nc": f"{count:08x}", "cnonce": secrets.token_hex(8)}
    fields["response"] = proof(fields, method, password, algorithm)
    quoted = ", ".join(f'{name}="{value}"' for name, value in fields.items())
    return f"Digest {quoted}, algorithm={algorithm}"
