"""A phone or a browser as a camera: it sends by WHIP, and its packets are read like any other's.

::

    offer ─▶ IngestServer ─(ICE, DTLS)─▶ Caller ─▶ Lobby ─▶ WhipSource ─▶ CameraReader

The server lives on the worker's event loop, the source on the camera's own thread; they meet in
the lobby. Pictures are not decoded on the way. Sound is refused.
"""

from monitor.streams.whip.server import IngestServer

__all__ = ["IngestServer"]
