from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from monitor.detectors.fusion import RoomFusion
from monitor.detectors.rules import RuleEngine, rules_for
from monitor.domain.events import Event, Severity
from monitor.domain.hours import DayTime, Span
from monitor.domain.people import AgeClass, Track
from monitor.domain.places import Camera, ClassType, Room, RoomType
from monitor.domain.room_state import CameraView, RoomState, View, ViewFault

MakeRoom = Callable[..., Room]
MakeCamera = Callable[..., Camera]
MakeTrack = Callable[..., Track]
MakeState = Callable[..., RoomState]
A, C, U = AgeClass.ADULT, AgeClass.CHILD, AgeClass.UNKNOWN
MIDDLE, EDGE = (0.6, 0.7), (0.02, 0.7)
FPS = 5.0


@dataclass
class Script:
    """Scripted tracks of one or more cameras, five looks a second, through room and rules."""

    make_track: MakeTrack
    room: Room
    cameras: list[Camera]
    time: float = 0.0
    events: list[Event] = field(default_factory=list)
    first_seen: dict[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.fusion = RoomFusion(self.room, self.cameras)
        self.engine = RuleEngine(self.room, rules_for(self.room, self.cameras))

    def play(
        self,
        seconds: float,
        *people: tuple[AgeClass, int, tuple[float, float]],
        dark: tuple[str, ...] = (),
        **parts: Any,
    ) -> None:
        """Show ``people`` on the first camera; the ``dark`` cameras are covered."""
        for _ in range(round(seconds * FPS)):
            tracks = [self._track(*person, **parts) for person in people]
            for camera in self.cameras:
                fault = ViewFault.COVERED if camera.id in dark else None
                self.fusion.view(CameraView(camera.id, fault, self.time))
                self.fusion.observe(camera.id, self.time, tracks if camera.id == "east" else [])
            self.events += self.engine.step(self.fusion.state(self.time))
            self.time += 1 / FPS

    def _track(self, age: AgeClass, number: int, at: tuple[float, float], **parts: Any) -> Track:
        first = self.first_seen.setdefault(number, self.time)
        return self.make_track(number, age, at, seen=self.time, first_seen=first, **parts)

    @property
    def alarms(self) -> list[Event]:
        return [event for event in self.events if event.rule == "unattended_child"]


@pytest.fixture
def script(make_track: MakeTrack, make_room: MakeRoom, make_camera: MakeCamera) -> Script:
    return Script(make_track, make_room(), [make_camera()])


CHILD = (C, 1, (0.4, 0.8))
CARER = (A, 2, MIDDLE)


def test_a_child_left_alone_is_told_after_a_minute(script: Script) -> None:
    script.play(20, CHILD, CARER)
    script.play(1, CHILD, (A, 2, EDGE))
    left = script.time
    script.play(90, CHILD)
    (event,) = script.alarms
    assert left <= event.onset <= left + 1.5
    assert event.raised == pytest.approx(event.onset + 60, abs=0.3)
    assert (event.severity, event.cleared) == (Severity.HIGH, None)
    assert event.evidence["children"] == 1
    assert event.evidence["adults"] == 0
    assert event.evidence["tracks"][0]["age"] == "child"
    assert event.camera_id == "east"
    assert event.explain.en == "1 child in Toddler room with no adult present for 60 s."
    assert event.explain.zh == "托小班有 1 名儿童，已 60 秒没有成人在场。"
    back = script.time
    script.play(1, CHILD, (A, 3, EDGE))
    script.play(20, CHILD, (A, 3, MIDDLE))
    assert script.alarms[-1].cleared == pytest.approx(back, abs=0.3)
    assert script.alarms[-1].id == event.id
    assert len(script.alarms) == 2


def test_fifty_seconds_alone_are_no_alarm(script: Script) -> None:
    script.play(20, CHILD, CARER)
    script.play(1, CHILD, (A, 2, EDGE))
    script.play(50, CHILD)
    script.play(60, CHILD, (A, 3, MIDDLE))
    assert script.alarms == []


def test_a_carer_behind_a_shelf_is_still_there(script: Script) -> None:
    script.play(30, CHILD, CARER)
    script.play(58, CHILD)
    assert script.alarms == []
    script.play(10, CHILD, CARER)
    for _ in range(10):
        script.play(20, CHILD)
        script.play(5, CHILD, CARER)
    assert script.alarms == []


def test_a_carer_who_never_comes_back_had_gone_when_she_vanished(
    script: Script,
) -> None:
    script.play(30, CHILD, CARER)
    gone = script.time
    script.play(100, CHILD)
    (event,) = script.alarms
    assert event.onset == pytest.approx(gone + 1, abs=0.5)
    assert event.raised == pytest.approx(gone + 1 + 60, abs=0.5)


def test_missed_looks_and_stray_adults_change_nothing(script: Script) -> None:
    script.play(5, CHILD, CARER)
    script.play(1, CHILD, (A, 2, EDGE))
    for number in range(40):
        script.play(1.4, CHILD)
        script.play(0.6)
        if number == 10:
            script.play(1 / FPS, CHILD, (A, 50, MIDDLE))
    assert len(script.alarms) == 1


@pytest.mark.parametrize(
    ("carer", "expected"),
    [
        ({"adult_log_odds": 6.0, "score": 0.8}, 0),
        ({"adult_log_odds": 3.0, "score": 0.8}, 1),  # perhaps a child
        ({"adult_log_odds": 6.0, "score": 0.3}, 1),  # perhaps a thing
    ],
)
def test_a_carer_beyond_doubt_needs_less_time_to_have_been_there(
    script: Script, carer: dict[str, Any], expected: int
) -> None:
    script.play(20, CHILD, CARER, score=0.8)
    script.play(1, CHILD, (A, 2, EDGE), score=0.8)
    script.play(30, CHILD, score=0.8)
    script.play(1, CHILD, (A, 3, EDGE), **carer)
    for step in range(6):
        script.play(0.4, CHILD, (A, 3, (0.1 + 0.1 * step, 0.7)), **carer)
    script.play(0.4, CHILD, (A, 3, EDGE), **carer)
    script.play(40, CHILD, score=0.8)
    assert len(script.alarms) == expected


def test_a_child_seen_for_a_moment_is_no_alarm(script: Script) -> None:
    for number in range(20):
        script.play(1 / FPS, (C, 10 + number, MIDDLE))
        script.play(10)
    assert script.alarms == []


def test_nobody_there_is_no_alarm_and_ends_one(script: Script) -> None:
    script.play(200)
    assert script.alarms == []
    script.play(70, CHILD)
    assert len(script.alarms) == 1
    script.play(3, (C, 1, EDGE))
    script.play(20)
    assert script.alarms[-1].cleared is not None


def test_a_sleeping_child_who_is_lost_from_sight_ends_nothing(script: Script) -> None:
    script.play(70, CHILD)
    script.play(15)
    assert [event.cleared for event in script.alarms] == [None]


def test_somebody_who_may_be_an_adult_counts_as_one(script: Script) -> None:
    script.play(300, CHILD, (U, 2, MIDDLE))
    assert script.alarms == []


def test_but_does_not_end_an_alarm(script: Script) -> None:
    script.play(70, CHILD)
    script.play(60, CHILD, (U, 2, MIDDLE))
    assert [event.cleared for event in script.alarms] == [None]


def test_a_lost_view_is_not_unattended(script: Script) -> None:
    script.play(5, CHILD)
    script.play(300, CHILD, dark=("east",))
    assert {event.rule for event in script.events} == {"view_lost"}


@pytest.mark.parametrize(("outage", "then", "alarms"), [(45, 17, 0), (45, 25, 1), (70, 50, 0)])
def test_what_was_seen_before_a_short_outage_counts_but_not_the_outage(
    script: Script, outage: float, then: float, alarms: int
) -> None:
    script.play(10, CHILD, CARER)
    script.play(1, CHILD, (A, 2, EDGE))
    script.play(40, CHILD)
    script.play(outage, dark=("east",))
    script.play(then, CHILD)
    assert len(script.alarms) == alarms


def test_part_of_the_room_unseen_is_not_unattended_but_an_adult_seen_is_there(
    make_track: MakeTrack, make_room: MakeRoom, make_camera: MakeCamera
) -> None:
    script = Script(make_track, make_room(), [make_camera("east"), make_camera("west")])
    script.play(300, CHILD, dark=("west",))
    assert script.alarms == []
    script.play(70, CHILD)
    assert len(script.alarms) == 1
    script.play(12, CHILD, CARER, dark=("west",))
    assert script.alarms[-1].cleared is not None


def test_weak_sightings_of_a_child_decide_nothing_below_the_confidence_asked(
    make_track: MakeTrack, make_room: MakeRoom, make_camera: MakeCamera
) -> None:
    strict = make_room(rules={"unattended_child": {"min_confidence": 0.9}})
    script = Script(make_track, strict, [make_camera()])
    script.play(100, CHILD, score=0.2)
    assert script.alarms == []


@pytest.mark.parametrize(
    ("parts", "after", "severity"),
    [
        ({"class_type": ClassType.INFANT}, 30, Severity.HIGH),
        ({"type": RoomType.NAP}, 120, Severity.HIGH),
        ({"type": RoomType.OUTDOOR}, 30, Severity.CRITICAL),
        ({"rules": {"unattended_child": {"after": "15s"}}}, 15, Severity.HIGH),
    ],
)
def test_other_rooms_have_other_patience(
    parts: dict[str, Any],
    after: float,
    severity: Severity,
    make_track: MakeTrack,
    make_room: MakeRoom,
    make_camera: MakeCamera,
) -> None:
    script = Script(make_track, make_room(**parts), [make_camera()])
    script.play(after + 10, CHILD)
    (event,) = script.alarms
    assert event.raised - event.onset == pytest.approx(after, abs=0.3)
    assert event.severity is severity


NAPS = (Span(720, 840),)


@pytest.mark.parametrize(
    ("room_type", "day", "after"),
    [
        (RoomType.ACTIVITY, DayTime(open=True), 60),
        (RoomType.ACTIVITY, DayTime(open=True, nap=True), 120),
        (RoomType.ACTIVITY, None, 60),
        (RoomType.NAP, DayTime(open=True), 60),
        (RoomType.NAP, DayTime(open=True, nap=True), 120),
        (RoomType.NAP, None, 120),
        (RoomType.DINING, DayTime(open=True, nap=True), 60),
    ],
)
def test_in_nap_time_it_is_more_patient(
    room_type: RoomType,
    day: DayTime | None,
    after: float,
    make_room: MakeRoom,
    make_state: MakeState,
) -> None:
    room = make_room(room_type, nap_times=NAPS)
    engine = RuleEngine(room, rules_for(room, []))
    found = [
        event
        for second in range(200)
        for event in engine.step(make_state(float(second), children=1, day=day))
    ]
    assert [event.raised for event in found] == [after]


def test_when_the_nap_ends_what_has_lasted_long_enough_is_told(
    make_room: MakeRoom, make_state: MakeState
) -> None:
    room = make_room(nap_times=NAPS)
    engine = RuleEngine(room, rules_for(room, []))
    found = []
    for second in range(200):
        day = DayTime(open=True, nap=second < 90)
        found += engine.step(make_state(float(second), children=1, day=day))
    assert [(event.onset, event.raised) for event in found] == [(0.0, 90.0)]


@pytest.fixture
def yard(
    make_room: MakeRoom, make_state: MakeState, make_track: MakeTrack
) -> Callable[..., bool | None]:
    """Say what the rule holds of a yard with people at so many metres from the camera."""

    def holds(*people: tuple[AgeClass, float | None, str], **parts: Any) -> bool | None:
        ages = [age for age, _, _ in people]
        tracks = tuple(
            make_track(i, age, floor=None if z is None else (0.0, z), camera_id=camera)
            for i, (age, z, camera) in enumerate(people)
        )
        state = make_state(0.0, ages.count(A), ages.count(C), ages.count(U), tracks=tracks, **parts)
        (rule, *_) = rules_for(make_room(RoomType.OUTDOOR), [])
        (assessment,) = rule.assess(state)
        assert not (assessment.holds and assessment.clears)
        return assessment.holds

    return holds


def test_outdoors_the_nearest_adult_must_not_be_too_far(yard: Callable[..., bool | None]) -> None:
    assert yard((C, 4.0, "east"), (A, 18.9, "east")) is False
    assert yard((C, 4.0, "east"), (A, 19.1, "east")) is True
    assert yard((C, 4.0, "east"), (A, 30.0, "east"), (A, 10.0, "east")) is False
    assert yard((C, 4.0, "east"), (C, 29.0, "east"), (A, 30.0, "east")) is True


def test_outdoors_what_cannot_be_measured_is_not_far(yard: Callable[..., bool | None]) -> None:
    assert yard((C, 4.0, "east"), (A, None, "east")) is False
    assert yard((C, 4.0, "east"), (A, 30.0, "west")) is False
    assert yard((C, 4.0, "east"), (A, 30.0, "east"), (A, 30.0, "west")) is False
    assert yard((C, 4.0, "east"), (A, 30.0, "east"), (U, 40.0, "east")) is False
    assert yard((C, 4.0, "east"), (A, 30.0, "east"), view=View.PARTIAL) is None


def test_only_what_counts_here_is_among_the_thresholds(make_room: MakeRoom) -> None:
    def named(room_type: RoomType, **parts: Any) -> set[str]:
        (rule, *_) = rules_for(make_room(room_type, **parts), [])
        return {"reach", "nap_after"} & set(rule.thresholds)

    assert named(RoomType.ACTIVITY) == set()
    assert named(RoomType.NAP, nap_times=NAPS) == {"nap_after"}
    assert named(RoomType.OUTDOOR, nap_times=NAPS) == {"reach"}


def test_how_far_is_told(make_room: MakeRoom, make_state: MakeState, make_track: MakeTrack) -> None:
    tracks = (make_track(1, C, floor=(0.0, 4.0)), make_track(2, A, floor=(0.0, 24.0)))
    (rule, *_) = rules_for(make_room(RoomType.OUTDOOR), [])
    (assessment,) = rule.assess(make_state(0.0, 1, 1, tracks=tracks))
    assert assessment.explain(30).en == (
        "A child in Toddler room has been 20 m from the nearest adult for 30 s."
    )
    assert assessment.explain(30).zh == "托小班有儿童距最近的成人 20 米，已持续 30 秒。"
    assert assessment.evidence["metres"] == 20


def test_what_it_says_of_single_states(make_room: MakeRoom, make_state: MakeState) -> None:
    (rule, _) = rules_for(make_room(), [])

    def holds(**parts: Any) -> bool | None:
        (assessment,) = rule.assess(make_state(0.0, **parts))
        return assessment.holds

    assert holds(children=1) is True
    assert holds(children=1, adults=1) is False
    assert holds() is False
    assert holds(children=1, unknown=1) is None
    assert holds(children=1, entered_adults=1) is None
    assert holds(entered_children=1) is None
    assert holds(children=1, view=View.PARTIAL) is None
    assert holds(children=1, view=View.LOST) is None
    assert holds(children=1, adults=1, view=View.PARTIAL) is False
    assert holds(children=1, confidence=0.1) is None
