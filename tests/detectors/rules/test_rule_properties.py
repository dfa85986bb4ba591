from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.detectors.fusion import RoomFusion
from monitor.detectors.rules import RuleEngine, rule_kinds, rules_for
from monitor.domain.events import Event
from monitor.domain.geometry import Polygon
from monitor.domain.headcount import Counted, Headcount
from monitor.domain.hours import Calendar, DayTime, Span, WeekHours
from monitor.domain.people import AgeClass, Box, Track
from monitor.domain.places import (
    Calibration,
    Camera,
    ClassType,
    Line,
    LineKind,
    Room,
    RoomType,
    Side,
    Zone,
    ZoneKind,
)
from monitor.domain.room_state import (
    Beyond,
    CameraView,
    Crossing,
    RoomState,
    View,
    ViewFault,
)

MakeRoom = Callable[..., Room]
MakeCamera = Callable[..., Camera]
MakeTrack = Callable[..., Track]
A, C, U = AgeClass.ADULT, AgeClass.CHILD, AgeClass.UNKNOWN

WEST_HALF = Polygon.of([[0, 0], [0.5, 0], [0.5, 1], [0, 1]])
ZONES = (
    Zone("stove", Polygon.of([[0, 0], [0.3, 0], [0.3, 1], [0, 1]]), kind=ZoneKind.RESTRICTED),
    Zone("cots", WEST_HALF, kind=ZoneKind.COTS),
    Zone("slide", WEST_HALF, 2, ZoneKind.SLIDE),
)
GATE = Line("gate", (0.1, 0.75), (0.9, 0.75), LineKind.EXIT, Side.LEFT)
WC = Line("wc-door", (0.1, 0.6), (0.9, 0.6), LineKind.DOOR, Side.RIGHT, "wc", RoomType.WASHROOM)
MOUNTING = Calibration(2.6, 28, 800, 1280, 720)
HASTY = {
    "nap_check_overdue": {"after": "20s", "tolerance": "2s"},
    "washroom_dwell": {"after": "10s"},
    "ratio_breach": {"after": "15s"},
    "headcount_mismatch": {"after": "25s", "clear_after": "10s"},
}
NAP = DayTime(open=True, nap=True)

many = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@dataclass(frozen=True)
class Moment:
    """Some seconds in which a room stays as it is."""

    seconds: int
    adults: int
    children: int
    unknown: int
    view: View
    day: DayTime | None
    ratio: float | None
    inside: tuple[int, int]
    crossing: tuple[AgeClass, bool] | None
    heads: Headcount | None = None
    missed: float = 0.0
    surely: bool = False


few = settings(many, max_examples=15)
moments = st.lists(
    st.builds(
        Moment,
        st.integers(1, 75),
        st.integers(0, 2),
        st.integers(0, 14),
        st.integers(0, 1),
        st.sampled_from([View.FULL, View.FULL, View.FULL, View.PARTIAL, View.LOST]),
        st.sampled_from([None, NAP, NAP, DayTime(open=True), DayTime(open=False)]),
        st.sampled_from([None, 0.0, 4.0, 5.0, 5.5, 8.0]),
        st.tuples(st.integers(0, 1), st.integers(0, 2)),
        st.none() | st.tuples(st.sampled_from(list(AgeClass)), st.booleans()),
        st.none()
        | st.builds(Headcount, st.integers(0, 14), st.integers(0, 30), st.just(Counted(5, 9))),
        st.sampled_from([0.0, 0.0, 2.0]),
        st.booleans(),
    ),
    max_size=8,
)


@pytest.fixture
def full_room(make_room: MakeRoom, make_camera: MakeCamera) -> Callable[..., tuple[Room, Camera]]:
    """Return a room in which every rule runs, and its camera."""

    def make(
        type: RoomType = RoomType.ACTIVITY,  # noqa: A002
        camera_id: str = "east",
    ) -> tuple[Room, Camera]:
        room = make_room(
            type,
            rules=HASTY,
            class_type=ClassType.TODDLER,
            capacity=10,
            person_capacity=12,
            opening_hours=WeekHours(((Span(450, 1050),),) * 7),
            nap_times=(Span(720, 840),),
        )
        camera = make_camera(camera_id, zones=ZONES, lines=[GATE, WC], calibration=MOUNTING)
        return room, camera

    return make


def person(number: int, age: AgeClass, time: float, zones: tuple[str, ...]) -> Track:
    x = 0.05 + 0.06 * number
    floor = (0.1 * number, 4.0)
    box = Box(x - 0.02, 0.5, x + 0.02, 0.7)
    return Track(number, "east", box, 0.6, 0.0, time, 20, age, floor=floor, zones=zones)


def people(moment: Moment, time: float) -> tuple[Track, ...]:
    ages = [A] * moment.adults + [C] * moment.children + [U] * moment.unknown
    return tuple(
        person(number, age, time, ("stove", "cots", "slide") if number % 3 else ())
        for number, age in enumerate(ages)
    )


