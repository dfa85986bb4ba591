"""Which GB/T 28181 devices are signed in, and what they have."""

from __future__ import annotations

import time
from dataclasses import asdict, dataclass, field
from typing import Any

from monitor.domain.clock import to_datetime
from monitor.runtime.environment import Environment
from monitor.runtime.gb28181_process import station
from monitor.streams.failures import Reason, StreamError
from monitor.streams.gb28181.desk import DESK_FILE
from monitor.streams.gb28181.desk_client import DeskClient
from monitor.streams.gb28181.manscdp import Channel

_LOOK_EVERY = 0.2  # seconds


@dataclass(frozen=True, slots=True)
class DeviceReport:
    """One listed device; ``facts`` are its address, edition and the like.

    ``complete`` is whether the catalogue is whole; ``fault`` says why there is none.
    """

    id: str
    state: str
    facts: dict[str, Any]
    channels: tuple[Channel, ...] = ()
    complete: bool = False
    fault: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Return the report as JSON has it."""
        return {
            "id": self.id,
            "state": self.state,
            **self.facts,
            "complete": self.complete,
            "fault": self.fault,
            "channels": [asdict(channel) for channel in self.channels],
        }


@dataclass(frozen=True, slots=True)
class Discovery:
    """All listed devices, and the ``strangers`` that were turned away lately."""

    devices: tuple[DeviceReport, ...]
    strangers: tuple[dict[str, Any], ...] = field(default=())

    def as_dict(self) -> dict[str, Any]:
        """Return everything as JSON has it."""
        return {
            "devices": [device.as_dict() for device in self.devices],
            "strangers": list(self.strangers),
        }


def discover_devices(environment: Environment, wait: float) -> Discovery:
    """Ask every device that is signed in for its catalogue.

    The running service is asked. If none runs, the platform is opened for up to ``wait`` seconds,
    until every listed device has signed in.

    Raises:
        ConfigError: there is no ``gb28181`` section, or its port cannot be used.
    """
    starting = station(environment)  # complains about a missing section, running or not
    desk = DeskClient(environment.data / DESK_FILE)
    try:
        desk.devices()
    except StreamError as error:
        if error.reason is not Reason.NO_PLATFORM:
            raise
        with starting:
            _wait_for_all(desk, wait)
            return _look(desk)
    return _look(desk)


def _wait_for_all(desk: DeskClient, wait: float) -> None:
    deadline = time.monotonic() + wait
    while time.monotonic() < deadline:
        if all(device["state"] == "online" for device in desk.devices()["devices"]):
            return
        time.sleep(_LOOK_EVERY)


def _look(desk: DeskClient) -> Discovery:
    found = desk.devices()
    return Discovery(
        tuple(_report(desk, device) for device in found["devices"]),
        tuple({**item, "seen": _moment(item["seen"])} for item in found["strangers"]),
    )


def _report(desk: DeskClient, device: dict[str, Any]) -> DeviceReport:
    identifier, state = device.pop("id"), device.pop("state")
    facts = {
        key: _moment(value) if key in ("seen", "registered") else value
        for key, value in device.items()
    }
    if state != "online":
        return DeviceReport(identifier, state, facts)
    try:
        channels, complete = desk.catalogue(identifier)
    except StreamError as error:
        return DeviceReport(identifier, state, facts, fault=error.message)
    return DeviceReport(identifier, state, facts, tuple(channels), complete)


def _moment(posix: float) -> str:
    return to_datetime(posix).isoformat(timespec="seconds")
