"""The gate in shadow: everything is analysed, and what the gate would have left out is counted.

Shadow mode answers "does the gate cost us anything here?" on a district's own cameras. A picture
that the gate would not have had analysed is *suppressed*; if people are found on it otherwise than
on the picture analysed last, the gate would have missed something for a moment. Everything is
decoded twice, so this is for finding out, not for good.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from monitor.domain.media import Frame, Packet
from monitor.domain.people import Box, Person
from monitor.streams.gate import Gate
from monitor.streams.sampler import FrameSampler

Outcome = Literal["passed", "suppressed", "changed"]

_SAME = 0.3
_REMEMBERED = 64
_SURE = 0.35  # weaker boxes come and go by themselves


@dataclass(slots=True)
class ShadowReport:
    """What a gate would have done. Counts of pictures; ``longest`` in seconds.

    ``changed`` of the ``suppressed`` showed other people, or people elsewhere, than the last
    picture that passed; ``longest`` is for how long at most the gate would not have known.
    """

    looked: int = 0
    suppressed: int = 0
    changed: int = 0
    longest: float = 0.0

    @property
    def saved(self) -> float:
        """The share of looks that the gate would have saved, 0–1."""
        return self.suppressed / self.looked if self.looked else 0.0

    @property
    def missed(self) -> float:
        """The share of suppressed pictures on which something was other than known, 0–1."""
        return self.changed / self.suppressed if self.suppressed else 0.0


class ShadowSampler:
    """A camera's sampler at the full rate, with its gate running beside it."""

    def __init__(self, full: FrameSampler, gated: FrameSampler) -> None:
        """``full`` gives the frames out; ``gated`` says which of them would have been analysed."""
        self._full = full
        self._gated = gated
        self._passed = False
        self._suppressed: deque[float] = deque(maxlen=_REMEMBERED)
        self._known: Sequence[Box] = ()
        self._wrong_since: float | None = None
        self.report = ShadowReport()

    @property
    def gate(self) -> Gate:
        """The gate that is tried."""
        return self._gated.gate

    def offer(self, packet: Packet, urgent: bool = False) -> list[Frame]:
        """Take the next packet and return the frames to analyse: all that are due."""
        if self._gated.offer(packet, urgent):
            self._passed = True
        frames = self._full.offer(packet, urgent=True)
        for frame in frames:
            if not self._passed:
                self._suppressed.append(frame.time)
            self._passed = False
        return frames

    def found(self, frame: Frame, people: Sequence[Person]) -> Outcome:
        """Take in who is on a frame that :meth:`offer` gave out; say what the gate would do."""
        boxes = [person.box for person in people if person.score >= _SURE]
        report = self.report
        report.looked += 1
        if frame.time not in self._suppressed:
            self._known = boxes
            self._wrong_since = None
            return "passed"
        report.suppressed += 1
        if alike(boxes, self._known):
            self._wrong_since = None
            return "suppressed"
        report.changed += 1
        if self._wrong_since is None:
            self._wrong_since = frame.time
        report.longest = max(report.longest, frame.time - self._wrong_since)
        return "changed"


def alike(some: Sequence[Box], others: Sequence[Box]) -> bool:
    """Say whether two sets of boxes show the same people in the same places."""
    free = list(others)
    for box in some:
        nearest = max(free, key=lambda other: box.overlap(other), default=None)
        if nearest is None or box.overlap(nearest) < _SAME:
            return False
        free.remove(nearest)
    return not free
