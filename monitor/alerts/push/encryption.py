"""Encryption of a push message for one browser (RFC 8291): the push service cannot read it."""

from __future__ import annotations

import os

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from monitor.domain.errors import InputError
from monitor.domain.push import Subscription
from monitor.domain.text import Text

LONGEST = 3993
"""Most bytes that fit into the one record that push services must take (RFC 8291, section 4)."""

_RECORD = 4096
_LAST = b"\x02"
_SALT_LENGTH = 16


def encrypt(
    plain: bytes,
    subscription: Subscription,
    own: ec.EllipticCurvePrivateKey | None = None,
    salt: bytes | None = None,
) -> bytes:
    """Return the body of a push message, in content encoding ``aes128gcm``.

    ``own`` and ``salt`` are made anew for each message; only the standard's examples name them.

    Raises:
        InputError: the browser's key is not on the curve, or ``plain`` is too long.
    """
    if len(plain) > LONGEST:
        raise InputError(
            Text(f"推送消息最多 {LONGEST} 字节", f"a push message has {LONGEST} bytes at most"),
            where="message",
        )
    own = own or ec.generate_private_key(ec.SECP256R1())
    salt = salt or os.urandom(_SALT_LENGTH)
    try:
        theirs = ec.EllipticCurvePublicKey.from_encoded_point(
            ec.SECP256R1(), subscription.public_key
        )
    except ValueError:
        raise InputError(
            Text("浏览器的密钥不合规", "the browser's key is not on the curve"), where="p256dh"
        ) from None
    ours = public_bytes(own.public_key())
    secret = own.exchange(ec.ECDH(), theirs)
    about = b"WebPush: info\0" + subscription.public_key + ours
    key = _derive(secret, subscription.auth, about, 32)
    content_key = _derive(key, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derive(key, salt, b"Content-Encoding: nonce\0", 12)
    sealed = AESGCM(content_key).encrypt(nonce, plain + _LAST, None)
    return salt + _RECORD.to_bytes(4, "big") + bytes([len(ours)]) + ours + sealed


def public_bytes(key: ec.EllipticCurvePublicKey) -> bytes:
    """Return a key as an uncompressed point of 65 bytes."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def _derive(secret: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(hashes.SHA256(), length, salt, info).derive(secret)
