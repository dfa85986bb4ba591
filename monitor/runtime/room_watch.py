"""One room: from the people found in its cameras' frames to the events of its rules.

The same object serves live cameras (POSIX seconds) and recordings (media seconds). Not
thread-safe: whoever looks at frames also steps the room.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from monitor.detectors.age.judge import AgeJudge
from monitor.detectors.ground.plane import GroundPlane, ground_plane_of
from monitor.detectors.rules import Origin
from monitor.detectors.tracking.tracker import Tracker
from monitor.domain.events import Event
from monitor.domain.hours import Calendar
from monitor.domain.people import Person, Track
from monitor.domain.places import Camera, Room
from monitor.domain.room_state import CameraView, RoomState
from monitor.runtime.room_decision import RoomDecision, Tape


@dataclass(slots=True)
class _Eye:
    """What belongs to one camera of the room."""

    camera: Camera
    tracker: Tracker
    judge: AgeJudge | None = None
    plane: GroundPlane | None = None
    aspect: float = 0.0
    tracks: tuple[Track, ...] = field(default=())


class RoomWatch:
    """Tracks, ages, room state and rules of one room.

    ``longest_wait`` is the longest time, in seconds, from an onset to its raise by any rule whose
    onset is worth showing; what builds up over many minutes has none.
    """

    def __init__(
        self,
        room: Room,
        cameras: Sequence[Camera],
        origin: Origin,
        calendar: Calendar | None = None,
        tape: Tape | None = None,
    ) -> None:
        """Without ``calendar``, rules that need the time of day judge nothing."""
        self.room = room
        self.cameras = tuple(camera for camera in cameras if camera.enabled)
        self._decision = RoomDecision(room, self.cameras, origin, calendar=calendar, tape=tape)
        self.longest_wait = self._decision.longest_wait
        self._eyes = {camera.id: _Eye(camera, Tracker(camera.id)) for camera in self.cameras}

    @property
    def state(self) -> RoomState | None:
        """Who was in the room at the last step; ``None`` before the first."""
        return self._decision.state

    @property
    def urgent(self) -> bool:
        """Say whether the room must be looked at as often as its cameras allow."""
        occupied = self.state is not None and self.state.people > 0
        return occupied or self._decision.pending or bool(self._decision.open_events)

    @property
    def pressing(self) -> bool:
        """Say whether a condition has begun that may soon be raised."""
        return self._decision.pending

    def tracks(self, camera_id: str) -> tuple[Track, ...]:
        """Return the tracks of a camera as of its last frame."""
        return self._eyes[camera_id].tracks

    def found_by(self, origin: Origin) -> None:
        """Let the events that begin from now on name another model."""
        self._decision.found_by(origin)

    def resume(self, events: Iterable[Event]) -> None:
        """Take over events that were open before a restart."""
        self._decision.resume(events)

    def observe(
        self, camera_id: str, people: Sequence[Person], time: float, aspect: float
    ) -> tuple[Track, ...]:
        """Take in the people of a frame whose width is ``aspect`` times its height."""
        eye = self._eyes[camera_id]
        if eye.judge is None or abs(eye.aspect - aspect) > 1e-6:
            eye.aspect = aspect
            eye.judge = AgeJudge(aspect)
            eye.plane = ground_plane_of(eye.camera, aspect)
        tracks = eye.judge.update(eye.tracker.update(people, time), eye.plane)
        eye.tracks = self._decision.observe(camera_id, time, tracks)
        return eye.tracks

    def still(self, camera_id: str, time: float) -> None:
        """Take in that a camera's picture at ``time`` is as it was when last looked at."""
        self._decision.still(camera_id, time)

    def view(self, view: CameraView) -> None:
        """Take in how far a camera's view can be trusted."""
        self._decision.view(view)

    def step(self, time: float) -> list[Event]:
        """Return the events that began, worsened or ended by ``time``."""
        return self._decision.step(time)
