from __future__ import annotations

import errno
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import av
import pytest
import structlog

from monitor.domain.clock import ManualClock
from monitor.domain.errors import InputError
from monitor.domain.media import Packet, StreamInfo
from monitor.streams.catalogue import make_source
from monitor.streams.failures import Reason, StreamError
from monitor.streams.fanout import Fanout
from monitor.streams.recorder import Recorder, free_bytes
from monitor.streams.segments import Segment, part_path, reconcile, segments
from monitor.streams.source import SourceRequest
from tests.streams.conftest import MakeVideo

NOON = datetime(2026, 11, 2, 12, 0, 0, tzinfo=UTC).timestamp()


@pytest.fixture
def room(
    room_video: Path, recorded: Callable[[Path], SourceRequest]
) -> tuple[StreamInfo, list[Packet]]:
    request = recorded(room_video)
    source = make_source(replace(request, url=replace(request.url, options={"loop": "1"})))
    info = source.open()
    packets = []
    for packet in source.packets():
        packets.append(replace(packet, wall=NOON + packet.time))
        if len(packets) == 250:
            break
    source.close()
    return info, packets


class Recording:
    """A recorder fed by hand, with what it reported."""

    def __init__(self, info: StreamInfo, root: Path) -> None:
        self.fanout = Fanout()
        self.segments: list[Segment] = []
        self.problems: list[Reason | None] = []
        self.clock = ManualClock(NOON)
        self.free = 100 << 30
        self.recorder = Recorder(
            "camera",
            self.fanout.subscribe("record", 1000),
            lambda: info,
            root,
            on_segment=self.segments.append,
            on_problem=self._problem,
            seconds=2.0,
            free=lambda _: self.free,
            clock=self.clock,
        )

    def _problem(self, problem: StreamError | None) -> None:
        self.problems.append(problem.reason if problem is not None else None)

    def feed(self, packets: list[Packet]) -> None:
        for packet in packets:
            self.recorder.record(packet)

    def end(self) -> None:
        self.recorder.start()
        self.recorder.stop()


def pictures(path: Path) -> int:
    with av.open(str(path)) as container:
        return sum(1 for _ in container.decode(video=0))


def test_segments_begin_at_keyframes_and_lose_nothing(
    tmp_path: Path, room: tuple[StreamInfo, list[Packet]]
) -> None:
    info, packets = room
    recording = Recording(info, tmp_path)
    recording.feed(packets)
    recording.end()
    assert [segment.path.name for segment in recording.segments] == [
        "120000.000.mp4",
        "120002.000.mp4",
        "120004.000.mp4",
        "120006.000.mp4",
        "120008.000.mp4",
    ]
    assert recording.segments[0].path.parent == tmp_path / "camera" / "2026-11-02"
    assert sum(pictures(segment.path) for segment in recording.segments) == 250
    for before, after in zip(recording.segments, recording.segments[1:], strict=False):
        assert before.end == pytest.approx(after.start, abs=0.001)
        assert before.size == before.path.stat().st_size
    assert not list(tmp_path.rglob("*.part"))
    assert recording.problems == []


def test_it_records_from_a_subscription(
    tmp_path: Path, room: tuple[StreamInfo, list[Packet]]
) -> None:
    info, packets = room
    recording = Recording(info, tmp_path)
    recording.recorder.start()
    for packet in packets[:60]:
        recording.fanout.publish(packet)
    recording.recorder.stop()
    assert sum(pictures(segment.path) for segment in recording.segments) == 60


def test_a_reconnection_begins_a_new_segment(
    tmp_path: Path, room: tuple[StreamInfo, list[Packet]]
) -> None:
    info, packets = room
    recording = Recording(info, tmp_path)
    again = [replace(packet, epoch=1, wall=packet.wall + 0.3) for packet in packets[:15]]
    recording.feed(packets[:7] + again)
    recording.end()
    assert [segment.path.name for segment in recording.segments] == [
        "120000.000.mp4",
        "120000.300.mp4",
    ]
    assert [pictures(segment.path) for segment in recording.segments] == [7, 15]


