"""A simulated ONVIF camera on loopback: WS-Discovery, clock, profiles, stream and snapshot URIs."""

from __future__ import annotations

import base64
import hashlib
import re
import socket
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from xml.sax.saxutils import escape

USER, PASSWORD = "viewer", "correct horse"  # not a secret: only a simulated camera knows it
_ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?><SOAP-ENV:Envelope xmlns:SOAP-ENV='
    '"http://www.w3.org/2003/05/soap-envelope" xmlns:tt="http://www.onvif.org/ver10/schema" '
    'xmlns:tds="http://www.onvif.org/ver10/device/wsdl" xmlns:wsa="http://schemas.xmlsoap.org/ws/'
    '2004/08/addressing" xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery" '
    'xmlns:ter="http://www.onvif.org/ver10/error" '
    'xmlns:trt="http://www.onvif.org/ver10/media/wsdl"><SOAP-ENV:Header>{header}</SOAP-ENV:Header>'
    "<SOAP-ENV:Body>{body}</SOAP-ENV:Body></SOAP-ENV:Envelope>"
)
_FAULT = (
    "<SOAP-ENV:Fault><SOAP-ENV:Code><SOAP-ENV:Value>SOAP-ENV:Sender</SOAP-ENV:Value>"
    "<SOAP-ENV:Subcode><SOAP-ENV:Value>ter:{code}</SOAP-ENV:Value></SOAP-ENV:Subcode>"
    "</SOAP-ENV:Code></SOAP-ENV:Fault>"
)


