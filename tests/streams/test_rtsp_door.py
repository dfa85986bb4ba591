from __future__ import annotations

import ipaddress
import re
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from monitor.demo.camera_simulator import CameraSimulator
from monitor.demo.rtsp_auth import Credentials
from monitor.streams.catalogue import make_source
from monitor.streams.failures import Reason, StreamError
from monitor.streams.gb28181.digest import authorization, fields_of, proof
from monitor.streams.reach import Reach
from monitor.streams.rtsp_door import behind
from monitor.streams.source import SourceRequest, Timeouts
from monitor.streams.url import StreamUrl, parse_url

ONE_HOST = Reach((ipaddress.ip_network("127.0.0.1/32"),))
BOTH_HOSTS = Reach((ipaddress.ip_network("127.0.0.0/30"),))
PATIENCE = Timeouts(open=3.0)


class Elsewhere:
    """A listener at an address that is not allowed; it notes whether anybody came."""

    def __init__(self, host: str = "127.0.0.2") -> None:
        self._socket = socket.create_server((host, 0))
        self._socket.settimeout(0.1)
        self.url = f"rtsp://{host}:{self._socket.getsockname()[1]}/secret"

    def visited(self) -> bool:
        try:
            self._socket.accept()[0].close()
        except TimeoutError:
            return False
        return True

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def elsewhere() -> Iterator[Elsewhere]:
    place = Elsewhere()
    yield place
    place.close()


