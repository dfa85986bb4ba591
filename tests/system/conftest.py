"""A small district, run for real: RTSP cameras, PostgreSQL, every process of the service."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from playwright.sync_api import Browser, sync_playwright

from monitor.demo.camera_simulator import CameraSimulator
from monitor.demo.footage.composer import render
from monitor.demo.footage.truth import truth
from monitor.demo.scenes import SCENES
from monitor.domain.hours import WEEKDAYS

PASSWORD = "a fine long password"
_BROWSER_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def wait_for(condition: Callable[[], Any], seconds: float, what: str) -> Any:
    """Return what ``condition`` gives once it is true; a busy machine gets its time."""
    deadline = time.monotonic() + seconds
    while not (result := condition()):
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s in vain for {what}"
        time.sleep(0.2)
    return result


@pytest.fixture(name="wait_for", scope="session")
def _wait_for() -> Callable[[Callable[[], Any], float, str], Any]:
    return wait_for


@dataclass(slots=True)
class Service:
    """A running service: ``monitor run`` in a process of its own."""

    config: Path
    address: str
    log: Path
    process: subprocess.Popen[bytes]

    @classmethod
    def start(cls, config: Path, address: str) -> Service:
        log = config.with_suffix(".log")
        with log.open("ab") as output:
            process = subprocess.Popen(
                [sys.executable, "-m", "monitor", "run", "-c", str(config)],
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        service = cls(config, address, log, process)
        try:
            wait_for(service.healthy, 120, "the service to answer")
        except AssertionError:
            service.stop()
            raise AssertionError(log.read_text("utf-8", "replace")[-4000:]) from None
        return service

    def healthy(self) -> bool:
        assert self.process.poll() is None, self.log.read_text("utf-8", "replace")[-4000:]
        try:
            return httpx.get(f"{self.address}/healthz", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def stop(self) -> int:
        """Stop it as Ctrl-C would, and return its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            try:
                self.process.wait(30)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        return self.process.returncode

    def monitor(self, *arguments: str, given: str = "") -> str:
        """Run a command on the same configuration and return what it prints."""
        done = subprocess.run(
            [sys.executable, "-m", "monitor", *arguments, "-c", str(self.config)],
            input=given,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a demo scene, cut to what a test needs."""

    scene: str
    before: float
    length: float


PARTS = {
    "left-alone": Part("sunshine-toddler", 4.0, 36.0),
    "too-many": Part("maple-playroom", 3.0, 26.0),
}


@pytest.fixture(scope="session")
def footage(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Render the stretches of the demo's scenes around their events."""
    folder = tmp_path_factory.mktemp("footage")
    files = {}
    for name, part in PARTS.items():
        scene = SCENES[part.scene]
        onset = truth(scene).expected[0].onset
        files[name] = folder / f"{name}.mp4"
        render(scene, files[name], part.length, start=onset - part.before)
    return files


@pytest.fixture(scope="session")
def cameras(footage: dict[str, Path]) -> Iterator[CameraSimulator]:
    """Serve the footage over real RTSP."""
    with CameraSimulator() as simulator:
        for name, path in footage.items():
            simulator.add(name, path)
        yield simulator


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port


def configuration(cameras: CameraSimulator, port: int, database_url: str | None) -> dict[str, Any]:
    """Return a district of one institution with two rooms, watched impatiently."""
    optics = {part: SCENES[PARTS[part].scene].optics for part in PARTS}

    def camera(name: str) -> dict[str, Any]:
        view = optics[name]
        return {
            "id": name,
            "name": {"zh": "东角", "en": "East corner"},
            "url": cameras.url(name),
            "analysis_fps": 4,
            "calibration": {
                "height_m": view.height_m,
                "pitch_deg": view.pitch_deg,
                "focal_px": view.focal_px,
                "width_px": view.width,
                "height_px": view.height,
            },
        }

    return {
        "version": 1,
        "demo": True,
        "service": {
            "port": port,
            "data_dir": "data",
            "language": "en",
            **({} if database_url is None else {"database_url": database_url}),
        },
        "evidence": {"before": "3s", "after": "2s"},
        "rules": {
            "unattended_child": {"after": "5s", "clear_after": "2s"},
            "crowding": {"after": "4s", "clear_after": "2s"},
            "headcount_mismatch": {"after": "4s", "clear_after": "2s"},
        },
        "sources": {"networks": ["127.0.0.0/8"]},
        "district": {"id": "test", "name": {"zh": "测试区", "en": "Test District"}},
        "institutions": [
            {
                "id": "sunshine",
                "name": {"zh": "阳光托育园", "en": "Sunshine Nursery"},
                "community": "梅园街道",
                "opening_hours": dict.fromkeys(WEEKDAYS, "00:00-24:00"),
                "rooms": [
                    {
                        "id": "toddlers",
                        "name": {"zh": "托小班", "en": "Toddler room"},
                        "type": "activity",
                        "class": "toddler",
                        "capacity": 15,
                        "rules": {"crowding": {"enabled": False}},
                        "cameras": [camera("left-alone")],
                    },
                    {
                        "id": "playroom",
                        "name": {"zh": "活动室", "en": "Playroom"},
                        "type": "activity",
                        "person_capacity": 8,
                        "rules": {"unattended_child": {"enabled": False}},
                        "cameras": [camera("too-many")],
                    },
                ],
            }
        ],
    }


@pytest.fixture(scope="module")
def service(
    tmp_path_factory: pytest.TempPathFactory, cameras: CameraSimulator, postgres: Any
) -> Iterator[Service]:
    """Run the district on PostgreSQL, with one operator entered."""
    port = free_port()
    folder = tmp_path_factory.mktemp("district")
    config = folder / "district.yaml"
    value = configuration(cameras, port, postgres.create())
    inbox = {"id": "inbox", "url": f"json://127.0.0.1:{port}/demo/inbox/nobody"}
    value["notify"] = {"channels": [inbox]}
    config.write_text(yaml.safe_dump(value, allow_unicode=True), "utf-8")
    running = Service.start(config, f"http://127.0.0.1:{port}")
    try:
        running.monitor(
            *("user", "add", "wang", "--role", "admin", "--name", "Wang", "--language", "en"),
            "--password-stdin",
            given=f"{PASSWORD}\n",
        )
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="module")
def browser(program: str) -> Iterator[Browser]:
    """Start the Chromium of this machine, once a module: one driver at a time."""
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=program, args=list(_BROWSER_OPTIONS))
        yield opened
        opened.close()
