"""The book at the door: who went in and has not come out, counted by crossings alone.

People in the book are known by the track that crossed; when somebody leaves under another number,
the one of her age who was missed for longest is struck off. Crossings are missed now and then, and
then the book is wrong. Therefore nobody stays in it for longer than ``hold`` seconds after she was
last accounted for, and seeing more people than are written down writes nothing down.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from monitor.detectors.shared_floor import Tally
from monitor.domain.people import AgeClass, Track

Key = tuple[str, int]
"""A track: its camera and number."""

_LEANS_CHILD = -0.75
_MOST_GUESTS = 128
_ACCOUNTED = 0.7


@dataclass(slots=True)
class _Guest:
    key: Key
    adult: bool
    entered: float
    last: float


class DoorBook:
    """Who is behind one door or in one room. Bounded."""

    def __init__(self, hold: float) -> None:
        """``hold`` is for how many seconds an entry is believed without being confirmed."""
        self._hold = hold
        self._guests: list[_Guest] = []

    @property
    def empty(self) -> bool:
        """Say whether nobody is written down."""
        return not self._guests

    def clear(self) -> None:
        """Forget everybody."""
        self._guests.clear()

    def enter(self, track: Track, time: float) -> None:
        """Write down that ``track`` went in."""
        key = (track.camera_id, track.id)
        self._strike(key)
        if len(self._guests) < _MOST_GUESTS:
            self._guests.append(_Guest(key, _counts_as_adult(track), time, time))

    def leave(self, track: Track) -> None:
        """Strike off ``track``, or whoever of the same age was missed for longest."""
        if self._strike((track.camera_id, track.id)):
            return
        adult = _counts_as_adult(track)
        same = [guest for guest in self._guests if guest.adult is adult] or self._guests
        if same:
            self._guests.remove(min(same, key=lambda guest: (guest.last, guest.entered)))

    def depart(self, track: Track, time: float) -> None:
        """Strike off ``track``, who left otherwise than by a line.

        Under another number she is the one of her age who has been missed since about then; those
        who are accounted for stay.
        """
        if self._strike((track.camera_id, track.id)):
            return
        adult = _counts_as_adult(track)
        missed = [g for g in self._guests if g.adult is adult and g.last < time - _ACCOUNTED]
        if missed:
            self._guests.remove(min(missed, key=lambda guest: abs(guest.last - track.seen)))

    def _strike(self, key: Key) -> bool:
        for guest in self._guests:
            if guest.key == key:
                self._guests.remove(guest)
                return True
        return False

    def unseen(self, time: float, seen: Tally, present: Iterable[Track]) -> Tally:
        """Return how many in the book must be there beyond those ``seen``.

        ``present`` are the tracks behind the counts; they say what is known of a guest's age now.
        """
        if not self._guests:
            return _NOBODY
        tracks = {(track.camera_id, track.id): track for track in present}
        adults = self._unseen(time, True, seen.adults, tracks)
        return Tally(adults, self._unseen(time, False, seen.children, tracks), 0)

    def inside(self, time: float) -> tuple[Tally, float]:
        """Return who is there by the book alone, and since when the first of them is."""
        self._guests = [guest for guest in self._guests if time - guest.entered <= self._hold]
        adults = sum(guest.adult for guest in self._guests)
        since = min((guest.entered for guest in self._guests), default=time)
        return Tally(adults, len(self._guests) - adults, 0), since

    def _unseen(self, time: float, adult: bool, seen: int, tracks: Mapping[Key, Track]) -> int:
        absent = []
        for guest in self._guests:
            track = tracks.get(guest.key)
            if track is not None:
                guest.last = time
                guest.adult = _counts_as_adult(track)
                seen -= guest.adult is adult and track.age is not AgeClass.UNKNOWN
            elif guest.adult is adult:
                absent.append(guest)
        missing = max(len(absent) - max(seen, 0), 0)
        if not missing:
            for guest in absent:
                guest.last = time
            return 0
        for guest in [g for g in absent if time - g.last > self._hold]:
            self._guests.remove(guest)
            missing -= 1
        return max(missing, 0)


_NOBODY = Tally(0, 0, 0)


def _counts_as_adult(track: Track) -> bool:
    """Take whoever is undecided for an adult, unless she looks rather like a child."""
    if track.age is AgeClass.UNKNOWN:
        return track.adult_log_odds > _LEANS_CHILD
    return track.age is AgeClass.ADULT
