"""``monitor inspect``: plan, checklists and the month's report from the command line."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

CONFIG = """\
version: 1
service: {data_dir: data}
district: {id: d, name: 区}
institutions:
  - {id: sun, name: 阳光, community: 梅园}
  - {id: moon, name: 月亮, community: 竹园}
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "district.yaml"
    path.write_text(CONFIG, "utf-8")
    return path


def test_a_month_is_proposed_filed_and_reported(
    monitor: Callable[..., Any], config: Path, tmp_path: Path
) -> None:
    assert monitor("db", "upgrade", "-c", config).code == 0
    now = datetime.now(UTC)
    month = f"{(now.replace(day=1) + timedelta(days=32)):%Y-%m}"
    made = monitor(
        "inspect", "generate", "-c", config, "--out", tmp_path / "lists", "--format", "json"
    )
    assert made.code == 0, made.err
    plan = ("inspect", "plan", "-c", config, "--month", month)
    proposed = json.loads(monitor(*plan, "--json").out)
    assert {row["state"] for row in proposed} == {"proposed"}
    filed = monitor(*plan, "--save", "--json")
    assert "2 visits planned" in filed.err
    rows = json.loads(filed.out)
    assert sorted(row["institution"] for row in rows) == ["moon", "sun"]
    assert {row["state"] for row in rows} == {"planned"}
    assert all(row["day"].startswith(month) for row in rows)
    assert "0 visits planned" in monitor(*plan, "--save").err
    report = monitor("inspect", "report", "-c", config, "--month", month)
    assert report.code == 0
    assert "0 of 2 inspected" in report.err
    over = monitor("inspect", "plan", "-c", config, "--month", "2020-01")
    assert over.code == 2
    assert "no working day" in over.out + over.err


def test_a_month_and_a_year_are_rolled_up(
    monitor: Callable[..., Any], config: Path, tmp_path: Path
) -> None:
    assert monitor("db", "upgrade", "-c", config).code == 0
    assert (
        monitor("inspect", "generate", "-c", config, "--out", tmp_path, "--format", "json").code
        == 0
    )
    rollup = ("inspect", "rollup", "-c", config, "--out", tmp_path / "reports")
    made = monitor(*rollup, "--format", "pdf,xlsx,json", "--json")
    assert made.code == 0, made.err
    files = [Path(row["file"]) for row in json.loads(made.out)]
    assert [path.suffix for path in files] == [".pdf", ".pdf", ".xlsx", ".xlsx", ".json"]
    for row, path in zip(json.loads(made.out), files, strict=True):
        assert path.stat().st_size == row["bytes"] > 0
        assert row["institutions"] == 2
    audit = monitor(*rollup, "--year", datetime.now(UTC).year, "--language", "zh", "--json")
    assert audit.code == 0, audit.err
    assert len(json.loads(audit.out)) == 2
    for wrong in (
        ("--month", "2026-01", "--year", "2026"),
        ("--language", "fr"),
        ("--format", "docx"),
        ("--month", "2999-01"),
    ):
        refused = monitor(*rollup, *wrong)
        assert refused.code == 2, wrong
        assert "Traceback" not in refused.err
