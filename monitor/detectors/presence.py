"""Who is there on one camera: those seen, those just missed, and those who must still be inside.

A person is *present* while the last look at the picture is at most ``hold`` seconds after she was
last seen (``leave`` seconds if she was on her way out). When she is missed for longer, she either
*left* (last seen at a side or the lower edge of the picture, on her way there, or in a doorway) or
is *presumed* inside, unseen, for ``presume`` seconds: behind a shelf, bent over a cot; for ``hide``
seconds if she vanished in an area that is declared blind. Only those who were surely adults or
children get this benefit. Somebody who turns up in the middle of the room later is taken for the
one who vanished there. Who crossed a line outward has left wherever she vanishes, until she crosses
inward again.
"""

from __future__ import annotations

import math
from collections import OrderedDict, deque
from collections.abc import Sequence
from dataclasses import dataclass, replace

from monitor.detectors.arrivals import CHILDLIKE, Arrivals, Newcomer
from monitor.detectors.everybody_back import EverybodyBack
from monitor.detectors.kept import Kept, apart, near_edge, was_leaving
from monitor.detectors.placing import Area, with_zones
from monitor.detectors.same_place import same_place
from monitor.detectors.shared_floor import Tally
from monitor.detectors.ways_out import way_out
from monitor.domain.people import AgeClass, Box, Track
from monitor.domain.places import Camera, Zone

_BORN_AT_EDGE = 0.08
_BACK_GAP = 0.7
_MOST_PRESUMED = 64
_HARDLY = 0.5
_TURNED_UP = 2.0
_SOLID_SECONDS = 3.0
_STEADY_SECONDS = 30.0
_FIRST_SOLID = 0.75
_LONGEST_INTERVAL = 30.0
_BACKWARDS = 1.0
_SURE_ADULT, _DEEP = 3.0, 1.0
_LOOKS_ADULT = 0.5


