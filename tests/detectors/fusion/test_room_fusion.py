from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.detectors.fusion import FusionSettings, RoomFusion
from monitor.domain.geometry import Polygon
from monitor.domain.people import AgeClass, Track
from monitor.domain.places import Camera, Room, Zone
from monitor.domain.room_state import CameraView, RoomState, View, ViewFault

MakeTrack = Callable[..., Track]
MakeCamera = Callable[..., Camera]
MakeRoom = Callable[..., Room]
A, C, U = AgeClass.ADULT, AgeClass.CHILD, AgeClass.UNKNOWN
LEFT = Zone("mat", Polygon.of([[0, 0.4], [0.5, 0.4], [0.5, 1], [0, 1]]))


def fused(
    room: Room,
    cameras: Sequence[Camera],
    seen: dict[str, list[Track]],
    settings: FusionSettings | None = None,
) -> RoomState:
    fusion = RoomFusion(room, cameras, settings)
    for camera_id, tracks in seen.items():
        fusion.observe(camera_id, 0.0, tracks)
    return fusion.state(0.2)


@pytest.fixture
def people(make_track: MakeTrack) -> Callable[..., list[Track]]:
    def make(camera_id: str, *ages: AgeClass) -> list[Track]:
        return [
            make_track(i + 1, age, at=(0.2 + 0.1 * i, 0.7), camera_id=camera_id)
            for i, age in enumerate(ages)
        ]

    return make


def test_cameras_add_by_the_greatest_count(
    make_room: MakeRoom, make_camera: MakeCamera, people: Callable[..., list[Track]]
) -> None:
    cameras = [make_camera("east"), make_camera("west")]
    seen = {"east": people("east", A, C, C), "west": people("west", C, C, C)}
    state = fused(make_room(), cameras, seen)
    assert (state.adults, state.children, state.unknown) == (1, 3, 0)
    assert state.view is View.FULL
    assert len(state.tracks) == 6


def test_for_how_long_no_adult_was_seen_is_as_of_the_looks_of_all_cameras(
    make_room: MakeRoom, make_camera: MakeCamera, people: Callable[..., list[Track]]
) -> None:
    fusion = RoomFusion(make_room(), [make_camera("east"), make_camera("west")])
    for moment in range(20):
        time = moment / 5
        seen = {
            "east": [replace(track, seen=min(time, 2.0)) for track in people("east", A, C)],
            "west": [replace(track, seen=min(time, 3.0)) for track in people("west", A)],
        }
        for camera_id, tracks in seen.items():
            fusion.observe(camera_id, time, tracks)
    assert fusion.state(4.0).no_adult_seen == pytest.approx(0.8)
    fusion.still("west", 4.5)  # nothing moved there: whoever was missed for 0.8 s still is
    assert fusion.state(4.5).no_adult_seen == pytest.approx(0.8)
    fusion.observe("west", 4.6, [])
    assert fusion.state(4.6).no_adult_seen == pytest.approx(0.9)


def test_an_adult_beyond_doubt_is_seen_well_and_just_now(
    make_room: MakeRoom, make_camera: MakeCamera, make_track: MakeTrack
) -> None:
    fusion = RoomFusion(make_room(), [make_camera("east"), make_camera("west")])

    moments = iter(moment / 5 for moment in range(1000))

    def look(seconds: float, age: AgeClass, odds: float, *, found: bool = True) -> bool:
        time = 0.0
        for _ in range(round(seconds * 5)):
            time = next(moments)
            track = make_track(1, age, seen=time, adult_log_odds=odds, first_seen=0.0)
            fusion.observe("east", time, [track] if found else [])
            fusion.observe("west", time, [])
        return fusion.state(time).surely_attended

    assert not look(10, A, 4.0)
    assert look(1, A, 5.5)
    assert look(0.6, A, 5.5, found=False)
    assert not look(1, A, 5.5, found=False)
    assert not look(1, U, 5.5)
    assert look(1, A, 5.5)
    fusion.view(CameraView("east", ViewFault.COVERED))
    assert not fusion.state(next(moments)).surely_attended


