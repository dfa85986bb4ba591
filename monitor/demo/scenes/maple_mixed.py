"""Mixed-age room: ordinary play, two carers always there."""

from __future__ import annotations

from monitor.demo.footage.furniture import ball, plant, round_table, shelf, stool
from monitor.demo.footage.optics import Optics
from monitor.demo.footage.paths import play
from monitor.demo.footage.setting import Setting
from monitor.demo.footage.textures import Plan, planks
from monitor.demo.footage.walls import Wall, enclose
from monitor.demo.footage.world import Scene, World
from monitor.demo.scenes.people import carer, child

_LOOP = 60.0


def _build() -> Setting:
    plan = Plan(planks(6.8, 7.0, (164, 196, 216), seed=47), -3.4, 0.0)
    plan.rug(-0.9, 4.6, 1.35, ((178, 208, 228), (206, 222, 232), (190, 214, 190)))
    plan.corners()
    plan.sunlight(((-3.3, 4.2), (-1.7, 3.8), (-1.7, 4.8), (-3.3, 5.4)))
    north = Wall(6.8, 2.9, (230, 238, 236), seed=61)
    north.hills(((190, 222, 214), (180, 212, 200), (172, 202, 190)), 1.45)
    north.pictures(2.2, 1.75, 5, seed=91)
    north.clock(5.6, 2.2)
    west = Wall(7.0, 2.9, (228, 235, 234), seed=62)
    west.wainscot((190, 218, 208))
    west.window((4.2, 1.2, 6.2, 2.4), (184, 208, 216))
    east = Wall(7.0, 2.9, (226, 233, 232), seed=63)
    east.wainscot((186, 214, 204))
    east.pictures(1.2, 1.5, 4, seed=92)
    items = (
        shelf(-3.3, 6.6, 1.7, seed=93),
        shelf(-1.4, 6.6, 1.3, seed=94),
        plant(0.3, 6.65),
        shelf(0.8, 6.6, 1.6, seed=95),
        round_table(1.7, 5.0, 0.5),
        stool(1.1, 4.6, (150, 200, 90)),
        stool(2.3, 4.5, (130, 190, 240)),
        ball(-2.2, 3.6, 0.15, (110, 130, 235)),
    )
    walls = enclose((-3.4, 3.4), (0.0, 7.0), north=north, east=east, west=west)
    return Setting(plan, tuple(walls), items, tint=(0.99, 1.0, 1.0))


_WORLD = World(
    name="maple-mixed",
    loop=_LOOP,
    build=_build,
    actors=(
        carer(2, play((-2.0, 5.5, -1.2, 6.1), _LOOP, seed=101, pauses=(4, 8))),
        carer(3, play((0.6, 3.9, 1.2, 4.3), _LOOP, seed=102, pauses=(4, 8))),
        child(0, play((-1.2, 4.4, -0.4, 5.2), _LOOP, seed=103)),
        child(3, play((-1.5, 3.2, -0.7, 3.9), _LOOP, seed=104)),
        child(7, play((0.0, 5.2, 0.8, 6.0), _LOOP, seed=105)),
    ),
)

SCENES = (
    Scene(
        name="maple-mixed",
        world=_WORLD,
        optics=Optics(x=0.9, z=0.25, height_m=2.6, yaw_deg=-10, pitch_deg=24, focal_px=880),
    ),
)
