"""A recording in memory, H.264 or H.265, that plays in a loop."""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av

from monitor.domain.errors import InputError
from monitor.streams.demux import VideoDemuxer, open_container
from monitor.streams.failures import StreamError

_USUAL_FPS = 25.0


@dataclass(frozen=True, slots=True)
class Picture:
    """One coded picture, ``due`` seconds into the recording."""

    due: float
    keyframe: bool
    data: bytes


@dataclass(frozen=True, slots=True)
class Footage:
    """A whole recording; it begins with a keyframe."""

    codec: str
    pictures: tuple[Picture, ...]
    duration: float

    def following(self, elapsed: float) -> Iterator[tuple[float, Picture]]:
        """Yield pictures for ever with when they are due, from a keyframe at or after ``elapsed``.

        What is due counts on over the rounds.
        """
        turn = int(elapsed // self.duration)
        index = bisect.bisect_left(
            [picture.due for picture in self.pictures], elapsed - turn * self.duration
        )
        begun = False
        while True:
            for picture in self.pictures[index:]:
                begun = begun or picture.keyframe
                if begun:
                    yield turn * self.duration + picture.due, picture
            turn, index = turn + 1, 0


def load_footage(path: Path) -> Footage:
    """Read a recording without B-frames.

    Raises:
        InputError: it cannot be read as H.264 or H.265.
    """
    try:
        with open_container(str(path), {}) as container:
            demuxer = VideoDemuxer(container, str(path))
            step = 1.0 / (demuxer.info.fps or _USUAL_FPS)
            pictures = [
                Picture(number * step, unit.keyframe, unit.data)
                for number, unit in enumerate(demuxer.units())
            ]
            codec = demuxer.info.codec
    except (av.FFmpegError, OSError, StreamError) as error:
        raise InputError(
            "cannot be read as a video", where=str(path), hint="is it complete, and a video?"
        ) from error
    if not pictures or not pictures[0].keyframe:
        raise InputError("does not begin with a keyframe", where=str(path))
    return Footage(codec, tuple(pictures), len(pictures) * step)
