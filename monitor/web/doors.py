"""Who may try to sign in now, without letting anybody keep others out.

Failures count by name and by address, and each makes the next try wait. Somebody who guesses at
a name would thereby keep its owner out; so a browser in which the owner has signed in before
carries a sealed mark, and is counted by that mark alone. Guessing then costs strangers time, not
the people who work here.
"""

from __future__ import annotations

import ipaddress
import secrets
from dataclasses import dataclass

from monitor.store.sealing import Sealer
from monitor.web.throttle import Allowance, Throttle

NAME_FAILURES, ADDRESS_FAILURES, CODE_FAILURES = 5, 30, 5
PAGES_A_MINUTE = 6000  # a control room that renews itself in a flood of alerts stays below
CALLS_A_MINUTE = 1200
DEVICE_DAYS = 90
TICKET_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to sign in; ``device`` is the browser's mark if its owner signed in here before."""

    name: str
    address: str
    device: str | None


@dataclass(frozen=True, slots=True)
class Doors:
    """Throttles and seals of one application."""

    names: Throttle
    addresses: Throttle
    devices: Throttle
    codes: Throttle
    pages: Allowance
    calls: Allowance
    marks: Sealer
    tickets: Sealer

    @classmethod
    def of(cls, secret: str) -> Doors:
        """Build them; ``secret`` is the installation's."""
        return cls(
            names=Throttle(NAME_FAILURES),
            addresses=Throttle(ADDRESS_FAILURES),
            devices=Throttle(NAME_FAILURES),
            codes=Throttle(CODE_FAILURES),
            pages=Allowance(PAGES_A_MINUTE),
            calls=Allowance(CALLS_A_MINUTE),
            marks=Sealer(secret, "device"),
            tickets=Sealer(secret, "sign-in"),
        )

    def attempt(self, name: str, address: str, mark: str | None, now: float) -> Attempt:
        """Return the attempt; a mark that has failed too often itself counts no more."""
        folded = folded_name(name)
        opened = self.marks.open(mark, now, DEVICE_DAYS * 86400) if mark else None
        device = opened["d"] if opened is not None and opened.get("n") == folded else None
        if device is not None and self.devices.wait(device, now) > 0:
            device = None
        return Attempt(folded, address_key(address), device)

    def wait(self, attempt: Attempt, now: float) -> float:
        """Return how many seconds the attempt has to wait; 0 when it may be made."""
        if attempt.device is not None:
            return 0.0
        return max(self.names.wait(attempt.name, now), self.addresses.wait(attempt.address, now))

    def failed(self, attempt: Attempt, now: float) -> None:
        """Count a failure, against the browser if it is known, else against name and address."""
        if attempt.device is not None:
            self.devices.failed(attempt.device, now)
            return
        self.names.failed(attempt.name, now)
        self.addresses.failed(attempt.address, now)

    def succeeded(self, attempt: Attempt) -> None:
        """Forget the failures of whoever got in, but not those of the address."""
        if attempt.device is not None:
            self.devices.succeeded(attempt.device)
        else:
            self.names.succeeded(attempt.name)

    def new_mark(self, name: str, now: float) -> str:
        """Return a mark for a browser in which somebody has just signed in."""
        return self.marks.seal({"n": folded_name(name), "d": secrets.token_hex(8)}, now)


def folded_name(name: str) -> str:
    """Return a sign-in name as it counts."""
    return " ".join(name.split()).lower()[:200]


def address_key(address: str) -> str:
    """Return what an address counts as: with IPv6 one household has a whole /64."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False).network_address)
