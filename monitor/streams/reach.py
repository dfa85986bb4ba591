"""Where camera URLs may lead: a district's own networks and folders, never the machine itself.

Cameras of institutions stand in private networks, so those are the normal case and allowed. What
no camera has and an attacker wants is refused unless it is named by itself: this machine,
link-local addresses and with them the metadata services of clouds, multicast, and every file. A
host name is resolved once, judged by what it resolves to, and connected to at that very address.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass, replace
from pathlib import Path

from monitor.domain.addresses import Address, Network, meanings
from monitor.domain.text import Text
from monitor.streams.failures import Reason, StreamError
from monitor.streams.url import StreamUrl, UrlError

INWARD_SCHEMES = frozenset({"gb28181", "whip"})
"""Schemes whose devices come to us: their URLs lead nowhere."""

_SPECIAL: tuple[Network, ...] = tuple(
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "192.0.0.0/24",
        "224.0.0.0/3",  # multicast, reserved, broadcast
        "::/127",
        "fe80::/10",
        "ff00::/8",
        # Metadata services of clouds outside link-local: AWS, Alibaba, Azure.
        "fd00:ec2::254/128",
        "100.100.100.200/32",
        "168.63.129.16/32",
    )
)
_ODD_NUMBER = re.compile(r"(?i)(?:0x[0-9a-f]+|\d+)(?:\.(?:0x[0-9a-f]+|\d+)){0,3}\.?")
_THIS_MACHINE = ("localhost", ".localhost", ".localdomain")


@dataclass(frozen=True, slots=True)
class Reach:
    """What a configuration allows: ``networks`` (empty: all but special ones) and ``folders``.

    ``certificates`` is the file of those that ``rtsps:`` cameras must show; ``None``: any will do.
    """

    networks: tuple[Network, ...] = ()
    folders: tuple[Path, ...] = ()
    certificates: Path | None = None

    def check(self, url: StreamUrl) -> None:
        """Judge a URL by what is written in it, without asking the network.

        Raises:
            UrlError: it leads where the configuration does not allow.
        """
        if url.scheme == "file":
            self._check_file(url.path)
            return
        if url.scheme in INWARD_SCHEMES:
            return
        address = _address(url.host)
        if address is None:
            self._check_name(url.host)
        elif not self.allows(address):
            raise UrlError(
                Text(
                    f"配置不允许摄像机在 {url.host}",
                    f"the configuration does not allow cameras at {url.host}",
                ),
                hint=Text(
                    "改正地址，或在 sources.networks 中写明它所在的网段",
                    "correct the address, or name its network under sources.networks",
                ),
            )

    def allows(self, address: Address) -> bool:
        """Say whether cameras may be at ``address``."""
        return all(self._allows_one(one) for one in meanings(address))

    def pinned(self, url: StreamUrl, where: str = "") -> StreamUrl:
        """Return ``url`` with its host as the one address that was judged.

        Raises:
            StreamError: the host is unknown, or the configuration does not allow it.
        """
        try:
            self.check(url)
        except UrlError:
            raise StreamError(Reason.FORBIDDEN, where=where) from None
        if url.scheme == "file" or url.scheme in INWARD_SCHEMES:
            return url
        try:
            found = socket.getaddrinfo(url.host, url.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise StreamError(Reason.UNREACHABLE, where=where) from None
        addresses = [ipaddress.ip_address(str(item[4][0]).partition("%")[0]) for item in found]
        if not addresses or not all(map(self.allows, addresses)):
            raise StreamError(Reason.FORBIDDEN, where=where)
        return replace(url, host=str(addresses[0]), certified=url.certified or url.host)

    def _allows_one(self, address: Address) -> bool:
        special = any(address in network for network in _SPECIAL)
        if not special:
            return not self.networks or any(address in network for network in self.networks)
        return any(address in network for network in self.networks if _inside_special(network))

    def _check_file(self, path: str) -> None:
        real = Path(path).resolve()
        if not any(real.is_relative_to(folder.resolve()) for folder in self.folders):
            raise UrlError(
                Text("配置不允许读取这个文件", "the configuration does not allow this file"),
                hint=Text(
                    "在 sources.folders 中写明它所在的文件夹",
                    "name its folder under sources.folders",
                ),
            )

    def _check_name(self, host: str) -> None:
        name = host.lower().rstrip(".")
        if _ODD_NUMBER.fullmatch(host):
            raise UrlError(
                Text(
                    f"“{host}”不是通常写法的地址",
                    f"'{host}' is an address written in an unusual way",
                ),
                hint=Text(
                    "IPv4 地址写作四个 0 到 255 的数",
                    "write an IPv4 address as four numbers from 0 to 255",
                ),
            )
        local = name.endswith(_THIS_MACHINE)
        if local and not self.allows(ipaddress.ip_address("127.0.0.1")):
            raise UrlError(
                Text("配置不允许连接本机", "the configuration does not allow this machine itself"),
                hint=Text(
                    "改正主机名，或在 sources.networks 中写明 127.0.0.0/8",
                    "correct the host, or name 127.0.0.0/8 under sources.networks",
                ),
            )


def _address(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _inside_special(network: Network) -> bool:
    # Whole of the internet was not meant to name this machine as well.
    return any(
        network.version == special.version and network.subnet_of(special)  # type: ignore[arg-type]
        for special in _SPECIAL
    )
