"""A browser's half of RFC 8291, written after its text: keys, and the reading of a message."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from monitor.domain.push import Subscription


class Browser:
    """One browser that can read what was encrypted for it."""

    def __init__(self) -> None:
        self._key = ec.generate_private_key(ec.SECP256R1())
        self.public = self._key.public_key().public_bytes(
            Encoding.X962, PublicFormat.UncompressedPoint
        )
        self.auth = os.urandom(16)

    def subscription(self, endpoint: str) -> Subscription:
        """Return what it would hand to a page."""
        return Subscription(endpoint, self.public, self.auth)

    def form(self, endpoint: str) -> dict[str, str]:
        """Return what the page would send on."""
        return {"endpoint": endpoint, "p256dh": text(self.public), "auth": text(self.auth)}

    def open(self, body: bytes) -> bytes:
        """Return the message in ``body``.

        Raises:
            ValueError: it is for another browser.
        """
        salt, length = body[:16], body[20]
        theirs, sealed = body[21 : 21 + length], body[21 + length :]
        sender = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs)
        shared = self._key.exchange(ec.ECDH(), sender)
        about = b"WebPush: info\x00" + self.public + theirs + b"\x01"
        key = _mac(_mac(self.auth, shared), about)
        seed = _mac(salt, key)
        content_key = _mac(seed, b"Content-Encoding: aes128gcm\x00\x01")[:16]
        nonce = _mac(seed, b"Content-Encoding: nonce\x00\x01")[:12]
        try:
            padded = AESGCM(content_key).decrypt(nonce, sealed, None)
        except InvalidTag:
            raise ValueError("not for this browser") from None
        plain, _, padding = padded.rpartition(b"\x02")
        assert padding.strip(b"\x00") == b""
        return plain


def text(value: bytes) -> str:
    """Return bytes in base64url as browsers write it."""
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


def _mac(key: bytes, message: bytes) -> bytes:
    return hmac.new(key, message, hashlib.sha256).digest()
