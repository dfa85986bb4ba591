"""Draws what was seen on a picture: boxes with readable labels, and when and where it was.

Colours are those of the live overlay: blue for adults, amber for children, grey for people of whom
it is not known. Labels are in English: the drawing font knows no Chinese.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.domain.media import Frame
from monitor.domain.people import AgeClass, Track

COLOURS: dict[AgeClass, tuple[int, int, int]] = {
    AgeClass.ADULT: (90, 176, 255),
    AgeClass.CHILD: (255, 181, 46),
    AgeClass.UNKNOWN: (217, 221, 226),
}
"""RGB of the boxes; the pages use the same. Black text is readable on all of them."""

_LABELS = {
    AgeClass.ADULT: "adult",
    AgeClass.CHILD: "child",
    AgeClass.UNKNOWN: "person",
}
_WHITE = (255, 255, 255)
_BLACK = (0, 0, 0)
_FONT = cv2.FONT_HERSHEY_SIMPLEX
_JPEG_QUALITY = 85


def snapshot_jpeg(frame: Frame, tracks: Sequence[Track], zone: tzinfo = UTC) -> bytes:
    """Return ``frame`` as a JPEG with a box around each of ``tracks`` seen by its camera.

    Args:
        frame: the picture; it is not altered.
        tracks: people; those of other cameras are left out.
        zone: time zone of the caption.

    Raises:
        ValueError: the picture is empty.
    """
    if frame.width == 0 or frame.height == 0:
        raise ValueError("an empty picture shows nothing")
    image: NDArray[np.uint8] = np.ascontiguousarray(frame.image).copy()
    scale = max(0.4, frame.height / 1080)
    mine = [track for track in tracks if track.camera_id == frame.camera_id]
    for track in sorted(mine, key=lambda track: track.box.foot[1]):  # the nearest on top
        _draw_person(image, track, scale)
    _draw_caption(image, frame.camera_id, datetime.fromtimestamp(frame.wall, zone), scale)
    done, encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])
    if not done:
        raise ValueError("the picture cannot be encoded")
    return bytes(encoded.tobytes())


def _draw_person(image: NDArray[np.uint8], track: Track, scale: float) -> None:
    height, width = image.shape[:2]
    left, right = (_pixel(x, width) for x in (track.box.x1, track.box.x2))
    top, bottom = (_pixel(y, height) for y in (track.box.y1, track.box.y2))
    colour = COLOURS[track.age][::-1]
    thick = max(2, round(3 * scale))
    cv2.rectangle(image, (left, top), (right, bottom), _BLACK, thick + 2)
    cv2.rectangle(image, (left, top), (right, bottom), colour, thick)
    label = f"{_LABELS[track.age]} {track.id}"
    if track.height_m is not None:
        label += f" {track.height_m:.2f} m"
    _draw_label(image, label, (left, top), colour, scale)


def _draw_caption(image: NDArray[np.uint8], camera_id: str, taken: datetime, scale: float) -> None:
    text = f"{camera_id}  {taken.strftime('%Y-%m-%d %H:%M:%S %z')}"
    _draw_label(image, text, (0, image.shape[0]), _WHITE, scale)


def _draw_label(
    image: NDArray[np.uint8], text: str, corner: tuple[int, int], colour: Any, scale: float
) -> None:
    """Write ``text`` on a filled bar whose lower left is ``corner``, moved into the picture."""
    thick = max(1, round(2 * scale))
    (wide, high), below = cv2.getTextSize(text, _FONT, scale, thick)
    pad = max(2, round(4 * scale))
    bar_wide, bar_high = wide + 2 * pad, high + below + 2 * pad
    left = max(0, min(corner[0], image.shape[1] - bar_wide))
    bottom = max(bar_high, min(corner[1], image.shape[0]))
    cv2.rectangle(image, (left, bottom - bar_high), (left + bar_wide, bottom), colour, cv2.FILLED)
    origin = (left + pad, bottom - below - pad)
    cv2.putText(image, text, origin, _FONT, scale, _BLACK, thick, cv2.LINE_AA)


def _pixel(share: float, size: int) -> int:
    return round(min(1.0, max(0.0, share)) * (size - 1))
