from __future__ import annotations

import io
from itertools import pairwise
from pathlib import Path

import av
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.streams.catalogue import make_source
from monitor.streams.fragments import DamagedError, Layout, read_layout
from monitor.streams.mux import PacketWriter
from monitor.streams.source import SourceRequest
from monitor.streams.url import file_url
from tests.streams.conftest import MakeVideo


def record(video: Path, path: Path) -> Path:
    source = make_source(SourceRequest("camera", file_url(video), realtime=False))
    writer = PacketWriter(path, source.open(), "recording")
    for packet in source.packets():
        writer.write(packet, packet.time)
    writer.close()
    source.close()
    return path


def layout_of(path: Path) -> Layout:
    with path.open("rb") as file:
        return read_layout(file)


@pytest.fixture(scope="module")
def whole(make_video: MakeVideo, tmp_path_factory: pytest.TempPathFactory) -> bytes:
    video = make_video("fragments.mp4", seconds=6, gop=75)
    return record(video, tmp_path_factory.mktemp("record") / "whole.mp4").read_bytes()


def test_a_file_falls_into_seconds_that_say_where_one_may_begin(whole: bytes) -> None:
    layout = read_layout(io.BytesIO(whole))
    assert all(item.end - item.start <= 0.53 for item in layout.fragments)
    assert [item.start for item in layout.fragments if item.keyframe] == [0.0, 3.0]
    for before, after in pairwise(layout.fragments):
        assert before.end == pytest.approx(after.start)
        assert before.offset + before.size == after.offset
    assert layout.seconds == pytest.approx(6.0)
    assert layout.end == len(whole)
    assert layout.from_keyframe(4.5)[0].start == 3.0
    assert layout.from_keyframe(4.5)[-1].end == layout.seconds
    assert layout.from_keyframe(0.7, 1.5)[0].start == 0.0
    assert layout.from_keyframe(0.7, 1.5)[-1].start < 1.5


@pytest.mark.parametrize(
    ("codec", "b_frames", "name"),
    [("libx264", 0, "avc1."), ("libx264", 2, "avc1."), ("libx265", 2, "hev1.1.6.L")],
)
def test_the_codec_is_named_as_browsers_do(
    make_video: MakeVideo, tmp_path: Path, codec: str, b_frames: int, name: str
) -> None:
    video = make_video(f"{codec}-{b_frames}.mp4", codec=codec, b_frames=b_frames, gop=20)
    path = record(video, tmp_path / "recording.mp4")
    layout = layout_of(path)
    assert layout.codec.startswith(name)
    assert layout.seconds == pytest.approx(2.0, abs=0.1)
    with av.open(str(path)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 50


@given(share=st.floats(0, 1))
def test_whatever_is_cut_off_the_rest_is_whole(whole: bytes, share: float) -> None:
    cut = whole[: round(len(whole) * share)]
    try:
        layout = read_layout(io.BytesIO(cut))
    except DamagedError:
        assert len(cut) < read_layout(io.BytesIO(whole)).head
        return
    assert layout.end <= len(cut)
    complete = read_layout(io.BytesIO(whole)).fragments
    assert layout.fragments == complete[: len(layout.fragments)]
    following = complete[len(layout.fragments) :]
    assert not following or following[0].offset + following[0].size > len(cut)


@given(at=st.integers(0, 3000), value=st.integers(0, 255))
def test_a_damaged_byte_is_no_crash(whole: bytes, at: int, value: int) -> None:
    damaged = bytearray(whole)
    damaged[at] = value
    try:
        layout = read_layout(io.BytesIO(damaged))
    except DamagedError:
        return
    assert layout.end <= len(whole)


def test_other_files_are_refused(room_video: Path) -> None:
    with pytest.raises(DamagedError):
        read_layout(io.BytesIO(b"no video at all, but text of some length"))
    with pytest.raises(DamagedError):
        layout_of(room_video)
