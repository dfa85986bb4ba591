from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC

import pytest

from monitor.detectors.fusion import RoomFusion
from monitor.domain.geometry import Polygon
from monitor.domain.hours import Calendar, DayTime, Span, WeekHours
from monitor.domain.people import AgeClass, Track
from monitor.domain.places import Camera, Line, LineKind, Room, RoomType, Side, Zone, ZoneKind
from monitor.domain.room_state import Beyond, RoomState

MakeRoom = Callable[..., Room]
MakeCamera = Callable[..., Camera]
MakeTrack = Callable[..., Track]
A, C, U = AgeClass.ADULT, AgeClass.CHILD, AgeClass.UNKNOWN
FPS = 5.0
DOOR = Line("door", (0.3, 0.5), (0.7, 0.5), LineKind.DOOR, Side.RIGHT)
WC = Line("wc", (0.3, 0.5), (0.7, 0.5), LineKind.DOOR, Side.RIGHT, "wc", RoomType.WASHROOM)
CUPBOARD = Polygon.of([[0.6, 0.6], [0.9, 0.6], [0.9, 0.9], [0.6, 0.9]])
Person = tuple[AgeClass, int, tuple[float, float]]


@dataclass
class Scene:
    """Shows people on one camera, or the same people on several, five looks a second."""

    make_track: MakeTrack
    fusion: RoomFusion
    cameras: tuple[str, ...] = ("east",)
    time: float = 0.0
    first: dict[int, float] = field(default_factory=dict)

    def show(self, seconds: float, *people: Person) -> RoomState:
        for _ in range(round(seconds * FPS)):
            self.time += 1 / FPS
            self._look(people)
        return self.fusion.state(self.time)

    def walk(
        self, who: tuple[AgeClass, int], start: float, end: float, *others: Person, x: float = 0.5
    ) -> RoomState:
        """Let somebody walk from one height of the picture to another in two seconds."""
        for step in range(11):
            self.time += 1 / FPS
            self._look((*others, (*who, (x, start + (end - start) * step / 10))))
        return self.fusion.state(self.time)

    def _look(self, people: tuple[Person, ...]) -> None:
        for camera in self.cameras:
            tracks = [
                self.make_track(
                    number,
                    age,
                    at,
                    seen=self.time,
                    first_seen=self.first.setdefault(number, self.time),
                    camera_id=camera,
                    size=(0.05, 0.25),
                )
                for age, number, at in people
            ]
            self.fusion.observe(camera, self.time, tracks)


@pytest.fixture
def scene(
    make_room: MakeRoom, make_camera: MakeCamera, make_track: MakeTrack
) -> Callable[..., Scene]:
    def make(*names: str, **parts: object) -> Scene:
        cameras = [make_camera(name, **parts) for name in names or ("east",)]
        return Scene(make_track, RoomFusion(make_room(), cameras), names or ("east",))

    return make


def test_an_adult_who_entered_and_hides_is_inside_for_a_minute(
    scene: Callable[..., Scene],
) -> None:
    room = scene(lines=[DOOR])
    assert room.walk((A, 1), 0.4, 0.7).adults == 1
    room.show(5, (A, 1, (0.5, 0.7)))
    assert room.show(30).entered_adults == 1
    assert room.show(28).entered_adults == 1
    assert room.show(10).entered_adults == 0


def test_without_a_line_she_is_presumed_for_no_longer_than_she_was_followed(
    scene: Callable[..., Scene],
) -> None:
    room = scene()
    room.walk((A, 1), 0.4, 0.7)
    room.show(20, (A, 1, (0.5, 0.7)))
    assert room.show(15).entered_adults == 1
    assert room.show(15).entered_adults == 0


def test_who_crossed_outward_is_gone_wherever_she_vanishes(scene: Callable[..., Scene]) -> None:
    room = scene(lines=[DOOR])
    room.walk((A, 1), 0.4, 0.7)
    room.show(20, (A, 1, (0.5, 0.7)))
    state = room.walk((A, 1), 0.7, 0.4)
    assert [crossing.inward for crossing in state.crossings] == [False]
    state = room.show(3)
    assert (state.adults, state.entered_adults) == (0, 0)


def test_who_leaves_by_the_edge_is_struck_off(scene: Callable[..., Scene]) -> None:
    room = scene(lines=[DOOR])
    room.walk((A, 1), 0.4, 0.7)
    room.show(5, (A, 1, (0.5, 0.7)))
    room.show(1, (A, 1, (0.02, 0.7)))
    assert room.show(6).entered_adults == 0


def test_who_leaves_by_the_edge_under_another_number_is_struck_off(
    scene: Callable[..., Scene],
) -> None:
    room = scene(lines=[DOOR])
    room.walk((A, 1), 0.4, 0.7)
    room.show(5, (A, 1, (0.5, 0.7)))
    room.show(4, (A, 2, (0.45, 0.7)))
    room.show(1, (A, 2, (0.02, 0.7)))
    assert room.show(6).entered_adults == 0


def test_one_who_leaves_does_not_take_along_another_who_is_there(
    scene: Callable[..., Scene],
) -> None:
    room = scene(lines=[DOOR])
    room.show(5, (A, 2, (0.2, 0.7)))
    room.walk((A, 1), 0.4, 0.7, (A, 2, (0.2, 0.7)))
    room.show(5, (A, 1, (0.5, 0.7)), (A, 2, (0.02, 0.7)))
    room.show(6, (A, 1, (0.5, 0.7)))
    assert room.show(40).entered_adults == 1


def test_an_old_number_left_behind_goes_out_with_the_new_one(scene: Callable[..., Scene]) -> None:
    room = scene(lines=[DOOR])
    room.show(30, (A, 1, (0.5, 0.75)))
    room.walk((A, 2), 0.7, 0.4)
    assert room.show(6).entered_adults == 0


