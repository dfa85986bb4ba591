"""Writing footage: H.264 without B-frames and with a key frame every two seconds.

A file appears under its name only once it is complete.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

GOP_SECONDS = 2
_CRF = 27


def encode(
    path: Path,
    size: tuple[int, int],
    fps: int,
    frames: int,
    draw: Callable[[int], NDArray[np.uint8]],
    progress: Callable[[float], None],
    digest: str,
) -> None:
    """Write ``frames`` pictures to ``path`` (MP4).

    ``draw`` returns picture ``i`` as planar YUV 4:2:0, shape (height · 3 / 2, width);
    ``progress`` is told the share done; ``digest`` is kept in the file's comment.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with av.open(str(partial), "w", format="mp4", options={"movflags": "faststart"}) as file:
            file.metadata["comment"] = digest
            stream = file.add_stream("libx264", rate=fps)
            stream.width, stream.height = size
            stream.pix_fmt = "yuv420p"
            stream.time_base = Fraction(1, fps)
            stream.options = {
                "preset": "ultrafast",
                "crf": str(_CRF),
                "bf": "0",
                "g": str(fps * GOP_SECONDS),
                "sc_threshold": "0",
                "threads": "1",
            }
            for i in range(frames):
                frame = av.VideoFrame.from_ndarray(draw(i), format="yuv420p")
                frame.pts = i
                file.mux(stream.encode(frame))
                if i % fps == 0:
                    progress(i / frames)
            file.mux(stream.encode(None))
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    progress(1.0)
