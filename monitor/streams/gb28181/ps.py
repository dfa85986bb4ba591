"""The programme stream between network and demuxer: only what the picture needs passes.

Sound and makers' private data come and go in mid-stream. ffmpeg opens a new stream for each kind,
which its Python binding does not expect after the start; and none of it is wanted here: sound of
children is not recorded.
"""

from __future__ import annotations

from monitor.streams.gb28181.rtp import Tally

_PREFIX = b"\x00\x00\x01"
_PACK_START = b"\x00\x00\x01\xba"
_PACK, _SYSTEM, _MAP = 0xBA, 0xBB, 0xBC
_VIDEO = range(0xE0, 0xF0)
_PACK_HEADER = 14  # bytes without stuffing
_PART_HEADER = 6


class PictureOnly:
    """Keeps headers, stream maps and the first video, however the stream is cut into pieces."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._video: int | None = None
        self._rest = b""
        self._left = 0  # bytes of the present part that are still to come
        self._endless = False  # the present part ends where the next pack begins
        self._keeping = False

    def restart(self) -> None:
        """Forget a part of which the end was lost; what comes next begins a pack."""
        self._rest = b""
        self._left = 0
        self._endless = False

    def filter(self, data: bytes) -> bytes:
        """Return ``data`` without what is not wanted; what is malformed ends its pack."""
        data = self._rest + data if self._rest else data
        kept: list[bytes] = []
        at = 0
        while at < len(data):
            if not self._left and not self._endless:
                begin = self._begin(data, at)
                if begin is None:
                    break
                at = begin
            end = self._end(data, at)
            if self._keeping:
                kept.append(data[at:end])
            if end == at:
                break
            at = end
        self._rest = data[at:]
        return b"".join(kept)

    def _begin(self, data: bytes, at: int) -> int | None:
        """Read the header of the part at or after ``at``; ``None`` while it is incomplete."""
        if data[at : at + 3] != _PREFIX[: len(data) - at]:
            self._tally.malformed += 1
            found = data.find(_PACK_START, at)
            at = len(data) - 3 if found < 0 else found
        if len(data) - at < _PART_HEADER:
            return None
        kind = data[at + 3]
        if kind == _PACK:
            if len(data) - at < _PACK_HEADER:
                return None
            self._left = _PACK_HEADER + (data[at + 13] & 0x07)
        else:
            length = int.from_bytes(data[at + 4 : at + 6], "big")
            # Some makes give pictures no length: they go on up to the next pack.
            self._endless = length == 0 and kind in _VIDEO
            self._left = _PART_HEADER + length
        self._keeping = self._wanted(kind)
        return at

    def _end(self, data: bytes, at: int) -> int:
        """Return up to where ``data`` belongs to the present part, as far as it goes."""
        if self._left:
            step = min(self._left, len(data) - at)
            self._left -= step
            return at + step
        found = data.find(_PACK_START, at)
        if found >= 0:
            self._endless = False
            return found
        return max(at, len(data) - 3)

    def _wanted(self, kind: int) -> bool:
        if kind in _VIDEO:
            if self._video is None:
                self._video = kind
            return kind == self._video
        return kind in (_PACK, _SYSTEM, _MAP)
