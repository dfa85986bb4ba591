"""Why somebody cannot watch just now, in both languages."""

from __future__ import annotations

from monitor.domain.errors import ConflictError
from monitor.domain.text import Text


class LiveFullError(ConflictError):
    """No room for another viewer at present; trying again later may succeed.

    ``text`` and ``advice`` are for people, in both languages; ``str()`` is the English form.
    """

    def __init__(self, text: Text, advice: Text, *, where: str = "") -> None:
        super().__init__(text, where=where, hint=advice)


TOO_MANY_VIEWERS = Text("同时观看的人数已达上限", "too many people are watching at the same time")
CLOSE_SOME = Text(
    "关闭不用的实时画面，稍后再试", "close live pictures that are not needed, try again"
)
TOO_MANY_ENCODINGS = Text(
    "摄像机的编码浏览器无法播放，而转码名额已用完",
    "browsers cannot play this camera's encoding, and no transcoder is free",
)
USE_H264 = Text(
    "在摄像机中改用 H.264 并关闭 B 帧", "set the camera to H.264 and switch B-frames off"
)
