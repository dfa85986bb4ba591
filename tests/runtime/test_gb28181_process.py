from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest
import yaml

from monitor.streams.gb28181.desk_client import DeskClient

DEVICE = "31010600001180000001"
RUN = "import sys; from pathlib import Path; from monitor.runtime.gb28181_process import *; "
RUN += "run_platform(Path(sys.argv[1]), None)"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port = probe.getsockname()[1]
    devices = [{"id": DEVICE, "password": "correct-horse"}]
    part = {"id": "31010600002000000001", "host": "127.0.0.1", "port": port, "devices": devices}
    value = {
        "version": 1,
        "service": {"data_dir": "data"},
        "gb28181": part,
        "district": {"id": "d", "name": "区"},
    }
    path = tmp_path / "district.yaml"
    path.write_text(yaml.safe_dump(value, allow_unicode=True), "utf-8")
    return path


def test_it_serves_until_it_is_told_to_stop(config: Path) -> None:
    desk = config.parent / "data" / "gb28181.json"
    process = subprocess.Popen([sys.executable, "-c", RUN, str(config)], stderr=subprocess.PIPE)
    try:
        deadline = time.monotonic() + 60
        while not desk.exists():
            assert process.poll() is None
            assert time.monotonic() < deadline
            time.sleep(0.05)
        (device,) = DeskClient(desk).devices()["devices"]
        assert (device["id"], device["state"]) == (DEVICE, "absent")
    finally:
        process.send_signal(signal.SIGTERM)
        _, log = process.communicate(timeout=30)
    assert process.returncode == 0
    assert b"gb28181_platform" in log
    assert not desk.exists()
