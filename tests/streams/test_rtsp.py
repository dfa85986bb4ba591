from __future__ import annotations

import socket
import threading
import time
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import pytest

from monitor.demo.camera_simulator import CameraSimulator
from monitor.demo.rtsp_auth import Credentials
from monitor.demo.rtsp_rtp import LARGEST_PAYLOAD
from monitor.domain.media import Packet
from monitor.streams.annexb import parameter_sets
from monitor.streams.catalogue import make_source
from monitor.streams.decode import Decoder
from monitor.streams.failures import Reason, StreamError
from monitor.streams.source import SourceRequest, Timeouts
from monitor.streams.url import parse_url
from tests.streams.conftest import MakeVideo


def request(url: str, timeouts: Timeouts) -> SourceRequest:
    return SourceRequest("camera", parse_url(url), timeouts=timeouts)


def reason_of(url: str, timeouts: Timeouts) -> StreamError:
    source = make_source(request(url, timeouts))
    with pytest.raises(StreamError) as caught:
        source.open()
    source.close()
    return caught.value


def read(url: str, timeouts: Timeouts, count: int) -> list[Packet]:
    source = make_source(request(url, timeouts))
    source.open()
    packets = list(islice(source.packets(), count))
    source.close()
    return packets


def test_packets_come_in_real_time_with_sane_stamps(
    simulator: CameraSimulator, wire_video: Path, impatient: Timeouts
) -> None:
    url = simulator.add("room", wire_video)
    packets = read(url, impatient, 75)
    assert packets[0].keyframe
    assert packets[0].time == 0.0
    steps = [after.time - before.time for before, after in pairwise(packets)]
    assert min(steps) == pytest.approx(0.02, abs=0.002)
    assert max(steps) == pytest.approx(0.02, abs=0.002)
    assert packets[-1].wall == pytest.approx(time.time(), abs=1.0)
    walls = [after.wall - before.wall for before, after in pairwise(packets)]
    assert max(walls) < 0.2
    for packet in packets:
        assert bool(parameter_sets("h264", packet.data)) == packet.keyframe


def test_b_frames_over_the_wire_keep_growing_times(
    simulator: CameraSimulator, b_frame_video: Path, impatient: Timeouts
) -> None:
    packets = read(simulator.add("room", b_frame_video), impatient, 30)
    assert {packet.epoch for packet in packets} == {0}
    assert all(after.time > before.time for before, after in pairwise(packets))
    assert max(packet.shift for packet in packets) > 0.03


@pytest.mark.parametrize("scheme", ["rtsp", "rtsp+udp"])
def test_h265_comes_over_the_wire(
    simulator: CameraSimulator, make_video: MakeVideo, impatient: Timeouts, scheme: str
) -> None:
    video = make_video("wire-h265.mp4", seconds=0.8, codec="libx265", size=(480, 270))
    url = simulator.add("room", video).replace("rtsp:", f"{scheme}:")
    source = make_source(request(url, impatient))
    info = source.open()
    packets = list(islice(source.packets(), 25))
    source.close()
    assert (info.codec, info.width, info.height) == ("hevc", 480, 270)
    assert max(len(packet.data) for packet in packets) > 2 * LARGEST_PAYLOAD
    for packet in packets:
        assert (len(parameter_sets("hevc", packet.data)) == 3) is packet.keyframe
    decoder = Decoder("camera", "hevc")
    for packet in packets:
        decoder.take(packet)
    assert decoder.counts.pictures == 25
    assert decoder.counts.errors == 0


@pytest.mark.parametrize("scheme", ["basic", "digest"])
def test_it_signs_in(
    simulator: CameraSimulator, wire_video: Path, impatient: Timeouts, scheme: str
) -> None:
    secret = Credentials("admin", "p@ss/wörd:1", "basic" if scheme == "basic" else "digest")
    assert read(simulator.add("room", wire_video, secret), impatient, 3)


def test_wrong_password(simulator: CameraSimulator, wire_video: Path, impatient: Timeouts) -> None:
    url = simulator.add("room", wire_video, Credentials("admin", "right"))
    failure = reason_of(url.replace("right", "wrong-one"), impatient)
    assert failure.reason is Reason.UNAUTHORIZED
    assert "401" in failure.text.en
    assert "wrong-one" not in str(failure)


def test_wrong_path_refused_port_and_busy_camera(
    simulator: CameraSimulator, wire_video: Path, impatient: Timeouts
) -> None:
    url = simulator.add("room", wire_video)
    assert reason_of(f"{url}-not", impatient).reason is Reason.NOT_FOUND
    simulator.refuse("room")
    assert reason_of(url, impatient).reason is Reason.BUSY
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    assert reason_of(f"rtsp://127.0.0.1:{port}/x", impatient).reason is Reason.REFUSED


