"""A recorder's own footage, searched by RecordInfo and played back by INVITE."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from monitor.domain.stretches import Stretch
from monitor.streams.failures import Reason, StreamError
from monitor.streams.gb28181.desk_client import DeskClient
from monitor.streams.gb28181.locator import Locator
from monitor.streams.gb28181.source import Gb28181Source
from monitor.streams.source import Source, SourceRequest
from monitor.streams.url import parse_url


class GbArchive:
    """The recorder behind one camera, asked at the platform's desk."""

    def __init__(self, url: str) -> None:
        """``url`` is the camera's, with the desk in it as the configuration adds it.

        Raises:
            InputError: it is no GB/T 28181 URL.
        """
        self._locator = Locator.of(parse_url(url))

    def records(self, channel: str, start: float, end: float) -> Sequence[Stretch]:
        """Return of which times the recorder says that it has footage.

        Raises:
            StreamError: the recorder is not there, or does not answer.
        """
        found = DeskClient(self._desk(channel)).records(
            self._locator.device,
            self._locator.channel,
            datetime.fromtimestamp(start, UTC),
            datetime.fromtimestamp(end, UTC),
        )
        return [Stretch(item.start.timestamp(), item.end.timestamp()) for item in found]

    def play(self, channel: str, start: float, end: float) -> Source:
        """Return a source of the recorder's footage, not opened yet."""
        url = self._locator.during(int(start), int(end))
        return Gb28181Source(SourceRequest(channel, parse_url(str(url))))

    def _desk(self, channel: str) -> Path:
        if self._locator.desk is None:
            raise StreamError(Reason.NO_PLATFORM, where=channel)
        return self._locator.desk
