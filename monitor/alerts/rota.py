"""Who is on call: weekly turns, and exceptions to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who can be on call: by which channels they are reached."""

    id: str
    name: str
    channels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Override:
    """From ``start`` until before ``end`` somebody else is on call, whatever the turns say."""

    start: datetime
    end: datetime
    person: str


@dataclass(frozen=True, slots=True)
class Rota:
    """Weekly turns in order, the first of which began on day ``starts`` at ``change``.

    ``change`` is minutes after local midnight. Before its first turn a rota runs backwards.
    """

    id: str
    starts: date
    turns: tuple[str, ...]
    change: int = 0
    overrides: tuple[Override, ...] = ()

    def on_call(self, moment: datetime, zone: tzinfo) -> str | None:
        """Return the id of the person on call at ``moment``, or ``None`` if there is nobody."""
        for override in self.overrides:
            if override.start <= moment < override.end:
                return override.person
        if not self.turns:
            return None
        # In wall time: a turn begins at its hour also in weeks when clocks are changed.
        local = moment.astimezone(zone).replace(tzinfo=None) - timedelta(minutes=self.change)
        week = (local.date() - self.starts).days // 7
        return self.turns[week % len(self.turns)]
