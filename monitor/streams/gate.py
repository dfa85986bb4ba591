"""Which pictures of a camera are looked at, and which are not even decoded.

The gate saves work in quiet rooms; it never decides that somebody is absent. Its invariants:

* at most ``fps`` pictures a second are looked at;
* whatever happens or does not, one is analysed at least every ``heartbeat`` seconds;
* while the caller says ``urgent`` (a rule may soon fire) every picture due by ``fps`` is analysed.

In between, a picture is *peeked* at when it is a keyframe (cheap: nothing before it is needed) and
none was looked at for a while, when packets have grown beyond their usual size, shortly after
something moved, and, for cameras that hardly send keyframes, when none was looked at for
``peek_every``. A peeked picture is analysed only if it differs from the one analysed last. Packet
sizes alone are never trusted: a camera of constant bit rate hides motion in them.
Pure: time is stream time.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from enum import Enum

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.domain.media import Packet

_SIZES = 500  # packets of history: twenty seconds at 25 frames a second
_RECENT = 3  # packets that must be large together
_EARLY = 2.0  # seconds by which a keyframe is looked at before its time
_REFRESH = 25  # packets between two looks at the history


class Look(Enum):
    """What to do with a packet."""

    SKIP = "skip"
    PEEK = "peek"
    ANALYSE = "analyse"


@dataclass(frozen=True, slots=True)
class GateSettings:
    """How curious the gate is.

    ``heartbeat``, ``hold`` and ``peek_every`` are seconds; a pixel has changed when it differs by
    more than ``pixel_step`` levels, and the picture when more than ``changed_share`` of its pixels
    have.
    Packets are large from ``size_factor`` times the largest that came while nothing moved, plus
    ``size_margin`` bytes.
    """

    fps: float = 5.0
    heartbeat: float = 2.0
    hold: float = 2.0
    peek_every: float = 2.5
    pixel_step: int = 14
    changed_share: float = 0.0005
    size_factor: float = 1.15
    size_margin: int = 200


class Gate:
    """The gate of one camera; call :meth:`consider` for each packet, in order."""

    def __init__(self, settings: GateSettings | None = None) -> None:
        self.settings = settings or GateSettings()
        self._epoch: int | None = None
        self._sizes = _PacketSizes(self.settings)
        self._reference: NDArray[np.uint8] | None = None
        self._due = -math.inf
        self._looked = -math.inf
        self._keyframe = -math.inf
        self._hold_until = -math.inf
        self._analysed: float | None = None

    def consider(self, packet: Packet, urgent: bool = False) -> Look:
        """Say what to do with ``packet``: skip it, peek at its picture, or analyse it."""
        if packet.epoch != self._epoch:
            self._epoch = packet.epoch
            self._reset()
        time = packet.time
        lively = self._sizes.add(packet, calm=time >= self._hold_until)
        if packet.keyframe:
            self._keyframe = time
        if time + self._grace(packet) < self._due:
            return Look.SKIP
        if urgent or self._heartbeat_due(packet):
            self._advance(time)
            self._analysed = time
            return Look.ANALYSE
        if lively or time < self._hold_until or self._unseen_for_long(packet):
            self._advance(time)
            return Look.PEEK
        return Look.SKIP

    def analysed(self, luma: NDArray[np.uint8], time: float) -> bool:
        """Take in a picture that is being analysed anyway; say whether something moved.

        See :meth:`moved`. A heartbeat, too, may be the first to see a movement.
        """
        first = self._reference is None
        if first or not self.differs(luma, self._reference):
            self._reference = luma if first else self._reference
            return False
        self._reference = luma
        self._hold_until = time + self.settings.hold
        return True

    def moved(self, luma: NDArray[np.uint8], time: float) -> bool:
        """Say whether a peeked picture is worth analysing; if so, it counts as analysed.

        ``luma`` is its brightness, ``uint8`` of shape ``(height, width)``, at most about 320×180;
        ``time`` is its packet's stream time.
        """
        if not self.differs(luma, self._reference):
            return False
        self._reference = luma
        self._analysed = time
        self._hold_until = time + self.settings.hold
        return True

    def calm(self, time: float) -> bool:
        """Say whether, as far as is known, nothing but keyframes will be looked at for a while."""
        return time >= self._hold_until and self.settings.heartbeat > self.settings.peek_every

    @property
    def reference(self) -> NDArray[np.uint8] | None:
        """The brightness of the picture analysed last."""
        return self._reference

    def differs(self, luma: NDArray[np.uint8], reference: NDArray[np.uint8] | None) -> bool:
        """Say whether something moved between two pictures; see :meth:`moved`."""
        if reference is None or reference.shape != luma.shape:
            return True
        changed = cv2.absdiff(luma, reference) > self.settings.pixel_step
        return bool(np.count_nonzero(changed) > self.settings.changed_share * luma.size)

    def _grace(self, packet: Packet) -> float:
        # Half a frame early is nearer to the wanted moment than half a frame late; a keyframe
        # may come half an interval early, because the picture after it costs twice as much.
        interval = 1.0 / self.settings.fps
        early = packet.keyframe and packet.time - self._looked >= interval / 2
        return max(packet.duration, interval if early else 0.0) / 2

    def _heartbeat_due(self, packet: Packet) -> bool:
        if self._analysed is None:
            return True
        return _waited(packet, self._analysed, self.settings.heartbeat)

    def _unseen_for_long(self, packet: Packet) -> bool:
        patience = self.settings.peek_every
        # Where keyframes come often enough, the next one is awaited.
        awaited = not packet.keyframe and not _waited(packet, self._keyframe, patience)
        return not awaited and _waited(packet, self._looked, patience)

    def _advance(self, time: float) -> None:
        interval = 1.0 / self.settings.fps
        self._looked = time
        punctual = time - self._due <= interval / 2
        self._due = interval + (self._due if punctual else time)

    def _reset(self) -> None:
        self._due = self._looked = self._keyframe = self._hold_until = -math.inf
        self._analysed = None
        self._reference = None


def _waited(packet: Packet, since: float, patience: float) -> bool:
    # A keyframe costs a fraction of the group of pictures that would follow it.
    early = min(0.4 * patience, _EARLY) if packet.keyframe else 0.0
    return packet.time + packet.duration / 2 - since >= patience - early


class _PacketSizes:
    """Notices packets that are larger than this camera's while nothing moves.

    Noise makes single packets large, and one that is looked at in vain costs the decoding of all
    since the keyframe; so a few are judged together, and against the largest of their kind.
    """

    def __init__(self, settings: GateSettings) -> None:
        self._settings = settings
        self._history: deque[int] = deque(maxlen=_SIZES)
        self._recent: deque[int] = deque(maxlen=_RECENT)
        self._large: float | None = None
        self._until_refresh = _REFRESH

    def add(self, packet: Packet, *, calm: bool) -> bool:
        """Take in a packet; ``calm`` says that nothing is known to move."""
        if packet.keyframe:
            return False
        self._recent.append(len(packet.data))
        together = sum(self._recent)
        if calm:
            self._history.append(together)
        self._until_refresh -= 1
        if self._until_refresh <= 0:
            self._until_refresh = _REFRESH
            usual = max(self._history, default=0)
            margin = self._settings.size_margin * _RECENT
            self._large = usual * self._settings.size_factor + margin
        return self._large is None or together > self._large
