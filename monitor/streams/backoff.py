"""How long to wait before the next attempt to connect: quick at first, patient in the long run."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

_SHARE = 0.005  # of all waiting so far
_SHARE_UNHEARD = 0.002
_LONGEST_UNHEARD = 10.0
_LEAST = 0.2


@dataclass
class Backoff:
    """Waits that double from ``first`` up to ``soon`` seconds, and later grow with the outage.

    A camera that comes back within three minutes is asked within ``soon`` seconds. Beyond that no
    wait is longer than a two-hundredth of all waiting so far, nor than ``longest`` seconds. After
    ``healthy`` good seconds everything starts over.

    ``jitter`` is the share by which a wait may be shorter or longer, so that the cameras of an
    institution do not all call at the same moment after a power cut.
    """

    first: float = 1.0
    soon: float = 1.0
    longest: float = 60.0
    jitter: float = 0.25
    healthy: float = 30.0
    random: random.Random = field(default_factory=random.Random, repr=False)
    attempts: int = 0
    waited: float = 0.0
    rebuffs: int = 0

    def next_wait(
        self, *, patient: bool = False, unheard: bool = False, spent: float = 0.0
    ) -> float:
        """Count a failure and return the seconds to wait.

        ``patient`` waits double up to ``longest`` at once: for failures that will not pass by
        themselves, such as a wrong password, of which some cameras bear only a few. ``unheard``
        ones grow more slowly, up to ten seconds: nobody was there whom it could trouble.
        What the attempt itself took, ``spent``, has been waited already.
        """
        self.attempts += 1
        wait = self._rebuffed() if patient else self._lost(unheard)
        self.waited += max(wait, spent)
        wait *= 1.0 + self.jitter * (2.0 * self.random.random() - 1.0)
        return max(min(wait, _LEAST), wait - spent)

    def _rebuffed(self) -> float:
        self.rebuffs += 1
        return min(self.first * 2.0 ** min(self.rebuffs - 1, 30), self.longest)

    def _lost(self, unheard: bool) -> float:
        share = _SHARE_UNHEARD if unheard else _SHARE
        most = max(self.first, self.soon, self.waited * share)
        longest = min(self.longest, _LONGEST_UNHEARD) if unheard else self.longest
        return min(self.first * 2.0 ** min(self.attempts - 1, 30), most, longest)

    def was_connected(self, seconds: float) -> None:
        """Start over if the connection that just ended had held long enough."""
        if seconds >= self.healthy:
            self.attempts = self.rebuffs = 0
            self.waited = 0.0
