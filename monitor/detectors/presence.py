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
from dataclasses import replace

from monitor.detectors.arrivals import Arrivals, Newcomer
from monitor.detectors.belief import Belief, is_a_thing
from monitor.detectors.everybody_back import EverybodyBack
from monitor.detectors.kept import Kept, apart, near, near_edge, walked, was_leaving
from monitor.detectors.placing import Area, with_zones
from monitor.detectors.presence_settings import PresenceSettings
from monitor.detectors.presumed import Presumed, Unseen
from monitor.detectors.shared_floor import Tally
from monitor.detectors.ways_out import way_out
from monitor.domain.people import AgeClass, Box, Track
from monitor.domain.places import Camera, Zone

_BORN_AT_EDGE = 0.08
_BACK_GAP = 0.7
_MOST_PRESUMED = 64
_HARDLY = 0.5
_TURNED_UP = 2.0
_FIRST_SOLID = 0.75
_LONGEST_INTERVAL = 30.0
_BACKWARDS = 1.0
_SURE_ADULT, _DEEP = 3.0, 1.0
_BEYOND_DOUBT, _JUST_NOW = 5.0, 0.7
_A_STEP = 1.5  # heights
_LONG_MISSING = 5.0
_SAME_LEAVING = 5.0
_NESTED, _SEPARATE = 0.6, 0.3


