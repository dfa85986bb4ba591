from __future__ import annotations

import threading
from collections.abc import Callable
from itertools import islice, pairwise

import pytest

from monitor.demo.gb28181.plan import Quirks
from monitor.domain.media import Packet
from monitor.domain.places import Camera
from monitor.streams.annexb import parameter_sets
from monitor.streams.backoff import Backoff
from monitor.streams.catalogue import make_source
from monitor.streams.decode import Decoder
from monitor.streams.failures import Reason, StreamError
from monitor.streams.gb28181.sdp import Transport
from monitor.streams.gb28181.source import Gb28181Source
from monitor.streams.reader import CameraReader, ConnectionState
from monitor.streams.source import SourceRequest, Timeouts
from monitor.streams.url import parse_url

from .conftest import MIDNIGHT, MakeFootage, Rig

Eventually = Callable[[Callable[[], bool]], None]
Online = Callable[[], None]
SOON = Timeouts(open=1.5, read=0.8)


def source_of(url: str) -> Gb28181Source:
    source = make_source(SourceRequest("camera", parse_url(url), timeouts=SOON))
    assert isinstance(source, Gb28181Source)
    return source


def read(url: str, count: int) -> list[Packet]:
    source = source_of(url)
    try:
        source.open()
        return list(islice(source.packets(), count))
    finally:
        source.close()


def failure(url: str) -> StreamError:
    with pytest.raises(StreamError) as caught:
        read(url, 1)
    return caught.value


@pytest.mark.parametrize(
    ("transport", "tcp"),
    [
        (Transport.UDP, False),
        (Transport.TCP_PASSIVE, True),
        (Transport.TCP_ACTIVE, False),
        (Transport.TCP_ACTIVE, True),
    ],
)
def test_pictures_come_by_every_transport_and_end_with_the_reader(
    rig: Rig, online: Online, eventually: Eventually, transport: Transport, tcp: bool
) -> None:
    rig.platform(transport)
    nvr = rig.nvr(tcp=tcp)
    online()
    packets = read(rig.url(), 40)
    assert packets[0].keyframe
    steps = [after.time - before.time for before, after in pairwise(packets)]
    assert min(steps) == pytest.approx(0.02, abs=0.002)
    assert max(steps) == pytest.approx(0.02, abs=0.002)
    for packet in packets:
        assert bool(parameter_sets("h264", packet.data)) == packet.keyframe
    eventually(lambda: nvr.sessions == 0)
    assert nvr.invites == 1


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_what_arrives_is_what_was_filmed_whatever_else_is_in_the_stream(
    rig: Rig, online: Online, make_footage: MakeFootage, codec: str
) -> None:
    footage = make_footage(f"filmed-{codec}.mp4", codec=codec, seconds=1, fps=50, size=(384, 216))
    rig.platform(Transport.TCP_PASSIVE)
    quirks = Quirks(sound=True, private=True, own_ssrc=True, marks_all=codec == "libx265")
    rig.nvr(quirks, footage=footage)
    online()
    source = source_of(rig.url())
    info = source.open()
    packets = list(islice(source.packets(), 50))
    source.close()
    assert info.codec == footage.codec
    assert (info.width, info.height) == (384, 216)
    assert info.fps == pytest.approx(50, abs=1)
    decoder = Decoder("camera", info.codec)
    assert sum(decoder.feed(packet) is not None for packet in packets) >= 45
    sent = {picture.data[-200:] for picture in footage.pictures}
    # The parser may move an access unit delimiter, never the picture itself.
    assert all(packet.data[-200:] in sent for packet in packets)


def test_sound_that_begins_in_mid_stream_disturbs_nobody(rig: Rig, online: Online) -> None:
    rig.platform(Transport.TCP_PASSIVE)
    nvr = rig.nvr()
    online()
    source = source_of(rig.url())
    source.open()
    packets = source.packets()
    first = list(islice(packets, 10))
    nvr.quirks.sound = nvr.quirks.private = True
    rest = list(islice(packets, 50))
    source.close()
    assert len(first) + len(rest) == 60
    assert source.tally.malformed == 0


def test_the_smaller_stream_is_another_one(rig: Rig, online: Online) -> None:
    rig.platform(Transport.UDP)
    rig.nvr()
    online()
    sizes = []
    for options in ("", "stream=sub"):
        source = source_of(rig.url(options=options))
        info = source.open()
        source.close()
        sizes.append((info.width, info.height))
    assert sizes == [(192, 108), (96, 60)]


def test_lost_datagrams_cost_whole_pictures_and_are_counted(
    rig: Rig, online: Online, make_footage: MakeFootage
) -> None:
    footage = make_footage("large.mp4", seconds=1, fps=50, size=(768, 432))
    rig.platform(Transport.UDP)
    rig.nvr(Quirks(loss=0.01), footage=footage)
    online()
    source = source_of(rig.url())
    source.open()
    packets = list(islice(source.packets(), 50))
    source.close()
    assert source.tally.lost > 0
    assert source.tally.dropped_packs > 0
    ends = {picture.data[-100:] for picture in footage.pictures}
    assert all(packet.data[-100:] in ends for packet in packets[:-1])


