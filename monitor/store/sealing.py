"""Small secrets at rest and in browsers: sealed with the installation's own secret."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any, cast

from cryptography.fernet import Fernet, InvalidToken


class Sealer:
    """Seals and opens texts; what was altered, or sealed for another purpose, does not open.

    ``purpose`` keeps what is sealed here from being of use elsewhere.
    """

    def __init__(self, secret: str, purpose: str) -> None:
        key = hashlib.sha256(f"kanhu {purpose} {secret}".encode()).digest()
        self._fernet = Fernet(base64.urlsafe_b64encode(key))

    def seal(self, content: dict[str, Any], now: float) -> str:
        """Return ``content`` sealed at ``now`` (POSIX seconds), as URL-safe text."""
        return self._fernet.encrypt_at_time(json.dumps(content).encode(), int(now)).decode()

    def open(self, sealed: str, now: float, seconds: float | None = None) -> dict[str, Any] | None:
        """Return what was sealed, or ``None`` if it is not ours or older than ``seconds``."""
        try:
            token = sealed.encode("ascii")
            if seconds is None:
                plain = self._fernet.decrypt(token)
            else:
                plain = self._fernet.decrypt_at_time(token, int(seconds), int(now))
        except (InvalidToken, ValueError):
            return None
        return cast("dict[str, Any]", json.loads(plain))
