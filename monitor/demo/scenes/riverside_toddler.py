"""Toddler room: the carer sits down at a low table among the children and stays an adult."""

from __future__ import annotations

from monitor.demo.footage.furniture import ball, blocks, plant, shelf, stool, table
from monitor.demo.footage.optics import Optics
from monitor.demo.footage.paths import Path, play
from monitor.demo.footage.setting import Setting
from monitor.demo.footage.textures import Plan, planks
from monitor.demo.footage.walls import Wall, enclose
from monitor.demo.footage.world import Scene, World
from monitor.demo.scenes.people import carer, child

_LOOP = 80.0
_TABLE = (-0.5, 3.6, 1.1, 4.25)


def _build() -> Setting:
    plan = Plan(planks(6.4, 6.8, (176, 204, 220), seed=7), -3.2, 0.0)
    plan.rug(0.3, 4.4, 1.7, ((204, 190, 170), (224, 216, 200), (214, 200, 180)))
    plan.corners()
    plan.sunlight(((3.1, 4.0), (1.6, 3.6), (1.6, 4.5), (3.1, 5.1)))
    north = Wall(6.4, 2.9, (232, 234, 232), seed=4)
    north.hills(((206, 218, 200), (196, 214, 206), (188, 206, 196)), 1.5)
    north.window((2.2, 1.3, 4.2, 2.4), (206, 204, 226))
    west = Wall(6.8, 2.9, (226, 230, 230), seed=5)
    west.wainscot((204, 206, 222))
    west.pictures(3.4, 1.5, 4, seed=15)
    east = Wall(6.8, 2.9, (230, 233, 232), seed=6)
    east.wainscot((204, 206, 222))
    east.window((1.3, 1.2, 3.1, 2.4), (206, 204, 226))
    x1, z1, x2, z2 = _TABLE
    items = (
        shelf(-3.1, 6.4, 1.5, seed=21),
        shelf(1.4, 6.4, 1.7, seed=22),
        plant(-1.1, 6.5, 0.9),
        shelf(-3.18, 4.2, 1.6, seed=23, facing="east"),
        table(x1, z1, x2 - x1, z2 - z1, (160, 202, 228)),
        stool(0.3, 4.55, (170, 190, 130)),
        stool(-0.9, 3.9, (130, 190, 240)),
        ball(1.9, 5.3, 0.16, (150, 200, 90)),
        *blocks(1.5, 3.0, seed=16),
    )
    walls = enclose((-3.2, 3.2), (0.0, 6.8), north=north, east=east, west=west)
    return Setting(plan, tuple(walls), items, tint=(0.97, 1.0, 1.02))


_SITS = (
    Path(2.0, 4.9)
    .wait(18)
    .to(0.9, 4.95, 0.7)
    .to(0.3, 4.6, 0.5)
    .sit()
    .until(66)
    .stand()
    .wait(1)
    .to(0.9, 4.95, 0.6)
)

_WORLD = World(
    name="riverside-toddler",
    loop=_LOOP,
    build=_build,
    actors=(
        carer(1, _SITS.home(_LOOP)),
        child(2, play((-1.7, 4.5, -0.8, 5.3), _LOOP, seed=31)),
        child(4, play((-1.9, 3.2, -1.0, 3.9), _LOOP, seed=32)),
        child(8, play((1.5, 3.7, 2.1, 4.3), _LOOP, seed=33)),
    ),
)

SCENES = (
    Scene(
        name="riverside-toddler",
        world=_WORLD,
        optics=Optics(x=0.2, z=0.2, height_m=2.7, yaw_deg=0, pitch_deg=25, focal_px=900),
    ),
)
