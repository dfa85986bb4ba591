"""A world: a place, the people in it, and what happens to its cameras, over one loop of time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from monitor.demo.footage.optics import Optics
from monitor.demo.footage.paths import Path
from monitor.demo.footage.setting import Setting
from monitor.demo.footage.wardrobe import Look
from monitor.domain.people import AgeClass


class Cut(StrEnum):
    """Which cut-out somebody is made of."""

    FLEECE = "fleece"
    DARK_COAT = "dark-coat"


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody in the world: ``height_m`` standing, clothes, and the way they take."""

    age: AgeClass
    height_m: float
    cut: Cut
    look: Look
    path: Path


@dataclass(frozen=True, slots=True)
class Covering:
    """Something held before one camera's lens from ``start`` to ``end`` seconds."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class World:
    """One loop of one place.

    ``build`` furnishes the place (slow, so only when it is drawn). ``flicker`` is the share by
    which the light wavers. Cameras of the same room share a world.
    """

    name: str
    loop: float
    build: Callable[[], Setting]
    actors: tuple[Actor, ...] = ()
    flicker: float = 0.0


@dataclass(frozen=True, slots=True)
class ExpectedEvent:
    """What a rule must report once in each loop.

    ``onset`` and ``clear`` are when its condition truly begins and ends, seconds into the loop,
    before any of the rule's waiting times.
    """

    rule: str
    onset: float
    clear: float


@dataclass(frozen=True, slots=True)
class Scene:
    """One camera's footage of a world; ``name`` becomes the file's name."""

    name: str
    world: World
    optics: Optics
    fps: int = 10
    covering: Covering | None = None
    expected: tuple[ExpectedEvent, ...] = ()
