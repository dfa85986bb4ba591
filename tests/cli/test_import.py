from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from .conftest import Run

SAMPLE = Path(__file__).parents[2] / "configs" / "district.yaml"
HEAD = "Institution,Room,Room type,Camera,Main stream URL\n"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = Path(shutil.copy(SAMPLE, tmp_path / "district.yaml"))
    path.write_text(path.read_text("utf-8").replace("../var/district", "var"), "utf-8")
    return path


def test_a_dry_run_writes_nothing_and_an_import_is_done_once(
    monitor: Run, config: Path, tmp_path: Path
) -> None:
    sheet = tmp_path / "cameras.csv"
    sheet.write_text(f"{HEAD}Dawn,Hall,corridor,Gate,rtsp://10.1.2.3/live\n", "utf-8")
    before = config.read_bytes()
    dry = monitor("import", sheet, "-c", config, "--dry-run")
    assert (dry.code, config.read_bytes()) == (0, before)
    assert "would be changed" in dry.out
    done = json.loads(monitor("import", sheet, "-c", config, "--json").out)
    assert (done["written"], done["camera"]["added"]) == (True, 1)
    again = monitor("import", sheet, "-c", config)
    assert "nothing to change" in again.out
    assert monitor("check", "-c", config).code == 0
    monitor("db", "upgrade", "-c", config)
    sheet.write_text(f"{HEAD}Dawn,Hall,corridor,Yard,rtsp://10.1.2.4/live\n", "utf-8")
    then = config.read_bytes()
    assert monitor("import", sheet, "-c", config).code == 0
    assert config.read_bytes() != then
    assert monitor("config", "undo", "-c", config).code == 0
    assert config.read_bytes() == then


def test_mistakes_are_listed_and_nothing_is_written(
    monitor: Run, config: Path, tmp_path: Path
) -> None:
    sheet = tmp_path / "cameras.csv"
    sheet.write_text(f"{HEAD}Dawn,Hall,lounge,Gate,exec:id\n", "utf-8")
    before = config.read_bytes()
    outcome = monitor("import", sheet, "-c", config, "--json")
    assert (outcome.code, config.read_bytes()) == (2, before)
    found = {(item["row"], item["column"]["en"]) for item in json.loads(outcome.out)["problems"]}
    assert found == {(2, "Room type"), (2, "Main stream URL")}
    assert "Mistakes: 2" in monitor("import", sheet, "-c", config).out


def test_what_is_no_spreadsheet_is_said_in_words(
    monitor: Run, config: Path, tmp_path: Path
) -> None:
    sheet = tmp_path / "cameras.xlsx"
    sheet.write_bytes(b"PK\x03\x04 nonsense")
    assert monitor("import", sheet, "-c", config).code == 2
    assert monitor("import", tmp_path / "none.csv", "-c", config).code == 2
    assert monitor("import", sheet).code == 2


def test_the_template_is_written_once(monitor: Run, tmp_path: Path) -> None:
    path = tmp_path / "empty.xlsx"
    assert monitor("import", path, "--template").code == 0
    assert path.read_bytes().startswith(b"PK")
    assert monitor("import", path, "--template").code == 2
