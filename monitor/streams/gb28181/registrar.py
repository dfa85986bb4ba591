"""Who is signed in, since when, and how to reach them.

::

    absent ──REGISTER with the right password──▶ online ──keepalives missed──▶ offline
       ▲                                            │  ▲                        │
       └──Expires: 0, or its time has run out───────┘  └──sign of life──────────┘
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from monitor.streams.gb28181.plan import PlatformPlan
from monitor.streams.gb28181.wire import Peer

SHORTEST_EXPIRY = 60
LONGEST_EXPIRY = 86_400


@dataclass(slots=True)
class Registration:
    """A device that has signed in; times are POSIX seconds."""

    device: str
    peer: Peer | None
    address: tuple[str, int]
    reliable: bool
    local: str
    registered: float
    until: float
    seen: float
    edition: str = ""
    agent: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return what must outlive a restart."""
        return {
            "device": self.device,
            "address": list(self.address),
            "reliable": self.reliable,
            "local": self.local,
            "registered": self.registered,
            "until": self.until,
            "seen": self.seen,
            "edition": self.edition,
            "agent": self.agent,
        }


class Registrar:
    """Keeps the registrations; knows nothing of SIP."""

    def __init__(self, plan: PlatformPlan) -> None:
        self._plan = plan
        self._signed_in: dict[str, Registration] = {}

    def sign_in(self, registration: Registration) -> bool:
        """Take a device in; returns whether it had been away."""
        before = self._signed_in.get(registration.device)
        self._signed_in[registration.device] = registration
        return before is None or not self.is_online(before, registration.registered)

    def sign_out(self, device: str) -> bool:
        """Let a device go; returns whether it was there."""
        return self._signed_in.pop(device, None) is not None

    def get(self, device: str, now: float) -> Registration | None:
        """Return the registration of ``device`` unless its time has run out."""
        registration = self._signed_in.get(device)
        if registration is not None and registration.until <= now:
            del self._signed_in[device]
            return None
        return registration

    def online(self, device: str, now: float) -> Registration | None:
        """Return the registration of ``device`` if it can be reached."""
        registration = self.get(device, now)
        return registration if registration and self.is_online(registration, now) else None

    def at(self, address: tuple[str, int], now: float) -> Registration | None:
        """Return the registration of the device at a network address."""
        return next((item for item in self.all(now) if item.address == address), None)

    def is_online(self, registration: Registration, now: float) -> bool:
        """Say whether a device has given a sign of life lately and there is a way to it."""
        silence = self._plan.keepalive * self._plan.misses
        peer = registration.peer
        return peer is not None and not peer.closed and now - registration.seen <= silence

    def alive(self, device: str, peer: Peer, now: float) -> bool:
        """Take note of a sign of life; returns whether the device is signed in from there.

        Behind an address translator the port may change at any time, and is followed. The host
        may not: anybody can send a keepalive, and must not thereby be taken for the device.
        """
        registration = self.get(device, now)
        if registration is None or registration.address[0] != peer.address[0]:
            return False
        registration.seen = now
        registration.peer = peer
        registration.address = peer.address
        registration.reliable = peer.reliable
        return True

    def all(self, now: float) -> list[Registration]:
        """Return all registrations whose time has not run out."""
        return [item for name in tuple(self._signed_in) if (item := self.get(name, now))]
