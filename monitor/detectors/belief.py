"""Who is a person, and who a thing taken for one, on one camera.

A person comes in by the edge of the picture or a doorway, moves, is found in most looks, or scores
as only people do. A thing turns up where nobody vanished and stays there, found now and then.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from monitor.detectors.arrivals import CHILDLIKE, Arrivals
from monitor.detectors.kept import Kept
from monitor.detectors.presence_settings import PresenceSettings
from monitor.detectors.same_place import same_place
from monitor.detectors.things import Things
from monitor.domain.people import AgeClass, Box, Track

_SOLID_SECONDS = 3.0
_STEADY_SECONDS = 30.0
_LOOKS_ADULT, _LOOKS_ADULT_THERE = 0.5, 1.5  # the latter where a child was
_AS_SURE, _SHADOW, _LEARNS = 0.8, 0.3, 0.1
_STOPS = 5.0
_MOST_SPOTS = 64
_EMPTY, _NEARLY_ALWAYS, _FAINT_CHILD, _FAINT_THING = 15.0, 0.8, 0.25, 0.35
_LONG_EMPTY, _A_WHILE, _WELL_SEEN = 120.0, 5.0, 0.4
_LEARNED, _HALF_LEARNED = 0.3, 0.5  # of an average over half a minute: after 10 and 20 seconds
_AS_BEFORE, _WELL_LEARNED, _NOT_LONG = 0.7, 0.85, 180.0
_NO_THING = 0.55  # of what adults usually score; carers there scored 0.8 and more, things 0.45
_LIKE_PEOPLE, _FOUND_LIKE_PEOPLE = 0.4, 0.7  # of what the camera's people usually score; of looks


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where somebody who is no adult was last seen."""

    box: Box
    last: float


