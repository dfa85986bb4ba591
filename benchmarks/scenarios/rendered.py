"""A minute of a scenario drawn as video, and a real person model on it, against the truth.

Drawn people stand, walk and sit; who bends, lies or is carried is drawn seated, and who is outside
at any time of that minute is left out. Bodies are whole cut-outs in a clean room, so the model
finds far more of them than in a nursery; the stock model says nothing of ages, one fine-tuned on
composed frames does. This checks the geometry of the simulation and of the age judge, not the
simulated noise.
"""

from __future__ import annotations

import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path as FilePath

import numpy as np
from rich.console import Console

from benchmarks.footage import pictures
from benchmarks.scenarios.floor import FloorPlan
from benchmarks.scenarios.people import Course, Posture
from benchmarks.scenarios.stage import Scenario
from benchmarks.scenarios.tally import Ages, Life
from monitor.demo.footage.composer import render
from monitor.demo.footage.furniture import Item, shelf, table
from monitor.demo.footage.paths import Path
from monitor.demo.footage.setting import Setting
from monitor.demo.footage.textures import Plan, planks
from monitor.demo.footage.truth import PersonTruth, truth
from monitor.demo.footage.walls import Wall, enclose
from monitor.demo.footage.world import Actor, Scene, World
from monitor.demo.scenes.people import carer, child
from monitor.detectors.finder import Finder, Image, load_finder
from monitor.detectors.rules import Origin
from monitor.domain.people import AgeClass, Box, Track
from monitor.runtime.environment import models_folder
from monitor.runtime.room_watch import RoomWatch

SECONDS = 60.0
_FPS, _EVERY = 10, 2
_STEP, _EARLIER = 0.5, 10.0
_SAME = 0.4
_LOW_TABLE_M = 0.6


@dataclass(frozen=True, slots=True)
class Minute:
    """One minute of a scenario: when it begins, and who is inside for all of it."""

    scenario: Scenario
    start: float
    courses: tuple[Course, ...]

    @property
    def scene(self) -> Scene:
        """The minute as the first camera sees it."""
        actors = tuple(
            _actor(index, course, self.start) for index, course in enumerate(self.courses)
        )
        name = f"scenario-{self.scenario.seed}"
        world = World(name, SECONDS, lambda: _setting(self.scenario.plan), actors)
        return Scene(name, world, self.scenario.plan.eyes[0].optics, fps=_FPS)


def minute_of(scenario: Scenario) -> Minute:
    """Return the first of the minutes for all of which most people are inside."""
    routine = scenario.routine
    best: Minute | None = None
    for start in np.arange(0.0, routine.seconds - SECONDS, _EARLIER):
        times = np.arange(start, start + SECONDS + _STEP, _STEP)
        inside = tuple(
            course
            for course in routine.courses
            if not (course.at(times).posture == Posture.AWAY).any()
        )
        if best is None or len(inside) > len(best.courses):
            best = Minute(scenario, float(start), inside)
    if best is None:
        raise ValueError(f"scenario {scenario.seed} is shorter than a minute")
    return best


@dataclass(slots=True)
class Rendered:
    """What came of rendered minutes; person-looks and tracks by adult (true) and child."""

    there: Counter[bool] = field(default_factory=Counter)
    found: Counter[bool] = field(default_factory=Counter)
    false: int = 0
    pictures: int = 0
    standing: dict[bool, Ages] = field(default_factory=lambda: {True: Ages(), False: Ages()})
    any_posture: dict[bool, Ages] = field(default_factory=lambda: {True: Ages(), False: Ages()})

    def look(self, boxes: Sequence[Box], there: Sequence[PersonTruth]) -> None:
        """Count the boxes found in one picture against who is ``there``."""
        self.pictures += 1
        self.false += sum(not any(_same(box, person.box) for person in there) for box in boxes)
        for person in there:
            adult = person.age is AgeClass.ADULT
            self.there[adult] += 1
            self.found[adult] += any(_same(box, person.box) for box in boxes)


