"""Nap room: nobody is there, only the light wavers."""

from __future__ import annotations

from monitor.demo.footage.furniture import cot, plant, shelf
from monitor.demo.footage.optics import Optics
from monitor.demo.footage.setting import Setting
from monitor.demo.footage.textures import Plan, planks
from monitor.demo.footage.walls import Wall, enclose
from monitor.demo.footage.world import Scene, World

_BLANKETS = ((214, 196, 168), (176, 206, 226), (190, 214, 190), (206, 190, 222))


def _build() -> Setting:
    plan = Plan(planks(6.2, 6.8, (146, 178, 204), seed=27), -3.1, 0.0)
    plan.corners(0.3)
    north = Wall(6.2, 2.9, (206, 210, 214), seed=41)
    north.hills(((196, 184, 176), (186, 178, 176), (178, 176, 178)), 1.4)
    north.window((2.1, 1.3, 4.1, 2.4), (172, 164, 168))
    west = Wall(6.8, 2.9, (202, 206, 212), seed=42)
    west.wainscot((190, 182, 184))
    west.pictures(3.2, 1.5, 3, seed=71)
    east = Wall(6.8, 2.9, (200, 205, 210), seed=43)
    east.wainscot((190, 182, 184))
    cots = [
        cot(-2.6 + 1.25 * i, 2.9 + 1.9 * j, _BLANKETS[(i + 3 * j) % len(_BLANKETS)])
        for j in range(2)
        for i in range(4)
    ]
    items = (
        *cots,
        shelf(2.72, 3.6, 1.4, seed=72, facing="west"),
        plant(2.7, 6.3, 0.9),
    )
    walls = enclose((-3.1, 3.1), (0.0, 6.8), north=north, east=east, west=west)
    return Setting(plan, tuple(walls), items, tint=(0.86, 0.86, 0.86))


SCENES = (
    Scene(
        name="riverside-nap",
        fps=8,
        world=World(name="riverside-nap", loop=60.0, build=_build, flicker=0.02),
        optics=Optics(x=0.0, z=0.2, height_m=2.7, yaw_deg=0, pitch_deg=26, focal_px=860),
    ),
)
