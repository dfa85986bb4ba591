"""Does a camera still send as much as it used to? Notices frame rates and bitrates that collapse.

Both are judged from packets alone. The frame rate is counted by arrival. The bitrate is judged by
keyframes: whatever moves or stands still, a keyframe holds the whole picture, so its size tells
how much of the picture the camera still sends; the size of the pictures in between tells only how
much moves. What is usual is learned by stream, quickly upwards and slowly downwards, so that
a camera that somebody set to less is taken for sound again after some hours.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from statistics import median

from monitor.domain.media import Packet

_WINDOW = 10.0  # seconds over which pictures are counted
_KEYFRAMES = 3
_UP, _DOWN = 60.0, 4 * 3600.0  # seconds in which the usual follows
_LEARN = 30.0  # seconds before anything is usual
_MOST_STREAMS = 4


@dataclass(frozen=True, slots=True)
class ThroughputSettings:
    """When it has collapsed: below these shares of the usual. Pictures a second, bytes.

    Cameras that usually send fewer than ``least_rate`` pictures or smaller keyframes than
    ``least_size`` are not judged.
    """

    rate_share: float = 0.35
    size_share: float = 0.15
    least_rate: float = 4.0
    least_size: int = 6000


@dataclass(slots=True)
class _Stream:
    """What is known of one stream; it outlives connections."""

    began: float
    rate: float | None = None
    size: float | None = None
    learned: float = 0.0
    sizes: deque[int] = field(default_factory=lambda: deque(maxlen=_KEYFRAMES))


class Throughput:
    """The pace and the size of one camera's pictures. ``now`` is in seconds."""

    def __init__(self, settings: ThroughputSettings | None = None) -> None:
        self._settings = settings or ThroughputSettings()
        self._streams: dict[str, _Stream] = {}
        self._arrivals: deque[float] = deque()
        self._current: str | None = None
        self.slow_since: float | None = None
        self.thin_since: float | None = None

    def reset(self) -> None:
        """Forget the present connection, not what is usual."""
        self._arrivals.clear()
        self._current = None
        self.slow_since = self.thin_since = None
        for stream in self._streams.values():
            stream.sizes.clear()

    def add(self, packet: Packet, now: float) -> None:
        """Take in a packet that has arrived."""
        if packet.camera_id != self._current:
            self.reset()
            self._current = packet.camera_id
        stream = self._stream(packet.camera_id, now)
        self._arrivals.append(now)
        while now - self._arrivals[0] > _WINDOW:
            self._arrivals.popleft()
        if packet.keyframe:
            stream.sizes.append(len(packet.data))
        elapsed = now - self._arrivals[0]
        if elapsed < 0.8 * _WINDOW or now - stream.learned < 1.0:
            return
        step = min(now - stream.learned, _WINDOW) if stream.learned else 0.0
        stream.learned = now
        self._judge(stream, (len(self._arrivals) - 1) / elapsed, step, now)

    def _judge(self, stream: _Stream, rate: float, step: float, now: float) -> None:
        size = float(median(stream.sizes)) if len(stream.sizes) == _KEYFRAMES else None
        known = now - stream.began >= _LEARN
        limits = self._settings
        slow = known and _collapsed(rate, stream.rate, limits.rate_share, limits.least_rate)
        thin = known and _collapsed(size, stream.size, limits.size_share, limits.least_size)
        self.slow_since = _since(slow, self.slow_since, now)
        self.thin_since = _since(thin, self.thin_since, now)
        stream.rate = _follow(stream.rate, rate, step)
        if size is not None:
            stream.size = _follow(stream.size, size, step)

    def _stream(self, name: str, now: float) -> _Stream:
        stream = self._streams.get(name)
        if stream is None:
            if len(self._streams) >= _MOST_STREAMS:
                self._streams.pop(next(iter(self._streams)))
            stream = self._streams[name] = _Stream(now)
        return stream


def _collapsed(value: float | None, usual: float | None, share: float, least: float) -> bool:
    return value is not None and usual is not None and usual >= least and value < share * usual


def _since(wrong: bool, since: float | None, now: float) -> float | None:
    if not wrong:
        return None
    return now if since is None else since


def _follow(usual: float | None, value: float, step: float) -> float:
    if usual is None:
        return value
    return usual + (value - usual) * min(1.0, step / (_UP if value > usual else _DOWN))
