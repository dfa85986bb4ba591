"""The people of the footage, and a room small enough to be drawn in a blink."""

from __future__ import annotations

import pytest

from monitor.demo.footage.cutouts import Cutout, cut_out
from monitor.demo.footage.furniture import table
from monitor.demo.footage.optics import Optics
from monitor.demo.footage.paths import Path as Way
from monitor.demo.footage.setting import Setting
from monitor.demo.footage.textures import Plan, planks
from monitor.demo.footage.walls import Wall, enclose
from monitor.demo.footage.world import Scene, World
from monitor.demo.scenes.people import carer, child

TABLE = (-0.6, 3.2, 0.6, 3.8)


@pytest.fixture(scope="session")
def cutouts() -> tuple[Cutout, ...]:
    """Return the people, cut out once for all tests."""
    return cut_out()


def build_tiny() -> Setting:
    """Furnish a room with one table."""
    plan = Plan(planks(5.0, 6.0, (170, 200, 220)), -2.5, 0.0)
    walls = enclose((-2.5, 2.5), (0.0, 6.0), north=Wall(5.0, 2.8, (230, 232, 234)))
    x1, z1, x2, z2 = TABLE
    return Setting(plan, tuple(walls), (table(x1, z1, x2 - x1, z2 - z1),))


@pytest.fixture(scope="session")
def tiny() -> Scene:
    """Return a scene of 12 s: a carer who walks aside, and a child behind a table."""
    world = World(
        name="tiny",
        loop=12.0,
        build=build_tiny,
        actors=(
            carer(0, Way(-1.5, 4.0).wait(1).to(-0.9, 4.6, 0.8).wait(3).home(12.0)),
            child(0, Way(0.0, 4.4).wait(12.0)),
            child(1, Way(1.4, 3.6).wait(12.0)),
        ),
    )
    optics = Optics(x=0.0, z=0.0, pitch_deg=26, focal_px=450, width=640, height=360)
    return Scene(name="tiny", world=world, optics=optics)