def states_of(parts: Sequence[Moment], start: float = 0.0) -> list[RoomState]:
    states: list[RoomState] = []
    crossings: list[Crossing] = []
    child_seen: float | None = None
    time = start
    for moment in parts:
        fault = None if moment.view is View.FULL else ViewFault.COVERED
        if moment.crossing is not None:
            age, inward = moment.crossing
            crossings.append(Crossing(time, GATE, inward, person(30, age, time, ())))
        for _ in range(moment.seconds):
            crossings = [crossing for crossing in crossings if time - crossing.time <= 15]
            child_seen = time if moment.children else child_seen
            adults, children = moment.inside
            states.append(
                RoomState(
                    "room",
                    time,
                    moment.view,
                    moment.adults,
                    moment.children,
                    moment.unknown,
                    confidence=0.9,
                    tracks=people(moment, time),
                    cameras=(CameraView("east", fault),),
                    zone_counts={"slide": moment.children},
                    crossings=tuple(crossings),
                    beyond=(Beyond("wc", adults, children, start, ("east",)),),
                    children_per_adult=moment.ratio,
                    child_seen=child_seen,
                    day=moment.day,
                    headcount=moment.heads,
                    no_adult_seen=moment.missed if moment.adults else 0.0,
                    surely_attended=bool(moment.adults) and moment.surely,
                )
            )
            time += 1.0
    return states


def with_another_adult(state: RoomState) -> RoomState:
    return replace(state, adults=state.adults + 1, no_adult_seen=0.0)


def run(here: tuple[Room, Camera], states: Sequence[RoomState]) -> list[Event]:
    room, camera = here
    engine = RuleEngine(room, rules_for(room, [camera]))
    return [event for state in states for event in engine.step(state)]


def unattended(events: Sequence[Event]) -> list[tuple[float, float]]:
    """Return from when to when an unattended event was open."""
    open_at = {event.id: event.raised for event in events if event.rule == "unattended_child"}
    ended = {event.id: event.cleared for event in events if event.cleared is not None}
    return [(raised, ended.get(name) or float("inf")) for name, raised in open_at.items()]


@many
@given(parts=moments)
def test_with_an_adult_always_there_nobody_is_unattended(
    parts: list[Moment], full_room: Callable[..., tuple[Room, Camera]]
) -> None:
    states = [with_another_adult(state) for state in states_of(parts)]
    assert unattended(run(full_room(), states)) == []


@many
@given(parts=moments, start=st.integers(0, 400), seconds=st.integers(0, 120))
def test_another_adult_for_a_while_never_raises_unattended(
    parts: list[Moment],
    start: int,
    seconds: int,
    full_room: Callable[..., tuple[Room, Camera]],
) -> None:
    states = states_of(parts)
    visited = [
        with_another_adult(state) if start <= state.time < start + seconds else state
        for state in states
    ]
    before = unattended(run(full_room(), states))
    for raised, _ in unattended(run(full_room(), visited)):
        assert any(first <= raised <= last for first, last in before)


@many
@given(
    parts=moments,
    shift=st.sampled_from([1_700_000_000, 1_700_000_000.25, 86_400, 0.5, 1_234_567.125]),
)
def test_shifting_time_shifts_events(
    parts: list[Moment], shift: float, full_room: Callable[..., tuple[Room, Camera]]
) -> None:
    here = run(full_room(), states_of(parts))
    there = run(full_room(), states_of(parts, start=shift))
    assert [
        (
            event.rule,
            event.onset + shift,
            event.raised + shift,
            event.cleared and event.cleared + shift,
        )
        for event in here
    ] == [(event.rule, event.onset, event.raised, event.cleared) for event in there]
    assert [event.explain for event in here] == [event.explain for event in there]


@many
@given(parts=moments)
def test_events_are_well_formed_and_the_same_again(
    parts: list[Moment], full_room: Callable[..., tuple[Room, Camera]]
) -> None:
    events = run(full_room(), states_of(parts))
    assert events == run(full_room(), states_of(parts))
    open_ids: set[tuple[str, str]] = set()
    for event in events:
        assert event.onset <= event.raised
        if event.cleared is None:
            open_ids.add((event.place, event.id))
        else:
            assert event.cleared >= event.raised
            open_ids.remove((event.place, event.id))
        assert len({place for place, _ in open_ids}) == len(open_ids)


