"""The platform against sipp, which knows nothing of us."""

from __future__ import annotations

import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from monitor.streams.gb28181.sdp import Transport

from .conftest import DEVICE, DOMAIN, PASSWORD, PLATFORM, Rig, channel_id

SCENARIOS = Path(__file__).parent / "sipp"
pytestmark = pytest.mark.skipif(
    shutil.which("sipp") is None,
    reason="sipp is not installed: apt-get install sip-tester",
)
Play = Callable[[str], "subprocess.Popen[bytes]"]


@pytest.fixture(params=["u1", "t1"], ids=["udp", "tcp"])
def play(rig: Rig, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Play]:
    """Start sipp on a scenario; its port is the same each time, as a device's is."""
    rig.platform(Transport.UDP)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    fields = tmp_path / "fields.csv"
    secret = f"[authentication username={DEVICE} password={PASSWORD}]"
    fields.write_text(f"SEQUENTIAL\n{DEVICE};{PLATFORM};{DOMAIN};{secret}\n")
    with ExitStack() as stack:

        def start(scenario: str) -> subprocess.Popen[bytes]:
            command = ["sipp", f"127.0.0.1:{rig.station.platform.port}", "-m", "1", "-nostdin"]
            command += ["-sf", str(SCENARIOS / f"{scenario}.xml"), "-inf", str(fields)]
            command += ["-i", "127.0.0.1", "-p", str(port), "-t", request.param]
            command += ["-timeout", "15s", "-timeout_error"]
            process = subprocess.Popen(
                command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
            )
            stack.callback(process.communicate)
            stack.callback(process.kill)
            return process

        yield start


def finished(process: subprocess.Popen[bytes]) -> None:
    output, _ = process.communicate(timeout=20)
    assert process.returncode == 0, output.decode("utf-8", "replace")[-3000:]


def test_it_signs_in_and_gives_a_sign_of_life(play: Play, rig: Rig) -> None:
    finished(play("register"))
    assert rig.desk.devices()["devices"][0]["agent"] == ""


@pytest.mark.parametrize("play", ["u1"], indirect=True)
def test_it_tells_what_it_has(play: Play, rig: Rig) -> None:
    finished(play("register"))
    answering = play("catalogue")
    channels, complete = rig.desk.catalogue(DEVICE)
    finished(answering)
    assert complete
    assert [(item.id, item.name, item.online) for item in channels] == [
        (channel_id(1), "One", True),
        (channel_id(2), "Two", False),
    ]


@pytest.mark.parametrize("play", ["u1"], indirect=True)
def test_it_is_called_and_hung_up_on(play: Play, rig: Rig) -> None:
    finished(play("register"))
    answering = play("invite")
    session = rig.desk.play(DEVICE, channel_id(1), port=30000, transport=Transport.UDP)
    assert session.port == 15062
    session.close()
    finished(answering)
