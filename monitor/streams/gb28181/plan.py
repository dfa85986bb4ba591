"""What the platform is told: who it is, where it listens, and which devices may sign in."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from datetime import UTC, tzinfo

from monitor.streams.gb28181.sdp import Transport

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


@dataclass(frozen=True, slots=True)
class DevicePlan:
    """One device that may sign in.

    ``substream`` is the SDP attribute by which this make chooses a stream (``streamnumber`` since
    2022); ``networks`` are those that it may come from, all if empty.
    """

    id: str
    password: str = field(repr=False)
    transport: Transport = Transport.TCP_PASSIVE
    algorithm: str = "MD5"
    substream: str = "streamnumber"
    networks: tuple[Network, ...] = ()

    @property
    def substream_attribute(self) -> str:
        """The SDP attribute, with its value, that asks for the smaller stream."""
        return f"{self.substream}:{'SUB' if self.substream == 'streamMode' else 1}"

    def may_come_from(self, host: str) -> bool:
        """Say whether ``host`` lies in one of its networks."""
        return not self.networks or any(
            ipaddress.ip_address(host) in network for network in self.networks
        )


@dataclass(frozen=True, slots=True)
class PlatformPlan:
    """The platform. ``media_ports`` are the first and the last of the ports that media come to.

    ``advertise`` is the address that devices are told, where they see another one than this
    machine does; ``keepalive`` is the seconds between two of a device's signs of life.
    """

    id: str
    domain: str
    host: str
    port: int
    devices: tuple[DevicePlan, ...]
    media_host: str = ""
    media_ports: tuple[int, int] = (30000, 30999)
    advertise: str = ""
    keepalive: float = 60.0
    misses: int = 3
    zone: tzinfo = UTC

    def device(self, identifier: str) -> DevicePlan | None:
        """Return the device called ``identifier``, if it is listed."""
        return next((device for device in self.devices if device.id == identifier), None)
