"""Two lanes a day: what fired and what would have fired, ready to be drawn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from monitor.domain.clock import to_datetime
from monitor.domain.events import Event
from monitor.runtime.backtest.comparison import Fired, Would
from monitor.runtime.backtest.replay import Span
from monitor.runtime.backtest.trial import RoomResult

MINUTES = 1440.0
_LEAST = 5.0  # minutes: what lasts for seconds is still seen


@dataclass(frozen=True, slots=True)
class Mark:
    """An event on one day: ``x`` and ``width`` in minutes."""

    x: float
    width: float
    item: Fired | Would


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time with tracks on one day, in minutes."""

    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Row:
    """One room on one day."""

    room_id: str
    day: date
    tracks: tuple[Stretch, ...]
    fired: tuple[Mark, ...]
    would: tuple[Mark, ...]


def rows(results: Iterable[RoomResult], window: Span, zone: tzinfo) -> Iterator[Row]:
    """Yield the days of each room on which there are tracks or events, in order."""
    for result in results:
        for day in _days(window, zone):
            row = Row(
                result.room_id,
                day,
                tuple(_stretches(result.spans, day, zone)),
                tuple(_marks(result.comparison.fired, day, zone)),
                tuple(_marks(result.comparison.would, day, zone)),
            )
            if row.tracks or row.fired or row.would:
                yield row


def _days(window: Span, zone: tzinfo) -> Iterator[date]:
    day = to_datetime(window.start).astimezone(zone).date()
    while day <= to_datetime(window.end).astimezone(zone).date():
        yield day
        day += timedelta(days=1)


def _stretches(spans: Iterable[Span], day: date, zone: tzinfo) -> Iterator[Stretch]:
    for span in spans:
        begin, end = _minute(span.start, day, zone), _minute(span.end, day, zone)
        if end > 0 and begin < MINUTES:
            begin, end = max(begin, 0.0), min(end, MINUTES)
            yield Stretch(round(begin, 2), round(end - begin, 2))


def _marks(items: Iterable[Fired] | Iterable[Would], day: date, zone: tzinfo) -> Iterator[Mark]:
    for item in items:
        begin = _minute(item.event.onset, day, zone)
        end = _minute(_end(item.event), day, zone)
        if end >= 0 and begin < MINUTES:
            begin, end = max(begin, 0.0), min(end, MINUTES)
            width = max(end - begin, _LEAST)
            yield Mark(round(min(begin, MINUTES - width), 2), round(width, 2), item)


def _minute(posix: float, day: date, zone: tzinfo) -> float:
    midnight = datetime.combine(day, time(), zone)
    return (posix - midnight.timestamp()) / 60


def _end(event: Event) -> float:
    return event.raised if event.cleared is None else event.cleared
