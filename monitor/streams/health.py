"""Can this camera's view be trusted? Whether it is there, sees, and sends what it should.

A fault counts only after it has lasted, and clears only after the view has been good for a while.

*Frozen* is claimed from packets alone, never because pictures look alike: a tidy room at night is
allowed to stand still, and an encoder turns it into pictures that are equal to the last bit. What
a living camera cannot do is send time stamps that stand still while packets keep coming, or send
the very same coded picture again and again (every coded picture carries a frame number, so
even a still scene gives different bytes; pictures below a few hundred bytes are not compared).

*Dark* and *covered* come from a small brightness plane of a picture decoded now and then: dark
means that even its brightest parts are black, covered that it hardly has an edge, *over-exposed*
that most of it is white, *defocused* that its steepest edges bend softly. *Moved* is told by
:mod:`monitor.streams.scenery`, and lasts until the camera looks where it looked before. *Frame
rate* and *bitrate* are told by :mod:`monitor.streams.throughput`. *Clock* means that the camera's
own clock, where it tells it with its stream, is off from ours.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.domain.clock import Clock, SystemClock
from monitor.domain.media import Packet
from monitor.domain.room_state import CameraView, ViewFault
from monitor.streams.scenery import Scenery
from monitor.streams.sharpness import blown_share, level_below, sharpness
from monitor.streams.throughput import Throughput

_WINDOW = 4.0  # seconds over which the pace of time stamps is judged
_SILENCE = 1.0  # seconds without packets, which say nothing of their pace
_Candidate = tuple[ViewFault | None, float]


@dataclass(frozen=True, slots=True)
class HealthSettings:
    """When a view is bad. Seconds, luma levels (0–255), shares, bytes.

    ``bad_for`` and ``good_for`` are the hysteresis. A picture is dark if the ``0.95`` quantile of
    its luma is below ``dark_level``; covered if fewer than ``edge_share`` of neighbouring pixels
    differ by more than ``edge_step``; over-exposed if more than ``white_share`` of it reaches
    ``white_level``; defocused if its :func:`~monitor.streams.sharpness.sharpness` is below
    ``sharp``. A camera's clock is wrong from ``clock_offset`` seconds on.
    """

    bad_for: float = 5.0
    good_for: float = 5.0
    stalled_after: float = 2.0
    slowest_pace: float = 0.3
    smallest_compared: int = 300
    dark_level: float = 45.0
    edge_step: int = 10
    edge_share: float = 0.004
    white_level: float = 230.0
    white_share: float = 0.5
    sharp: float = 0.25
    least_edge: float = 10.0
    clock_offset: float = 10.0


class CameraHealth:
    """Judges one camera's view. Feed it what happens, and call :meth:`view` about every second."""

    def __init__(
        self,
        camera_id: str,
        *,
        clock: Clock | None = None,
        settings: HealthSettings | None = None,
    ) -> None:
        self.camera_id = camera_id
        self._clock = clock or SystemClock()
        self._settings = settings or HealthSettings()
        now = self._clock.now()
        self._online = False
        self._online_changed = now
        self._last_packet: float | None = None
        self._pace = _Pace(self._settings)
        self._picture: _Candidate = (None, now)
        self._scenery = Scenery()
        self._throughput = Throughput()
        self._clock_wrong_since: float | None = None
        self._unreadable_since: float | None = None
        self._verdict = _Verdict(self._settings, now)

    def online(self, is_online: bool) -> None:
        """Tell whether the reader is connected."""
        if is_online != self._online:
            self._online = is_online
            self._online_changed = self._clock.now()
            self._pace = _Pace(self._settings)
            self._last_packet = None
            self._throughput.reset()
        self.view()

    def packet(self, packet: Packet) -> None:
        """Tell of a packet that has arrived."""
        now = self._clock.now()
        self._last_packet = now
        self._pace.add(packet, now)
        self._throughput.add(packet, now)
        if packet.camera_clock is not None:
            wrong = abs(packet.camera_clock - packet.wall) >= self._settings.clock_offset
            since = self._clock_wrong_since
            self._clock_wrong_since = (now if since is None else since) if wrong else None

    def picture(self, luma: NDArray[np.uint8]) -> None:
        """Tell what a decoded picture looks like; ``luma`` is about 160 pixels across."""
        self._unreadable_since = None
        fault = judge_picture(luma, self._settings)
        if fault is not self._picture[0]:
            self._picture = (fault, self._clock.now())
        if fault is None:
            self._scenery.see(luma, self._clock.now())
        self.view()

    def unreadable(self) -> None:
        """Tell that a picture was wanted and the packets did not decode to one."""
        if self._unreadable_since is None:
            self._unreadable_since = self._clock.now()
        self.view()

    def view(self) -> CameraView:
        """Return the view's present state; ``since`` is when its fault, or its health, began."""
        now = self._clock.now()
        fault, since = self._verdict.update(self._candidate(now), now)
        return CameraView(self.camera_id, fault, since)

    def _candidate(self, now: float) -> _Candidate:
        if not self._online:
            return ViewFault.OFFLINE, self._online_changed
        heard = self._last_packet if self._last_packet is not None else self._online_changed
        if now - heard >= self._settings.stalled_after:
            return ViewFault.STALLED, heard
        if self._unreadable_since is not None:
            return ViewFault.UNREADABLE, self._unreadable_since
        frozen_since = self._pace.frozen_since
        if frozen_since is not None:
            return ViewFault.FROZEN, frozen_since
        moved_since = self._scenery.moved_since
        if self._picture[0] is None and moved_since is not None:
            return ViewFault.MOVED, moved_since
        return self._picture if self._picture[0] is not None else self._weakness()

    def _weakness(self) -> _Candidate:
        """Return what is amiss with a picture that is in order."""
        for fault, since in (
            (ViewFault.BITRATE, self._throughput.thin_since),
            (ViewFault.FRAME_RATE, self._throughput.slow_since),
            (ViewFault.CLOCK, self._clock_wrong_since),
        ):
            if since is not None:
                return fault, since
        return self._picture


