"""Who stands where in a camera's picture at one moment: drawing and truth both start here."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from monitor.demo.footage.figures import ADULT, CHILD, STANDING, STEPS
from monitor.demo.footage.optics import NEAR_M, Optics
from monitor.demo.footage.paths import Place
from monitor.demo.footage.world import Actor, World
from monitor.domain.people import AgeClass

SEATED_LEGS = 0.30
"""What is left of the legs' height when somebody sits on a low stool."""

_STRIDE_SHARE = 0.75
_BOB_SHARE = 0.007
_SWAY_SHARE = 0.006
_SAMPLE_SECONDS = 1.5
_SWAY_SECONDS = 3.2


@dataclass(frozen=True, slots=True)
class Stance:
    """One person in one picture.

    ``foot`` and ``head`` are pixels, ``scale`` pixels a metre across the line of sight and
    ``distance`` metres to the camera along the floor. ``legs`` is 1 standing, less when seated.
    ``away`` means its back is seen, ``mirrored`` that it moves to the left.
    """

    index: int
    actor: Actor
    place: Place
    foot: tuple[float, float]
    head: tuple[float, float]
    scale: float
    distance: float
    step: int
    legs: float
    away: bool
    mirrored: bool

    @property
    def height_px(self) -> float:
        """Return the length from foot to head in pixels."""
        return math.hypot(self.head[0] - self.foot[0], self.head[1] - self.foot[1])


def stage(world: World, optics: Optics, time: float) -> list[Stance]:
    """Return everybody ahead of the camera at ``time``, the farthest first."""
    stances = []
    for index, actor in enumerate(world.actors):
        moment = time % world.loop
        sway = waver(moment, world.loop, _SWAY_SECONDS, phase=2.0 * index)
        stance = _stance(index, actor, optics, moment, sway)
        if stance is not None:
            stances.append(stance)
    return sorted(stances, key=lambda stance: -stance.distance)


def tallest_px(world: World, optics: Optics) -> list[float]:
    """Return how tall each actor ever appears in the picture, pixels."""
    tallest = [0.0] * len(world.actors)
    for time in np.arange(0.0, world.loop, _SAMPLE_SECONDS):
        for stance in stage(world, optics, float(time)):
            inside = -0.2 < stance.foot[0] / optics.width < 1.2
            if inside:
                whole = stance.actor.height_m * stance.scale
                tallest[stance.index] = max(tallest[stance.index], whole)
    return tallest


def waver(time: float, loop: float, period: float, phase: float = 0.0) -> float:
    """Return -1 to 1, swinging about once in ``period`` seconds and seamlessly over the loop."""
    swings = max(1, round(loop / period))
    return math.sin(2 * math.pi * swings * time / loop + phase)


def _stance(index: int, actor: Actor, optics: Optics, time: float, sway: float) -> Stance | None:
    place = actor.path.at(time)
    legs = 1 - (1 - SEATED_LEGS) * place.seated
    build = CHILD if actor.age is AgeClass.CHILD else ADULT
    tall = actor.height_m * (1 - build.legs * (1 - legs))
    steps = place.walked_m / (_STRIDE_SHARE * actor.height_m) if place.speed > 0.05 else 0.0
    bob = _BOB_SHARE * actor.height_m * abs(math.sin(2 * math.pi * steps)) if steps else 0.0
    right = optics.axes[0]
    base = np.array([place.x, 0.0, place.z])
    crown = base + np.array([0.0, tall + bob, 0.0]) + right * (_SWAY_SHARE * actor.height_m * sway)
    seen = optics.see(np.array([base, crown]))
    if seen[:, 2].min() < 4 * NEAR_M:
        return None
    foot, head = optics.project(np.array([base, crown]))
    ahead = np.array([optics.axes[2][0], optics.axes[2][2]])
    heading = np.array(place.heading)
    return Stance(
        index=index,
        actor=actor,
        place=place,
        foot=(float(foot[0]), float(foot[1])),
        head=(float(head[0]), float(head[1])),
        scale=optics.focal_px / float(seen[:, 2].mean()),
        distance=float(np.hypot(place.x - optics.x, place.z - optics.z)),
        step=round(steps * STEPS) % STEPS if steps else STANDING,
        legs=legs,
        away=place.speed > 0.05 and float(heading @ ahead / np.linalg.norm(ahead)) > 0.5,
        mirrored=float(heading @ np.array([right[0], right[2]])) < 0,
    )
