from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import islice, pairwise
from pathlib import Path
from typing import Any

import pytest

from monitor.domain.errors import InputError
from monitor.domain.media import Packet
from monitor.streams.annexb import parameter_sets
from monitor.streams.catalogue import make_source, schemes
from monitor.streams.failures import Reason, StreamError
from monitor.streams.source import SourceRequest
from monitor.streams.url import StreamUrl, parse_url

Recorded = Callable[[Path], SourceRequest]


def read(request: SourceRequest, most: int = 100_000) -> list[Packet]:
    source = make_source(request)
    source.open()
    packets = list(islice(source.packets(), most))
    source.close()
    return packets


def reason_of(request: SourceRequest) -> StreamError:
    with pytest.raises(StreamError) as caught:
        read(request)
    assert caught.value.hint
    assert caught.value.text.zh != caught.value.text.en
    return caught.value


def test_a_recording_comes_as_annexb_with_media_times(room_video: Path, recorded: Recorded) -> None:
    packets = read(recorded(room_video))
    assert len(packets) == 50
    assert [round(packet.time, 3) for packet in packets[:3]] == [0.0, 0.04, 0.08]
    assert packets[-1].wall == packets[-1].time == pytest.approx(1.96)
    assert [n for n, packet in enumerate(packets) if packet.keyframe] == [0, 10, 20, 30, 40]
    for packet in packets:
        assert packet.data.startswith(b"\x00\x00\x00\x01")
        assert bool(parameter_sets("h264", packet.data)) == packet.keyframe


def test_what_is_said_about_the_video(
    room_video: Path, b_frame_video: Path, recorded: Recorded
) -> None:
    plain, reordered = make_source(recorded(room_video)), make_source(recorded(b_frame_video))
    info = plain.open()
    assert (info.codec, info.width, info.height, info.fps) == ("h264", 192, 108, 25.0)
    assert not info.has_b_frames
    assert set(parameter_sets("h264", info.extradata)) == {7, 8}
    assert reordered.open().has_b_frames
    plain.close()
    reordered.close()


def test_b_frames_carry_their_shift(b_frame_video: Path, recorded: Recorded) -> None:
    packets = read(recorded(b_frame_video))
    shown = sorted(round(packet.time + packet.shift, 3) for packet in packets)
    assert shown == [round(n / 25, 3) for n in range(50)]
    assert all(after.time > before.time for before, after in pairwise(packets))


def test_h265_is_read_too(make_video: Any, recorded: Recorded) -> None:
    packets = read(recorded(make_video("h265.mp4", codec="libx265")))
    assert set(parameter_sets("hevc", packets[0].data)) == {32, 33, 34}


def test_a_loop_continues_its_times_within_one_epoch(
    b_frame_video: Path, recorded: Recorded
) -> None:
    request = recorded(b_frame_video)
    url = replace(request.url, options={"loop": "1"})
    packets = read(replace(request, url=url), 120)
    assert len(packets) == 120
    assert {packet.epoch for packet in packets} == {0}
    assert packets[50].keyframe
    assert packets[100].keyframe
    steps = [after.time - before.time for before, after in pairwise(packets)]
    assert min(steps) == pytest.approx(0.04, abs=0.005)
    assert max(steps) == pytest.approx(0.04, abs=0.005)


def test_start_begins_at_the_keyframe_before(room_video: Path, recorded: Recorded) -> None:
    request = recorded(room_video)
    packets = read(replace(request, url=replace(request.url, options={"start": "1.3"})))
    assert packets[0].keyframe
    assert packets[0].time == pytest.approx(1.2)
    assert len(packets) == 20


def test_at_its_own_pace_it_takes_as_long_as_it_shows(room_video: Path, recorded: Recorded) -> None:
    began = time.time()
    packets = read(replace(recorded(room_video), realtime=True), 26)
    assert 0.99 <= time.time() - began < 2.0
    assert packets[0].wall == pytest.approx(began, abs=0.5)
    assert packets[-1].wall - packets[0].wall == pytest.approx(1.0)


def test_interrupt_ends_the_wait_for_the_next_picture(room_video: Path, recorded: Recorded) -> None:
    request = recorded(room_video)
    url = replace(request.url, options={"loop": "1"})
    source = make_source(replace(request, url=url, realtime=True))
    source.open()
    reading = threading.Thread(target=lambda: list(source.packets()))
    reading.start()
    source.interrupt()
    reading.join(2)
    assert not reading.is_alive()
    source.close()


def test_missing_file(tmp_path: Path, recorded: Recorded) -> None:
    failure = reason_of(recorded(tmp_path / "nope.mp4"))
    assert failure.reason is Reason.MISSING
    assert str(failure).startswith(str(tmp_path / "nope.mp4"))


def test_not_a_video(tmp_path: Path, recorded: Recorded) -> None:
    path = tmp_path / "notes.mp4"
    path.write_text("buy milk\n" * 1000)
    assert reason_of(recorded(path)).reason is Reason.UNREADABLE


def test_empty_file(tmp_path: Path, recorded: Recorded) -> None:
    path = tmp_path / "empty.mp4"
    path.touch()
    assert reason_of(recorded(path)).reason is Reason.UNREADABLE


def test_a_playlist_cannot_smuggle_other_files_in(
    tmp_path: Path, room_video: Path, recorded: Recorded
) -> None:
    shutil.copy(room_video, tmp_path / "a.mp4")
    path = tmp_path / "list.m3u8"
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\na.mp4\n#EXT-X-ENDLIST\n")
    assert reason_of(recorded(path)).reason is Reason.UNREADABLE


def test_a_recording_without_its_index_is_no_video(
    tmp_path: Path, room_video: Path, recorded: Recorded
) -> None:
    path = tmp_path / "cut.mp4"
    path.write_bytes(room_video.read_bytes()[:6000])
    assert reason_of(recorded(path)).reason is Reason.UNREADABLE


def test_a_recording_cut_short_is_noticed_at_once(
    tmp_path: Path, make_video: Any, recorded: Recorded
) -> None:
    import av

    whole, path = tmp_path / "whole.mp4", tmp_path / "cut.mp4"
    with (
        av.open(str(make_video("long.mp4"))) as source,
        av.open(str(whole), "w", options={"movflags": "+faststart"}) as target,
    ):
        stream = target.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(video=0):
            if packet.dts is not None:
                packet.stream = stream
                target.mux(packet)
    path.write_bytes(whole.read_bytes()[: whole.stat().st_size * 2 // 3])
    assert reason_of(recorded(path)).reason is Reason.TRUNCATED


def test_other_codecs_are_refused_with_a_way_out(make_video: Any, recorded: Recorded) -> None:
    failure = reason_of(recorded(make_video("old.avi", codec="mpeg4")))
    assert failure.reason is Reason.UNSUPPORTED
    assert "mpeg4" in failure.message
    assert "libx264" in failure.hint


def test_unknown_schemes_are_refused() -> None:
    with pytest.raises(InputError, match="'gopher:'"):
        make_source(SourceRequest("camera", StreamUrl("gopher", "host")))
    assert {"rtsp", "rtsps", "file"} <= set(schemes())


def test_parsed_urls_open(room_video: Path) -> None:
    url = parse_url(f"file:{room_video.name}?start=1", room_video.parent)
    assert len(read(SourceRequest("camera", url, realtime=False))) == 30