@contextmanager
def answering(answer: Callable[[str], str]) -> Iterator[StreamUrl]:
    """Serve one connection after another; each request gets what ``answer`` makes of it."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection, suppress(ConnectionError):
                while request := connection.recv(8192).decode():
                    connection.sendall(answer(request).encode())

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield parse_url(f"rtsp://127.0.0.1:{server.getsockname()[1]}/live")
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join(5)


def reply(status: str, *fields: str) -> str:
    return "\r\n".join([f"RTSP/1.0 {status}", "CSeq: 1", *fields, "", ""])


@pytest.mark.parametrize("credentials", [None, Credentials("admin", "pass/word")])
def test_a_redirect_to_a_forbidden_place_is_refused_before_anybody_goes_there(
    simulator: CameraSimulator,
    wire_video: Path,
    impatient: Timeouts,
    elsewhere: Elsewhere,
    credentials: Credentials | None,
) -> None:
    url = simulator.add("room", wire_video, credentials)
    simulator.redirect("room", elsewhere.url)
    source = make_source(
        SourceRequest("camera", parse_url(url), timeouts=impatient, reach=ONE_HOST)
    )
    with pytest.raises(StreamError) as caught:
        source.open()
    source.close()
    assert caught.value.reason is Reason.FORBIDDEN
    assert not elsewhere.visited()


def test_without_a_reach_the_redirect_would_have_been_followed(
    simulator: CameraSimulator, wire_video: Path, impatient: Timeouts, elsewhere: Elsewhere
) -> None:
    simulator.add("room", wire_video)
    simulator.redirect("room", elsewhere.url)
    source = make_source(
        SourceRequest("camera", parse_url(simulator.url("room")), timeouts=impatient)
    )

    def go() -> None:
        with pytest.raises(StreamError):
            source.open()

    gone = threading.Thread(target=go)
    gone.start()
    assert any(elsewhere.visited() for _ in range(50))
    elsewhere.close()
    gone.join(10)
    source.close()


def test_a_redirect_to_an_allowed_place_is_followed(
    simulator: CameraSimulator, wire_video: Path, impatient: Timeouts
) -> None:
    simulator.add("room", wire_video)
    target = simulator.add("target", wire_video)
    simulator.redirect("room", target)
    request = SourceRequest(
        "camera", parse_url(simulator.url("room")), timeouts=impatient, reach=ONE_HOST
    )
    source = make_source(request)
    source.open()
    assert next(source.packets()).keyframe
    assert simulator.viewers("room") == 0
    assert simulator.viewers("target") == 1
    source.close()


def test_a_camera_that_moves_in_circles_is_given_up(
    simulator: CameraSimulator, wire_video: Path
) -> None:
    url = simulator.add("room", wire_video)
    simulator.redirect("room", url)
    with pytest.raises(StreamError) as caught:
        behind(parse_url(url), ONE_HOST, PATIENCE)
    assert caught.value.reason is Reason.NO_RTSP


@pytest.mark.parametrize(
    ("place", "reason"),
    [
        ("rtsp://169.254.169.254/latest", Reason.FORBIDDEN),
        ("rtsp://127.0.0.1.:554/x", Reason.UNREACHABLE),
        ("rtsp://2130706434/x", Reason.FORBIDDEN),
        ("file:/etc/passwd", Reason.FORBIDDEN),
        ("onvif://127.0.0.1/x", Reason.FORBIDDEN),
        ("/other", Reason.NO_RTSP),
    ],
)
def test_odd_places_are_refused(place: str, reason: Reason) -> None:
    with (
        answering(lambda _: reply("302 Moved", f"location:  {place} ")) as url,
        pytest.raises(StreamError) as caught,
    ):
        behind(url, ONE_HOST, PATIENCE)
    assert caught.value.reason in (reason, Reason.FORBIDDEN)


def test_credentials_stay_with_their_host() -> None:
    with answering(lambda _: reply("200 OK")) as other:
        away = replace(other, host="127.0.0.2")
        server = socket.create_server(("127.0.0.2", other.port or 0))
        with answering(lambda _: reply("301 Moved", f"Location: {away}")) as url:
            heard: list[bytes] = []

            def hear() -> None:
                connection, _ = server.accept()
                with connection:
                    heard.append(connection.recv(8192))
                    connection.sendall(
                        reply("401 No", 'WWW-Authenticate: Basic realm="x"').encode()
                    )
                    heard.append(connection.recv(8192))

            listener = threading.Thread(target=hear)
            listener.start()
            found = behind(replace(url, username="admin", password="pw"), BOTH_HOSTS, PATIENCE)
            listener.join(5)
        server.close()
    assert (found.host, found.username) == ("127.0.0.2", "")
    assert b"Authorization" not in b"".join(heard)


def test_a_wrong_password_is_tried_once(simulator: CameraSimulator, wire_video: Path) -> None:
    simulator.add("room", wire_video, Credentials("admin", "right"))
    url = replace(parse_url(simulator.url("room")), password="wrong")
    with pytest.raises(StreamError) as caught:
        behind(url, ONE_HOST, PATIENCE)
    assert caught.value.reason is Reason.UNAUTHORIZED


@pytest.mark.parametrize(
    "answer", ["HTTP/1.1 200 OK\r\n\r\n", "\x00" * 70_000, "RTSP/1.0 abc\r\n\r\n"]
)
def test_what_is_no_rtsp_is_left_to_others(answer: str) -> None:
    with answering(lambda _: answer) as url:
        assert behind(url, ONE_HOST, PATIENCE) == url


def test_a_silent_host_takes_no_longer_than_allowed() -> None:
    server = socket.create_server(("127.0.0.1", 0))
    with pytest.raises(StreamError) as caught:
        behind(
            parse_url(f"rtsp://127.0.0.1:{server.getsockname()[1]}/x"), ONE_HOST, Timeouts(open=0.2)
        )
    server.close()
    assert caught.value.reason is Reason.TIMED_OUT


def test_a_challenge_with_quality_of_protection_is_answered() -> None:
    asked = 'Digest realm="r", nonce="n", qop="auth,auth-int", algorithm=SHA-256'
    answer = authorization(asked, "DESCRIBE", "rtsp://x/", "admin", "pw", 2)
    fields = fields_of(answer)
    assert fields["qop"] == "auth"
    assert re.fullmatch(r"0{7}2", fields["nc"])
    assert fields["response"] == proof(fields, "DESCRIBE", "pw", "SHA-256")
