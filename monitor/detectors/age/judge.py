"""Adult or child, decided per track over time and never by one picture.

Each sighting of a track gives log-odds: by metric height and width where the camera has a ground
plane, by the camera's own scale of people where it has learned one, and by the model's classes
where these name ages. Those of sizes add up with the time that passed (ten pictures of the same
second are hardly more than one) and saturate, so that a mistake can be outvoted later. A decision
is taken beyond ``decide`` and given up only below ``doubt``; in between is ``unknown``.

What was seen is not unlearned: somebody seen standing tall stays an adult when she sits, kneels or
bends, because a small and squat box then says nothing. Boxes cut off by the picture's edge or by
somebody in front say nothing about height. The memory of a track outlives short losses, and goes
over to whoever turns up beside an adult who vanished just then. Only a child whose box could be
that of a carer, and of whom the model says the opposite of before for many seconds, is begun anew:
numbers go over to others when people sit down close to one another.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from monitor.detectors.age.bodies import may_lie, size_log_odds
from monitor.detectors.age.cut import at_edge, hidden
from monitor.detectors.age.evidence import height_log_odds, upright_share, width_log_odds
from monitor.detectors.age.memory import Memory
from monitor.detectors.age.scale import PictureScale
from monitor.detectors.ground.fit import PlaneFit
from monitor.detectors.ground.plane import Body, GroundPlane
from monitor.detectors.same_place import heights_apart, same_place
from monitor.domain.people import AgeClass, Box, Track

_ANOTHER, _BENT = -0.6, 0.85
_LIES, _LIES_ODDS, _LIES_LEAST = 1.2, 0.1, -1.5  # children lie, carers hardly ever
_LEARN_EVERY = 1.0
_TOP = 0.008
_HALF_SEEN_SHAPE, _HALF_SEEN_MOST = 0.5, 0.25
_GONE = 0.3
_EITHER = 0.2  # boxes that speak less against an adult than this could be hers
_MISSED, _MOMENT, _TOGETHER = 1.2, 5.0, 2.0
_SURE, _SURE_ANYWAY = 3.0, 5.0
_SEATED_M, _LOWEST_M, _FLAT = 0.7, 0.65, 1.8
_LYING = 10.0  # seconds for which somebody may lie whose box said so once
_CLEARLY = 0.95  # what boxes say that are an adult's beyond doubt
_SURE_FOR, _UNLEARNED = 60.0, 3.5  # seconds, log-odds
_SPEAKS = 0.4  # beyond this the model's words on average speak for an adult


@dataclass(frozen=True, slots=True)
class JudgeSettings:
    """How evidence adds up; log-odds (natural) and seconds.

    ``independent`` is after how long the next picture counts as a new one; boxes with a score below
    ``sure_score`` count for less. Somebody is decided on beyond ``decide``; beyond
    ``decide_agreed`` where size and the model's classes both say ``agrees`` or more, and beyond
    ``decide_late`` once she was followed for ``late`` seconds. The ``…_most`` limits bound what a
    single new picture may say by each cue; however often something is seen that says little, it
    adds up to no more than ``adds_up`` times what boxes lately said on average, for boxes of one
    pose err alike. Whoever is only half seen is not judged beyond ``half_seen``. What the model's
    classes say of somebody errs the same way for minutes, so their average counts, ``model_gain``
    times, and at most ``model_most``, and a little more (``model_firm_gain`` times what is beyond
    ``model_firm``, at most ``model_firm_most``) if it is never in doubt for long; alone it never
    decides by ``decide_late``. Where the model speaks, boxes lower than ``tall`` that may show a
    child who lies along the view say no more than ``low_most`` for an adult: she is as high and
    wide as a carer who sits. Who turns up where a child was at most ``remember`` seconds before is
    presumed to be that child, by at most ``heritage``; who turns up beside an adult who vanished,
    likewise that adult.
    """

    independent: float = 0.5
    sure_score: float = 0.4
    decide: float = 2.0
    decide_late: float = 1.0
    decide_agreed: float = 1.3
    agrees: float = 0.3
    late: float = 8.0
    doubt: float = 0.5
    saturation: float = 6.0
    adult_most: float = 1.0
    child_most: float = 1.0
    model_gain: float = 2.5
    model_most: float = 2.5
    model_firm: float = 1.5
    model_firm_gain: float = 0.5
    model_firm_most: float = 1.0
    low_most: float = 0.5
    childish_most: float = -2.0
    scale_most: float = 0.5
    adds_up: float = 8.0
    half_seen: float = 0.9
    tall: float = 1.4
    tall_for: float = 1.0
    remember: float = 120.0
    heritage: float = 0.8
    most_tracks: int = 512


class AgeJudge:
    """What is known of the people on one camera. Not thread-safe; one per camera."""

    def __init__(self, aspect: float = 16 / 9, settings: JudgeSettings | None = None) -> None:
        """``aspect`` is width over height of the camera's picture."""
        self._aspect = aspect
        self._settings = settings or JudgeSettings()
        self._memories: OrderedDict[int, Memory] = OrderedDict()
        self._scale = PictureScale(aspect)

    @property
    def learned_plane(self) -> PlaneFit | None:
        """The newest plane fitted to the people seen, usable or not; only without a given one."""
        return self._scale.fit

    def forget_scale(self) -> None:
        """Learn the camera's own scale anew: it looks at another floor than before."""
        self._scale = PictureScale(self._aspect)

    def forget(self, numbers: Iterable[int]) -> None:
        """Forget what is known of tracks whose numbers went over to somebody else."""
        for number in numbers:
            self._memories.pop(number, None)

    def update(
        self,
        tracks: Sequence[Track],
        plane: GroundPlane | None,
        strays: Collection[int] = (),
    ) -> tuple[Track, ...]:
        """Return ``tracks`` with age, log-odds, height and floor point filled in.

        The boxes of ``strays`` were hardly theirs, and say nothing of them. ``age`` and
        ``adult_log_odds`` of what comes in are the model's word on the last sighting. Tracks that
        were not seen since the last call keep what is known of them.
        """
        now = max((track.seen for track in tracks), default=0.0)
        seen = [track.box for track in tracks if track.seen >= now]
        judged = []
        for track in tracks:
            memory = self._memories.get(track.id)
            if memory is None or track.seen < memory.seen - 1.0:
                memory = self._memories[track.id] = self._begun(track)
                self._weigh(track, memory, seen, plane, self._settings.independent)
            elif track.seen > memory.seen and track.id in strays:
                memory.seen = track.seen
                self._memories.move_to_end(track.id)
            elif track.seen > memory.seen:
                self._weigh(track, memory, seen, plane, track.seen - memory.seen)
                memory.seen, memory.box = track.seen, track.box
                self._memories.move_to_end(track.id)
                if track.seen - memory.first <= _MOMENT and memory.age is not AgeClass.ADULT:
                    self._inherit(track, memory)
            judged.append(_filled(track, memory))
        self._forget(now)
        return tuple(judged)

    def _begun(self, track: Track) -> Memory:
        """Begin to know somebody, presumed to be the child who was there until lately, if any."""
        fresh = Memory(track.seen, track.seen, track.box)
        for memory in reversed(self._memories.values()):
            if track.seen - memory.seen > self._settings.remember:
                break
            if (
                memory.log_odds < 0
                and track.seen - memory.seen > _GONE
                and same_place(memory.box, track.box)
            ):
                fresh.by_size = max(memory.log_odds, -self._settings.heritage)
                break
        return fresh

    def _inherit(self, track: Track, fresh: Memory) -> None:
        """Take somebody who turned up as an adult near by vanished for that adult.

        Only who is as high as carers who sit; and only where the model tells ages: it says soon
        whether a child turned up there instead.
        """
        if fresh.height_m is None or fresh.height_m < _SEATED_M:
            return
        for memory in reversed(self._memories.values()):
            gone = track.seen - memory.seen
            if gone > _MOMENT:
                return
            tall = memory.tall_for >= self._settings.tall_for
            sure = memory.log_odds >= (_SURE if tall else _SURE_ANYWAY)
            turned_up = fresh.first - memory.seen >= -_TOGETHER
            if not (sure and turned_up and memory.model_weight) or memory.heir or gone <= _MISSED:
                continue
            if heights_apart(memory.box, track.box) <= 1 + gone:
                fresh.inherit(memory, self._settings.heritage)
                return

    def _weigh(
        self,
        track: Track,
        memory: Memory,
        boxes: list[Box],
        plane: GroundPlane | None,
        seconds: float,
    ) -> None:
        settings = self._settings
        weight = min(seconds / settings.independent, 1.0)
        weight *= min(max(track.score / settings.sure_score, 0.2), 1.0)
        odds = 0.0
        memory.hear(track.adult_log_odds, weight)
        memory.floor = plane.floor(track.box.foot) if plane is not None else None
        memory.height_m = None
        covered = track.box not in boxes or hidden(boxes.index(track.box), boxes)
        if not at_edge(track.box) and not covered:
            odds = self._by_size(track, memory, plane, weight)
            memory.look(odds, weight * settings.independent)
        elif plane is not None and plane.tells_heights and memory.tall_for < settings.tall_for:
            part = weight * _of_a_part(track.box, covered, plane)
            within = _within(memory.by_size + part, settings.half_seen)
            if abs(memory.by_size) < settings.half_seen:
                memory.by_size = within
        least, most = self._bounds(memory, odds)
        lately = memory.size_says if odds > 0 else -memory.size_says
        added = _added(memory.by_size, weight * odds, settings.adds_up * max(lately, 0.0))
        memory.by_size = max(min(added, most), least)
        told = self._told(memory.model_says)
        memory.log_odds = _within(memory.by_size + told, settings.saturation)
        if memory.log_odds >= _SURE_ANYWAY:
            memory.sure_for += weight * settings.independent
        memory.age = self._decided(memory, track.seen - memory.first)

    def _bounds(self, memory: Memory, odds: float) -> tuple[float, float]:
        """Return what all boxes may say together, the last of which says ``odds``."""
        settings = self._settings
        least, most = -settings.saturation, settings.saturation
        if memory.low and memory.model_weight and odds > -_EITHER:
            known = memory.age is AgeClass.CHILD and memory.model_says < _SPEAKS
            if known and memory.is_another:
                memory.begin_anew()
                known = False
            if odds > 0:
                most = memory.by_size if known else max(memory.by_size, settings.low_most)
        unclear = memory.presumed and memory.size_says < _CLEARLY
        if unclear and memory.surely_sounds_childish:
            # She was taken for an adult who vanished, and is rather a child who was beside her.
            most = min(most, settings.low_most)
        if memory.surely_sounds_adult:
            least = settings.childish_most
        return least, most

    def _told(self, word: float) -> float:
        """Return what the model's average ``word`` counts for."""
        settings = self._settings
        firm = math.copysign(max(abs(word) - settings.model_firm, 0.0), word)
        return _within(settings.model_gain * word, settings.model_most) + _within(
            settings.model_firm_gain * firm, settings.model_firm_most
        )

    def _by_size(
        self, track: Track, memory: Memory, plane: GroundPlane | None, weight: float
    ) -> float:
        box = track.box
        shape = box.width * self._aspect / box.height
        if plane is not None and plane.tells_heights:
            body = plane.body(box)
            if body is None:
                return 0.0
            memory.height_m, memory.floor = body.height_m, body.place
            return self._by_metres(body, shape, memory, weight, track.seen)
        if track.seen - memory.learned >= _LEARN_EVERY:
            memory.learned = track.seen
            self._scale.learn(box)
        height = self._scale.height(box)
        if height is None:
            return 0.0
        return _within(height_log_odds(height, shape), self._settings.scale_most)

    def _by_metres(
        self, body: Body, shape: float, memory: Memory, weight: float, time: float
    ) -> float:
        settings = self._settings
        # Seen from above people look squat, so the shape is taken in metres.
        tall = body.height_m >= settings.tall
        if may_lie(shape, body.lying_m):
            memory.lay = time
        memory.low = not tall and time - memory.lay <= _LYING
        if tall and upright_share(body.width_m / body.height_m) > 0.5:
            memory.tall_for += weight * settings.independent
            memory.presumed = False
        odds = size_log_odds(body.height_m, body.width_m, shape, body.lying_m)
        odds = min(max(odds, -settings.child_most), settings.adult_most)
        bent = body.width_m > _BENT * body.height_m
        lies = body.height_m < _LOWEST_M and shape > _FLAT  # as no carer who sits or bends does
        if memory.tall_for >= settings.tall_for and not lies and (bent or odds > _ANOTHER):
            # Seen tall before: who now is wide, or looks a little like a child, bends or is half
            # hidden.
            return max(odds, 0.0)
        if shape > _LIES and memory.by_size > _LIES_LEAST:
            odds -= _LIES_ODDS
        return odds

    def _decided(self, memory: Memory, followed: float) -> AgeClass:
        settings, odds = self._settings, memory.log_odds
        measured = abs(memory.by_size) >= settings.decide_late
        late = measured and followed >= settings.late
        margin = settings.decide_late if late else settings.decide
        cues = memory.by_size, self._told(memory.model_says)
        if min(cues) >= settings.agrees or max(cues) <= -settings.agrees:
            margin = min(margin, settings.decide_agreed)
        if odds >= margin:
            return AgeClass.ADULT
        disputed = memory.is_disputed and odds > -settings.decide
        long_known = memory.sure_for >= _SURE_FOR and odds > -_UNLEARNED
        if disputed or long_known:
            stays = memory.age is AgeClass.ADULT and odds >= settings.doubt
            return AgeClass.ADULT if stays else AgeClass.UNKNOWN
        if odds <= -margin or (memory.sounds_childish and odds < 0):
            memory.sure_for = 0.0
            return AgeClass.CHILD
        if memory.age is AgeClass.ADULT and odds >= settings.doubt:
            return AgeClass.ADULT
        # Boxes as low as a child's do not make one a stranger; they are what lying looks like.
        bound = settings.doubt if memory.low and memory.model_weight else -settings.doubt
        if memory.age is AgeClass.CHILD and odds <= bound:
            return AgeClass.CHILD
        return AgeClass.UNKNOWN

    def _forget(self, now: float) -> None:
        while self._memories:
            first = next(iter(self._memories))
            stale = now - self._memories[first].seen > self._settings.remember
            if not stale and len(self._memories) <= self._settings.most_tracks:
                return
            del self._memories[first]


def _filled(track: Track, memory: Memory) -> Track:
    return replace(
        track,
        age=memory.age,
        adult_log_odds=memory.log_odds,
        height_m=memory.height_m,
        floor=memory.floor,
    )


def _of_a_part(box: Box, covered: bool, plane: GroundPlane) -> float:
    """Return what the box of somebody half seen says: a little.

    Who is covered from below still has her width; who is cut by a side of the picture, her height.
    """
    body = None if box.y1 <= _TOP else plane.body(box)
    if body is None:
        return 0.0
    if covered:
        odds = width_log_odds(body.width_m, _HALF_SEEN_SHAPE, body.height_m)
    else:
        odds = height_log_odds(body.height_m, _HALF_SEEN_SHAPE)
    return _within(odds, _HALF_SEEN_MOST)


def _added(sum_: float, odds: float, reach: float) -> float:
    """Return ``sum_`` with ``odds`` added, which alone bring it no farther than ``reach``."""
    if sum_ * odds > 0 and abs(sum_) >= reach:
        return sum_
    return min(sum_ + odds, max(reach, sum_)) if odds > 0 else max(sum_ + odds, min(-reach, sum_))


def _within(value: float, limit: float) -> float:
    return min(max(value, -limit), limit)