def test_datagrams_out_of_order_cost_nothing(
    rig: Rig, online: Online, make_footage: MakeFootage
) -> None:
    footage = make_footage("shuffled.mp4", seconds=1, fps=50, size=(768, 432))
    rig.platform(Transport.UDP)
    rig.nvr(Quirks(shuffle=0.3), footage=footage)
    online()
    source = source_of(rig.url())
    source.open()
    packets = list(islice(source.packets(), 60))
    source.close()
    steps = [after.time - before.time for before, after in pairwise(packets)]
    assert max(steps) == pytest.approx(0.02, abs=0.002)
    assert source.tally.reordered > 0
    assert source.tally.lost == 0


def test_two_readers_of_one_device_never_see_each_others_pictures(rig: Rig, online: Online) -> None:
    rig.platform(Transport.UDP)
    rig.nvr(Quirks(own_ssrc=True))
    online()
    urls = [rig.url(1), rig.url(2, "stream=sub")]
    sources = [source_of(url) for url in urls]
    widths = [source.open().width for source in sources]
    for source in sources:
        list(islice(source.packets(), 15))
        source.close()
    assert widths == [192, 96]
    assert [source.tally.strange for source in sources] == [0, 0]


@pytest.mark.parametrize("transport", [Transport.UDP, Transport.TCP_PASSIVE])
def test_a_stall_is_noticed_and_the_camera_is_called_again(
    rig: Rig, online: Online, eventually: Eventually, transport: Transport
) -> None:
    rig.platform(transport)
    nvr = rig.nvr()
    online()
    reader = CameraReader(
        Camera("camera", "room", rig.text, rig.url()),
        timeouts=Timeouts(open=3.0, read=0.4),
        backoff=Backoff(first=0.1),
    )
    reader.start()
    try:
        eventually(lambda: reader.status.state is ConnectionState.ONLINE)
        nvr.quirks.stalled = True
        eventually(lambda: reader.status.reason is Reason.TIMED_OUT)
        nvr.quirks.stalled = False
        eventually(lambda: reader.status.connections == 2)
        assert nvr.sessions == 1
    finally:
        reader.stop()
    eventually(lambda: nvr.sessions == 0)


def test_a_camera_is_there_soon_after_its_device_has_signed_in(
    rig: Rig, eventually: Eventually
) -> None:
    rig.platform(Transport.UDP)
    reader = CameraReader(
        Camera("camera", "room", rig.text, rig.url()), backoff=Backoff(first=60.0)
    )
    reader.start()
    try:
        eventually(lambda: reader.status.reason is Reason.NOT_REGISTERED)
        rig.nvr()
        eventually(lambda: reader.status.state is ConnectionState.ONLINE)
    finally:
        reader.stop()


def test_a_device_that_hangs_up_is_a_cut(rig: Rig, online: Online) -> None:
    rig.platform(Transport.UDP)
    nvr = rig.nvr()
    online()
    source = source_of(rig.url())
    source.open()
    threading.Timer(0.2, nvr.hang_up).start()
    with pytest.raises(StreamError) as caught:
        for _ in source.packets():
            pass
    source.close()
    assert caught.value.reason is Reason.CUT


def test_a_device_that_agrees_and_sends_nothing(rig: Rig, online: Online) -> None:
    rig.platform(Transport.UDP)
    rig.nvr(Quirks(no_media=True))
    online()
    assert failure(rig.url()).reason is Reason.TIMED_OUT


def test_a_device_that_is_not_there(rig: Rig) -> None:
    rig.platform()
    error = failure(rig.url())
    assert error.reason is Reason.NOT_REGISTERED
    assert "GB/T 28181" in error.text.zh


def test_a_recording_plays_to_its_end(rig: Rig, online: Online, eventually: Eventually) -> None:
    rig.platform(Transport.TCP_PASSIVE)
    nvr = rig.nvr()
    online()
    start = int(MIDNIGHT.timestamp()) + 3600
    packets = read(rig.url(options=f"start={start}&end={start + 1}"), 1000)
    assert 45 <= len(packets) <= 50
    eventually(lambda: nvr.sessions == 0)


def test_media_from_strangers_are_not_taken(
    rig: Rig, online: Online, eventually: Eventually
) -> None:
    rig.platform(Transport.UDP)
    nvr = rig.nvr(Quirks(no_media=True))
    online()
    source = source_of(rig.url())
    outcome: list[StreamError] = []

    def attempt() -> None:
        try:
            source.open()
        except StreamError as error:
            outcome.append(error)

    opening = threading.Thread(target=attempt)
    opening.start()
    eventually(lambda: nvr.sessions == 1)
    rig.throw(b"\x80\xe0" + bytes(10) + b"\x00\x00\x01\xba" + bytes(200), source)
    opening.join()
    source.close()
    assert outcome[0].reason is Reason.TIMED_OUT
    assert source.tally.strange == 20
    assert source.tally.received == 0
