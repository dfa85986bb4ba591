"""What fired beside what would have fired, with what people said about it.

Two events are about the same thing when they have the same rule and place and their times overlap.
One may stand for several of the other side: a more tolerant rule tells as one what came as two.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from monitor.domain.alerts import AlertState
from monitor.domain.events import Event
from monitor.runtime.backtest.replay import Span
from monitor.store.fired_events import FiredEvent

_SLACK = 1.0


class Verdict(StrEnum):
    """What people said about an alert."""

    CONFIRMED = "confirmed"
    FALSE = "false"
    DRILL = "drill"
    NONE = "none"


class Fate(StrEnum):
    """What becomes of an event that fired."""

    KEPT = "kept"
    GONE = "gone"
    UNTOLD = "untold"


_VERDICTS = {
    AlertState.RESOLVED: Verdict.CONFIRMED,
    AlertState.FALSE: Verdict.FALSE,
    AlertState.DRILL: Verdict.DRILL,
}


@dataclass(frozen=True, slots=True)
class Fired:
    """An event that fired. ``later`` is by how many seconds it would be raised later, if kept."""

    event: Event
    alert_id: int
    verdict: Verdict
    fate: Fate
    later: float | None = None


@dataclass(frozen=True, slots=True)
class Would:
    """An event that would have fired; ``new`` if nothing like it did."""

    event: Event
    new: bool


@dataclass(frozen=True, slots=True)
class Count:
    """How many of the events with one verdict are kept and gone."""

    kept: int = 0
    gone: int = 0

    @property
    def total(self) -> int:
        """All that can be told about."""
        return self.kept + self.gone


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both sides, in the order of time."""

    fired: tuple[Fired, ...]
    would: tuple[Would, ...]

    @property
    def new(self) -> int:
        """How many would have come in addition."""
        return sum(item.new for item in self.would)

    @property
    def untold(self) -> int:
        """How many fired at a time for which tracks are missing."""
        return sum(item.fate is Fate.UNTOLD for item in self.fired)

    @property
    def counts(self) -> Mapping[Verdict, Count]:
        """Return how many are kept and gone, by verdict."""
        return {verdict: self._count(verdict) for verdict in Verdict}

    @property
    def later(self) -> float | None:
        """Return by how many seconds those kept would come later, by the median."""
        shifts = [item.later for item in self.fired if item.later is not None]
        return median(shifts) if shifts else None

    def _count(self, verdict: Verdict) -> Count:
        fates = [item.fate for item in self.fired if item.verdict is verdict]
        return Count(fates.count(Fate.KEPT), fates.count(Fate.GONE))


def compare(
    fired: Sequence[FiredEvent], would: Iterable[Event], spans: Sequence[Span], window: Span
) -> Comparison:
    """Compare what fired with what would have, for raises within ``window``.

    ``spans`` are the times for which there are tracks. What was raised outside the window only
    serves to recognise the same thing on the other side.
    """
    live = _spells([item.event for item in fired])
    ahead = _spells(would)
    return Comparison(
        tuple(
            _fired(item, live[item.event.id], ahead.values(), spans)
            for item in sorted(fired, key=lambda item: _order(item.event))
            if _within(item.event.raised, window)
        ),
        tuple(
            Would(spell.event, not any(_same(spell, other) for other in live.values()))
            for spell in ahead.values()
            if _within(spell.event.raised, window)
        ),
    )


def joined(parts: Iterable[Comparison]) -> Comparison:
    """Return the comparisons of several rooms as one."""
    parts = tuple(parts)
    fired = [item for part in parts for item in part.fired]
    would = [item for part in parts for item in part.would]
    return Comparison(
        tuple(sorted(fired, key=lambda item: _order(item.event))),
        tuple(sorted(would, key=lambda item: _order(item.event))),
    )


@dataclass(frozen=True, slots=True)
class _Spell:
    event: Event
    end: float


def _spells(events: Iterable[Event]) -> dict[str, _Spell]:
    """Return when each event ended, in the order of time.

    One that was never cleared, because the service died before it could be, ended at the latest
    when the next one began at its place.
    """
    found: dict[str, _Spell] = {}
    following: dict[str, float] = {}
    for event in sorted(events, key=_order, reverse=True):
        end = following.get(event.place, math.inf)
        if event.cleared is not None:
            end = max(event.cleared, event.raised)
        found[event.id] = _Spell(event, end)
        following[event.place] = event.onset
    return dict(reversed(found.items()))


def _fired(
    item: FiredEvent, spell: _Spell, would: Iterable[_Spell], spans: Sequence[Span]
) -> Fired:
    verdict = _VERDICTS.get(item.state, Verdict.NONE)
    raises = [other.event.raised for other in would if _same(spell, other)]
    if raises:
        later = min(raises) - item.event.raised
        return Fired(item.event, item.alert_id, verdict, Fate.KEPT, later)
    fate = Fate.GONE if _covered(item.event, spans) else Fate.UNTOLD
    return Fired(item.event, item.alert_id, verdict, fate)


def _same(one: _Spell, other: _Spell) -> bool:
    if one.event.place != other.event.place:
        return False
    overlap = one.event.onset <= other.end and other.event.onset <= one.end
    return one.event.id == other.event.id or overlap


def _covered(event: Event, spans: Sequence[Span]) -> bool:
    return any(
        span.start - _SLACK <= event.onset and event.raised <= span.end + _SLACK for span in spans
    )


def _within(time: float, window: Span) -> bool:
    return window.start <= time < window.end


def _order(event: Event) -> tuple[float, str]:
    return event.raised, event.id
