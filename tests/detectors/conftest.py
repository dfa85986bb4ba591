from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

import numpy as np
import pytest

from monitor.detectors.age import AgeJudge
from monitor.detectors.fusion import RoomFusion
from monitor.detectors.ground import GroundPlane, ground_plane_of
from monitor.detectors.rules import RuleEngine, rules_for
from monitor.detectors.tracking import Tracker
from monitor.domain.events import Event
from monitor.domain.geometry import Polygon
from monitor.domain.people import AgeClass, Box, Person, Track
from monitor.domain.places import Calibration, Camera, Room, RoomType, Zone
from monitor.domain.room_state import CameraView, RoomState, View
from monitor.domain.text import Text

ASPECT = 16 / 9
MOUNTING = Calibration(height_m=2.6, pitch_deg=28, focal_px=800, width_px=1280, height_px=720)
DOORWAY = Zone("door-west", Polygon.of([[0, 0.3], [0.05, 0.3], [0.05, 1], [0, 1]]))

MakeRoom = Callable[..., Room]
MakeCamera = Callable[..., Camera]
MakeTrack = Callable[..., Track]
MakeState = Callable[..., RoomState]
BoxOf = Callable[..., Box]


@pytest.fixture
def make_room() -> MakeRoom:
    def make(
        type: RoomType = RoomType.ACTIVITY,  # noqa: A002
        rules: dict[str, dict[str, object]] | None = None,
        **parts: Any,
    ) -> Room:
        return Room(
            id="room",
            institution_id="sunshine",
            name=Text(zh="托小班", en="Toddler room"),
            type=type,
            rules=rules or {},
            **parts,
        )

    return make


@pytest.fixture
def make_camera() -> MakeCamera:
    def make(id: str = "east", zones: Sequence[Zone] = (), **parts: Any) -> Camera:  # noqa: A002
        return Camera(
            id=id,
            room_id="room",
            name=Text(zh=f"摄像机 {id}", en=f"Camera {id}"),
            url="file:none.mp4",
            zones=tuple(zones),
            **parts,
        )

    return make


@pytest.fixture
def make_track() -> MakeTrack:
    def make(
        id: int = 1,  # noqa: A002
        age: AgeClass = AgeClass.ADULT,
        at: tuple[float, float] = (0.5, 0.7),
        size: tuple[float, float] = (0.06, 0.3),
        seen: float = 0.0,
        **parts: Any,
    ) -> Track:
        box = Box(at[0] - size[0] / 2, at[1] - size[1], at[0] + size[0] / 2, at[1])
        odds = {AgeClass.ADULT: 5.0, AgeClass.CHILD: -5.0, AgeClass.UNKNOWN: 0.0}[age]
        values: dict[str, Any] = {
            "camera_id": "east",
            "score": 0.6,
            "first_seen": seen - 10,
            "hits": 20,
            "adult_log_odds": odds,
        }
        return Track(id=id, box=box, seen=seen, age=age, **{**values, **parts})

    return make


@pytest.fixture
def make_state() -> MakeState:
    def make(
        time: float, adults: int = 0, children: int = 0, unknown: int = 0, **parts: Any
    ) -> RoomState:
        values: dict[str, Any] = {
            "view": View.FULL,
            "confidence": 0.9,
            "cameras": (CameraView("east"),),
        }
        return RoomState(
            "room",
            time,
            adults=adults,
            children=children,
            unknown=unknown,
            **{
                **values,
                **parts,
            },
        )

    return make


@pytest.fixture
def plane(make_camera: MakeCamera) -> GroundPlane:
    found = ground_plane_of(make_camera(calibration=MOUNTING))
    assert found is not None
    return found


def project(plane: GroundPlane, x: float, z: float, up: float) -> tuple[float, float]:
    u, v, depth = plane.projection @ np.array([x, z, up, 1.0])
    return float(u / depth), float(v / depth)


