"""A platform and simulated recorders, all on real sockets of the loopback interface."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

import pytest

from monitor.demo.gb28181.footage import Footage, load_footage
from monitor.demo.gb28181.nvr import SimulatedNvr
from monitor.demo.gb28181.plan import NvrPlan, Quirks, SimulatedChannel
from monitor.domain.text import Text
from monitor.streams.gb28181.desk import DESK_FILE
from monitor.streams.gb28181.desk_client import DeskClient
from monitor.streams.gb28181.manscdp import Interval
from monitor.streams.gb28181.plan import DevicePlan, PlatformPlan
from monitor.streams.gb28181.queries import Patience
from monitor.streams.gb28181.sdp import Transport
from monitor.streams.gb28181.source import Gb28181Source
from monitor.streams.gb28181.station import Station

PLATFORM = "31010600002000000001"
DOMAIN = "3101060000"
DEVICE = "31010600001180000001"
PASSWORD = "correct-horse"  # not a secret: only simulated recorders know it
SHANGHAI = ZoneInfo("Asia/Shanghai")
MIDNIGHT = datetime(2026, 11, 2, tzinfo=SHANGHAI)
IMPATIENT = Patience(answer=1.5, first=1.0, pause=0.4, invite=1.2)


def channel_id(number: int) -> str:
    return f"3101060000132{number:07d}"


class Rig:
    """A running platform; recorders are added to it."""

    def __init__(self, folder: Path, footage: Footage, smaller: Footage) -> None:
        self.folder = folder
        self.footage, self.smaller = footage, smaller
        self.text = Text("东角", "East corner")
        self.desk = DeskClient(folder / DESK_FILE)
        self.stack = ExitStack()
        self.station: Station

    def platform(
        self, transport: Transport = Transport.UDP, *, port: int = 0, **changes: object
    ) -> Station:
        device = DevicePlan(DEVICE, PASSWORD, transport)
        plan = PlatformPlan(
            id=PLATFORM,
            domain=DOMAIN,
            host="127.0.0.1",
            port=port,
            devices=(device,),
            media_ports=(30000, 32999),
            zone=SHANGHAI,
            **changes,  # type: ignore[arg-type]
        )
        self.station = Station(plan, self.folder, patience=IMPATIENT)
        self.station.start()
        return self.station

    def nvr(
        self,
        quirks: Quirks | None = None,
        *,
        channels: int = 3,
        password: str = PASSWORD,
        username: str = "",
        tcp: bool = False,
        keepalive: float = 20.0,
        footage: Footage | None = None,
        device: str = DEVICE,
    ) -> SimulatedNvr:
        hour = timedelta(hours=1)
        recorded = (
            Interval(MIDNIGHT, MIDNIGHT + 6 * hour),
            Interval(MIDNIGHT + 6 * hour, MIDNIGHT + 10 * hour),
            Interval(MIDNIGHT + 11 * hour, MIDNIGHT + 36 * hour),
        )
        plan = NvrPlan(
            id=device,
            password=password,
            username=username,
            platform_id=PLATFORM,
            domain=DOMAIN,
            platform=("127.0.0.1", self.station.platform.port),
            tcp=tcp,
            keepalive=keepalive,
            zone=SHANGHAI,
            channels=tuple(
                SimulatedChannel(
                    channel_id(number),
                    f"活动室{number}",
                    footage or self.footage,
                    self.smaller,
                    recorded,
                    online=number != 2,
                )
                for number in range(1, channels + 1)
            ),
        )
        return self.stack.enter_context(SimulatedNvr(plan, quirks))

    def throw(self, datagram: bytes, source: Gb28181Source) -> None:
        """Send ``datagram`` twenty times to a source's port, from a host it does not know."""
        port = source.port
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            stranger.bind(("127.0.0.9", 0))
            for _ in range(20):
                stranger.sendto(datagram, ("127.0.0.1", port))

    def url(self, number: int = 1, options: str = "") -> str:
        via = f"via={self.folder / DESK_FILE}"
        return f"gb28181://{DEVICE}/{channel_id(number)}?{options}{'&' if options else ''}{via}"


class MakeFootage(Protocol):
    def __call__(self, name: str, **options: object) -> Footage: ...


@pytest.fixture(scope="session")
def make_footage(make_video: Callable[..., Path]) -> MakeFootage:
    def make(name: str, **options: object) -> Footage:
        return load_footage(make_video(name, **options))

    return make


@pytest.fixture(scope="session")
def wire_footage(wire_video: Path) -> Footage:
    return load_footage(wire_video)


@pytest.fixture(scope="session")
def small_footage(make_footage: MakeFootage) -> Footage:
    return make_footage("small.mp4", seconds=1, fps=50, size=(96, 60))


@pytest.fixture
def rig(tmp_path: Path, wire_footage: Footage, small_footage: Footage) -> Iterator[Rig]:
    rig = Rig(tmp_path, wire_footage, small_footage)
    yield rig
    try:
        rig.stack.close()
    finally:
        rig.station.stop()


@pytest.fixture
def online(rig: Rig, eventually: Callable[[Callable[[], bool]], None]) -> Callable[[], None]:
    """Wait until the recorder has signed in."""

    def wait() -> None:
        eventually(lambda: rig.desk.devices()["devices"][0]["state"] == "online")

    return wait
