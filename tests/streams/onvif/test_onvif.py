from __future__ import annotations

import contextlib
import ipaddress
from itertools import islice
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.demo.camera_simulator import CameraSimulator
from monitor.demo.rtsp_auth import Credentials
from monitor.streams.catalogue import make_source
from monitor.streams.failures import Reason, StreamError
from monitor.streams.onvif.device import OnvifDevice
from monitor.streams.onvif.discovery import discover
from monitor.streams.onvif.soap import SoapClient, document
from monitor.streams.onvif.source import device_at, stream_of
from monitor.streams.reach import Reach
from monitor.streams.source import SourceRequest, Timeouts
from monitor.streams.url import parse_url
from tests.streams.onvif.device import PASSWORD, USER, SimulatedDevice

LOOPBACK = Reach((ipaddress.ip_network("127.0.0.0/8"),))


def url_of(device: SimulatedDevice, query: str = "", password: str = PASSWORD) -> str:
    return f"onvif://{USER}:{quote(password)}@127.0.0.1:{device.port}/onvif/device_service{query}"


def client_of(device: SimulatedDevice) -> OnvifDevice:
    return device_at(parse_url(url_of(device)), 5.0)


@pytest.mark.parametrize("http_digest", [False, True])
def test_a_device_tells_what_it_is_and_has(http_digest: bool) -> None:
    streams = {"sub": "rtsp://127.0.0.1/2", "main": "rtsp://127.0.0.1/1"}
    with SimulatedDevice(streams, ahead=-3723, http_digest=http_digest) as simulated:
        device = client_of(simulated)
        assert device.clock_offset() == pytest.approx(-3723, abs=2)
        facts = device.facts()
        assert (facts.maker, facts.model, facts.serial) == ("示例", "IPC-1", "SN0001")
        main, sub = device.profiles()
        assert (main.token, main.codec, main.width, main.height) == ("main", "h264", 1280, 720)
        assert (main.fps, main.kbit_s, main.gop, sub.width) == (25.0, 2048, 50, 640)
        assert device.stream_uri("sub") == "rtsp://127.0.0.1/2"
        assert device.snapshot_uri("sub") == "http://127.0.0.1/snap.jpg"


def test_pictures_come_from_where_the_device_says(
    simulator: CameraSimulator, wire_video: Path, impatient: Timeouts
) -> None:
    rtsp = simulator.add("by-onvif", wire_video, Credentials(USER, PASSWORD))
    with SimulatedDevice({"main": rtsp}, ahead=40) as simulated:
        url = parse_url(url_of(simulated, "?profile=main"))
        source = make_source(SourceRequest("east", url, timeouts=impatient, reach=LOOPBACK))
        info = source.open()
        packets = list(islice(source.packets(), 5))
        source.close()
    assert info.codec == "h264"
    assert packets[0].keyframe
    assert getattr(source, "clock_offset", None) == pytest.approx(40, abs=2)


def test_what_a_device_says_about_hosts_is_not_believed() -> None:
    with SimulatedDevice({"main": "rtsp://169.254.169.254:8554/x"}, claims="10.9.9.9") as simulated:
        device = client_of(simulated)
        assert [profile.token for profile in device.profiles()] == ["main"]
        found = stream_of(device.stream_uri("main"), parse_url(url_of(simulated)))
    assert (found.host, found.port, found.path) == ("127.0.0.1", 8554, "/x")


@pytest.mark.parametrize(
    "uri",
    [
        "file:/etc/passwd",
        "http://127.0.0.1/x",
        "exec:id",
        "rtsp://127.0.0.1/x?tcp",
        "onvif://127.0.0.1/x",
        "rtsp://127.0.0.1/a b",
        "gb28181://1/2",
    ],
)
def test_a_device_cannot_name_anything_but_a_stream(uri: str) -> None:
    with pytest.raises(StreamError) as caught:
        stream_of(uri, parse_url("onvif://127.0.0.1/"))
    assert caught.value.reason is Reason.NO_ONVIF


@pytest.mark.parametrize(
    ("status", "raw", "reason"),
    [
        (200, b"", Reason.NO_ONVIF),
        (200, b"<html>", Reason.NO_ONVIF),
        (200, b"<a/>", Reason.NO_ONVIF),
        (302, b"", Reason.NO_ONVIF),
        (403, b"", Reason.UNAUTHORIZED),
        (200, b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>', Reason.NO_ONVIF),
        (200, b"<a>" * 100, Reason.NO_ONVIF),
        (200, b"x" * 300_000, Reason.NO_ONVIF),
    ],
)
def test_a_strange_answer_is_a_fault_in_words(status: int, raw: bytes, reason: Reason) -> None:
    with SimulatedDevice({}, status=status, raw=raw) as simulated:
        source = make_source(SourceRequest("east", parse_url(url_of(simulated))))
        with pytest.raises(StreamError) as caught:
            source.open()
        assert len(simulated.asked) <= 2  # no redirect is followed, nothing is asked again
    assert caught.value.reason is reason
    assert caught.value.where == "east"
    assert PASSWORD not in str(caught.value)


def test_a_wrong_password_and_a_missing_profile_are_told_apart() -> None:
    with SimulatedDevice({"main": "rtsp://127.0.0.1/1"}) as simulated:
        for query, password, reason in (
            ("", "wrong", Reason.UNAUTHORIZED),
            ("?profile=none", PASSWORD, Reason.NOT_FOUND),
        ):
            url = parse_url(url_of(simulated, query, password))
            with pytest.raises(StreamError) as caught:
                make_source(SourceRequest("east", url)).open()
            assert caught.value.reason is reason


def test_nobody_there_and_nobody_allowed() -> None:
    with SimulatedDevice({}) as simulated:
        url = parse_url(url_of(simulated))
    for reach, reason in ((LOOPBACK, Reason.REFUSED), (Reach(), Reason.FORBIDDEN)):
        with pytest.raises(StreamError) as caught:
            make_source(SourceRequest("east", url, reach=reach)).open()
        assert caught.value.reason is reason


def test_devices_are_found_by_the_address_they_answer_from() -> None:
    for claims, port in (("127.0.0.1", None), ("10.9.9.9", 80)):
        with SimulatedDevice({}, claims=claims) as simulated:
            (found,) = discover(0.6, to=simulated.discovery)
            assert (found.host, found.port) == ("127.0.0.1", port or simulated.port)
            assert (found.name, found.hardware, found.location) == ("托小班", "IPC-1", "Hall")


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_no_answer_breaks_the_reader(data: bytes) -> None:
    with contextlib.suppress(StreamError):
        document(data)


def test_secrets_are_not_in_representations() -> None:
    assert PASSWORD not in repr(SoapClient("h", 80, USER, PASSWORD))
