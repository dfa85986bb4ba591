"""A worker goes on with another configuration: what is the same there is not disturbed."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from monitor.demo.footage.composer import render
from monitor.demo.scenes import SCENES
from monitor.detectors.finder import load_finder
from monitor.detectors.models import ensure_model
from monitor.documents import parse_document
from monitor.domain.clock import SystemClock
from monitor.domain.places import District
from monitor.runtime.environment import models_folder
from monitor.runtime.tracks.recorder import TrackRecorder
from monitor.runtime.worker import Worker
from monitor.settings import parse_settings
from monitor.settings.district import district_of

PATIENCE = 60.0
CAMERA = '{{id: {id}, name: Cam, analysis_fps: 2, url: "file:clip.mp4?loop=1"{more}}}'
MASK = ", masks: [[[0, 0], [1, 0], [1, 0.3], [0, 0.3]]]"


def district(folder: Path, **cameras: str) -> District:
    rooms = "".join(
        f"\n      - {{id: {name}, name: R, type: activity, cameras: ["
        f"{CAMERA.format(id=f'{name}-1', more=more)}]}}"
        for name, more in cameras.items()
    )
    text = (
        "version: 1\ndistrict: {id: d, name: D}\nsources: {folders: [/]}\n"
        f"institutions:\n  - id: sun\n    name: Sun\n    rooms:{rooms}\n"
    )
    return district_of(parse_settings(parse_document(text, "d.yaml"), folder), folder)


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def top_of(worker: Worker, camera_id: str) -> int | None:
    still = worker.still(camera_id)
    if still is None:
        return None
    picture = cv2.imdecode(np.frombuffer(still[0], np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    return int(picture[: int(0.28 * picture.shape[0])].max())


def test_only_what_is_changed_begins_anew(tmp_path: Path) -> None:
    render(SCENES["sunshine-toddler"], tmp_path / "clip.mp4", 2.0, (640, 360))
    ensure_model("yolov8n", models_folder())
    before = district(tmp_path, one="", two="", three="")
    tapes = TrackRecorder(tmp_path / "tracks")
    tapes.start()
    worker = Worker(
        before.rooms,
        before.cameras,
        load_finder("yolov8n", models_folder()),
        lambda _event, _snapshot: None,
        clock=SystemClock(),
        tapes=tapes,
    )
    worker.start()
    wait_for(lambda: all(top_of(worker, item.id) for item in before.cameras))
    one, two = worker.reader("one-1"), worker.reader("two-1")
    after = district(tmp_path, one="", two=MASK, four="")
    anew = worker.change(after.rooms, after.cameras, "f" * 12, lambda _rooms: ())
    assert anew == {"two", "four"}
    assert worker.camera_ids == ("one-1", "two-1", "four-1")
    assert worker.reader("one-1") is one
    assert worker.reader("two-1") is not two
    assert worker.reader("three-1") is None
    wait_for(lambda: (top_of(worker, "two-1") or 255) < 16)
    wait_for(lambda: top_of(worker, "four-1") is not None)
    wait_for(lambda: {state.room_id for state in worker.room_states()} == {"one", "two", "four"})
    assert (top_of(worker, "one-1") or 0) > 16
    worker.stop()
    tapes.stop()
    assert {path.name for path in (tmp_path / "tracks").iterdir()} >= {"one", "two", "three"}
