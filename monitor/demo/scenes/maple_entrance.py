"""Entrance hall: a carer brings a child in, somebody passes by, and it is quiet again."""

from __future__ import annotations

from monitor.demo.footage.furniture import Item, lockers, plant
from monitor.demo.footage.optics import Optics
from monitor.demo.footage.paths import Path
from monitor.demo.footage.setting import Setting
from monitor.demo.footage.textures import Plan, tiles
from monitor.demo.footage.walls import Wall, around_opening, enclose
from monitor.demo.footage.world import Scene, World
from monitor.demo.scenes.people import carer, child

_LOOP = 60.0


def _build() -> Setting:
    plan = Plan(tiles(4.4, 9.0, (198, 210, 216), side=0.6, seed=57), -2.2, 0.0)
    plan.path((-0.9, 6.9, 0.9, 8.4), (150, 156, 160))
    plan.line((-1.5, 0.5), (-1.5, 8.6), (150, 200, 220))
    plan.line((1.6, 0.5), (1.6, 8.6), (150, 200, 220))
    plan.corners()
    plan.sunlight(((-0.9, 8.9), (0.9, 8.9), (1.3, 6.2), (-0.5, 6.2)))
    north = Wall(4.4, 2.9, (232, 236, 238), seed=71)
    north.wainscot((206, 214, 204))
    north.glass_door(1.15, 2.1)
    west = Wall(9.0, 2.9, (228, 234, 236), seed=72)
    west.wainscot((202, 212, 200))
    west.pictures(3.0, 1.55, 8, seed=101)
    east = Wall(9.0, 2.9, (226, 232, 234), seed=73)
    east.wainscot((202, 212, 200))
    east.opening(3.4)
    east.pictures(1.0, 1.55, 4, seed=102)
    items = (lockers(-2.2, (4.0, 7.6)), plant(1.8, 8.4, 1.1), plant(-1.75, 8.4, 1.0))
    walls = enclose((-2.2, 2.2), (0.0, 9.0), north=north, east=east, west=west)
    screen = around_opening((2.2, 9.0), (2.2, 0.0), (3.4, 4.5), top=2.1)
    doorway = Item(tuple(screen), (2.2, 0.0, 2.25, 9.0))
    return Setting(plan, tuple(walls), items, screens=(doorway,), tint=(1.0, 1.0, 0.99))


# Behind the wall they wait out of sight of the doorway.
_BRINGS = Path(3.4, 3.9).wait(4).to(3.0, 5.0, 0.7).to(2.0, 5.0, 0.7).to(-0.6, 4.7, 0.7).wait(12)
_FOLLOWS = Path(3.9, 3.6).wait(4.6).to(3.0, 5.0, 0.7).to(2.0, 5.0, 0.7).to(0.3, 4.5, 0.7).wait(12)
_PASSES = Path(3.4, 3.5).wait(36).to(3.0, 5.0, 1.0).to(2.0, 5.0, 1.0).to(0.1, 6.6, 1.0).wait(5)

_WORLD = World(
    name="maple-entrance",
    loop=_LOOP,
    build=_build,
    flicker=0.008,
    actors=(
        carer(1, _BRINGS.to(2.0, 5.0, 0.7).to(3.0, 5.0, 0.7).home(_LOOP, 0.7)),
        child(4, _FOLLOWS.to(2.0, 5.0, 0.7).to(3.0, 5.0, 0.7).home(_LOOP, 0.7)),
        carer(4, _PASSES.to(2.0, 5.0, 1.0).to(3.0, 5.0, 1.0).home(_LOOP, 1.0)),
    ),
)

SCENES = (
    Scene(
        name="maple-entrance",
        world=_WORLD,
        optics=Optics(x=0.0, z=0.3, height_m=2.7, yaw_deg=0, pitch_deg=23, focal_px=840),
    ),
)
