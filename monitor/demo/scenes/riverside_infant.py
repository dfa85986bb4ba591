"""Infant room: ordinary play until somebody hangs a cloth over the camera."""

from __future__ import annotations

from monitor.demo.footage.furniture import ball, blocks, plant, round_table, shelf, stool
from monitor.demo.footage.optics import Optics
from monitor.demo.footage.paths import play
from monitor.demo.footage.setting import Setting
from monitor.demo.footage.textures import Plan, tiles
from monitor.demo.footage.walls import Wall, enclose
from monitor.demo.footage.world import Covering, ExpectedEvent, Scene, World
from monitor.demo.scenes.people import carer, child

_LOOP = 80.0
_COVERED = Covering(22.0, 54.0)


def _build() -> Setting:
    plan = Plan(tiles(6.4, 6.8, (206, 214, 218), seed=37), -3.2, 0.0)
    plan.mat((-2.2, 3.2, 0.8, 5.6), ((214, 206, 236), (226, 220, 204), (204, 228, 222)))
    plan.corners()
    plan.sunlight(((3.1, 4.2), (1.5, 3.8), (1.5, 4.8), (3.1, 5.4)))
    north = Wall(6.4, 2.9, (232, 236, 240), seed=51)
    north.wainscot((214, 204, 226))
    north.rainbow(1.6, 1.35, 0.7)
    north.pictures(3.6, 1.5, 4, seed=81)
    east = Wall(6.8, 2.9, (230, 234, 238), seed=52)
    east.wainscot((214, 204, 226))
    east.window((1.2, 1.2, 3.2, 2.4), (216, 204, 206))
    west = Wall(6.8, 2.9, (226, 231, 236), seed=53)
    west.wainscot((208, 198, 220))
    west.pictures(3.0, 1.5, 4, seed=82)
    items = (
        shelf(-3.1, 6.4, 1.6, seed=83),
        shelf(-1.3, 6.4, 1.5, seed=84),
        plant(0.7, 6.45),
        shelf(2.82, 4.6, 1.4, seed=85, facing="west"),
        round_table(1.9, 4.3, 0.5, (150, 196, 226)),
        stool(1.3, 3.8, (170, 190, 130)),
        ball(-1.9, 6.0, 0.15, (150, 200, 90)),
        *blocks(-0.9, 3.0, seed=86),
    )
    walls = enclose((-3.2, 3.2), (0.0, 6.8), north=north, east=east, west=west)
    return Setting(plan, tuple(walls), items)


_WORLD = World(
    name="riverside-infant",
    loop=_LOOP,
    build=_build,
    actors=(
        carer(5, play((-0.4, 5.0, 0.4, 5.7), _LOOP, seed=91, pauses=(4, 8))),
        child(1, play((-2.0, 4.3, -1.2, 5.2), _LOOP, seed=92)),
        child(5, play((-0.6, 3.5, 0.4, 4.3), _LOOP, seed=93)),
        child(8, play((1.0, 5.1, 1.8, 5.7), _LOOP, seed=94)),
    ),
)

SCENES = (
    Scene(
        name="riverside-infant",
        world=_WORLD,
        optics=Optics(x=-2.85, z=0.25, height_m=2.6, yaw_deg=24, pitch_deg=24, focal_px=880),
        covering=_COVERED,
        expected=(ExpectedEvent("view_lost", _COVERED.start, _COVERED.end),),
    ),
)
