"""How well people, adults and children are found: recall, precision, average precision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.detectors.evaluation.labels import LabelledImage
from monitor.detectors.evaluation.matching import Floats, corners, match
from monitor.detectors.evaluation.precision import THRESHOLDS, average_precision
from monitor.detectors.tracking.association import overlap
from monitor.domain.people import AgeClass, Person

SIZES = ("small", "medium", "large")
"""Classes of body height in the picture; where they meet is in :data:`SIZE_EDGES_PX`."""

SIZE_EDGES_PX = (60, 120)
_HIT = 0.5


@dataclass(frozen=True, slots=True)
class Sight:
    """One labelled picture, its size in pixels, and who a model found in it, best score first."""

    image: LabelledImage
    width: int
    height: int
    people: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class Share:
    """``part`` of ``whole``; no value where there is nothing to count."""

    part: int
    whole: int

    @property
    def value(self) -> float | None:
        """Return the share, 0–1."""
        return self.part / self.whole if self.whole else None


@dataclass(frozen=True, slots=True)
class Findings:
    """How well one kind of person is found.

    ``recall`` and ``precision`` hold at the confidence asked for, at an overlap of 0.5; ``ap`` is
    the mean over overlaps of 0.50 to 0.95. ``by_height`` is the recall by :data:`SIZES`.
    """

    recall: Share
    precision: Share
    ap50: float | None
    ap: float | None
    by_height: dict[str, Share]


def find_out(sights: Sequence[Sight], age: AgeClass | None, confidence: float) -> Findings:
    """Return how well people of ``age`` (``None``: people of any age) are found.

    Somebody labelled only as a person counts neither for nor against an age.
    """
    looks = [_Look.at(sight, age) for sight in sights]
    positives = sum(int(look.wanted.sum()) for look in looks)
    averages = [_average(looks, least, positives) for least in THRESHOLDS]
    told = [value for value in averages if value is not None]
    sure = [look.above(confidence) for look in looks]
    hits, boxes, by_height = 0, 0, np.zeros((len(SIZES), 2), int)
    for look in sure:
        hit, counted, found = look.judge(_HIT)
        hits += int(hit.sum())
        boxes += int(counted.sum())
        classes = np.digitize(look.heights_px, SIZE_EDGES_PX)
        for index in range(len(SIZES)):
            here = look.wanted & (classes == index)
            by_height[index] += int((found & here).sum()), int(here.sum())
    return Findings(
        recall=Share(hits, positives),
        precision=Share(hits, boxes),
        ap50=averages[0],
        ap=sum(told) / len(told) if told else None,
        by_height={
            size: Share(int(by_height[index, 0]), int(by_height[index, 1]))
            for index, size in enumerate(SIZES)
        },
    )


def false_boxes(sights: Sequence[Sight], confidence: float) -> float:
    """Return how many boxes an image are nobody, whatever age they are given."""
    total = 0
    for sight in sights:
        hit, counted, _ = _Look.at(sight, None).above(confidence).judge(_HIT)
        total += int((counted & ~hit).sum())
    return total / len(sights)


@dataclass(frozen=True, slots=True)
class _Look:
    """The boxes and people of one picture that concern one age."""

    scores: Floats
    overlap: Floats
    wanted: NDArray[np.bool_]
    heights_px: Floats

    @classmethod
    def at(cls, sight: Sight, age: AgeClass | None) -> _Look:
        people = [p for p in sight.people if age is None or p.age is age]
        true = [p for p in sight.image.people if age is None or p.age in (age, AgeClass.UNKNOWN)]
        return cls(
            scores=np.array([person.score for person in people], np.float64),
            overlap=overlap(corners([p.box for p in people]), corners([p.box for p in true])),
            wanted=np.array([age is None or p.age is age for p in true], bool),
            heights_px=np.array([p.box.height * sight.height for p in true], np.float64),
        )

    def above(self, confidence: float) -> _Look:
        sure = self.scores >= confidence
        return _Look(self.scores[sure], self.overlap[sure], self.wanted, self.heights_px)

    def judge(self, least: float) -> tuple[NDArray[np.bool_], NDArray[np.bool_], NDArray[np.bool_]]:
        """Return which boxes are hits, which count at all, and which people were found."""
        columns = np.flatnonzero(self.wanted)
        partners = match(self.overlap[:, columns], least)
        hit = partners >= 0
        # A box on somebody whose age the label does not tell is neither right nor wrong.
        excused = (self.overlap[:, ~self.wanted] >= least).any(axis=1) & ~hit
        found = np.zeros(self.wanted.size, bool)
        found[columns[partners[hit]]] = True
        return hit, ~excused, found


def _average(looks: Sequence[_Look], least: float, positives: int) -> float | None:
    scores, hits = [], []
    for look in looks:
        hit, counted, _ = look.judge(least)
        scores.append(look.scores[counted])
        hits.append(hit[counted])
    return average_precision(np.concatenate(scores), np.concatenate(hits), positives)
