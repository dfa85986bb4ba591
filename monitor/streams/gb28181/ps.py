"""The programme stream between network and demuxer: only what the picture needs passes.

Sound and makers' private data come and go in mid-stream. ffmpeg opens a new stream for each kind,
which its Python binding does not expect after the start; and none of it is wanted here: sound of
children is not recorded.
"""

from __future__ import annotations

from monitor.streams.gb28181.rtp import Tally

_PREFIX = b"\x00\x00\x01"
_PACK, _SYSTEM, _MAP = 0xBA, 0xBB, 0xBC
_VIDEO = range(0xE0, 0xF0)
_PACK_HEADER = 14  # bytes without stuffing


class PictureOnly:
    """Keeps headers, stream maps and the first video of a stream of whole packs."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._video: int | None = None

    def filter(self, packs: bytes) -> bytes:
        """Return ``packs`` without what is not wanted; what is malformed ends its pack."""
        kept: list[bytes] = []
        at, size = 0, len(packs)
        while at + 4 <= size:
            if packs[at : at + 3] != _PREFIX:
                self._tally.malformed += 1
                at = packs.find(b"\x00\x00\x01\xba", at)
                if at < 0:
                    break
            kind = packs[at + 3]
            end = min(_end(packs, at, kind), size)
            if self._wanted(kind):
                kept.append(packs[at:end])
            at = end
        return b"".join(kept)

    def _wanted(self, kind: int) -> bool:
        if kind in _VIDEO:
            if self._video is None:
                self._video = kind
            return kind == self._video
        return kind in (_PACK, _SYSTEM, _MAP)


def _end(packs: bytes, at: int, kind: int) -> int:
    """Return where the part of ``kind`` that begins ``at`` ends."""
    if kind == _PACK:
        if at + _PACK_HEADER > len(packs):
            return len(packs)
        return at + _PACK_HEADER + (packs[at + 13] & 0x07)
    length = int.from_bytes(packs[at + 4 : at + 6], "big")
    if length == 0 and kind in _VIDEO:
        # Some write pictures of any length so: up to the next pack.
        following = packs.find(b"\x00\x00\x01\xba", at + 6)
        return len(packs) if following < 0 else following
    return at + 6 + length
