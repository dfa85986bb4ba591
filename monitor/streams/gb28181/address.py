"""Which addresses devices are told, and which of theirs are believed."""

from __future__ import annotations

import ipaddress
import socket
from contextlib import closing


def local_address(bound: str, remote: tuple[str, int]) -> str:
    """Return this machine's address as ``remote`` sees it; ``bound`` is what is listened on.

    A device that is told 0.0.0.0 sends its media nowhere.
    """
    if bound and not ipaddress.ip_address(bound).is_unspecified:
        return bound
    family = socket.AF_INET6 if ":" in remote[0] else socket.AF_INET
    with closing(socket.socket(family, socket.SOCK_DGRAM)) as probe:
        probe.connect(remote)  # sends nothing: it only asks the routing table
        host: str = probe.getsockname()[0]
    return host


def media_hosts(stated: str, signalling: str) -> tuple[str, ...]:
    """Return the hosts that media may come from, or be fetched from.

    A device may keep its media elsewhere and say so in its answer, or be behind an address
    translator and state an address that means nothing here. It may not send us to this machine
    itself, unless that is where it is.
    """
    if not stated or stated == signalling:
        return (signalling,)
    address = ipaddress.ip_address(stated)
    if address.is_loopback or address.is_link_local or address.is_multicast:
        return (signalling,)
    return (stated, signalling)
