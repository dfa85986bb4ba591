"""Which recorder of an institution holds a camera's footage, told from the camera's address."""

from __future__ import annotations

from monitor.domain.places import Camera
from monitor.streams.archive import Archive
from monitor.streams.gb28181.archive import GbArchive
from monitor.streams.gb28181.locator import SCHEME
from monitor.streams.onvif.archive import OnvifArchive
from monitor.streams.onvif.source import SCHEME as ONVIF
from monitor.streams.reach import Reach


def institution_archive(camera: Camera, reach: Reach | None = None) -> Archive | None:
    """Return the recorder that can be asked about ``camera``, or ``None``.

    ``reach`` is where devices may be.
    """
    scheme = camera.url.partition("://")[0]
    if scheme == ONVIF:
        return OnvifArchive(camera.url, reach)
    return GbArchive(camera.url) if scheme == SCHEME else None
