"""When an institution is open and when children nap: local times of day, by weekday."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from monitor.domain.errors import WrongValueError
from monitor.domain.text import Text

_SPAN = re.compile(r"^\s*(\d{1,2}):(\d{2})\s*[-–—]\s*(\d{1,2}):(\d{2})\s*$")
_MINUTE = 60.0

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""Names of the weekdays, in the order of :meth:`datetime.date.weekday`."""


@dataclass(frozen=True, slots=True)
class Span:
    """From minute ``start`` of a day up to, not including, minute ``end`` of the same day."""

    start: int
    end: int

    def __post_init__(self) -> None:
        if not 0 <= self.start < self.end <= 24 * 60:
            raise ValueError("a span must end after it begins, on the same day")

    @classmethod
    def parse(cls, text: str) -> Span:
        """Return the span that ``text``, such as ``07:30-17:30``, stands for.

        Raises:
            WrongValueError: it is no such text; the message says what is wanted.
        """
        match = _SPAN.match(text)
        if match is None:
            raise WrongValueError(
                Text(
                    f"“{text}”不是时段，应如 07:30-17:30",
                    f"'{text}' is not a time span such as 07:30-17:30",
                )
            )
        hours, minutes, to_hours, to_minutes = (int(part) for part in match.groups())
        if minutes > 59 or to_minutes > 59 or hours > 23 or to_hours * 60 + to_minutes > 24 * 60:
            raise WrongValueError(
                Text(f"“{text}”中有不存在的时刻", f"'{text}' names a time that no day has")
            )
        if hours * 60 + minutes >= to_hours * 60 + to_minutes:
            raise WrongValueError(
                Text(
                    f"“{text}”应在同一天内先开始后结束",
                    f"'{text}' must end after it begins, on the same day",
                )
            )
        return cls(hours * 60 + minutes, to_hours * 60 + to_minutes)


@dataclass(frozen=True, slots=True)
class WeekHours:
    """The hours of each weekday, Monday first; a day without spans is a day off."""

    days: tuple[tuple[Span, ...], ...]

    def __post_init__(self) -> None:
        if len(self.days) != len(WEEKDAYS):
            raise ValueError("a week has seven days")

    def on(self, day: date, exception: bool | None = None) -> tuple[Span, ...]:
        """Return the hours of ``day``.

        ``exception`` says that it is open or closed against its weekday. A day off that is open by
        exception (a working weekend) has the hours of the first weekday that has any.
        """
        if exception is False:
            return ()
        usual = self.days[day.weekday()]
        if usual or not exception:
            return usual
        return next((spans for spans in self.days if spans), ())


@dataclass(frozen=True, slots=True)
class DayTime:
    """What the district's data say of one moment; ``open`` is ``None`` where no hours are known."""

    open: bool | None = None
    nap: bool = False


DayExceptionOf = Callable[[date], bool | None]
"""Says whether a day is open or closed against its weekday; ``None`` for an ordinary day."""


def no_exceptions(_day: date) -> bool | None:
    """Return ``None``: every day is as its weekday."""
    return None


class Calendar:
    """Opening hours and nap times of one room, asked by POSIX seconds.

    ``start`` is added to every moment asked for: with it, media seconds of a recording become
    POSIX seconds. Answers are kept for the running minute, because rooms ask several times a
    second; so an exception entered today is heeded from the next minute on. Not thread-safe.
    """

    def __init__(
        self,
        opening: WeekHours | None,
        naps: tuple[Span, ...],
        zone: tzinfo,
        exception_of: DayExceptionOf = no_exceptions,
        start: float = 0.0,
    ) -> None:
        self._opening = opening
        self._naps = naps
        self._zone = zone
        self._exception_of = exception_of
        self._start = start
        self._minute: float | None = None
        self._answer = DayTime()

    def at(self, time: float) -> DayTime:
        """Return whether it is open, and nap time, at ``time``."""
        minute = (time + self._start) // _MINUTE
        if minute != self._minute:
            self._minute = minute
            self._answer = self._look_up(minute * _MINUTE)
        return self._answer

    def _look_up(self, posix: float) -> DayTime:
        local = datetime.fromtimestamp(posix, self._zone)
        now = local.hour * 60 + local.minute
        exception = self._exception_of(local.date())
        is_open: bool | None = None
        working = exception is not False
        if self._opening is not None:
            hours = self._opening.on(local.date(), exception)
            is_open, working = _within(hours, now), bool(hours)
        return DayTime(is_open, working and _within(self._naps, now))


def _within(spans: tuple[Span, ...], minute: int) -> bool:
    return any(span.start <= minute < span.end for span in spans)
