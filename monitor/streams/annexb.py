"""H.264 and H.265 byte streams: NAL units, and parameter sets before every keyframe.

Whatever a source delivers, the packets it yields are Annex B with the parameter sets in front of
each keyframe, so that any keyframe is a place to start decoding, recording or watching.
"""

from __future__ import annotations

from collections.abc import Iterator

from monitor.domain.media import Packet

START_CODE = b"\x00\x00\x00\x01"
CODECS = ("h264", "hevc")
"""Codecs whose packets Kanhu can carry, by ffmpeg's names."""

_H264_SPS, _H264_PPS = 7, 8
_HEVC_VPS, _HEVC_SPS, _HEVC_PPS = 32, 33, 34
PARAMETER_SETS = {"h264": (_H264_SPS, _H264_PPS), "hevc": (_HEVC_VPS, _HEVC_SPS, _HEVC_PPS)}
"""The NAL unit types of a codec's parameter sets."""

_SEQUENCE = {"h264": _H264_SPS, "hevc": _HEVC_SPS}


def split(data: bytes) -> Iterator[bytes]:
    """Yield the NAL units of Annex B ``data`` without their start codes."""
    start = data.find(b"\x00\x00\x01")
    while start >= 0:
        start += 3
        end = data.find(b"\x00\x00\x01", start)
        unit = data[start:] if end < 0 else data[start:end]
        stripped = unit.rstrip(b"\x00")
        if stripped:
            yield stripped
        start = end


def unit_type(codec: str, unit: bytes) -> int:
    """Return the NAL unit type of ``unit`` (without start code)."""
    return unit[0] & 0x1F if codec == "h264" else (unit[0] >> 1) & 0x3F


def is_picture(codec: str, unit: bytes) -> bool:
    """Say whether ``unit`` carries coded picture data."""
    kind = unit_type(codec, unit)
    return 1 <= kind <= 5 if codec == "h264" else kind < 32


def parameter_sets(codec: str, data: bytes) -> dict[int, bytes]:
    """Return the parameter sets at the head of an access unit or of Annex B extradata, by type.

    Looks no further than the first coded picture, so it is cheap on large keyframes.
    """
    found: dict[int, bytes] = {}
    for unit in split(data):
        if is_picture(codec, unit):
            break
        kind = unit_type(codec, unit)
        if kind in PARAMETER_SETS[codec]:
            # A second PPS is kept beside the first: slices name the one that they use.
            found[kind] = found[kind] + START_CODE + unit if kind in found else unit
    return found


def picture_format(codec: str, data: bytes) -> bytes:
    """Return the sequence parameter set of a keyframe: what size and kind its pictures are."""
    return parameter_sets(codec, data).get(_SEQUENCE[codec], b"").partition(START_CODE)[0]


def first_parameter_sets(packets: tuple[Packet, ...], codec: str) -> bytes:
    """Return the parameter sets of the first of ``packets`` in Annex B, or ``b""``."""
    found = parameter_sets(codec, packets[0].data) if packets else {}
    return b"".join(START_CODE + found[kind] for kind in sorted(found))


class ParameterSets:
    """Remembers a stream's parameter sets and completes keyframes that lack them."""

    def __init__(self, codec: str, extradata: bytes = b"") -> None:
        self._codec = codec
        self._known = parameter_sets(codec, _as_annexb(codec, extradata)) if extradata else {}

    @property
    def data(self) -> bytes:
        """The parameter sets known so far, in Annex B."""
        return b"".join(START_CODE + self._known[kind] for kind in sorted(self._known))

    def complete(self, keyframe: bytes) -> bytes:
        """Return ``keyframe`` with parameter sets in front, learning those it brings itself."""
        own = parameter_sets(self._codec, keyframe)
        self._known.update(own)
        missing = [kind for kind in sorted(self._known) if kind not in own]
        if not missing:
            return keyframe
        return b"".join(START_CODE + self._known[kind] for kind in missing) + keyframe


def _as_annexb(codec: str, extradata: bytes) -> bytes:
    if extradata[:3] == b"\x00\x00\x01" or extradata[:4] == START_CODE:
        return extradata
    units = _avcc_units(extradata) if codec == "h264" else _hvcc_units(extradata)
    return b"".join(START_CODE + unit for unit in units)


def _avcc_units(record: bytes) -> Iterator[bytes]:
    # ISO/IEC 14496-15, AVCDecoderConfigurationRecord
    position = 5
    for mask in (0x1F, 0xFF):
        if position >= len(record):
            return
        count = record[position] & mask
        position += 1
        for _ in range(count):
            size = int.from_bytes(record[position : position + 2], "big")
            yield record[position + 2 : position + 2 + size]
            position += 2 + size


def _hvcc_units(record: bytes) -> Iterator[bytes]:
    # ISO/IEC 14496-15, HEVCDecoderConfigurationRecord
    if len(record) < 23:
        return
    position = 23
    for _ in range(record[22]):
        count = int.from_bytes(record[position + 1 : position + 3], "big")
        position += 3
        for _ in range(count):
            size = int.from_bytes(record[position : position + 2], "big")
            yield record[position + 2 : position + 2 + size]
            position += 2 + size
