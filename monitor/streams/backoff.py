"""How long to wait before the next attempt to connect."""

from __future__ import annotations

import random
from dataclasses import dataclass, field


@dataclass
class Backoff:
    """Waits that double up to ``longest`` seconds and start over after ``healthy`` good seconds.

    ``jitter`` is the share by which a wait may be shorter or longer, so that the cameras of an
    institution do not all call at the same moment after a power cut.
    """

    first: float = 1.0
    longest: float = 60.0
    jitter: float = 0.25
    healthy: float = 120.0
    random: random.Random = field(default_factory=random.Random, repr=False)
    attempts: int = 0

    def next_wait(self) -> float:
        """Count a failure and return the seconds to wait."""
        wait = min(self.first * 2.0 ** min(self.attempts, 30), self.longest)
        self.attempts += 1
        return wait * (1.0 + self.jitter * (2.0 * self.random.random() - 1.0))

    def was_connected(self, seconds: float) -> None:
        """Start over if the connection that just ended had held long enough."""
        if seconds >= self.healthy:
            self.attempts = 0