def show_rendered(minutes: int, seed: int, model: str, console: Console) -> None:
    """Render one minute each of ``minutes`` staged scenarios and print what ``model`` finds."""
    finder = load_finder(model, models_folder(), input_size=(960, 544))
    total = Rendered()
    for number in range(seed, seed + minutes):
        compare(minute_of(Scenario(number, "staged")), finder, total)
    for adult, who in ((True, "adult"), (False, "child")):
        found = total.found[adult] / max(total.there[adult], 1)
        console.print(f"{who}: {total.there[adult]} in view, box found {found:.1%}")
        for posture, ages in (("standing", total.standing), ("any posture", total.any_posture)):
            mine = ages[adult]
            console.print(
                f"  age by track, {posture}: {mine.right} of {mine.tracks} right, "
                f"{mine.wrong} wrong, {mine.unknown} unknown"
            )
    console.print(f"false boxes a picture: {total.false / max(total.pictures, 1):.2f}")


def compare(minute: Minute, finder: Finder, total: Rendered) -> None:
    """Add what ``finder``, tracker and age judge make of a minute to ``total``."""
    known = truth(minute.scene)
    camera = minute.scenario.plan.eyes[0].camera
    watch = RoomWatch(minute.scenario.room, [camera], Origin(finder.name, finder.sha256))
    lives: defaultdict[int, Life] = defaultdict(Life)
    for time, picture in _filmed(minute.scene):
        (people,) = finder.find([picture])
        tracks = watch.observe(camera.id, people, time, picture.shape[1] / picture.shape[0])
        there = known.people(time)
        total.look([person.box for person in people], there)
        for track in tracks:
            if track.seen >= time:
                _vote(track, there, lives)
    for life in lives.values():
        adult = bool(life.sources.most_common(1)[0][0])
        life.judge(life.all.total(), total.any_posture[adult], total.standing[adult])


def _filmed(scene: Scene) -> Iterator[tuple[float, Image]]:
    """Yield the time and the picture of each look at the scene as video."""
    with tempfile.TemporaryDirectory() as folder:
        path = FilePath(folder) / f"{scene.name}.mp4"
        render(scene, path)
        for index, picture in enumerate(pictures(path, _FPS / _EVERY)):
            yield index * _EVERY / _FPS, picture


def _vote(track: Track, there: Sequence[PersonTruth], lives: defaultdict[int, Life]) -> None:
    """Count what is said of whoever of those ``there`` the track follows, if of anybody."""
    nearest = max(there, key=lambda person: person.box.overlap(track.box), default=None)
    if nearest is not None and _same(nearest.box, track.box):
        life = lives[track.id]
        life.sources[nearest.age is AgeClass.ADULT] += 1
        life.vote(track.age, nearest.age, stands=not nearest.seated)


def _same(one: Box, other: Box) -> bool:
    return one.overlap(other) > _SAME


def _actor(index: int, course: Course, start: float) -> Actor:
    drawn = (carer if course.adult else child)(index, _path(course, start))
    return Actor(drawn.age, course.tall, drawn.cut, drawn.look, drawn.path)


def _path(course: Course, start: float) -> Path:
    """Return a minute of the course as the painter's waypoints, sampled twice a second."""
    times = np.arange(start, start + SECONDS + _STEP, _STEP)
    places = course.at(times)
    path = Path(float(places.x[0]), float(places.z[0]))
    for i in range(1, len(times)):
        x, z = float(places.x[i]), float(places.z[i])
        low = places.posture[i] != Posture.STANDING
        path.on(_STEP, x, z, 1.0 if low else 0.0)
    return path


def _setting(plan: FloorPlan) -> Setting:
    half, depth = plan.half_width, plan.depth
    floor = Plan(planks(2 * half, depth, (172, 204, 226)), -half, 0.0)
    north = Wall(2 * half, 2.9, (226, 236, 238), seed=1)
    east = Wall(depth, 2.9, (224, 232, 234), seed=2)
    west = Wall(depth, 2.9, (226, 234, 236), seed=3)
    items: list[Item] = []
    for i, block in enumerate(plan.furniture):
        wide = block.x2 - block.x1
        if block.tall < _LOW_TABLE_M:
            items.append(table(block.x1, block.z1, wide, block.z2 - block.z1))
        else:
            items.append(shelf(block.x1, block.z1, wide, seed=i))
    walls = enclose((-half, half), (0.0, depth), north=north, east=east, west=west)
    return Setting(floor, tuple(walls), tuple(items))
