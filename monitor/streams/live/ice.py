"""STUN and TURN servers, for browsers and phones that cannot reach a worker directly."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from aiortc import RTCIceServer

_VALID = 24 * 3600  # seconds


@dataclass(frozen=True, slots=True)
class IceServer:
    """A STUN or TURN server; ``url`` is ``stun:HOST:PORT``, ``turn:…`` or ``turns:…``."""

    url: str
    username: str | None = None
    credential: str | None = field(default=None, repr=False)


IceServers = Callable[[], Sequence[IceServer]]
"""Gives the servers of a session that begins now."""


def no_servers() -> Sequence[IceServer]:
    """Return none: everybody is on one network."""
    return ()


def signed_server(url: str, secret: str, now: float) -> IceServer:
    """Return a TURN server with a password for a day, made of the secret that it knows.

    That is how coturn's ``use-auth-secret`` and others check it (draft-uberti-behave-turn-rest).
    """
    username = str(int(now) + _VALID)
    digest = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
    return IceServer(url, username, base64.b64encode(digest).decode())


def rtc_servers(servers: Sequence[IceServer]) -> list[RTCIceServer]:
    """Return the servers as aiortc wants them; it uses the first of each kind."""
    return [
        RTCIceServer(urls=server.url, username=server.username, credential=server.credential)
        for server in servers
    ]
