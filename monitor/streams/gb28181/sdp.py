"""Session descriptions (RFC 4566 with the ``y=`` and ``f=`` lines of GB/T 28181, annex F)."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from enum import StrEnum

from monitor.domain.text import Text
from monitor.streams.gb28181.errors import SdpError

LARGEST_SDP = 16 * 1024  # bytes
PS_PAYLOAD = 96
_MOST_LINES = 200
_MEDIA = re.compile(r"video (\d{1,5})(?:/\d+)? (\S{1,40})((?: \d{1,3})*)")
_RTPMAP = re.compile(r"rtpmap:(\d{1,3}) ([A-Za-z0-9.-]{1,24})/(\d{1,6}).*")
_SSRC = re.compile(r"\s*(\d{1,10})\s*")


class Transport(StrEnum):
    """How media travels; for TCP, which part the platform plays."""

    UDP = "udp"
    TCP_PASSIVE = "tcp-passive"
    TCP_ACTIVE = "tcp-active"


class Purpose(StrEnum):
    """What a session is for: the subject of its description."""

    PLAY = "Play"
    PLAYBACK = "Playback"


@dataclass(frozen=True, slots=True)
class Offer:
    """What the platform asks of a device. ``start`` and ``end`` are POSIX seconds, else 0."""

    platform: str
    channel: str
    host: str
    port: int
    transport: Transport
    ssrc: str
    purpose: Purpose = Purpose.PLAY
    start: int = 0
    end: int = 0
    attribute: str = ""

    def text(self) -> str:
        """Return the description, in the order of lines that strict devices insist on."""
        udp = self.transport is Transport.UDP
        family = "IP6" if ":" in self.host else "IP4"
        lines = [
            "v=0",
            f"o={self.platform} 0 0 IN {family} {self.host}",
            f"s={self.purpose}",
        ]
        if self.purpose is Purpose.PLAYBACK:
            lines.append(f"u={self.channel}:0")
        lines += [
            f"c=IN {family} {self.host}",
            f"t={self.start} {self.end}",
            f"m=video {self.port} {'RTP/AVP' if udp else 'TCP/RTP/AVP'} {PS_PAYLOAD}",
            "a=recvonly",
            f"a=rtpmap:{PS_PAYLOAD} PS/90000",
        ]
        if not udp:
            role = "passive" if self.transport is Transport.TCP_PASSIVE else "active"
            lines += [f"a=setup:{role}", "a=connection:new"]
        if self.attribute:
            lines.append(f"a={self.attribute}")
        lines.append(f"y={self.ssrc}")
        return "\r\n".join(lines) + "\r\n"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a device says that it will send, and from where."""

    host: str
    port: int
    tcp: bool
    setup: str
    ssrc: int | None
    encoding: str


def parse_sdp(data: bytes) -> Answer:
    """Return what the description in ``data`` says of its video.

    Raises:
        SdpError: there is no usable video in it.
    """
    if len(data) > LARGEST_SDP:
        raise SdpError(Text("会话描述过大", "the session description is too large"))
    lines = data.decode("gb18030", "replace").splitlines()
    if len(lines) > _MOST_LINES:
        raise SdpError(Text("会话描述的行数过多", "the session description has too many lines"))
    host = media = setup = ssrc = ""
    encodings: dict[str, str] = {}
    in_video = True
    for line in lines:
        kind, equals, value = line.strip().partition("=")
        if not equals:
            continue
        if kind == "m":
            in_video = value.startswith("video ") and not media
            media = value if in_video else media
        elif kind == "y":
            ssrc = value
        elif in_video and kind == "c":
            host = value
        elif in_video and kind == "a" and value.startswith("setup:"):
            setup = value[6:].strip().lower()
        elif in_video and kind == "a" and (match := _RTPMAP.fullmatch(value)):
            encodings[match[1]] = match[2].upper()
    return _answer(media, host, setup, ssrc, encodings)


def _answer(media: str, host: str, setup: str, ssrc: str, encodings: dict[str, str]) -> Answer:
    match = _MEDIA.fullmatch(media.strip())
    if match is None:
        raise SdpError(Text("会话描述中没有视频", "the session description offers no video"))
    port = int(match[1])
    if not 0 < port < 65536:
        raise SdpError(Text("会话描述拒绝了视频", "the session description refuses the video"))
    payload = match[3].split()[0] if match[3].split() else ""
    number = _SSRC.fullmatch(ssrc)
    return Answer(
        host=_address(host),
        port=port,
        tcp="TCP" in match[2].upper(),
        setup=setup,
        ssrc=int(number[1]) & 0xFFFFFFFF if number else None,
        encoding=encodings.get(payload, "PS"),
    )


def _address(connection: str) -> str:
    parts = connection.split()
    if len(parts) != 3 or parts[0] != "IN":
        return ""
    try:
        address = ipaddress.ip_address(parts[2].partition("/")[0])
    except ValueError:
        return ""
    return "" if address.is_unspecified or address.is_multicast else str(address)
