"""Basic and Digest access control of a simulated camera (RFC 7617, RFC 2069 as RTSP uses it)."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass, field
from typing import Literal

_REALM = "camera"
_FIELD = re.compile(r'(\w+)="([^"]*)"')


@dataclass(frozen=True, slots=True)
class Credentials:
    """Name and password that a simulated camera asks for."""

    username: str
    password: str = field(repr=False)
    scheme: Literal["basic", "digest"] = "digest"


class Doorkeeper:
    """Challenges and checks the requests of one connection."""

    def __init__(self, credentials: Credentials) -> None:
        self._credentials = credentials
        self._nonce = secrets.token_hex(16)

    @property
    def challenge(self) -> str:
        """The value of ``WWW-Authenticate``."""
        if self._credentials.scheme == "basic":
            return f'Basic realm="{_REALM}"'
        return f'Digest realm="{_REALM}", nonce="{self._nonce}"'

    def admits(self, method: str, authorization: str) -> bool:
        """Say whether the request's ``Authorization`` proves knowledge of the password."""
        scheme, _, rest = authorization.partition(" ")
        if scheme.lower() != self._credentials.scheme:
            return False
        if scheme.lower() == "basic":
            pair = f"{self._credentials.username}:{self._credentials.password}"
            expected = base64.b64encode(pair.encode()).decode()
            return hmac.compare_digest(expected.encode(), rest.strip().encode())
        given = dict(_FIELD.findall(rest))
        return given.get("nonce") == self._nonce and hmac.compare_digest(
            self._digest(method, given.get("uri", "")).encode(), given.get("response", "").encode()
        )

    def _digest(self, method: str, uri: str) -> str:
        who = _md5(f"{self._credentials.username}:{_REALM}:{self._credentials.password}")
        what = _md5(f"{method}:{uri}")
        return _md5(f"{who}:{self._nonce}:{what}")


def _md5(text: str) -> str:
    # RFC 2069 knows no other digest, and neither do most cameras.
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
