"""An annotated copy of what was analysed: boxes by age, counts in the corner."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.alerts.evidence import COLOURS
from monitor.domain.errors import InputError
from monitor.domain.people import Track
from monitor.domain.room_state import RoomState
from monitor.domain.system_words import unwritable
from monitor.domain.text import Text
from monitor.runtime.analyze import Seen

_TICKS = 1000


class VideoWriter:
    """Writes analysed frames to an MP4; use it as a context manager."""

    def __init__(self, path: Path) -> None:
        """Raises :class:`InputError` when the file cannot be written."""
        try:
            # PyAV alone would open the file only once the first packet is there.
            self._file = path.open("wb")
        except OSError as error:
            raise InputError(
                unwritable(error), where=str(path), hint=Text("检查文件夹", "check the folder")
            ) from None
        self._container = av.open(self._file, "w", format="mp4")
        self._stream: av.VideoStream | None = None
        self._last = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        with self._file:
            if self._stream is not None:
                for packet in self._stream.encode(None):
                    self._container.mux(packet)
            self._container.close()

    def write(self, seen: Seen) -> None:
        """Append one analysed frame with its boxes and counts."""
        picture = annotated(seen.frame.image, seen.tracks, seen.state)
        if self._stream is None:
            self._stream = self._container.add_stream("libx264", rate=25)
            self._stream.width = seen.frame.width - seen.frame.width % 2
            self._stream.height = seen.frame.height - seen.frame.height % 2
            self._stream.pix_fmt = "yuv420p"
            self._stream.codec_context.time_base = Fraction(1, _TICKS)
            self._stream.options = {"preset": "veryfast", "crf": "23"}
        size = (self._stream.width, self._stream.height)
        if (picture.shape[1], picture.shape[0]) != size:
            picture = np.ascontiguousarray(cv2.resize(picture, size), np.uint8)
        frame = av.VideoFrame.from_ndarray(picture, format="bgr24")
        self._last = frame.pts = max(round(seen.frame.time * _TICKS), self._last + 1)
        frame.time_base = Fraction(1, _TICKS)
        for packet in self._stream.encode(frame):
            self._container.mux(packet)


def annotated(
    image: NDArray[np.uint8], tracks: tuple[Track, ...], state: RoomState
) -> NDArray[np.uint8]:
    """Return a copy of a BGR picture with boxes, ages, heights and the room's counts."""
    picture = image.copy()
    height, width = picture.shape[:2]
    for track in tracks:
        if track.seen < state.time:
            continue
        red, green, blue = COLOURS[track.age]
        colour = (blue, green, red)
        box = track.box
        corner = (round(box.x1 * width), round(box.y1 * height))
        cv2.rectangle(picture, corner, (round(box.x2 * width), round(box.y2 * height)), colour, 2)
        label = f"{track.age.value} {track.score:.2f}"
        if track.height_m is not None:
            label += f" {track.height_m:.2f} m"
        place = (corner[0], max(corner[1] - 5, 12))
        cv2.putText(picture, label, place, cv2.FONT_HERSHEY_SIMPLEX, 0.45, colour, 1, cv2.LINE_AA)
    counts = f"adults {state.adults}  children {state.children}  unknown {state.unknown}"
    text = f"{state.time:7.1f} s  {counts}  view {state.view.value}"
    cv2.rectangle(picture, (0, 0), (min(width, 520), 24), (30, 30, 30), -1)
    cv2.putText(
        picture, text, (6, 17), cv2.FONT_HERSHEY_SIMPLEX, 0.5, (240, 240, 240), 1, cv2.LINE_AA
    )
    return picture
