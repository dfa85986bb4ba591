"""The configuration out and in again, byte for byte; its history; the way back."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from monitor.store import migrate
from monitor.store.base import Database

from .conftest import Run

SAMPLE = Path(__file__).parents[2] / "configs" / "district.yaml"
URL = "rtsp://viewer:hunter2@camera-host.example/stream1"


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return an empty database with today's schema, made once."""
    path = tmp_path_factory.mktemp("founded") / "kanhu.db"
    database = Database(f"sqlite:///{path}")
    migrate.upgrade(database, lambda _message: None)
    with database.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    return path


@pytest.fixture
def config(tmp_path: Path, founded: Path) -> Path:
    path = Path(shutil.copy(SAMPLE, tmp_path / "district.yaml"))
    text = path.read_text("utf-8").replace("../var/district", "var")
    path.write_text(text.replace("rtsp://camera-host.example/stream1", URL), "utf-8")
    (tmp_path / "var").mkdir()
    shutil.copy(founded, tmp_path / "var" / "kanhu.db")
    return path


def versions(monitor: Run, config: Path) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(
        monitor("config", "history", "-c", config, "--json").out
    )
    return found


@pytest.mark.parametrize("secrets", [[], ["--with-secrets"]])
def test_out_in_and_out_again_is_the_same_byte_for_byte(
    monitor: Run, config: Path, tmp_path: Path, secrets: list[str]
) -> None:
    one, two = tmp_path / "one.yaml", tmp_path / "two.yaml"
    assert monitor("config", "export", one, "-c", config, *secrets).code == 0
    before = config.read_bytes()
    outcome = monitor("config", "import", one, "-c", config)
    assert (outcome.code, outcome.out.strip()) == (0, "nothing to change")
    monitor("config", "export", two, "-c", config, *secrets)
    assert one.read_bytes() == two.read_bytes()
    assert config.read_bytes() == before
    assert ("hunter2" in one.read_text("utf-8")) is bool(secrets)


def test_what_is_imported_is_shown_kept_and_can_be_undone(
    monitor: Run, config: Path, tmp_path: Path
) -> None:
    monitor("config", "export", tmp_path / "new.yaml", "-c", config)
    new = tmp_path / "new.yaml"
    new.write_text(new.read_text("utf-8").replace("capacity: 15 ", "capacity: 12 "), "utf-8")
    before = config.read_bytes()
    checked = monitor("config", "import", new, "-c", config, "--check")
    assert checked.code == 0
    assert "+        capacity: 12" in checked.out
    assert config.read_bytes() == before
    done = monitor("config", "import", new, "-c", config, "--reason", "smaller class")
    assert "saved as version 2" in done.out
    assert "hunter2" in config.read_text("utf-8")
    assert "hunter2" not in checked.out + done.out
    again = monitor("config", "import", new, "-c", config)
    assert "nothing to change" in again.out
    config.write_text(config.read_text("utf-8").replace("capacity: 12 ", "capacity: 11 "), "utf-8")
    kinds = [(item["version"], item["kind"], item["reason"]) for item in versions(monitor, config)]
    assert kinds == [(3, "disk", ""), (2, "import", "smaller class"), (1, "disk", "")]
    undone = monitor("config", "undo", "-c", config)
    assert "saved as version 4" in undone.out
    assert "capacity: 12 " in config.read_text("utf-8")
    assert versions(monitor, config)[0]["restores"] == 2
    assert "-        capacity: 11" in monitor("config", "history", 4, "-c", config).out
    monitor("config", "undo", 1, "-c", config)  # what was there before the service ever started
    assert config.read_bytes() == before
    assert monitor("config", "history", "--verify", "-c", config).code == 0


def test_what_would_not_load_is_never_written(monitor: Run, config: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.yaml"
    new.write_text(config.read_text("utf-8").replace("type: entrance", "type: washroom"), "utf-8")
    before = config.read_bytes()
    outcome = monitor("config", "import", new, "-c", config)
    assert (outcome.code, config.read_bytes()) == (2, before)
    assert "no camera may be in a washroom" in outcome.err
    assert "institutions[0].rooms[2].cameras" in outcome.err
    assert [item["kind"] for item in versions(monitor, config)] == ["disk"]


def test_a_file_with_mistakes_can_be_replaced(monitor: Run, config: Path, tmp_path: Path) -> None:
    sound = tmp_path / "sound.yaml"
    monitor("config", "export", sound, "-c", config, "--with-secrets")
    config.write_text("version: 1\nnonsense\n", "utf-8")
    assert monitor("config", "history", "-c", config).code == 2
    assert monitor("config", "import", sound, "-c", config).code == 0
    assert config.read_bytes() == sound.read_bytes()
    sound.write_text(sound.read_text("utf-8").replace("capacity: 15 ", "capacity: 14 "), "utf-8")
    assert monitor("config", "import", sound, "-c", config).code == 0
    config.write_text("version: 1\nnonsense\n", "utf-8")
    assert monitor("config", "undo", 2, "-c", config).code == 0
    assert config.read_bytes() == sound.read_bytes()


def test_versions_that_are_not_there_are_named(monitor: Run, config: Path) -> None:
    assert monitor("config", "undo", "-c", config).code == 2
    assert monitor("config", "undo", 7, "-c", config).code == 2
    assert monitor("config", "history", 7, "-c", config).code == 2
    assert monitor("config", "export", "--version", 7, "-c", config).code == 2