@pytest.mark.parametrize(
    ("east", "west", "expected"),
    [
        ([U], [A], (1, 0, 0)),
        ([U, A], [A], (1, 0, 1)),
        ([U], [C], (0, 1, 1)),
        ([U, U], [A, C], (1, 1, 1)),
        ([], [U], (0, 0, 1)),
    ],
)
def test_an_unknown_is_an_adult_whom_another_camera_knows_but_not_a_child(
    east: list[AgeClass],
    west: list[AgeClass],
    expected: tuple[int, int, int],
    make_room: MakeRoom,
    make_camera: MakeCamera,
    people: Callable[..., list[Track]],
) -> None:
    cameras = [make_camera("east"), make_camera("west")]
    seen = {"east": people("east", *east), "west": people("west", *west)}
    state = fused(make_room(), cameras, seen)
    assert (state.adults, state.children, state.unknown) == expected


def test_an_unknown_who_looks_like_a_child_is_the_child_another_camera_knows(
    make_room: MakeRoom, make_camera: MakeCamera, make_track: MakeTrack
) -> None:
    cameras = [make_camera("east"), make_camera("west")]
    small = make_track(1, U, adult_log_odds=-1.5)
    child = make_track(1, C, camera_id="west")
    state = fused(make_room(), cameras, {"east": [small], "west": [child]})
    assert (state.adults, state.children, state.unknown) == (0, 1, 0)
    alone = fused(make_room(), cameras[:1], {"east": [small]})
    assert (alone.adults, alone.children, alone.unknown) == (0, 0, 1)


def test_one_floor_counts_everybody_once(
    make_room: MakeRoom, make_camera: MakeCamera, make_track: MakeTrack
) -> None:
    cameras = [make_camera("east"), make_camera("west")]
    east = [
        make_track(1, C, floor=(1.0, 2.0)),
        make_track(2, C, floor=(3.0, 2.0)),
    ]
    west = [
        make_track(1, C, floor=(1.3, 2.2), camera_id="west"),
        make_track(2, C, floor=(6.0, 1.0), camera_id="west"),
        make_track(3, A, floor=(5.0, 5.0), camera_id="west"),
    ]
    settings = FusionSettings(shared_floor=True)
    state = fused(make_room(), cameras, {"east": east, "west": west}, settings)
    assert (state.adults, state.children) == (1, 3)
    plain = fused(make_room(), cameras, {"east": east, "west": west})
    assert (plain.adults, plain.children) == (1, 2)


def test_view_is_full_only_while_all_cameras_are_good_and_fresh(
    make_room: MakeRoom, make_camera: MakeCamera
) -> None:
    fusion = RoomFusion(make_room(), [make_camera("east"), make_camera("west")])
    assert fusion.state(0.0).view is View.LOST
    fusion.observe("east", 1.0, [])
    assert fusion.state(1.0).view is View.PARTIAL
    fusion.observe("west", 1.0, [])
    assert fusion.state(1.0).view is View.FULL
    fusion.view(CameraView("west", ViewFault.COVERED, 2.0))
    state = fusion.state(2.0)
    assert state.view is View.PARTIAL
    assert {view.camera_id: view.fault for view in state.cameras} == {
        "east": None,
        "west": ViewFault.COVERED,
    }
    fusion.view(CameraView("west"))
    assert fusion.state(2.0).view is View.FULL
    fusion.observe("west", 8.0, [])
    stale = fusion.state(8.0)
    assert stale.view is View.PARTIAL
    assert stale.cameras[0] == CameraView("east", ViewFault.UNWATCHED, 1.0)
    fusion.still("east", 8.0)
    assert fusion.state(8.0).view is View.FULL


def test_people_of_a_lost_camera_are_not_counted(
    make_room: MakeRoom, make_camera: MakeCamera, people: Callable[..., list[Track]]
) -> None:
    fusion = RoomFusion(make_room(), [make_camera("east"), make_camera("west")])
    fusion.observe("east", 0.0, people("east", A))
    fusion.observe("west", 0.0, people("west", C))
    fusion.view(CameraView("east", ViewFault.OFFLINE, 0.0))
    state = fusion.state(0.1)
    assert (state.adults, state.children, state.view) == (0, 1, View.PARTIAL)