@pytest.fixture
def box_of(plane: GroundPlane) -> BoxOf:
    """Return the box of somebody ``tall`` and ``wide`` metres at floor point (x, z)."""

    def box(x: float, z: float, tall: float, wide: float = 0.4) -> Box:
        foot, head = project(plane, x, z, 0.0), project(plane, x, z, tall)
        half = (project(plane, x + wide, z, 0.0)[0] - foot[0]) / 2
        left, right = min(foot[0], head[0]) - half, max(foot[0], head[0]) + half
        return Box(left, head[1], right, foot[1])

    return box


MISS = {(True, False): 0.06, (True, True): 0.25, (False, False): 0.2, (False, True): 0.4}
RUN_SECONDS = 0.8
EXIT = (-6.0, 4.0)


@dataclass
class Actor:
    """Somebody in the simulated room, with true height; hidden and seated at times."""

    adult: bool
    tall: float
    x: float
    z: float
    seated: bool = False
    inside: bool = True
    hidden: bool = False
    goal: tuple[float, float] | None = None
    until: float = 0.0
    missed: bool = False
    leaving: bool = False

    def walk(self, seconds: float) -> None:
        if self.goal is None:
            return
        dx, dz = self.goal[0] - self.x, self.goal[1] - self.z
        far = math.hypot(dx, dz)
        step = min((1.2 if self.adult else 0.6) * seconds, far)
        if far > 1e-6:
            self.x += dx / far * step
            self.z += dz / far * step
        if far - step < 1e-6:
            self.goal = None


@dataclass
class Outcome:
    """What happened: when the room really was unattended, and which events came."""

    truth: list[tuple[float, float]] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    seconds: float = 0.0


class Nursery:
    """One simulated room with one calibrated camera; everything follows from the seed.

    Boxes have noise of 3 % of their height, false boxes come and stay for a while, and people are
    missed in runs: children who sit 40 % of the time, others less.
    """

    def __init__(self, seed: int, plane: GroundPlane, box_of: BoxOf, fps: float = 4.0) -> None:
        self.random = Random(seed)
        self.plane, self.box_of, self.fps = plane, box_of, fps
        choose = self.random.uniform
        children = self.random.randint(2, 6)
        self.people = [
            Actor(False, self.random.gauss(0.92, 0.05), choose(-2, 2), choose(2.6, 6.5))
            for _ in range(children)
        ]
        self.carer = Actor(True, max(self.random.gauss(1.61, 0.055), 1.48), 0.5, 4.0)
        self.people.append(self.carer)
        self.ghosts: list[tuple[Box, float, float]] = []

    def live(self, time: float) -> None:
        for person in self.people:
            if person.inside and not person.leaving:
                self._decide(person, time)
            person.walk(1 / self.fps)
            if person.leaving and person.goal is None:
                person.inside, person.leaving = False, False

    def _decide(self, person: Actor, time: float) -> None:
        if time < person.until:
            return
        pick = self.random.random()
        person.hidden = False
        person.seated = pick < (0.45 if person.adult else 0.6)
        if person.adult and pick > 0.93:
            person.hidden, person.until = True, time + self.random.uniform(3, 12)
            return
        if not person.seated:
            person.goal = (self.random.uniform(-2, 2), self.random.uniform(2.6, 6.5))
        person.until = time + self.random.uniform(5, 60 if person.seated else 15)

    def leave(self) -> None:
        self.carer.seated = self.carer.hidden = False
        self.carer.leaving, self.carer.goal = True, EXIT

    def come_back(self, time: float) -> None:
        self.carer.inside, self.carer.goal = True, (0.0, 4.0)
        self.carer.until = time + 12

    def attended(self) -> bool:
        return self.carer.inside and self._box(self.carer).x2 > 0

    def _box(self, person: Actor) -> Box:
        if not person.seated:
            return self.box_of(person.x, person.z, person.tall, 0.33 * person.tall)
        tall = 0.66 * person.tall if person.adult else 0.64 * person.tall
        return self.box_of(person.x, person.z, tall, 0.58 if person.adult else 0.4)

    def look(self, time: float) -> list[Person]:
        found = []
        boxes = [(p, self._box(p)) for p in self.people if p.inside and not p.hidden]
        for person, box in boxes:
            if self._missed(person, box, [b for other, b in boxes if other is not person]):
                continue
            low = 0.12 if person.missed or person.seated else 0.3
            found.append(Person(self._noisy(box), self.random.uniform(low, 0.85)))
        found.extend(self._false_boxes(time))
        return [Person(clipped, p.score) for p in found if (clipped := _clip(p.box)) is not None]

    def _missed(self, person: Actor, box: Box, others: Sequence[Box]) -> bool:
        share = MISS[person.adult, person.seated]
        if any(_covers(other, box) for other in others):
            share = max(share, 0.6)
        stay = math.exp(-1 / self.fps / RUN_SECONDS)
        if self.random.random() > stay:
            person.missed = self.random.random() < share
        return person.missed

    def _noisy(self, box: Box) -> Box:
        jitter = [self.random.gauss(0, 0.03 * box.height) for _ in range(4)]
        sides = (jitter[0] / ASPECT * 0.7, jitter[2] / ASPECT * 0.7)
        return Box(box.x1 + sides[0], box.y1 + jitter[1], box.x2 + sides[1], box.y2 + jitter[3])

    def _false_boxes(self, time: float) -> Iterator[Person]:
        choose = self.random.uniform
        if self.random.random() < 0.02 / self.fps:
            tall = choose(0.4, 1.7)
            box = self.box_of(choose(-2, 2), choose(2.6, 6.5), tall, choose(0.25, 0.6))
            self.ghosts.append((box, time + choose(0.2, 6), choose(0.12, 0.4)))
        self.ghosts = [ghost for ghost in self.ghosts if ghost[1] > time]
        for box, _, score in self.ghosts:
            if self.random.random() < 0.5:
                yield Person(self._noisy(box), score)
        if self.random.random() < 0.3 / self.fps:
            x, y = choose(0, 0.9), choose(0, 0.6)
            yield Person(Box(x, y, x + choose(0.03, 0.1), y + choose(0.1, 0.4)), choose(0.1, 0.5))


