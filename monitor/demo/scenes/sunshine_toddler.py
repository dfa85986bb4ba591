"""Toddler room: the carer leaves, three children stay behind alone for forty seconds."""

from __future__ import annotations

from monitor.demo.footage.furniture import ball, blocks, plant, shelf, stool, table
from monitor.demo.footage.optics import Optics
from monitor.demo.footage.paths import Path, play
from monitor.demo.footage.setting import Setting
from monitor.demo.footage.textures import Plan, planks
from monitor.demo.footage.walls import Wall, enclose
from monitor.demo.footage.world import ExpectedEvent, Scene, World
from monitor.demo.scenes.people import carer, child

_LOOP = 90.0
_WIDTH, _DEPTH = (-3.3, 3.3), (0.0, 7.0)


def _build() -> Setting:
    plan = Plan(planks(6.6, 7.0, (168, 200, 222)), -3.3, 0.0)
    plan.mat((-1.8, 2.8, 1.2, 5.2), ((206, 226, 190), (214, 214, 236), (190, 226, 240)))
    plan.corners()
    plan.sunlight(((-3.2, 4.4), (-1.4, 3.9), (-1.4, 5.0), (-3.2, 5.6)))
    north = Wall(6.6, 2.9, (228, 236, 238), seed=1)
    north.wainscot((206, 222, 196))
    north.pictures(0.7, 1.45, 4, seed=5)
    north.rainbow(4.3, 1.35, 0.75)
    north.clock(5.75, 2.2)
    west = Wall(7.0, 2.9, (230, 236, 236), seed=2)
    west.wainscot((206, 222, 196))
    west.window((4.1, 1.15, 6.3, 2.45), (196, 214, 228))
    east = Wall(7.0, 2.9, (224, 231, 234), seed=3)
    east.wainscot((200, 217, 190))
    east.pictures(1.4, 1.45, 4, seed=8)
    items = (
        shelf(-3.25, 6.6, 1.7, seed=3),
        shelf(-1.4, 6.6, 1.3, seed=4),
        plant(0.3, 6.65),
        shelf(-3.28, 4.4, 1.5, seed=9, facing="east"),
        table(1.5, 5.5, 1.3, 0.75),
        stool(1.9, 6.45, (140, 200, 150)),
        stool(2.5, 5.2, (130, 190, 240)),
        ball(-0.9, 5.5, 0.14, (110, 130, 235)),
        *blocks(0.4, 3.3, seed=6),
    )
    walls = enclose(_WIDTH, _DEPTH, north=north, east=east, west=west)
    return Setting(plan, tuple(walls), items, tint=(0.98, 1.0, 1.01))


_AWAY = Path(-0.6, 4.9).wait(6).to(0.3, 4.4, 0.7).wait(4).to(-2.9, 2.1, 1.0)
_LEFT, _BACK = 14.2, 55.8

_WORLD = World(
    name="sunshine-toddler",
    loop=_LOOP,
    build=_build,
    actors=(
        carer(0, _AWAY.until(54.5).to(0.3, 4.0, 1.0).wait(5).home(_LOOP)),
        child(0, play((-1.7, 4.3, -0.9, 5.6), _LOOP, seed=11)),
        child(1, play((-0.4, 3.0, 0.3, 3.9), _LOOP, seed=12)),
        child(2, play((0.7, 4.2, 1.6, 5.1), _LOOP, seed=13)),
    ),
)

SCENES = (
    Scene(
        name="sunshine-toddler",
        world=_WORLD,
        optics=Optics(x=2.95, z=0.25, height_m=2.6, yaw_deg=-24, pitch_deg=24, focal_px=880),
        expected=(ExpectedEvent("unattended_child", _LEFT, _BACK),),
    ),
)
