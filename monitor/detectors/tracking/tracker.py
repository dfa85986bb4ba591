"""Tracks of people on one camera: ByteTrack's two passes, in seconds instead of frames.

Strong boxes are matched to known people first; weak boxes then keep alive whom nothing strong
was found for, because people who sit at tables are found weakly and seldom. A weak box never
begins a track. Somebody who was not seen for a while is found again near where she vanished and
keeps her number, so that what is known of her (adult or child) survives an occlusion. Where the
model's classes name ages, a box that is told to show the opposite of whom a track was told to show
fits it less well: a child is not taken for the carer who sat beside her.

Life of a track: *tentative* from its first strong box, *confirmed* after ``confirm_hits`` of
them, *held* for ``hold`` seconds when the frame was analysed and she was missed, *remembered*
(no longer reported) for ``remember`` seconds, then forgotten. Who is found again after having been
held in vain is reported after as many boxes as a newcomer. Nothing here counts frames alone:
the camera may be looked at five times a second or once in two.

Invariants: numbers are never used twice; at most ``most_tracks`` people are kept.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.detectors.tracking.association import (
    Floats,
    Indices,
    assign,
    grown,
    height_ratio,
    one_kind,
    overlap,
)
from monitor.detectors.tracking.motion import Motion
from monitor.domain.people import AgeClass, Person, Track

_SAME_BOX = 0.8
_SAME_PERSON = 0.5
_LIKE_STRONG = 0.18
_LIKE_WEAK = 0.3
_LIKE_TENTATIVE = 0.2
_LIKE_AGAIN = 0.35
_LEAST_SIZE = 1e-4
_STALE = 0.1  # a second
_BACKWARDS = 1.0
_LONGEST_STEP = 10.0
_LONGEST_PAUSE = 60.0
_SELDOM = 0.4
_FIRST_WORDS, _NEW_WORD = 3, 0.05


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
    run: int
    confirmed: bool
    shown: bool
    reported: float
    words: float = 0.0
    track: Track | None = None

    def begin_anew(self, number: int, time: float) -> None:
        """Follow whoever this is under another number, as if first seen at ``time``."""
        self.id, self.first_seen, self.reported = number, time, time
        self.hits, self.words, self.track = 1, 0.0, None

    def hear(self, log_odds: float) -> None:
        """Average what the model's classes say; the first words count for less."""
        share = max(1 / (self.hits + _FIRST_WORDS), _NEW_WORD)
        self.words += share * (log_odds - self.words)


