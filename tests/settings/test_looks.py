"""How closely a camera's pictures are looked at, from the file to the domain."""

from __future__ import annotations

from pathlib import Path

import pytest

from monitor.domain.errors import ConfigError
from monitor.domain.places import Camera, Tiles
from monitor.settings import load_settings
from monitor.settings.camera_file import load_camera_file
from monitor.settings.district import district_of

TEXT = """\
version: 1
model: {{precision: int8}}
district: {{id: d, name: 区}}
sources: {{folders: [.]}}
institutions:
  - id: sun
    name: 阳光
    rooms:
      - id: sun-room
        name: 托小班
        type: activity
        cameras:
          - {{id: sun-cam, name: 东角, url: "file:clip.mp4"{more}}}
"""


def camera(folder: Path, more: str) -> Camera:
    path = folder / "district.yaml"
    path.write_text(TEXT.format(more=more), "utf-8")
    settings = load_settings(path)
    assert settings.model.precision == "int8"
    [found] = district_of(settings, folder).cameras
    return found


def test_a_camera_may_ask_for_a_size_and_for_tiles(tmp_path: Path) -> None:
    plain = camera(tmp_path, "")
    assert (plain.input_size, plain.tiles) == (None, None)
    more = ", input: {width: 960, height: 544}, tiles: {columns: 3, overlap: 0.3}"
    asked = camera(tmp_path, more)
    assert (asked.input_size, asked.tiles) == ((960, 544), Tiles(3, 1, 0.3))


@pytest.mark.parametrize(
    "more",
    [
        ", input: {width: 950, height: 544}",
        ", input: {width: 960}",
        ", tiles: {columns: 0}",
        ", tiles: {overlap: 0.6}",
    ],
)
def test_what_no_model_can_look_at_is_refused(more: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        camera(tmp_path, more)


def test_the_camera_file_of_analyze_may_ask_too(tmp_path: Path) -> None:
    path = tmp_path / "camera.yaml"
    path.write_text("input: {width: 640, height: 640}\ntiles: {rows: 2}\n", "utf-8")
    found = load_camera_file(path).camera_of("clip", tmp_path / "clip.mp4", 1280, 720)
    assert (found.input_size, found.tiles) == ((640, 640), Tiles(2, 2, 0.2))
