"""How long to wait before the next attempt to connect: quick at first, patient in the long run."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

_SHARE = 0.02  # of all waiting so far


@dataclass
class Backoff:
    """Waits that double from ``first`` up to ``soon`` seconds, and later grow with the outage.

    A camera that comes back within a minute or two is seen again within ``soon`` seconds. Beyond
    that no wait is longer than a fiftieth of all waiting so far, nor than ``longest`` seconds.
    After ``healthy`` good seconds everything starts over.

    ``jitter`` is the share by which a wait may be shorter or longer, so that the cameras of an
    institution do not all call at the same moment after a power cut.
    """

    first: float = 1.0
    soon: float = 2.0
    longest: float = 60.0
    jitter: float = 0.25
    healthy: float = 120.0
    random: random.Random = field(default_factory=random.Random, repr=False)
    attempts: int = 0
    waited: float = 0.0

    def next_wait(self, *, patient: bool = False) -> float:
        """Count a failure and return the seconds to wait.

        ``patient`` waits double up to ``longest`` at once: for failures that will not pass by
        themselves, such as a wrong password, of which some cameras bear only a few.
        """
        most = self.longest if patient else max(self.first, self.soon, self.waited * _SHARE)
        wait = min(self.first * 2.0 ** min(self.attempts, 30), most, self.longest)
        self.attempts += 1
        self.waited += wait
        return wait * (1.0 + self.jitter * (2.0 * self.random.random() - 1.0))

    def was_connected(self, seconds: float) -> None:
        """Start over if the connection that just ended had held long enough."""
        if seconds >= self.healthy:
            self.attempts = 0
            self.waited = 0.0
