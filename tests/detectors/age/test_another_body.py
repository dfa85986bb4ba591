from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random

import pytest

from monitor.detectors.age.another_body import Bodies
from monitor.detectors.ground import GroundPlane
from monitor.domain.people import Box, Track

BoxOf = Callable[..., Box]
MakeTrack = Callable[..., Track]
FPS = 5.0
STANDING_ADULT, SEATED_ADULT, BENT_ADULT = (1.62, 0.52), (1.07, 0.68), (1.1, 0.8)
ADULT_FROM_THE_SIDE = (1.62, 0.38)
STANDING_CHILD, SEATED_CHILD, LYING_CHILD = (0.93, 0.35), (0.63, 0.42), (0.55, 0.8)
CHILD_AT_A_TABLE = (0.48, 0.44)
Body = tuple[float, float]


@dataclass
class Floor:
    """Shows one number, frame by frame, and keeps when it was found to be somebody else."""

    plane: GroundPlane
    box_of: BoxOf
    make_track: MakeTrack
    bodies: Bodies = field(default_factory=Bodies)
    random: Random = field(default_factory=lambda: Random(4))
    time: float = 0.0
    others: list[float] = field(default_factory=list)

    def show(
        self,
        body: Body,
        seconds: float,
        at: tuple[float, float] = (0.3, 4.5),
        before: Sequence[Box] = (),
        plane: bool = True,
    ) -> None:
        for _ in range(round(seconds * FPS)):
            self.time += 1 / FPS
            height, width = (size * self.random.gauss(1, 0.06) for size in body)
            tracks = [
                self.make_track(id=1 + place, box=box, seen=self.time, first_seen=0.0)
                for place, box in enumerate([self.box_of(*at, height, width), *before])
            ]
            for number in self.bodies.others(tracks, self.plane if plane else None):
                assert number == 1
                self.others.append(self.time)


@pytest.fixture
def floor(plane: GroundPlane, box_of: BoxOf, make_track: MakeTrack) -> Floor:
    def track(*, box: Box, **parts: object) -> Track:
        return Track(
            **{**{f: getattr(make_track(**parts), f) for f in Track.__slots__}, "box": box}
        )

    return Floor(plane, box_of, track)


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (SEATED_CHILD, SEATED_ADULT),
        (CHILD_AT_A_TABLE, SEATED_ADULT),
        (STANDING_CHILD, STANDING_ADULT),
        (STANDING_ADULT, STANDING_CHILD),
        (SEATED_ADULT, SEATED_CHILD),
    ],
)
def test_a_body_of_another_size_is_somebody_else_within_seconds(
    floor: Floor, first: Body, then: Body
) -> None:
    floor.show(first, 30)
    assert floor.others == []
    floor.show(then, 8)
    assert len(floor.others) == 1


@pytest.mark.parametrize(
    "bodies",
    [
        (STANDING_ADULT, SEATED_ADULT, BENT_ADULT, ADULT_FROM_THE_SIDE, STANDING_ADULT),
        (STANDING_CHILD, SEATED_CHILD, LYING_CHILD, SEATED_CHILD, STANDING_CHILD),
        (CHILD_AT_A_TABLE, STANDING_CHILD, CHILD_AT_A_TABLE),
    ],
    ids=["carer", "child", "child at a table"],
)
def test_who_changes_posture_is_the_same(floor: Floor, bodies: Sequence[Body]) -> None:
    for body in bodies:
        floor.show(body, 20)
    assert floor.others == []


def test_a_carer_who_sits_down_in_front_of_a_child_and_behind_a_shelf_is_somebody_else(
    floor: Floor,
) -> None:
    floor.show((0.65, 0.46), 30)
    floor.show((0.72, 0.75), 8)
    assert len(floor.others) == 1


def test_who_walks_to_the_camera_is_the_same(floor: Floor) -> None:
    for step in range(40):
        floor.show(STANDING_CHILD, 0.8, at=(0.0, 7.0 - step / 10))
    assert floor.others == []


def test_one_wild_box_makes_nobody_another(floor: Floor) -> None:
    floor.show(SEATED_CHILD, 30)
    floor.show(STANDING_ADULT, 0.4)
    floor.show(SEATED_CHILD, 10)
    assert floor.others == []


def test_the_box_of_somebody_who_passes_in_front_is_a_stray(floor: Floor) -> None:
    floor.show(SEATED_ADULT, 30)
    assert floor.bodies.strays == frozenset()
    floor.show(STANDING_CHILD, 0.2)
    assert floor.bodies.strays == frozenset()  # lower, but hardly narrower: she may have turned
    floor.show(SEATED_CHILD, 1.0)
    assert floor.bodies.strays == {1}
    floor.show(SEATED_ADULT, 0.2)
    assert floor.bodies.strays == frozenset()
    assert floor.others == []


def test_who_is_half_hidden_says_nothing(floor: Floor) -> None:
    floor.show(STANDING_ADULT, 30)
    in_front = floor.box_of(0.3, 4.2, 1.2, 0.9)
    floor.show(SEATED_CHILD, 20, before=[in_front])
    assert floor.others == []


def test_somebody_just_met_is_not_yet_known(floor: Floor) -> None:
    floor.show(SEATED_CHILD, 4)
    floor.show(SEATED_ADULT, 4)
    assert floor.others == []


def test_without_a_plane_nothing_is_said(floor: Floor) -> None:
    floor.show(SEATED_CHILD, 30, plane=False)
    floor.show(SEATED_ADULT, 30, plane=False)
    assert floor.others == []


def test_what_is_known_is_bounded(floor: Floor) -> None:
    for number in range(2000):
        floor.bodies.others(
            [floor.make_track(id=number, box=floor.box_of(0.3, 4.5, 0.9, 0.35), seen=number / 5)],
            floor.plane,
        )
    assert len(floor.bodies._sizes) <= 512


def test_somebody_known_for_a_short_while_only_is_not_taken_for_who_came_after(
    floor: Floor,
) -> None:
    floor.show(CHILD_AT_A_TABLE, 11)
    floor.show(SEATED_ADULT, 10)
    assert len(floor.others) == 1


def test_who_stays_a_little_larger_is_believed_in_the_end(floor: Floor) -> None:
    floor.show(SEATED_CHILD, 30)
    larger = (1.3 * SEATED_CHILD[0], 1.3 * SEATED_CHILD[1])

    def strays() -> int:
        count = 0
        for _ in range(20):
            floor.show(larger, 1 / FPS)
            count += bool(floor.bodies.strays)
        return count

    at_first = strays()
    assert at_first > 5
    floor.show(larger, 90)
    assert strays() < at_first / 2
