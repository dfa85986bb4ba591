"""What must survive: killed workers, a camera cut off, a restart."""

from __future__ import annotations

import json
import os
import signal
import subprocess
from datetime import timedelta
from typing import Any

import pytest

from monitor.domain.access import DISTRICT
from monitor.domain.alerts import Actor
from monitor.domain.attendance import Direction, Movement
from monitor.domain.clock import SystemClock, utc_now
from monitor.domain.places import ClassType
from monitor.domain.registers import ClassGroup
from monitor.domain.text import Text
from monitor.runtime.environment import Environment
from monitor.store.alert_repository import AlertRepository
from monitor.store.attendance import AttendanceRepository
from monitor.store.base import Database
from monitor.store.camera_status import CameraStatusRepository
from monitor.store.register_repository import RegisterRepository
from monitor.store.workers import WorkerRepository

pytestmark = [pytest.mark.system, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def store(service: Any) -> Any:
    database = Environment.load(service.config).database()
    yield database
    database.close()


def open_alerts(store: Database) -> list[Any]:
    return list(AlertRepository(store).queue(DISTRICT))


def of_rule(store: Database, rule: str) -> list[Any]:
    return [alert for alert in open_alerts(store) if alert.rule == rule]


def log_lines(service: Any) -> list[dict[str, Any]]:
    lines = service.log.read_text("utf-8", "replace").splitlines()
    return [json.loads(line) for line in lines if line.startswith("{")]


def test_children_signed_in_who_are_in_no_room_are_missed(store: Database, wait_for: Any) -> None:
    now = utc_now(SystemClock())
    group = ClassGroup("t", Text("托小班", "Toddlers"), ClassType.TODDLER, 60, "toddlers")
    RegisterRepository(store).put("sunshine", [group], now)
    arrival = Movement("t", now, Direction.ARRIVAL, 60)
    midnight = now - timedelta(hours=1)
    AttendanceRepository(store).record("sunshine", arrival, midnight, now, Actor(None, "Zhao"))
    (alert,) = wait_for(lambda: of_rule(store, "headcount_mismatch"), 120, "the mismatch")
    assert alert.room_id == "toddlers"
    assert "60 signed in to Toddler room" in alert.explain.en


def test_an_alert_stays_one_when_its_worker_is_killed(
    service: Any, store: Database, wait_for: Any
) -> None:
    (alert,) = wait_for(lambda: of_rule(store, "unattended_child"), 120, "the alert")
    workers = WorkerRepository(store)
    (worker,) = workers.alive(utc_now(SystemClock()))
    os.kill(worker.pid, signal.SIGKILL)

    def replaced() -> bool:
        alive = workers.alive(utc_now(SystemClock()))
        return any(other.pid != worker.pid for other in alive)

    wait_for(replaced, 90, "another worker")
    statuses = CameraStatusRepository(store)
    wait_for(
        lambda: all(
            status.report.state.value == "online" for status in statuses.all(DISTRICT).values()
        ),
        60,
        "the cameras to be back",
    )
    before = alert.repeats
    wait_for(
        lambda: (
            AlertRepository(store).get(DISTRICT, alert.id).alert.repeats > before
            or AlertRepository(store).get(DISTRICT, alert.id).alert.cleared is not None
        ),
        120,
        "the alert to go on",
    )
    assert [other.id for other in of_rule(store, "unattended_child")] == [alert.id]


def test_a_camera_that_is_cut_says_why_and_comes_back(
    cameras: Any, store: Database, wait_for: Any
) -> None:
    statuses = CameraStatusRepository(store)

    def state() -> Any:
        return statuses.all(DISTRICT)["too-many"].report

    wait_for(lambda: state().state.value == "online", 60, "the camera")
    cameras.refuse("too-many")
    cameras.cut("too-many")
    report = wait_for(
        lambda: state() if state().state.value == "offline" else None, 60, "it to be offline"
    )
    assert report.message.zh
    assert report.message.en
    lost = wait_for(lambda: of_rule(store, "view_lost"), 90, "view_lost")
    assert lost[0].camera_id == "too-many"
    cameras.refuse("too-many", on=False)
    wait_for(lambda: state().state.value == "online", 90, "it to come back")


def test_messages_reach_their_channel_or_wait(store: Database, wait_for: Any) -> None:
    alert = of_rule(store, "unattended_child")[0]
    deliveries = AlertRepository(store).get(DISTRICT, alert.id).deliveries
    assert deliveries, "nobody was told"
    assert {delivery.channel_id for delivery in deliveries} == {"inbox"}


def group_of(leader: int) -> list[str]:
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--sid", str(leader)], capture_output=True, text=True, check=False
    )
    return listed.stdout.split()


def test_ctrl_c_stops_everything_and_a_second_start_finds_the_alert(
    service: Any, store: Database, wait_for: Any
) -> None:
    before = {alert.id for alert in open_alerts(store)}
    assert len(group_of(service.process.pid)) >= 4
    assert service.stop() == 0
    wait_for(lambda: not group_of(service.process.pid), 15, "every process to end")
    again = type(service).start(service.config, service.address)
    try:
        assert before <= {alert.id for alert in open_alerts(store)}
    finally:
        again.stop()
    unexpected = [line for line in log_lines(service) if line.get("level") in ("critical",)]
    assert unexpected == []
