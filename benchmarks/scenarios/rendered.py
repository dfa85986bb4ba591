"""A minute of a scenario drawn as video, and a real person model on it, against the truth.

Drawn people stand, walk and sit; who bends, lies or is carried is drawn seated. Bodies are whole
cut-outs in a clean room, so the model finds far more of them than in a nursery: this checks the
geometry of the simulation, not its noise.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path as FilePath

import av
import numpy as np
from rich.console import Console

from benchmarks.scenarios.floor import FloorPlan
from benchmarks.scenarios.people import Course, Posture
from benchmarks.scenarios.stage import Scenario
from monitor.demo.footage.composer import render
from monitor.demo.footage.furniture import Item, shelf, table
from monitor.demo.footage.paths import Path
from monitor.demo.footage.setting import Setting
from monitor.demo.footage.textures import Plan, planks
from monitor.demo.footage.truth import truth
from monitor.demo.footage.walls import Wall, enclose
from monitor.demo.footage.world import Actor, Scene, World
from monitor.demo.scenes.people import carer, child
from monitor.detectors.finder import Finder, load_finder
from monitor.detectors.rules import Origin
from monitor.domain.people import AgeClass, Box
from monitor.runtime.environment import models_folder
from monitor.runtime.room_watch import RoomWatch

SECONDS = 60.0
_FPS, _EVERY = 10, 2
_STEP = 0.5
_SAME = 0.4
_LOW_TABLE_M = 0.6


def scene_of(scenario: Scenario) -> Scene:
    """Return the first minute of a staged scenario as its first camera would see it."""
    actors = tuple(_actor(i, course) for i, course in enumerate(scenario.routine.courses))
    name = f"scenario-{scenario.seed}"
    world = World(name, SECONDS, lambda: _setting(scenario.plan), actors)
    return Scene(name, world, scenario.plan.eyes[0].optics, fps=_FPS)


def show_rendered(minutes: int, seed: int, console: Console) -> None:
    """Render one minute each of ``minutes`` staged scenarios and print what the model finds."""
    finder = load_finder("yolov8n", models_folder(), input_size=(960, 544))
    total: Counter[str] = Counter()
    for number in range(seed, seed + minutes):
        total.update(_compare(Scenario(number, "staged"), finder))
    for who in ("adult", "child"):
        there = max(total[f"{who} there"], 1)
        console.print(
            f"{who}: {total[f'{who} there']} in view, box found {total[f'{who} found'] / there:.1%}"
            f", age right {total[f'{who} right'] / there:.1%}"
            f", wrong {total[f'{who} wrong'] / there:.1%}"
        )
    console.print(f"false boxes a picture: {total['false'] / max(total['pictures'], 1):.2f}")


def _compare(scenario: Scenario, finder: Finder) -> Counter[str]:
    """Return counts of people in view, found and judged rightly, and of false boxes."""
    scene = scene_of(scenario)
    known = truth(scene)
    camera = scenario.plan.eyes[0].camera
    watch = RoomWatch(scenario.room, [camera], Origin(finder.name, finder.sha256))
    counts: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        path = FilePath(folder) / f"{scene.name}.mp4"
        render(scene, path)
        with av.open(str(path)) as file:
            for index, frame in enumerate(file.decode(video=0)):
                if index % _EVERY:
                    continue
                time = index / _FPS
                picture = np.asarray(frame.to_ndarray(format="bgr24"), np.uint8)
                (people,) = finder.find([picture])
                tracks = watch.observe(camera.id, people, time, picture.shape[1] / picture.shape[0])
                boxes = [person.box for person in people]
                counts["pictures"] += 1
                there = known.people(time)
                for person in there:
                    counts[f"{person.age} there"] += 1
                    counts[f"{person.age} found"] += any(overlap(b, person.box) for b in boxes)
                    mine = [t for t in tracks if t.seen == time and overlap(t.box, person.box)]
                    ages = {track.age for track in mine} - {AgeClass.UNKNOWN}
                    counts[f"{person.age} right"] += ages == {person.age}
                    counts[f"{person.age} wrong"] += bool(ages - {person.age})
                counts["false"] += sum(not any(overlap(b, p.box) for p in there) for b in boxes)
    return counts


def overlap(first: Box, second: Box) -> bool:
    """Say whether two boxes show the same thing (intersection over union above 0.4)."""
    across = min(first.x2, second.x2) - max(first.x1, second.x1)
    down = min(first.y2, second.y2) - max(first.y1, second.y1)
    shared = max(across, 0.0) * max(down, 0.0)
    union = first.width * first.height + second.width * second.height - shared
    return shared > _SAME * union


def _actor(index: int, course: Course) -> Actor:
    drawn = (carer if course.adult else child)(index, _path(course))
    return Actor(drawn.age, course.tall, drawn.cut, drawn.look, drawn.path)


def _path(course: Course) -> Path:
    """Return the course as the painter's waypoints, sampled twice a second."""
    times = np.arange(0.0, SECONDS + _STEP, _STEP)
    places = course.at(times)
    path = Path(float(places.x[0]), float(places.z[0]))
    for i in range(1, len(times)):
        x, z = float(places.x[i]), float(places.z[i])
        low = places.posture[i] not in (Posture.STANDING, Posture.AWAY)
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
