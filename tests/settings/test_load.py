from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitor.domain.errors import ConfigError
from monitor.domain.places import ClassType, RoomType
from monitor.settings import Settings, load_settings
from monitor.settings.district import district_of

SAMPLE = Path(__file__).parents[2] / "configs" / "district.yaml"

GOOD: dict[str, Any] = {
    "version": 1,
    "rules": {"unattended_child": {"after": "45s"}},
    "district": {"id": "d", "name": {"zh": "区", "en": "District"}},
    "institutions": [
        {
            "id": "sun",
            "name": "阳光",
            "rooms": [
                {
                    "id": "sun-room",
                    "name": "托小班",
                    "type": "activity",
                    "class": "toddler",
                    "rules": {"crowding": {"after": "2m"}},
                    "cameras": [
                        {
                            "id": "sun-cam",
                            "name": "东角",
                            "url": "file:clips/a.mp4?loop=1",
                            "zones": [
                                {"id": "mat", "polygon": [[0, 0.5], [1, 0.5], [1, 1], [0, 1]]}
                            ],
                            "calibration": {"height_m": 2.6, "pitch_deg": 25, "focal_px": 900},
                        }
                    ],
                }
            ],
        }
    ],
}


def write(tmp_path: Path, value: Any) -> Path:
    path = tmp_path / "district.yaml"
    text = value if isinstance(value, str) else yaml.safe_dump(value, allow_unicode=True)
    path.write_text(text, "utf-8")
    return path


def changed(path: str, value: Any) -> dict[str, Any]:
    """GOOD with the value at a dotted ``path`` replaced, added, or removed (``...``)."""
    result = copy.deepcopy(GOOD)
    *parents, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    node: Any = result
    for part in parents:
        node = node[part]
    if value is ...:
        del node[last]
    else:
        node[last] = value
    return result


def test_the_sample_configuration_is_sound() -> None:
    settings = load_settings(SAMPLE, {})
    assert settings.institutions[0].rooms[0].class_type is ClassType.TODDLER


def test_a_good_file_becomes_a_district(tmp_path: Path) -> None:
    settings = load_settings(write(tmp_path, GOOD))
    district = district_of(settings, tmp_path)
    (room,) = district.rooms
    (camera,) = district.cameras_of("sun-room")
    assert room.type is RoomType.ACTIVITY
    assert set(room.rules) == {"unattended_child", "crowding"}
    assert camera.url == f"file:{tmp_path / 'clips' / 'a.mp4'}?loop=1"
    assert camera.zones[0].polygon.contains((0.5, 0.75))
    assert settings.service.data_dir == tmp_path / "var"


ROOM = "institutions.0.rooms.0"
CAMERA = f"{ROOM}.cameras.0"


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        ("version", ..., "'version' is missing"),
        ("version", 2, "1"),
        ("colour", "red", "unknown key 'colour'"),
        ("service", {"prot": 1}, "unknown key 'prot'"),
        ("district.timezone", "Moon/Sea", "not an IANA time zone"),
        ("district.id", "Bad Id", "not an id"),
        (f"{ROOM}.type", "spaceship", "activity"),
        (f"{ROOM}.type", "washroom", "no camera may be in a washroom"),
        (f"{ROOM}.capacity", 0, "greater than or equal to 1"),
        (f"{ROOM}.rules", {"flying_child": {}}, "flying_child"),
        (f"{ROOM}.rules", {"crowding": {"afterr": "2m"}}, "afterr"),
        (f"{ROOM}.rules", {"crowding": {"after": "-2m"}}, "after"),
        (f"{CAMERA}.url", "http://x/y", "no source serves 'http:'"),
        (f"{CAMERA}.url", "exec://host/rm", "no source serves 'exec:'"),
        (f"{CAMERA}.zones.0.polygon", [[0, 0], [1.2, 0], [1, 1]], "1.2 lies outside the picture"),
        (f"{CAMERA}.zones.0.polygon", [[0, 0], [1, 1]], "at least 3"),
        (f"{CAMERA}.zones.0.polygon", [[0, 0], [1, 1], [0.5, 0.5]], "encloses no area"),
        (f"{CAMERA}.calibration", {"height_m": 2}, "belong together"),
        (f"{CAMERA}.analysis_fps", 0, "greater than 0"),
        (
            "notify",
            {"channels": [{"id": "a", "url": "json://host/x", "institutions": ["moon"]}]},
            "moon",
        ),
    ],
)
def test_each_mistake_is_named_with_its_line_and_a_remedy(
    tmp_path: Path, path: str, value: Any, message: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        load_settings(write(tmp_path, changed(path, value)))
    text = str(caught.value)
    assert message in text
    assert "district.yaml:" in text
    assert "→" in text


def test_ids_used_twice_are_named(tmp_path: Path) -> None:
    twice = copy.deepcopy(GOOD)
    twice["institutions"].append(copy.deepcopy(twice["institutions"][0]))
    with pytest.raises(ConfigError) as caught:
        load_settings(write(tmp_path, twice))
    for kind in ("institution id 'sun'", "room id 'sun-room'", "camera id 'sun-cam'"):
        assert f"{kind} is used twice" in str(caught.value)


def test_all_mistakes_are_listed_at_once(tmp_path: Path) -> None:
    bad = changed(f"{CAMERA}.analysis_fps", 99)
    bad["colour"] = "red"
    with pytest.raises(ConfigError, match="2 mistakes"):
        load_settings(write(tmp_path, bad))


def test_secrets_come_from_the_environment_and_stay_out_of_repr(tmp_path: Path) -> None:
    path = write(tmp_path, changed(f"{CAMERA}.url", "rtsp://u:${CAM_PASSWORD}@h/1"))
    settings = load_settings(path, {"CAM_PASSWORD": "s3cret"})
    url = settings.institutions[0].rooms[0].cameras[0].url
    assert url.get_secret_value() == "rtsp://u:s3cret@h/1"
    assert "s3cret" not in repr(settings)
    assert "s3cret" not in repr(district_of(settings, tmp_path))
    with pytest.raises(ConfigError, match="CAM_PASSWORD is not set"):
        load_settings(path, {})


@pytest.mark.parametrize("text", ["", "[]", "just text", "version: 1"])
def test_files_that_are_no_configuration(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match=r"district\.yaml"):
        load_settings(write(tmp_path, text))


def test_the_schema_describes_every_top_level_part() -> None:
    schema = Settings.model_json_schema(by_alias=True)
    assert {"district", "institutions", "notify", "service"} <= set(schema["properties"])
