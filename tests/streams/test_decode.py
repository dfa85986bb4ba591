from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from monitor.domain.media import Frame, Packet, StreamInfo
from monitor.streams.catalogue import make_source
from monitor.streams.decode import Decoder
from monitor.streams.source import SourceRequest

Read = Callable[[Path], tuple[StreamInfo, list[Packet]]]


@pytest.fixture
def read(recorded: Callable[[Path], SourceRequest]) -> Read:
    def read_all(path: Path) -> tuple[StreamInfo, list[Packet]]:
        source = make_source(recorded(path))
        info = source.open()
        packets = list(source.packets())
        source.close()
        return info, packets

    return read_all


def decode(decoder: Decoder, packets: list[Packet]) -> list[Frame]:
    return [frame for packet in packets if (frame := decoder.feed(packet)) is not None]


@pytest.mark.parametrize(("codec", "b_frames"), [("libx264", 0), ("libx264", 2), ("libx265", 0)])
def test_every_picture_comes_with_its_own_time(
    make_video: Callable[..., Path], read: Read, codec: str, b_frames: int
) -> None:
    info, packets = read(make_video(f"{codec}{b_frames}.mp4", codec=codec, b_frames=b_frames))
    decoder = Decoder("camera", info.codec, reordered=info.has_b_frames)
    frames = decode(decoder, packets)
    times = [round(frame.time, 3) for frame in frames]
    assert times == [round(n / 25, 3) for n in range(len(frames))]
    assert len(frames) >= 50 - 3 * (b_frames > 0)
    assert frames[0].image.shape == (108, 192, 3)
    assert frames[0].image.dtype == np.uint8
    assert frames[20].wall == pytest.approx(frames[20].time)
    red = frames[20].image[50, (20 * 4) % 168 + 12]
    assert int(red[2]) - int(red[1]) > 100


def test_pictures_nobody_looks_at_are_not_decoded(room_video: Path, read: Read) -> None:
    _, packets = read(room_video)
    decoder = Decoder("camera", "h264")
    for packet in packets[:39]:
        assert decoder.feed(packet, look=False) is None
    frame = decoder.feed(packets[39])
    assert frame is not None
    assert frame.time == pytest.approx(39 / 25)
    assert decoder.counts.pictures == 10
    assert decoder.counts.skipped == 30
    fresh = decode(Decoder("camera", "h264"), packets[30:40])[-1]
    assert np.array_equal(frame.image, fresh.image)


def test_pictures_are_scaled_to_the_wanted_width(room_video: Path, read: Read) -> None:
    _, packets = read(room_video)
    frame = Decoder("camera", "h264", max_width=96).feed(packets[0])
    assert frame is not None
    assert (frame.width, frame.height) == (96, 54)
    unscaled = Decoder("camera", "h264", max_width=960).feed(packets[0])
    assert unscaled is not None
    assert unscaled.width == 192


def test_only_the_last_looks_picture_is_held(room_video: Path, read: Read) -> None:
    _, packets = read(room_video)
    decoder = Decoder("camera", "h264")
    assert decoder.take(packets[0])
    assert decoder.luma() is not None
    assert not decoder.take(replace(packets[1], data=b""))
    assert decoder.luma() is None
    assert decoder.frame() is None


def test_luma_is_small_and_like_the_picture(room_video: Path, read: Read) -> None:
    _, packets = read(room_video)
    decoder = Decoder("camera", "h264")
    assert decoder.luma() is None
    assert decoder.frame() is None
    assert decoder.take(packets[0])
    luma, frame = decoder.luma(96), decoder.frame()
    assert luma is not None
    assert frame is not None
    assert luma.shape == (54, 96)
    assert float(luma.mean()) == pytest.approx(float(frame.image.mean()), abs=25)


def test_ten_bit_video_has_eight_bit_luma(
    make_video: Callable[..., Path], read: Read, tmp_path: Path
) -> None:
    path = tmp_path / "ten.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10, options={"bf": "0"})
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 192, 108, "yuv420p10le"
        grey = np.full((108, 192, 3), 128, np.uint8)
        container.mux(stream.encode(av.VideoFrame.from_ndarray(grey, "bgr24")))
        container.mux(stream.encode())
    _, packets = read(path)
    decoder = Decoder("camera", "h264")
    assert decoder.take(packets[0])
    luma = decoder.luma(96)
    assert luma is not None
    assert float(luma.mean()) == pytest.approx(126, abs=5)
    assert float(luma.std()) < 3


