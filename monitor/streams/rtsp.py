"""Cameras over RTSP: by TCP, and by UDP only when asked (``rtsp+udp:``).

A lost datagram costs pictures, or leaves smears in them, up to the next keyframe.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import av
from av.container import InputContainer

from monitor.domain.media import Packet, StreamInfo
from monitor.streams.arriving import Arriving, arriving, dated_packets
from monitor.streams.demux import VideoDemuxer, open_container
from monitor.streams.failures import Reason, StreamError, failure_of
from monitor.streams.rtsp_door import behind
from monitor.streams.source import SourceRequest, Timeouts
from monitor.streams.url import RTSP_UDP, StreamUrl

_DATAGRAM_BUFFER = 2 << 20  # bytes to ask the system for: a keyframe comes all at once


class RtspSource:
    """One RTSP connection. See :class:`monitor.streams.source.Source` for its life cycle.

    ``interrupt`` takes effect at the next packet or, on a hung camera, at the read timeout.
    """

    def __init__(self, request: SourceRequest) -> None:
        self._request = request
        self._interrupted = threading.Event()
        self._container: InputContainer | None = None
        self._demuxer: VideoDemuxer | None = None

    def open(self) -> StreamInfo:
        """Connect, sign in, and learn what the video is like."""
        request = self._request
        timeouts = request.timeouts
        url = request.url
        if request.reach is not None:
            url = behind(url, request.reach, timeouts, request.camera_id)
        began = time.monotonic()
        try:
            self._container = open_container(
                url.address, self._options(url), (timeouts.open, timeouts.read)
            )
        except (av.FFmpegError, OSError) as error:
            raise self._open_failure(error, time.monotonic() - began) from None
        self._demuxer = VideoDemuxer(self._container, request.camera_id)
        return self._demuxer.info

    def packets(self) -> Iterator[Packet]:
        """Yield packets until interrupted; a connection that ends is a failure."""
        if self._demuxer is None:
            raise RuntimeError("open() comes before packets()")
        yield from dated_packets(self._arriving(self._demuxer), self._demuxer.info, self._request)
        if not self._interrupted.is_set():
            raise StreamError(Reason.CUT, where=self._request.camera_id)

    def interrupt(self) -> None:
        """Let ``packets`` end at the next packet."""
        self._interrupted.set()

    def close(self) -> None:
        """Hang up."""
        self._demuxer = None
        if self._container is not None:
            self._container.close()
            self._container = None

    def _arriving(self, demuxer: VideoDemuxer) -> Arriving:
        try:
            yield from arriving(
                demuxer.units(), self._request, self._interrupted.is_set, self._rest
            )
        except (av.FFmpegError, OSError) as error:
            raise self._failure(error) from None

    def _rest(self) -> None:
        # The system holds little of what comes by UDP: it must be taken at once.
        pause = 0.0 if self._request.url.scheme == RTSP_UDP else self._request.pause()
        if pause:
            self._interrupted.wait(pause)

    def _options(self, url: StreamUrl) -> dict[str, str]:
        options = _options(url.scheme, self._request.timeouts)
        certificates = self._request.reach.certificates if self._request.reach else None
        if url.scheme != "rtsps" or certificates is None:
            return options
        trust = {"tls_verify": "1", "ca_file": str(certificates), "verifyhost": url.certified}
        return options | trust

    def _open_failure(self, error: BaseException, elapsed: float) -> StreamError:
        failure = self._failure(error)
        if failure.reason is not Reason.UNREADABLE:
            return failure
        # ffmpeg reports every answer that it does not get or understand as invalid data.
        late = elapsed >= self._request.timeouts.open
        return StreamError(Reason.TIMED_OUT if late else Reason.NO_RTSP, where=failure.where)

    def _failure(self, error: BaseException) -> StreamError:
        return failure_of(error, where=self._request.camera_id, secrets=self._request.url.secrets)


def _options(scheme: str, timeouts: Timeouts) -> dict[str, str]:
    # Only a second line behind our own time limits, whose errors say more.
    socket_timeout = 2 * max(timeouts.open, timeouts.read)
    udp = scheme == RTSP_UDP
    return {
        "rtsp_transport": "udp" if udp else "tcp",
        **({"buffer_size": str(_DATAGRAM_BUFFER)} if udp else {}),
        "allowed_media_types": "video",
        "timeout": str(int(socket_timeout * 1e6)),
        "protocol_whitelist": "rtsp,rtp,tcp,udp" if udp else "rtsp,rtsps,rtp,tcp,tls",
        "user_agent": "Kanhu",
        # Enough pictures to learn the frame rate and whether there are B-frames.
        "fpsprobesize": "8",
        "analyzeduration": "2000000",
    }
