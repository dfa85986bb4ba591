from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from itertools import islice, pairwise
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from monitor.demo.camera_simulator import CameraSimulator
from monitor.demo.rtsp_auth import Credentials
from monitor.demo.rtsp_media import load_footage
from monitor.demo.rtsp_rtp import RtpFeed
from monitor.domain.errors import ConflictError, InputError, NotFoundError

OPTIONS = {"rtsp_transport": "tcp", "fpsprobesize": "4"}


@pytest.fixture(scope="session")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("footage") / "noise.mp4"
    chance = np.random.default_rng(3)
    with av.open(str(path), "w") as container:
        stream = container.add_stream(
            "libx264", rate=50, options={"g": "10", "bf": "0", "preset": "ultrafast"}
        )
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 320, 192, "yuv420p"
        for _ in range(50):
            picture = chance.integers(0, 255, (192, 320, 3), np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "bgr24")))
        container.mux(stream.encode())
    return path


@pytest.fixture
def simulator() -> Iterator[CameraSimulator]:
    with CameraSimulator() as running:
        yield running


def ask(simulator: CameraSimulator, text: str) -> str:
    with socket.create_connection(("127.0.0.1", simulator.port), timeout=5) as connection:
        connection.sendall(text.replace("\n", "\r\n").encode())
        return connection.recv(4096).decode()


def test_ffmpeg_plays_it_across_the_loop_without_damage(
    simulator: CameraSimulator, footage: Path
) -> None:
    url = simulator.add("noise", footage)
    with av.open(url, options=OPTIONS, timeout=5) as container:
        stream = container.streams.video[0]
        assert (stream.codec_context.name, stream.width, stream.height) == ("h264", 320, 192)
        assert stream.average_rate == 50
        pictures = list(islice(container.decode(stream), 70))
    assert not any(picture.is_corrupt for picture in pictures)
    times = [picture.time for picture in pictures[1:]]
    assert [after - before for before, after in pairwise(times)] == pytest.approx(
        [0.02] * 68, abs=0.002
    )


def test_opencv_plays_it(
    simulator: CameraSimulator, footage: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    capture = cv2.VideoCapture(simulator.add("noise", footage), cv2.CAP_FFMPEG)
    pictures = [capture.read()[1] for _ in range(10)]
    capture.release()
    assert all(picture.shape == (192, 320, 3) for picture in pictures)
    assert capfd.readouterr() == ("", "")


def test_viewers_share_one_live_position(simulator: CameraSimulator, footage: Path) -> None:
    url = simulator.add("noise", footage)
    with (
        av.open(url, options=OPTIONS, timeout=5) as first,
        av.open(url, options=OPTIONS, timeout=5) as second,
    ):
        data = {bytes(packet) for packet in islice(first.demux(video=0), 35)}
        assert simulator.viewers("noise") == 2
        later = [bytes(packet) for packet in islice(second.demux(video=0), 10)]
    assert all(packet in data for packet in later[1:])


def test_it_plays_in_real_time(simulator: CameraSimulator, footage: Path) -> None:
    with av.open(simulator.add("noise", footage), options=OPTIONS, timeout=5) as container:
        packets = container.demux(video=0)
        list(islice(packets, 50))  # what opening has buffered
        began = time.monotonic()
        list(islice(packets, 50))
        assert time.monotonic() - began == pytest.approx(1.0, abs=0.5)


def test_sender_reports_follow_the_rtp_clock(simulator: CameraSimulator, footage: Path) -> None:
    began = time.time()
    with av.open(simulator.add("noise", footage), options=OPTIONS, timeout=5) as container:
        list(islice(container.demux(video=0), 30))
        realtime = container.start_time_realtime
    assert realtime is not None
    assert realtime / 1e6 == pytest.approx(began, abs=3)


def test_passwords(simulator: CameraSimulator, footage: Path) -> None:
    for scheme in ("basic", "digest"):
        secret = Credentials("admin", "p@ss", "basic" if scheme == "basic" else "digest")
        url = simulator.add(scheme, footage, secret)
        with av.open(url, options=OPTIONS, timeout=5) as container:
            assert container.streams.video
        with pytest.raises(av.error.HTTPUnauthorizedError):
            av.open(url.replace("p%40ss", "wrong"), options=OPTIONS, timeout=5)
    assert "p@ss" not in repr(Credentials("admin", "p@ss"))


def test_protocol_answers(simulator: CameraSimulator, footage: Path) -> None:
    url = simulator.add("noise", footage)
    assert "200 OK" in ask(simulator, "OPTIONS * RTSP/1.0\nCSeq: 1\n\n")
    assert "404" in ask(simulator, f"DESCRIBE {url}s RTSP/1.0\nCSeq: 2\n\n")
    setup = f"SETUP {url}/trackID=0 RTSP/1.0\nCSeq: 3\nTransport: "
    assert "461" in ask(simulator, f"{setup}RTP/AVP;multicast;port=5000-5001\n\n")
    assert "interleaved=2-3" in ask(simulator, f"{setup}RTP/AVP/TCP;interleaved=2-3\n\n")
    assert "455" in ask(simulator, f"PLAY {url} RTSP/1.0\nCSeq: 4\n\n")
    assert "501" in ask(simulator, f"RECORD {url} RTSP/1.0\nCSeq: 5\n\n")


@pytest.mark.parametrize(
    "rubbish", ["\n\n", "GET\n\n", "DESCRIBE x y RTSP/1.0\nContent-Length: many\n\n"]
)
def test_rubbish_ends_only_its_own_connection(
    simulator: CameraSimulator, footage: Path, rubbish: str
) -> None:
    with socket.create_connection(("127.0.0.1", simulator.port), timeout=5) as connection:
        connection.sendall(rubbish.replace("\n", "\r\n").encode() + b"$")
    with av.open(simulator.add("noise", footage), options=OPTIONS, timeout=5) as container:
        assert len(list(islice(container.demux(video=0), 5))) == 5


def test_unknown_cameras_and_bad_footage(simulator: CameraSimulator, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        simulator.cut("nobody")
    with pytest.raises(InputError):
        simulator.add("nobody", tmp_path / "missing.mp4")
    (tmp_path / "text.mp4").write_text("not a video")
    with pytest.raises(InputError):
        simulator.add("nobody", tmp_path / "text.mp4")


def test_a_name_is_given_once(simulator: CameraSimulator, footage: Path) -> None:
    simulator.add("noise", footage)
    with pytest.raises(ConflictError):
        simulator.add("noise", footage)


def test_a_taken_port_is_an_error(simulator: CameraSimulator) -> None:
    with pytest.raises(OSError, match="in use"):
        CameraSimulator(port=simulator.port).start()


def test_time_and_ticks_never_fall_back_over_the_loop(footage: Path) -> None:
    played = list(islice(load_footage(footage).following(0.99), 80))
    assert all(after[0] > before[0] for before, after in pairwise(played))
    assert all(after[1] > before[1] for before, after in pairwise(played))
    assert played[0][0] >= 0.99


def test_sequence_numbers_wrap(footage: Path) -> None:
    feed = RtpFeed(ssrc=1, sequence=0xFFFE, base_ticks=0xFFFFFFF0)
    unit = load_footage(footage).units[0]
    packets = feed.packets(unit, 32)
    numbers = [int.from_bytes(packet[2:4], "big") for packet in packets]
    assert numbers[:3] == [0xFFFE, 0xFFFF, 0]
    assert int.from_bytes(packets[0][4:8], "big") == 16
    assert [bool(packet[1] & 0x80) for packet in packets] == [False] * (len(packets) - 1) + [True]