def _covers(front: Box, box: Box) -> bool:
    across = min(front.x2, box.x2) - max(front.x1, box.x1)
    down = min(front.y2, box.y2) - max(front.y1, box.y1)
    hidden = max(across, 0) * max(down, 0)
    return front.y2 > box.y2 and hidden > 0.5 * box.width * box.height


def _clip(box: Box) -> Box | None:
    kept = Box(max(box.x1, 0), max(box.y1, 0), min(box.x2, 1), min(box.y2, 1))
    return kept if kept.width > 0.25 * box.width and kept.height > 0.25 * box.height else None


@pytest.fixture
def run_nursery(
    plane: GroundPlane, box_of: BoxOf, make_room: MakeRoom, make_camera: MakeCamera
) -> Callable[..., Outcome]:
    """Simulate a room; the carer is away during ``absences`` (start, end in seconds)."""

    def run(
        seed: int,
        minutes: float,
        absences: Sequence[tuple[float, float]] = (),
        start: float = 0.0,
        fps: float = 4.0,
    ) -> Outcome:
        nursery = Nursery(seed, plane, box_of, fps)
        room, camera = make_room(person_capacity=12), make_camera(calibration=MOUNTING)
        tracker, judge = Tracker(camera.id), AgeJudge(ASPECT)
        fusion = RoomFusion(room, [camera])
        engine = RuleEngine(room, rules_for(room, [camera]))
        outcome = Outcome(seconds=minutes * 60)
        pending = list(absences)
        alone: float | None = None
        for frame in range(round(minutes * 60 * fps)):
            now = frame / fps
            time = start + now
            if pending and now >= pending[0][0] and nursery.carer.inside:
                if not nursery.carer.leaving:
                    nursery.leave()
            elif pending and now >= pending[0][1] and not nursery.carer.inside:
                nursery.come_back(now)
                pending.pop(0)
            nursery.live(now)
            if alone is None and not nursery.attended():
                alone = time
            elif alone is not None and nursery.attended():
                outcome.truth.append((alone, time))
                alone = None
            tracks = judge.update(tracker.update(nursery.look(now), time), plane)
            fusion.observe(camera.id, time, tracks)
            outcome.events.extend(engine.step(fusion.state(time)))
        if alone is not None:
            outcome.truth.append((alone, start + outcome.seconds))
        return outcome

    return run
