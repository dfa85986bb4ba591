"""Cameras behind GB/T 28181 as sources. See :class:`monitor.streams.source.Source`."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import av
import structlog
from av.container import InputContainer

from monitor.domain.media import Packet, StreamInfo
from monitor.streams.arriving import Arriving, arriving, dated_packets
from monitor.streams.demux import VideoDemuxer
from monitor.streams.failures import Reason, StreamError, failure_of
from monitor.streams.gb28181.desk_client import DeskClient, Session
from monitor.streams.gb28181.feed import PsFeed
from monitor.streams.gb28181.locator import Locator
from monitor.streams.gb28181.receivers import Receiver, open_receiver
from monitor.streams.gb28181.rtp import Tally
from monitor.streams.gb28181.sdp import Transport
from monitor.streams.source import SourceRequest

log = structlog.get_logger(__name__)

_LONGEST_UDP_PAUSE = 0.1  # the system holds little for us meanwhile
_OPTIONS = {
    "probesize": "1000000",
    # Enough to learn size and frame rate; a programme stream never says that it holds no more.
    "analyzeduration": "400000",
    "fpsprobesize": "4",
}


class Gb28181Source:
    """One session with a channel of a device, live or recorded."""

    def __init__(self, request: SourceRequest) -> None:
        self.tally = Tally()
        self._request = request
        self._locator = Locator.of(request.url)
        self._interrupted = threading.Event()
        self._receiver: Receiver | None = None
        self._session: Session | None = None
        self._feed: PsFeed | None = None
        self._container: InputContainer | None = None
        self._demuxer: VideoDemuxer | None = None
        self._patient = True

    @property
    def port(self) -> int:
        """Where its media come to; 0 while there is no session."""
        return self._receiver.port if self._receiver is not None else 0

    def open(self) -> StreamInfo:
        """Have the device send, and learn what the video is like."""
        try:
            return self._open()
        except StreamError as error:
            raise self._at_home(error) from None

    def packets(self) -> Iterator[Packet]:
        """Yield packets until interrupted; ends by itself only when the device ends a recording."""
        if self._demuxer is None:
            raise RuntimeError("open() comes before packets()")
        yield from dated_packets(self._arriving(self._demuxer), self._demuxer.info, self._request)
        failure = (self._feed.failure if self._feed else None) or StreamError(Reason.CUT)
        played = self._locator.end and failure.reason is Reason.CUT
        if not self._interrupted.is_set() and not played:
            raise self._at_home(failure)

    def interrupt(self) -> None:
        """Let ``packets`` end within a fraction of a second."""
        self._interrupted.set()

    def close(self) -> None:
        """Have the device stop, and release everything."""
        self._interrupted.set()
        self._demuxer = None
        if self._container is not None:
            self._container.close()
            self._container = None
        if self._session is not None:
            tell = log.info if self.tally.lost or self.tally.strange else log.debug
            tell(
                "gb28181_session",
                camera=self._request.camera_id,
                received=self.tally.received,
                lost=self.tally.lost,
                strange=self.tally.strange,
                dropped=self.tally.dropped_packs,
            )
            self._session.close()
            self._session = None
        if self._receiver is not None:
            self._receiver.close()
            self._receiver = None

    def _open(self) -> StreamInfo:
        where, limits = self._locator, self._request.timeouts
        if where.desk is None:
            raise StreamError(Reason.NO_PLATFORM)
        desk = DeskClient(where.desk)
        plan = desk.prepare(where.device)
        transport = where.transport or plan.transport
        self._patient = transport is not Transport.UDP
        self._receiver = open_receiver(plan, transport, self.tally)
        self._session = desk.play(
            where.device,
            where.channel,
            port=self._receiver.port,
            transport=transport,
            substream=where.substream,
            start=where.start,
            end=where.end,
        )
        self._receiver.begin(self._session, limits.open)
        self._feed = PsFeed(
            self._receiver,
            self.tally,
            patience=limits.open,
            over=self._session.ended,
            interrupted=self._interrupted.is_set,
        )
        try:
            self._container = av.open(
                self._feed, mode="r", format="mpeg", options=_OPTIONS, metadata_errors="ignore"
            )
            self._demuxer = VideoDemuxer(self._container, self._request.camera_id)
        except (av.FFmpegError, OSError) as error:
            raise self._feed.failure or failure_of(error) from None
        self._feed.patience = limits.read
        return self._demuxer.info

    def _arriving(self, demuxer: VideoDemuxer) -> Arriving:
        try:
            yield from arriving(
                demuxer.units(), self._request, self._interrupted.is_set, self._rest
            )
        except StreamError as error:
            raise self._at_home(error) from None
        except (av.FFmpegError, OSError, IndexError) as error:
            # IndexError: a damaged stream looked as if it held a further one.
            raise failure_of(error, where=self._request.camera_id) from None

    def _rest(self) -> None:
        pause = self._request.pause()
        if pause:
            self._interrupted.wait(pause if self._patient else min(pause, _LONGEST_UDP_PAUSE))

    def _at_home(self, error: StreamError) -> StreamError:
        return StreamError(error.reason, where=self._request.camera_id, detail=error.detail)
