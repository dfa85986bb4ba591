"""The ``gb28181`` section of a configuration, and camera URLs that lead through it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr

from monitor.domain.errors import InputError, WrongValueError
from monitor.domain.text import Text
from monitor.settings.sources import NetworkText
from monitor.streams.gb28181.desk import DESK_FILE
from monitor.streams.gb28181.ids import device_id, domain_id
from monitor.streams.gb28181.locator import SCHEME, Locator
from monitor.streams.gb28181.plan import DevicePlan, Network, PlatformPlan
from monitor.streams.gb28181.sdp import Transport

_PORTS = re.compile(r"(\d{1,5})-(\d{1,5})")
_FEWEST_PORTS = 2
_DOMAIN_DIGITS = 10


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


def _digits(value: Any) -> Any:
    # Without quotes YAML takes the digits for a number, which means the same.
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _code(check: Callable[[str], str], wrong: str, value: str) -> str:
    """Return a checked code; ``wrong`` says in Chinese what the value is not, and what to write."""
    try:
        return check(value)
    except InputError as error:
        raise WrongValueError(
            Text(f"“{value[:40]}”{wrong}", f"{error.message}: {error.hint}")
        ) from None


_device = partial(
    _code, device_id, "不是 GB/T 28181 编码：填写设备的 GB/T 28181 页面上的 20 位数字"
)
_domain = partial(_code, domain_id, "不是 GB/T 28181 域：通常是平台编码的前十位")


def _host(value: str) -> str:
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        raise WrongValueError(
            Text(
                f"“{value}”不是 IP 地址，应如 0.0.0.0",
                f"'{value}' is not an IP address such as 0.0.0.0",
            )
        ) from None


def _port_range(value: str) -> str:
    match = _PORTS.fullmatch(value)
    if match is None:
        raise WrongValueError(
            Text(
                "写第一个和最后一个端口，如 30000-30999",
                "write the first and the last port, such as 30000-30999",
            )
        )
    first, last = int(match[1]), int(match[2])
    if not 1024 <= first <= last <= 65535 or last - first + 1 < _FEWEST_PORTS:
        raise WrongValueError(
            Text(
                "端口应在 1024 到 65535 之间，小的在前",
                "the ports must lie between 1024 and 65535, the smaller one first",
            )
        )
    return value


DeviceId = Annotated[
    str,
    BeforeValidator(_digits, json_schema_input_type=str | int),
    AfterValidator(_device),
]
DomainId = Annotated[
    str,
    BeforeValidator(_digits, json_schema_input_type=str | int),
    AfterValidator(_domain),
]
Host = Annotated[str, AfterValidator(_host)]
PortRange = Annotated[str, AfterValidator(_port_range)]


class GbDevicePart(_Part):
    """A recorder or camera that may sign in by GB/T 28181; no other may."""

    id: DeviceId = Field(description="Its 20 digits")
    password: SecretStr = Field(
        min_length=6, description="What it signs in with; best from outside: ${NVR_PASSWORD}"
    )
    transport: Transport = Field(
        Transport.TCP_PASSIVE,
        description="How it sends media: tcp-passive (it connects), tcp-active (we do), udp",
    )
    algorithm: Literal["MD5", "SHA-256"] = Field(
        "MD5", description="Digest of the sign-in; SHA-256 where the device can (2022)"
    )
    substream: Literal["streamnumber", "streamprofile", "stream", "streamMode"] = Field(
        "streamnumber", description="SDP attribute by which this make chooses the smaller stream"
    )
    networks: tuple[NetworkText, ...] = Field(
        (), description="Networks it may sign in from, e.g. 10.1.0.0/16; empty: any"
    )

    def plan(self) -> DevicePlan:
        """Return what the platform is told of it."""
        networks: tuple[Network, ...] = tuple(
            ipaddress.ip_network(network) for network in self.networks
        )
        return DevicePlan(
            id=self.id,
            password=self.password.get_secret_value(),
            transport=self.transport,
            algorithm=self.algorithm,
            substream=self.substream,
            networks=networks,
        )


class GbPart(_Part):
    """Kanhu as the upper platform of GB/T 28181; without this section no port is opened."""

    id: DeviceId = Field(description="The platform's own 20 digits")
    domain: DomainId | None = Field(
        None, description="SIP domain; the first ten digits of the id when not given"
    )
    host: Host = Field("0.0.0.0", description="Address that SIP listens on")  # noqa: S104
    port: int = Field(5060, ge=1, le=65535, description="Port of SIP, UDP and TCP alike")
    advertise: Host | None = Field(
        None, description="Address that devices are told, if they see another one"
    )
    media_host: Host | None = Field(None, description="Address media come to; `host` if not given")
    media_ports: PortRange = Field(
        "30000-30999", description="Ports media come to: one even port a stream"
    )
    keepalive: float = Field(
        60.0, ge=5, le=600, description="Seconds between a device's signs of life"
    )
    misses: int = Field(3, ge=1, le=20, description="Signs of life missed until it is offline")
    devices: tuple[GbDevicePart, ...] = Field((), description="Who may sign in")

    def plan(self, timezone: str) -> PlatformPlan:
        """Return what the platform is told; devices' times are those of ``timezone``."""
        first, _, last = self.media_ports.partition("-")
        return PlatformPlan(
            id=self.id,
            domain=self.domain or self.id[:_DOMAIN_DIGITS],
            host=self.host,
            port=self.port,
            devices=tuple(device.plan() for device in self.devices),
            media_host=self.media_host or "",
            media_ports=(int(first), int(last)),
            advertise=self.advertise or "",
            keepalive=self.keepalive,
            misses=self.misses,
            zone=ZoneInfo(timezone),
        )

    def twice(self) -> Iterator[tuple[int, str]]:
        """Yield place and id of every device that is listed a second time."""
        seen: set[str] = set()
        for index, device in enumerate(self.devices):
            if device.id in seen:
                yield index, device.id
            seen.add(device.id)


def is_gb28181(url: str) -> bool:
    """Say whether a camera URL leads through the platform."""
    return url.lower().startswith(f"{SCHEME}:")


def problem_with(url: str, part: GbPart | None) -> tuple[Text, Text] | None:
    """Return what is wrong with a GB/T 28181 camera URL, and what to do; or ``None``."""
    try:
        locator = Locator.parse(url)
    except InputError as error:
        return error.text, error.advice
    if part is None:
        return (
            Text("缺少 gb28181 一节", "there is no gb28181 section"),
            Text("添加这一节：见 docs/how-to/gb28181.md", "add one: see docs/how-to/gb28181.md"),
        )
    if locator.device not in {device.id for device in part.devices}:
        return (
            Text(
                f"gb28181.devices 中没有设备 {locator.device}",
                f"device {locator.device} is not listed under gb28181.devices",
            ),
            Text("连同密码添加它，或改正编码", "add it with its password, or correct the id"),
        )
    return None


def with_desk(url: str, data_dir: Path) -> str:
    """Return ``url`` with the place of the platform's desk, if it leads through the platform."""
    if not is_gb28181(url):
        return url
    return str(Locator.parse(url).at(data_dir / DESK_FILE))
