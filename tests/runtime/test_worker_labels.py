"""A worker keeps frames for labelling, with the privacy masks of their camera."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from monitor.demo.footage.composer import render
from monitor.demo.scenes import SCENES
from monitor.detectors.finder import load_finder
from monitor.detectors.models import ensure_model
from monitor.documents import parse_document
from monitor.domain.clock import SystemClock
from monitor.runtime.environment import models_folder
from monitor.runtime.label_sampler import LabelSampler
from monitor.runtime.worker import Worker
from monitor.settings import parse_settings
from monitor.settings.district import district_of
from monitor.settings.schema import Labels
from monitor.store.labels import LabelStore

CONFIGURATION = """
version: 1
district: {id: d, name: D}
sources: {folders: [/]}
institutions:
  - id: sun
    name: Sun
    rooms:
      - id: sun-room
        name: Room
        type: activity
        cameras:
          - id: sun-cam
            name: Cam
            url: "file:clip.mp4?loop=1"
            masks: [[[0, 0], [1, 0], [1, 0.3], [0, 0.3]]]
"""


def test_sampled_frames_are_masked_and_carry_proposals(tmp_path: Path) -> None:
    render(SCENES["sunshine-toddler"], tmp_path / "clip.mp4", 2.0, (640, 360))
    ensure_model("yolov8n", models_folder())
    settings = parse_settings(parse_document(CONFIGURATION, "d.yaml"), tmp_path)
    district = district_of(settings, tmp_path)
    store = LabelStore(tmp_path / "labels")
    worker = Worker(
        district.rooms,
        [replace(camera, analysis_fps=2.0) for camera in district.cameras],
        load_finder("yolov8n", models_folder()),
        lambda _event, _snapshot: None,
        clock=SystemClock(),
        sampler=LabelSampler(store, Labels(enabled=True, every=3600)),
    )
    worker.start()
    deadline = time.monotonic() + 60
    while not store.count() and time.monotonic() < deadline:
        time.sleep(0.05)
    worker.stop()
    (frame,) = store.list()
    picture = cv2.imdecode(np.frombuffer(store.picture(frame.id), np.uint8), cv2.IMREAD_COLOR)
    assert picture is not None
    assert picture[: int(0.28 * frame.height)].max() < 16
    assert picture[int(0.4 * frame.height) :].mean() > 40
    assert frame.boxes
    assert all(0.2 <= (box.score or 0) <= 1 for box in frame.boxes)
