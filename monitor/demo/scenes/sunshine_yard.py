"""The yard: children at play outdoors, two carers with them."""

from __future__ import annotations

from monitor.demo.footage.furniture import ball, fence, sandpit, side_fence, slide
from monitor.demo.footage.optics import Optics
from monitor.demo.footage.paths import play
from monitor.demo.footage.setting import Setting
from monitor.demo.footage.textures import Plan, grass
from monitor.demo.footage.walls import Wall, enclose
from monitor.demo.footage.world import Scene, World
from monitor.demo.scenes.people import carer, child

_LOOP = 60.0


def _build() -> Setting:
    plan = Plan(grass(18.0, 10.6), -9.0, 0.0)
    plan.path((-9.0, 9.3, 9.0, 10.6), (176, 196, 206))
    plan.sunlight(((-4.0, 4.5), (2.6, 4.0), (3.2, 8.0), (-3.4, 8.6)), strength=0.07)
    north = Wall(18.0, 5.0, (244, 232, 214), seed=21)
    north.sky()
    items = (
        fence((-7.9, 7.9), 9.2),
        side_fence(-4.7, (3.6, 9.1)),
        side_fence(4.9, (3.6, 9.1)),
        slide(-3.9, 7.4),
        sandpit(2.2, 6.4),
        ball(0.9, 5.0, 0.17, (110, 130, 235)),
        ball(-1.6, 4.4, 0.13, (120, 205, 245)),
    )
    walls = enclose((-9.0, 9.0), (0.0, 10.6), north=north)
    return Setting(plan, tuple(walls), items, tint=(0.99, 1.01, 1.03))


_WORLD = World(
    name="sunshine-yard",
    loop=_LOOP,
    build=_build,
    flicker=0.012,
    actors=(
        carer(4, play((-1.5, 6.6, -0.5, 7.6), _LOOP, seed=61, pauses=(3, 8))),
        carer(5, play((2.3, 4.4, 3.1, 5.2), _LOOP, seed=62, pauses=(3, 8))),
        child(0, play((-2.9, 5.2, -1.7, 6.2), _LOOP, seed=63, speed=0.8)),
        child(2, play((-0.9, 4.4, 0.1, 5.4), _LOOP, seed=64, speed=0.8)),
        child(4, play((0.6, 5.6, 1.7, 6.4), _LOOP, seed=65, speed=0.8)),
        child(6, play((1.0, 4.2, 1.9, 5.0), _LOOP, seed=66, speed=0.7)),
        child(9, play((2.7, 6.8, 3.6, 7.7), _LOOP, seed=67, speed=0.35)),
    ),
)

SCENES = (
    Scene(
        name="sunshine-yard",
        world=_WORLD,
        optics=Optics(x=0.0, z=0.0, height_m=3.1, yaw_deg=0, pitch_deg=19, focal_px=900),
    ),
)