def test_a_nearly_full_disk_pauses_recording_and_is_told_once(
    tmp_path: Path, room: tuple[StreamInfo, list[Packet]]
) -> None:
    info, packets = room
    recording = Recording(info, tmp_path)
    recording.feed(packets[:50])
    recording.free = 1 << 20
    with structlog.testing.capture_logs() as logs:
        recording.feed(packets[50:100])
        recording.clock.advance(11)
        recording.feed(packets[100:150])
        assert recording.problems == [Reason.DISK_FULL]
        assert recording.recorder.problem is not None
        assert "磁盘" in recording.recorder.problem.text.zh
        recording.free = 100 << 30
        recording.clock.advance(11)
        recording.feed(packets[150:200])
    recording.end()
    assert recording.problems == [Reason.DISK_FULL, None]
    assert [pictures(segment.path) for segment in recording.segments] == [50, 50]
    assert [entry["event"] for entry in logs] == ["recording_paused", "recording_resumed"]


def test_a_folder_that_cannot_be_written_is_a_problem_not_a_crash(
    tmp_path: Path, room: tuple[StreamInfo, list[Packet]]
) -> None:
    info, packets = room
    (tmp_path / "camera").write_text("in the way")
    recording = Recording(info, tmp_path)
    with structlog.testing.capture_logs():
        recording.feed(packets[:20])
    assert recording.problems == [Reason.UNWRITABLE]
    (tmp_path / "camera").unlink()
    recording.clock.advance(11)
    with structlog.testing.capture_logs():
        recording.feed(packets[20:40])
    recording.end()
    assert recording.problems == [Reason.UNWRITABLE, None]
    assert [pictures(segment.path) for segment in recording.segments] == [20]


def test_a_failing_listener_does_not_stop_recording(
    tmp_path: Path, room: tuple[StreamInfo, list[Packet]]
) -> None:
    info, packets = room
    called = threading.Event()

    def fail(segment: Segment) -> None:
        called.set()
        raise OSError(errno.EIO, "the database is away")

    recorder = Recorder(
        "camera",
        Fanout().subscribe("record"),
        lambda: info,
        tmp_path,
        on_segment=fail,
        seconds=2.0,
        keep_free=0,
    )
    with structlog.testing.capture_logs():
        for packet in packets[:120]:
            recorder.record(packet)
    assert called.is_set()
    assert recorder.problem is None
    assert len(list(segments(tmp_path))) == 2


def test_what_a_crash_left_is_finished(
    tmp_path: Path, room: tuple[StreamInfo, list[Packet]]
) -> None:
    info, packets = room
    recording = Recording(info, tmp_path)
    recording.feed(packets[:50])
    recording.end()
    whole = recording.segments[0].path
    part = part_path(tmp_path, "camera", NOON)
    part.write_bytes(whole.read_bytes()[: whole.stat().st_size * 3 // 4])
    whole.unlink()
    part.with_name(".130000.000.mp4.part").write_bytes(b"rubbish")
    with structlog.testing.capture_logs():
        found = reconcile(tmp_path)
    assert [(left.camera_id, left.start, left.path) for left in found] == [("camera", NOON, whole)]
    assert NOON + 1 < found[0].end < NOON + 2
    assert found[0].size == whole.stat().st_size
    assert pictures(whole) > 25
    assert not list(tmp_path.rglob("*.part"))
    assert reconcile(tmp_path) == []


@pytest.mark.parametrize("camera_id", ["", "..", "a/b", "a\x00"])
def test_camera_ids_cannot_leave_the_recording_folder(tmp_path: Path, camera_id: str) -> None:
    with pytest.raises(InputError):
        part_path(tmp_path, camera_id, NOON)


def test_free_space_is_that_of_the_nearest_folder(tmp_path: Path) -> None:
    assert free_bytes(tmp_path / "not" / "yet") == pytest.approx(free_bytes(tmp_path), rel=0.1)


def test_pictures_of_another_size_begin_another_file(
    make_video: MakeVideo, recorded: Callable[[Path], SourceRequest], tmp_path: Path
) -> None:
    packets: list[Packet] = []
    for name, size in (("small.mp4", (192, 108)), ("large.mp4", (318, 180))):
        source = make_source(recorded(make_video(name, seconds=1.0, size=size)))
        info = source.open()
        begin = packets[-1].time + 0.04 if packets else 0.0
        packets += [replace(one, time=begin + one.time) for one in source.packets()]
        source.close()
    recording = Recording(info, tmp_path)
    for packet in packets:
        recording.recorder.record(replace(packet, wall=NOON + packet.time))
    recording.recorder.start()
    recording.recorder.stop()
    sizes = []
    for segment in recording.segments:
        with av.open(str(segment.path), "r") as container:
            frames = list(container.decode(video=0))
            assert len(frames) == 25
            sizes.append({(frame.width, frame.height) for frame in frames})
    assert sizes == [{(192, 108)}, {(318, 180)}]
