from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitor.domain.errors import ConfigError
from monitor.domain.hours import Span, WeekHours
from monitor.domain.places import ClassType, Line, LineKind, RoomType, Side, ZoneKind
from monitor.settings import Settings, load_settings
from monitor.settings.district import district_of

SAMPLE = Path(__file__).parents[2] / "configs" / "district.yaml"

GOOD: dict[str, Any] = {
    "version": 1,
    "rules": {"unattended_child": {"after": "45s"}},
    "sources": {"folders": ["."]},
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


HOME = "institutions.0"
ROOM = "institutions.0.rooms.0"
CAMERA = f"{ROOM}.cameras.0"
LINE: dict[str, Any] = {
    "id": "gate", "from": [0.2, 0.5], "to": [0.8, 0.5], "kind": "exit", "inward": "left"
}  # fmt: skip


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
        (f"{CAMERA}.zones.0.kind", "pool", "restricted"),
        (f"{CAMERA}.blind", [[[0, 0], [1, 1], [0.5, 0.5]]], "encloses no area"),
        (f"{CAMERA}.blind", [[[0, 0], [1, 1], [0.5, 1.5]]], "1.5 lies outside the picture"),
        (f"{CAMERA}.lines", [LINE | {"kind": "window"}], "exit"),
        (f"{CAMERA}.lines", [LINE | {"inward": "up"}], "left"),
        (f"{CAMERA}.lines", [LINE | {"to": [0.2, 0.5]}], "too short to be crossed"),
        (f"{CAMERA}.lines", [LINE | {"to": [1.2, 0.5]}], "1.2 lies outside the picture"),
        (f"{CAMERA}.lines", [LINE, LINE], "line 'gate' is defined twice"),
        (f"{CAMERA}.lines", [LINE | {"leads_to": "moon"}], "no room 'moon' in this institution"),
        (f"{CAMERA}.lines", [LINE | {"leads_to": "sun-room"}], "leads to its own room"),
        (f"{ROOM}.nap_times", "12-14", "not a time span such as"),
        (f"{ROOM}.opening_hours", {"mon": "17:00-07:00"}, "must end after it begins"),
        (f"{ROOM}.opening_hours", {"monday": "07:00-17:00"}, "unknown key 'monday'"),
        (f"{HOME}.opening_hours", "always", "not a time span such as"),
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


def test_lines_zones_and_blind_areas_reach_the_district(tmp_path: Path) -> None:
    config = changed(f"{CAMERA}.lines", [LINE | {"kind": "door", "leads_to": "sun-wc"}])
    rooms = config["institutions"][0]["rooms"]
    rooms.append({"id": "sun-wc", "name": "盥洗室", "type": "washroom"})
    rooms[0]["cameras"][0]["blind"] = [[[0, 0], [0.5, 0], [0.5, 0.5]]]
    rooms[0]["cameras"][0]["zones"][0]["kind"] = "mat"
    (camera,) = district_of(load_settings(write(tmp_path, config)), tmp_path).cameras
    assert camera.lines == (
        Line(
            "gate",
            (0.2, 0.5),
            (0.8, 0.5),
            LineKind.DOOR,
            Side.LEFT,
            "sun-wc",
            RoomType.WASHROOM,
        ),
    )
    assert camera.zones[0].kind is ZoneKind.MAT
    assert camera.blind[0].contains((0.4, 0.2))


def test_a_room_has_its_institutions_hours_unless_it_has_its_own(tmp_path: Path) -> None:
    config = changed(f"{HOME}.opening_hours", "07:30-17:30")
    config["institutions"][0]["nap_times"] = ["12:00-14:00", "15:00-15:30"]
    other = copy.deepcopy(config["institutions"][0]["rooms"][0])
    own = {"mon": ["07:00-11:00", "13:00-18:00"], "sat": "08:00-12:00"}
    other.update(id="sun-other", cameras=[], opening_hours=own, nap_times=[])
    config["institutions"][0]["rooms"].append(other)
    usual, special = district_of(load_settings(write(tmp_path, config)), tmp_path).rooms
    assert usual.opening_hours == WeekHours(((Span(450, 1050),),) * 5 + ((), ()))
    assert usual.nap_times == (Span(720, 840), Span(900, 930))
    assert special.opening_hours is not None
    assert [len(day) for day in special.opening_hours.days] == [2, 0, 0, 0, 0, 1, 0]
    assert special.nap_times == ()


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
