"""Who appears in the demo: carers and children, each with clothes of their own."""

from __future__ import annotations

from monitor.demo.footage.paths import Path
from monitor.demo.footage.wardrobe import Look
from monitor.demo.footage.world import Actor, Cut
from monitor.domain.people import AgeClass

_CARERS: tuple[tuple[float, Cut, Look], ...] = (
    (1.63, Cut.DARK_COAT, Look((158, 150, 78), (92, 66, 44), (28, 30, 38), long_hair=True)),
    (1.58, Cut.FLEECE, Look((188, 196, 132), (104, 84, 66), (34, 42, 58), long_hair=True)),
    (1.72, Cut.FLEECE, Look((170, 200, 222), (104, 72, 48))),
    (1.66, Cut.DARK_COAT, Look((120, 96, 172), (84, 78, 74), (26, 28, 34), long_hair=True)),
    (1.75, Cut.DARK_COAT, Look((124, 92, 58), (88, 98, 108))),
    (1.60, Cut.FLEECE, Look((206, 178, 196), (96, 74, 60), (30, 34, 46), long_hair=True)),
)

_CHILDREN: tuple[tuple[float, Cut, Look], ...] = (
    (0.88, Cut.FLEECE, Look((96, 196, 246), (120, 96, 74))),
    (0.93, Cut.DARK_COAT, Look((92, 88, 218), (128, 104, 78), (30, 36, 50), long_hair=True)),
    (0.84, Cut.FLEECE, Look((196, 166, 244), (150, 130, 120), (36, 44, 60), long_hair=True)),
    (0.96, Cut.DARK_COAT, Look((196, 140, 64), (78, 92, 120))),
    (0.90, Cut.FLEECE, Look((156, 212, 148), (108, 82, 60))),
    (0.82, Cut.DARK_COAT, Look((90, 170, 238), (122, 110, 96))),
    (0.95, Cut.FLEECE, Look((232, 196, 142), (86, 86, 110), (28, 30, 38), long_hair=True)),
    (0.86, Cut.DARK_COAT, Look((132, 108, 206), (112, 88, 70), (34, 40, 56), long_hair=True)),
    (0.91, Cut.FLEECE, Look((120, 140, 240), (140, 112, 84))),
    (0.98, Cut.DARK_COAT, Look((124, 168, 84), (92, 80, 72))),
)


def carer(number: int, path: Path) -> Actor:
    """Return one of the carers on their way; ``number`` chooses who."""
    height, cut, look = _CARERS[number % len(_CARERS)]
    return Actor(AgeClass.ADULT, height, cut, look, path)


def child(number: int, path: Path) -> Actor:
    """Return one of the children on their way; ``number`` chooses who."""
    height, cut, look = _CHILDREN[number % len(_CHILDREN)]
    return Actor(AgeClass.CHILD, height, cut, look, path)
