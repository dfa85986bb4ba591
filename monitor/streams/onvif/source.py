"""Cameras by ONVIF as sources: the profile's stream is asked for anew at each connection."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl

from monitor.domain.clock import to_datetime
from monitor.domain.media import StreamInfo
from monitor.streams.failures import Reason, StreamError
from monitor.streams.onvif.device import OnvifDevice
from monitor.streams.onvif.inner import InnerRtsp
from monitor.streams.onvif.soap import SoapClient
from monitor.streams.source import SourceRequest
from monitor.streams.url import StreamUrl, UrlError, parse_url

SCHEME = "onvif"
PORT = 80
_STREAMS = ("rtsp", "rtsps")


class OnvifSource(InnerRtsp):
    """One RTSP connection to where the device says that a profile's pictures are."""

    def __init__(self, request: SourceRequest) -> None:
        super().__init__()
        self.clock_offset: float | None = None
        self._request = request

    def open(self) -> StreamInfo:
        """Ask the device for the stream, connect to it, and learn what the video is like."""
        request = self._request
        url = request.url
        if request.reach is not None:
            url = request.reach.pinned(url, request.camera_id)
        try:
            found = self._locate(url)
        except StreamError as error:
            raise StreamError(error.reason, where=request.camera_id) from None
        return self._connect(replace(request, url=found))

    def _locate(self, url: StreamUrl) -> StreamUrl:
        device = device_at(url, self._request.timeouts.open, self._request)
        self.clock_offset = device.clock_offset()
        token = profile_of(url)
        if not token:
            profiles = device.profiles()
            if not profiles:
                raise StreamError(Reason.NO_VIDEO)
            token = profiles[0].token
        return stream_of(device.stream_uri(token), url)


def device_at(url: StreamUrl, patience: float, request: SourceRequest | None = None) -> OnvifDevice:
    """Return the device that an ``onvif:`` URL leads to; nothing is asked yet."""
    client = SoapClient(url.host, url.port or PORT, url.username, url.password, patience)
    if request is None:
        return OnvifDevice(client, url.path)
    return OnvifDevice(client, url.path, lambda: to_datetime(request.clock.now()))


def profile_of(url: StreamUrl) -> str:
    """Return the profile that an ``onvif:`` URL names, or an empty text: the largest picture."""
    return dict(parse_qsl(url.query)).get("profile", "")


def stream_of(uri: str, device: StreamUrl) -> StreamUrl:
    """Return the stream that a device names, on the device's own host and with its credentials.

    Raises:
        StreamError: it is no RTSP address.
    """
    try:
        found = parse_url(uri)
    except UrlError:
        raise StreamError(Reason.NO_ONVIF) from None
    if found.scheme not in _STREAMS:
        raise StreamError(Reason.NO_ONVIF)
    return replace(found, host=device.host, username=device.username, password=device.password)
