"""Slows down whoever guesses passwords, without locking out the device itself.

What counts is the pair of device and network address: somebody elsewhere who guesses a device's
password does not keep the device from signing in.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

_TRIES = 5
_FIRST_LOCK = 30.0  # seconds
_LONGEST_LOCK = 900.0
_FORGET_AFTER = 3600.0
_MOST_KEPT = 4096


@dataclass(slots=True)
class _Failures:
    count: int = 0
    last: float = 0.0
    until: float = 0.0


class Lockout:
    """Counts failed sign-ins; after five, each further one doubles the time to wait."""

    def __init__(self) -> None:
        self._failures: OrderedDict[tuple[str, str], _Failures] = OrderedDict()

    def remaining(self, device: str, address: str, now: float) -> float:
        """Return for how many seconds ``device`` may not try from ``address``; 0 if it may."""
        failures = self._failures.get((device, address))
        return max(0.0, failures.until - now) if failures else 0.0

    def failed(self, device: str, address: str, now: float) -> None:
        """Take note of a wrong password."""
        key = (device, address)
        failures = self._failures.pop(key, None) or _Failures()
        if now - failures.last > _FORGET_AFTER:
            failures = _Failures()
        failures.count += 1
        failures.last = now
        if failures.count >= _TRIES:
            lock = _FIRST_LOCK * 2.0 ** min(failures.count - _TRIES, 10)
            failures.until = now + min(lock, _LONGEST_LOCK)
        self._failures[key] = failures
        if len(self._failures) > _MOST_KEPT:
            self._failures.popitem(last=False)

    def succeeded(self, device: str, address: str) -> None:
        """Forget the failures of a device that has shown its password."""
        self._failures.pop((device, address), None)
