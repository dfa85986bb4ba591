"""The doors of one room: crossings of its lines on all cameras, and the books kept by them."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import replace

from monitor.detectors.door_book import DoorBook
from monitor.detectors.lines import LineWatch
from monitor.detectors.shared_floor import Tally
from monitor.domain.people import AgeClass, Track
from monitor.domain.places import Camera
from monitor.domain.room_state import Beyond, Crossing

_RECENT = 15.0
_SAME_CROSSING = 2.0
_MOST_CROSSINGS = 64
_BACKWARDS = 60.0


class Doors:
    """Lines and books of one room. Costs nothing where no line is drawn. Not thread-safe."""

    def __init__(self, cameras: Sequence[Camera], inside: float, beyond: float) -> None:
        """``inside`` and ``beyond`` are for how many seconds an unconfirmed entry is believed."""
        self._lines = {camera.id: LineWatch(camera.lines) for camera in cameras if camera.lines}
        self._inside = DoorBook(inside)
        self._beyond: dict[str, tuple[DoorBook, tuple[str, ...]]] = {}
        for goal in sorted({line.leads_to or "" for c in cameras for line in c.lines} - {""}):
            seeing = [c.id for c in cameras if any(line.leads_to == goal for line in c.lines)]
            self._beyond[goal] = (DoorBook(beyond), tuple(sorted(seeing)))
        self._alone = len(cameras) == 1
        self._recent: deque[Crossing] = deque(maxlen=_MOST_CROSSINGS)
        self._new: deque[Crossing] = deque(maxlen=_MOST_CROSSINGS)
        self._departed: deque[Track] = deque(maxlen=_MOST_CROSSINGS)
        self._latest: float | None = None

    def observe(
        self, camera_id: str, time: float, tracks: Sequence[Track], departed: Sequence[Track]
    ) -> list[Crossing]:
        """Take in a camera's tracks and those who left its picture; return who crossed a line."""
        watch = self._lines.get(camera_id)
        if self._latest is not None and time < self._latest - _BACKWARDS:
            self._restart()
        if not self._lines:
            return []
        self._latest = time if self._latest is None else max(time, self._latest)
        self._refresh(tracks)
        crossings = watch.observe(time, tracks) if watch is not None else []
        self._new.extend(crossings)
        if self._alone:
            # Another camera of the room may see on whom this one has lost at its edge.
            self._departed.extend(departed)
        return crossings

    def settle(self) -> None:
        """Write what was seen since the last time into the books, in one order for all cameras."""
        for crossing in sorted(self._new, key=_order):
            if not self._known(crossing):
                self._recent.append(crossing)
                self._write_down(crossing)
        self._new.clear()

    def crossings(self, time: float) -> tuple[Crossing, ...]:
        """Return the settled crossings of the last seconds, oldest first."""
        while self._recent and time - self._recent[0].time > _RECENT:
            self._recent.popleft()
        return tuple(sorted(self._recent, key=_order)) if self._recent else ()

    def unseen(self, time: float, seen: Tally, present: Sequence[Track]) -> Tally:
        """Return how many came in by a line and must be there beyond those ``seen``.

        Who left otherwise is struck off only now that it is clear who is accounted for.
        """
        unseen = self._inside.unseen(time, seen, present)
        if not self._departed:
            return unseen
        for track in self._departed:
            self._inside.depart(track, time)
        self._departed.clear()
        return self._inside.unseen(time, seen, present)

    def beyond(self, time: float) -> tuple[Beyond, ...]:
        """Return who went through the doors that lead somewhere, of each room behind them."""
        found = []
        for room_id, (book, cameras) in self._beyond.items():
            tally, since = book.inside(time)
            found.append(Beyond(room_id, tally.adults, tally.children, since, cameras))
        return tuple(found)

    def _write_down(self, crossing: Crossing) -> None:
        goal = self._beyond.get(crossing.line.leads_to or "")
        if crossing.inward:
            self._inside.enter(crossing.track, crossing.time)
            if goal is not None:
                goal[0].leave(crossing.track)
        else:
            self._inside.leave(crossing.track)
            if goal is not None:
                goal[0].enter(crossing.track, crossing.time)

    def _known(self, crossing: Crossing) -> bool:
        """Say whether another camera has told of the same crossing of the same line."""
        return any(
            other.line.id == crossing.line.id
            and other.inward is crossing.inward
            and other.track.camera_id != crossing.track.camera_id
            and abs(other.time - crossing.time) <= _SAME_CROSSING
            and len({other.track.age, crossing.track.age} - {AgeClass.UNKNOWN}) <= 1
            for other in self._recent
        )

    def _refresh(self, tracks: Sequence[Track]) -> None:
        """Note what has become known of the age of somebody who has just crossed."""
        if not self._recent:
            return
        known = {(track.camera_id, track.id): track for track in tracks}
        for index, crossing in enumerate(self._recent):
            was = crossing.track
            now = known.get((was.camera_id, was.id))
            if now is not None and now.adult_log_odds != was.adult_log_odds:
                newer = replace(was, age=now.age, adult_log_odds=now.adult_log_odds)
                self._recent[index] = replace(crossing, track=newer)

    def _restart(self) -> None:
        self._recent.clear()
        self._new.clear()
        self._departed.clear()
        self._inside.clear()
        for book, _ in self._beyond.values():
            book.clear()
        self._latest = None


def _order(crossing: Crossing) -> tuple[float, str, str, int]:
    return crossing.time, crossing.line.id, crossing.track.camera_id, crossing.track.id
