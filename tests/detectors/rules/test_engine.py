from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from monitor.detectors.rules import Assessment, Origin, RuleEngine, Timing
from monitor.domain.events import Event, Severity, event_id
from monitor.domain.places import Room
from monitor.domain.room_state import RoomState
from monitor.domain.text import Text

MakeState = Callable[..., RoomState]
MakeRoom = Callable[..., Room]


@dataclass
class Level:
    """A rule that holds above 10 people, clears below 9 and is high from 15 on."""

    name: str = "level"
    version: str = "7"
    timing: Timing = field(
        default_factory=lambda: Timing(
            after=10, clear_after=5, tolerance=2, blink=4, gap=30, cool_down=0
        )
    )
    severities: tuple[Severity, ...] = (Severity.MEDIUM, Severity.HIGH)
    thresholds: Mapping[str, Any] = field(default_factory=lambda: {"after": 10})

    def assess(self, state: RoomState) -> Sequence[Assessment]:
        count = state.children
        return [
            Assessment(
                holds=None if state.unknown else count > 10,
                clears=count < 9 and not state.unknown,
                severity=Severity.HIGH if count >= 15 else Severity.MEDIUM,
                confidence=0.5,
                explain=lambda seconds: Text(zh=f"{seconds:.0f}", en=f"{count} {seconds:.0f}"),
                evidence={"count": count},
            )
        ]


@pytest.fixture
def rule() -> Level:
    return Level()


@pytest.fixture
def play(
    rule: Level, make_room: MakeRoom, make_state: MakeState
) -> Callable[..., list[tuple[float, Event]]]:
    def run(
        *parts: tuple[float, int | None],
        engine: RuleEngine | None = None,
        start: float = 0.0,
        step: float = 0.5,
    ) -> list[tuple[float, Event]]:
        engine = engine or RuleEngine(make_room(), [rule])
        return list(_play(engine, parts, start, step, make_state))

    return run


def _play(
    engine: RuleEngine,
    parts: Sequence[tuple[float, int | None]],
    start: float,
    step: float,
    make_state: MakeState,
) -> Iterator[tuple[float, Event]]:
    time = start
    for seconds, count in parts:
        for _ in range(round(seconds / step)):
            state = make_state(time, children=count or 0, unknown=int(count is None))
            for event in engine.step(state):
                yield time, event
            time += step


Play = Callable[..., list[tuple[float, Event]]]


def test_an_event_is_raised_and_cleared_with_one_id(play: Play) -> None:
    (raised_at, raised), (cleared_at, cleared) = play((20, 5), (30, 12), (20, 5))
    assert (raised_at, raised.onset, raised.raised, raised.cleared) == (30, 20, 30, None)
    assert (cleared_at, cleared.cleared) == (55, 50)
    assert raised.id == cleared.id == event_id("level", "room", None, 20.0)
    assert raised.explain.en == "12 10"
    assert raised.provenance.rule_version == "7"
    assert raised.provenance.thresholds == {"after": 10}
    assert (raised.severity, raised.evidence) == (Severity.MEDIUM, {"count": 12})


def test_between_the_thresholds_nothing_changes(play: Play) -> None:
    assert len(play((20, 12), (60, 10), (60, 9))) == 1
    assert play((60, 9), (60, 10)) == []


def test_a_hovering_count_raises_once(play: Play) -> None:
    hovering = [(3.0, 11), (3.0, 10)] * 40
    assert len(play((15, 12), *hovering)) == 1
    assert len(play(*[(1.0, 11), (1.0, 10)] * 60)) == 1


def test_one_stray_look_neither_clears_nor_restarts(play: Play) -> None:
    assert len(play((20, 12), (0.5, 2), (20, 12), (1.5, 2), (20, 12))) == 1


def test_unknown_freezes(play: Play) -> None:
    assert play((9, 12), (25, None)) == []
    raised = play((9, 12), (20, None), (5, 12))
    assert [time for time, _ in raised] == [30.5]  # 8.5 s before and 1.5 s after were seen
    assert len(play((20, 12), (100, None))) == 1
    after_gap = play((9, 12), (40, None), (11, 12))
    assert [event.onset for _, event in after_gap] == [49.0]


def test_it_worsens_when_that_lasts(play: Play) -> None:
    events = play((20, 12), (1, 16), (20, 12), (20, 16), (20, 2))
    assert [event.severity for _, event in events] == [
        Severity.MEDIUM,
        Severity.HIGH,
        Severity.HIGH,
    ]
    assert [time for time, _ in events] == [10.0, 51.0, 66.0]
    assert len({event.id for _, event in events}) == 1
    assert events[1][1].evidence == {"count": 16}
    assert events[2][1].cleared == 61.0


