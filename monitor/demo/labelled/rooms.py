"""Rooms at random: furniture, a wide-angle corner camera, children, and carers who come and go."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from monitor.demo.footage.furniture import (
    Item,
    ball,
    blocks,
    cot,
    plant,
    round_table,
    shelf,
    stool,
    table,
)
from monitor.demo.footage.optics import Optics
from monitor.demo.footage.paths import Path
from monitor.demo.footage.setting import Setting
from monitor.demo.footage.textures import Plan, planks
from monitor.demo.footage.walls import Wall, enclose
from monitor.demo.footage.wardrobe import Look
from monitor.demo.footage.world import Actor, Cut, Scene, World
from monitor.domain.people import AgeClass

WINDOW_S = 10.0
_AWAY = (0.0, -6.0)
_INSTANT = 1e4
_SEATED = {AgeClass.ADULT: 0.35, AgeClass.CHILD: 0.5}
_WALKS = 0.3

Rng = np.random.Generator
Span = tuple[float, float]


def room_scene(name: str, seed: int, windows: int, size: tuple[int, int]) -> Scene:
    """Return a camera in a room drawn from ``seed``, over ``windows`` of ten seconds.

    Carers are in about half of the windows, children in nearly all. ``size`` is (width, height).
    """
    rng = np.random.default_rng(seed)
    width, depth = float(rng.uniform(5.6, 7.6)), float(rng.uniform(5.5, 7.5))
    attended = [bool(rng.random() < 0.5) for _ in range(windows)]
    actors = [
        *_people(AgeClass.ADULT, int(rng.integers(1, 3)), attended, (width, depth), rng),
        *_people(AgeClass.CHILD, int(rng.integers(3, 9)), [True] * windows, (width, depth), rng),
    ]
    build_seed = int(rng.integers(1 << 30))
    world = World(
        name=name,
        loop=windows * WINDOW_S,
        build=lambda: _furnish(width, depth, np.random.default_rng(build_seed)),
        actors=tuple(actors),
    )
    return Scene(name=name, world=world, optics=_corner_camera(width, size, rng))


def _corner_camera(width: float, size: tuple[int, int], rng: Rng) -> Optics:
    side = float(rng.choice((-1.0, 1.0)))
    optics = Optics(
        x=side * (width / 2 - 0.35),
        z=0.25,
        height_m=float(rng.uniform(2.3, 2.9)),
        yaw_deg=-side * float(rng.uniform(18, 34)),
        pitch_deg=float(rng.uniform(22, 32)),
        focal_px=float(rng.uniform(520, 700)),
    )
    return optics.resized(*size)


def _people(
    age: AgeClass, count: int, present: Sequence[bool], floor: Span, rng: Rng
) -> list[Actor]:
    adult = age is AgeClass.ADULT
    return [
        Actor(
            age,
            height_m=float(rng.normal(1.64, 0.07) if adult else rng.uniform(0.72, 1.08)),
            cut=Cut.FLEECE if rng.random() < 0.5 else Cut.DARK_COAT,
            look=_look(rng),
            path=_way(age, present, floor, rng),
        )
        for _ in range(count)
    ]


def _look(rng: Rng) -> Look:
    def colour(low: int, high: int) -> tuple[int, int, int]:
        blue, green, red = rng.integers(low, high, 3).tolist()
        return blue, green, red

    hair = int(rng.integers(24, 64))
    return Look(
        top=colour(60, 250),
        trousers=colour(50, 180),
        hair=(hair, hair + 4, hair + 12),
        long_hair=bool(rng.random() < 0.5),
    )


def _way(age: AgeClass, present: Sequence[bool], floor: Span, rng: Rng) -> Path:
    """Return a way that is somewhere else in each window, or away from the room."""
    path = Path(*_AWAY)
    for index, here in enumerate(present):
        ends = (index + 1) * WINDOW_S
        if not here:
            path.to(*_AWAY, speed=_INSTANT).until(ends)
            continue
        x, z = _spot(floor, rng)
        path.to(x, z, speed=_INSTANT)
        if rng.random() < _WALKS:
            path.wait(1.0).to(*_near((x, z), floor, rng), speed=0.5)
        elif rng.random() < _SEATED[age]:
            path.sit(0.01)
        path.until(ends - 0.01)
    return path


def _near(start: Span, floor: Span, rng: Rng) -> Span:
    """Return a place that can be reached within a window."""
    shares = rng.uniform(0.1, 0.4, 2).tolist()
    goal = _spot(floor, rng)
    return (
        start[0] + shares[0] * (goal[0] - start[0]),
        start[1] + shares[1] * (goal[1] - start[1]),
    )


def _spot(floor: Span, rng: Rng) -> Span:
    width, depth = floor
    return (
        float(rng.uniform(-width / 2 + 0.5, width / 2 - 0.5)),
        float(rng.uniform(1.6, depth - 0.7)),
    )


def _furnish(width: float, depth: float, rng: Rng) -> Setting:
    def seed() -> int:
        return int(rng.integers(1, 10_000))

    wood = (
        int(rng.integers(140, 190)),
        int(rng.integers(175, 215)),
        int(rng.integers(200, 235)),
    )
    half = width / 2
    plan = Plan(planks(width, depth, wood), -half, 0.0)
    plan.corners()
    paint = int(rng.integers(205, 240))
    north, east, west = (
        Wall(length, 2.9, (paint, paint + 6, paint + 8), seed=seed())
        for length in (width, depth, depth)
    )
    wainscot = tuple(int(value) for value in rng.integers(170, 225, 3))
    for wall in (north, east, west):
        wall.wainscot((wainscot[0], wainscot[1], wainscot[2]))
    north.pictures(0.8, 1.5, int(rng.integers(2, 6)), seed=seed())
    east.pictures(1.2, 1.5, int(rng.integers(1, 4)), seed=seed())
    west.window((depth - 3.0, 1.15, depth - 1.0, 2.4), (190, 210, 224))
    north.door(width - 1.6, (150, 180, 200))
    walls = enclose((-half, half), (0.0, depth), north=north, east=east, west=west)
    items = _items(width, depth, rng)
    tint = tuple(float(value) for value in rng.uniform(0.9, 1.04, 3))
    return Setting(plan, tuple(walls), tuple(items), tint=(tint[0], tint[1], tint[2]))


def _items(width: float, depth: float, rng: Rng) -> list[Item]:
    """Return furniture on a coarse grid, so that nothing stands in something else."""
    half = width / 2
    items: list[Item] = [shelf(-half + 0.1, depth - 0.4, 1.6, seed=int(rng.integers(9999)))]
    places = [(x, z) for x in (-half + 0.4, -0.6, half - 1.8) for z in (2.4, 3.9, 5.2)]
    for index in rng.permutation(len(places))[: int(rng.integers(3, 7))]:
        x, z = places[int(index)]
        if z + 1.3 > depth - 0.5:
            continue
        items += _one(int(rng.integers(0, 6)), x, z, rng)
    return items


def _one(kind: int, x: float, z: float, rng: Rng) -> list[Item]:
    colour = tuple(int(value) for value in rng.integers(90, 240, 3))
    bright = (colour[0], colour[1], colour[2])
    if kind == 0:
        return [table(x, z, 1.3, 0.75), stool(x + 0.4, z - 0.25, bright)]
    if kind == 1:
        return [round_table(x + 0.6, z + 0.5, 0.5), stool(x + 1.3, z + 0.2, bright)]
    if kind == 2:
        return [cot(x + 0.2, z, bright)]
    if kind == 3:
        return [shelf(x, z + 0.2, 1.2, seed=int(rng.integers(9999)))]
    if kind == 4:
        return [*blocks(x + 0.6, z + 0.5, seed=int(rng.integers(9999))), plant(x + 1.2, z + 0.9)]
    return [ball(x + 0.5, z + 0.4, 0.15, bright), table(x, z, 0.9, 0.6)]
