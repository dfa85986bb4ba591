"""Whatever a device sends: an answer or a named error, in bounded time and memory."""

from __future__ import annotations

import random
import resource
from collections.abc import Iterator
from contextlib import suppress

import av
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.demo.gb28181.footage import Footage
from monitor.demo.gb28181.muxer import pack
from monitor.domain.errors import InputError
from monitor.streams.demux import VideoDemuxer
from monitor.streams.failures import StreamError
from monitor.streams.gb28181.digest import Nonces, Verdict, fields_of, judge
from monitor.streams.gb28181.errors import PsError, RtpError, SdpError, SipError, XmlError
from monitor.streams.gb28181.feed import PsFeed
from monitor.streams.gb28181.locator import Locator
from monitor.streams.gb28181.manscdp import channels_of, intervals_of, parse_notice
from monitor.streams.gb28181.ps import PictureOnly
from monitor.streams.gb28181.rtp import Framing, Order, Packs, RtpPacket, Tally, parse_rtp
from monitor.streams.gb28181.sdp import parse_sdp
from monitor.streams.gb28181.sip import (
    Request,
    content_length,
    parameters,
    parse_message,
    reply_to,
    uri_host,
    uri_user,
)
from monitor.streams.gb28181.xml import Element, parse_xml

from .conftest import SHANGHAI

EXAMPLES = settings(max_examples=100)
REGISTER = (
    b"REGISTER sip:31010600002000000001@3101060000 SIP/2.0\r\n"
    b"Via: SIP/2.0/UDP 10.0.0.2:5060;rport;branch=z9hG4bK1\r\n"
    b"From: <sip:31010600001180000001@3101060000>;tag=1\r\n"
    b"To: <sip:31010600001180000001@3101060000>\r\nCall-ID: a\r\nCSeq: 1 REGISTER\r\n"
    b'Authorization: Digest username="a", realm="r", nonce="n", uri="u", response="0"\r\n'
    b"Content-Length: 0\r\n\r\n"
)
CATALOG = (
    '<?xml version="1.0" encoding="GB2312"?><Response><CmdType>Catalog</CmdType><SN>1</SN>'
    "<DeviceID>31010600001180000001</DeviceID><SumNum>2</SumNum><DeviceList Num='1'><Item>"
    "<DeviceID>31010600001320000001</DeviceID><Name>喆喆班&amp;1</Name><Status>ON</Status></Item>"
    "<Item><StartTime>2026-11-02T00:00:00</StartTime><EndTime>2026-11-02T01:00:00</EndTime></Item>"
    "</DeviceList></Response>"
).encode("gb18030")
SDP = (
    b"v=0\r\no=1 0 0 IN IP4 10.0.0.2\r\ns=Play\r\nc=IN IP4 10.0.0.2\r\nt=0 0\r\n"
    b"m=video 15060 TCP/RTP/AVP 96\r\na=setup:active\r\na=rtpmap:96 PS/90000\r\ny=0106000001\r\n"
)
PICTURE = b"\x00\x00\x00\x01\x65" + bytes(range(100))
SILENT = pack("h264", PICTURE, 900, keyframe=True) + pack("hevc", PICTURE, 1800, keyframe=False)
PACKS = pack("h264", PICTURE, 900, keyframe=True, sound=b"s" * 320, own=b"own") + pack(
    "hevc", PICTURE, 1800, keyframe=False, sound=b"s" * 320
)


@st.composite
def damaged(draw: st.DrawFn, whole: bytes) -> bytes:
    """``whole`` with a few stretches replaced, removed or repeated."""
    data = bytearray(whole)
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(data)))
        end = min(len(data), start + draw(st.integers(0, 24)))
        data[start:end] = draw(st.binary(max_size=24)) * draw(st.integers(1, 3))
    return bytes(data)


@EXAMPLES
@given(st.one_of(st.binary(max_size=400), damaged(REGISTER)))
def test_sip(data: bytes) -> None:
    with suppress(SipError):
        content_length(data)
    try:
        message = parse_message(data)
    except SipError:
        return
    again = parse_message(bytes(message))
    assert again.call_id == message.call_id
    assert again.body == message.body
    uri_user(message.headers.get("from"))
    uri_host(message.headers.get("contact"))
    parameters(message.headers.get("contact"))
    if isinstance(message, Request):
        answer = parse_message(bytes(reply_to(message, 200, tag="t", peer=("10.0.0.2", 5060))))
        assert answer.cseq == message.cseq


