"""Tracks of people on one camera: ByteTrack's two passes, in seconds instead of frames.

Strong boxes are matched to known people first; weak boxes then keep alive whom nothing strong
was found for, because people who sit at tables are found weakly and seldom. A weak box never
begins a track. Somebody who was not seen for a while is found again near where she vanished and
keeps her number, so that what is known of her (adult or child) survives an occlusion.

Life of a track: *tentative* from its first strong box, *confirmed* after ``confirm_hits`` of
them, *held* for ``hold`` seconds when the frame was analysed and she was missed, *remembered*
(no longer reported) for ``remember`` seconds, then forgotten. Nothing here counts frames alone:
the camera may be looked at five times a second or once in two.

Invariants: numbers are never used twice; at most ``most_tracks`` people are kept.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.detectors.tracking.association import (
    Floats,
    Indices,
    assign,
    grown,
    height_ratio,
    overlap,
)
from monitor.detectors.tracking.motion import Motion
from monitor.domain.people import AgeClass, Person, Track

_SAME_BOX = 0.8
_SAME_PERSON = 0.5
_LIKE_STRONG = 0.12
_LIKE_WEAK = 0.3
_LIKE_TENTATIVE = 0.2
_LIKE_AGAIN = 0.25
_BACKWARDS = 1.0


@dataclass(frozen=True, slots=True)
class TrackerSettings:
    """How the tracker trades patience for certainty; durations in seconds."""

    strong_score: float = 0.25
    weak_score: float = 0.08
    confirm_hits: int = 3
    tentative: float = 1.0
    hold: float = 3.0
    remember: float = 20.0
    most_tracks: int = 128
    most_boxes: int = 256


@dataclass(slots=True)
class _Row:
    id: int
    person: Person
    first_seen: float
    seen: float
    hits: int
    confirmed: bool
    track: Track | None = None


class Tracker:
    """People of one camera over time. Not thread-safe; one per camera."""

    def __init__(self, camera_id: str, settings: TrackerSettings | None = None) -> None:
        self._camera_id = camera_id
        self._settings = settings or TrackerSettings()
        self._motion = Motion()
        self._rows: list[_Row] = []
        self._next_id = 1
        self._time: float | None = None
        self._interval = 0.2

    def update(self, people: Sequence[Person], time: float) -> tuple[Track, ...]:
        """Take in everybody found in the frame of ``time`` and return the confirmed tracks.

        ``time`` is POSIX or media seconds; when it falls by more than a second (a recording
        starts again) everybody is forgotten. Tracks missed in this frame are returned with
        ``seen`` < ``time`` until they have been missed for ``hold`` seconds. ``age`` and
        ``adult_log_odds`` are what the model said at the last sighting, if it names ages.
        """
        if not math.isfinite(time):
            raise ValueError("the time of a frame must be a finite number")
        time = self._advance(time)
        found = self._distinct(people)
        corners, scores = _arrays(found)
        taken = self._match(corners, scores, found, time)
        self._begin(corners, scores, taken, found, time)
        self._merge(time)
        self._forget(time)
        return tuple(self._tracks(time))

    def _advance(self, time: float) -> float:
        if self._time is None or time < self._time - _BACKWARDS:
            self._rows.clear()
            self._motion = Motion()
            self._time = time
            return time
        step = max(time - self._time, 0.0)
        if 0 < step <= 10:
            self._interval += 0.2 * (step - self._interval)
        self._motion.predict(min(step, 10.0))
        self._time += step
        return self._time

    def _distinct(self, people: Sequence[Person]) -> list[Person]:
        usable = [p for p in people if _usable(p) and p.score >= self._settings.weak_score]
        usable.sort(key=lambda p: -p.score)
        usable = usable[: self._settings.most_boxes]
        if len(usable) < 2:
            return usable
        corners, _ = _arrays(usable)
        same = np.triu(overlap(corners, corners) > _SAME_BOX, 1)
        if not same.any():
            return usable
        dropped: set[int] = set()
        for first, second in np.argwhere(same):
            if int(first) not in dropped:
                dropped.add(int(second))
        return [person for index, person in enumerate(usable) if index not in dropped]

    def _match(
        self, corners: Floats, scores: Floats, found: list[Person], time: float
    ) -> NDArray[np.bool_]:
        taken = np.zeros(len(found), dtype=bool)
        if not self._rows or not len(found):
            return taken
        unseen = np.array([time - row.seen for row in self._rows])
        confirmed = np.array([row.confirmed for row in self._rows])
        recent = confirmed & (unseen <= self._patience(self._settings.hold))
        strong = scores >= self._settings.strong_score
        likeness = self._likeness(corners, unseen)
        again = self._likeness_again(corners, unseen)
        left = np.ones(len(self._rows), dtype=bool)
        for rows, boxes, table, least in (
            (recent, strong, likeness, _LIKE_STRONG),
            (recent, ~strong, likeness, _LIKE_WEAK),
            (confirmed, strong, again, _LIKE_AGAIN),
            (~confirmed, strong, likeness, _LIKE_TENTATIVE),
        ):
            row_index = np.nonzero(rows & left)[0]
            box_index = np.nonzero(boxes & ~taken)[0]
            if not len(row_index) or not len(box_index):
                continue
            first, second = assign(table[np.ix_(row_index, box_index)], least)
            row_index, box_index = row_index[first], box_index[second]
            left[row_index] = False
            taken[box_index] = True
            self._sight(row_index, box_index, corners, scores, found, time)
        return taken

    def _likeness(self, corners: Floats, unseen: Floats) -> Floats:
        expected = self._motion.corners()
        slack = np.minimum(0.1 + 0.5 * unseen, 0.8)
        there = overlap(
            grown(expected, slack), grown(corners, np.full(len(corners), float(slack.min())))
        )
        return there * np.sqrt(height_ratio(expected, corners))

    def _likeness_again(self, corners: Floats, unseen: Floats) -> Floats:
        """Likeness by distance, for those who come back near the place where they vanished."""
        expected = self._motion.corners()
        height = np.maximum(expected[:, 3] - expected[:, 1], 1e-6)[:, None]
        across = (expected[:, None, :2] + expected[:, None, 2:]) / 2
        distance = across - (corners[None, :, :2] + corners[None, :, 2:]) / 2
        # A picture is wider than high: a step to the side is a larger share of its height.
        far = np.hypot(distance[..., 0] * 1.6, distance[..., 1]) / height
        reach = np.minimum(0.6 + 0.4 * unseen, 1.6)[:, None]
        return np.maximum(1 - far / reach, 0) * height_ratio(expected, corners)

    def _sight(
        self,
        rows: Indices,
        boxes: Indices,
        corners: Floats,
        scores: Floats,
        found: list[Person],
        time: float,
    ) -> None:
        self._motion.correct(rows, corners[boxes], scores[boxes])
        for row_index, box in zip(rows.tolist(), boxes.tolist(), strict=True):
            row = self._rows[row_index]
            row.person = found[box]
            row.seen = time
            row.hits += 1
            row.track = None
            if row.hits >= self._settings.confirm_hits:
                row.confirmed = True

    def _begin(
        self,
        corners: Floats,
        scores: Floats,
        taken: NDArray[np.bool_],
        found: list[Person],
        time: float,
    ) -> None:
        free = np.nonzero(~taken & (scores >= self._settings.strong_score))[0]
        free = free[: max(0, self._settings.most_tracks - len(self._rows))]
        if not len(free):
            return
        self._motion.add(corners[free])
        for box in free.tolist():
            confirmed = self._settings.confirm_hits <= 1
            self._rows.append(_Row(self._next_id, found[box], time, time, 1, confirmed))
            self._next_id += 1

    def _merge(self, time: float) -> None:
        """Let somebody who vanished take over the track that began where she was."""
        missed = [i for i, row in enumerate(self._rows) if row.confirmed and time - row.seen > 0.0]
        fresh = [i for i, row in enumerate(self._rows) if row.seen == time]
        if not missed or not fresh:
            return
        corners = self._motion.corners()
        likeness = overlap(corners[missed], corners[fresh])
        likeness *= height_ratio(corners[missed], corners[fresh]) > 0.6
        gone: set[int] = set()
        for first, second in zip(*assign(likeness, _SAME_PERSON), strict=True):
            old, new = missed[int(first)], fresh[int(second)]
            if self._rows[new].first_seen <= self._rows[old].seen:
                continue
            keeper, heir = self._rows[old], self._rows[new]
            keeper.person, keeper.seen = heir.person, heir.seen
            keeper.hits += heir.hits
            keeper.track = None
            self._motion.move(new, old)
            gone.add(new)
        if gone:
            self._keep([i for i in range(len(self._rows)) if i not in gone])

    def _forget(self, time: float) -> None:
        tentative = self._patience(self._settings.tentative)
        remember = self._patience(self._settings.remember)
        stay = [
            i
            for i, row in enumerate(self._rows)
            if time - row.seen <= (remember if row.confirmed else tentative)
        ]
        if len(stay) < len(self._rows):
            self._keep(stay)

    def _keep(self, stay: list[int]) -> None:
        self._rows = [self._rows[i] for i in stay]
        self._motion.keep(stay)

    def _patience(self, seconds: float) -> float:
        """Allow for at least two missed looks, however seldom the camera is looked at."""
        return max(seconds, 2.5 * self._interval)

    def _tracks(self, time: float) -> list[Track]:
        hold = self._patience(self._settings.hold)
        tracks = []
        for row in self._rows:
            if not row.confirmed or time - row.seen > hold:
                continue
            if row.track is None:
                row.track = self._track(row)
            tracks.append(row.track)
        return tracks

    def _track(self, row: _Row) -> Track:
        person = row.person
        return Track(
            id=row.id,
            camera_id=self._camera_id,
            box=person.box,
            score=person.score,
            first_seen=row.first_seen,
            seen=row.seen,
            hits=row.hits,
            age=person.age,
            adult_log_odds=_log_odds(person),
        )


def _usable(person: Person) -> bool:
    box = person.box
    return (
        math.isfinite(box.x1 + box.y1 + box.x2 + box.y2 + person.score)
        and box.width > 1e-4
        and box.height > 1e-4
    )


def _arrays(people: Sequence[Person]) -> tuple[Floats, Floats]:
    corners = np.array([(p.box.x1, p.box.y1, p.box.x2, p.box.y2) for p in people], dtype=np.float64)
    scores = np.array([p.score for p in people], dtype=np.float64)
    return corners.reshape(-1, 4), scores


def _log_odds(person: Person) -> float:
    if person.age is AgeClass.UNKNOWN:
        return 0.0
    likely = min(max(person.age_score, 0.5), 0.98)
    odds = math.log(likely / (1 - likely))
    return odds if person.age is AgeClass.ADULT else -odds