class Belief:
    """What one camera has learned of things and of people's scores. Bounded."""

    def __init__(self, settings: PresenceSettings, arrivals: Arrivals) -> None:
        self._settings = settings
        self._arrivals = arrivals
        self._things = Things()
        self._spots: deque[_Spot] = deque(maxlen=_MOST_SPOTS)
        self._usual_score = 0.0
        self._usual_of_adults = 0.0
        self._company: float | None = None

    def clear(self) -> None:
        """Forget all places."""
        self._things.clear()
        self._spots.clear()
        self._company = None

    def looked(self, time: float) -> None:
        """Note a look; at the first one, anybody may have been there just before."""
        if self._company is None:
            self._company = time

    @property
    def company(self) -> float | None:
        """When somebody who is a person beyond doubt was last in the room."""
        return self._company

    def accompany(self, time: float) -> None:
        """Take in that such a person was there at ``time``, on this camera or another one."""
        self._company = time if self._company is None else max(self._company, time)

    def begin(self, kept: Kept) -> None:
        """Note whether somebody new is where a thing, or somebody who is no adult, was before."""
        kept.resident = self._was_here(kept.track)
        kept.at_thing = kept.track.seen if self._things.known(kept.track.box) else None
        if self._company is not None:
            kept.unaccompanied = kept.track.first_seen - self._company

    def see(self, kept: Kept, track: Track) -> None:
        """Take in a new sighting: whoever stops where a thing is may have been mistaken for it."""
        if kept.at_thing is not None:
            if track.age is AgeClass.CHILD or not self._things.still(track.box):
                kept.at_thing = None
        elif track.age is not AgeClass.CHILD and self._things.known(track.box):
            kept.at_thing = track.seen + _STOPS
            kept.found = kept.solid_long = kept.learned = 0.0

    def end(self, kept: Kept) -> None:
        """Learn from somebody who was lost."""
        track = kept.track
        child = track.age is AgeClass.CHILD
        if not (child or kept.moved or kept.claimed or kept.lasted or self.is_steady(kept)):
            self._things.ended(track.box, kept.last)
        if track.adult_log_odds < 0:
            self._spots.append(_Spot(track.box, kept.last))
        if kept.moved:
            self._usual_score = _learned(self._usual_score, kept.solid)
        if kept.moved and track.age is AgeClass.ADULT and kept.learned >= _LEARNED:
            mean = kept.solid_long / kept.learned
            self._usual_of_adults = _learned(self._usual_of_adults, mean)

    def came_in(self, kept: Kept) -> bool:
        """Say whether somebody may have come in, or been here since looking began.

        Who looks like a child for long is one, however little is seen of her; who looks like an
        adult, and fairly well, is no thing taken for a person.
        """
        if is_a_thing(kept):
            return self._is_no_thing(kept)
        followed = kept.track.seen - kept.track.first_seen
        if kept.track.adult_log_odds < CHILDLIKE and followed > self._settings.newcomer:
            return False
        looks = _LOOKS_ADULT_THERE if kept.resident else _LOOKS_ADULT
        seen = kept.solid >= self._settings.seen and not self._is_weak(kept)
        adult = kept.track.age is AgeClass.ADULT or kept.track.adult_log_odds > looks
        if (adult and seen) or kept.known_adult:
            return True
        return self._turned_up_rightly(kept)

    def believed(self, kept: Kept) -> bool:
        """Say whether somebody is no thing taken for a person: seen well, or rightly here."""
        if is_a_thing(kept):
            return self._is_no_thing(kept)
        if self.is_steady(kept):
            return True
        if self._is_weak(kept) and not kept.stirred:
            return False
        return self._is_seen_well(kept) or self._turned_up_rightly(kept)

    def _is_seen_well(self, kept: Kept) -> bool:
        """Say whether somebody scored as only people do, and was found, or scores, as they are."""
        if not kept.proven or kept.moved:
            return kept.proven
        followed = kept.track.seen - kept.track.first_seen
        often = kept.found >= _FOUND_LIKE_PEOPLE * kept.learned
        strong = kept.solid_long >= _FOUND_LIKE_PEOPLE * self._usual_score * kept.learned
        return (often or strong) and followed >= self._settings.newcomer / 2

    def _is_weak(self, kept: Kept) -> bool:
        """Say whether somebody scores as only things do."""
        return self._scores_below(kept, _LIKE_PEOPLE)

    def _scores_below(self, kept: Kept, share: float) -> bool:
        """Compare scores, looks without a box counting as 0, with what adults usually score."""
        return kept.solid_long < share * self._usual_here * kept.learned

    @property
    def _usual_here(self) -> float:
        """What adults usually score; what people do, until adults are known."""
        return self._usual_of_adults or self._usual_score

    def is_there(self, kept: Kept) -> bool:
        """Say whether somebody is there at all.

        A child who turned up without company, and did not come in, must not be as faint as things
        are: found seldom, and weakly. Nor must who stays where a thing is often taken for somebody.
        In a room that has long been empty nobody is, unless found in most looks and well.
        """
        if kept.track.age is AgeClass.CHILD:
            if self._is_a_faint_thing(kept):
                return False
            if kept.unaccompanied > _LONG_EMPTY and not kept.moved:
                return self._is_found_well(kept)
            least = _FAINT_CHILD * self._usual_score
            return kept.solid_long >= least or not self._is_out_of_nothing(kept)
        return not self.solid_below(kept, self._settings.shadow)

    def _is_a_faint_thing(self, kept: Kept) -> bool:
        """Say whether a child stays where a thing is known, and has long been as faint as one."""
        faint = kept.solid_long < _FAINT_THING * self._usual_score * kept.learned
        if kept.moved or kept.learned < _HALF_LEARNED or not faint:
            return False
        return self._things.known(kept.birth)

    def _is_found_well(self, kept: Kept) -> bool:
        """Say whether somebody was found in most looks since she turned up, and surely enough."""
        followed = kept.track.seen - kept.track.first_seen
        learned = 1 - math.exp(-followed / _STEADY_SECONDS)  # the averages began at nothing
        often = kept.found >= self._settings.steady * learned
        surely = kept.solid_long >= _WELL_SEEN * self._usual_score * learned
        return followed >= _A_WHILE and often and surely

    def _is_out_of_nothing(self, kept: Kept) -> bool:
        """Say whether somebody turned up in an empty room and did nothing to be believed."""
        done = kept.moved or kept.proven or kept.found >= _NEARLY_ALWAYS
        return kept.unaccompanied > _EMPTY and not done

    def is_steady(self, kept: Kept) -> bool:
        """Say whether somebody was found in most looks of the last half minute, as no thing is."""
        often = kept.found >= self._settings.steady * max(kept.learned, _HALF_LEARNED)
        return often and not self._is_weak(kept)

    def scores_as_adults(self, kept: Kept) -> bool:
        """Say whether somebody scored lately as adults here do, and not as things."""
        return kept.solid >= _NO_THING * self._usual_here

    def inherit(self, kept: Kept, former: Kept) -> None:
        """Let what somebody scored who is found again, under whatever number, be known of her."""
        if former.learned >= _WELL_LEARNED and self.is_steady(former):
            kept.scored, kept.scored_at = former.solid_long / former.learned, former.last
        elif former.scored_at > kept.scored_at:
            kept.scored, kept.scored_at = former.scored, former.scored_at

    def _is_no_thing(self, kept: Kept) -> bool:
        """Say whether an adult where a thing is known is one: found often, scoring as adults do.

        Or, found again lately, scoring as not long before, when she was one.
        """
        lately = kept.track.seen - kept.turned_up <= _STEADY_SECONDS
        lately = lately and kept.turned_up - kept.scored_at <= _NOT_LONG
        if lately and 0 < _AS_BEFORE * kept.scored <= kept.solid:
            return True
        return self.is_steady(kept) and not self._scores_below(kept, _NO_THING)

    def _turned_up_rightly(self, kept: Kept) -> bool:
        """Say whether somebody came in, or was here before.

        Who comes in by the edge moves; what stays there from the first has not come in. Who turns
        up in the middle was here if somebody vanished there.
        """
        if kept.claimed or kept.born_blind:
            return True
        if kept.resident and not kept.moved:
            return False
        if self._arrivals.could_be_anybody(kept.track.first_seen):
            return True
        followed = kept.track.seen - kept.track.first_seen
        return not kept.born_inside and (kept.moved or followed < self._settings.entering)

    def is_faint(self, kept: Kept) -> bool:
        """Say whether somebody may be a shadow; not who was seen well, or to walk."""
        least = (
            max(self._settings.shadow, _SHADOW * self._usual_score)
            if kept.proven or kept.moved or self.is_steady(kept)
            else self._settings.faint
        )
        return self.solid_below(kept, least)

    def solid_below(self, kept: Kept, score: float) -> bool:
        """Say whether somebody who is no child scores less than ``score`` on average."""
        return kept.track.age is not AgeClass.CHILD and kept.solid < score

    def fade(self, people: Iterable[Kept], passed: float, seen: set[int]) -> None:
        """Average the scores over the last seconds; what counts is how it was when last seen."""
        share = 1 - math.exp(-passed / _SOLID_SECONDS)
        longer = 1 - math.exp(-passed / _STEADY_SECONDS)
        for kept in people:
            found = kept.track.id in seen
            score = kept.track.score if found else 0.0
            kept.solid_now += share * (score - kept.solid_now)
            kept.found += longer * (found - kept.found)
            kept.solid_long += longer * (score - kept.solid_long)
            kept.learned += longer * (1 - kept.learned)
            if found:
                kept.solid = kept.solid_now
                kept.proven = kept.proven or kept.solid >= self._sure()
                adult = kept.track.age is AgeClass.ADULT and kept.learned >= _WELL_LEARNED
                kept.known_adult = kept.known_adult or (adult and self.is_steady(kept))
                if kept.moved or kept.found >= _NEARLY_ALWAYS:
                    self.accompany(kept.track.seen)

    def _sure(self) -> float:
        """Return the score of nobody but people: models differ in how surely they find them."""
        return max(self._settings.sure, _AS_SURE * self._usual_score)

    def _was_here(self, track: Track) -> bool:
        """Say whether somebody who is no adult was seen here until lately."""
        return any(
            0 <= track.first_seen - spot.last <= self._settings.resident
            and same_place(spot.box, track.box)
            for spot in self._spots
        )


def _learned(known: float, value: float) -> float:
    """Return ``known`` with ``value`` learned; nothing was known at 0."""
    share = _LEARNS if known else 1.0
    return known + share * (value - known)


def is_a_thing(kept: Kept) -> bool:
    """Say whether somebody is where a thing is often taken for a person, and stays there."""
    return kept.at_thing is not None and kept.track.seen >= kept.at_thing
