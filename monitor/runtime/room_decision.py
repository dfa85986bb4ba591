"""From the judged tracks of a room to the events of its rules: the part that can be replayed.

Whatever decides goes through here, live and in a back-test alike; what goes in may be written down
on a tape. Tracks are rounded first, so that what is kept of them is what was decided on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Protocol

from monitor.detectors.fusion import RoomFusion
from monitor.detectors.rules import Origin, Rule, RuleEngine, rules_for
from monitor.domain.events import Event
from monitor.domain.headcount import Headcount
from monitor.domain.hours import Calendar
from monitor.domain.people import Track
from monitor.domain.places import Camera, Room
from monitor.domain.room_state import CameraView, RoomState
from monitor.runtime.tracks.calls import Look, coarse

_SHOWN = 180.0  # what takes longer to be raised has no onset worth a clip


class Tape(Protocol):
    """Takes down what a room decides from."""

    def look(self, look: Look) -> None:
        """Note a look and the rounded tracks that came of it."""

    def still(self, camera_id: str, time: float) -> None:
        """Note that a picture had not changed."""

    def view(self, view: CameraView) -> None:
        """Note how far a view can be trusted."""

    def headcount(self, time: float, headcount: Headcount | None) -> None:
        """Note who is signed in, and counted in the institution's other rooms."""

    def resume(self, events: Sequence[Event]) -> None:
        """Note the events that are open at the start."""

    def step(self, time: float, open_events: tuple[Event, ...]) -> None:
        """Note that the rules were asked, and which events are open since."""


class RoomDecision:
    """Room state and rules of one room. Not thread-safe.

    ``rules`` are those that run, by default all that apply to the room. Without ``calendar`` those
    that need the time of day judge nothing. ``longest_wait`` is the longest time, in seconds, from
    an onset that a clip should show to its raise by any of them.
    """

    def __init__(
        self,
        room: Room,
        cameras: Sequence[Camera],
        origin: Origin,
        *,
        rules: Sequence[Rule] | None = None,
        calendar: Calendar | None = None,
        tape: Tape | None = None,
    ) -> None:
        self._fusion = RoomFusion(room, cameras, calendar=calendar)
        running = rules_for(room, cameras) if rules is None else tuple(rules)
        waits = [rule.timing.after for rule in running if rule.timing.after <= _SHOWN]
        self.longest_wait = max(waits, default=0.0)
        self._engine = RuleEngine(room, running, origin)
        self._tape = tape
        self._headcount: Headcount | None = None
        self.state: RoomState | None = None

    @property
    def pending(self) -> bool:
        """Say whether a condition has begun that may soon be raised."""
        return self._engine.pending

    @property
    def open_events(self) -> tuple[Event, ...]:
        """Events raised and not yet cleared."""
        return self._engine.open_events

    def found_by(self, origin: Origin) -> None:
        """Let the events that begin from now on name another model."""
        self._engine.origin = origin

    def resume(self, events: Iterable[Event]) -> None:
        """Take over events that were open before a restart."""
        self._engine.resume(events)
        if self._tape is not None:
            self._tape.resume(self._engine.open_events)

    def observe(self, camera_id: str, time: float, tracks: Sequence[Track]) -> tuple[Track, ...]:
        """Take in the judged tracks of the frame of ``time``; return them with their zones."""
        return self.take(Look(camera_id, time, coarse(tracks)))

    def take(self, look: Look) -> tuple[Track, ...]:
        """Take in a look whose tracks are rounded already; return them with their zones."""
        if self._tape is not None:
            self._tape.look(look)
        return self._fusion.observe(look.camera_id, look.time, look.tracks)

    def still(self, camera_id: str, time: float) -> None:
        """Take in that a camera's picture at ``time`` is as it was when last looked at."""
        if self._tape is not None:
            self._tape.still(camera_id, time)
        self._fusion.still(camera_id, time)

    def view(self, view: CameraView) -> None:
        """Take in how far a camera's view can be trusted."""
        if self._tape is not None:
            self._tape.view(view)
        self._fusion.view(view)

    def headcount(self, time: float, headcount: Headcount | None) -> None:
        """Take in who is signed in, and counted in the institution's other rooms, from now on."""
        if self._tape is not None:
            self._tape.headcount(time, headcount)
        self._headcount = headcount

    def step(self, time: float) -> list[Event]:
        """Return the events that began, worsened or ended by ``time``."""
        state = self._fusion.state(time)
        if self._headcount is not None:
            state = replace(state, headcount=self._headcount)
        self.state = state
        events = self._engine.step(state)
        if self._tape is not None:
            self._tape.step(time, self._engine.open_events)
        return events
