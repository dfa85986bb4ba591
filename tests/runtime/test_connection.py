from __future__ import annotations

import io
import ipaddress
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from openpyxl import load_workbook

from monitor.demo.camera_simulator import CameraSimulator
from monitor.demo.rtsp_auth import Credentials
from monitor.domain.connections import ConnectionTrial, StreamKind
from monitor.domain.places import Camera, District, Institution, Room, RoomType
from monitor.domain.text import Text
from monitor.runtime.connection import try_cameras
from monitor.runtime.connection_sheet import write_trials
from monitor.streams.reach import Reach

NAME = Text("名", "Name")
LOOPBACK = Reach((ipaddress.ip_network("127.0.0.0/8"),))
PASSWORD = "hunter22"


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("video") / "v.mp4"
    with av.open(str(path), "w") as container:
        options = {"g": "25", "bf": "0", "sc_threshold": "0"}
        stream = container.add_stream("libx264", rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for number in range(100):
            picture = np.full((180, 320, 3), number * 2, np.uint8)
            for packet in stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return path


@pytest.fixture(scope="module")
def simulator() -> Iterator[CameraSimulator]:
    with CameraSimulator() as running:
        yield running


def district_of(**urls: str) -> District:
    """One room a camera; ids as in ``institution_camera``."""
    homes = dict.fromkeys(key.partition("_")[0] for key in urls)
    return District(
        "d",
        NAME,
        institutions=tuple(Institution(home, NAME, "") for home in homes),
        rooms=tuple(Room(key, key.partition("_")[0], NAME, RoomType.ACTIVITY) for key in urls),
        cameras=tuple(Camera(key, key, NAME, url) for key, url in urls.items()),
    )


def test_a_report_says_what_each_camera_sends_or_why_not(
    simulator: CameraSimulator, video: Path
) -> None:
    good = simulator.add("good", video)
    locked = simulator.add("locked", video, Credentials("viewer", "right one"))
    district = district_of(
        a_good=good,
        a_locked=locked.replace("rtsp://", f"rtsp://viewer:{PASSWORD}@"),
        b_away=good.replace("/good", "/none"),
        b_far="rtsp://169.254.169.254/latest",
    )
    with_small = tuple(
        replace(camera, substream_url=good) if camera.id == "a_good" else camera
        for camera in district.cameras
    )
    shares: list[float] = []
    trials = try_cameras(replace(district, cameras=with_small), LOOPBACK, report=shares.append)
    found = {(trial.camera_id, trial.stream): trial for trial in trials}
    assert list(found) == [
        ("a_good", StreamKind.MAIN),
        ("a_good", StreamKind.SUB),
        ("a_locked", StreamKind.MAIN),
        ("b_away", StreamKind.MAIN),
        ("b_far", StreamKind.MAIN),
    ]
    main = found["a_good", StreamKind.MAIN]
    assert (main.readable, main.codec, main.size) == (True, "h264", "320×180")
    assert main.fps == pytest.approx(25, abs=1)
    assert main.gop_s == pytest.approx(1.0, abs=0.05)
    assert main.first_picture_s is not None
    assert main.clock_offset_s == pytest.approx(0, abs=1)  # by its sender reports
    assert found["a_good", StreamKind.SUB].readable
    assert "401" in found["a_locked", StreamKind.MAIN].fault.zh
    assert "404" in found["b_away", StreamKind.MAIN].fault.en
    assert "does not allow" in found["b_far", StreamKind.MAIN].fault.en
    assert PASSWORD not in str(trials)
    assert shares[-1] == 1.0
    assert len(shares) == 5


def test_no_more_than_two_cameras_of_an_institution_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    running: dict[str, int] = {"a": 0, "b": 0}
    most = dict(running)
    lock = threading.Lock()
    both = threading.Barrier(2, timeout=10)

    class Slow:
        def __init__(self, camera_id: str) -> None:
            self._home = camera_id[0]

        def open(self) -> None:
            with lock:
                running[self._home] += 1
                most[self._home] = max(most[self._home], running[self._home])
            if self._home == "a":
                both.wait()
            with lock:
                running[self._home] -= 1
            raise OSError

        def interrupt(self) -> None: ...

        def close(self) -> None: ...

    monkeypatch.setattr(
        "monitor.runtime.connection.make_source", lambda request: Slow(request.camera_id)
    )
    urls = {f"a_{number}": "rtsp://10.0.0.1/x" for number in range(6)} | {
        "b_0": "rtsp://10.0.0.2/x"
    }
    with pytest.raises(OSError, match=r".*"):
        try_cameras(district_of(**urls), at_once=6)
    assert most == {"a": 2, "b": 1}


def test_the_spreadsheet_holds_text_as_text() -> None:
    evil = Text("=cmd|' /C calc'!A0", "=1+1")
    trial = ConnectionTrial("i", "r", "c", StreamKind.MAIN, readable=False, fault=evil)
    book = load_workbook(io.BytesIO(write_trials([trial], "zh")))
    cells = [cell.value for cell in next(book.worksheets[0].iter_rows(min_row=2))]
    assert cells[:5] == ["i", "r", "c", "main", "不可读"]
    assert cells[12] == evil.zh
    assert all(cell.data_type != "f" for row in book.worksheets[0].iter_rows() for cell in row)
