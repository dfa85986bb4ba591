"""Every rule on rendered video: the real model finds the people, nothing is fed by hand."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from monitor.demo.footage.composer import render
from monitor.demo.footage.truth import truth
from monitor.demo.scenes import SCENES
from monitor.detectors.finder import Finder, load_finder
from monitor.domain.errors import SourceError
from monitor.domain.events import Event
from monitor.runtime.analyze import Analysis
from monitor.runtime.environment import models_folder
from monitor.settings.camera_file import CameraFile

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def finder() -> Finder:
    return load_finder("yolov8n", models_folder())


def camera_file(scene: str, room: dict[str, Any], rules: dict[str, Any]) -> CameraFile:
    optics = SCENES[scene].optics
    return CameraFile.model_validate(
        {
            "room": room,
            "analysis_fps": 3,
            "calibration": {
                "height_m": optics.height_m,
                "pitch_deg": optics.pitch_deg,
                "focal_px": optics.focal_px,
                "width_px": optics.width,
                "height_px": optics.height,
            },
            "rules": rules,
        }
    )


def analyzed(video: Path, settings: CameraFile, finder: Finder) -> list[Event]:
    analysis = Analysis(video, settings, finder)
    for _event in analysis.run(lambda _share: None):
        pass
    return list(analysis.summary.events.values())


def rendered(path: Path, scene: str, start: float, seconds: float) -> Path:
    render(SCENES[scene], path, seconds, start=start)
    return path


ROOM = {"type": "activity", "class": "toddler", "capacity": 15}
HASTY = {
    "unattended_child": {"after": "5s", "clear_after": "2s"},
    "crowding": {"after": "4s", "clear_after": "2s"},
    "view_lost": {"after": "3s", "clear_after": "2s"},
}


def test_a_child_left_alone_is_noticed_when_the_carer_has_gone_and_cleared_when_she_is_back(
    tmp_path: Path, finder: Finder
) -> None:
    expected = truth(SCENES["sunshine-toddler"]).expected[0]
    start = expected.onset - 6
    video = rendered(tmp_path / "a.mp4", "sunshine-toddler", start, 60)
    (event,) = analyzed(video, camera_file("sunshine-toddler", ROOM, HASTY), finder)
    assert event.rule == "unattended_child"
    assert event.onset == pytest.approx(6, abs=4)
    assert event.raised - event.onset == pytest.approx(5, abs=2)
    assert event.cleared == pytest.approx(expected.clear - start, abs=6)
    assert event.evidence["children"] >= 2
    assert "no adult" in event.explain.en
    assert "没有成人" in event.explain.zh


def test_a_carer_who_sits_down_stays_an_adult(tmp_path: Path, finder: Finder) -> None:
    scene = "riverside-toddler"
    seated = next(
        time
        for time in range(int(SCENES[scene].world.loop))
        if any(person.seated for person in truth(SCENES[scene]).people(time))
    )
    video = rendered(tmp_path / "b.mp4", scene, max(0, seated - 8), 32)
    assert analyzed(video, camera_file(scene, ROOM, HASTY), finder) == []


def test_a_room_that_is_too_full_is_noticed(tmp_path: Path, finder: Finder) -> None:
    expected = truth(SCENES["maple-playroom"]).expected[0]
    video = rendered(tmp_path / "c.mp4", "maple-playroom", expected.onset - 3, 24)
    room = {"type": "activity", "person_capacity": 8}
    rules = {**HASTY, "unattended_child": {"enabled": False}}
    (event,) = analyzed(video, camera_file("maple-playroom", room, rules), finder)
    assert event.rule == "crowding"
    counts = event.evidence
    assert counts["adults"] + counts["children"] + counts["unknown"] > 8


def test_a_covered_camera_is_a_lost_view_and_nobody_left_alone(
    tmp_path: Path, finder: Finder
) -> None:
    expected = truth(SCENES["riverside-infant"]).expected[0]
    video = rendered(tmp_path / "d.mp4", "riverside-infant", expected.onset - 6, 30)
    events = analyzed(video, camera_file("riverside-infant", ROOM, HASTY), finder)
    assert [event.rule for event in events] == ["view_lost"]
    # The view must have been bad for five seconds before it counts as lost.
    assert events[0].onset == pytest.approx(11, abs=4)


def test_a_quiet_room_is_quiet(tmp_path: Path, finder: Finder) -> None:
    video = rendered(tmp_path / "e.mp4", "riverside-nap", 0, 20)
    room = {"type": "nap", "capacity": 10}
    assert analyzed(video, camera_file("riverside-nap", room, HASTY), finder) == []


@pytest.mark.parametrize(
    ("start", "rules"),
    [
        (None, set()),
        (datetime(2026, 11, 23, 10, 0), set()),  # noqa: DTZ001 (local time of the camera)
        (datetime(2026, 11, 23, 20, 0), {"after_hours"}),  # noqa: DTZ001
        (datetime(2026, 11, 23, 12, 0, tzinfo=UTC), {"after_hours"}),
    ],
)
def test_hours_count_once_it_is_known_when_the_recording_began(
    start: datetime | None, rules: set[str], tmp_path: Path, finder: Finder
) -> None:
    video = rendered(tmp_path / "g.mp4", "sunshine-toddler", 2, 9)
    room = {**ROOM, "opening_hours": "07:30-17:30"}
    settings = camera_file("sunshine-toddler", room, {"after_hours": {"after": "3s"}})
    analysis = Analysis(video, settings, finder, start=start)
    assert {event.rule for event in analysis.run(lambda _share: None)} == rules


def test_a_file_without_pictures_is_explained(tmp_path: Path, finder: Finder) -> None:
    path = tmp_path / "f.mp4"
    path.write_bytes(b"\x00" * 4096)
    with pytest.raises(SourceError) as caught:
        analyzed(path, CameraFile(), finder)
    assert "f.mp4" in str(caught.value)
