from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from monitor.domain.errors import ConfigError
from monitor.domain.hours import Span
from monitor.domain.places import LineKind, RoomType, ZoneKind
from monitor.settings.camera_file import load_camera_file

SAMPLE = Path(__file__).parents[2] / "configs" / "camera.yaml"
LINE: dict[str, Any] = {
    "id": "gate", "from": [0.2, 0.5], "to": [0.8, 0.5], "kind": "exit", "inward": "left"
}  # fmt: skip


def write(folder: Path, value: dict[str, Any]) -> Path:
    path = folder / "camera.yaml"
    path.write_text(yaml.safe_dump(value), "utf-8")
    return path


def test_the_sample_is_sound() -> None:
    assert load_camera_file(SAMPLE).room.capacity == 15


def test_lines_hours_and_blind_areas_are_read(tmp_path: Path) -> None:
    file = load_camera_file(
        write(
            tmp_path,
            {
                "room": {"opening_hours": "07:30-17:30", "nap_times": "12:00-14:00"},
                "zones": [{"id": "hob", "kind": "restricted", "polygon": [[0, 0], [1, 0], [1, 1]]}],
                "lines": [LINE, {**LINE, "id": "wc", "kind": "door", "leads_to": "washroom"}],
                "blind": [[[0, 0], [0.2, 0], [0.2, 0.2]]],
                "timezone": "Asia/Shanghai",
            },
        )
    )
    room = file.room_of("clip")
    camera = file.camera_of("clip", tmp_path / "clip.mp4", 1280, 720)
    assert room.opening_hours is not None
    assert room.nap_times == (Span(720, 840),)
    assert [(line.kind, line.beyond) for line in camera.lines] == [
        (LineKind.EXIT, None),
        (LineKind.DOOR, RoomType.WASHROOM),
    ]
    assert camera.zones[0].kind is ZoneKind.RESTRICTED
    assert camera.blind[0].contains((0.15, 0.1))


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"lines": [{**LINE, "leads_to": "moon"}]}, "no type of room called 'moon'"),
        ({"lines": [{**LINE, "to": [0.2, 0.5]}]}, "too short"),
        ({"lines": [LINE, LINE]}, "defined twice"),
        ({"blind": [[[0, 0], [1, 1], [0.5, 0.5]]]}, "encloses no area"),
        ({"timezone": "Moon/Sea"}, "not an IANA time zone"),
        ({"room": {"nap_times": "noon"}}, "not a time span"),
    ],
)
def test_mistakes_are_named_with_a_remedy(
    tmp_path: Path, value: dict[str, Any], message: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load_camera_file(write(tmp_path, value))
    assert message in str(caught.value)
    assert "camera.yaml" in str(caught.value)
    assert "→" in str(caught.value)