def test_a_camera_that_hangs_at_sign_in_times_out(
    simulator: CameraSimulator, wire_video: Path
) -> None:
    url = simulator.add("room", wire_video)
    simulator.stall("room")
    assert reason_of(url, Timeouts(open=0.5, read=0.5)).reason is Reason.TIMED_OUT


def test_a_server_that_talks_rubbish_is_an_error_in_words(impatient: Timeouts) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def rubbish() -> None:
            connection, _ = server.accept()
            with connection:
                connection.sendall(b"\x00\xff" * 4000)

        thread = threading.Thread(target=rubbish)
        thread.start()
        failure = reason_of(f"rtsp://127.0.0.1:{server.getsockname()[1]}/x", impatient)
        thread.join()
    assert failure.reason is Reason.NO_RTSP


def test_a_hang_in_mid_stream_is_noticed(
    simulator: CameraSimulator, wire_video: Path, impatient: Timeouts
) -> None:
    source = make_source(request(simulator.add("room", wire_video), impatient))
    source.open()
    packets = source.packets()
    next(packets)
    simulator.stall("room")
    with pytest.raises(StreamError) as caught:
        list(packets)
    assert caught.value.reason is Reason.TIMED_OUT
    source.close()


def test_a_cut_line_is_a_failure(
    simulator: CameraSimulator, wire_video: Path, impatient: Timeouts
) -> None:
    source = make_source(request(simulator.add("room", wire_video), impatient))
    source.open()
    packets = source.packets()
    next(packets)
    simulator.cut("room")
    with pytest.raises(StreamError) as caught:
        list(packets)
    assert caught.value.reason is Reason.CUT
    source.close()


@pytest.mark.parametrize("jump", [3600.0, -3600.0])
def test_a_jump_of_the_cameras_clock_begins_a_new_epoch(
    simulator: CameraSimulator, wire_video: Path, impatient: Timeouts, jump: float
) -> None:
    source = make_source(request(simulator.add("room", wire_video), impatient))
    source.open()
    packets = source.packets()
    before = next(packets)
    simulator.jump("room", jump)
    after = next(packet for packet in packets if packet.epoch != before.epoch)
    source.close()
    assert (after.epoch, after.keyframe, after.time) == (1, True, 0.0)
    assert after.wall == pytest.approx(time.time(), abs=1.0)


def test_packets_that_were_let_gather_are_all_there_and_dated_right(
    simulator: CameraSimulator, wire_video: Path, impatient: Timeouts
) -> None:
    url = simulator.add("room", wire_video)
    source = make_source(
        SourceRequest("room", parse_url(url), timeouts=impatient, pause=lambda: 0.2)
    )
    source.open()
    arrived: list[tuple[Packet, float]] = []
    for packet in source.packets():
        arrived.append((packet, time.time()))
        if len(arrived) == 60:
            break
    source.close()
    packets = [packet for packet, _ in arrived]
    steps = np.diff([packet.time for packet in packets])
    assert steps.max() < 2.5 * np.median(steps)
    waits = np.diff([at for _, at in arrived[20:]])
    assert (waits < 0.005).mean() > 0.4
    offsets = np.array([packet.wall - packet.time for packet in packets[20:]])
    assert np.ptp(offsets) < 0.1
    late = np.array([at - packet.wall for packet, at in arrived[20:]])
    assert late.min() > -0.1


def test_pictures_come_by_udp_when_asked(
    simulator: CameraSimulator, wire_video: Path, impatient: Timeouts
) -> None:
    url = simulator.add("room", wire_video, Credentials("admin", "secret"))
    packets = read(url.replace("rtsp://", "rtsp+udp://"), impatient, 60)
    assert packets[0].keyframe
    steps = [after.time - before.time for before, after in pairwise(packets)]
    assert max(steps) == pytest.approx(0.02, abs=0.002)


def test_silence_by_udp_is_noticed(
    simulator: CameraSimulator, wire_video: Path, impatient: Timeouts
) -> None:
    url = simulator.add("room", wire_video).replace("rtsp://", "rtsp+udp://")
    source = make_source(request(url, impatient))
    source.open()
    packets = source.packets()
    next(packets)
    simulator.stall("room")
    with pytest.raises(StreamError) as caught:
        list(packets)
    source.close()
    assert caught.value.reason is Reason.TIMED_OUT
