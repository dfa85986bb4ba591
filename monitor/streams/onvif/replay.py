"""Replay of a device's footage: RTSP whose PLAY names a time (ONVIF Streaming, section 6).

ffmpeg cannot ask for a time of day. So it speaks to a door on loopback, which hands everything on
as it is but the header ``Range`` of PLAY. Only audits replay, a few seconds at a time.
"""

from __future__ import annotations

import re
import select
import socket
import threading
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from monitor.domain.media import StreamInfo
from monitor.streams.failures import Reason, StreamError
from monitor.streams.onvif.inner import InnerRtsp
from monitor.streams.rtsp_door import behind
from monitor.streams.source import SourceRequest

_RANGE = re.compile(rb"(?im)^Range:[^\r\n]*\r\n")
_LARGEST_REQUEST = 16 << 10  # bytes
_CHUNK = 64 << 10


class ReplaySource(InnerRtsp):
    """Footage of a device between two times (POSIX seconds), at its own pace."""

    def __init__(self, request: SourceRequest, start: float, end: float) -> None:
        super().__init__()
        self._request = request
        self._span = f"clock={_written(start)}-{_written(end)}".encode()
        self._door: _Door | None = None

    def open(self) -> StreamInfo:
        """Connect to the device and learn what the video is like."""
        request = self._request
        if request.url.scheme != "rtsp":
            raise StreamError(Reason.UNSUPPORTED, where=request.camera_id, detail="rtsps")
        url = request.url
        if request.reach is not None:
            url = behind(url, request.reach, request.timeouts, request.camera_id)
        self._door = _Door((url.host, url.port or 554), self._span, request.timeouts.open)
        here = replace(url, host="127.0.0.1", port=self._door.port)
        return self._connect(replace(request, url=here, reach=None))

    def close(self) -> None:
        """Hang up."""
        super().close()
        if self._door is not None:
            self._door.close()


class _Door:
    """Lets one client in and hands on what it and the device say."""

    def __init__(self, device: tuple[str, int], span: bytes, patience: float) -> None:
        self._device = device
        self._span = span
        self._patience = patience
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(patience)
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, name="onvif-replay", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End; the client has hung up before."""
        self._listener.close()
        self._thread.join(self._patience)

    def _serve(self) -> None:
        with suppress(OSError):
            client, _ = self._listener.accept()
            with client, socket.create_connection(self._device, self._patience) as device:
                self._hand_on(client, device)

    def _hand_on(self, client: socket.socket, device: socket.socket) -> None:
        asked = b""
        while True:
            for ready in select.select([client, device], [], [])[0]:
                data = ready.recv(_CHUNK)
                if not data:
                    return
                if ready is device:
                    client.sendall(data)
                    continue
                asked += data
                ready_to_go, asked = _whole(asked)
                for request in ready_to_go:
                    device.sendall(self._with_span(request))

    def _with_span(self, request: bytes) -> bytes:
        if not request.startswith(b"PLAY "):
            return request
        line, _, rest = _RANGE.sub(b"", request).partition(b"\r\n")
        more = b"Range: " + self._span + b"\r\nRequire: onvif-replay\r\n"
        return line + b"\r\n" + more + rest


def _whole(data: bytes) -> tuple[list[bytes], bytes]:
    """Return the requests and interleaved packets that are complete, and what is left over."""
    parts = []
    while data:
        if data[:1] == b"$":
            size = 4 + int.from_bytes(data[2:4], "big") if len(data) >= 4 else len(data) + 1
        else:
            end = data.find(b"\r\n\r\n")
            size = end + 4 if end >= 0 else len(data) + 1
        if size > len(data):
            if len(data) > _LARGEST_REQUEST:
                raise OSError("no RTSP")
            break
        parts.append(data[:size])
        data = data[size:]
    return parts, data


def _written(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y%m%dT%H%M%S.%f")[:-3] + "Z"
