"""A change that is saved reaches the running processes; what is typed by hand does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.domain.alerts import SYSTEM
from monitor.domain.clock import SystemClock
from monitor.domain.errors import ConflictError, InputError
from monitor.runtime.config_desk import ConfigDesk
from monitor.runtime.config_follow import ConfigFollower, until_changed
from monitor.runtime.environment import Environment
from monitor.store.base import Database
from monitor.store.config_running import RunningConfigs
from monitor.store.config_versions import VersionKind

DATABASES = ["sqlite"]
TEXT = """\
version: 1
service: {data_dir: var, port: 8480}
district: {id: d, name: D}   # the district
institutions:
  - id: sun
    name: Sun
    rooms:
      - {id: hall, name: Hall, type: activity, capacity: 15}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "district.yaml"
    path.write_text(TEXT, "utf-8")
    return path


@pytest.fixture
def desk(config: Path, database: Database) -> ConfigDesk:
    desk = ConfigDesk(database, config, Environment.load(config).secret(), SystemClock())
    desk.begin()
    return desk


def replaced(desk: ConfigDesk, old: str, new: str) -> None:
    present = desk.present()
    draft = desk.draft_text(present, present.text.replace(old, new))
    desk.save(draft, VersionKind.PAGE, SYSTEM, "because")


def following(config: Path, database: Database) -> ConfigFollower:
    return ConfigFollower(Environment.load(config), database, "worker-0", SystemClock())


def test_what_is_saved_is_taken_over_once(
    config: Path, database: Database, desk: ConfigDesk
) -> None:
    follower = following(config, database)
    assert follower.look() is None
    replaced(desk, "capacity: 15", "capacity: 12")
    found = follower.look()
    assert found is not None
    assert found.district.rooms[0].capacity == 12
    assert found.config_version == Environment.load(config).config_version
    follower.taken(found)
    assert follower.look() is None
    (running,) = RunningConfigs(database).all()
    assert (running.config_version, running.waits) == (found.config_version, ())


def test_what_is_changed_by_hand_waits_until_it_is_put_in_force(
    config: Path, database: Database, desk: ConfigDesk
) -> None:
    follower = following(config, database)
    config.write_text(TEXT.replace("capacity: 15", "capacity: 11"), "utf-8")
    present = desk.present()
    assert present.changed_by_hand
    assert [line.text for line in desk.by_hand(present) if line.mark in "+-"] == [
        "      - {id: hall, name: Hall, type: activity, capacity: 15}",
        "      - {id: hall, name: Hall, type: activity, capacity: 11}",
    ]
    assert follower.look() is None
    restarted = following(config, database)  # it starts from the file, and goes back
    back = restarted.look()
    assert back is not None
    assert back.district.rooms[0].capacity == 15
    desk.adopt(present.config_version, SYSTEM, "agreed")
    found = follower.look()
    assert found is not None
    assert found.district.rooms[0].capacity == 11
    with pytest.raises(ConflictError):
        desk.adopt(present.config_version, SYSTEM, "again")


def test_ports_and_folders_wait_for_the_next_start(
    config: Path, database: Database, desk: ConfigDesk
) -> None:
    follower = following(config, database)
    replaced(desk, "data_dir: var, port: 8480", "data_dir: other, port: 8481")
    found = follower.look()
    assert found is not None
    assert found.settings.service.port == 8480
    assert found.data == config.parent / "var"
    follower.taken(found)
    assert [item.waits for item in RunningConfigs(database).all()] == [("service",)]


def test_a_version_that_cannot_be_used_here_is_told_and_what_runs_goes_on(
    config: Path, database: Database, desk: ConfigDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HALL", "Hall")
    follower = following(config, database)
    replaced(desk, "name: Hall", 'name: "${HALL}"')
    monkeypatch.delenv("HALL")
    assert follower.look() is None
    (running,) = RunningConfigs(database).all()
    assert "environment variable HALL is not set" in running.problem
    assert until_changed(follower, lambda _seconds: True, 0.0) is None


def test_a_change_needs_a_reason_and_has_to_change_something(
    desk: ConfigDesk,
) -> None:
    present = desk.present()
    with pytest.raises(InputError, match="nothing is changed"):
        desk.save(desk.draft_text(present, TEXT), VersionKind.PAGE, SYSTEM, "x")
    draft = desk.draft_text(present, TEXT.replace("15", "14"))
    with pytest.raises(InputError, match="say why"):
        desk.save(draft, VersionKind.PAGE, SYSTEM, " ")
    desk.save(desk.draft_text(present, TEXT.replace("15", "13")), VersionKind.PAGE, SYSTEM, "x")
    with pytest.raises(ConflictError, match="changed meanwhile"):
        desk.save(draft, VersionKind.PAGE, SYSTEM, "x")
