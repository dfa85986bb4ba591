"""Nobody comes out of nowhere: who can hardly be an adult because no adult is missing.

Adults come in by a doorway or by the picture's edge. Somebody undecided who turns up in the middle
of the picture is therefore a child found again, or a thing taken for a person, unless an adult
vanished in the middle of some picture of the room not long before. After the camera begins (again)
to be looked at, everybody turns up in the middle, and nothing can be said of them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from monitor.detectors.everybody_back import EverybodyBack
from monitor.detectors.same_place import heights_apart
from monitor.domain.people import Box

_BEGINNING = 10.0
_BREAK = 5.0
_MISSING, _MISSING_ELSEWHERE, _MISSING_LONG = 45.0, 15.0, 300.0
_WALKED_AWAY = 10.0
_NEAR = 1.0  # heights
_LATE = 4.0
_REACH, _PACE, _FARTHEST = 1.0, 0.5, 4.0  # heights, heights per second, heights
_REACH_WALKING, _PACE_WALKING = 1.5, 1.0
_MOST = 64
CHILDLIKE = -0.8
"""Log-odds below which somebody undecided looks like a child."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody undecided who turned up at ``first_seen``; ``at_edge`` of the picture, or inside.

    ``birth`` is her first box. ``a_thing``: she is where something is often taken for a person.
    """

    first_seen: float
    adult_log_odds: float
    at_edge: bool
    birth: Box
    a_thing: bool = False


@dataclass(slots=True)
class _Vanished:
    track_id: int
    since: float
    by_edge: bool
    walking: bool
    box: Box
    before: int | None = None


class Arrivals:
    """What one camera knows of beginnings and of adults who vanished. Times in seconds."""

    def __init__(self) -> None:
        self._begun: deque[float] = deque(maxlen=_MOST)
        self._vanished: deque[_Vanished] = deque(maxlen=_MOST)

    def looked(self, time: float, before: float | None) -> None:
        """Note a look at ``time``; the one before was at ``before``."""
        if before is None or time < before:
            self._begun.clear()
            self._vanished.clear()
        if before is None or time < before or time - before > _BREAK:
            self._begun.append(time)

    def adult_vanished(
        self, track_id: int, seen: float, *, by_edge: bool, walking: bool, box: Box
    ) -> None:
        """Note that an adult, last ``seen`` in ``box``, vanished; ``by_edge`` where one leaves."""
        self._vanished.append(_Vanished(track_id, seen, by_edge, walking, box))

    def found_again(self, track_id: int) -> None:
        """Note that the adult of that track is missing no more."""
        self._keep(v for v in self._vanished if v.track_id != track_id)

    def account(self, together: EverybodyBack) -> None:
        """Miss nobody any more where as many adults as before are seen ``together`` again."""
        self._keep(v for v in self._vanished if not together.has_back(v))

    def could_be_anybody(self, first_seen: float) -> bool:
        """Say whether everybody present turned up about then, because looking began."""
        return any(begun <= first_seen <= begun + _BEGINNING for begun in self._begun)

    def may_be(self, newcomer: Newcomer, *, here: bool) -> bool:
        """Say whether an adult who vanished may be this newcomer, of this camera or not (``here``).

        Who vanished inside the picture was missed for some looks: she is found again not far away.
        """
        if newcomer.a_thing:
            return False
        return newcomer.adult_log_odds > CHILDLIKE and any(
            _may_be(vanished, newcomer, here=here) for vanished in self._vanished
        )

    def claim(self, newcomer: Newcomer) -> float | None:
        """Say when an adult who is one that vanished near by was last seen, and miss her no more.

        Somebody who sits far away is often lost for long and found again where she was; who walked
        is not.
        """
        found = [
            vanished
            for vanished in self._vanished
            if not vanished.by_edge
            and -_LATE
            <= newcomer.first_seen - vanished.since
            <= (_WALKED_AWAY if vanished.walking else _MISSING_LONG)
            and heights_apart(vanished.box, newcomer.birth) <= _NEAR
        ]
        if not found:
            return None
        nearest = min(found, key=lambda vanished: heights_apart(vanished.box, newcomer.birth))
        self.found_again(nearest.track_id)
        return nearest.since

    def _keep(self, vanished: Iterable[_Vanished]) -> None:
        self._vanished = deque(vanished, maxlen=_MOST)


def _may_be(vanished: _Vanished, newcomer: Newcomer, *, here: bool) -> bool:
    missing = newcomer.first_seen - vanished.since
    if not -_LATE <= missing <= (_MISSING if here else _MISSING_ELSEWHERE):
        return False
    if vanished.by_edge:
        return newcomer.at_edge or (here and _stayed(vanished, newcomer))
    if not here:
        return True
    reach, pace = (_REACH_WALKING, _PACE_WALKING) if vanished.walking else (_REACH, _PACE)
    far = min(reach + pace * max(missing, 0.0), _FARTHEST)
    return heights_apart(vanished.box, newcomer.birth) <= far


def _stayed(vanished: _Vanished, newcomer: Newcomer) -> bool:
    """Say whether somebody who seemed to leave may have stopped there, and have another number."""
    missing = abs(newcomer.first_seen - vanished.since)
    beside = heights_apart(vanished.box, newcomer.birth) <= _NEAR
    return newcomer.adult_log_odds > 0 and missing <= _LATE and beside
