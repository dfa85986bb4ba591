"""Asking an RTSP address where its pictures are, before ffmpeg does.

ffmpeg follows every redirect (RFC 2326, section 11) to any host and has no option against it. So
the first requests are made here: whatever place an answer names is judged as a configured address
is, and ffmpeg is given the last one. Nothing is set up, so a camera counts no viewer for it.
"""

from __future__ import annotations

import base64
import re
import socket
import time
from dataclasses import dataclass, replace
from typing import Final

from monitor.streams.failures import Reason, StreamError, failure_of
from monitor.streams.gb28181.digest import authorization
from monitor.streams.reach import Reach
from monitor.streams.rtsp_tls import secured
from monitor.streams.source import Timeouts
from monitor.streams.url import RTSP_UDP, StreamUrl, UrlError, parse_url

_MOST_HOPS = 4
_LARGEST_ANSWER = 64 << 10  # bytes
_PORTS: Final = {"rtsp": 554, RTSP_UDP: 554, "rtsps": 322}
_TLS_ALERT = b"\x15\x03"
_STATUS = re.compile(rb"RTSP/1\.\d (\d{3})")
_KNOWN_CHALLENGE = re.compile(r"(?i)basic |digest (?!.*algorithm=\"?(?!md5\b|sha-256\b))")
_FIELD = re.compile(r"(?im)^([a-z-]+)[ \t]*:[ \t]*(.*?)[ \t]*\r?$")


def behind(url: StreamUrl, reach: Reach, timeouts: Timeouts, where: str = "") -> StreamUrl:
    """Return where the pictures of ``url`` really are, its host as the one address judged.

    A camera that answers nothing that can be understood is left to ffmpeg, which has words for it.
    Takes at most ``timeouts.open`` seconds. Credentials go along only to the same host, and what
    begins encrypted stays so.

    Raises:
        StreamError: the host cannot be reached or is not whom it should be, or the way leads
            where ``reach`` does not.
    """
    until = time.monotonic() + timeouts.open
    for _ in range(_MOST_HOPS):
        pinned = reach.pinned(url, where)
        place, certified = _asked(pinned, reach, timeouts.connect, until, where)
        if place is None:
            return replace(pinned, certified=certified)
        url = _next(url, place, where)
    raise StreamError(Reason.NO_RTSP, where=where)


def _next(url: StreamUrl, place: str, where: str) -> StreamUrl:
    try:
        found = parse_url(place)
    except UrlError:
        raise StreamError(Reason.NO_RTSP, where=where) from None
    if found.scheme not in _PORTS:
        raise StreamError(Reason.FORBIDDEN, where=where, detail=f"{found.scheme}:")
    if url.scheme == "rtsps" != found.scheme:
        raise StreamError(Reason.FORBIDDEN, where=where, detail=f"{found.scheme}:")
    if found.scheme == "rtsp":
        found = replace(found, scheme=url.scheme if url.scheme == RTSP_UDP else "rtsp")
    if found.host == url.host and not found.username:
        return replace(found, username=url.username, password=url.password)
    return found


def _asked(
    url: StreamUrl, reach: Reach, connect: float, until: float, where: str
) -> tuple[str | None, str]:
    """Return the place that an answer redirects to, or ``None``, and the name certified."""
    try:
        with _Conversation(url, reach, connect, until, where) as camera:
            return _place(camera), camera.certified
    except OSError as error:
        raise failure_of(error, where=where, secrets=url.secrets) from None


def _place(camera: _Conversation) -> str | None:
    for method in ("OPTIONS", "DESCRIBE"):
        answer = camera.ask(method)
        if answer is None:
            return None
        if 300 <= answer.status < 400 and "location" in answer.fields:
            return answer.fields["location"]
        if answer.status >= 300:
            return None
    return None


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    fields: dict[str, str]


class _Conversation:
    """One connection to a camera; every wait ends at the time ``until``."""

    def __init__(
        self, url: StreamUrl, reach: Reach, connect: float, until: float, where: str
    ) -> None:
        self._url = url
        self._where = where
        self._until = until
        self._connect_within = connect
        self._uri = replace(url, username="", password="").address
        self._number = 0
        self._challenge = ""
        self._rest = b""
        self._socket: socket.socket
        self.certified = ""
        if url.scheme == "rtsps":
            self._socket, self.certified = secured(
                self._connected, url.certified or url.host, reach.certificates, where
            )
        else:
            self._socket = self._connected()

    def __enter__(self) -> _Conversation:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def ask(self, method: str) -> _Answer | None:
        """Send a request, sign in if asked to, and return the answer; ``None``: none like RTSP.

        Raises:
            StreamError: the camera does not accept the credentials.
        """
        answer = self._exchange(method)
        if answer is None or answer.status != 401 or not self._url.username:
            return answer
        self._challenge = answer.fields.get("www-authenticate", "")
        if not _KNOWN_CHALLENGE.match(self._challenge):
            return None
        answer = self._exchange(method)
        if answer is not None and answer.status == 401:
            # Not left to ffmpeg: some cameras lock the account after a few wrong attempts.
            raise StreamError(Reason.UNAUTHORIZED, where=self._where)
        return answer

    @property
    def _left(self) -> float:
        left = self._until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return left

    def _connected(self) -> socket.socket:
        port = self._url.port if self._url.port is not None else _PORTS[self._url.scheme]
        within = min(self._left, self._connect_within)
        connection = socket.create_connection((self._url.host, port), within)
        connection.settimeout(self._left)
        return connection

    def _exchange(self, method: str) -> _Answer | None:
        self._number += 1
        lines = [f"{method} {self._uri} RTSP/1.0", f"CSeq: {self._number}", "User-Agent: Kanhu"]
        if method == "DESCRIBE":
            lines.append("Accept: application/sdp")
        if self._challenge:
            lines.append(f"Authorization: {self._authorization(method)}")
        self._socket.settimeout(self._left)
        self._socket.sendall(("\r\n".join(lines) + "\r\n\r\n").encode())
        return self._answer()

    def _authorization(self, method: str) -> str:
        user, password = self._url.username, self._url.password
        if self._challenge[:6].lower() == "basic ":
            return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        return authorization(self._challenge, method, self._uri, user, password, self._number)

    def _answer(self) -> _Answer | None:
        while b"\r\n\r\n" not in self._rest:
            self._socket.settimeout(self._left)
            more = self._socket.recv(4096)
            self._rest += more
            if self._rest.startswith(_TLS_ALERT):
                raise StreamError(Reason.TLS_ONLY, where=self._where)
            if not more or len(self._rest) > _LARGEST_ANSWER:
                return None
        head, _, self._rest = self._rest.partition(b"\r\n\r\n")
        status = _STATUS.match(head)
        if status is None:
            return None
        # Of several challenges one for Digest is taken, as ffmpeg does.
        fields: dict[str, str] = {}
        for name, value in _FIELD.findall(head.decode("latin-1")):
            if name.lower() not in fields or value[:7].lower() == "digest ":
                fields[name.lower()] = value
        self._skip(fields.get("content-length", "0"))
        return _Answer(int(status[1]), fields)

    def _skip(self, length: str) -> None:
        left = min(int(length), _LARGEST_ANSWER) if length.isdecimal() else 0
        while len(self._rest) < left:
            self._socket.settimeout(self._left)
            more = self._socket.recv(4096)
            if not more:
                break
            self._rest += more
        self._rest = self._rest[left:]
