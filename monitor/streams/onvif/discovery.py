"""WS-Discovery: a question to everybody in the network, and the answers of ONVIF devices."""

from __future__ import annotations

import socket
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from monitor.streams.failures import StreamError
from monitor.streams.onvif.device import DEVICE_PATH
from monitor.streams.onvif.soap import document, walk
from monitor.streams.url import StreamUrl

EVERYBODY = ("239.255.255.250", 3702)
_LARGEST = 64 * 1024
_MOST = 1000
_AGAIN = 2  # times that the question is asked: datagrams get lost
_SCOPE = "onvif://www.onvif.org/"
_PROBE = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope"'
    ' xmlns:a="http://schemas.xmlsoap.org/ws/2004/08/addressing"'
    ' xmlns:d="http://schemas.xmlsoap.org/ws/2005/04/discovery"'
    ' xmlns:n="http://www.onvif.org/ver10/network/wsdl"><s:Header>'
    "<a:MessageID>uuid:{id}</a:MessageID>"
    "<a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To>"
    "<a:Action>http://schemas.xmlsoap.org/ws/2005/04/discovery/Probe</a:Action></s:Header>"
    "<s:Body><d:Probe><d:Types>n:NetworkVideoTransmitter</d:Types></d:Probe></s:Body></s:Envelope>"
)


@dataclass(frozen=True, slots=True)
class Found:
    """A device that answered, by the address it answered from; ``name`` and more as it says."""

    host: str
    port: int
    path: str
    name: str = ""
    hardware: str = ""
    location: str = ""

    @property
    def url(self) -> StreamUrl:
        """Return the device's URL, without credentials."""
        port = None if self.port == 80 else self.port
        return StreamUrl("onvif", self.host, port, self.path)


def discover(
    wait: float, *, to: tuple[str, int] = EVERYBODY, interface: str = ""
) -> tuple[Found, ...]:
    """Return the devices that answer within ``wait`` seconds, sorted by address.

    ``interface`` is the own address of the network to ask in, where there are several.
    """
    found: dict[tuple[str, int], Found] = {}
    question = uuid.uuid4()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        if interface:
            line.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(interface))
        probe = _PROBE.format(id=question).encode()
        deadline = time.monotonic() + wait
        for turn in range(_AGAIN):
            line.sendto(probe, to)
            until = deadline if turn == _AGAIN - 1 else time.monotonic() + wait / _AGAIN
            for data, sender in _answers(line, until):
                for item in _matches(data, sender, str(question)):
                    found[item.host, item.port] = item
                if len(found) >= _MOST:
                    break
    return tuple(found[key] for key in sorted(found))


def _answers(line: socket.socket, until: float) -> Iterator[tuple[bytes, str]]:
    while (left := until - time.monotonic()) > 0:
        line.settimeout(left)
        try:
            data, sender = line.recvfrom(_LARGEST)
        except TimeoutError:
            return
        yield data, str(sender[0])


def _matches(data: bytes, sender: str, question: str) -> Iterator[Found]:
    try:
        root = document(data)
    except StreamError:
        return
    if not any(item.tag == "RelatesTo" and question in item.text for item in walk(root)):
        return
    for item in walk(root):
        if item.tag == "ProbeMatch":
            scopes = dict(_scopes(item.value("Scopes")))
            yield Found(
                sender,
                *_place(item.value("XAddrs"), sender),
                name=scopes.get("name", ""),
                hardware=scopes.get("hardware", ""),
                location=scopes.get("location", ""),
            )


def _place(addresses: str, sender: str) -> tuple[int, str]:
    """Return port and path: of the address at the sender's own, or else the usual ones."""
    for address in addresses.split():
        try:
            parts = urlsplit(address)
            if parts.scheme == "http" and parts.hostname == sender:
                return parts.port or 80, parts.path or DEVICE_PATH
        except ValueError:
            continue
    return 80, DEVICE_PATH


def _scopes(text: str) -> Iterator[tuple[str, str]]:
    for scope in text.split():
        if scope.lower().startswith(_SCOPE):
            kind, _, value = scope[len(_SCOPE) :].partition("/")
            shown = "".join(char for char in unquote(value) if char.isprintable())
            yield kind.lower(), shown[:64]
