from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from monitor.demo.camera_simulator import CameraSimulator
from monitor.demo.rtsp_auth import Credentials
from monitor.domain.media import Packet, StreamInfo
from monitor.domain.places import Camera
from monitor.streams.backoff import Backoff
from monitor.streams.catalogue import make_source
from monitor.streams.failures import Reason, StreamError
from monitor.streams.reader import CameraReader, ConnectionState, ReaderStatus
from monitor.streams.source import SourceRequest, Timeouts
from tests.streams.conftest import MakeVideo

MakeReader = Callable[..., CameraReader]
Eventually = Callable[..., None]


@pytest.fixture
def make_reader(camera: Callable[..., Camera], impatient: Timeouts) -> Iterator[MakeReader]:
    readers: list[CameraReader] = []

    def make(url: str, camera_id: str = "camera", **options: Any) -> CameraReader:
        options.setdefault("backoff", Backoff(first=0.1, longest=0.2))
        reader = CameraReader(camera(url, camera_id), timeouts=impatient, **options)
        readers.append(reader)
        reader.start()
        return reader

    yield make
    for reader in readers:
        reader.stop()


def test_packets_reach_subscribers_and_the_ring(
    simulator: CameraSimulator, wire_video: Path, make_reader: MakeReader
) -> None:
    states: list[ConnectionState] = []
    reader = make_reader(
        simulator.add("room", wire_video), on_state=lambda _, status: states.append(status.state)
    )
    with reader.subscribe("test") as subscription:
        first = subscription.get(10)
        assert first is not None
        assert first.keyframe
        packets = [subscription.get(5) for _ in range(20)]
    assert None not in packets
    assert states == [ConnectionState.ONLINE]
    assert reader.info is not None
    assert reader.info.codec == "h264"
    assert len(reader.ring.since()) >= 20
    assert reader.status.packets >= 21
    assert reader.status.reason is None


def test_it_reconnects_after_a_cut_as_a_new_epoch(
    simulator: CameraSimulator,
    wire_video: Path,
    make_reader: MakeReader,
    eventually: Eventually,
) -> None:
    seen: list[ReaderStatus] = []
    reader = make_reader(
        simulator.add("room", wire_video), on_state=lambda _, status: seen.append(status)
    )
    subscription = reader.subscribe("test")
    first = subscription.get(10)
    assert first is not None
    simulator.cut("room")
    eventually(lambda: len(seen) >= 3)
    assert [status.state for status in seen] == ["online", "offline", "online"]
    assert seen[1].reason is Reason.CUT
    assert seen[2].connections == 2
    after = next(packet for packet in subscription if packet.epoch != first.epoch)
    assert after.keyframe
    assert after.epoch > first.epoch


def test_a_hang_is_noticed_and_survived(
    simulator: CameraSimulator,
    wire_video: Path,
    make_reader: MakeReader,
    eventually: Eventually,
) -> None:
    reader = make_reader(simulator.add("room", wire_video))
    eventually(lambda: reader.status.state is ConnectionState.ONLINE)
    simulator.stall("room")
    eventually(lambda: reader.status.reason is Reason.TIMED_OUT)
    simulator.stall("room", on=False)
    eventually(lambda: reader.status.state is ConnectionState.ONLINE)


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_another_size_in_mid_stream_is_known_at_once(
    simulator: CameraSimulator,
    make_video: MakeVideo,
    make_reader: MakeReader,
    eventually: Eventually,
    codec: str,
) -> None:
    small = make_video(f"small-{codec}.mp4", seconds=0.6, codec=codec)
    large = make_video(f"large-{codec}.mp4", seconds=0.6, codec=codec, size=(288, 162))
    reader = make_reader(simulator.add("room", small))
    eventually(lambda: reader.status.packets > 5)
    assert reader.info is not None
    assert (reader.info.width, reader.info.height) == (192, 108)
    simulator.change("room", large)
    eventually(lambda: reader.info is not None and reader.info.width == 288)
    assert reader.info.height == 162
    simulator.change("room", small)
    eventually(lambda: reader.info is not None and reader.info.width == 192)
    assert reader.status.connections == 1


def test_one_cameras_fault_does_not_touch_another(
    simulator: CameraSimulator,
    wire_video: Path,
    make_reader: MakeReader,
    eventually: Eventually,
) -> None:
    healthy = make_reader(simulator.add("good", wire_video), "good")
    faulty = make_reader(simulator.add("bad", wire_video), "bad")
    eventually(lambda: faulty.status.state is ConnectionState.ONLINE)
    subscription = healthy.subscribe("test")
    before = subscription.get(10)
    assert before is not None
    simulator.refuse("bad")
    eventually(lambda: faulty.status.reason is Reason.BUSY)
    times = [time.monotonic()]
    for _ in range(15):
        assert subscription.get(2) is not None
        times.append(time.monotonic())
    assert healthy.status.connections == 1


