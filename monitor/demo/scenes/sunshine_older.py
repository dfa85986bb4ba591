"""Older children's room: ordinary play under two carers, seen by two cameras at once."""

from __future__ import annotations

from monitor.demo.footage.furniture import ball, blocks, plant, round_table, shelf, stool
from monitor.demo.footage.optics import Optics
from monitor.demo.footage.paths import play
from monitor.demo.footage.setting import Setting
from monitor.demo.footage.textures import Plan, planks
from monitor.demo.footage.walls import Wall, enclose
from monitor.demo.footage.world import Scene, World
from monitor.demo.scenes.people import carer, child

_LOOP = 60.0
_WIDTH, _DEPTH = (-3.5, 3.5), (0.0, 7.4)
_BLUE, _CREAM = (226, 206, 178), (232, 236, 238)


def _build() -> Setting:
    plan = Plan(planks(7.0, 7.4, (160, 194, 218), seed=12), -3.5, 0.0)
    plan.rug(-0.2, 3.8, 1.5, ((206, 214, 178), (226, 230, 206), (198, 216, 226)))
    plan.corners()
    plan.sunlight(((3.4, 2.6), (1.9, 2.3), (1.9, 3.3), (3.4, 3.8)))
    plan.sunlight(((3.4, 4.6), (1.9, 4.3), (1.9, 5.3), (3.4, 5.8)))
    north = Wall(7.0, 2.9, _CREAM, seed=11)
    north.wainscot(_BLUE)
    north.pictures(1.0, 1.5, 6, seed=31)
    north.door(5.2, (170, 196, 214))
    east = Wall(7.4, 2.9, _CREAM, seed=12)
    east.wainscot(_BLUE)
    east.window((1.7, 1.2, 3.1, 2.4), (214, 200, 178))
    east.window((4.0, 1.2, 5.4, 2.4), (214, 200, 178))
    south = Wall(7.0, 2.9, _CREAM, seed=13)
    south.wainscot(_BLUE)
    south.rainbow(2.3, 1.3, 0.8)
    south.pictures(4.0, 1.5, 4, seed=33)
    west = Wall(7.4, 2.9, _CREAM, seed=14)
    west.wainscot(_BLUE)
    west.pictures(2.6, 1.5, 5, seed=32)
    west.clock(5.6, 2.1)
    items = (
        shelf(-3.4, 7.0, 1.7, seed=41),
        shelf(-1.5, 7.0, 1.4, seed=42),
        shelf(-3.48, 3.2, 1.7, seed=43, facing="east"),
        shelf(3.12, 0.9, 1.3, seed=44, facing="west"),
        plant(3.1, 6.9),
        plant(0.6, 0.35),
        round_table(2.1, 4.4, 0.55),
        stool(1.45, 4.0, (150, 200, 90)),
        stool(2.6, 3.7, (130, 190, 240)),
        ball(-1.9, 5.4, 0.15, (120, 200, 245)),
        *blocks(-1.9, 2.2, seed=46),
    )
    walls = enclose(_WIDTH, _DEPTH, north=north, east=east, south=south, west=west)
    return Setting(plan, tuple(walls), items, tint=(1.0, 1.0, 0.99))


_WORLD = World(
    name="sunshine-older",
    loop=_LOOP,
    build=_build,
    actors=(
        carer(2, play((0.7, 5.0, 1.4, 5.6), _LOOP, seed=51, pauses=(4, 9))),
        carer(3, play((0.6, 2.6, 1.2, 3.2), _LOOP, seed=52, pauses=(4, 9))),
        child(6, play((-0.3, 4.2, 0.5, 5.0), _LOOP, seed=53)),
        child(7, play((-1.6, 3.1, -0.8, 3.9), _LOOP, seed=54)),
        child(8, play((-0.4, 2.2, 0.2, 2.9), _LOOP, seed=55)),
        child(9, play((0.6, 3.6, 1.2, 4.2), _LOOP, seed=56)),
    ),
)

SCENES = (
    Scene(
        name="sunshine-older-east",
        world=_WORLD,
        optics=Optics(x=3.2, z=0.3, height_m=2.7, yaw_deg=-36, pitch_deg=24, focal_px=860),
    ),
    Scene(
        name="sunshine-older-west",
        world=_WORLD,
        optics=Optics(x=-3.2, z=7.1, height_m=2.7, yaw_deg=144, pitch_deg=24, focal_px=860),
    ),
)
