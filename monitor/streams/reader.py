"""The life of one camera: connect, publish packets, lose it, say why, wait, connect again.

::

    connecting ──first packet──▶ online ──failure──▶ offline ──wait over──▶ (connecting) …

One :class:`CameraReader` has one thread; nothing that happens to its camera touches another. The
state stays ``offline`` with its reason while further attempts are under way, until a packet has
really arrived, so that it does not flicker. Every connection is a new epoch.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

import structlog

from monitor.domain.clock import Clock, SystemClock
from monitor.domain.errors import KanhuError
from monitor.domain.media import Packet, StreamInfo
from monitor.domain.places import Camera
from monitor.domain.text import Text
from monitor.streams.annexb import ParameterSets, picture_format
from monitor.streams.backoff import Backoff
from monitor.streams.catalogue import make_source
from monitor.streams.failures import Reason, StreamError, failure_of
from monitor.streams.fanout import DEFAULT_SIZE, Fanout, Subscription
from monitor.streams.picture_size import picture_size
from monitor.streams.reach import Reach
from monitor.streams.ring import PacketRing
from monitor.streams.source import Source, SourceFactory, SourceRequest, Timeouts
from monitor.streams.url import StreamUrl, parse_url, redact

_log = structlog.get_logger(__name__)

_ASKED_AT_HOME = frozenset({Reason.NOT_REGISTERED, Reason.NO_PLATFORM, Reason.NO_SENDER})
"""Failures that only this machine was asked about: asking again soon troubles no device."""
_AT_HOME_WAIT = 2.0  # seconds
_UNHEARD = frozenset({Reason.REFUSED, Reason.UNREACHABLE})
"""Failures of a device that is switched off or just starting: nobody there is troubled."""
_WRONG_KEY = frozenset({Reason.UNAUTHORIZED, Reason.FORBIDDEN})
_TO_BE_MENDED = frozenset(
    (
        *_WRONG_KEY,
        *(Reason.NOT_FOUND, Reason.UNSUPPORTED, Reason.NO_VIDEO),
        *(Reason.NO_TLS, Reason.TLS_ONLY, Reason.UNTRUSTED),
    )
)
"""Failures that somebody has to mend first: asking again soon only troubles the camera."""
_STARTING = (
    180.0  # seconds after its last packet in which a device may still have to find its paths
)


class ConnectionState(StrEnum):
    """Whether pictures arrive."""

    CONNECTING = "connecting"
    ONLINE = "online"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class ReaderStatus:
    """Where a camera stands. ``since`` and ``last_packet`` are POSIX seconds.

    ``reason``, ``text`` and ``advice`` are set while offline; ``attempts`` counts failures in a
    row; ``packets``, ``bytes`` and ``connections`` count since the reader started.
    """

    state: ConnectionState
    since: float
    reason: Reason | None = None
    text: Text | None = None
    advice: Text | None = None
    attempts: int = 0
    connections: int = 0
    packets: int = 0
    bytes: int = 0
    last_packet: float | None = None


StateListener = Callable[[str, ReaderStatus], None]


class CameraReader:
    """Reads one camera on its own thread until stopped.

    Packets may be late by ``patience`` seconds while all who take them are patient; it may be set
    at any time.
    ``on_state`` is called with the camera's id and its status, on the reader's thread, whenever
    ``state`` or ``reason`` changes.
    """

    def __init__(
        self,
        camera: Camera,
        *,
        on_state: StateListener | None = None,
        clock: Clock | None = None,
        url: StreamUrl | None = None,
        ring: PacketRing | None = None,
        backoff: Backoff | None = None,
        timeouts: Timeouts | None = None,
        patience: float = 0.0,
        reach: Reach | None = None,
        make: SourceFactory = make_source,
    ) -> None:
        self.camera = camera
        self.ring = ring or PacketRing()
        self._url = url or parse_url(camera.url)
        self._on_state = on_state
        self._clock = clock or SystemClock()
        self._backoff = backoff or Backoff()
        self._timeouts = timeouts or Timeouts()
        self.patience = patience
        self._reach = reach
        self._make = make
        self._fanout = Fanout()
        self._info: StreamInfo | None = None
        self._format = b""
        self._status = ReaderStatus(ConnectionState.CONNECTING, self._clock.now())
        self._connections = 0
        self._packets = 0
        self._bytes = 0
        self._last_packet: float | None = None
        self._stopping = threading.Event()
        self._lock = threading.Lock()
        self._source: Source | None = None
        self._epoch = 0
        self._thread = threading.Thread(target=self._run, name=f"camera-{camera.id}", daemon=True)

    @property
    def info(self) -> StreamInfo | None:
        """What the camera's video is like, or was when it was last seen; ``None`` before that."""
        return self._info

    @property
    def status(self) -> ReaderStatus:
        """Where the camera stands now."""
        return replace(
            self._status,
            connections=self._connections,
            packets=self._packets,
            bytes=self._bytes,
            last_packet=self._last_packet,
        )

    @property
    def subscriptions(self) -> tuple[Subscription, ...]:
        """The present consumers, for statistics."""
        return self._fanout.subscriptions

    def start(self) -> None:
        """Begin to connect; call once."""
        self._thread.start()

    def subscribe(
        self, name: str, maxsize: int = DEFAULT_SIZE, *, patient: bool = False
    ) -> Subscription:
        """Return a queue of packets that begins at the next keyframe.

        A ``patient`` one does not mind if packets come a few at a time.
        """
        return self._fanout.subscribe(name, maxsize, patient=patient)

    def stop(self, timeout: float = 1.5) -> bool:
        """End every subscription and the thread; after this nothing is published any more.

        Returns whether the thread has ended within ``timeout`` seconds. A read that hangs inside
        ffmpeg ends by its own time limit a little later and releases its connection then.
        """
        self._stopping.set()
        with self._lock:
            if self._source is not None:
                self._source.interrupt()
        self._fanout.close()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            began = self._clock.now()
            failure = self._connect_once()
            if self._stopping.is_set():
                break
            wait = self._wait_after(failure.reason, self._clock.now() - began)
            self._lost(failure, wait)
            if failure.reason is Reason.ENDED:
                break
            self._stopping.wait(wait)

    def _look_at_format(self, keyframe: bytes) -> None:
        """Notice another picture size in mid-stream."""
        info = self._info
        if info is None:
            return
        found = picture_format(info.codec, keyframe)
        if not found or found == self._format:
            return
        self._format = found
        size = picture_size(info.codec, keyframe)
        if size is None or size == (info.width, info.height):
            return
        sets = ParameterSets(info.codec, keyframe).data
        self._info = replace(info, width=size[0], height=size[1], extradata=sets)
        _log.info("camera_size", camera=self.camera.id, width=size[0], height=size[1])

    def _wait_after(self, reason: Reason, took: float) -> float:
        """Return how long to wait after a failure of an attempt, or connection, that ``took``."""
        if reason in _ASKED_AT_HOME:
            return _AT_HOME_WAIT
        online = self._status.state is ConnectionState.ONLINE
        if online:
            self._backoff.was_connected(took)
        starting = (
            self._last_packet is not None and self._clock.now() - self._last_packet < _STARTING
        )
        return self._backoff.next_wait(
            patient=reason in (_WRONG_KEY if starting else _TO_BE_MENDED),
            unheard=reason in _UNHEARD,
            spent=0.0 if online else took,
        )

    def _connect_once(self) -> StreamError:
        request = SourceRequest(
            camera_id=self.camera.id,
            url=self._url,
            epoch=self._epoch,
            timeouts=self._timeouts,
            clock=self._clock,
            pause=self._pause,
            reach=self._reach,
        )
        source: Source | None = None
        try:
            source = self._make(request)
            with self._lock:
                self._source = source
            info = self._info = source.open()
            self._format = picture_format(info.codec, info.extradata)
            self._read(source)
        except KanhuError as error:
            return self._in_words(error)
        except Exception as error:
            # A source from another package may fail in any way; only its own camera suffers.
            _log.exception("source_failed", camera=self.camera.id)
            return failure_of(error, where=self.camera.id, secrets=self._url.secrets)
        finally:
            self._epoch += 1
            with self._lock:
                self._source = None
            if source is not None:
                source.close()
        return StreamError(Reason.ENDED, where=self.camera.id)

    def _pause(self) -> float:
        self._fanout.rest()
        return 0.0 if self._fanout.hurried else self.patience

    def _read(self, source: Source) -> None:
        for packet in source.packets():
            if self._stopping.is_set():
                return
            self._epoch = packet.epoch
            self._publish(packet)

    def _publish(self, packet: Packet) -> None:
        now = self._clock.now()
        self._packets += 1
        self._bytes += len(packet.data)
        self._last_packet = now
        if packet.keyframe:
            self._look_at_format(packet.data)
        if self._status.state is not ConnectionState.ONLINE:
            self._connections += 1
            self._enter(ReaderStatus(ConnectionState.ONLINE, now))
        self.ring.add(packet)
        self._fanout.publish(packet)

    def _lost(self, failure: StreamError, wait: float) -> None:
        before = self._status
        offline = before.state is ConnectionState.OFFLINE
        lost = ReaderStatus(
            ConnectionState.OFFLINE,
            since=before.since if offline else self._clock.now(),
            reason=failure.reason,
            text=failure.text,
            advice=failure.advice,
            attempts=self._backoff.attempts,
        )
        if offline and before.reason is failure.reason:
            self._status = lost
            # A camera that stays away need not fill the log: 2, 4, 8 … attempts are told of.
            attempts = self._backoff.attempts
            if failure.reason in _ASKED_AT_HOME or attempts & (attempts - 1):
                return
        else:
            self._enter(lost)
        _log.warning(
            "camera_offline",
            camera=self.camera.id,
            reason=failure.reason.value,
            message=failure.text.en,
            attempts=self._backoff.attempts,
            retry_in=round(wait, 1),
        )

    def _enter(self, status: ReaderStatus) -> None:
        self._status = status
        if status.state is ConnectionState.ONLINE:
            _log.info("camera_online", camera=self.camera.id, url=str(self._url))
        if self._on_state is None or self._stopping.is_set():
            return
        try:
            self._on_state(self.camera.id, self.status)
        except Exception:
            # A listener's fault is no reason to stop watching.
            _log.exception("state_listener_failed", camera=self.camera.id)

    def _in_words(self, error: KanhuError) -> StreamError:
        if isinstance(error, StreamError):
            return error
        detail = redact(error.message, *self._url.secrets)
        return StreamError(Reason.OTHER, where=self.camera.id, detail=detail)
