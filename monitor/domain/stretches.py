"""Stretches of time, such as those of which there is footage, and the gaps between them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stretch:
    """From ``start`` until ``end``, both POSIX seconds."""

    start: float
    end: float

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.end - self.start


def merged(stretches: Iterable[Stretch], tolerance: float = 0.0) -> tuple[Stretch, ...]:
    """Return the stretches in order, joined where they overlap or lie ``tolerance`` apart."""
    found: list[Stretch] = []
    for item in sorted(stretches, key=lambda stretch: (stretch.start, stretch.end)):
        if item.end <= item.start:
            continue
        if found and item.start - found[-1].end <= tolerance:
            found[-1] = Stretch(found[-1].start, max(found[-1].end, item.end))
        else:
            found.append(item)
    return tuple(found)


def within(stretches: Iterable[Stretch], start: float, end: float) -> tuple[Stretch, ...]:
    """Return what of the stretches lies between ``start`` and ``end``, in order."""
    cut = (Stretch(max(item.start, start), min(item.end, end)) for item in stretches)
    return tuple(item for item in cut if item.end > item.start)


def gaps(stretches: Iterable[Stretch], start: float, end: float) -> tuple[Stretch, ...]:
    """Return what is missing between ``start`` and ``end``."""
    missing: list[Stretch] = []
    free_from = start
    for item in merged(within(stretches, start, end)):
        if item.start > free_from:
            missing.append(Stretch(free_from, item.start))
        free_from = item.end
    if free_from < end:
        missing.append(Stretch(free_from, end))
    return tuple(missing)


def total(stretches: Iterable[Stretch]) -> float:
    """Return the seconds covered, what overlaps counted once."""
    return sum(item.seconds for item in merged(stretches))
