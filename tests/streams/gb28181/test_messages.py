"""SIP, XML, SDP and URLs as devices of several makes write them."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from monitor.domain.errors import InputError
from monitor.streams.gb28181.address import local_address, media_hosts
from monitor.streams.gb28181.errors import SdpError, SipError, XmlError
from monitor.streams.gb28181.ids import is_camera
from monitor.streams.gb28181.locator import Locator
from monitor.streams.gb28181.manscdp import Interval, channels_of, merge, parse_notice, parse_time
from monitor.streams.gb28181.plan import DevicePlan
from monitor.streams.gb28181.queries import days_of
from monitor.streams.gb28181.sdp import Offer, Purpose, Transport, parse_sdp
from monitor.streams.gb28181.sip import Request, parse_message, reply_to, uri_user
from monitor.streams.gb28181.xml import parse_xml, write_xml

from .conftest import DEVICE, MIDNIGHT, PLATFORM, SHANGHAI, channel_id

KEEPALIVE = (
    b"MESSAGE sip:31010600002000000001@3101060000 SIP/2.0\r\n"
    b"v: SIP/2.0/UDP 192.168.1.64:5060;rport;branch=z9hG4bK77,SIP/2.0/UDP 10.9.9.9;branch=x\r\n"
    b"f: \xc9\xe3\xcf\xf1 <sip:31010600001180000001@3101060000>;tag=8\r\n"
    b"t: <sip:31010600002000000001@3101060000>\r\ni: 5\r\nCSeq: 20 MESSAGE\r\n"
    b"Subject: a\r\n b\r\nl: 4\r\n\r\nbodymore"
)


def test_compact_folded_and_in_gbk() -> None:
    message = parse_message(KEEPALIVE)
    assert isinstance(message, Request)
    assert uri_user(message.headers.get("from")) == "31010600001180000001"
    assert message.headers.get("subject") == "a b"
    assert message.body == b"body"
    assert message.branch == "z9hG4bK77"
    answer = reply_to(message, 200, tag="t", peer=("203.0.113.7", 40001))
    via = answer.headers.get("via")
    assert via.startswith("SIP/2.0/UDP 192.168.1.64:5060;branch=z9hG4bK77;received=203.0.113.7")
    assert ";rport=40001,SIP/2.0/UDP 10.9.9.9" in via
    assert answer.headers.get("to").endswith(";tag=t")


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        KEEPALIVE.replace(b"l: 4", b"l: 400"),
        KEEPALIVE.replace(b"l: 4", b"l: -4"),
        KEEPALIVE.replace(b"20 MESSAGE", b"20 INVITE"),
        KEEPALIVE.replace(b"i: 5\r\n", b""),
        KEEPALIVE.replace(b"Subject: a", b"Subject: " + b"a" * 5000),
        KEEPALIVE.replace(b"Subject: a", b"X: 1\r\n" * 80 + b"Subject: a"),
        b"x" * 300_000,
    ],
)
def test_what_is_no_sip(bad: bytes) -> None:
    with pytest.raises(SipError):
        parse_message(bad)


@pytest.mark.parametrize(
    "document",
    [
        '<?xml version="1.0" encoding="GB2312"?><R><CmdType>A</CmdType><N>喆&1</N></R>'.encode(
            "gb18030"
        ),
        '<?xml version="1.0" encoding="UTF-8"?><R><CmdType>A</CmdType><N>喆&amp;1</N></R>'.encode(),
        "\ufeff<R><CmdType>A</CmdType><N>喆&#38;1</N></R>".encode(),
        '<?xml version="1.0" encoding="utf-8"?><R><CmdType>A</CmdType><N>喆\x01&1</N></R>'.encode(
            "gb18030"
        ),
    ],
    ids=["gb2312", "utf-8", "byte order mark", "utf-8 by name only"],
)
def test_names_in_any_of_the_usual_encodings(document: bytes) -> None:
    assert parse_notice(document).root.value("N") == "喆&1"


def test_written_documents_are_gb2312_and_escaped() -> None:
    document = write_xml("Query", [("Name", "喆<&>")])
    assert document.startswith(b'<?xml version="1.0" encoding="GB2312"?>')
    assert parse_xml(document).value("Name") == "喆<&>"


@pytest.mark.parametrize("bad", [b"", b"<a>", b"<a></b>", b"text", b"<a/>"])
def test_what_is_no_document(bad: bytes) -> None:
    with pytest.raises(XmlError):
        parse_notice(bad)


def test_catalogue_entries_without_an_id_are_left_out() -> None:
    root = parse_xml(
        b"<Response><DeviceList><Item><DeviceID>12</DeviceID></Item><Item><DeviceID>"
        + channel_id(1).encode()
        + b"</DeviceID></Item></DeviceList></Response>"
    )
    (channel,) = channels_of(root)
    assert channel.id == channel_id(1)
    assert channel.online is None
    assert is_camera(channel.id)
    assert not is_camera(DEVICE)


def test_an_offer_keeps_to_the_order_that_strict_devices_want() -> None:
    offer = Offer(
        PLATFORM, channel_id(1), "10.0.0.1", 30000, Transport.TCP_PASSIVE, "1106000001",
        Purpose.PLAYBACK, 1000, 2000, "streamnumber:1",
    )  # fmt: skip
    assert offer.text().split("\r\n") == [
        "v=0",
        f"o={PLATFORM} 0 0 IN IP4 10.0.0.1",
        "s=Playback",
        f"u={channel_id(1)}:0",
        "c=IN IP4 10.0.0.1",
        "t=1000 2000",
        "m=video 30000 TCP/RTP/AVP 96",
        "a=recvonly",
        "a=rtpmap:96 PS/90000",
        "a=setup:passive",
        "a=connection:new",
        "a=streamnumber:1",
        "y=1106000001",
        "",
    ]


@pytest.mark.parametrize(
    ("name", "attribute"),
    [("streamnumber", "streamnumber:1"), ("streamMode", "streamMode:SUB"), ("stream", "stream:1")],
)
def test_each_make_has_its_own_word_for_the_smaller_stream(name: str, attribute: str) -> None:
    assert DevicePlan(DEVICE, "secret", substream=name).substream_attribute == attribute


def test_an_answer_with_sound_first_and_an_ssrc_of_its_own() -> None:
    answer = parse_sdp(
        b"v=0\nc=IN IP4 10.0.0.1\nm=audio 5000 RTP/AVP 8\nc=IN IP4 10.0.0.9\n"
        b"m=video 6000 RTP/AVP 96 98\nc=IN IP4 10.0.0.2\na=rtpmap:96 PS/90000\n"
        b"a=rtpmap:98 H264/90000\ny= 200000001\nf=\n"
    )
    assert (answer.host, answer.port, answer.tcp) == ("10.0.0.2", 6000, False)
    assert (answer.ssrc, answer.encoding) == (200000001, "PS")


@pytest.mark.parametrize("bad", [b"", b"m=audio 5000 RTP/AVP 8", b"m=video 0 RTP/AVP 96"])
def test_answers_without_video(bad: bytes) -> None:
    with pytest.raises(SdpError):
        parse_sdp(bad)


@pytest.mark.parametrize(
    ("stated", "hosts"),
    [
        ("10.0.0.2", ("10.0.0.2",)),
        ("", ("10.0.0.2",)),
        ("10.0.0.9", ("10.0.0.9", "10.0.0.2")),
        ("127.0.0.1", ("10.0.0.2",)),
        ("169.254.169.254", ("10.0.0.2",)),
    ],
)
def test_a_device_cannot_send_us_to_ourselves(stated: str, hosts: tuple[str, ...]) -> None:
    assert media_hosts(stated, "10.0.0.2") == hosts


def test_no_device_is_told_an_address_that_is_none() -> None:
    assert local_address("0.0.0.0", ("127.0.0.1", 5060)) == "127.0.0.1"
    assert local_address("10.1.2.3", ("127.0.0.1", 5060)) == "10.1.2.3"


def test_intervals_are_joined_where_they_touch() -> None:
    def hours(start: float, end: float) -> Interval:
        return Interval(MIDNIGHT + timedelta(hours=start), MIDNIGHT + timedelta(hours=end))

    assert merge([hours(5, 6), hours(1, 2), hours(2, 3), hours(1.5, 1.8)]) == [
        hours(1, 3),
        hours(5, 6),
    ]


def test_days_are_cut_at_local_midnight() -> None:
    begin, end = MIDNIGHT - timedelta(hours=2), MIDNIGHT + timedelta(hours=25)
    assert [pair[0].hour for pair in days_of(begin, end, SHANGHAI)] == [22, 0, 0]
    assert days_of(begin, end, SHANGHAI)[-1][1] == end


@pytest.mark.parametrize("text", ["2026-11-02T08:00:00", "2026-11-02 08:00:00.123+00:00"])
def test_device_times_are_local(text: str) -> None:
    assert parse_time(text, SHANGHAI) == datetime(2026, 11, 2, 8, tzinfo=SHANGHAI)


def test_urls_come_back_as_they_were() -> None:
    text = f"gb28181://{DEVICE}/{channel_id(1)}?stream=sub&transport=udp&start=5&end=9"
    locator = Locator.parse(text)
    assert str(locator) == text
    assert locator.substream
    assert str(locator.at(Path("/a b/c"))).endswith("&via=/a%20b/c")


@pytest.mark.parametrize(
    "rest",
    [
        "",
        "123/456",
        f"{DEVICE}",
        f"{DEVICE}/1234",
        f"{DEVICE}/{channel_id(1)}?stream=third",
        f"{DEVICE}/{channel_id(1)}?shell=1",
        f"{DEVICE}/{channel_id(1)}?via=/etc/passwd",
        f"{DEVICE}/{channel_id(1)}?start=9&end=5",
        f"{DEVICE}/{channel_id(1)}?start=-1&end=5",
        f"user:pass@{DEVICE}/{channel_id(1)}",
        f"{DEVICE}:5060/{channel_id(1)}",
    ],
)
def test_urls_that_are_refused(rest: str) -> None:
    with pytest.raises(InputError):
        Locator.parse(f"gb28181://{rest}")
