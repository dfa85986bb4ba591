"""How long a camera was on line: arithmetic on stretches of time, without a database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

_NOTICEABLE = timedelta(seconds=1)


@dataclass(frozen=True, slots=True)
class Stretch:
    """From ``start`` to ``end`` a camera was on line, or off line."""

    start: datetime
    end: datetime
    online: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """A time without pictures: the camera was off line, or (``known`` false) nobody watched."""

    start: datetime
    end: datetime
    known: bool


@dataclass(frozen=True, slots=True)
class Uptime:
    """Seconds on line, off line and unknown within a period, and when there were no pictures.

    Unknown time counts neither for nor against the camera, but it is reported.
    """

    camera_id: str
    online_seconds: float
    offline_seconds: float
    unknown_seconds: float
    gaps: tuple[Gap, ...]

    @property
    def ratio(self) -> float | None:
        """Return the share of the known time on line (0–1), or ``None`` if nothing is known."""
        known = self.online_seconds + self.offline_seconds
        return self.online_seconds / known if known > 0 else None


def measure(camera_id: str, stretches: Sequence[Stretch], start: datetime, end: datetime) -> Uptime:
    """Add up ``stretches``, sorted by start, within ``start``–``end``."""
    online = offline = 0.0
    gaps: list[Gap] = []
    reached = start
    for stretch in stretches:
        begin, stop = max(stretch.start, reached), min(stretch.end, end)
        if stop <= begin:
            continue
        if begin - reached >= _NOTICEABLE:
            gaps.append(Gap(reached, begin, known=False))
        if stretch.online:
            online += (stop - begin).total_seconds()
        else:
            offline += (stop - begin).total_seconds()
            _extend(gaps, Gap(begin, stop, known=True))
        reached = stop
    if end - reached >= _NOTICEABLE:
        gaps.append(Gap(reached, end, known=False))
    unknown = max(0.0, (end - start).total_seconds() - online - offline)
    return Uptime(camera_id, online, offline, unknown, tuple(gaps))


def _extend(gaps: list[Gap], gap: Gap) -> None:
    if gaps and gaps[-1].known == gap.known and gaps[-1].end == gap.start:
        gaps[-1] = Gap(gaps[-1].start, gap.end, gap.known)
    else:
        gaps.append(gap)
