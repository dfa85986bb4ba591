"""Camera URLs of GB/T 28181: ``gb28181://DEVICE/CHANNEL?stream=sub``."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import parse_qsl, quote

from monitor.domain.errors import InputError
from monitor.domain.text import Text
from monitor.streams.gb28181.ids import device_id
from monitor.streams.gb28181.sdp import Transport
from monitor.streams.url import StreamUrl, parse_url

SCHEME = "gb28181"
_HINT = Text(
    "写作 gb28181://设备编码/通道编码，各 20 位数字；子码流加 ?stream=sub",
    "write gb28181://DEVICE/CHANNEL, each 20 digits; ?stream=sub for the smaller stream",
)
_UNKNOWN = Text(
    "GB/T 28181 地址中有未知的选项或值", "the GB/T 28181 URL has an unknown option or value"
)
_CHANNEL = Text("通道编码", "channel id")
_LAST_SECOND = 4_102_444_800  # the year 2100
_VIA = "via"


@dataclass(frozen=True, slots=True)
class Locator:
    """What a URL names. ``start`` and ``end`` are POSIX seconds of a recording, 0 for live.

    ``desk`` is the file of the desk to ask; the configuration adds it, nobody writes it.
    """

    device: str
    channel: str
    substream: bool = False
    transport: Transport | None = None
    start: int = 0
    end: int = 0
    desk: Path | None = None

    @classmethod
    def of(cls, url: StreamUrl) -> Locator:
        """Read a checked URL.

        Raises:
            InputError: it is not of this form.
        """
        options = dict(parse_qsl(url.query, keep_blank_values=True))
        desk = options.pop(_VIA, "")
        stream = options.pop("stream", "main")
        named = options.pop("transport", "")
        start, end = _seconds(options.pop("start", "0")), _seconds(options.pop("end", "0"))
        if options or stream not in ("main", "sub") or (named and named not in list(Transport)):
            raise InputError(_UNKNOWN, hint=_HINT)
        if (start or end) and start >= end:
            raise InputError(
                Text("GB/T 28181 地址的结束早于开始", "the GB/T 28181 URL ends before it starts"),
                hint=_HINT,
            )
        if url.username or url.port is not None:
            raise InputError(
                Text(
                    "GB/T 28181 地址不带密码和端口",
                    "a GB/T 28181 URL holds no password and no port",
                ),
                hint=_HINT,
            )
        return cls(
            device=device_id(url.host),
            channel=device_id(url.path.removeprefix("/"), what=_CHANNEL),
            substream=stream == "sub",
            transport=Transport(named) if named else None,
            start=start,
            end=end,
            desk=Path(desk) if desk else None,
        )

    @classmethod
    def parse(cls, text: str) -> Locator:
        """Read a URL as people write it.

        Raises:
            InputError: it is not of this form, or names a desk of its own.
        """
        locator = cls.of(parse_url(text))
        if locator.desk is not None:
            raise InputError(_UNKNOWN, hint=_HINT)
        return locator

    def at(self, desk: Path) -> Locator:
        """Return the same with the desk to ask."""
        return replace(self, desk=desk)

    def during(self, start: int, end: int) -> Locator:
        """Return the recording of the same channel between two POSIX seconds."""
        return replace(self, start=start, end=end)

    def __str__(self) -> str:
        options = []
        if self.substream:
            options.append("stream=sub")
        if self.transport is not None:
            options.append(f"transport={self.transport}")
        if self.end:
            options += [f"start={self.start}", f"end={self.end}"]
        if self.desk is not None:
            options.append(f"{_VIA}={quote(str(self.desk), safe='/')}")
        query = f"?{'&'.join(options)}" if options else ""
        return f"{SCHEME}://{self.device}/{self.channel}{query}"


def _seconds(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text[:12]) > _LAST_SECOND:
        raise InputError(
            Text(
                "GB/T 28181 地址的 start 和 end 应为 POSIX 秒数",
                "start and end of a GB/T 28181 URL are POSIX seconds",
            ),
            hint=_HINT,
        )
    return int(text)
