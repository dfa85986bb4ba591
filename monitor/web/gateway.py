"""The way from the web to the worker that reads a camera; the runtime provides it.

Media never passes here: only the few kilobytes with which a browser and a worker agree on a
WebRTC connection, and still pictures.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class LiveAnswer:
    """A worker's answer to a WHEP offer: its SDP and the id under which to end the session."""

    sdp: str
    session_id: str


@dataclass(frozen=True, slots=True)
class Still:
    """A JPEG of what a camera sees, and when it was taken."""

    jpeg: bytes
    taken: datetime


class WorkerGateway(Protocol):
    """Talks to the worker that reads a camera."""

    async def offer(self, camera_id: str, sdp: str, viewer: str) -> LiveAnswer:
        """Forward a viewer's SDP offer and return the worker's answer.

        Raises:
            SourceError: no worker reads the camera now, or it cannot show it.
            InputError: the offer is not sound SDP.
            ConflictError: the camera has as many viewers as it can serve.
        """

    async def close(self, camera_id: str, session_id: str) -> None:
        """End a live session; ending one that has ended already changes nothing."""

    async def still(self, camera_id: str) -> Still | None:
        """Return the newest picture of a camera, or ``None`` if it has none."""

    async def ingest(self, camera_id: str, sdp: str, token: str | None) -> LiveAnswer:
        """Forward the SDP offer of a phone that wants to be a camera; ``None``: we vouch for it.

        Raises:
            SourceError: no worker waits for this sender, or the token is not the camera's.
            InputError: the offer cannot be answered.
            ConflictError: too many send already.
        """

    async def end_ingest(self, camera_id: str, session_id: str) -> None:
        """End what a phone sends; ending it twice changes nothing."""
