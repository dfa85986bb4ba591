"""Encoded packets and decoded frames: the two units in which video moves."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class StreamInfo:
    """What a connected source says about its video."""

    codec: str
    width: int
    height: int
    fps: float | None
    extradata: bytes = b""
    has_b_frames: bool = False


@dataclass(frozen=True, slots=True)
class Packet:
    """One encoded access unit in Annex B form, as demuxed; never altered.

    ``time`` is stream time in seconds, never falling within one ``epoch``; ``wall`` is POSIX
    seconds (UTC) at which the picture was taken as far as is known; ``epoch`` grows by one at
    each reconnection or discontinuity, and packets of two epochs never decode together.
    Packets come in decoding order; ``shift`` ≥ 0 is how many seconds after ``time`` the picture
    is shown, which differs from 0 only in streams with B-frames. ``camera_clock`` is the time
    (POSIX seconds) at which the camera itself says it took a keyframe, where it says so.
    """

    camera_id: str
    epoch: int
    time: float
    duration: float
    wall: float
    keyframe: bool
    data: bytes
    shift: float = 0.0
    camera_clock: float | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """A decoded picture that something is about to look at.

    ``image`` is ``uint8`` BGR of shape ``(height, width, 3)``; ``time`` and ``wall`` are those
    at which its packet is shown.
    """

    camera_id: str
    epoch: int
    time: float
    wall: float
    image: NDArray[np.uint8]

    @property
    def width(self) -> int:
        """Width in pixels."""
        return int(self.image.shape[1])

    @property
    def height(self) -> int:
        """Height in pixels."""
        return int(self.image.shape[0])
