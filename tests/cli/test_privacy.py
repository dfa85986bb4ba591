"""``monitor privacy``: saying what is due, and erasing it."""

from __future__ import annotations

import json
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.domain.access import DISTRICT
from monitor.domain.alerts import SYSTEM
from monitor.runtime.environment import Environment
from monitor.store.handovers import HandoverRepository
from tests.cli.test_audit import CONFIG


@pytest.fixture
def config(monitor: Any, tmp_path: Path) -> Path:
    """Return a configuration whose database holds an old hand-over."""
    path = tmp_path / "district.yaml"
    path.write_text(CONFIG, "utf-8")
    assert monitor("db", "upgrade", "-c", path).code == 0
    database = Environment.load(path).database()
    long_ago = datetime.now(UTC) - timedelta(days=400)
    HandoverRepository(database).write(DISTRICT, "a note", SYSTEM, long_ago)
    database.close()
    return path


def due(monitor: Any, config: Path) -> dict[str, Any]:
    outcome = monitor("privacy", "due", "-c", config, "--json")
    assert outcome.code == 0
    return {one["kind"]: one["due"] for one in json.loads(outcome.out)}


def test_what_is_due_is_said_and_erased_only_when_told(monitor: Any, config: Path) -> None:
    assert due(monitor, config)["handovers"] == 1
    assert due(monitor, config)["handovers"] == 1
    assert "recordings" in monitor("privacy", "due", "-c", config).out
    outcome = monitor("privacy", "run", "-c", config, "--json")
    assert outcome.code == 0
    erased = {one["kind"]: one["erased"] for one in json.loads(outcome.out)}
    assert erased["handovers"] == 1
    assert due(monitor, config)["handovers"] == 0


def test_times_below_what_the_law_demands_are_refused(monitor: Any, tmp_path: Path) -> None:
    path = tmp_path / "district.yaml"
    path.write_text(f"{CONFIG}privacy: {{keep: {{addresses: 30d}}}}\n", "utf-8")
    outcome = monitor("check", "-c", path)
    assert outcome.code == 2
    assert "addresses" in outcome.err + outcome.out


def test_the_auditors_year_is_written_once(monitor: Any, config: Path, tmp_path: Path) -> None:
    out, year = tmp_path / "audit.zip", datetime.now(UTC).year
    arguments = ("privacy", "export", "--year", year, "-o", out, "-c", config)
    outcome = monitor(*arguments, "--json")
    assert outcome.code == 0
    assert json.loads(outcome.out)["broken"] == []
    assert zipfile.is_zipfile(out)
    again = monitor(*arguments)
    assert again.code == 2
    assert "there already" in again.err
    missing = monitor("privacy", "export", "--year", year + 1, "-o", f"{out}.x", "-c", config)
    assert missing.code == 2
    assert not Path(f"{out}.x").exists()