@dataclass(frozen=True, slots=True)
class _Boxes:
    """The people of one frame, best first, each once; row ``i`` of the arrays is person ``i``.

    ``words`` are log-odds of adults by the model's classes, 0 where these name no ages.
    """

    people: list[Person]
    corners: Floats
    scores: Floats
    words: Floats

    @classmethod
    def of(cls, people: Sequence[Person], settings: TrackerSettings) -> _Boxes:
        ordered = sorted(
            (person for person in people if person.score >= settings.weak_score),
            key=lambda person: -person.score,
        )[: settings.most_boxes]
        rows = [(p.box.x1, p.box.y1, p.box.x2, p.box.y2, p.score) for p in ordered]
        table = np.array(rows, dtype=np.float64).reshape(-1, 5)
        corners, scores = table[:, :4], table[:, 4]
        good = np.asarray(np.isfinite(table).all(axis=1))
        good &= (corners[:, 2:] > corners[:, :2] + _LEAST_SIZE).all(axis=1)
        if not good.all():
            ordered = [person for person, is_good in zip(ordered, good, strict=True) if is_good]
            corners, scores = corners[good], scores[good]
        return cls(ordered, corners, scores, np.array([_log_odds(person) for person in ordered]))

    def repeats(self, taken: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Say which boxes, not yet ``taken``, show somebody whom a better or taken box shows."""
        free = np.nonzero(~taken)[0]
        repeats = np.zeros(len(taken), dtype=bool)
        if len(free):
            same = overlap(self.corners[free], self.corners) > _SAME_BOX
            same &= taken[None, :] | (np.arange(len(taken))[None, :] < free[:, None])
            repeats[free] = same.any(axis=1)
        return repeats


class Tracker:
    """People of one camera over time. Not thread-safe; one per camera."""

    def __init__(self, camera_id: str, settings: TrackerSettings | None = None) -> None:
        self._camera_id = camera_id
        self._settings = settings or TrackerSettings()
        self._motion = Motion()
        self._rows: list[_Row] = []
        self._next_id = 1
        self._time: float | None = None
        self._interval: float | None = None
        self._step = 0.0

    def update(self, people: Sequence[Person], time: float) -> tuple[Track, ...]:
        """Take in everybody found in the frame of ``time`` and return the confirmed tracks.

        ``time`` is POSIX or media seconds; when it falls by more than a second (a recording
        starts again) everybody is forgotten. Tracks missed in this frame are returned with
        ``seen`` < ``time`` until they have been missed for ``hold`` seconds. ``age`` and
        ``adult_log_odds`` are what the model said at the last sighting, if it names ages.

        Raises:
            ValueError: ``time`` is not a finite number.
        """
        if not math.isfinite(time):
            raise ValueError("the time of a frame must be a finite number")
        time = self._advance(time)
        boxes = _Boxes.of(people, self._settings)
        taken = self._match(boxes, time)
        self._begin(boxes, taken, time)
        self._merge(time)
        self._forget(time)
        return tuple(self._tracks(time))

    def renumber(self, ids: Collection[int]) -> tuple[Track, ...]:
        """Follow the people of tracks ``ids`` under new numbers, as if first seen in this frame.

        Returns the tracks of the last frame anew.
        """
        time = self._time or 0.0
        for row in self._rows:
            if row.id in ids:
                self._anew(row, time)
        return tuple(self._tracks(time))

    def _anew(self, row: _Row, time: float) -> None:
        row.begin_anew(self._next_id, time)
        self._next_id += 1

    def _advance(self, time: float) -> float:
        if self._time is None or time < self._time - _BACKWARDS:
            self._rows.clear()
            self._motion = Motion()
            self._time = time
            return time
        step = max(time - self._time, 0.0)
        self._step = min(step, _LONGEST_PAUSE)
        if 0 < step <= _LONGEST_STEP:
            known = self._interval
            self._interval = step if known is None else known + 0.2 * (step - known)
        self._motion.predict(min(step, _LONGEST_STEP))
        self._time += step
        return self._time

    def _match(self, boxes: _Boxes, time: float) -> NDArray[np.bool_]:
        """Give boxes to tracks in four passes; return which boxes need no track any more."""
        taken = np.zeros(len(boxes.people), dtype=bool)
        if not self._rows or not boxes.people:
            return taken
        expected = self._motion.corners()
        unseen = time - np.array([row.seen for row in self._rows])
        confirmed = np.array([row.confirmed for row in self._rows])
        recent = confirmed & (unseen <= self._patience(self._settings.hold))
        strong = boxes.scores >= self._settings.strong_score
        kind = one_kind(np.array([row.words for row in self._rows]), boxes.words)
        alike = kind * _likeness(expected, boxes.corners, unseen)
        owner = np.full(len(self._rows), -1, dtype=np.intp)
        _pair(alike, recent, strong, _LIKE_STRONG, owner, taken)
        _pair(alike, recent, ~strong, _LIKE_WEAK, owner, taken)
        taken |= boxes.repeats(taken)
        if not (taken | ~strong).all():
            again = kind**2 * _likeness_again(expected, boxes.corners, unseen)
            _pair(again, confirmed, strong, _LIKE_AGAIN, owner, taken)
            seldom = np.where(unseen[:, None] > _SELDOM, np.maximum(alike, again), alike)
            _pair(seldom, ~confirmed, strong, _LIKE_TENTATIVE, owner, taken)
            taken |= boxes.repeats(taken)
        rows = np.nonzero(owner >= 0)[0]
        if len(rows):
            self._sight(rows, owner[rows], boxes, time)
        return taken

    def _sight(self, rows: Indices, columns: Indices, boxes: _Boxes, time: float) -> None:
        self._motion.correct(rows, boxes.corners[columns], boxes.scores[columns])
        hold = self._patience(self._settings.hold)
        remember = self._patience(self._settings.remember)
        for row_index, column in zip(rows.tolist(), columns.tolist(), strict=True):
            row = self._rows[row_index]
            row.run = 1 if time - row.seen > hold else row.run + 1
            row.person = boxes.people[column]
            row.seen = time
            row.hits += 1
            row.track = None
            if row.run >= self._settings.confirm_hits:
                row.confirmed = row.shown = True
            elif row.run == 1:
                row.shown = False
                if row.confirmed and time - row.reported > remember:
                    # Single boxes near by are hardly hers, and must not keep her in mind.
                    self._anew(row, time)
                    row.confirmed = self._settings.confirm_hits <= 1
            if row.shown:
                row.reported = time
            row.hear(float(boxes.words[column]))

    def _begin(self, boxes: _Boxes, taken: NDArray[np.bool_], time: float) -> None:
        free = np.nonzero(~taken & (boxes.scores >= self._settings.strong_score))[0]
        free = free[: max(0, self._settings.most_tracks - len(self._rows))]
        if not len(free):
            return
        self._motion.add(boxes.corners[free])
        confirmed = self._settings.confirm_hits <= 1
        for column in free.tolist():
            person = boxes.people[column]
            row = _Row(self._next_id, person, time, time, 1, 1, confirmed, confirmed, time)
            row.hear(float(boxes.words[column]))
            self._rows.append(row)
            self._next_id += 1

    def _merge(self, time: float) -> None:
        """Let somebody who vanished take over the track that began where she was."""
        missed = [i for i, row in enumerate(self._rows) if row.confirmed and row.seen < time]
        if not missed:
            return
        since = min(self._rows[i].seen for i in missed)
        fresh = [
            i for i, row in enumerate(self._rows) if row.seen == time and row.first_seen > since
        ]
        if not fresh:
            return
        corners = self._motion.corners()
        likeness = overlap(corners[missed], corners[fresh])
        likeness *= height_ratio(corners[missed], corners[fresh]) > 0.6
        words = np.array([row.words for row in self._rows])
        likeness *= one_kind(words[missed], words[fresh])
        gone: set[int] = set()
        for first, second in zip(*assign(likeness, _SAME_PERSON), strict=True):
            old, new = missed[int(first)], fresh[int(second)]
            if self._rows[new].first_seen <= self._rows[old].seen:
                continue
            keeper, heir = self._rows[old], self._rows[new]
            keeper.person, keeper.seen = heir.person, heir.seen
            keeper.hits += heir.hits
            keeper.run, keeper.shown = heir.run, keeper.shown or heir.shown
            keeper.reported = max(keeper.reported, heir.reported)
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
        """Allow for at least two missed looks, however seldom the camera is looked at.

        Whoever was seen at the look before a pause (a picture in which nothing moved need not be
        looked at) has not been missed at all.
        """
        return max(seconds, 2.5 * (self._interval or 0.0), self._step)

    def _tracks(self, time: float) -> list[Track]:
        hold = self._patience(self._settings.hold)
        tracks = []
        for row in self._rows:
            if not row.shown or time - row.seen > hold:
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


def _likeness(expected: Floats, corners: Floats, unseen: Floats) -> Floats:
    """Likeness by overlap, with more slack for those who were not seen for longer."""
    slack = np.minimum(0.1 + 0.4 * unseen, 0.6)
    there = overlap(grown(expected, slack), grown(corners, float(slack.min())))
    # Who is just where she was missed is she; slack would make her box unlike her own.
    stayed = overlap(expected, corners) * np.maximum(1 - _STALE * unseen, 0)[:, None]
    return np.asarray(np.maximum(there, stayed) * height_ratio(expected, corners) ** 2)


def _likeness_again(expected: Floats, corners: Floats, unseen: Floats) -> Floats:
    """Likeness by distance, for those who come back near the place where they vanished."""
    distance = expected[:, None, :2] + expected[:, None, 2:]
    distance = (distance - corners[None, :, :2] - corners[None, :, 2:]) / 2
    # A picture is wider than high: a step to the side is a larger share of its height.
    far = np.hypot(distance[..., 0] * 1.6, distance[..., 1])
    reach = np.minimum(0.5 + 0.25 * unseen, 1.2) * (expected[:, 3] - expected[:, 1])
    return np.asarray(
        np.maximum(1 - far / reach[:, None], 0) * height_ratio(expected, corners) ** 2
    )


def _pair(
    alike: Floats,
    rows: NDArray[np.bool_],
    columns: NDArray[np.bool_],
    least: float,
    owner: Indices,
    taken: NDArray[np.bool_],
) -> None:
    """Match what is left of ``rows`` and ``columns``; note it in ``owner`` and ``taken``."""
    row_index = np.nonzero(rows & (owner < 0))[0]
    column_index = np.nonzero(columns & ~taken)[0]
    if not len(row_index) or not len(column_index):
        return
    first, second = assign(alike[row_index[:, None], column_index], least)
    owner[row_index[first]] = column_index[second]
    taken[column_index[second]] = True


def _log_odds(person: Person) -> float:
    if person.age is AgeClass.UNKNOWN:
        return 0.0
    likely = min(max(person.age_score, 0.5), 0.98)
    odds = math.log(likely / (1 - likely))
    return odds if person.age is AgeClass.ADULT else -odds
