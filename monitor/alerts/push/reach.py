"""Where push messages may go: endpoints come from browsers, so anybody here can make one up.

Only public addresses, unless the configuration names others. A host is resolved once, judged by
everything it resolves to, and connected to at the very address that was judged.
"""

from __future__ import annotations

import contextlib
import ipaddress
import socket
import threading
from dataclasses import dataclass
from queue import Empty, Queue
from urllib.parse import urlsplit

from monitor.alerts.channels import DeliveryError
from monitor.domain.addresses import Address, Network, meanings
from monitor.domain.text import Text

_HTTPS = 443
_METADATA = ipaddress.ip_address("168.63.129.16")  # a public address, but inside Azure


@dataclass(frozen=True, slots=True)
class PushReach:
    """What is allowed: public addresses at the usual port, and all of ``networks``."""

    networks: tuple[Network, ...] = ()

    def address_of(self, endpoint: str, patience: float) -> str:
        """Return the address to connect to, within ``patience`` seconds.

        Raises:
            DeliveryError: the host is unknown, or none that may be asked.
        """
        parts = urlsplit(endpoint)
        host, port = parts.hostname or "", parts.port or _HTTPS
        addresses = _resolved(host, port, patience)
        if not all(self.allows(item, port) for item in addresses):
            raise DeliveryError(
                Text("配置不允许这个推送服务", "the configuration does not allow this push service")
            )
        return str(addresses[0])

    def allows(self, address: Address, port: int) -> bool:
        """Say whether a push service may be at ``address``."""
        if any(address in network for network in self.networks):
            return True
        return port == _HTTPS and all(map(_public, meanings(address)))


def _resolved(host: str, port: int, patience: float) -> list[Address]:
    """Ask the system, in a thread of its own: whoever keeps names can make it wait for minutes."""
    found: Queue[list[Address]] = Queue(1)

    def ask() -> None:
        answers: list[Address] = []
        with contextlib.suppress(OSError, ValueError):
            answers = [
                ipaddress.ip_address(str(answer[4][0]).partition("%")[0])
                for answer in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            ]
        found.put(answers)

    threading.Thread(target=ask, name="push resolver", daemon=True).start()
    try:
        addresses = found.get(timeout=patience)
    except Empty:
        addresses = []
    if not addresses:
        raise DeliveryError(
            Text("这里解析不到推送服务的地址", "the push service is not known by name here")
        )
    return addresses


def _public(address: Address) -> bool:
    return address.is_global and not address.is_multicast and address != _METADATA