class CameraPresence:
    """People of one camera as of its last look. Bounded by the tracks it is given."""

    def __init__(self, camera: Camera, settings: PresenceSettings) -> None:
        self.id = camera.id
        self.zones: tuple[Zone, ...] = camera.zones
        self._areas = tuple(Area.of(zone) for zone in camera.zones)
        self._doorways = frozenset(zone.id for zone in camera.zones if zone.is_doorway)
        self._exits = tuple(zone.polygon for zone in camera.zones if zone.is_doorway)
        self._blind = camera.blind
        self._departed: list[Track] = []
        self.looked: float | None = None
        self.interval = 0.2
        self.arrivals = Arrivals()
        self._settings = settings
        self._kept: dict[int, Kept] = {}
        self._presumed = Presumed()
        self._former: OrderedDict[int, Kept] = OrderedDict()
        self.belief = Belief(settings, self.arrivals)
        self._leaving: deque[float] = deque(maxlen=_MOST_PRESUMED)

    def observe(self, time: float, tracks: Sequence[Track]) -> tuple[Track, ...]:
        """Take in the tracks of the frame of ``time``; return them with their zones."""
        passed = self._look(time)
        placed = tuple(with_zones(track, self._areas) for track in tracks)
        for track in placed:
            self._see(track)
        self._departed.clear()
        seen = [self._kept[track.id] for track in placed if track.seen >= time]
        self._pair_up(seen)
        self.belief.fade(self._kept.values(), passed, {kept.track.id for kept in seen})
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

    def missed(self, track_id: int) -> float:
        """Return for how many seconds somebody present had not been seen at the last look."""
        return 0.0 if self.looked is None else max(self.looked - self._kept[track_id].last, 0.0)

    def sees_for_sure(self, track: Track) -> bool:
        """Say whether one of those present was just seen, an adult who can be nobody else."""
        if track.age is not AgeClass.ADULT or track.adult_log_odds < _BEYOND_DOUBT:
            return False
        just_now = self.missed(track.id) <= self._patience(_JUST_NOW)
        return just_now and self.belief.scores_as_adults(self._kept[track.id])

    def presumed(self, time: float, *, hiding: bool = True) -> Tally:
        """Return how many are inside though unseen; without those ``hiding`` in blind areas."""
        return self._presumed.count(time, hiding=hiding)

    def account(self, together: EverybodyBack) -> None:
        """Miss no adult where as many as before are seen ``together`` again."""
        self.arrivals.account(together)
        self._presumed.account(together)

    def hiding(self, time: float) -> bool:
        """Say whether somebody is presumed in a blind area."""
        return self._presumed.hiding(time)

    def departed(self) -> tuple[Track, ...]:
        """Return those who, as the last look showed, left otherwise than over a line."""
        return tuple(self._departed)

    def gone_by_door(self) -> int:
        """Return how many adults, as the last look showed, left by a doorway."""
        adults = (track for track in self._departed if track.age is AgeClass.ADULT)
        return sum(not self._doorways.isdisjoint(track.zones) for track in adults)

    def seen_leaving(self, time: float) -> None:
        """Take in that another camera saw an adult leave by a doorway at about ``time``.

        Whoever vanished here then, or is about to, is she.
        """
        gone = self._presumed.adult_lost_about(time, time - _SAME_LEAVING)
        if gone is None:
            self._leaving.append(time)
        else:
            self._presumed.found(gone.track_id)
            self.arrivals.found_again(gone.track_id)

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
            self._claim(kept, overlap=_TURNED_UP)

    def out_of_nowhere(self, time: float) -> tuple[Newcomer, ...]:
        """Return those present, adult or child undecided, who did not come in.

        Whether an adult was missing then is left to whoever knows all cameras of the room.
        """
        return tuple(
            _newcomer(kept)
            for track in self.present(time)
            if track.age is AgeClass.UNKNOWN
            and not self.belief.came_in(kept := self._kept[track.id])
        )

    def _look(self, time: float) -> float:
        """Note that the picture was looked at; return the seconds since it last was."""
        self.arrivals.looked(time, self.looked)
        if self.looked is not None and time < self.looked - _BACKWARDS:
            self._kept.clear()
            self._presumed.clear()
            self.belief.clear()
            self._leaving.clear()
            self._former.clear()
            self._departed.clear()
            self.looked = None
        passed = 0.0 if self.looked is None else max(time - self.looked, 0.0)
        if 0 < passed <= _LONGEST_INTERVAL:
            self.interval += 0.2 * (passed - self.interval)
        self.looked = time if self.looked is None else max(self.looked, time)
        self.belief.looked(self.looked)
        return passed

    def _there(self, kept: Kept, looked: float) -> bool:
        if not self.belief.is_there(kept):
            return False
        missed, followed = looked - kept.last, kept.track.seen - kept.track.first_seen
        least = min(self._settings.leave, self._settings.hold)
        if missed <= self._patience(min(least, _HARDLY + followed)):
            return True
        if missed > self._patience(min(self._settings.hold, _HARDLY + followed)):
            return False
        return not was_leaving(kept, self._exits)

    def _as_known(self, kept: Kept) -> Track:
        track = kept.track
        if track.age is AgeClass.ADULT and (
            self.belief.is_faint(kept) or not self.belief.believed(kept)
        ):
            return replace(track, age=AgeClass.UNKNOWN)
        return track

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
            kept.turned_up = track.first_seen
            self.belief.begin(kept)
            self._remember(kept)
            kept.path.append((track.seen, track.box))
            self._presumed.found(track.id)
            self.arrivals.found_again(track.id)
        elif track.seen > kept.track.seen:
            if track.seen - kept.track.seen > self._patience(_BACK_GAP):
                kept.was_leaving = was_leaving(kept, self._exits)
                kept.path.clear()
            kept.path.append((track.seen, track.box))
            kept.last = max(kept.last, track.seen)
            self.belief.see(kept, track)
        kept.track = track
        kept.in_doorway = self._in_doorway(track)
        kept.stirred = kept.stirred or apart(kept.birth, track.box)
        kept.moved = kept.moved or kept.stirred
        if (
            kept.born_inside
            and not (kept.claimed or is_a_thing(kept))
            and track.age is not AgeClass.UNKNOWN
        ):
            self._claim(kept)
            if not kept.claimed and track.age is AgeClass.ADULT:
                kept.claimed_from = self.arrivals.claim(_newcomer(kept))

    def _pair_up(self, seen: Sequence[Kept]) -> None:
        """Note who is followed twice: the younger one of two tracks of adults, one in the other."""
        adults = [kept for kept in seen if kept.track.age is AgeClass.ADULT]
        for kept in adults:
            older = [k for k in adults if k.track.id < kept.track.id]
            within = max((kept.track.box.within(k.track.box) for k in older), default=0.0)
            if within >= _NESTED:
                kept.double = True
            elif older and within < _SEPARATE:
                kept.double = False

    def _remember(self, kept: Kept) -> None:
        """Let what was known of somebody who is found again be true of her still."""
        former = self._former.pop(kept.track.id, None)
        if former is not None:
            kept.proven, kept.moved = former.proven, former.moved
            kept.born_inside, kept.born_blind = former.born_inside, former.born_blind
            kept.claimed_from = former.claimed_from
            kept.resident = former.resident
            kept.unaccompanied = former.unaccompanied
            kept.turned_up = kept.track.seen
            kept.lasted = former.lasted or self.belief.is_steady(former)
            self.belief.inherit(kept, former)
            if kept.track.age is AgeClass.CHILD:
                kept.found, kept.solid_long = former.found, former.solid_long
                kept.learned = former.learned
            kept.at_thing = former.at_thing if kept.at_thing is None else kept.at_thing

    def _claim(self, kept: Kept, age: AgeClass | None = None, *, overlap: float = 0.0) -> None:
        """Take a newcomer in the middle of the room for the nearest one who vanished there.

        The two may have been seen together for ``overlap`` seconds, as two boxes of one person.
        ``age`` is taken for hers, if given.
        """
        track = kept.track
        first = track.first_seen
        nearest = self._presumed.nearest(age or track.age, track.box.foot, first, first + overlap)
        if nearest is None:
            return
        self._presumed.found(nearest.track_id)
        self.arrivals.found_again(nearest.track_id)
        self._take_for(kept, nearest.track_id, nearest.since)

    def _take_for(self, kept: Kept, track_id: int, since: float) -> None:
        """Take somebody for her who was last seen at ``since`` under the number ``track_id``."""
        kept.claimed_from = since
        former = self._former.get(track_id)
        if former is not None:
            self.belief.inherit(kept, former)

    def _went_on(self, lost: Track) -> bool:
        """Say whether somebody who turned up when ``lost`` was last seen is her.

        Who turned up beside her and was taken for one long missing is rather her.
        """
        others = [
            kept
            for kept in self._kept.values()
            if _same_age(kept.track, lost)
            and kept.turned_up >= lost.seen - _TURNED_UP
            and self._may_go_on(kept, lost)
        ]
        if not others:
            return False
        foot = lost.box.foot
        others.sort(key=lambda k: (k.claimed, math.dist(k.path[0][1].foot, foot), k.track.id))
        self._take_for(others[0], lost.id, lost.seen)
        return True

    @staticmethod
    def _may_go_on(kept: Kept, lost: Track) -> bool:
        passed = max(kept.turned_up - lost.seen, 0.0)
        beside = near(kept.birth, lost.box, _A_STEP + passed)
        if kept.claimed_from is not None:
            return beside and kept.claimed_from < lost.seen - _LONG_MISSING
        return beside or (kept.born_inside and kept.track.age is lost.age)

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
        self.belief.end(kept)
        blind = not kept.outside and self._in_blind(track.box)
        left = not blind and was_leaving(kept, self._exits)
        if left and not kept.outside:
            self._departed.append(track)
        if track.age is AgeClass.UNKNOWN:
            if left and kept.born_inside and track.adult_log_odds > 0:
                self._claim(kept, AgeClass.ADULT)
            return
        followed = track.seen - track.first_seen
        faint = self.belief.is_faint(kept)
        if track.age is AgeClass.ADULT and self._left_elsewhere(kept.last):
            return
        grown = track.age is AgeClass.ADULT
        doubted = grown and not self.belief.believed(kept)
        short = followed < self._settings.surely
        gone = left or faint or short or doubted or kept.double
        went_on = not gone and self._went_on(track)
        if grown and not (doubted or faint or kept.in_doorway or kept.double or went_on):
            self.arrivals.adult_vanished(
                track.id, kept.last, by_edge=left, walking=walked(kept), box=track.box
            )
        if gone or went_on:
            return
        stays = self._settings.presume_deep if self._is_deep(kept) else self._settings.presume
        stays = min(stays, followed)
        if blind:
            stays = max(stays, min(self._settings.hide, 10 * followed))
        until = kept.last + stays
        self._presumed.add(Unseen(track.id, track.age, track.box.foot, kept.last, until, blind))

    def _left_elsewhere(self, seen: float) -> bool:
        """Say whether another camera saw an adult leave when one was last ``seen`` here."""
        while self._leaving and self._leaving[0] < seen - _SAME_LEAVING:
            self._leaving.popleft()
        if self._leaving and self._leaving[0] <= seen + _SAME_LEAVING:
            self._leaving.popleft()
            return True
        return False

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
    # Who stays where a child was, at the edge, was hardly brought there by coming in.
    stays = kept.resident and not kept.moved
    return Newcomer(
        track.first_seen,
        track.adult_log_odds,
        not (kept.born_inside or stays),
        kept.birth,
        is_a_thing(kept),
    )


def _same_age(track: Track, lost: Track) -> bool:
    """Say whether ``track`` may be ``lost``, an adult or child, by what is known of its age."""
    if track.age is AgeClass.UNKNOWN and lost.age is AgeClass.ADULT:
        return track.adult_log_odds > 0
    return track.age is lost.age