@EXAMPLES
@given(st.text(max_size=200))
def test_no_digest_that_was_made_up_is_good(header: str) -> None:
    fields_of(f"Digest {header}")
    verdict = judge(
        f"Digest {header}",
        "REGISTER",
        "secret",
        device="d",
        realm="r",
        algorithm="MD5",
        nonces=Nonces(),
        now=0.0,
    )
    assert verdict in (Verdict.ABSENT, Verdict.WRONG)


@EXAMPLES
@given(st.one_of(st.binary(max_size=300), damaged(CATALOG)))
def test_xml(data: bytes) -> None:
    try:
        notice = parse_notice(data)
    except XmlError:
        return
    assert depth(notice.root) <= 16
    channels_of(notice.root)
    intervals_of(notice.root, SHANGHAI)


def depth(element: Element) -> int:
    return 1 + max((depth(child) for child in element.children), default=0)


def test_xml_that_would_grow_is_refused() -> None:
    laughs = b"".join(
        b'<!ENTITY l%d "%s">' % (number, b"&l%d;" % (number - 1) * 10) for number in range(1, 10)
    )
    for bad in (
        b'<!DOCTYPE x [<!ENTITY l0 "ha">' + laughs + b"]><x>&l9;</x>",
        b'<!DOCTYPE x SYSTEM "file:///etc/passwd"><x/>',
        b"<a>" * 17 + b"</a>" * 17,
        b"<a>" + b"<b/>" * 20_001 + b"</a>",
        b"<a>" + b" " * 300_000 + b"</a>",
    ):
        try:
            parse_xml(bad)
        except XmlError:
            continue
        raise AssertionError(bad[:40])


@EXAMPLES
@given(st.one_of(st.binary(max_size=300), damaged(SDP)))
def test_sdp(data: bytes) -> None:
    try:
        answer = parse_sdp(data)
    except SdpError:
        return
    assert 0 < answer.port < 65536
    assert answer.ssrc is None or 0 <= answer.ssrc < 1 << 32


@EXAMPLES
@given(st.text(max_size=80))
def test_urls(text: str) -> None:
    with suppress(InputError):
        Locator.parse(f"gb28181://{text}")


@EXAMPLES
@given(st.lists(st.binary(max_size=40), max_size=8), st.data())
def test_framing_does_not_depend_on_how_tcp_cuts(packets: list[bytes], data: st.DataObject) -> None:
    stream = b"".join(len(packet).to_bytes(2, "big") + packet for packet in packets)
    framing, found = Framing(), []
    while stream:
        cut = data.draw(st.integers(1, len(stream)))
        found += framing.push(stream[:cut])
        stream = stream[cut:]
    assert found == packets


@EXAMPLES
@given(st.integers(0, 0xFFFF), st.permutations(range(30)), st.sets(st.integers(1, 28)))
def test_order_restores_the_sequence_and_gives_up_on_what_is_lost(
    first: int, arrival: list[int], lost: set[int]
) -> None:
    def packet(number: int) -> RtpPacket:
        return RtpPacket((first + number) & 0xFFFF, 0, 1, False, 96, b"")

    tally = Tally()
    order = Order(tally)
    out = list(order.push(packet(0), 0.0))
    for number in arrival:
        if number and number not in lost:
            out += order.push(packet(number), 0.1)
    out += order.push(packet(30), 9.0)  # long after: nothing is waited for any more
    numbers = [(item.sequence - first) & 0xFFFF for item, _ in out]
    assert numbers == [number for number in range(31) if number not in lost]
    gaps = [number for (_, gap), number in zip(out, numbers, strict=True) if gap]
    assert gaps == [number for number in numbers if number and number - 1 in lost]
    assert tally.lost == len(lost)


@EXAMPLES
@given(st.one_of(st.binary(max_size=200), damaged(PACKS)))
def test_ps(data: bytes) -> None:
    filtered = PictureOnly(Tally())
    assert len(filtered.filter(data)) <= len(data)
    filtered.restart()
    filtered.filter(PACKS)