def test_disabled_cameras_and_those_of_other_rooms_do_not_cover_the_room(
    make_room: MakeRoom, make_camera: MakeCamera
) -> None:
    fusion = RoomFusion(make_room(), [make_camera("east"), make_camera("west", enabled=False)])
    fusion.observe("east", 0.0, [])
    assert fusion.state(0.0).view is View.FULL
    with pytest.raises(KeyError):
        fusion.observe("west", 0.0, [])
    with pytest.raises(KeyError):
        fusion.view(CameraView("nowhere"))


def test_zones_are_counted_by_feet(
    make_room: MakeRoom, make_camera: MakeCamera, people: Callable[..., list[Track]]
) -> None:
    cameras = [make_camera("east", [LEFT]), make_camera("west", [LEFT])]
    fusion = RoomFusion(make_room(), cameras)
    placed = fusion.observe("east", 0.0, people("east", C, C, C, C, C))
    assert [track.zones for track in placed] == [("mat",)] * 3 + [()] * 2
    fusion.observe("west", 0.0, people("west", C))
    assert fusion.state(0.0).zone_counts == {"mat": 3}


def test_confidence_falls_with_weak_boxes_unknowns_and_lost_views(
    make_room: MakeRoom, make_camera: MakeCamera, make_track: MakeTrack
) -> None:
    cameras = [make_camera("east"), make_camera("west")]
    room = make_room()

    def confidence(*tracks: Track, both: bool = True) -> float:
        seen: dict[str, list[Track]] = {"east": list(tracks)}
        if both:
            seen["west"] = []
        return fused(room, cameras, seen).confidence

    sure = confidence(make_track(1, C, score=0.9))
    assert confidence() == 1.0
    assert sure > confidence(make_track(1, C, score=0.2)) > 0.5
    assert sure > confidence(make_track(1, C, score=0.9), make_track(2, U, score=0.9))
    assert sure > confidence(make_track(1, C, score=0.9), both=False) > 0
    assert fused(room, cameras, {}).confidence == 0


ages = st.sampled_from(list(AgeClass))


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rooms=st.lists(st.lists(st.tuples(ages, st.floats(-3, 3)), max_size=5), min_size=3, max_size=3),
    shared=st.booleans(),
)
def test_the_order_of_cameras_does_not_matter(
    rooms: list[list[tuple[AgeClass, float]]],
    shared: bool,
    make_room: MakeRoom,
    make_camera: MakeCamera,
    make_track: MakeTrack,
) -> None:
    names = ["a", "b", "c"]
    seen = {
        name: [
            make_track(
                i, age, adult_log_odds=odds, camera_id=name, floor=(i + 0.1 * len(name), odds)
            )
            for i, (age, odds) in enumerate(tracks)
        ]
        for name, tracks in zip(names, rooms, strict=True)
    }
    states = []
    for order in permutations(names):
        fusion = RoomFusion(
            make_room(), [make_camera(n) for n in order], FusionSettings(shared_floor=shared)
        )
        for name in order:
            fusion.observe(name, 0.0, seen[name])
        states.append(fusion.state(0.0))
    assert all(state == states[0] for state in states)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(rooms=st.lists(st.lists(ages, max_size=4), min_size=2, max_size=3), where=st.integers(0, 2))
def test_another_adult_never_makes_fewer_adults(
    rooms: list[list[AgeClass]],
    where: int,
    make_room: MakeRoom,
    make_camera: MakeCamera,
    people: Callable[..., list[Track]],
) -> None:
    names = [f"cam{i}" for i in range(len(rooms))]
    cameras = [make_camera(name) for name in names]
    seen = {name: people(name, *ages) for name, ages in zip(names, rooms, strict=True)}
    name = names[where % len(names)]
    before = fused(make_room(), cameras, seen)
    after = fused(make_room(), cameras, {**seen, name: people(name, *rooms[where % len(names)], A)})
    assert after.adults >= max(before.adults, 1)
    assert after.children == before.children
