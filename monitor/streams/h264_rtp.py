"""H.264 as RTP payloads (RFC 6184, non-interleaved mode)."""

from __future__ import annotations

_FU_A = 28


def fragments(nal: bytes, largest: int) -> list[bytes]:
    """Return the payloads of one NAL unit of at most ``largest`` bytes: itself, or its FU-A parts.

    The parts are as equal as can be.
    """
    if len(nal) <= largest:
        return [nal]
    indicator = (nal[0] & 0xE0) | _FU_A
    kind = nal[0] & 0x1F
    count = -(-(len(nal) - 1) // (largest - 2))
    size = -(-(len(nal) - 1) // count)
    pieces = [nal[at : at + size] for at in range(1, len(nal), size)]
    last = len(pieces) - 1
    return [
        bytes((indicator, (0x80 if at == 0 else 0) | (0x40 if at == last else 0) | kind)) + piece
        for at, piece in enumerate(pieces)
    ]
