"""How far one finder says what another says of the same pictures.

This tells what a cheaper precision or another runtime costs. It is no accuracy: whoever agrees with
a wrong finder is wrong too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from monitor.detectors.finder import Finder, Image
from monitor.domain.people import Box, Person

SAME = 0.5
"""Intersection over union from which two boxes are the same person."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """What one finder kept of another's people, and how much it changed them.

    ``people`` is how many the reference found at least at ``confidence``; ``kept`` the share of
    them that the other found at least at ``confidence``, ``kept_weak`` at any score; ``added`` how
    many the other found at ``confidence`` that the reference did not find at all, as a share of
    ``people``. ``overlap`` is the mean intersection over union of the same people, ``shift`` the
    mean change of their scores and ``spread`` its mean size.
    """

    confidence: float
    people: int
    kept: float
    kept_weak: float
    added: float
    overlap: float
    shift: float
    spread: float


def agreement(
    reference: Finder, other: Finder, pictures: Iterable[Image], confidences: Sequence[float]
) -> list[Agreement]:
    """Return how ``other`` agrees with ``reference`` at each of ``confidences``."""
    pairs = [(reference.find([picture])[0], other.find([picture])[0]) for picture in pictures]
    return [_agreement(pairs, confidence) for confidence in confidences]


def same_person(one: Box, people: Sequence[Person]) -> tuple[Person | None, float]:
    """Return whoever overlaps ``one`` the most, with the intersection over union."""
    best = max(people, key=lambda person: one.overlap(person.box), default=None)
    return best, 0.0 if best is None else one.overlap(best.box)


def _agreement(pairs: Sequence[tuple[list[Person], list[Person]]], least: float) -> Agreement:
    people = kept = weak = added = 0
    overlaps, shifts = [], []
    for wanted, found in pairs:
        for person in wanted:
            if person.score < least:
                continue
            people += 1
            twin, overlap = same_person(person.box, found)
            if twin is None or overlap < SAME:
                continue
            weak += 1
            kept += twin.score >= least
            overlaps.append(overlap)
            shifts.append(twin.score - person.score)
        added += sum(
            person.score >= least and same_person(person.box, wanted)[1] < SAME for person in found
        )
    share = max(people, 1)
    return Agreement(
        confidence=least,
        people=people,
        kept=kept / share,
        kept_weak=weak / share,
        added=added / share,
        overlap=float(np.mean(overlaps)) if overlaps else 0.0,
        shift=float(np.mean(shifts)) if shifts else 0.0,
        spread=float(np.mean(np.abs(shifts))) if shifts else 0.0,
    )
