"""Recordings inside a device: the index as a history of changes, and footage that really plays."""

from __future__ import annotations

import ipaddress
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from urllib.parse import quote

import pytest

from monitor.demo.camera_simulator import CameraSimulator
from monitor.demo.rtsp_auth import Credentials
from monitor.domain.errors import NotFoundError
from monitor.domain.stretches import Stretch
from monitor.streams.failures import Reason, StreamError
from monitor.streams.onvif.archive import OnvifArchive
from monitor.streams.reach import Reach
from tests.streams.onvif.device import PASSWORD, USER, SimulatedDevice, SimulatedFootage

LOOPBACK = Reach((ipaddress.ip_network("127.0.0.0/8"),))
DAY = datetime(2026, 3, 2, tzinfo=UTC)
START, END = DAY.timestamp(), (DAY + timedelta(days=1)).timestamp()


def archive_of(device: SimulatedDevice, query: str = "") -> OnvifArchive:
    user = f"{USER}:{quote(PASSWORD)}"
    url = f"onvif://{user}@127.0.0.1:{device.port}/onvif/device_service{query}"
    return OnvifArchive(url, LOOPBACK)


def hours(*changes: float) -> list[tuple[datetime, bool]]:
    """Return when recording began and ended, in turn."""
    return [(DAY + timedelta(hours=hour), not index % 2) for index, hour in enumerate(changes)]


def test_the_index_is_the_history_of_the_recording() -> None:
    footage = SimulatedFootage({"R1": hours(-3, 8, 9, 17.5, 20, 30)})
    with SimulatedDevice(footage=footage) as device:
        found = archive_of(device).records("east", START, END)
        assert device.asked.count("GetEventSearchResults") == 3
    hour = 3600.0
    assert found == [
        Stretch(START, START + 8 * hour),
        Stretch(START + 9 * hour, START + 17.5 * hour),
        Stretch(START + 20 * hour, END),
    ]


def test_a_device_without_a_history_has_one_stretch() -> None:
    footage = SimulatedFootage({"R1": hours(6, 8, 9, 12)}, history=False)
    with SimulatedDevice(footage=footage) as device:
        found = archive_of(device).records("east", START, END)
    assert found == (Stretch(START + 6 * 3600, START + 12 * 3600),)


def test_of_several_recordings_the_one_of_the_profile_is_meant() -> None:
    footage = SimulatedFootage({"R1": hours(0, 1), "R2": hours(2, 3)})
    with SimulatedDevice(footage=footage) as device:
        with pytest.raises(NotFoundError):
            archive_of(device).records("east", START, END)
        found = archive_of(device, "?profile=R2-source").records("east", START, END)
    assert found == [Stretch(START + 7200, START + 10800)]


def test_a_device_without_recordings_says_so() -> None:
    with SimulatedDevice() as device, pytest.raises(StreamError) as caught:
        archive_of(device).records("east", START, END)
    assert caught.value.reason is Reason.NO_PROFILE_G


def test_footage_is_asked_for_by_its_time_and_plays(
    simulator: CameraSimulator, wire_video: Path
) -> None:
    replay = simulator.add("replay", wire_video, Credentials(USER, PASSWORD))
    bare = f"rtsp://127.0.0.1:{simulator.port}/replay"
    assert replay != bare
    footage = SimulatedFootage({"R1": hours(0, 20)}, replay=bare)
    with SimulatedDevice(footage=footage) as device:
        source = archive_of(device).play("east", START + 3600, START + 3610.5)
        info = source.open()
        packets = list(islice(source.packets(), 20))
        source.close()
    assert (info.codec, packets[0].keyframe) == ("h264", True)
    assert simulator.ranges("replay") == ["clock=20260302T010000.000Z-20260302T010010.500Z"]