def test_with_two_cameras_the_edge_of_one_is_no_way_out(scene: Callable[..., Scene]) -> None:
    room = scene("east", "west", lines=[DOOR])
    room.walk((A, 1), 0.4, 0.7)
    room.show(5, (A, 1, (0.5, 0.7)))
    room.show(1, (A, 1, (0.02, 0.7)))
    assert room.show(6).entered_adults == 1


def test_two_cameras_tell_of_one_crossing_once(scene: Callable[..., Scene]) -> None:
    room = scene("east", "west", lines=[DOOR])
    state = room.walk((A, 1), 0.4, 0.7)
    assert len(state.crossings) == 1
    assert room.show(50).entered_adults == 1


def test_crossings_are_forgotten_and_learn_ages(scene: Callable[..., Scene]) -> None:
    room = scene(lines=[DOOR])
    (crossing,) = room.walk((U, 1), 0.4, 0.7).crossings
    assert crossing.track.age is U
    (crossing,) = room.show(1, (C, 1, (0.5, 0.7))).crossings
    assert crossing.track.age is C
    assert room.show(20).crossings == ()


def test_a_washroom_is_counted_by_its_door(scene: Callable[..., Scene]) -> None:
    room = scene(lines=[WC])
    assert room.show(1, (C, 1, (0.5, 0.7))).beyond == (Beyond("wc", 0, 0, room.time, ("east",)),)
    room.walk((C, 1), 0.7, 0.4)
    (inside,) = room.show(5).beyond
    assert (inside.children, inside.adults) == (1, 0)
    room.walk((A, 2), 0.7, 0.4)
    (inside,) = room.show(5).beyond
    assert (inside.children, inside.adults) == (1, 1)
    room.walk((C, 3), 0.4, 0.7)
    room.walk((A, 4), 0.4, 0.7)
    (inside,) = room.show(1).beyond
    assert (inside.children, inside.adults) == (0, 0)


def test_who_vanishes_into_a_blind_area_is_inside_for_longer(scene: Callable[..., Scene]) -> None:
    room = scene(blind=[CUPBOARD])
    before = room.show(30, (A, 1, (0.7, 0.7)), (C, 2, (0.2, 0.8)))
    state = room.show(60, (C, 2, (0.2, 0.8)))
    assert (state.adults, state.entered_adults) == (0, 1)
    assert state.confidence < before.confidence < 0.9
    state = room.show(5, (C, 2, (0.2, 0.8)), (A, 3, (0.65, 0.75)))
    assert (state.adults, state.entered_adults) == (1, 0)
    room.show(1, (C, 2, (0.2, 0.8)), (A, 3, (0.02, 0.75)))
    assert room.show(125, (C, 2, (0.2, 0.8))).entered_adults == 0


def test_who_was_hardly_seen_hides_for_a_short_time_only(scene: Callable[..., Scene]) -> None:
    room = scene(blind=[CUPBOARD])
    room.show(2, (A, 1, (0.7, 0.7)))
    assert room.show(15).entered_adults == 1
    assert room.show(8).entered_adults == 0


@pytest.mark.parametrize(
    ("zone_id", "kind", "gone"),
    [
        ("way", ZoneKind.DOOR, True),
        ("door-1", None, True),
        ("way", None, False),
        ("door-mat", ZoneKind.MAT, False),
    ],
)
def test_a_doorway_is_one_by_kind_or_by_name(
    zone_id: str, kind: ZoneKind | None, gone: bool, scene: Callable[..., Scene]
) -> None:
    room = scene(zones=[Zone(zone_id, CUPBOARD, kind=kind)])
    room.show(30, (A, 1, (0.7, 0.7)))
    assert (room.show(6).entered_adults == 0) is gone


def test_the_ratio_is_the_median_of_ten_seconds(scene: Callable[..., Scene]) -> None:
    room = scene()

    def steps(looks: int, *people: Person) -> float | None:
        state = None
        for _ in range(looks):
            state = room.show(1 / FPS, *people)
        assert state is not None
        return state.children_per_adult

    def toddlers(first: int, count: int) -> list[Person]:
        return [(C, first + i, (0.2 + 0.1 * i, 0.8)) for i in range(count)]

    carer: Person = (A, 1, (0.7, 0.7))
    assert steps(50, carer, *toddlers(2, 4)) == 4
    assert steps(10, carer, *toddlers(2, 6)) == 4
    assert steps(40, carer, *toddlers(2, 6)) == 6
    assert steps(200, *toddlers(2, 6)) is None


def test_when_a_child_was_last_there_is_remembered(scene: Callable[..., Scene]) -> None:
    room = scene()
    assert room.show(2, (A, 1, (0.5, 0.7))).child_seen is None
    room.show(2, (C, 2, (0.2, 0.8)))
    seen = room.time
    state = room.show(60, (A, 1, (0.5, 0.7)))
    assert state.child_seen == pytest.approx(seen, abs=5)


def test_the_time_of_day_comes_from_the_calendar(
    make_room: MakeRoom, make_camera: MakeCamera
) -> None:
    hours = WeekHours(((Span(0, 60),),) * 7)
    calendar = Calendar(hours, (Span(30, 60),), UTC)
    fusion = RoomFusion(make_room(), [make_camera()], calendar=calendar)
    assert fusion.state(60.0).day == DayTime(open=True, nap=False)
    assert fusion.state(1800.0).day == DayTime(open=True, nap=True)
    assert fusion.state(3600.0).day == DayTime(open=False, nap=False)
    assert RoomFusion(make_room(), [make_camera()]).state(60.0).day is None
