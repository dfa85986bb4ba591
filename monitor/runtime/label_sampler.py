"""Which analysed frames are worth a person's time: unlike those kept, or unsure, and not many.

Frames come with their privacy masks already blacked out. Nothing is sampled unless the
configuration asks for it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import cv2
import numpy as np
import structlog
from numpy.typing import NDArray

from monitor.domain.clock import to_datetime
from monitor.domain.labels import LabelBox
from monitor.domain.media import Frame
from monitor.domain.people import AgeClass, Person, Track
from monitor.settings.schema import Labels
from monitor.store.labels import LabelStore

log = structlog.get_logger(__name__)

_DAY = 86400.0
_THUMB = (32, 18)
_REMEMBERED = 40
_NEW = 6.0
_NEW_IF_UNSURE = 2.0
_UNSURE = (0.12, 0.45)
_PROPOSED = 0.2
_SAME = 0.5
_QUALITY = 92

Thumb = NDArray[np.float32]


@dataclass(slots=True)
class _Camera:
    """What was kept of one camera; ``day`` counts whole days."""

    last: float = -np.inf
    day: int = -1
    today: int = 0
    kept: deque[Thumb] = field(default_factory=lambda: deque(maxlen=_REMEMBERED))


class LabelSampler:
    """Keeps frames in ``store`` within the bounds of ``settings``."""

    def __init__(self, store: LabelStore, settings: Labels) -> None:
        self._store = store
        self._settings = settings
        self._cameras: dict[str, _Camera] = {}

    def consider(self, frame: Frame, people: Sequence[Person], tracks: Sequence[Track]) -> bool:
        """Keep ``frame`` if it is worth it; say whether it was kept.

        ``people`` are the boxes of this frame, ``tracks`` those of them whose age may be known.
        """
        camera = self._cameras.get(frame.camera_id)
        day = int(frame.wall // _DAY)
        if camera is None:
            camera = self._cameras[frame.camera_id] = self._recall(frame.camera_id, day)
        if day != camera.day:
            camera.day, camera.today = day, 0
        if frame.wall - camera.last < self._settings.every:
            return False
        if camera.today >= self._settings.per_camera_day:
            return False
        thumb = _thumb(frame)
        unsure = any(_UNSURE[0] <= person.score < _UNSURE[1] for person in people)
        if _novelty(thumb, camera.kept) < (_NEW_IF_UNSURE if unsure else _NEW):
            return False
        camera.last = frame.wall
        if self._store.count() >= self._settings.most:
            return False
        if not self._keep(frame, proposals(people, tracks)):
            return False
        camera.today += 1
        camera.kept.append(thumb)
        return True

    def _recall(self, camera_id: str, day: int) -> _Camera:
        """Return what was kept of a camera before this process began."""
        moments = self._store.moments(camera_id)
        today = sum(int(moment // _DAY) == day for moment in moments)
        return _Camera(last=max(moments, default=-np.inf), day=day, today=today)

    def _keep(self, frame: Frame, boxes: Sequence[LabelBox]) -> bool:
        done, data = cv2.imencode(".jpg", frame.image, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
        if not done:
            return False
        size = (frame.width, frame.height)
        try:
            self._store.add(frame.camera_id, to_datetime(frame.wall), data.tobytes(), size, boxes)
        except OSError as error:
            # A full disk must not disturb the watching.
            log.warning("label_frame_not_kept", camera=frame.camera_id, reason=error.strerror)
            return False
        return True


def proposals(people: Sequence[Person], tracks: Sequence[Track]) -> list[LabelBox]:
    """Return a box for each person found, with the age that their track is known by."""
    boxes = []
    for person in people:
        if person.score < _PROPOSED:
            continue
        known = max(tracks, key=lambda track: track.box.overlap(person.box), default=None)
        age = person.age
        if known is not None and known.box.overlap(person.box) >= _SAME:
            age = known.age if known.age is not AgeClass.UNKNOWN else age
        boxes.append(LabelBox(person.box, age, round(person.score, 3)))
    return boxes


def _thumb(frame: Frame) -> Thumb:
    grey = cv2.cvtColor(frame.image, cv2.COLOR_BGR2GRAY)
    small = cv2.resize(grey, _THUMB, interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32)


def _novelty(thumb: Thumb, kept: Iterable[Thumb]) -> float:
    """Return how far, in grey levels, the most similar kept picture is."""
    return min((float(np.abs(thumb - other).mean()) for other in kept), default=np.inf)
