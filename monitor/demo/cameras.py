"""The demo's simulated cameras as a process: recordings served over real RTSP."""

from __future__ import annotations

import signal
import threading
from pathlib import Path

import structlog

from monitor.demo.camera_simulator import CameraSimulator
from monitor.runtime.logs import configure_logs

log = structlog.get_logger(__name__)


def run_cameras(recordings: dict[str, Path], port: int, log_file: Path | None) -> None:
    """Serve each recording as ``rtsp://127.0.0.1:port/NAME`` until SIGTERM."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    configure_logs(log_file)
    with CameraSimulator(port) as simulator:
        for name, recording in recordings.items():
            simulator.add(name, recording)
        log.info("simulated_cameras", port=simulator.port, cameras=len(recordings))
        stop.wait()
