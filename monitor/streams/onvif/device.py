"""One ONVIF device: its clock, what it is, its profiles, and where their pictures are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from monitor.streams.failures import Reason, StreamError
from monitor.streams.gb28181.xml import Element
from monitor.streams.onvif.soap import SoapClient, first, text_at, walk

DEVICE_PATH = "/onvif/device_service"
_MOST_PROFILES = 64
_CODECS = {"H264": "h264", "H265": "hevc", "HEVC": "hevc", "JPEG": "mjpeg", "MPEG4": "mpeg4"}


@dataclass(frozen=True, slots=True)
class Profile:
    """One media profile, as the device describes it; 0 and empty where it says nothing."""

    token: str
    name: str
    codec: str = ""
    width: int = 0
    height: int = 0
    fps: float = 0.0
    kbit_s: int = 0
    gop: int = 0


@dataclass(frozen=True, slots=True)
class DeviceFacts:
    """Maker, model, firmware and serial number."""

    maker: str
    model: str
    firmware: str
    serial: str


@dataclass(frozen=True, slots=True)
class _Service:
    path: str
    port: int


class OnvifDevice:
    """Talks to one device; every method raises :class:`StreamError` where it does not answer."""

    def __init__(
        self, client: SoapClient, path: str = DEVICE_PATH, now: Callable[[], datetime] | None = None
    ) -> None:
        self._client = client
        self._path = path if path not in ("", "/") else DEVICE_PATH
        self._now = now or (lambda: datetime.now(UTC))
        self._services: dict[str, _Service] | None = None

    def clock_offset(self) -> float | None:
        """Return how many seconds the device's clock is ahead, and sign by that clock from now."""
        before = self._now()
        answer = self._client.call(self._path, "<tds:GetSystemDateAndTime/>", signed=False)
        moment = _utc(first(answer, "SystemDateAndTime", "UTCDateTime"))
        if moment is None:
            return None
        middle = before + (self._now() - before) / 2
        offset = (moment - middle).total_seconds()
        self._client.offset = offset
        return offset

    def facts(self) -> DeviceFacts:
        """Return what the device is."""
        answer = self._client.call(self._path, "<tds:GetDeviceInformation/>")
        names = ("Manufacturer", "Model", "FirmwareVersion", "SerialNumber")
        return DeviceFacts(*(_shown(text_at(answer, name)) for name in names))

    def profiles(self) -> tuple[Profile, ...]:
        """Return the media profiles that have pictures, the largest picture first."""
        answer = self._media("<trt:GetProfiles/>")
        found = [_profile(item) for item in answer.children if item.tag == "Profiles"]
        kept = [profile for profile in found if profile.token][:_MOST_PROFILES]
        return tuple(sorted(kept, key=lambda item: -item.width * item.height))

    def stream_uri(self, token: str) -> str:
        """Return the RTSP address of a profile as the device gives it."""
        setup = (
            "<trt:GetStreamUri><trt:StreamSetup><tt:Stream>RTP-Unicast</tt:Stream><tt:Transport>"
            "<tt:Protocol>RTSP</tt:Protocol></tt:Transport></trt:StreamSetup>"
            f"<trt:ProfileToken>{escape(token)}</trt:ProfileToken></trt:GetStreamUri>"
        )
        return self._uri(self._media(setup))

    def snapshot_uri(self, token: str) -> str:
        """Return the HTTP address of a profile's still picture as the device gives it."""
        token = escape(token)
        return self._uri(
            self._media(
                f"<trt:GetSnapshotUri><trt:ProfileToken>{token}</trt:ProfileToken></trt:GetSnapshotUri>"
            )
        )

    def call(self, service: str, body: str) -> Element:
        """Call one of the device's services by its name in GetCapabilities, such as ``Replay``.

        Raises:
            StreamError: the device does not offer it, or does not answer.
        """
        offered = self._capabilities()
        if service not in offered:
            of_recordings = service in ("Search", "Replay")
            raise StreamError(Reason.NO_PROFILE_G if of_recordings else Reason.NO_ONVIF)
        where = offered[service]
        return self._client.call(where.path, body, port=where.port)

    def _media(self, body: str) -> Element:
        return self.call("Media", body)

    def _capabilities(self) -> dict[str, _Service]:
        if self._services is None:
            body = "<tds:GetCapabilities><tds:Category>All</tds:Category></tds:GetCapabilities>"
            answer = self._client.call(self._path, body)
            self._services = {
                item.tag: self._service(item.value("XAddr"))
                for item in walk(answer)
                if item.find("XAddr") is not None
            }
        return self._services

    def _service(self, address: str) -> _Service:
        """Return where a service is: on the device's own host, whatever the device says."""
        try:
            parts = urlsplit(address)
            port = parts.port or 80
        except ValueError:
            raise StreamError(Reason.NO_ONVIF) from None
        same = parts.hostname == self._client.host
        path = parts.path if parts.path.startswith("/") else DEVICE_PATH
        query = f"?{parts.query}" if parts.query else ""
        if any(ord(char) <= 32 or ord(char) > 126 for char in path + query):
            raise StreamError(Reason.NO_ONVIF)
        return _Service(path + query, port if same else self._client.port)

    def _uri(self, answer: Element) -> str:
        uri = text_at(answer, "MediaUri", "Uri") or text_at(answer, "Uri")
        if not uri:
            raise StreamError(Reason.NO_ONVIF)
        return uri


def _profile(item: Element) -> Profile:
    encoder = first(item, "VideoEncoderConfiguration") or Element("none")
    size = first(encoder, "Resolution") or Element("none")
    rate = first(encoder, "RateControl") or Element("none")
    codec = text_at(encoder, "Encoding")
    detail = first(encoder, "H264") or first(encoder, "H265") or Element("none")
    return Profile(
        token=item.attributes.get("token", "")[:64],
        name=_shown(item.value("Name")),
        codec=_CODECS.get(codec.upper(), codec.lower()[:16]),
        width=size.number("Width") or 0,
        height=size.number("Height") or 0,
        fps=float(rate.number("FrameRateLimit") or 0),
        kbit_s=rate.number("BitrateLimit") or 0,
        gop=detail.number("GovLength") or 0,
    )


def _utc(element: Element | None) -> datetime | None:
    if element is None:
        return None
    date, time = first(element, "Date"), first(element, "Time")
    if date is None or time is None:
        return None
    numbers = [date.number(name) for name in ("Year", "Month", "Day")]
    numbers += [time.number(name) for name in ("Hour", "Minute", "Second")]
    try:
        year, month, day, hour, minute, second = (int(n) for n in numbers if n is not None)
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except ValueError:
        return None


def _shown(text: str) -> str:
    return "".join(char for char in text if char.isprintable())[:64]