@dataclass(frozen=True, slots=True)
class PresenceSettings:
    """Durations in seconds.

    ``hold``: seen this recently is present (who was followed for a moment only, for a moment);
    ``leave``: the same for those last seen where people leave. ``presume``: who vanished in the
    middle of the room is inside for this long, but never for longer than she had been followed;
    ``hide`` is the same for blind areas, where ten times as long as she had been followed will do.
    ``presume_deep`` for a sure adult who vanished far from any way out.
    ``surely``: for how long somebody must have been followed to be presumed at all. ``faint``: an
    adult whose boxes score less than this on average (a missed look scores 0) may be a shadow, and
    so is not known to be one; below ``shadow`` whoever is not a child is not counted at all. An
    adult who turns up in the middle of the room, where nobody vanished, is doubted for
    ``newcomer`` seconds unless her boxes score at least ``sure``, or ``seen`` where she also looks
    like an adult. Who comes in by the edge does so within ``entering`` seconds or moves. Who turns
    up where somebody who is no adult was within ``resident`` seconds did not come in. Who was found
    in a share of ``steady`` of the last half minute's looks is no thing taken for a person.
    """

    hold: float = 3.0
    leave: float = 1.0
    presume: float = 20.0
    hide: float = 120.0
    presume_deep: float = 60.0
    surely: float = 1.5
    faint: float = 0.2
    shadow: float = 0.1
    seen: float = 0.25
    sure: float = 0.4
    newcomer: float = 10.0
    entering: float = 3.0
    resident: float = 120.0
    steady: float = 0.6


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where somebody who is no adult was last seen."""

    box: Box
    last: float


@dataclass(slots=True)
class _Vanished:
    track_id: int
    age: AgeClass
    foot: tuple[float, float]
    since: float
    until: float
    blind: bool = False
    before: int | None = None


class CameraPresence:
    """People of one camera as of its last look. Bounded by the tracks it is given."""

    def __init__(self, camera: Camera, settings: PresenceSettings) -> None:
        self.id = camera.id
        self.zones: tuple[Zone, ...] = camera.zones
        self._areas = tuple(Area.of(zone) for zone in camera.zones)
        self._doorways = frozenset(zone.id for zone in camera.zones if zone.is_doorway)
        self._blind = camera.blind
        self._departed: list[Track] = []
        self.looked: float | None = None
        self.interval = 0.2
        self.arrivals = Arrivals()
        self._settings = settings
        self._kept: dict[int, Kept] = {}
        self._vanished: deque[_Vanished] = deque(maxlen=_MOST_PRESUMED)
        self._spots: deque[_Spot] = deque(maxlen=_MOST_PRESUMED)
        self._former: OrderedDict[int, Kept] = OrderedDict()

    def observe(self, time: float, tracks: Sequence[Track]) -> tuple[Track, ...]:
        """Take in the tracks of the frame of ``time``; return them with their zones."""
        passed = self._look(time)
        placed = tuple(with_zones(track, self._areas) for track in tracks)
        for track in placed:
            self._see(track)
        self._departed.clear()
        self._fade(passed, {track.id for track in placed if track.seen >= time})
        hold = self._patience(self._settings.hold)
        for kept in [k for k in self._kept.values() if time - k.last > hold]:
            self._lose(kept)
        return placed

    def still(self, time: float) -> None:
        """Take the picture at ``time`` to show what the last look showed."""
        before = self.looked
        if before is None or time <= before:
            return
        self.looked = time
        for kept in self._kept.values():
            kept.last += time - before

    def present(self, time: float) -> tuple[Track, ...]:
        """Return the tracks of those who are there, by number."""
        looked = time if self.looked is None else min(self.looked, time)
        return tuple(
            self._as_known(kept)
            for _, kept in sorted(self._kept.items())
            if self._there(kept, looked)
        )

    def presumed(self, time: float) -> Tally:
        """Return how many are inside though unseen."""
        ages = [v.age for v in self._vanished if time <= v.until]
        return Tally(ages.count(AgeClass.ADULT), ages.count(AgeClass.CHILD), 0)

    def account(self, together: EverybodyBack) -> None:
        """Miss no adult where as many as before are seen ``together`` again."""
        self.arrivals.account(together)
        back = False
        for vanished in self._vanished:
            if vanished.age is AgeClass.ADULT:
                if vanished.before is None:
                    vanished.before = together.around(vanished.since)
                back = back or together.since(vanished.since, vanished.before)
        if back:
            self._vanished = deque(
                (v for v in self._vanished if not together.since(v.since, v.before or 0)),
                maxlen=_MOST_PRESUMED,
            )

    def hiding(self, time: float) -> bool:
        """Say whether somebody is presumed in a blind area."""
        return any(v.blind and time <= v.until for v in self._vanished)

    def departed(self) -> tuple[Track, ...]:
        """Return those who, as the last look showed, left otherwise than over a line."""
        return tuple(self._departed)

    def cross(self, track_id: int, *, inward: bool) -> None:
        """Take in that somebody crossed a line of this camera: outward she is on her way out."""
        kept = self._kept.get(track_id)
        if kept is None:
            return
        kept.outside = not inward
        if inward:
            kept.born_inside = False
        elif kept.born_inside and not kept.claimed:
            # She never came in by what is known: she is somebody who was there and vanished.
            kept.claimed = self._claim(kept.track, _TURNED_UP)

    def out_of_nowhere(self, time: float) -> tuple[Newcomer, ...]:
        """Return those present, adult or child undecided, who did not come in.

        Whether an adult was missing then is left to whoever knows all cameras of the room.
        """
        return tuple(
            _newcomer(kept)
            for track in self.present(time)
            if track.age is AgeClass.UNKNOWN and not self._came_in(kept := self._kept[track.id])
        )

    def _came_in(self, kept: Kept) -> bool:
        """Say whether somebody may have come in, or been here since looking began.

        Who looks like a child for long is one, however little is seen of her; who looks like an
        adult, and fairly well, is no thing taken for a person.
        """
        followed = kept.track.seen - kept.track.first_seen
        if kept.track.adult_log_odds < CHILDLIKE and followed > self._settings.newcomer:
            return False
        if kept.track.adult_log_odds > _LOOKS_ADULT and kept.solid >= self._settings.seen:
            return True
        return self._turned_up_rightly(kept)

    def _believed(self, kept: Kept) -> bool:
        """Say whether somebody is no thing taken for a person: seen well, or rightly here."""
        return kept.proven or self._is_steady(kept) or self._turned_up_rightly(kept)

    def _is_steady(self, kept: Kept) -> bool:
        """Say whether somebody was found in most looks of the last half minute, as no thing is."""
        return kept.found >= self._settings.steady

    def _turned_up_rightly(self, kept: Kept) -> bool:
        """Say whether somebody came in, or was here before.

        Who comes in by the edge moves; what stays there from the first has not come in. Who turns
        up in the middle was here if somebody vanished there.
        """
        if kept.claimed or kept.born_blind:
            return True
        if kept.resident and not kept.moved:
            return False
        if self.arrivals.could_be_anybody(kept.track.first_seen):
            return True
        followed = kept.track.seen - kept.track.first_seen
        return not kept.born_inside and (kept.moved or followed < self._settings.entering)

    def _look(self, time: float) -> float:
        """Note that the picture was looked at; return the seconds since it last was."""
        self.arrivals.looked(time, self.looked)
        if self.looked is not None and time < self.looked - _BACKWARDS:
            self._kept.clear()
            self._vanished.clear()
            self._spots.clear()
            self._former.clear()
            self._departed.clear()
            self.looked = None
        passed = 0.0 if self.looked is None else max(time - self.looked, 0.0)
        if 0 < passed <= _LONGEST_INTERVAL:
            self.interval += 0.2 * (passed - self.interval)
        self.looked = time if self.looked is None else max(self.looked, time)
        return passed

    def _there(self, kept: Kept, looked: float) -> bool:
        if self._solid_below(kept, self._settings.shadow):
            return False
        followed = kept.track.seen - kept.track.first_seen
        hold = self._settings.leave if was_leaving(kept, self.zones) else self._settings.hold
        return looked - kept.last <= self._patience(min(hold, _HARDLY + followed))

    def _as_known(self, kept: Kept) -> Track:
        track = kept.track
        if track.age is AgeClass.ADULT and (self._is_faint(kept) or not self._believed(kept)):
            return replace(track, age=AgeClass.UNKNOWN)
        return track

    def _is_faint(self, kept: Kept) -> bool:
        """Say whether somebody may be a shadow; not who was seen well, or to walk."""
        least = (
            self._settings.shadow
            if kept.proven or kept.moved or self._is_steady(kept)
            else self._settings.faint
        )
        return self._solid_below(kept, least)

    def _solid_below(self, kept: Kept, score: float) -> bool:
        return kept.track.age is not AgeClass.CHILD and kept.solid < score

    def _fade(self, passed: float, seen: set[int]) -> None:
        """Average the scores over the last seconds; what counts is how it was when last seen."""
        share = 1 - math.exp(-passed / _SOLID_SECONDS)
        longer = 1 - math.exp(-passed / _STEADY_SECONDS)
        for track_id, kept in self._kept.items():
            score = kept.track.score if track_id in seen else 0.0
            kept.solid_now += share * (score - kept.solid_now)
            kept.found += longer * ((track_id in seen) - kept.found)
            if track_id in seen:
                kept.solid = kept.solid_now
                kept.proven = kept.proven or kept.solid >= self._settings.sure

    def _patience(self, seconds: float) -> float:
        """Allow for two missed looks, however seldom the camera is looked at."""
        return max(seconds, 2.5 * self.interval)

    def _see(self, track: Track) -> None:
        kept = self._kept.get(track.id)
        if kept is None:
            inside = not near_edge(track.box, _BORN_AT_EDGE) and not self._in_doorway(track)
            solid = _FIRST_SOLID * track.score
            kept = self._kept[track.id] = Kept(track, track.seen, inside, solid, solid, track.box)
            kept.born_blind = self._in_blind(track.box)
            kept.resident = self._was_here(track)
            self._remember(kept)
            kept.path.append((track.seen, track.box))
            self._vanished = _without(self._vanished, track.id)
            self.arrivals.found_again(track.id)
        elif track.seen > kept.track.seen:
            if track.seen - kept.track.seen > self._patience(_BACK_GAP):
                kept.was_leaving = was_leaving(kept, self.zones)
                kept.path.clear()
            kept.path.append((track.seen, track.box))
            kept.last = max(kept.last, track.seen)
        kept.track = track
        kept.in_doorway = self._in_doorway(track)
        kept.moved = kept.moved or apart(kept.birth, track.box)
        if kept.born_inside and not kept.claimed and track.age is not AgeClass.UNKNOWN:
            kept.claimed = self._claim(track)
            if not kept.claimed and track.age is AgeClass.ADULT:
                kept.claimed = self.arrivals.claim(_newcomer(kept))

    def _remember(self, kept: Kept) -> None:
        """Let what was known of somebody who is found again be true of her still."""
        former = self._former.pop(kept.track.id, None)
        if former is not None:
            kept.proven, kept.claimed, kept.moved = former.proven, former.claimed, former.moved
            kept.born_inside, kept.born_blind = former.born_inside, former.born_blind
            kept.resident, kept.found = former.resident, former.found

    def _was_here(self, track: Track) -> bool:
        """Say whether somebody who is no adult was seen here until lately."""
        return any(
            0 <= track.first_seen - spot.last <= self._settings.resident
            and same_place(spot.box, track.box)
            for spot in self._spots
        )

    def _claim(self, track: Track, overlap: float = 0.0) -> bool:
        """Take a newcomer in the middle of the room for the nearest one who vanished there.

        The two may have been seen together for ``overlap`` seconds, as two boxes of one person.
        """
        foot = track.box.foot
        latest = track.first_seen + overlap
        before = [
            v
            for v in self._vanished
            if v.age is track.age and v.since <= latest and v.until >= track.first_seen
        ]
        if not before:
            return False
        nearest = min(before, key=lambda v: (math.dist(v.foot, foot), v.track_id))
        self._vanished = _without(self._vanished, nearest.track_id)
        self.arrivals.found_again(nearest.track_id)
        return True

    def _went_on(self, lost: Track) -> bool:
        """Say whether somebody who turned up when ``lost`` was last seen is her."""
        others = [
            kept
            for kept in self._kept.values()
            if kept.born_inside
            and not kept.claimed
            and kept.track.age is lost.age
            and kept.track.first_seen >= lost.seen - _TURNED_UP
        ]
        if not others:
            return False
        foot = lost.box.foot
        others.sort(key=lambda k: (math.dist(k.path[0][1].foot, foot), k.track.id))
        others[0].claimed = True
        return True

    def _is_deep(self, kept: Kept) -> bool:
        """Say whether a sure adult vanished too far from any way out to have left unseen."""
        track = kept.track
        sure = track.age is AgeClass.ADULT and track.adult_log_odds >= _SURE_ADULT
        return sure and kept.moved and way_out(track.box, self.zones) >= _DEEP

    def _lose(self, kept: Kept) -> None:
        track = kept.track
        del self._kept[track.id]
        self._former[track.id] = kept
        if len(self._former) > _MOST_PRESUMED:
            self._former.popitem(last=False)
        if track.adult_log_odds < 0:
            self._spots.append(_Spot(track.box, kept.last))
        blind = not kept.outside and self._in_blind(track.box)
        left = not blind and was_leaving(kept, self.zones)
        if left and not kept.outside:
            self._departed.append(track)
        if track.age is AgeClass.UNKNOWN:
            if left and kept.born_inside and track.adult_log_odds > 0:
                self._claim(replace(track, age=AgeClass.ADULT))
            return
        followed = track.seen - track.first_seen
        faint = self._is_faint(kept)
        grown = track.age is AgeClass.ADULT
        doubted = grown and not self._believed(kept)
        if grown and not (doubted or faint or kept.in_doorway):
            self.arrivals.adult_vanished(track.id, kept.last, by_edge=left, box=track.box)
        short = followed < self._settings.surely
        if left or faint or short or doubted or self._went_on(track):
            return
        stays = self._settings.presume_deep if self._is_deep(kept) else self._settings.presume
        stays = min(stays, followed)
        if blind:
            stays = max(stays, min(self._settings.hide, 10 * followed))
        until = kept.last + stays
        self._vanished.append(
            _Vanished(track.id, track.age, track.box.foot, kept.last, until, blind)
        )

    def _in_doorway(self, track: Track) -> bool:
        return bool(self._doorways) and not self._doorways.isdisjoint(track.zones)

    def _in_blind(self, box: Box) -> bool:
        """Say whether ``box`` reaches into a blind area with its middle or its lower edge."""
        return any(
            area.contains(point)
            for area in self._blind
            for point in (box.foot, box.centre, (box.x1, box.y2), (box.x2, box.y2))
        )


def _newcomer(kept: Kept) -> Newcomer:
    track = kept.track
    return Newcomer(track.first_seen, track.adult_log_odds, not kept.born_inside, kept.birth)


def _without(vanished: deque[_Vanished], track_id: int) -> deque[_Vanished]:
    return deque((v for v in vanished if v.track_id != track_id), maxlen=_MOST_PRESUMED)
