"""Which source serves which URL scheme.

Built-in sources serve ``rtsp:``, ``rtsps:``, ``rtsp+udp:``, ``onvif:``, ``gb28181:``, ``whip:``
and ``file:``. An installed package adds its own by an entry point of the group ``kanhu.sources``,
named by the scheme, that loads a :data:`~monitor.streams.source.SourceFactory`.
"""

from __future__ import annotations

from importlib.metadata import entry_points
from typing import cast

from monitor.domain.errors import InputError
from monitor.domain.text import Text
from monitor.streams.file import FileSource
from monitor.streams.gb28181.source import Gb28181Source
from monitor.streams.onvif.source import OnvifSource
from monitor.streams.rtsp import RtspSource
from monitor.streams.source import Source, SourceFactory, SourceRequest
from monitor.streams.url import RTSP_UDP
from monitor.streams.whip.source import WhipSource

ENTRY_POINT_GROUP = "kanhu.sources"

_BUILT_IN: dict[str, SourceFactory] = {
    "rtsp": RtspSource,
    "rtsps": RtspSource,
    RTSP_UDP: RtspSource,
    "onvif": OnvifSource,
    "gb28181": Gb28181Source,
    "whip": WhipSource,
    "file": FileSource,
}


def make_source(request: SourceRequest) -> Source:
    """Return a source for the URL's scheme, not yet opened.

    Raises:
        InputError: nothing serves this scheme.
    """
    scheme = request.url.scheme
    if scheme in _BUILT_IN:
        return _BUILT_IN[scheme](request)
    for entry in entry_points(group=ENTRY_POINT_GROUP, name=scheme):
        return cast(SourceFactory, entry.load())(request)
    raise InputError(
        Text(f"不支持“{scheme}:”地址", f"no source serves '{scheme}:' URLs"),
        where=request.camera_id,
        hint=Text(f"可用：{'、'.join(schemes())}", f"use one of: {', '.join(schemes())}"),
    )


def serves(scheme: str) -> bool:
    """Say whether URLs of this scheme can be opened here."""
    # Looking through what is installed takes milliseconds, and a district has thousands of URLs.
    return scheme in _BUILT_IN or scheme in schemes()


def schemes() -> tuple[str, ...]:
    """Return every URL scheme that can be opened here."""
    installed = (entry.name for entry in entry_points(group=ENTRY_POINT_GROUP))
    return tuple(sorted({*_BUILT_IN, *installed}))
