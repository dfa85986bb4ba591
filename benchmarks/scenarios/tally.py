"""Counting over tracks: who is followed under which conditions, and whether her age is right."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from benchmarks.scenarios.ghosts import GHOST
from benchmarks.scenarios.people import Posture
from benchmarks.scenarios.stage import Chunk, View
from monitor.domain.people import AgeClass, Box, Track
from monitor.runtime.tracks.calls import POSITION_STEPS

CONDITIONS = (
    "standing or walking",
    "seated",
    "bending",
    "lying",
    "carried",
    "occluded",
    "at the edge",
    "near",
    "far",
    "low light",
)
_EVERY = 3  # looks between two counts of recall
_OCCLUDED, _GONE, _NEAR_M, _FAR_M = 0.3, 0.85, 4.0, 6.5
_LONG_ENOUGH, _STOOD_LONG_ENOUGH = 10, 4  # sightings
_POSTURES = dict(zip(Posture, CONDITIONS, strict=False))


Place = tuple[int, int, int, int]
Sources = dict[Place, int]
"""Whose box is at which place."""


def place_of(box: Box) -> Place:
    """Return where a box is, as finely as the product tells places apart."""
    x1, y1, x2, y2 = (round(v * POSITION_STEPS) for v in (box.x1, box.y1, box.x2, box.y2))
    return x1, y1, x2, y2


@dataclass(slots=True)
class Ages:
    """Tracks whose age was right, wrong or unknown most of the time."""

    right: int = 0
    wrong: int = 0
    unknown: int = 0

    def add(self, votes: Counter[str]) -> None:
        """Count one track by what was said of it most often."""
        verdict = max(("right", "wrong", "unknown"), key=lambda name: votes[name])
        setattr(self, verdict, getattr(self, verdict) + 1)

    def join(self, other: Ages) -> None:
        """Add the counts of ``other``."""
        self.right += other.right
        self.wrong += other.wrong
        self.unknown += other.unknown

    @property
    def tracks(self) -> int:
        """All tracks counted."""
        return self.right + self.wrong + self.unknown


@dataclass(slots=True)
class Life:
    """Whose boxes a track had, and what was said of its age, by posture."""

    sources: Counter[int] = field(default_factory=Counter)
    all: Counter[str] = field(default_factory=Counter)
    standing: Counter[str] = field(default_factory=Counter)

    def vote(self, said: AgeClass, true: AgeClass, *, stands: bool) -> None:
        """Count what was ``said`` of somebody in one look."""
        word = "unknown" if said is AgeClass.UNKNOWN else "right" if said is true else "wrong"
        self.all[word] += 1
        if stands:
            self.standing[word] += 1

    def judge(self, hits: int, any_posture: Ages, standing: Ages) -> None:
        """Add the track to those of its kind that were seen often enough; ``hits`` times."""
        if hits >= _LONG_ENOUGH:
            any_posture.add(self.all)
        if self.standing.total() >= _STOOD_LONG_ENOUGH:
            standing.add(self.standing)


@dataclass(slots=True)
class TrackTally:
    """Recall by condition and ages by track; :meth:`join` adds tallies of other scenarios.

    ``followed`` and ``there`` map (adult, condition) to person-looks; ``found`` to those with a
    box in that very look. ``ghost_tracks`` are tracks made of false boxes for the most part.
    """

    followed: Counter[tuple[bool, str]] = field(default_factory=Counter)
    found: Counter[tuple[bool, str]] = field(default_factory=Counter)
    there: Counter[tuple[bool, str]] = field(default_factory=Counter)
    standing: dict[bool, Ages] = field(default_factory=lambda: {True: Ages(), False: Ages()})
    any_posture: dict[bool, Ages] = field(default_factory=lambda: {True: Ages(), False: Ages()})
    ghost_tracks: Counter[str] = field(default_factory=Counter)
    _adult: list[bool] = field(default_factory=list)
    _lives: dict[tuple[int, int], Life] = field(default_factory=dict)
    _last: dict[tuple[int, int], int] = field(default_factory=dict)
    _looks: int = 0

    def begin(self, adult: Sequence[bool]) -> None:
        """Say who of the people is an adult."""
        self._adult = list(adult)

    def look(
        self,
        chunk: Chunk,
        view: View,
        row: int,
        camera: int,
        tracks: Sequence[Track],
        sources: Sources,
    ) -> None:
        """Take in one look: the product's tracks, and whose each new box (by place) is."""
        posture = chunk.crowd.posture[row].tolist()
        shown = set()
        for track in tracks:
            key = (camera, track.id)
            source = sources.get(place_of(track.box))
            if source is not None:
                self._last[key] = source
                self._vote(key, source, track.age, posture)
            shown.add(self._last.get(key, GHOST))
        self._looks += 1
        if self._looks % _EVERY == 0:
            self._recall(chunk, view, row, shown, posture)

    def _vote(self, key: tuple[int, int], source: int, age: AgeClass, posture: list[int]) -> None:
        life = self._lives.setdefault(key, Life())
        life.sources[source] += 1
        if source == GHOST:
            life.all[age.value] += 1
            return
        right = AgeClass.ADULT if self._adult[source] else AgeClass.CHILD
        life.vote(age, right, stands=posture[source] == Posture.STANDING)

    def _recall(
        self, chunk: Chunk, view: View, row: int, shown: set[int], posture: list[int]
    ) -> None:
        sight = view.sight
        for index in sight.in_view[row].nonzero()[0].tolist():
            hidden = sight.hidden[row, index]
            if hidden >= _GONE:
                continue
            distance = sight.distance[row, index]
            names = [_POSTURES[Posture(posture[index])]]
            names += ["occluded"] * bool(hidden > _OCCLUDED)
            names += ["at the edge"] * bool(sight.edge[row, index])
            names += ["near"] * bool(distance < _NEAR_M) + ["far"] * bool(distance > _FAR_M)
            names += ["low light"] * bool(chunk.dark[row])
            found = bool(view.found.found[row, index])
            for name in names:
                key = (self._adult[index], name)
                self.there[key] += 1
                self.followed[key] += index in shown
                self.found[key] += found

    def close(self) -> None:
        """Judge all tracks; nothing more comes in."""
        for life in self._lives.values():
            source, hits = life.sources.most_common(1)[0]
            if source == GHOST:
                self.ghost_tracks[life.all.most_common(1)[0][0]] += 1
                continue
            adult = self._adult[source]
            life.judge(hits, self.any_posture[adult], self.standing[adult])
        self._lives.clear()
        self._last.clear()

    def join(self, other: TrackTally) -> None:
        """Add the counts of another closed tally."""
        self.followed.update(other.followed)
        self.found.update(other.found)
        self.there.update(other.there)
        self.ghost_tracks.update(other.ghost_tracks)
        for adult in (True, False):
            self.standing[adult].join(other.standing[adult])
            self.any_posture[adult].join(other.any_posture[adult])
