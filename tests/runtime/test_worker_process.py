"""A worker process goes on while institutions come and go: nothing of the others is disturbed."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from itertools import pairwise
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
from sqlalchemy import select

from monitor.demo.camera_simulator import CameraSimulator
from monitor.demo.footage.composer import render
from monitor.demo.scenes import SCENES
from monitor.detectors.models import ensure_model
from monitor.domain.access import DISTRICT
from monitor.domain.alerts import SYSTEM
from monitor.domain.clock import SystemClock, to_datetime
from monitor.runtime.config_desk import ConfigDesk
from monitor.runtime.environment import Environment, models_folder
from monitor.runtime.worker_process import run_worker
from monitor.store.base import Database
from monitor.store.camera_status import CameraState, CameraStatusRepository
from monitor.store.config_versions import VersionKind
from monitor.store.events import EventRow
from monitor.store.recordings import RecordingRepository
from monitor.web.serving import prepare

PATIENCE = 90.0
INSTITUTION = """
  - id: {id}
    name: N
    rooms:
      - id: {id}-room
        name: R
        type: activity
        person_capacity: {capacity}
        rules: {{crowding: {{after: 12s, clear_after: 1s}}}}
        cameras: [{{id: {id}-cam, name: C, url: "{url}"}}]
"""
HEAD = """\
version: 1
sources: {networks: [127.0.0.0/8]}
service: {data_dir: var}
recording: {enabled: true, segment: 2s, keep: KEEP}
district: {id: d, name: D}
institutions:"""


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


class Town:
    """A configuration with its database, cameras and one worker process."""

    def __init__(self, folder: Path, cameras: CameraSimulator) -> None:
        ensure_model("yolov8n", models_folder())
        self.config = folder / "d.yaml"
        self.cameras = cameras
        self._clip = folder / "c.mp4"
        render(SCENES["sunshine-toddler"], self._clip, 4.0, (640, 360))
        self._parts: dict[str, str] = {}
        self.keep = "90d"
        self.put("sun")
        self.config.write_text(self._text, "utf-8")
        environment = Environment.load(self.config)
        prepare(environment)
        self.database: Database = environment.database()
        self._desk = ConfigDesk(self.database, self.config, environment.secret(), SystemClock())
        context = multiprocessing.get_context("spawn")
        log = folder / "log"
        self.worker: BaseProcess = context.Process(target=run_worker, args=(self.config, 0, 1, log))
        self.worker.start()

    def put(self, institution: str, capacity: int = 1) -> None:
        """Write an institution, or change it."""
        if institution not in self._parts:
            url = self.cameras.add(institution, self._clip)
        else:
            url = self.cameras.url(institution)
        self._parts[institution] = INSTITUTION.format(id=institution, url=url, capacity=capacity)

    def remove(self, institution: str) -> None:
        """Strike an institution out."""
        del self._parts[institution]

    def save(self) -> None:
        """Put in force what was written."""
        draft = self._desk.draft_text(self._desk.present(), self._text)
        self._desk.save(draft, VersionKind.PAGE, SYSTEM, "because")

    @property
    def _text(self) -> str:
        return HEAD.replace("KEEP", self.keep) + "".join(self._parts.values())

    def online(self) -> set[str]:
        """Return the cameras that are on line."""
        known = CameraStatusRepository(self.database).all(DISTRICT)
        return {name for name, one in known.items() if one.report.state is CameraState.ONLINE}

    def crowded(self) -> tuple[float, float] | None:
        """Return when the room of the first institution became crowded, and when that was told."""
        with self.database.reading() as session:
            row = session.scalar(select(EventRow).where(EventRow.room_id == "sun-room"))
            return (row.onset.timestamp(), row.raised.timestamp()) if row is not None else None

    def recorded(self) -> list[tuple[float, float]]:
        """Return begin and end of what was recorded of the first camera, in order."""
        always = to_datetime(0.0), to_datetime(time.time() + 60)
        kept = RecordingRepository(self.database).overlapping(DISTRICT, "sun-cam", *always)
        return [(one.start.timestamp(), one.end.timestamp()) for one in kept]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with CameraSimulator() as cameras:
        town = Town(tmp_path, cameras)
        with closing(town.database):
            yield town
            town.worker.terminate()
            town.worker.join(20)


def test_institutions_come_change_and_go_without_a_gap_for_the_others(town: Town) -> None:
    wait_for(lambda: town.online() == {"sun-cam"})
    wait_for(lambda: bool(town.recorded()))
    town.put("moon")
    town.save()
    saved = time.time()
    wait_for(lambda: "moon-cam" in town.online())
    taken_over = time.time()
    town.put("moon", capacity=99)
    town.save()
    wait_for(lambda: len(town.cameras.ranges("moon")) == 2)
    town.remove("moon")
    town.keep = "30d"
    town.save()
    wait_for(lambda: town.cameras.viewers("moon") == 0)
    wait_for(lambda: town.crowded() is not None)
    crowded = town.crowded()
    assert crowded is not None
    assert crowded[0] < saved < taken_over < crowded[1]  # what had built up went on
    end = town.recorded()[-1][1]
    wait_for(lambda: town.recorded()[-1][1] > end)
    kept = town.recorded()
    assert max(after[0] - before[1] for before, after in pairwise(kept)) < 0.2
    assert len(town.cameras.ranges("sun")) == 1
    assert town.worker.is_alive()
