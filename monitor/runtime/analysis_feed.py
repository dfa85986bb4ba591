"""Which of a camera's two streams is analysed: the small one, or the main one while it is away.

Decoding a substream costs a fifth of decoding the main stream, and people are found on it as well
as the model's input size allows. The main stream stays what is recorded, shown and kept as
evidence. A camera without a substream is analysed by its main stream.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from monitor.domain.clock import Clock
from monitor.domain.places import Camera
from monitor.streams.live import LIVE
from monitor.streams.reach import Reach
from monitor.streams.reader import CameraReader, ConnectionState
from monitor.streams.ring import PacketRing

PATIENCE = 0.2
"""Seconds by which pictures that only the analysis looks at may be late."""
PATIENCE_QUIET = 0.5
"""The same while nobody is there, and for a main stream that is only kept: waking up is most of
what a quiet camera costs."""

_AWAY = 10.0  # seconds without the small stream until the main one is analysed
_BACK = 5.0  # seconds for which the small stream must have been there again


class AnalysisFeed:
    """The streams of one camera that can be analysed. Own the main reader elsewhere."""

    def __init__(
        self,
        camera: Camera,
        main: CameraReader,
        *,
        clock: Clock,
        changed: Callable[[], None],
        reach: Reach | None = None,
    ) -> None:
        """``changed`` is called when the small stream comes or goes, on its reader's thread."""
        self._main = main
        self._clock = clock
        self._current = main
        self._small: CameraReader | None = None
        if camera.substream_url is not None:
            self._small = CameraReader(
                replace(camera, id=f"{camera.id} (substream)", url=camera.substream_url),
                on_state=lambda *_: changed(),
                clock=clock,
                ring=PacketRing(seconds=0.0),
                patience=PATIENCE,
                reach=reach,
            )
            self._current = self._small

    @property
    def current(self) -> CameraReader:
        """The reader last chosen."""
        return self._current

    @property
    def online(self) -> bool:
        """Say whether pictures arrive on the stream last chosen."""
        return self._current.status.state is ConnectionState.ONLINE

    @property
    def small(self) -> CameraReader | None:
        """The reader of the small stream while that is the one chosen."""
        return self._small if self._current is self._small else None

    def choose(self) -> CameraReader:
        """Return the reader to analyse now; call it now and then."""
        small = self._small
        if small is None:
            return self._main
        there = small.status.state is ConnectionState.ONLINE
        since = self._clock.now() - small.status.since
        if self._current is self._main:
            if there and since >= _BACK:
                self._current = small
        elif not there and since >= _AWAY and self._main.status.state is ConnectionState.ONLINE:
            self._current = self._main
            # Whoever watches it asks again, and is shown the main stream.
            for subscription in small.subscriptions:
                if subscription.name == LIVE:
                    subscription.close()
        return self._current

    def start(self) -> None:
        """Begin to read the small stream, if there is one."""
        if self._small is not None:
            self._small.start()

    def stop(self) -> None:
        """End reading it."""
        if self._small is not None:
            self._small.stop()