@settings(max_examples=40)
@given(st.booleans(), st.data())
def test_only_the_picture_passes_however_the_stream_is_cut(
    endless: bool, data: st.DataObject
) -> None:
    whole, expected = PACKS, SILENT
    if endless:  # no lengths, and so no sound in the same pack
        length = b"\x00\x00\x01\xe0" + SILENT[SILENT.index(b"\x01\xe0") + 2 :][:2]
        whole = expected = SILENT.replace(length, b"\x00\x00\x01\xe0\x00\x00")
    pictures, kept = PictureOnly(Tally()), b""
    while whole:
        cut = data.draw(st.integers(1, len(whole)))
        kept += pictures.filter(whole[:cut])
        whole = whole[cut:]
    assert kept == expected[: len(kept)]
    assert len(expected) - len(kept) <= (3 if endless else 0)


@EXAMPLES
@given(st.lists(st.binary(max_size=60), max_size=20))
def test_rtp(datagrams: list[bytes]) -> None:
    tally = Tally()
    order, packs = Order(tally), Packs(tally)
    for data in datagrams:
        try:
            packet = parse_rtp(data)
        except RtpError:
            continue
        assert len(packet.payload) <= len(data) - 12
        for ordered, gap in order.push(packet, 0.0):
            packs.push(ordered, gap)


def test_a_pack_without_end_is_refused() -> None:
    packs = Packs(Tally())
    piece = RtpPacket(0, 0, 1, False, 96, b"\x00\x00\x01\xba" + bytes(60_000))
    tail = RtpPacket(0, 0, 1, False, 96, bytes(60_000))
    packs.push(piece, False)
    for _ in range(200):
        try:
            packs.push(tail, False)
        except PsError:
            return
    raise AssertionError("it grew beyond all bounds")


class _Replay:
    """A receiver that hands out prepared packets and then nothing more."""

    port = 0

    def __init__(self, packets: Iterator[bytes]) -> None:
        self._packets = packets
        self.over = False

    def begin(self, session: object, within: float) -> None: ...

    def receive(self, within: float) -> list[bytes]:  # noqa: ARG002
        packet = next(self._packets, None)
        self.over = packet is None
        return [] if packet is None else [packet]

    def close(self) -> None: ...


def rtp_of(footage: Footage, chance: random.Random, damage: int) -> Iterator[bytes]:
    """The RTP packets of a second of video with about ``damage`` bytes in each 1000 changed."""
    sequence = 0
    for picture in footage.pictures[:25]:
        ticks = round(picture.due * 90_000)
        data = bytearray(pack(footage.codec, picture.data, ticks, keyframe=picture.keyframe))
        for _ in range(len(data) * damage // 1000):
            data[chance.randrange(len(data))] = chance.randrange(256)
        for start in range(0, len(data), 1400):
            last = start + 1400 >= len(data)
            head = bytes((0x80, 96 | (0x80 if last else 0))) + sequence.to_bytes(2, "big")
            yield head + ticks.to_bytes(4, "big") + bytes(4) + bytes(data[start : start + 1400])
            sequence += 1 + (chance.random() < 0.01)


def demuxed(footage: Footage, seed: int, damage: int) -> int:
    """Return how many access units come out of a damaged second; -1 if it cannot be opened."""
    replay = _Replay(rtp_of(footage, random.Random(seed), damage))
    feed = PsFeed(
        replay, Tally(), patience=0.5, over=lambda: replay.over, interrupted=lambda: False
    )
    try:
        options = {"analyzeduration": "400000"}
        with av.open(feed, mode="r", format="mpeg", options=options) as container:
            return len(list(VideoDemuxer(container, "camera").units()))
    except (av.FFmpegError, StreamError):
        return -1
    except IndexError:  # PyAV, when damage looks like a further stream; the source names it
        return -1


def test_damaged_programme_streams(small_footage: Footage) -> None:
    assert demuxed(small_footage, 0, 0) >= 24
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    counts = [demuxed(small_footage, seed, damage=seed % 40 + 1) for seed in range(150)]
    assert max(counts) > 0
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 100_000  # KiB
