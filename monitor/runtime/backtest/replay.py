"""Replays the kept tracks of one room through the deciding code of today.

With the parameters that were in force it yields the events that came live, with the same ids and
times. It can only tell for the looks that were taken: while a condition is pending, a room is
looked at more often, and with other parameters that might have been at other times.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from monitor.detectors.rules import Origin, Rule, rules_for
from monitor.domain.events import Event
from monitor.domain.hours import Calendar
from monitor.domain.places import Camera, Room
from monitor.domain.text import Text
from monitor.runtime.room_decision import RoomDecision
from monitor.runtime.tracks.calls import Call, Chunk, Heads, Look, Sight, Step, Still

_LONGEST_PAUSE = 30.0


@dataclass(frozen=True, slots=True)
class Span:
    """A time for which tracks are there without a gap, POSIX seconds."""

    start: float
    end: float


@dataclass(slots=True)
class Replayed:
    """What came of a replay. ``events`` has each event once, as last told, by its id."""

    events: dict[str, Event] = field(default_factory=dict)
    spans: list[Span] = field(default_factory=list)
    looks: int = 0

    @property
    def seconds(self) -> float:
        """For how long tracks were there."""
        return sum(span.end - span.start for span in self.spans)


def with_parameters(room: Room, rule: str, changes: Mapping[str, object]) -> Room:
    """Return ``room`` as if ``changes`` stood in its configuration of ``rule``."""
    return replace(room, rules={**room.rules, rule: {**room.rules.get(rule, {}), **changes}})


class RoomReplay:
    """One room and one rule. ``known`` are the ids of events that came live."""

    def __init__(
        self,
        room: Room,
        cameras: Sequence[Camera],
        rule: str,
        *,
        known: Collection[str] = (),
        calendar: Calendar | None = None,
        origin: Origin | None = None,
    ) -> None:
        self._room = room
        self._cameras = {camera.id: camera for camera in cameras}
        self._rule = rule
        self._known = known
        self._calendar = calendar
        self._origin = origin or Origin()
        self._decision: RoomDecision | None = None
        self._session = ""
        self._number = 0
        self.result = Replayed()

    def feed(self, chunk: Chunk) -> list[Event]:
        """Return the messages about events that ``chunk`` brings; chunks come in their order."""
        if chunk.session != self._session or chunk.number != self._number:
            self._begin(chunk)
            self.result.spans.append(Span(chunk.start, chunk.start))
        self._session, self._number = chunk.session, chunk.number + 1
        messages = []
        for call in chunk.calls:
            messages += self._call(call)
        for event in messages:
            self.result.events[event.id] = event
        return messages

    def _begin(self, chunk: Chunk) -> None:
        """Start anew, as the service does; what is open goes on being open."""
        resumed = {event.id for event in chunk.open}
        if self._decision is None:
            still_open = [event for event in chunk.open if event.rule == self._rule]
        else:
            # What the service had open and did not take over, somebody ended meanwhile.
            still_open = [
                event
                for event in self._decision.open_events
                if event.id in resumed or event.id not in self._known
            ]
        cameras = [self._camera(camera_id) for camera_id in chunk.cameras]
        self._decision = RoomDecision(
            self._room,
            cameras,
            self._origin,
            rules=self._rules(cameras),
            calendar=self._calendar,
        )
        self._decision.resume(still_open)

    def _rules(self, cameras: Sequence[Camera]) -> list[Rule]:
        return [rule for rule in rules_for(self._room, cameras) if rule.name == self._rule]

    def _camera(self, camera_id: str) -> Camera:
        known = self._cameras.get(camera_id)
        if known is None:  # it watched the room then, and has left the configuration since
            return Camera(camera_id, self._room.id, Text(camera_id, camera_id), "")
        return replace(known, enabled=True, room_id=self._room.id)

    def _call(self, call: Call) -> list[Event]:
        decision = self._decision
        if decision is None:
            return []
        match call:
            case Look():
                decision.take(call)
                self.result.looks += 1
            case Still():
                decision.still(call.camera_id, call.time)
            case Sight():
                decision.view(call.view)
            case Heads():
                decision.headcount(call.time, call.headcount)
            case Step():
                self._note(call.time)
                return decision.step(call.time)
        return []

    def _note(self, time: float) -> None:
        spans = self.result.spans
        last = spans[-1]
        if 0 <= time - last.end <= _LONGEST_PAUSE:
            spans[-1] = Span(last.start, time)
        else:
            spans.append(Span(time, time))
