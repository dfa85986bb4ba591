"""Media sockets: each session has a port or a connection of its own.

Which session a packet belongs to is decided by where it arrives and whom it comes from, never by
its SSRC alone: devices choose that as they like.
"""

from __future__ import annotations

import random
import select
import socket
import time
from typing import Protocol

from monitor.streams.failures import Reason, StreamError
from monitor.streams.gb28181.desk_client import MediaPlan, Session
from monitor.streams.gb28181.rtp import Framing, Tally
from monitor.streams.gb28181.sdp import Transport

_BUFFER = 2 << 20  # bytes the system is asked to hold for us
_MOST_AT_ONCE = 256
_LARGEST_DATAGRAM = 65_535
_SLICE = 0.25  # seconds


class Receiver(Protocol):
    """Where one session's packets arrive. ``port`` is what the device is told."""

    port: int

    def begin(self, session: Session, within: float) -> None:
        """Be ready for packets of an agreed session.

        Raises:
            StreamError: no connection came about ``within`` seconds.
        """

    def receive(self, within: float) -> list[bytes]:
        """Return the RTP packets that have arrived; none after ``within`` seconds.

        Raises:
            StreamError: the device hung up.
        """

    def close(self) -> None:
        """Release the port or connection."""


def open_receiver(plan: MediaPlan, transport: Transport, tally: Tally) -> Receiver:
    """Return a receiver, on a free port of the plan's if it needs one.

    Raises:
        StreamError: no port is free, or the address is not this machine's.
    """
    if transport is Transport.TCP_ACTIVE:
        return TcpActive(tally)
    if transport is Transport.TCP_PASSIVE:
        listener = _bound(plan, socket.SOCK_STREAM)
        listener.listen(4)
        return TcpPassive(listener, tally)
    return UdpReceiver(_bound(plan, socket.SOCK_DGRAM), tally)


class UdpReceiver:
    """Datagrams from the one address that first sent some; others are strangers."""

    def __init__(self, bound: socket.socket, tally: Tally) -> None:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        bound.setblocking(False)
        self.port: int = bound.getsockname()[1]
        self._socket = bound
        self._tally = tally
        self._hosts: tuple[str, ...] = ()
        self._from: tuple[str, int] | None = None
        self._poll = select.poll()
        self._poll.register(bound, select.POLLIN)

    def begin(self, session: Session, within: float) -> None:  # noqa: ARG002 - as for TCP
        """Accept packets from the session's hosts."""
        self._hosts = session.hosts

    def receive(self, within: float) -> list[bytes]:
        """Return what has arrived."""
        packets: list[bytes] = []
        if not self._poll.poll(within * 1000):
            return packets
        try:
            while len(packets) < _MOST_AT_ONCE:
                data, sender = self._socket.recvfrom(_LARGEST_DATAGRAM)
                if self._known(sender[0], sender[1]):
                    packets.append(data)
                else:
                    self._tally.strange += 1
        except BlockingIOError:
            pass
        except OSError:
            raise StreamError(Reason.CUT) from None
        return packets

    def close(self) -> None:
        """Release the port."""
        self._socket.close()

    def _known(self, host: str, port: int) -> bool:
        if self._from is None and host in self._hosts:
            self._from = (host, port)
        return self._from == (host, port)


class _Connected:
    """What both kinds of TCP session do once they are connected."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._socket: socket.socket | None = None
        self._framing = Framing()
        self._poll = select.poll()

    def receive(self, within: float) -> list[bytes]:
        """Return what has arrived."""
        if self._socket is None or not self._poll.poll(within * 1000):
            return []
        try:
            data = self._socket.recv(1 << 16)
        except BlockingIOError:
            return []
        except OSError:
            raise StreamError(Reason.CUT) from None
        if not data:
            raise StreamError(Reason.CUT)
        return self._framing.push(data)

    def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            self._socket.close()

    def _use(self, connected: socket.socket) -> None:
        connected.setblocking(False)
        self._socket = connected
        self._poll.register(connected, select.POLLIN)


class TcpPassive(_Connected):
    """The device connects to us."""

    def __init__(self, listener: socket.socket, tally: Tally) -> None:
        super().__init__(tally)
        self._listener = listener
        self.port: int = listener.getsockname()[1]

    def begin(self, session: Session, within: float) -> None:
        """Wait for the device's connection; others are hung up on."""
        deadline = time.monotonic() + within
        self._listener.settimeout(_SLICE)
        while time.monotonic() < deadline and not session.ended():
            try:
                connected, address = self._listener.accept()
            except TimeoutError:
                continue
            if address[0] in session.hosts:
                self._use(connected)
                self._listener.close()
                return
            connected.close()
            self._tally.strange += 1
        raise StreamError(Reason.TIMED_OUT, detail="TCP")

    def close(self) -> None:
        """Hang up and release the port."""
        super().close()
        self._listener.close()


class TcpActive(_Connected):
    """We connect to the device."""

    port = 9  # discard: what an active end states (RFC 4145)

    def begin(self, session: Session, within: float) -> None:
        """Connect to where the device said, or else to where it signs in from."""
        for host in session.hosts:
            try:
                self._use(socket.create_connection((host, session.port), within))
            except OSError:
                continue
            return
        raise StreamError(Reason.REFUSED, detail="TCP")


def _bound(plan: MediaPlan, kind: socket.SocketKind) -> socket.socket:
    family = socket.AF_INET6 if ":" in plan.host else socket.AF_INET
    first, last = plan.ports
    ports = list(range(first + first % 2, last + 1, 2))  # RTP lives on even ports
    random.shuffle(ports)
    for port in ports:
        candidate = socket.socket(family, kind)
        try:
            candidate.bind((plan.host, port))
        except OSError:
            candidate.close()
        else:
            return candidate
    raise StreamError(Reason.NO_PORT, detail=f"{first}-{last}")
