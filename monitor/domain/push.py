"""Browser push: which people's devices a channel reaches, and where one device is reached."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from monitor.domain.access import Role
from monitor.domain.errors import InputError
from monitor.domain.text import Text

LONGEST_ENDPOINT = 1000
PUBLIC_KEY_LENGTH, AUTH_LENGTH = 65, 16
"""Bytes of an uncompressed point on P-256, and of the shared secret (RFC 8291)."""


@dataclass(frozen=True, slots=True)
class Audience:
    """Whose devices: those of one ``role``, of one ``user`` by sign-in name, or of everybody."""

    role: Role | None = None
    user: str = ""


@dataclass(frozen=True, slots=True)
class Subscription:
    """Where a browser is reached, and its keys. Whoever knows the endpoint can disturb it."""

    endpoint: str = field(repr=False)
    public_key: bytes = field(repr=False)
    auth: bytes = field(repr=False)

    @classmethod
    def parse(cls, endpoint: str, public_key: str, auth: str) -> Subscription:
        """Read what a browser sent, its keys in base64url.

        Raises:
            InputError: it is none that a browser makes.
        """
        check_endpoint(endpoint)
        key = _decoded(public_key, PUBLIC_KEY_LENGTH, "p256dh")
        if key[0] != 4:
            raise InputError(
                Text("密钥不是未压缩的点", "the key is no uncompressed point"), where="p256dh"
            )
        return cls(endpoint, key, _decoded(auth, AUTH_LENGTH, "auth"))


def check_endpoint(endpoint: str) -> None:
    """Judge an endpoint by what is written in it.

    Raises:
        InputError: no push service has such an address.
    """
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        raise _no_endpoint() from None
    plain = endpoint.isascii() and endpoint.isprintable() and "\\" not in endpoint
    if not plain or " " in endpoint or len(endpoint) > LONGEST_ENDPOINT:
        raise _no_endpoint()
    if parts.scheme != "https" or not parts.hostname or port == 0:
        raise _no_endpoint()
    if "@" in parts.netloc or parts.fragment:
        raise _no_endpoint()


def _no_endpoint() -> InputError:
    return InputError(
        Text("这不是推送服务的地址", "this is not the address of a push service"),
        where="endpoint",
        hint=Text(
            "它由浏览器给出，以 https:// 开头", "it begins with https:// and comes from the browser"
        ),
    )


def _decoded(text: str, length: int, where: str) -> bytes:
    try:
        value = base64.b64decode(
            text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), b"-_", validate=True
        )
    except (binascii.Error, ValueError):
        value = b""
    if len(value) != length:
        raise InputError(
            Text(
                f"密钥不是 base64url 写成的 {length} 字节",
                f"the key is not {length} bytes in base64url",
            ),
            where=where,
        )
    return value
