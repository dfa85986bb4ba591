"""``monitor backtest`` from kept tracks and recorded events to what it prints."""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from monitor.domain.access import DISTRICT
from monitor.domain.alerts import SYSTEM, AlertAction
from monitor.domain.clock import SystemClock, to_datetime
from monitor.runtime.environment import Environment
from monitor.store.alert_repository import AlertRepository
from monitor.store.event_repository import EventRepository

if TYPE_CHECKING:
    from tests.conftest import LeaveAlone

DISTRICT_FILE = """\
version: 1
service: {data_dir: data}
district: {id: d, name: 区}
sources: {folders: [.]}
institutions:
  - id: sun
    name: 阳光
    rooms:
      - id: sun-room
        name: 托小班
        type: activity
        cameras: [{id: sun-cam, name: 东角, url: "file:clip.mp4"}]
      - {id: sun-store, name: 库房, type: corridor}
"""
ABSENCES = ((100, 175), (400, 475), (700, 900))  # two of 75 s, and one that lasts


@pytest.fixture
def lived(monitor: Any, tmp_path: Path, leave_alone: LeaveAlone) -> Path:
    """Return the configuration of a district with twenty minutes of tracks and their alerts."""
    path = tmp_path / "district.yaml"
    path.write_text(DISTRICT_FILE, "utf-8")
    assert monitor("db", "upgrade", "-c", path).code == 0
    environment = Environment.load(path)
    room, cameras = environment.district.rooms[0], environment.district.cameras
    start = SystemClock().now() - 7200
    messages = leave_alone(room, cameras, environment.tracks_folder, start, 1100, ABSENCES)
    with closing(environment.database()) as database:
        events, alerts = EventRepository(database), AlertRepository(database)
        verdicts: dict[int, AlertAction] = {}
        for event in messages:
            change = events.record(event, to_datetime(event.cleared or event.raised))
            verdict = len(verdicts)
            if event.cleared is not None and change.alert_id not in verdicts:
                action = AlertAction.RESOLVE if verdict == 2 else AlertAction.MARK_FALSE
                verdicts[change.alert_id] = action
                alerts.act(
                    DISTRICT,
                    change.alert_id,
                    action,
                    SYSTEM,
                    to_datetime(event.cleared),
                    reason="she stood behind the shelf",
                )
    assert len(verdicts) == 3
    return path


def ran(monitor: Any, path: Path, *more: str) -> dict[str, Any]:
    outcome = monitor("backtest", "-c", path, "--rule", "unattended_child", "--json", *more)
    assert outcome.code == 0, outcome.err
    found: dict[str, Any] = json.loads(outcome.out)
    return found


def test_with_the_present_rules_nothing_changes(monitor: Any, lived: Path) -> None:
    found = ran(monitor, lived)
    assert [item["fate"] for item in found["fired"]] == ["kept"] * 3
    assert [item["id"] for item in found["fired"]] == [item["id"] for item in found["would"]]
    assert all(abs(item["later"]) < 0.001 for item in found["fired"])
    assert found["rooms"][0]["hours"] == pytest.approx(1100 / 3600, abs=0.002)
    assert found["rooms"][0]["looks"] == 2200


def test_a_longer_wait_drops_the_false_ones_and_keeps_the_real_one(
    monitor: Any, lived: Path
) -> None:
    found = ran(monitor, lived, "--set", "after=90s")
    assert found["counts"]["false"] == {"kept": 0, "gone": 2}
    assert found["counts"]["confirmed"] == {"kept": 1, "gone": 0}
    assert found["set"] == {"after": 90.0}
    assert found["fired"][-1]["later"] == pytest.approx(30, abs=1)
    outcome = monitor(
        "backtest", "-c", lived, "--rule", "unattended_child", "--set", "after=90s",
        "--camera", "sun-cam",
    )  # fmt: skip
    assert "Would have dropped 2 of 2 false and none of 1 confirmed alerts" in outcome.out
    assert "kept +30 s" in outcome.out
    assert "looks that were taken" in outcome.err.replace("\n", " ")
    assert "hours a second" in outcome.err


def test_the_time_can_be_narrowed(monitor: Any, lived: Path) -> None:
    assert ran(monitor, lived, "--since", "10m")["fired"] == []
    assert len(ran(monitor, lived, "--since", "3h", "--until", "1m")["fired"]) == 3


def test_without_tracks_it_says_so(monitor: Any, lived: Path, tmp_path: Path) -> None:
    for file in (tmp_path / "data" / "tracks" / "sun-room").iterdir():
        file.unlink()
    found = ran(monitor, lived, "--room", "sun-room")
    assert [item["fate"] for item in found["fired"]] == ["untold"] * 3
    outcome = monitor("backtest", "-c", lived, "--rule", "unattended_child")
    assert "No tracks are kept" in outcome.err


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (("--rule", "moon"), ("there is no rule 'moon'", "unattended_child")),
        (("--set", "aftr=5s"), ("no parameter 'aftr'", "after")),
        (("--set", "after=99d"), ("between 0 and 86400",)),
        (("--set", "min_confidence=much"), ("must be a number",)),
        (("--set", "enabled=perhaps"), ("true or false",)),
        (("--set", "after"), ("write it as after=90s",)),
        (("--room", "moon"), ("no room", "sun-room")),
        (("--room", "sun-store"), ("no room with cameras",)),
        (("--camera", "moon"), ("no camera 'moon'", "sun-cam")),
        (("--institution", "moon"), ("no institution 'moon'", "sun")),
        (("--institution", "sun", "--room", "sun-room"), ("not several",)),
        (("--since", "yesterday"), ("'yesterday' is not a time", "2026-11-20")),
        (("--since", "1h", "--until", "2h"), ("ends before it begins",)),
        (("--language", "fr"), ("zh or en",)),
    ],
)
def test_a_mistake_is_explained(
    monitor: Any, lived: Path, arguments: tuple[str, ...], parts: tuple[str, ...]
) -> None:
    rule = () if "--rule" in arguments else ("--rule", "unattended_child")
    outcome = monitor("backtest", "-c", lived, *rule, *arguments)
    text = (outcome.out + outcome.err).replace("\n", " ")
    assert outcome.code == 2, text
    assert "Traceback" not in text
    for part in parts:
        assert part in text, text