@dataclass
class SimulatedDevice:
    """Serves until the ``with`` block ends. ``streams`` are RTSP URIs by profile token.

    ``claims`` is the host that it says it has, ``raw`` an answer given to everything.
    """

    streams: dict[str, str] = field(default_factory=dict)
    ahead: float = 0.0
    claims: str = "127.0.0.1"
    http_digest: bool = False
    raw: bytes | None = None
    status: int = 200
    asked: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        device = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                status, answer = device.answer(body, self.headers.get("Authorization", ""))
                self.send_response(status)
                if status == 401:
                    challenge = 'Digest realm="camera", nonce="abc", qop="auth", algorithm=MD5'
                    self.send_header("WWW-Authenticate", challenge)
                if status == 302:
                    self.send_header("Location", "http://169.254.169.254/")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: Any) -> None: ...

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._udp.bind(("127.0.0.1", 0))
        self._threads = [
            threading.Thread(target=self._http.serve_forever, args=[0.05]),
            threading.Thread(target=self._discoverable),
        ]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._udp.sendto(b"stop", self._udp.getsockname())
        for thread in self._threads:
            thread.join()
        self._udp.close()

    @property
    def port(self) -> int:
        """Where SOAP is spoken."""
        return int(self._http.server_address[1])

    @property
    def discovery(self) -> tuple[str, int]:
        """Where it listens for questions to everybody."""
        address: tuple[str, int] = self._udp.getsockname()
        return address

    def answer(self, body: str, authorization: str) -> tuple[int, bytes]:
        """Return status and body of the answer to a request."""
        match = re.search(r"<s:Body><(?:\w+:)?(\w+)", body)
        call = match[1] if match else "?"
        self.asked.append(call)
        if self.raw is not None or self.status != 200:
            return self.status, self.raw or b""
        if call == "GetSystemDateAndTime":
            return 200, self._wrapped(self._clock())
        if self.http_digest and not authorization.startswith(f'Digest username="{USER}"'):
            return 401, b""
        if not self.http_digest and not self._admits(body):
            return 400, self._wrapped(_FAULT.format(code="NotAuthorized"))
        maker = getattr(self, f"_{call}", None)
        if maker is None:
            return 500, self._wrapped(_FAULT.format(code="ActionNotSupported"))
        return 200, self._wrapped(maker(body))

    def _admits(self, body: str) -> bool:
        parts = [
            re.search(rf"<\w+:{name}(?: [^>]*)?>([^<]*)<", body)
            for name in ("Username", "Password", "Nonce", "Created")
        ]
        if not all(parts):
            return False
        user, digest, nonce, created = (part[1] for part in parts if part)
        there = datetime.now(UTC) + timedelta(seconds=self.ahead)
        age = abs((there - datetime.fromisoformat(created)).total_seconds())
        mixed = base64.b64decode(nonce) + created.encode() + PASSWORD.encode()
        wanted = base64.b64encode(hashlib.sha1(mixed, usedforsecurity=False).digest()).decode()
        return user == USER and digest == wanted and age < 5

    def _clock(self) -> str:
        now = datetime.now(UTC) + timedelta(seconds=self.ahead)
        return (
            "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime><tt:UTCDateTime><tt:Time>"
            f"<tt:Hour>{now.hour}</tt:Hour><tt:Minute>{now.minute}</tt:Minute>"
            f"<tt:Second>{now.second}</tt:Second></tt:Time><tt:Date><tt:Year>{now.year}</tt:Year>"
            f"<tt:Month>{now.month}</tt:Month><tt:Day>{now.day}</tt:Day></tt:Date>"
            "</tt:UTCDateTime></tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>"
        )

    def _GetDeviceInformation(self, _body: str) -> str:  # noqa: N802
        return (
            "<tds:GetDeviceInformationResponse><tds:Manufacturer>示例</tds:Manufacturer>"
            "<tds:Model>IPC-1</tds:Model><tds:FirmwareVersion>5.7</tds:FirmwareVersion>"
            "<tds:SerialNumber>SN0001</tds:SerialNumber></tds:GetDeviceInformationResponse>"
        )

    def _GetCapabilities(self, _body: str) -> str:  # noqa: N802
        at = f"http://{self.claims}:{self.port}/onvif"
        return (
            "<tds:GetCapabilitiesResponse><tds:Capabilities>"
            f"<tt:Device><tt:XAddr>{at}/device_service</tt:XAddr></tt:Device>"
            f"<tt:Media><tt:XAddr>{at}/media</tt:XAddr></tt:Media>"
            "</tds:Capabilities></tds:GetCapabilitiesResponse>"
        )

    def _GetProfiles(self, _body: str) -> str:  # noqa: N802
        profiles = "".join(
            f'<trt:Profiles fixed="true" token="{token}"><tt:Name>档案 {token}</tt:Name>'
            "<tt:VideoEncoderConfiguration><tt:Encoding>H264</tt:Encoding><tt:Resolution>"
            f"<tt:Width>{640 * (number + 1)}</tt:Width><tt:Height>{360 * (number + 1)}</tt:Height>"
            "</tt:Resolution><tt:RateControl><tt:FrameRateLimit>25</tt:FrameRateLimit>"
            "<tt:BitrateLimit>2048</tt:BitrateLimit></tt:RateControl><tt:H264><tt:GovLength>50"
            "</tt:GovLength></tt:H264></tt:VideoEncoderConfiguration></trt:Profiles>"
            for number, token in enumerate(self.streams)
        )
        return f"<trt:GetProfilesResponse>{profiles}</trt:GetProfilesResponse>"

    def _GetStreamUri(self, body: str) -> str:  # noqa: N802
        token = body.partition("<trt:ProfileToken>")[2].partition("<")[0]
        if token not in self.streams:
            return _FAULT.format(code="NoProfile")
        return (
            f"<trt:GetStreamUriResponse><trt:MediaUri><tt:Uri>{escape(self.streams[token])}"
            "</tt:Uri></trt:MediaUri></trt:GetStreamUriResponse>"
        )

    def _GetSnapshotUri(self, _body: str) -> str:  # noqa: N802
        return (
            "<trt:GetSnapshotUriResponse><trt:MediaUri><tt:Uri>http://127.0.0.1/snap.jpg"
            "</tt:Uri></trt:MediaUri></trt:GetSnapshotUriResponse>"
        )

    def _wrapped(self, body: str, header: str = "") -> bytes:
        return _ENVELOPE.format(header=header, body=body).encode()

    def _discoverable(self) -> None:
        while True:
            data, sender = self._udp.recvfrom(65536)
            if data == b"stop":
                return
            question = data.decode().partition("<a:MessageID>")[2].partition("<")[0]
            if "Probe" not in data.decode():
                continue
            body = (
                "<d:ProbeMatches><d:ProbeMatch><d:Types>dn:NetworkVideoTransmitter</d:Types>"
                "<d:Scopes>onvif://www.onvif.org/name/%E6%89%98%E5%B0%8F%E7%8F%AD "
                "onvif://www.onvif.org/hardware/IPC-1 onvif://www.onvif.org/location/Hall"
                f"</d:Scopes><d:XAddrs>http://{self.claims}:{self.port}/onvif/device_service"
                "</d:XAddrs></d:ProbeMatch></d:ProbeMatches>"
            )
            header = f"<wsa:RelatesTo>{question}</wsa:RelatesTo>"
            answer = self._wrapped(body, header)
            self._udp.sendto(b"<broken", sender)
            self._udp.sendto(answer.replace(question.encode(), b"uuid:other"), sender)
            self._udp.sendto(answer, sender)
