"""MPEG programme stream as recorders write it (ISO/IEC 13818-1, GB/T 28181 annex C).

A pack header for every picture; before keyframes a system header and the stream map. ffmpeg's own
muxer writes another dialect, which through a pipe loses half of the pictures.
"""

from __future__ import annotations

import struct

_TYPES = {"h264": 0x1B, "hevc": 0x24}
_G711A = 0x90
_LARGEST_PES = 65_000  # bytes
_VIDEO, _AUDIO, _PRIVATE = 0xE0, 0xC0, 0xBD


def _crc(data: bytes) -> int:
    value = 0xFFFFFFFF
    for byte in data:
        value ^= byte << 24
        for _ in range(8):
            value = ((value << 1) ^ 0x04C11DB7 if value & 0x80000000 else value << 1) & 0xFFFFFFFF
    return value


def _pack_header(ticks: int) -> bytes:
    clock = ticks & ((1 << 33) - 1)
    bits = (0b01 << 46) | ((clock >> 30) << 43) | (1 << 42) | (((clock >> 15) & 0x7FFF) << 27)
    bits |= (1 << 26) | ((clock & 0x7FFF) << 11) | (1 << 10) | 1
    rate = (50_000 << 2) | 3
    return b"\x00\x00\x01\xba" + bits.to_bytes(6, "big") + rate.to_bytes(3, "big") + b"\xf8"


def _system_header() -> bytes:
    body = bytes.fromhex("80c351 04e1 7f e0e080 c0c008")
    return b"\x00\x00\x01\xbb" + struct.pack(">H", len(body)) + body


def _stream_map(codec: str) -> bytes:
    streams = bytes((_TYPES[codec], _VIDEO, 0, 0, _G711A, _AUDIO, 0, 0))
    body = b"\xe0\xff\x00\x00" + struct.pack(">H", len(streams)) + streams
    head = b"\x00\x00\x01\xbc" + struct.pack(">H", len(body) + 4) + body
    return head + struct.pack(">I", _crc(head))


_MAPS = {codec: _stream_map(codec) for codec in _TYPES}


def _stamp(ticks: int) -> bytes:
    ticks &= (1 << 33) - 1
    return bytes(
        (
            0x21 | ((ticks >> 29) & 0x0E),
            (ticks >> 22) & 0xFF,
            ((ticks >> 14) & 0xFE) | 1,
            (ticks >> 7) & 0xFF,
            ((ticks << 1) & 0xFE) | 1,
        )
    )


def _pes(stream: int, data: bytes, ticks: int) -> bytes:
    packets = []
    for start in range(0, len(data), _LARGEST_PES):
        head = b"\x84\x80\x05" + _stamp(ticks) if start == 0 else b"\x80\x00\x00"
        piece = head + data[start : start + _LARGEST_PES]
        packets.append(b"\x00\x00\x01" + bytes((stream,)) + struct.pack(">H", len(piece)) + piece)
    return b"".join(packets)


def pack(
    codec: str, picture: bytes, ticks: int, *, keyframe: bool, sound: bytes = b"", own: bytes = b""
) -> bytes:
    """Return the pack of one picture in Annex B; ``ticks`` count 90,000 a second.

    ``sound`` is G.711 that goes with it, ``own`` a maker's private data.
    """
    head = _pack_header(ticks)
    if keyframe:
        head += _system_header() + _MAPS[codec]
    body = _pes(_VIDEO, picture, ticks)
    if own:
        body = _pes(_PRIVATE, own, ticks) + body
    return head + body + (_pes(_AUDIO, sound, ticks) if sound else b"")