def judge_picture(luma: NDArray[np.uint8], settings: HealthSettings) -> ViewFault | None:
    """Return what is wrong with a picture of brightness ``luma``, shape ``(height, width)``."""
    if level_below(luma, 0.95) < settings.dark_level:
        return ViewFault.DARK
    if blown_share(luma, settings.white_level) > settings.white_share:
        return ViewFault.OVEREXPOSED
    edges = np.count_nonzero(cv2.absdiff(luma[:, 1:], luma[:, :-1]) > settings.edge_step)
    edges += np.count_nonzero(cv2.absdiff(luma[1:], luma[:-1]) > settings.edge_step)
    if edges < settings.edge_share * 2 * luma.size:
        return ViewFault.COVERED
    soft = sharpness(luma, settings.least_edge)
    return ViewFault.DEFOCUSED if soft is not None and soft < settings.sharp else None


class _Pace:
    """Notices packets that stand still: in their time stamps, or byte for byte."""

    def __init__(self, settings: HealthSettings) -> None:
        self._settings = settings
        self._seen: deque[tuple[float, float]] = deque()
        self._last: Packet | None = None
        self._repeating_since: float | None = None
        self._slow_since: float | None = None

    @property
    def frozen_since(self) -> float | None:
        since = [at for at in (self._repeating_since, self._slow_since) if at is not None]
        return min(since, default=None)

    def add(self, packet: Packet, now: float) -> None:
        last, self._last = self._last, packet
        silent = bool(self._seen) and now - self._seen[-1][0] > _SILENCE
        if silent or (last is not None and packet.epoch != last.epoch):
            self._seen.clear()
        self._seen.append((now, packet.time))
        while now - self._seen[0][0] > 2 * _WINDOW:
            self._seen.popleft()
        self._judge_bytes(packet, last, now)
        self._judge_pace(now)

    def _judge_bytes(self, packet: Packet, last: Packet | None, now: float) -> None:
        if len(packet.data) < self._settings.smallest_compared:
            return
        if last is None or packet.data != last.data:
            self._repeating_since = None
        elif self._repeating_since is None:
            self._repeating_since = now

    def _judge_pace(self, now: float) -> None:
        first_arrival, first_time = self._seen[0]
        elapsed = now - first_arrival
        if elapsed < _WINDOW:
            return
        advanced = self._seen[-1][1] - first_time
        if advanced >= elapsed * self._settings.slowest_pace:
            self._slow_since = None
        elif self._slow_since is None:
            self._slow_since = first_arrival


class _Verdict:
    """Hysteresis between what seems wrong at the moment and what is reported."""

    def __init__(self, settings: HealthSettings, now: float) -> None:
        self._settings = settings
        self._fault: ViewFault | None = None
        self._since = now
        self._other: _Candidate | None = None

    def update(self, candidate: _Candidate, now: float) -> _Candidate:
        fault, since = candidate
        if fault is self._fault:
            self._other = None
            return self._fault, self._since
        waits = self._other is not None and (self._other[0] is None) == (fault is None)
        if self._other is not None and waits:
            # From one fault to another the wait goes on; from bad to good it begins anew.
            self._other = (fault, self._other[1])
        else:
            self._other = (fault, now if fault is None else since)
        needed = self._settings.good_for if fault is None else self._settings.bad_for
        if now - self._other[1] >= needed:
            self._fault, self._since = self._other
            self._other = None
        return self._fault, self._since
