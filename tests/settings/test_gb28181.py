from __future__ import annotations

import copy
import ipaddress
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import yaml

from monitor.domain.errors import ConfigError
from monitor.settings import Settings, load_settings
from monitor.settings.district import district_of
from monitor.streams.gb28181.locator import Locator
from monitor.streams.gb28181.sdp import Transport
from monitor.streams.url import parse_url

DEVICE, CHANNEL = "31010600001180000001", "31010600001320000001"
GOOD: dict[str, Any] = {
    "version": 1,
    "service": {"data_dir": "data"},
    "gb28181": {
        "id": 31010600002000000001,  # without quotes, a number
        "host": "10.0.0.1",
        "media_ports": "40000-40099",
        "devices": [
            {
                "id": DEVICE,
                "password": "${NVR}",
                "transport": "udp",
                "networks": ["10.1.0.0/16"],
            }
        ],
    },
    "district": {"id": "d", "name": "区"},
    "institutions": [
        {
            "id": "sun",
            "name": "阳光",
            "rooms": [
                {
                    "id": "sun-room",
                    "name": "托小班",
                    "type": "activity",
                    "cameras": [
                        {
                            "id": "sun-cam",
                            "name": "东角",
                            "url": f"gb28181://{DEVICE}/{CHANNEL}",
                            "substream": f"gb28181://{DEVICE}/{CHANNEL}?stream=sub",
                        }
                    ],
                }
            ],
        }
    ],
}


def loaded(tmp_path: Path, value: dict[str, Any]) -> Settings:
    path = tmp_path / "district.yaml"
    path.write_text(yaml.safe_dump(value, allow_unicode=True), "utf-8")
    return load_settings(path, {"NVR": "from outside"})


def test_the_platform_is_as_written(tmp_path: Path) -> None:
    part = loaded(tmp_path, GOOD).gb28181
    assert part is not None
    plan = part.plan("Asia/Shanghai")
    assert (plan.id, plan.domain) == ("31010600002000000001", "3101060000")
    assert (plan.host, plan.port, plan.media_ports) == ("10.0.0.1", 5060, (40000, 40099))
    assert plan.zone == ZoneInfo("Asia/Shanghai")
    (device,) = plan.devices
    assert device.password == "from outside"
    assert device.transport is Transport.UDP
    assert device.networks == (ipaddress.ip_network("10.1.0.0/16"),)
    assert "from outside" not in repr(plan)


def test_cameras_know_where_the_desk_is(tmp_path: Path) -> None:
    (camera,) = district_of(loaded(tmp_path, GOOD), tmp_path).cameras
    locator = Locator.of(parse_url(camera.url))
    assert (locator.device, locator.channel) == (DEVICE, CHANNEL)
    assert locator.desk == tmp_path / "data" / "gb28181.json"
    assert camera.substream_url is not None
    assert Locator.of(parse_url(camera.substream_url)).substream


CAMERA = "institutions.0.rooms.0.cameras.0.url"


@pytest.mark.parametrize(
    ("path", "value", "message", "where"),
    [
        ("gb28181.id", "310106", "not a GB/T 28181 device id", "gb28181.id"),
        ("gb28181.domain", "shanghai", "not a GB/T 28181 domain", "gb28181.domain"),
        ("gb28181.host", "localhost", "not an IP address", "gb28181.host"),
        ("gb28181.media_ports", "9-10", "between 1024 and 65535", "gb28181.media_ports"),
        ("gb28181.media_ports", "x", "the first and the last port", "gb28181.media_ports"),
        ("gb28181.devices.0.password", "short", "at least 6", "devices.0.password"),
        ("gb28181.devices.0.networks", ["10.1.0.1/16"], "not a network", "networks.0"),
        ("gb28181.devices.0.transport", "tcp", "tcp-passive", "devices.0.transport"),
        ("gb28181.devices.0.secret", "x", "unknown key", "devices.0.secret"),
        (CAMERA, f"gb28181://{DEVICE}", "not a GB/T 28181 channel id", "cameras.0.url"),
        (CAMERA, f"gb28181://{DEVICE[:-1]}2/{CHANNEL}", "not listed", "cameras.0.url"),
        (CAMERA, f"gb28181://{DEVICE}/{CHANNEL}?via=/x", "unknown option", "cameras.0.url"),
    ],
)
def test_mistakes_are_named_with_their_place(
    tmp_path: Path, path: str, value: object, message: str, where: str
) -> None:
    document = copy.deepcopy(GOOD)
    *parents, last = path.split(".")
    place: Any = document
    for key in parents:
        place = place[int(key) if key.isdigit() else key]
    place[last] = value
    with pytest.raises(ConfigError) as caught:
        loaded(tmp_path, document)
    text = str(caught.value)
    assert message in text
    dotted = where.replace(".0", "[0]")
    assert where in text or dotted in text
    assert "district.yaml:" in text
    assert "from outside" not in text


def test_a_device_listed_twice(tmp_path: Path) -> None:
    document = copy.deepcopy(GOOD)
    document["gb28181"]["devices"] *= 2
    with pytest.raises(ConfigError, match="listed twice"):
        loaded(tmp_path, document)


def test_a_camera_without_a_platform(tmp_path: Path) -> None:
    document = copy.deepcopy(GOOD)
    del document["gb28181"]
    with pytest.raises(ConfigError, match="there is no gb28181 section"):
        loaded(tmp_path, document)
