"""The demo's recorder as a process: one institution's cameras behind GB/T 28181."""

from __future__ import annotations

import signal
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from monitor.demo.gb28181.footage import load_footage
from monitor.demo.gb28181.nvr import SimulatedNvr
from monitor.demo.gb28181.plan import NvrPlan, SimulatedChannel
from monitor.runtime.logs import configure_logs
from monitor.streams.gb28181.locator import Locator
from monitor.streams.gb28181.manscdp import Interval

log = structlog.get_logger(__name__)

_HOST = "127.0.0.1"
_FILE = timedelta(hours=1)  # recorders cut their recordings into files
_DAYS = (93, 93, 60)
"""How far back each channel's recordings reach; the last does not reach what the rules demand."""
_GAP_BEGAN, _GAP_LASTED = timedelta(days=12), timedelta(hours=5)


@dataclass(frozen=True, slots=True)
class Recorder:
    """What the demo's configuration says of its recorder; ``channels`` are id, name, footage."""

    device: str
    platform: str
    domain: str
    port: int
    password: str = field(repr=False)
    timezone: str
    channels: tuple[tuple[str, str, Path], ...]


def recorder_of(value: Mapping[str, Any], footage: Mapping[str, Path]) -> Recorder:
    """Return the recorder that a configuration's cameras are behind; ``footage`` by camera id."""
    part = value["gb28181"]
    device = part["devices"][0]
    channels = []
    for institution in value["institutions"]:
        for room in institution["rooms"]:
            for camera in room.get("cameras", ()):
                if camera["url"].startswith("gb28181:"):
                    locator = Locator.parse(camera["url"])
                    channels.append((locator.channel, room["name"]["zh"], footage[camera["id"]]))
    return Recorder(
        device=device["id"],
        platform=part["id"],
        domain=part["id"][:10],
        port=part["port"],
        password=device["password"],
        timezone=value["district"]["timezone"],
        channels=tuple(channels),
    )


def run_recorder(recorder: Recorder, log_file: Path | None) -> None:
    """Play the recorder until SIGTERM; the target of a process."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    configure_logs(log_file)
    plan = plan_of(recorder, datetime.now(UTC))
    with SimulatedNvr(plan):
        log.info("simulated_recorder", device=plan.id, channels=len(plan.channels))
        stop.wait()


def plan_of(recorder: Recorder, now: datetime) -> NvrPlan:
    """Return what the recorder is like: the second channel has a gap, the third is too short."""
    return NvrPlan(
        id=recorder.device,
        password=recorder.password,
        platform_id=recorder.platform,
        domain=recorder.domain,
        platform=(_HOST, recorder.port),
        zone=ZoneInfo(recorder.timezone),
        channels=tuple(
            SimulatedChannel(
                identifier,
                name,
                load_footage(path),
                recorded=recordings(now, _DAYS[number % len(_DAYS)], gap=number == 1),
            )
            for number, (identifier, name, path) in enumerate(recorder.channels)
        ),
    )


def recordings(now: datetime, days: int, *, gap: bool) -> tuple[Interval, ...]:
    """Return what a recorder kept of the last ``days``, and will keep of the next; by the hour."""
    missing = Interval(now - _GAP_BEGAN, now - _GAP_BEGAN + _GAP_LASTED)
    begin = now.replace(minute=0, second=0, microsecond=0) - timedelta(days)
    hours = (Interval(begin + n * _FILE, begin + (n + 1) * _FILE) for n in range((days + 2) * 24))
    return tuple(
        hour
        for hour in hours
        if not (gap and hour.start < missing.end and hour.end > missing.start)
    )
