"""Looking into H.264 just far enough to know whether a browser can play it."""

from __future__ import annotations

from monitor.domain.media import StreamInfo
from monitor.streams.annexb import START_CODE, split

_B_SLICES = (1, 6)
_SLICE_TYPES = (1, 2, 5)
_EMPTY_UNITS = (b"\x00\x00\x01\x00\x00\x01", b"\x00\x00\x01\x00\x00\x00\x01")


def plays_in_browsers(info: StreamInfo) -> bool:
    """Say whether browsers play the stream as it is: H.264 whose pictures come in order."""
    return info.codec == "h264" and not info.has_b_frames


def has_b_slice(data: bytes) -> bool:
    """Say whether the first slice of an H.264 access unit is a B slice.

    Some cameras do not announce their B-frames, so the pictures themselves are asked.
    """
    for unit in split(data):
        if unit[0] & 0x1F in _SLICE_TYPES:
            return _slice_type(unit[1:9]) in _B_SLICES
    return False


def without_empty_units(data: bytes) -> bytes:
    """Return Annex B ``data`` without empty NAL units, on which aiortc's packetiser stumbles."""
    if data[-3:] != b"\x00\x00\x01" and not any(empty in data for empty in _EMPTY_UNITS):
        return data
    return b"".join(START_CODE + unit for unit in split(data))


def _slice_type(header: bytes) -> int:
    # slice_header() begins with first_mb_in_slice and slice_type, both Exp-Golomb (9.1).
    bits = int.from_bytes(header, "big")
    length = len(header) * 8
    value, position = _exp_golomb(bits, length, 0)
    if value >= 0:
        value, _ = _exp_golomb(bits, length, position)
    return value


def _exp_golomb(bits: int, length: int, position: int) -> tuple[int, int]:
    rest = bits & ((1 << (length - position)) - 1)
    if rest == 0:
        return -1, position
    zeros = length - position - rest.bit_length()
    end = position + 2 * zeros + 1
    if end > length:
        return -1, position
    return ((bits >> (length - end)) & ((1 << (zeros + 1)) - 1)) - 1, end