def test_every_rule_is_put_to_the_proof(full_room: Callable[..., tuple[Room, Camera]]) -> None:
    room, camera = full_room()
    assert [rule.name for rule in rules_for(room, [camera])] == list(rule_kinds())
    parts = [
        Moment(80, 0, 14, 0, View.FULL, NAP, 8.0, (0, 1), (C, False)),
        Moment(40, 0, 14, 0, View.FULL, DayTime(open=False), 8.0, (0, 1), None),
        Moment(60, 0, 0, 0, View.LOST, None, None, (0, 0), None),
        Moment(
            *(130, 0, 1, 0, View.FULL, DayTime(open=True), None, (0, 0), None),
            Headcount(8, 20, Counted(9, 10)),
        ),
    ]
    assert {event.rule for event in run((room, camera), states_of(parts))} == set(rule_kinds())


ATTENDED = {
    "unattended_child",
    "nap_check_overdue",
    "washroom_dwell",
    "exit_alone",
    "restricted_zone",
    "ratio_breach",
}
"""Rules of which another adult may only make less."""

ages = st.sampled_from(list(AgeClass))
across, sways = st.sampled_from([0.1, 0.35, 0.6, 0.85]), st.sampled_from([-1.0, 0.0, 1.0])
persons = st.tuples(ages, across, sways)
scenes = st.lists(
    st.tuples(st.integers(5, 50), st.lists(persons, max_size=3), st.lists(persons, max_size=3)),
    min_size=1,
    max_size=3,
)
Person = tuple[AgeClass, float, float]
Scene = tuple[int, list[Person], list[Person]]
NOON = 1_700_022_600.0  # 12:30 in Shanghai
ZONE = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def watch(
    make_track: MakeTrack, full_room: Callable[..., tuple[Room, Camera]]
) -> Callable[..., list[Event]]:
    """Play scenes on two cameras at nap time; people sway across the lines.

    ``lost`` cameras are offline from the start; ``adult`` is there on a camera all the time.
    """

    def play(
        scenes: Sequence[Scene],
        lost: Sequence[str] = (),
        order: Sequence[str] = ("east", "west"),
        adult: str | None = None,
        type: RoomType = RoomType.ACTIVITY,  # noqa: A002
    ) -> list[Event]:
        room, _ = full_room(type)
        cameras = [full_room(camera_id=name)[1] for name in order]
        calendar = Calendar(room.opening_hours, room.nap_times, ZONE)
        fusion = RoomFusion(room, cameras, calendar=calendar)
        engine = RuleEngine(room, rules_for(room, cameras))
        for name in lost:
            fusion.view(CameraView(name, ViewFault.OFFLINE, 0.0))
        events: list[Event] = []
        time = NOON
        for seconds, east, west in scenes:
            for second in range(seconds):
                for name in order:
                    here = list(enumerate(east if name == "east" else west))
                    if adult == name:
                        here.append((99, (A, 0.5, 0.0)))
                    tracks = [
                        _track(make_track, number, one, name, time, second) for number, one in here
                    ]
                    if name not in lost:
                        fusion.observe(name, time, tracks)
                events += engine.step(fusion.state(time))
                time += 1.0
        return events

    return play


def _track(
    make_track: MakeTrack, number: int, one: Person, camera: str, time: float, second: int
) -> Track:
    age, x, sway = one
    y = 0.7 + 0.15 * sway * ((second // 8) % 2)
    odds = {A: 5.0, C: -5.0, U: sway}[age]
    return make_track(
        number, age, (x, y), camera_id=camera, seen=time, first_seen=NOON, adult_log_odds=odds,
        floor=(4 * x, 8 - 6 * y),
    )  # fmt: skip


@few
@given(scenes=scenes, lost=st.sampled_from([["east"], ["west"], ["east", "west"]]))
def test_removing_a_camera_never_turns_unknown_into_unattended(
    scenes: list[Scene], lost: list[str], watch: Callable[..., list[Event]]
) -> None:
    events = watch(scenes, lost=lost)
    whole = {
        "unattended_child",
        "nap_check_overdue",
        "ratio_breach",
        "washroom_dwell",
        "headcount_mismatch",
    }
    assert whole.isdisjoint(event.rule for event in events)


@few
@given(scenes=scenes)
def test_the_order_of_cameras_does_not_matter(
    scenes: list[Scene], watch: Callable[..., list[Event]]
) -> None:
    here, there = watch(scenes), watch(scenes, order=("west", "east"))
    assert here == there


@few
@given(
    scenes=scenes,
    adult=st.sampled_from(["east", "west"]),
    type=st.sampled_from([RoomType.ACTIVITY, RoomType.OUTDOOR]),
)
def test_another_adult_makes_no_rule_hold_that_is_about_attendance(
    scenes: list[Scene],
    adult: str,
    type: RoomType,  # noqa: A002
    watch: Callable[..., list[Event]],
) -> None:
    def raised(events: list[Event]) -> set[tuple[str, str | None]]:
        return {(event.rule, event.zone_id) for event in events if event.rule in ATTENDED}

    assert raised(watch(scenes, adult=adult, type=type)) <= raised(watch(scenes, type=type))
