"""How much live view may take from a worker."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LiveLimits:
    """Bounds of one worker's live view; times in seconds, sizes in packets or bytes.

    ``viewers`` over all cameras; ``encodings`` cameras that are encoded again at the same time;
    ``queue`` packets that a slow viewer may be behind; ``cache_packets`` and ``cache_bytes`` of
    the group of pictures kept for those who join; ``connect_seconds`` until a viewer must be
    connected.
    """

    viewers: int = 48
    encodings: int = 2
    queue: int = 150
    cache_packets: int = 600
    cache_bytes: int = 8 << 20
    connect_seconds: float = 15.0
