"""How large a keyframe's pictures are, whatever was said when the camera was connected."""

from __future__ import annotations

import av
from av.packet import Packet as EncodedPacket
from av.video.codeccontext import VideoCodecContext


def picture_size(codec: str, keyframe: bytes) -> tuple[int, int] | None:
    """Return width and height of a keyframe in Annex B, or ``None`` if it cannot be decoded.

    It is decoded once: dear, so ask only when its sequence parameter set is a new one.
    """
    context = av.CodecContext.create(codec, "r")
    if not isinstance(context, VideoCodecContext):
        raise TypeError(f"{codec} is no video codec")
    context.thread_count = 1
    try:
        pictures = [*context.decode(EncodedPacket(keyframe)), *context.decode(None)]
    except (av.FFmpegError, ValueError):
        return None
    return (pictures[0].width, pictures[0].height) if pictures else None