def test_wrong_password_is_said_in_words_and_never_shown(
    simulator: CameraSimulator,
    wire_video: Path,
    make_reader: MakeReader,
    eventually: Eventually,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    url = simulator.add("room", wire_video, Credentials("admin", "right-one"))
    with structlog.testing.capture_logs() as logs:
        reader = make_reader(url.replace("right-one", "hunter22"))
        eventually(lambda: reader.status.attempts >= 2)
        reader.stop()
    status = reader.status
    assert status.state is ConnectionState.OFFLINE
    assert status.reason is Reason.UNAUTHORIZED
    assert status.text is not None
    assert "密码错误" in status.text.zh
    captured = capfd.readouterr()
    everything = f"{logs} {status} {captured.out} {captured.err} {caplog.text} {reader.camera}"
    assert "camera_offline" in everything
    assert "hunter22" not in everything


def test_offline_is_announced_once_per_reason(
    make_reader: MakeReader, eventually: Eventually, tmp_path: Path
) -> None:
    seen: list[ReaderStatus] = []
    reader = make_reader(
        f"file:{tmp_path}/missing.mp4", on_state=lambda _, status: seen.append(status)
    )
    eventually(lambda: reader.status.attempts >= 4)
    assert [status.reason for status in seen] == [Reason.MISSING]
    assert reader.status.since == seen[0].since


def test_a_recording_without_loop_ends(
    wire_video: Path, make_reader: MakeReader, eventually: Eventually
) -> None:
    reader = make_reader(f"file:{wire_video}?start=0.8")
    eventually(lambda: reader.status.reason is Reason.ENDED)
    assert reader.status.packets == 10
    assert reader.stop()


def test_it_stops_even_while_the_camera_hangs(
    simulator: CameraSimulator,
    wire_video: Path,
    make_reader: MakeReader,
    eventually: Eventually,
) -> None:
    reader = make_reader(simulator.add("room", wire_video))
    eventually(lambda: reader.status.state is ConnectionState.ONLINE)
    subscription = reader.subscribe("test")
    simulator.stall("room")
    reader.stop()
    assert subscription.closed
    packets = reader.status.packets
    simulator.stall("room", on=False)
    assert reader.stop(5)
    assert reader.status.packets == packets


def test_a_broken_foreign_source_only_takes_its_own_camera_down(
    wire_video: Path, make_reader: MakeReader, eventually: Eventually
) -> None:
    class Broken:
        def __init__(self, request: SourceRequest) -> None:
            self.request = request

        def open(self) -> StreamInfo:
            raise ZeroDivisionError("rtsp://admin:hunter22@host")

        def packets(self) -> Iterator[Packet]:
            raise NotImplementedError

        def interrupt(self) -> None: ...

        def close(self) -> None: ...

    with structlog.testing.capture_logs() as logs:
        reader = make_reader(f"file:{wire_video}", make=Broken)
        eventually(lambda: reader.status.attempts >= 2)
        reader.stop()
    assert reader.status.reason is Reason.OTHER
    assert "source_failed" in {entry["event"] for entry in logs}


def test_a_camera_that_was_there_just_now_may_still_have_to_find_its_paths(
    wire_video: Path, make_reader: MakeReader, eventually: Eventually
) -> None:
    opened: list[SourceRequest] = []

    class Starting:
        def __init__(self, request: SourceRequest) -> None:
            self._first = make_source(request)
            opened.append(request)

        def open(self) -> StreamInfo:
            if len(opened) > 1:
                raise StreamError(Reason.NOT_FOUND)
            return self._first.open()

        def packets(self) -> Iterator[Packet]:
            yield next(iter(self._first.packets()))
            raise StreamError(Reason.CUT)

        def interrupt(self) -> None: ...

        def close(self) -> None:
            self._first.close()

    backoff = Backoff(first=0.005, soon=0.01, jitter=0)
    with structlog.testing.capture_logs():
        reader = make_reader(f"file:{wire_video}", make=Starting, backoff=backoff)
        eventually(lambda: reader.status.attempts >= 20)  # the last of doubled waits: 40 minutes
        reader.stop()
    assert reader.status.reason is Reason.NOT_FOUND
    assert backoff.rebuffs == 0


def test_a_failing_listener_does_not_stop_the_camera(
    wire_video: Path, make_reader: MakeReader, eventually: Eventually
) -> None:
    def fail(camera_id: str, status: ReaderStatus) -> None:
        raise RuntimeError(camera_id)

    with structlog.testing.capture_logs():
        reader = make_reader(f"file:{wire_video}?loop=1", on_state=fail)
        eventually(lambda: reader.status.packets > 3)
        reader.stop()
    assert reader.status.state is ConnectionState.ONLINE
