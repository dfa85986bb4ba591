"""Which recorder of an institution holds a camera's footage, told from the camera's address."""

from __future__ import annotations

from monitor.domain.places import Camera
from monitor.streams.archive import Archive
from monitor.streams.gb28181.archive import GbArchive
from monitor.streams.gb28181.locator import SCHEME


def institution_archive(camera: Camera) -> Archive | None:
    """Return the recorder that can be asked about ``camera``, or ``None``."""
    scheme = camera.url.partition("://")[0]
    return GbArchive(camera.url) if scheme == SCHEME else None
