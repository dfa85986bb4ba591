"""What is truly to be seen in a scene: for tests, and for the numbers a demo reports."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.demo.footage.staging import Stance, stage
from monitor.demo.footage.world import ExpectedEvent, Scene
from monitor.domain.people import AgeClass, Box

_GIRTH_SHARE = 0.30
_SHARE_IN_PICTURE = 0.5


@dataclass(frozen=True, slots=True)
class PersonTruth:
    """One person at one moment.

    ``height_m`` is that of the standing body, ``box`` the body in the picture as if nothing hid
    it (normalised, cut off at the picture's edge), ``floor`` room metres (x, z).
    """

    actor: int
    age: AgeClass
    height_m: float
    box: Box
    floor: tuple[float, float]
    seated: bool


@dataclass(frozen=True, slots=True)
class SceneTruth:
    """The truth about one scene; times are seconds into the loop and wrap around."""

    scene: Scene

    @property
    def loop(self) -> float:
        """Return the length of the loop, seconds."""
        return self.scene.world.loop

    @property
    def expected(self) -> tuple[ExpectedEvent, ...]:
        """Return the events that must be reported once in each loop."""
        return self.scene.expected

    def covered(self, time: float) -> bool:
        """Say whether something covers the lens, wholly or in part."""
        covering = self.scene.covering
        return covering is not None and covering.start < time % self.loop < covering.end

    def people(self, time: float) -> tuple[PersonTruth, ...]:
        """Return everybody of whom at least half would be in the picture at ``time``."""
        optics = self.scene.optics
        seen = []
        for stance in stage(self.scene.world, optics, time):
            box = _box(stance, optics.width, optics.height)
            if box is not None:
                seen.append(_person(stance, box))
        return tuple(seen)

    def adults(self, time: float) -> int:
        """Return how many adults are in the picture at ``time``."""
        return sum(person.age is AgeClass.ADULT for person in self.people(time))

    def children(self, time: float) -> int:
        """Return how many children are in the picture at ``time``."""
        return sum(person.age is AgeClass.CHILD for person in self.people(time))


def truth(scene: Scene) -> SceneTruth:
    """Return the truth about ``scene``."""
    return SceneTruth(scene)


def _person(stance: Stance, box: Box) -> PersonTruth:
    return PersonTruth(
        actor=stance.index,
        age=stance.actor.age,
        height_m=stance.actor.height_m,
        box=box,
        floor=(stance.place.x, stance.place.z),
        seated=stance.place.seated > 0.5,
    )


def _box(stance: Stance, width: int, height: int) -> Box | None:
    half = _GIRTH_SHARE * stance.actor.height_m * stance.scale / 2
    left = min(stance.foot[0], stance.head[0]) - half
    right = max(stance.foot[0], stance.head[0]) + half
    top, bottom = stance.head[1], stance.foot[1]
    inside_x = min(right, width) - max(left, 0.0)
    inside_y = min(bottom, height) - max(top, 0.0)
    if inside_x <= 0 or inside_y <= 0:
        return None
    if inside_x * inside_y < _SHARE_IN_PICTURE * (right - left) * (bottom - top):
        return None
    return Box(
        max(left, 0.0) / width,
        max(top, 0.0) / height,
        min(right, width) / width,
        min(bottom, height) / height,
    )
