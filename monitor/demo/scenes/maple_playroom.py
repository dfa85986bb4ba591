"""Playroom: it fills to eleven people where eight may be, and empties again."""

from __future__ import annotations

from monitor.demo.footage.furniture import plant, shelf
from monitor.demo.footage.optics import Optics
from monitor.demo.footage.paths import Path
from monitor.demo.footage.setting import Setting
from monitor.demo.footage.textures import Plan, planks
from monitor.demo.footage.walls import Wall, enclose
from monitor.demo.footage.world import Actor, ExpectedEvent, Scene, World
from monitor.demo.scenes.people import carer, child

_LOOP = 100.0
_WIDTH, _DEPTH = (-3.9, 3.9), (0.0, 8.0)
_DOOR_LEFT, _DOOR_RIGHT = (-5.2, 3.6), (5.2, 3.6)


def _build() -> Setting:
    plan = Plan(planks(7.8, 8.0, (172, 204, 226), seed=17), -3.9, 0.0)
    plan.mat((-2.4, 3.0, 2.4, 6.6), ((196, 222, 236), (206, 226, 206), (222, 212, 200)))
    plan.corners()
    plan.sunlight(((-3.8, 4.6), (-2.2, 4.2), (-2.2, 5.4), (-3.8, 5.9)))
    north = Wall(7.8, 2.9, (226, 236, 238), seed=31)
    north.wainscot((186, 216, 226))
    north.pictures(0.6, 1.5, 4, seed=51)
    north.window((3.0, 1.3, 4.8, 2.45), (188, 212, 224))
    north.pictures(5.4, 1.5, 4, seed=52)
    west = Wall(8.0, 2.9, (226, 234, 236), seed=32)
    west.wainscot((186, 216, 226))
    west.window((4.3, 1.2, 6.5, 2.4), (188, 212, 224))
    east = Wall(8.0, 2.9, (224, 232, 234), seed=33)
    east.wainscot((186, 216, 226))
    east.pictures(2.0, 1.5, 4, seed=53)
    items = (
        shelf(-3.8, 7.6, 1.6, seed=61),
        shelf(-2.0, 7.6, 1.4, seed=62),
        shelf(1.4, 7.6, 1.7, seed=63),
        plant(-0.1, 7.6),
        plant(3.5, 7.5, 1.1),
    )
    walls = enclose(_WIDTH, _DEPTH, north=north, east=east, west=west)
    return Setting(plan, tuple(walls), items, tint=(1.0, 1.0, 1.0))


def _resident(x: float, z: float, offset: float) -> Path:
    path = Path(x, z).wait(offset)
    while path.end < _LOOP - 16:
        path.to(x + 0.35, z + 0.1, 0.5).wait(4).to(x, z, 0.5).wait(5)
    return path.home(_LOOP, 0.5)


def _visitor(
    door: tuple[float, float], x: float, z: float, comes: float, goes: float, speed: float
) -> Path:
    path = Path(*door).wait(comes).to(x, z, speed)
    while path.end + 9 < goes:
        path.wait(3).to(x + 0.25, z, 0.4).wait(3).to(x, z, 0.4)
    return path.until(goes).home(_LOOP, speed)


_VISITORS: tuple[Actor, ...] = (
    carer(1, _visitor(_DOOR_LEFT, -2.2, 5.6, 8.0, 66.0, 1.1)),
    child(2, _visitor(_DOOR_LEFT, -1.5, 4.5, 9.0, 67.0, 0.9)),
    child(3, _visitor(_DOOR_RIGHT, 2.0, 4.3, 10.0, 68.0, 0.9)),
    child(4, _visitor(_DOOR_LEFT, -2.1, 3.9, 12.0, 70.0, 0.9)),
    carer(4, _visitor(_DOOR_RIGHT, 2.4, 5.9, 13.0, 71.0, 1.1)),
    child(5, _visitor(_DOOR_RIGHT, 1.1, 3.7, 14.0, 72.0, 0.9)),
    child(6, _visitor(_DOOR_LEFT, -0.6, 3.6, 16.0, 74.0, 0.9)),
)

_WORLD = World(
    name="maple-playroom",
    loop=_LOOP,
    build=_build,
    actors=(
        carer(0, _resident(0.2, 6.3, 2.0)),
        child(7, _resident(-0.6, 5.2, 3.5)),
        child(8, _resident(0.9, 5.3, 1.0)),
        child(9, _resident(-1.2, 6.4, 4.5)),
        *_VISITORS,
    ),
)

SCENES = (
    Scene(
        name="maple-playroom",
        world=_WORLD,
        optics=Optics(x=0.0, z=0.2, height_m=2.8, yaw_deg=0, pitch_deg=23, focal_px=840),
        expected=(ExpectedEvent("crowding", 14.8, 71.4),),
    ),
)
