"""The retention of an institution's own recorder, asked by GB/T 28181 on real sockets."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitor.demo.gb28181.nvr import SimulatedNvr
from monitor.demo.gb28181.plan import Quirks
from monitor.demo.gb28181.run import Recorder, plan_of
from monitor.domain.clock import SystemClock
from monitor.runtime.environment import Environment
from monitor.runtime.recording.audit import Auditor, play_sample
from monitor.runtime.recording.institution_archives import institution_archive
from monitor.store.base import Database
from monitor.store.place_repository import PlaceRepository
from monitor.store.retention_audits import AuditedChannel, RecorderKind, Verdict
from monitor.streams.archive import Archive as Footage
from monitor.streams.gb28181.desk import DESK_FILE
from monitor.streams.gb28181.desk_client import DeskClient
from monitor.streams.gb28181.queries import Patience
from monitor.streams.gb28181.station import Station
from tests.runtime.recording.conftest import configuration

DATABASES = ["sqlite"]  # the SQL itself is tested with the store
PLATFORM, DEVICE = "31010600002000000001", "31010600001180000001"
CHANNELS = tuple(f"3101060000132000000{number}" for number in (1, 2, 3))
PASSWORD = "correct-horse"  # not a secret: only the simulated recorder knows it
IMPATIENT = Patience(answer=1.5, first=1.0, pause=0.4, invite=1.2)


@dataclass
class Maple:
    """An institution whose three cameras are behind its own recorder."""

    environment: Environment
    database: Database
    quirks: Quirks
    recorder: SimulatedNvr
    switched_on: ExitStack

    def audit(self, samples: int = 0) -> tuple[AuditedChannel, ...]:
        """Audit all three; a clock by hand would leave the recorder's days behind."""
        auditor = Auditor(self.environment, self.database, SystemClock(), samples=samples)
        return auditor.run(1).channels

    def archive(self, number: int) -> Footage:
        """Return what can be asked about a camera."""
        found = institution_archive(self.environment.district.cameras[number])
        assert found is not None
        return found


def described() -> dict[str, Any]:
    value = configuration()
    part = {
        "id": PLATFORM,
        "host": "127.0.0.1",
        "devices": [{"id": DEVICE, "password": PASSWORD, "transport": "tcp-passive"}],
    }
    cameras = [
        {"id": f"maple-{number}", "name": "东", "url": f"gb28181://{DEVICE}/{channel}"}
        for number, channel in enumerate(CHANNELS, 1)
    ]
    value["institutions"][0]["rooms"][1:] = []
    value["institutions"][0]["rooms"][0]["cameras"] = cameras
    return {**value, "gb28181": part}


@pytest.fixture
def maple(tmp_path: Path, database: Database, segment: bytes) -> Iterator[Maple]:
    config, film = tmp_path / "district.yaml", tmp_path / "film.mp4"
    config.write_text(yaml.safe_dump(described(), allow_unicode=True), "utf-8")
    film.write_bytes(segment)
    environment = Environment.load(config)
    PlaceRepository(database).sync(environment.district, datetime.now(UTC))
    part = environment.settings.gb28181
    assert part is not None
    settings = part.model_copy(update={"port": 0})
    with Station(settings.plan("Asia/Shanghai"), environment.data, patience=IMPATIENT) as station:
        recorder = Recorder(
            device=DEVICE,
            platform=PLATFORM,
            domain=PLATFORM[:10],
            port=station.platform.port,
            password=PASSWORD,
            timezone="Asia/Shanghai",
            channels=tuple((channel, "活动室", film) for channel in CHANNELS),
        )
        quirks = Quirks(page=24)
        with ExitStack() as stack:
            nvr = stack.enter_context(SimulatedNvr(plan_of(recorder, datetime.now(UTC)), quirks))
            _wait_until_online(DeskClient(environment.data / DESK_FILE))
            yield Maple(environment, database, quirks, nvr, stack)


def _wait_until_online(desk: DeskClient) -> None:
    deadline = time.monotonic() + 60
    while desk.devices()["devices"][0]["state"] != "online":
        assert time.monotonic() < deadline, "the recorder did not sign in"
        time.sleep(0.02)


def test_each_channel_is_judged_by_what_its_recorder_says(maple: Maple) -> None:
    whole, broken, short = maple.audit()
    assert {item.recorder for item in (whole, broken, short)} == {RecorderKind.INSTITUTION}
    assert (whole.verdict, whole.unbroken_days, whole.gaps) == (Verdict.MET, 90, ())
    assert broken.verdict is Verdict.SHORT
    assert 10 <= broken.unbroken_days <= 12
    (gap,) = broken.gaps
    assert 5 <= (gap.end - gap.start) / 3600 <= 7
    ago = timedelta(seconds=time.time() - gap.start)
    assert timedelta(days=11) < ago < timedelta(days=13)
    assert short.verdict is Verdict.SHORT
    assert short.unbroken_days in (59, 60)
    assert len(short.gaps) == 1, "all that is missing lies before the first recording"


def test_pictures_of_the_recorder_are_decoded(maple: Maple) -> None:
    yesterday = int(time.time()) - 86400
    played = play_sample(maple.archive(0), "maple-1", yesterday + 0.5, 1.0)
    assert (played.fault, played.width, played.height) == ("", 192, 108)
    assert played.pictures >= 8


def test_a_recorder_that_lists_what_it_does_not_play_is_found_out(maple: Maple) -> None:
    maple.quirks.decline = 487
    found = maple.audit(samples=1)
    assert {item.verdict for item in found} == {Verdict.UNPLAYABLE}
    assert found[0].unbroken_days == 90
    assert all(sample.fault for item in found for sample in item.samples)
    assert maple.recorder.invites >= 3


def test_a_recorder_that_has_gone_is_told_from_one_that_has_nothing(maple: Maple) -> None:
    maple.switched_on.close()
    assert {item.verdict for item in maple.audit()} == {Verdict.UNREACHABLE}


def test_without_a_platform_nothing_can_be_asked(tmp_path: Path, database: Database) -> None:
    config = tmp_path / "district.yaml"
    config.write_text(yaml.safe_dump(described(), allow_unicode=True), "utf-8")
    environment = Environment.load(config)
    PlaceRepository(database).sync(environment.district, datetime.now(UTC))
    auditor = Auditor(environment, database, SystemClock())
    found = auditor.run(1).channels
    assert [(item.recorder, item.verdict) for item in found] == [
        (RecorderKind.INSTITUTION, Verdict.UNREACHABLE)
    ] * 3
