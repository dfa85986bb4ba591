from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import yaml

from monitor.demo.gb28181.footage import load_footage
from monitor.demo.gb28181.nvr import SimulatedNvr
from monitor.demo.gb28181.plan import NvrPlan, SimulatedChannel

from .conftest import Run

PLATFORM, DEVICE = "31010600002000000001", "31010600001180000001"
CHANNEL = "31010600001320000001"
PASSWORD = "correct-horse"  # not a secret: only a simulated recorder knows it


@pytest.fixture
def port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        found: int = probe.getsockname()[1]
        return found


@pytest.fixture
def config(tmp_path: Path, port: int) -> Path:
    value = {
        "version": 1,
        "service": {"data_dir": "data"},
        "gb28181": {
            "id": PLATFORM,
            "host": "127.0.0.1",
            "port": port,
            "devices": [{"id": DEVICE, "password": PASSWORD}],
        },
        "district": {"id": "d", "name": "区"},
        "institutions": [],
    }
    path = tmp_path / "district.yaml"
    path.write_text(yaml.safe_dump(value, allow_unicode=True), "utf-8")
    return path


@pytest.fixture
def nvr(port: int, clip: Path) -> Iterator[SimulatedNvr]:
    channel = SimulatedChannel(CHANNEL, "托小班", load_footage(clip))
    plan = NvrPlan(
        DEVICE, PASSWORD, PLATFORM, PLATFORM[:10], ("127.0.0.1", port), (channel,), keepalive=1
    )
    with SimulatedNvr(plan) as running:
        yield running


def test_devices_are_listed_with_the_urls_to_write(
    monitor: Run, config: Path, nvr: SimulatedNvr
) -> None:
    outcome = monitor("discover", "--gb28181", "-c", config, "--wait", 10)
    assert outcome.code == 0
    assert f"{DEVICE}  online  127.0.0.1:" in outcome.out
    assert f"  gb28181://{DEVICE}/{CHANNEL}  托小班  online" in outcome.out
    assert PASSWORD not in outcome.out


def test_as_json(monitor: Run, config: Path, nvr: SimulatedNvr) -> None:
    outcome = monitor("discover", "--gb28181", "-c", config, "--json")
    (device,) = json.loads(outcome.out)["devices"]
    assert (device["state"], device["complete"]) == ("online", True)
    assert device["channels"][0]["id"] == CHANNEL


def test_a_device_that_does_not_come_is_a_failure(monitor: Run, config: Path) -> None:
    outcome = monitor("discover", "--gb28181", "-c", config, "--wait", 0)
    assert outcome.code == 1
    assert f"{DEVICE}  absent" in outcome.out


def test_without_a_platform_or_a_question(monitor: Run, config: Path) -> None:
    assert monitor("discover", "-c", config).code == 2
    value = yaml.safe_load(config.read_text("utf-8"))
    del value["gb28181"]
    config.write_text(yaml.safe_dump(value), "utf-8")
    outcome = monitor("discover", "--gb28181", "-c", config)
    assert outcome.code == 2
    assert "there is no gb28181 section" in outcome.err


def test_a_taken_port_is_said(monitor: Run, config: Path, port: int) -> None:
    with closing(socket.create_server(("127.0.0.1", port))):
        outcome = monitor("discover", "--gb28181", "-c", config)
    assert outcome.code == 2
    assert f"cannot listen on 127.0.0.1:{port}" in outcome.err
