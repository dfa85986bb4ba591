"""Every mistake of a user gives one clear message, exit code 2 and no traceback."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

GOOD = """\
version: 1
service: {data_dir: data}
district: {id: d, name: 区}
institutions:
  - id: sun
    name: 阳光
    rooms:
      - id: sun-room
        name: 托小班
        type: activity
        cameras:
          - id: sun-cam
            name: 东角
            url: file:clip.mp4?loop=1
            zones: [{id: mat, polygon: [[0, 0], [1, 0], [1, 1]]}]
sources: {folders: [.]}
"""


@pytest.fixture
def district(tmp_path: Path) -> Path:
    path = tmp_path / "district.yaml"
    path.write_text(GOOD, "utf-8")
    return path


def changed(path: Path, old: str, new: str) -> Path:
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    return path


def refused(outcome: Any, *parts: str) -> None:
    text = outcome.out + outcome.err
    assert outcome.code == 2, text
    assert "Traceback" not in text
    for part in parts:
        assert part in text, text


def test_a_sound_file_is_accepted(monitor: Any, district: Path) -> None:
    outcome = monitor("check", "-c", district)
    assert outcome.code == 0, outcome.err
    assert "Institutions: 1, rooms: 1, cameras: 1." in outcome.out


@pytest.mark.parametrize(
    ("old", "new", "parts"),
    [
        ("version: 1\n", "version: 1\n  x: [\n", ("district.yaml:2", "not valid YAML")),
        ("version: 1\n", "version: 1\ncolour: red\n", ("district.yaml:2", "unknown key 'colour'")),
        ("[1, 0]", "[1.5, 0]", ("district.yaml:15", "1.5 lies outside the picture")),
        (
            "type: activity",
            "type: washroom",
            ("district.yaml:11", "no camera may be in a washroom"),
        ),
        ("id: sun-cam", "id: sun-cam\n            id: other", ("district.yaml:13", "twice")),
        ("name: 阳光", "name: 阳光\n    phone: 1", ("district.yaml:7", "unknown key 'phone'")),
        ("type: activity", "type: moonbase", ("district.yaml:10",)),
        ("url: file:clip.mp4?loop=1", "url: file:clip.mp4?x=1", ("district.yaml:14", "x")),
    ],
)
def test_a_mistake_in_the_file(
    monitor: Any, district: Path, old: str, new: str, parts: tuple[str, ...]
) -> None:
    refused(monitor("check", "-c", changed(district, old, new)), *parts, "→")


def test_a_missing_configuration(monitor: Any, tmp_path: Path) -> None:
    refused(monitor("check", "-c", tmp_path / "none.yaml"), "none.yaml", "no such file")


def test_a_camera_that_cannot_be_read_is_named_with_its_reason(
    monitor: Any, district: Path
) -> None:
    outcome = monitor("check", "-c", district, "--connect", "--json")
    assert outcome.code == 1
    assert "sun-cam" in outcome.out
    assert "not readable" in outcome.out
    told = monitor("check", "-c", district, "--connect").out
    assert "first_picture_s" in told
    assert "sun-cam (main): " in told
    assert "…" not in told


@pytest.mark.parametrize("kind", ["missing", "text", "truncated"])
def test_analyze_refuses_what_is_not_a_video(
    monitor: Any, tmp_path: Path, clip: Path, kind: str
) -> None:
    video = tmp_path / "video.mp4"
    if kind == "text":
        video.write_text("this is no video")
    elif kind == "truncated":
        video.write_bytes(clip.read_bytes()[: clip.stat().st_size // 2])
    camera = tmp_path / "camera.yaml"
    camera.write_text("room: {type: activity}\n")
    refused(monitor("analyze", video, "-c", camera), "video.mp4")


def test_analyze_names_the_line_of_a_mistake_in_the_camera_file(
    monitor: Any, tmp_path: Path, clip: Path
) -> None:
    camera = tmp_path / "camera.yaml"
    camera.write_text(
        "room: {type: activity}\nzones:\n  - {id: a, polygon: [[0, 0], [2, 0], [1, 1]]}\n"
    )
    refused(monitor("analyze", clip, "-c", camera), "camera.yaml:3", "2 lies outside the picture")
    camera.write_text("rules:\n  unattended_child: {aftr: 5s}\n")
    refused(monitor("analyze", clip, "-c", camera), "camera.yaml:2", "aftr")


def test_the_database_must_have_its_schema(monitor: Any, district: Path) -> None:
    refused(monitor("user", "list", "-c", district), "monitor db upgrade")


def test_a_database_that_is_not_supported(monitor: Any, district: Path) -> None:
    bad = changed(district, "data_dir: data", "data_dir: data, database_url: mysql://h/x")
    refused(monitor("db", "upgrade", "-c", bad), "mysql", "SQLite or PostgreSQL")


def test_a_month_that_is_none(monitor: Any, district: Path) -> None:
    refused(
        monitor("inspect", "generate", "-c", district, "--month", "2026-13"), "2026-13", "month"
    )
    refused(monitor("inspect", "generate", "-c", district, "--month", "2999-01"), "2999-01")


def test_a_format_that_is_none(monitor: Any, district: Path) -> None:
    refused(monitor("inspect", "generate", "-c", district, "--format", "docx"), "docx", "pdf")


def test_an_option_that_does_not_exist(monitor: Any) -> None:
    refused(monitor("check", "--colour", "red"), "--colour")


def test_a_model_that_is_not_in_the_manifest(monitor: Any) -> None:
    refused(monitor("models", "fetch", "yolo-moon"), "yolo-moon")


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("--role", "institution"), "--institution"),
        (("--institution", "moon"), "moon"),
        (("--institution", "sun", "--community", "x"), "not both"),
        (("--language", "fr"), "zh or en"),
    ],
)
def test_user_add_explains_what_is_wrong(
    monitor: Any, district: Path, arguments: tuple[str, ...], part: str
) -> None:
    assert monitor("db", "upgrade", "-c", district).code == 0
    refused(monitor("user", "add", "wang", "-c", district, *arguments), part)


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        ((), ("which camera?", "--video FILE")),
        (("sun-cam",), ("no configuration file", "-c FILE")),
        (("moon-cam", "-c", "{district}"), ("no camera 'moon-cam'", "sun-cam")),
        (("sun-cam", "-c", "{district}"), ("clip.mp4",)),
        (("sun-cam", "--video", "{clip}"), ("not both",)),
        (("--video", "{folder}/none.mp4"), ("none.mp4",)),
        (("--video", "{clip}", "--person-height", "17"), ("--person-height",)),
        (("--video", "{clip}", "--points", "{folder}/none.yaml"), ("none.yaml", "no such file")),
        (("--video", "{clip}", "--points", "{points}"), ("names no points", "calibrate.md")),
        (("--video", "{clip}", "--points", "{points}", "--height-m", "2"), ("give it alone",)),
        (("--video", "{clip}", "--model", "yolo-moon"), ("yolo-moon",)),
    ],
)
def test_calibrate_explains_what_is_wrong(
    monitor: Any,
    district: Path,
    clip: Path,
    tmp_path: Path,
    arguments: tuple[str, ...],
    parts: tuple[str, ...],
) -> None:
    points = tmp_path / "points.yaml"
    points.write_text("room: {type: activity}\n")
    names = {"district": district, "clip": clip, "folder": tmp_path, "points": points}
    refused(monitor("calibrate", *(part.format(**names) for part in arguments)), *parts)


def test_a_database_that_cannot_be_reached(monitor: Any, district: Path) -> None:
    url = "postgresql+psycopg://kanhu:SECRET@127.0.0.1:1/kanhu"
    away = changed(district, "data_dir: data", f'data_dir: data, database_url: "{url}"')
    for command in (("db", "upgrade"), ("user", "list"), ("run",), ("inspect", "plan")):
        outcome = monitor(*command, "-c", away)
        refused(outcome, "service.database_url", "cannot be used", "refused", "→")
        assert "SECRET" not in outcome.out + outcome.err


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("nonsense", "cannot be understood"),
        ("mysql://h/x", "SQLite or PostgreSQL"),
        ("postgresql+asyncpg://h/x", "no database driver 'postgresql+asyncpg'"),
        ("postgresql+moon://h/x", "no database driver 'postgresql+moon'"),
    ],
)
def test_check_knows_a_database_that_cannot_be_meant(
    monitor: Any, district: Path, url: str, said: str
) -> None:
    bad = changed(district, "data_dir: data", f'data_dir: data, database_url: "{url}"')
    refused(monitor("check", "-c", bad), "district.yaml:2: service.database_url", said)


def test_run_and_check_refuse_a_model_that_is_not_in_the_manifest(
    monitor: Any, district: Path
) -> None:
    bad = changed(district, "version: 1\n", "version: 1\nmodel: {name: yolo-moon}\n")
    refused(monitor("run", "-c", bad), "yolo-moon", "known models")
    refused(monitor("check", "-c", bad), "yolo-moon", "known models")
    found = monitor("doctor", "-c", bad)
    assert found.code == 1
    assert "yolo-moon" in found.out


def test_doctor_names_the_place_of_a_mistake(monitor: Any, district: Path) -> None:
    found = monitor("doctor", "-c", changed(district, "id: sun\n", "id: sun\n    x: 1\n"))
    assert found.code == 1
    assert "district.yaml:6" in found.out


def test_analyze_refuses_a_camera_where_none_may_be(
    monitor: Any, tmp_path: Path, clip: Path
) -> None:
    camera = tmp_path / "camera.yaml"
    camera.write_text("room: {type: washroom}\n")
    refused(
        monitor("analyze", clip, "-c", camera), "camera.yaml:1", "no camera may be in a washroom"
    )


def test_analyze_refuses_a_folder(monitor: Any, tmp_path: Path) -> None:
    camera = tmp_path / "camera.yaml"
    camera.write_text("room: {type: activity}\n")
    refused(monitor("analyze", tmp_path, "-c", camera), "not a video")


@pytest.mark.parametrize("option", ["--events", "--video"])
def test_analyze_names_a_file_that_cannot_be_written(
    monitor: Any, tmp_path: Path, clip: Path, option: str
) -> None:
    camera = tmp_path / "camera.yaml"
    camera.write_text("room: {type: activity}\n")
    target = tmp_path / "none" / "out"
    outcome = monitor("analyze", clip, "-c", camera, option, target)
    refused(outcome, str(target), "cannot be written")


def test_a_folder_of_the_demo_that_is_a_file(monitor: Any, clip: Path) -> None:
    refused(monitor("demo", "--data", clip), str(clip), "cannot be written", "--data")


def test_bytes_that_are_no_text(monitor: Any, district: Path) -> None:
    district.write_bytes(b"version: 1\n\x00\x01")
    outcome = monitor("check", "-c", district)
    refused(outcome, "not valid YAML", "plain UTF-8 text")
    assert len(outcome.err.strip().splitlines()) == 2


def test_a_community_that_is_none(monitor: Any, district: Path) -> None:
    monitor("db", "upgrade", "-c", district)
    outcome = monitor("user", "add", "li", "-c", district, "--community", "x")
    refused(outcome, "--community", "there is no community 'x'")
