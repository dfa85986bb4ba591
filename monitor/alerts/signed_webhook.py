"""Webhooks that their receiver can trust: JSON over HTTP, signed with a shared secret.

The address is ``signed+https://SECRET@host/path``. The signature covers the moment of sending and
the body, so that neither a changed nor an old message passes; ``docs/how-to/notify.md`` shows how
to check it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

import httpx

from monitor.alerts.channels import ChannelSpec, DeliveryError, Message
from monitor.domain.clock import Clock, SystemClock
from monitor.domain.errors import ConfigError
from monitor.domain.text import Text

SCHEMES = ("signed+https", "signed+http")
TIMESTAMP, SIGNATURE, DELIVERY = "Kanhu-Timestamp", "Kanhu-Signature", "Kanhu-Delivery"
"""Names of the headers: POSIX seconds, ``v1=`` with the signature in hex, and the notice's key."""

_PATIENCE = 10.0
_SHORTEST_SECRET = 16


class SignedWebhook:
    """One receiver of signed messages."""

    def __init__(self, url: str, secret: bytes, clock: Clock | None = None) -> None:
        self._url = url
        self._secret = secret
        self._clock = clock or SystemClock()

    @classmethod
    def open(cls, spec: ChannelSpec) -> SignedWebhook:
        """Return the channel for an address.

        Raises:
            ConfigError: the address has no host, or no secret that is long enough.
        """
        parts = urlsplit(spec.url)
        secret = unquote(parts.username or "")
        where = f"notify.channels '{spec.id}'"
        if not parts.hostname or len(secret) < _SHORTEST_SECRET:
            raise ConfigError(
                Text(
                    f"签名 webhook 要有主机和至少 {_SHORTEST_SECRET} 个字符的密钥",
                    f"a signed webhook needs a host and a secret of {_SHORTEST_SECRET} characters",
                ),
                where=where,
                hint=Text(
                    "写作 signed+https://密钥@主机/路径", "write signed+https://SECRET@host/path"
                ),
            )
        scheme = parts.scheme.partition("+")[2]
        host = parts.netloc.rpartition("@")[2]
        return cls(urlunsplit((scheme, host, parts.path or "/", parts.query, "")), secret.encode())

    @property
    def takes_files(self) -> bool:
        """Whether attachments arrive."""
        return True

    def describe(self) -> str:
        """Return the address without its secret, path and query."""
        parts = urlsplit(self._url)
        return f"signed+{parts.scheme}://{parts.netloc}/…"

    def send(self, message: Message) -> None:
        """Hand a message over; any answer from 200 to 299 takes it.

        Raises:
            DeliveryError: the receiver did not take it.
        """
        body = json.dumps(_content(message), ensure_ascii=False).encode()
        timestamp = str(int(self._clock.now()))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "Kanhu",
            TIMESTAMP: timestamp,
            SIGNATURE: signature(self._secret, timestamp, body),
            # A test, or that the notifier is dead, is never what came before.
            DELIVERY: hashlib.sha256((message.key or secrets.token_hex()).encode()).hexdigest(),
        }
        try:
            answer = httpx.post(self._url, content=body, headers=headers, timeout=_PATIENCE)
        except httpx.HTTPError as error:
            # Its text may hold the address, and so the secrets in it.
            raise DeliveryError(
                Text(
                    f"无法连接接收方：{type(error).__name__}",
                    f"the receiver cannot be reached: {type(error).__name__}",
                )
            ) from None
        if not answer.is_success:
            raise DeliveryError(
                Text(
                    f"接收方回答 {answer.status_code}",
                    f"the receiver answered {answer.status_code}",
                )
            )


def signature(secret: bytes, timestamp: str, body: bytes) -> str:
    """Return what the signature header says: HMAC-SHA256 of the timestamp, a dot, and the body."""
    signed = timestamp.encode() + b"." + body
    return f"v1={hmac.new(secret, signed, hashlib.sha256).hexdigest()}"


def _content(message: Message) -> dict[str, Any]:
    file = message.attachment
    return {
        "version": 1,
        "kind": message.kind,
        "alert": message.alert_id,
        "title": message.title,
        "text": message.body,
        "attachment": None
        if file is None
        else {
            "name": file.name,
            "media_type": file.media_type,
            "base64": base64.b64encode(file.content).decode(),
        },
    }
