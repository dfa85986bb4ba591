from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import av
import pytest

from monitor.domain.media import Packet, StreamInfo
from monitor.domain.places import Camera
from monitor.streams.catalogue import make_source
from monitor.streams.clip import ClipCollector, cut_clip, write_clip
from monitor.streams.failures import Reason, StreamError
from monitor.streams.reader import CameraReader, ConnectionState
from monitor.streams.source import SourceRequest

Read = Callable[[Path], tuple[StreamInfo, list[Packet]]]


@pytest.fixture
def read(recorded: Callable[[Path], SourceRequest]) -> Read:
    def read_all(path: Path) -> tuple[StreamInfo, list[Packet]]:
        source = make_source(recorded(path))
        info = source.open()
        packets = [replace(packet, wall=5000 + packet.time) for packet in source.packets()]
        source.close()
        return info, packets

    return read_all


def times_of(path: Path) -> list[float]:
    with av.open(str(path)) as container:
        pictures = list(container.decode(video=0))
    assert not any(picture.is_corrupt for picture in pictures)
    return [round(picture.time, 3) for picture in pictures]


def test_a_clip_plays_from_zero_with_every_picture(
    room_video: Path, tmp_path: Path, read: Read
) -> None:
    info, packets = read(room_video)
    clip = write_clip(packets[10:], info, tmp_path / "clip.mp4")
    assert times_of(clip.path) == [round(n / 25, 3) for n in range(40)]
    assert [clip.start, clip.end] == pytest.approx([5000.4, 5002.0])
    assert clip.complete
    assert clip.packets == 40
    data = clip.path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_b_frames_and_h265_survive_the_cut(
    b_frame_video: Path, tmp_path: Path, read: Read, make_video: Callable[..., Path]
) -> None:
    for number, video in enumerate((b_frame_video, make_video("h265.mp4", codec="libx265"))):
        info, packets = read(video)
        start = next(n for n, packet in enumerate(packets) if n and packet.keyframe)
        clip = write_clip(packets[start:], info, tmp_path / f"{number}.mp4")
        times = times_of(clip.path)
        assert len(times) == len(packets) - start
        assert times[0] == 0.0
        assert times == sorted(times)


def test_a_reconnection_is_bridged_and_said(room_video: Path, tmp_path: Path, read: Read) -> None:
    info, packets = read(room_video)
    later = [replace(p, epoch=2, wall=p.wall + 3, time=p.time + 50) for p in packets[20:]]
    clip = write_clip(packets[:20] + later, info, tmp_path / "clip.mp4")
    assert not clip.complete
    assert [list(gap) for gap in clip.gaps] == [pytest.approx([5000.8, 5003.8])]
    times = times_of(clip.path)
    assert len(times) == 50
    assert times[19:21] == [pytest.approx(0.76), pytest.approx(3.8)]


def test_another_picture_format_keeps_the_longest_stretch(
    room_video: Path, tmp_path: Path, read: Read, make_video: Callable[..., Path]
) -> None:
    info, packets = read(room_video)
    _, other = read(make_video("large.mp4", size=(384, 216), seconds=1))
    switched = [replace(packet, epoch=1, wall=packet.wall + 2) for packet in other]
    clip = write_clip(packets + switched, info, tmp_path / "clip.mp4")
    assert len(times_of(clip.path)) == 50
    assert not clip.complete
    assert clip.end == pytest.approx(5002.0)


def test_a_clip_must_begin_with_a_keyframe(room_video: Path, tmp_path: Path, read: Read) -> None:
    info, packets = read(room_video)
    with pytest.raises(ValueError, match="keyframe"):
        write_clip(packets[1:], info, tmp_path / "clip.mp4")


def test_packets_without_video_are_an_error_in_words(
    room_video: Path, tmp_path: Path, read: Read
) -> None:
    info, packets = read(room_video)
    garbage = [replace(packet, data=b"\x00\x00\x00\x01\x41garbage") for packet in packets]
    with pytest.raises(StreamError) as caught:
        write_clip(garbage, info, tmp_path / "clip.mp4")
    assert caught.value.reason is Reason.UNREADABLE
    assert not (tmp_path / "clip.mp4").exists()


def test_the_collector_joins_ring_and_stream_without_doubles(room_video: Path, read: Read) -> None:
    _, packets = read(room_video)
    collector = ClipCollector(5000.5, 5001.5, packets[10:30])
    done = [collector.feed(packet) for packet in packets[20:]]
    assert [packet.time for packet in collector.packets] == [p.time for p in packets[10:38]]
    assert done.count(True) == len(done) - done.index(True)
    assert collector.done


def test_a_clip_of_a_running_camera_reaches_from_before_to_after(
    room_video: Path,
    tmp_path: Path,
    camera: Callable[..., Camera],
    eventually: Callable[..., None],
) -> None:
    reader = CameraReader(camera(f"file:{room_video}?loop=1"))
    reader.start()
    eventually(lambda: reader.status.packets > 30)
    span = reader.ring.span
    assert span is not None
    onset = span[0] + 0.5
    clip = cut_clip(reader, onset, span[1] + 0.4, tmp_path / "clip.mp4")
    reader.stop()
    assert clip.complete
    assert onset - 0.41 <= clip.start <= onset
    assert clip.end == pytest.approx(span[1] + 0.4, abs=0.09)
    times = times_of(clip.path)
    assert len(times) == clip.packets
    assert times[-1] == pytest.approx(clip.end - clip.start - 0.04, abs=0.05)


def test_a_clip_of_a_camera_that_never_was_online(
    tmp_path: Path, camera: Callable[..., Camera]
) -> None:
    reader = CameraReader(camera(f"file:{tmp_path}/missing.mp4"))
    reader.start()
    reader.stop()
    with pytest.raises(StreamError) as caught:
        cut_clip(reader, 0, 1, tmp_path / "clip.mp4")
    assert caught.value.reason is Reason.NOTHING_RECEIVED
    assert reader.status.state is not ConnectionState.ONLINE
