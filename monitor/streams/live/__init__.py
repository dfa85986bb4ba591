"""Live view: a camera's encoded packets, forwarded to browsers by WebRTC.

Life of one viewer::

    offer ─▶ Session ─(ICE, DTLS)─▶ connected ─▶ packets and overlay flow ─▶ closed
                 └─ never connects: closed after a time limit

While a camera has at least one viewer, one :class:`~monitor.streams.live.pump.Pump` thread reads
its packets and one :class:`~monitor.streams.live.broadcast.Broadcast` hands them to every viewer
on the event loop of the :class:`LiveServer`. H.264 is forwarded as it is; only what browsers
cannot play (H.265, B-frames) is encoded again, once per camera, for a limited number of cameras.
A data channel tells the browser what the detectors see and how old the picture is.
"""

from monitor.streams.live.failures import LiveFullError
from monitor.streams.live.feed import LIVE, Feeds, PacketFeed
from monitor.streams.live.ice import IceServer
from monitor.streams.live.limits import LiveLimits
from monitor.streams.live.overlay import Overlay, OverlaySource
from monitor.streams.live.server import LiveServer

__all__ = [
    "LIVE",
    "Feeds",
    "IceServer",
    "LiveFullError",
    "LiveLimits",
    "LiveServer",
    "Overlay",
    "OverlaySource",
    "PacketFeed",
]
