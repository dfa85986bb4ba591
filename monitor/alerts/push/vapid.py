"""Who we are to push services (RFC 8292): one key pair an installation, made once and kept."""

from __future__ import annotations

import base64
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from monitor.alerts.push.encryption import public_bytes
from monitor.domain.errors import ConfigError
from monitor.domain.text import Text

_VALID_FOR = 12 * 3600  # the standard allows a day


def new_key() -> str:
    """Return a new private key as PEM."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


class VapidKeys:
    """The key pair. Browsers subscribe to its public half, and take messages from it alone."""

    def __init__(self, pem: str) -> None:
        """Read a private key.

        Raises:
            ConfigError: it is none on the curve P-256.
        """
        try:
            key = load_pem_private_key(pem.encode(), None)
        except (ValueError, TypeError):
            key = None
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != "secp256r1":
            raise ConfigError(
                Text("浏览器推送的密钥无法读取", "the key of browser push cannot be read"),
                where="push-key.pem",
                hint=Text(
                    "请从备份恢复；换用新密钥后每台设备都要重新订阅",
                    "restore it from a backup; with a new one every device subscribes anew",
                ),
            )
        self._key = key
        self.public = base64.urlsafe_b64encode(public_bytes(key.public_key())).decode().rstrip("=")

    def authorization(self, endpoint: str, contact: str, now: float) -> str:
        """Return the header that lets us push to ``endpoint``, at ``now`` (POSIX seconds).

        ``contact`` is a ``mailto:`` or ``https:`` address of ours, or empty.
        """
        parts = urlsplit(endpoint)
        claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": int(now) + _VALID_FOR}
        if contact:
            claims["sub"] = contact
        token = jwt.encode(claims, self._key, algorithm="ES256")
        return f"vapid t={token}, k={self.public}"