def test_it_begins_high_when_it_was_so_all_along(play: Play) -> None:
    assert [event.severity for _, event in play((20, 16))] == [Severity.HIGH]


def test_again_after_clearing_is_another_event(play: Play) -> None:
    events = [event for _, event in play((20, 12), (10, 2), (20, 12))]
    assert [event.cleared for event in events] == [None, 20.0, None]
    assert len({event.id for event in events}) == 2


def test_nothing_is_raised_while_cooling_down(rule: Level, play: Play) -> None:
    rule.timing = Timing(after=10, clear_after=5, tolerance=2, blink=4, gap=30, cool_down=60)
    events = play((20, 12), (10, 2), (100, 12))
    assert [time for time, _ in events] == [10.0, 25.0, 85.0]
    assert events[-1][1].onset == 30.0


def test_pending_and_open_are_told(rule: Level, play: Play, make_room: MakeRoom) -> None:
    engine = RuleEngine(make_room(), [rule])
    pending = [engine.pending]
    play((5, 12), engine=engine)
    pending.append(engine.pending)
    play((10, 12), engine=engine, start=5.0)
    pending.append(engine.pending)
    assert pending == [False, True, False]
    assert [event.onset for event in engine.open_events] == [0.0]


def test_what_was_not_seen_for_a_while_is_not_pending(play: Play, make_room: MakeRoom) -> None:
    rule = Level(timing=Timing(60, 5, 2, 4, 60, 0))
    engine = RuleEngine(make_room(), [rule])
    play((5, 12), (9, None), engine=engine)
    pending = [engine.pending]
    play((10, None), engine=engine, start=14.0)
    pending.append(engine.pending)
    play((1, 12), engine=engine, start=24.0)
    pending.append(engine.pending)
    assert pending == [True, False, True]


def test_what_is_far_from_being_raised_is_not_pending_yet(play: Play, make_room: MakeRoom) -> None:
    slow = Level(timing=Timing(300, 5, 2, 4, 30, 0))
    engine = RuleEngine(make_room(), [slow])
    play((170, 12), engine=engine)
    assert not engine.pending
    play((20, 12), engine=engine, start=170.0)
    assert engine.pending


def test_a_rule_may_ask_for_another_patience(make_room: MakeRoom, make_state: MakeState) -> None:
    @dataclass
    class Hurried(Level):
        def assess(self, state: RoomState) -> Sequence[Assessment]:
            (usual,) = super().assess(state)
            return [replace(usual, after=2.0 if state.adults else None)]

    def raised(*adults: int) -> list[float]:
        engine = RuleEngine(make_room(), [Hurried()])
        states = [make_state(float(i), adults=n, children=12) for i, n in enumerate(adults)]
        return [event.raised for state in states for event in engine.step(state)]

    assert raised(*[0] * 20) == [10.0]
    assert raised(*[1] * 20) == [2.0]
    assert raised(*[0] * 5, *[1] * 5) == [5.0]
    assert raised(1, *[0] * 20) == [10.0]


def test_open_events_survive_a_restart(rule: Level, play: Play, make_room: MakeRoom) -> None:
    ((_, raised),) = play((20, 12))
    engine = RuleEngine(make_room(), [rule])
    engine.resume([raised])
    assert play((30, 12), engine=engine, start=20.0) == []
    ((_, cleared),) = play((10, 2), engine=engine, start=50.0)
    assert (cleared.id, cleared.cleared) == (raised.id, 50.0)


def test_events_of_others_are_not_resumed(rule: Level, play: Play, make_room: MakeRoom) -> None:
    raised, cleared = (event for _, event in play((20, 12), (10, 2)))
    engine = RuleEngine(make_room(), [])
    engine.resume([raised])
    assert engine.open_events == ()
    engine = RuleEngine(make_room(), [rule])
    engine.resume([cleared])
    assert engine.open_events == ()


def test_old_states_are_ignored_and_recordings_may_start_again(
    rule: Level, play: Play, make_room: MakeRoom, make_state: MakeState
) -> None:
    engine = RuleEngine(make_room(), [rule])
    play((9, 12), engine=engine, start=100.0)
    assert engine.step(make_state(50.0, children=12)) == []
    assert engine.pending
    assert play((9.5, 12), engine=engine, start=0.0) == []
    assert [event.onset for _, event in play((2, 12), engine=engine, start=9.5)] == [0.0]


def test_origin_goes_into_provenance(rule: Level, play: Play, make_room: MakeRoom) -> None:
    engine = RuleEngine(make_room(), [rule], Origin("yolov8n/openvino", "ab12", "c3"))
    ((_, event),) = play((20, 12), engine=engine)
    assert (event.provenance.model, event.provenance.model_sha256) == ("yolov8n/openvino", "ab12")
    assert event.provenance.config_version == "c3"
