"""One room: from the people found in its cameras' frames to the events of its rules.

The same object serves live cameras (POSIX seconds) and recordings (media seconds). Not
thread-safe: whoever looks at frames also steps the room.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import structlog

from monitor.detectors.age.another_body import Bodies
from monitor.detectors.age.judge import AgeJudge
from monitor.detectors.age.standing import StandingPeople
from monitor.detectors.ground.check import PlaneCheck
from monitor.detectors.ground.plane import GroundPlane, ground_plane_of
from monitor.detectors.rules import Origin
from monitor.detectors.tracking.tracker import Tracker
from monitor.domain.events import Event
from monitor.domain.headcount import Headcount
from monitor.domain.hours import Calendar
from monitor.domain.people import Person, Track
from monitor.domain.places import Camera, Room
from monitor.domain.room_state import CameraView, RoomState, ViewFault
from monitor.runtime.room_decision import RoomDecision, Tape

log = structlog.get_logger(__name__)

_DOUBT_LASTS = 1800.0  # seconds; noisy boxes make a right plane look doubtful for some minutes


@dataclass(slots=True)
class _Eye:
    """What belongs to one camera of the room."""

    camera: Camera
    tracker: Tracker
    judge: AgeJudge | None = None
    plane: GroundPlane | None = None
    aspect: float = 0.0
    tracks: tuple[Track, ...] = field(default=())
    bodies: Bodies = field(default_factory=Bodies)
    standing: StandingPeople | None = None
    check: PlaneCheck | None = None
    doubtful_since: float | None = None
    distrusted: bool = False
    view: CameraView | None = None

    @property
    def moved(self) -> bool:
        return self.view is not None and self.view.fault is ViewFault.MOVED

    @property
    def trusted_plane(self) -> GroundPlane | None:
        """The plane by which heights may be told at present."""
        return None if self.moved or self.distrusted else self.plane

    def look_at(self, aspect: float) -> AgeJudge:
        """Return the judge for pictures of this shape."""
        if self.judge is None or abs(self.aspect - aspect) > 1e-6:
            self.aspect = aspect
            self.judge = AgeJudge(aspect)
            self.plane = ground_plane_of(self.camera, aspect)
            self.standing = StandingPeople(aspect, walking=True)
            self.check = None if self.plane is None else PlaneCheck(self.plane)
            self.doubtful_since, self.distrusted = None, False
        return self.judge

    def compare(self, tracks: Sequence[Track], time: float) -> None:
        """Hold the people just seen against the configured plane."""
        if self.check is None or self.standing is None or self.moved:
            return
        for box in self.standing.pick(tracks, time):
            self.check.see(box)
        if not self.check.doubtful:
            self.doubtful_since, self.distrusted = None, False
            return
        if self.doubtful_since is None:
            self.doubtful_since = time
        if not self.distrusted and time - self.doubtful_since >= _DOUBT_LASTS:
            self.distrusted = True
            log.warning("plane_doubtful", camera=self.camera.id, reason=self.check.reason)

    def verdict(self) -> CameraView | None:
        """Return the camera's view, with what the people say about its calibration."""
        view = self.view
        since = self.doubtful_since
        if view is None or view.fault is not None or since is None or not self.distrusted:
            return view
        return CameraView(self.camera.id, ViewFault.MISCALIBRATED, since)


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
        return occupied or self.critical

    @property
    def critical(self) -> bool:
        """Say whether a condition has begun that may soon be raised, or an event is open."""
        return self._decision.pending or bool(self._decision.open_events)

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
        judge = eye.look_at(aspect)
        found = eye.tracker.update(people, time)
        if others := eye.bodies.others(found, eye.trusted_plane):
            judge.forget(others)
            found = eye.tracker.renumber(others)
        distrusted = eye.distrusted
        eye.compare(found, time)
        if eye.distrusted is not distrusted and (verdict := eye.verdict()) is not None:
            self._decision.view(verdict)
        tracks = judge.update(found, eye.trusted_plane, strays=eye.bodies.strays)
        eye.tracks = self._decision.observe(camera_id, time, tracks)
        return eye.tracks

    def still(self, camera_id: str, time: float) -> None:
        """Take in that a camera's picture at ``time`` is as it was when last looked at."""
        self._decision.still(camera_id, time)

    def view(self, view: CameraView) -> None:
        """Take in how far a camera's view can be trusted."""
        eye = self._eyes[view.camera_id]
        moved = eye.moved
        eye.view = view
        if eye.moved is not moved and eye.judge is not None:
            eye.judge.forget_scale()
        self._decision.view(eye.verdict() or view)

    def headcount(self, time: float, headcount: Headcount | None) -> None:
        """Take in who is signed in, and counted in the institution's other rooms, from now on."""
        self._decision.headcount(time, headcount)

    def step(self, time: float) -> list[Event]:
        """Return the events that began, worsened or ended by ``time``."""
        return self._decision.step(time)
