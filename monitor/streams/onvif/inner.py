"""Pictures by an RTSP connection whose address is known only when it is opened."""

from __future__ import annotations

from collections.abc import Iterator

from monitor.domain.media import Packet, StreamInfo
from monitor.streams.rtsp import RtspSource
from monitor.streams.source import SourceRequest


class InnerRtsp:
    """The part that such sources share; they open by :meth:`_connect`."""

    def __init__(self) -> None:
        self._inner: RtspSource | None = None
        self._interrupted = False

    def _connect(self, request: SourceRequest) -> StreamInfo:
        """Connect to where the pictures are and learn what the video is like."""
        self._inner = RtspSource(request)
        if self._interrupted:
            self._inner.interrupt()
        return self._inner.open()

    def packets(self) -> Iterator[Packet]:
        """Yield packets until interrupted or the device ends; a lost connection is a failure."""
        if self._inner is None:
            raise RuntimeError("open() comes before packets()")
        yield from self._inner.packets()

    def interrupt(self) -> None:
        """Let ``packets`` end at the next packet."""
        self._interrupted = True
        if self._inner is not None:
            self._inner.interrupt()

    def close(self) -> None:
        """Hang up."""
        if self._inner is not None:
            self._inner.close()
