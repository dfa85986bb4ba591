"""Sane times out of whatever timestamps a demuxer delivers.

Invariants of what :class:`Timeline` hands out, whatever goes in: ``time`` grows strictly within
an epoch, ``shift`` and ``duration`` are never negative, the first packet of an epoch is a
keyframe. A jump, back or forth, ends the epoch: pictures up to the next keyframe are dropped and
the next epoch begins there. Missing timestamps are synthesised from the frame rate.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

SMALLEST_STEP = 0.001  # seconds
DEFAULT_FPS = 25.0


@dataclass(frozen=True, slots=True)
class Stamp:
    """Where a packet lies in its stream; see :class:`monitor.domain.media.Packet`."""

    epoch: int
    time: float
    shift: float
    duration: float


class Timeline:
    """Stamps the packets of one connection, in order of arrival.

    ``reordered`` says that the stream has B-frames; then a missing decoding time cannot be read
    off the presentation time. ``absolute`` keeps the source's own zero (recordings); otherwise
    every epoch begins at 0 (cameras). ``largest_gap`` seconds is the largest step that is still
    taken as a pause rather than as a jump of the clock.
    """

    def __init__(
        self,
        *,
        epoch: int = 0,
        fps: float | None = None,
        reordered: bool = False,
        absolute: bool = False,
        largest_gap: float = 5.0,
    ) -> None:
        self.epoch = epoch
        self._step = 1.0 / fps if fps and 0.1 <= fps <= 1000 else 1.0 / DEFAULT_FPS
        self._reordered = reordered
        self._absolute = absolute
        self._largest_gap = largest_gap
        self._origin: float | None = 0.0 if absolute else None
        self._last: float | None = None

    def place(
        self,
        *,
        pts: float | None,
        dts: float | None,
        duration: float | None,
        keyframe: bool,
    ) -> Stamp | None:
        """Return the stamp of the next packet, or ``None`` if it must be dropped.

        ``pts``, ``dts`` and ``duration`` are seconds by the source's clock, or ``None``.
        """
        pts, dts = _finite(pts), _finite(dts)
        decode = dts if dts is not None or self._reordered else pts
        if self._jumped(decode):
            self.restart()
        if self._last is None and not keyframe:
            return None
        time = self._time_of(decode)
        self._last = time
        shown = None if pts is None or self._origin is None else pts - self._origin
        shift = 0.0 if shown is None else min(max(0.0, shown - time), self._largest_gap)
        length = _finite(duration)
        step = self._step if length is None or not 0 < length <= self._largest_gap else length
        return Stamp(self.epoch, time, shift, step)

    def restart(self) -> None:
        """End the epoch; the next one begins at the next keyframe."""
        if self._last is not None:
            self.epoch += 1
        self._last = None
        self._origin = 0.0 if self._absolute else None

    def _jumped(self, decode: float | None) -> bool:
        if decode is None or self._last is None or self._origin is None:
            return False
        step = decode - self._origin - self._last
        # B-frames without decoding times step back a little; a real jump is larger.
        return step > self._largest_gap or step < -1.0

    def _time_of(self, decode: float | None) -> float:
        expected = 0.0 if self._last is None else self._last + self._step
        if decode is None:
            return expected
        if self._origin is None:
            self._origin = decode - expected
        time = decode - self._origin
        return time if self._last is None else max(time, self._last + SMALLEST_STEP)


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None
