"""Real receivers of messages on the loopback: an HTTP endpoint and a mail server."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from monitor.domain.alerts import AlertState
from monitor.domain.events import Event, Provenance, Severity, event_id
from monitor.domain.notices import AlertChange, ChangeKind
from monitor.domain.places import District, Institution, Room, RoomType
from monitor.domain.text import Text

NOW = datetime(2026, 11, 2, 1, 30, tzinfo=UTC)


@dataclass
class Receiver:
    """An HTTP service that keeps what it is sent; ``status`` is what it answers."""

    port: int
    status: int = 200
    received: list[dict[str, Any]] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"json://127.0.0.1:{self.port}/hooks/SECRET-TOKEN"


@contextmanager
def _serving(server: socketserver.TCPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Start an HTTP service on the loopback."""
    found = Receiver(0)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if found.status == 200:
                found.received.append(json.loads(body))
            self.send_response(found.status)
            self.end_headers()

        def log_message(self, *_details: Any) -> None:
            return

    with _serving(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as port:
        found.port = port
        yield found


@pytest.fixture
def mail_server() -> Iterator[tuple[int, list[EmailMessage]]]:
    """Start a mail server on the loopback; gives its port and the mails it took."""
    mails: list[EmailMessage] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self._say("220 test")
            while line := self.rfile.readline():
                verb = line[:4].upper()
                if verb == b"DATA":
                    self._say("354 go on")
                    self._take_mail()
                self._say("221 bye" if verb == b"QUIT" else "250 ok")
                if verb == b"QUIT":
                    return

        def _take_mail(self) -> None:
            lines = []
            while (line := self.rfile.readline()) not in (b".\r\n", b""):
                lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
            mail = message_from_bytes(b"".join(lines), policy=policy.default)
            assert isinstance(mail, EmailMessage)
            mails.append(mail)

        def _say(self, words: str) -> None:
            self.wfile.write(f"{words}\r\n".encode())

    with _serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)) as port:
        yield port, mails


@pytest.fixture(scope="session")
def district() -> District:
    """Return one institution with one room."""
    return District(
        id="demo",
        name=Text(zh="演示区", en="Demo"),
        institutions=(Institution(id="sun", name=Text(zh="阳光", en="Sun"), community="梅园"),),
        rooms=(
            Room(
                id="toddler",
                institution_id="sun",
                name=Text(zh="托小班", en="Toddlers"),
                type=RoomType.ACTIVITY,
            ),
        ),
    )


MakeChange = Callable[..., AlertChange]


@pytest.fixture(scope="session")
def make_event() -> Callable[..., Event]:
    """Return a maker of events in the room of the district."""

    def make(
        onset: float = 0.0,
        *,
        cleared: float | None = None,
        severity: Severity = Severity.HIGH,
        institution_id: str = "sun",
        rule: str = "unattended_child",
    ) -> Event:
        start = NOW.timestamp() + onset
        return Event(
            id=event_id(rule, "toddler", None, start),
            rule=rule,
            institution_id=institution_id,
            room_id="toddler",
            zone_id=None,
            camera_id="toddler-1",
            onset=start,
            raised=start + 60,
            cleared=None if cleared is None else start + cleared,
            severity=severity,
            confidence=0.9,
            evidence={},
            explain=Text(zh="一名儿童无人看护", en="A child is alone"),
            provenance=Provenance(rule_version="1"),
        )

    return make


@pytest.fixture(scope="session")
def make_change(make_event: Callable[..., Event]) -> MakeChange:
    """Return a maker of changes; whatever it is not told is about a plain new alert."""

    def make(kind: ChangeKind = ChangeKind.RAISED, **values: Any) -> AlertChange:
        event = values.pop("event", None) or make_event(
            **{
                name: values.pop(name)
                for name in ("onset", "cleared", "severity", "institution_id", "rule")
                if name in values
            }
        )
        return AlertChange(
            kind=kind,
            alert_id=12,
            event=event,
            state=values.pop("state", AlertState.OPEN),
            **values,
        )

    return make
