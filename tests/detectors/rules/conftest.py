from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import pytest

from monitor.detectors.rules import Rule, RuleEngine, rules_for
from monitor.domain.events import Event
from monitor.domain.places import Camera, Room
from monitor.domain.room_state import RoomState

RuleIn = Callable[..., Rule]
EventsOf = Callable[..., list[Event]]


@pytest.fixture
def rule_in() -> RuleIn:
    """Return the named rule as it runs in a room."""

    def find(name: str, room: Room, cameras: Sequence[Camera] = ()) -> Rule:
        return next(rule for rule in rules_for(room, cameras) if rule.name == name)

    return find


@pytest.fixture
def events_of(rule_in: RuleIn) -> EventsOf:
    """Run one rule of a room over states and return its events, in order."""

    def run(
        name: str, room: Room, cameras: Sequence[Camera], states: Iterable[RoomState]
    ) -> list[Event]:
        engine = RuleEngine(room, [rule_in(name, room, cameras)])
        return [event for state in states for event in engine.step(state)]

    return run
