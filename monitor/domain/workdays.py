"""Working days in China: weekdays, less public holidays, plus the weekend days made up for them.

The State Council announces each year's days late in the year before. Years that are not listed
here have weekdays only, until a district adds the days to its configuration.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta


def _days(*spans: tuple[date, date]) -> Iterator[date]:
    for first, last in spans:
        for offset in range((last - first).days + 1):
            yield first + timedelta(days=offset)


_OFF = frozenset(
    _days(
        (date(2025, 1, 1), date(2025, 1, 1)),
        (date(2025, 1, 28), date(2025, 2, 4)),
        (date(2025, 4, 4), date(2025, 4, 6)),
        (date(2025, 5, 1), date(2025, 5, 5)),
        (date(2025, 5, 31), date(2025, 6, 2)),
        (date(2025, 10, 1), date(2025, 10, 8)),
        (date(2026, 1, 1), date(2026, 1, 3)),
        (date(2026, 2, 15), date(2026, 2, 23)),
        (date(2026, 4, 4), date(2026, 4, 6)),
        (date(2026, 5, 1), date(2026, 5, 5)),
        (date(2026, 6, 19), date(2026, 6, 21)),
        (date(2026, 9, 25), date(2026, 9, 27)),
        (date(2026, 10, 1), date(2026, 10, 7)),
    )
)
_MADE_UP = frozenset(
    (
        date(2025, 1, 26),
        date(2025, 2, 8),
        date(2025, 4, 27),
        date(2025, 9, 28),
        date(2025, 10, 11),
        date(2026, 1, 4),
        date(2026, 2, 14),
        date(2026, 2, 28),
        date(2026, 5, 9),
        date(2026, 9, 20),
        date(2026, 10, 10),
    )
)
KNOWN_YEARS = frozenset({2025, 2026})
"""The years whose public holidays are listed here."""


@dataclass(frozen=True, slots=True)
class Workdays:
    """The public calendar, with a district's own days ``off`` and ``on`` on top of it."""

    off: frozenset[date] = frozenset()
    on: frozenset[date] = frozenset()

    def is_working(self, day: date) -> bool:
        """Say whether people work on a day."""
        if day in self.off or day in self.on:
            return day in self.on
        if day in _OFF or day in _MADE_UP:
            return day in _MADE_UP
        return day.weekday() < 5

    def knows(self, year: int) -> bool:
        """Say whether the holidays of a year are known, here or from the district."""
        return year in KNOWN_YEARS or any(day.year == year for day in self.off)

    def between(self, first: date, last: date) -> tuple[date, ...]:
        """Return the working days from ``first`` to ``last``."""
        return tuple(day for day in _days((first, last)) if self.is_working(day))


PUBLIC = Workdays()
"""The public calendar alone."""