def test_damaged_packets_cost_pictures_not_the_decoder(room_video: Path, read: Read) -> None:
    _, packets = read(room_video)
    chance = random.Random(5)
    damaged = []
    for number, packet in enumerate(packets):
        data = bytearray(packet.data)
        if 10 < number < 30:
            for _ in range(20):
                data[chance.randrange(len(data))] = chance.randrange(256)
            if number % 7 == 0:
                data = data[: len(data) // 3]
        damaged.append(replace(packet, data=bytes(data)))
    damaged[15] = replace(damaged[15], data=b"")
    decoder = Decoder("camera", "h264")
    decode(decoder, damaged[:30])
    frames = decode(decoder, damaged[30:])
    assert len(frames) == 20
    expected = decode(Decoder("camera", "h264"), packets[30:])
    assert np.array_equal(frames[-1].image, expected[-1].image)


def test_a_new_epoch_with_another_size_decodes(
    room_video: Path, read: Read, make_video: Callable[..., Path]
) -> None:
    _, packets = read(room_video)
    _, larger = read(make_video("large.mp4", size=(384, 216), seconds=1))
    decoder = Decoder("camera", "h264")
    decode(decoder, packets[:7])
    frames = decode(decoder, [replace(packet, epoch=1) for packet in larger])
    assert len(frames) == 25
    assert {frame.image.shape for frame in frames} == {(216, 384, 3)}
    assert {frame.epoch for frame in frames} == {1}


def test_a_change_of_size_within_an_epoch_decodes(
    room_video: Path, read: Read, make_video: Callable[..., Path]
) -> None:
    _, packets = read(room_video)
    _, larger = read(make_video("large.mp4", size=(384, 216), seconds=1))
    decoder = Decoder("camera", "h264")
    later = [replace(packet, time=packet.time + 2) for packet in larger]
    widths = [frame.width for frame in decode(decoder, packets + later)]
    assert widths.count(192) == 50
    assert widths.count(384) == 25


def test_endless_pictures_without_keyframe_do_not_fill_memory() -> None:
    decoder = Decoder("camera", "h264")
    for number in range(4000):
        packet = Packet("camera", 0, number / 25, 0.04, 0.0, number == 0, b"\0\0\0\1\x41")
        decoder.feed(packet, look=False)
    assert decoder.counts.skipped >= 2500


def test_skipping_the_loop_filter_still_gives_the_picture(room_video: Path, read: Read) -> None:
    _, packets = read(room_video)
    sharp = decode(Decoder("camera", "h264"), packets[:5])[-1]
    quick = decode(Decoder("camera", "h264", skip_loop_filter=True), packets[:5])[-1]
    assert float(np.abs(sharp.image.astype(int) - quick.image).mean()) < 6


def test_a_decoder_that_rests_gives_the_same_pictures(
    make_video: Callable[..., Path], recorded: Callable[[Path], SourceRequest]
) -> None:
    source = make_source(recorded(make_video("rest.mp4", seconds=2, gop=10)))
    info, packets = source.open(), list(source.packets())
    source.close()
    awake, resting = (Decoder("camera", info.codec) for _ in range(2))
    looks = {0, 10, 14, 20, 30, 37}
    seen = 0
    for number, packet in enumerate(packets):
        there = [decoder.take(packet, number in looks) for decoder in (awake, resting)]
        assert there == [number in looks] * 2
        if number not in looks:
            continue
        expected, found = awake.frame(), resting.frame()
        assert expected is not None
        assert found is not None
        assert np.array_equal(expected.image, found.image)
        assert (expected.time, expected.wall) == (found.time, found.wall)
        seen += 1
        if packet.keyframe:
            resting.rest(packet)
            assert resting.frame() is None
    assert seen == len(looks)
    assert awake.counts.errors == resting.counts.errors == 0
