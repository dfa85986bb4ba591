"""Our own recordings as an archive, for whoever wants to search and play them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from monitor.domain.access import DISTRICT
from monitor.domain.clock import to_datetime
from monitor.domain.errors import NotFoundError
from monitor.domain.media import Packet, StreamInfo
from monitor.domain.stretches import Stretch
from monitor.domain.text import Text
from monitor.runtime.recording.playback import layout_of
from monitor.store.base import Database
from monitor.store.files import FileStore
from monitor.store.recordings import RecordingRepository
from monitor.streams.catalogue import make_source
from monitor.streams.failures import Reason, StreamError
from monitor.streams.fragments import DamagedError
from monitor.streams.source import Source, SourceRequest
from monitor.streams.url import file_url


class OwnArchive:
    """Implements :class:`monitor.streams.archive.Archive` over the index and the file store."""

    def __init__(self, database: Database, files: FileStore) -> None:
        self._recordings = RecordingRepository(database)
        self._files = files

    def records(self, channel: str, start: float, end: float) -> Sequence[Stretch]:
        """Return of which times there is footage, by the index."""
        return self._recordings.stretches([channel], to_datetime(start), to_datetime(end))[channel]

    def play(self, channel: str, start: float, end: float) -> Source:
        """Return a source of the segment that holds ``start``.

        Raises:
            NotFoundError: there is none, or its file is gone or ends too early.
            StreamError: the file is damaged.
        """
        pieces = self._recordings.overlapping(
            DISTRICT, channel, to_datetime(start), to_datetime(end), limit=1
        )
        if not pieces:
            raise NotFoundError(
                Text("没有那段时间的录像", "there is no footage of that time"), where=channel
            )
        piece = pieces[0]
        if not self._files.exists(piece.path):
            raise NotFoundError(
                Text("录像文件已不在", "the recorded file is gone"), where=piece.path
            )
        offset = max(0.0, start - piece.start.timestamp())
        try:
            seconds = layout_of(self._files, piece.path).seconds
        except DamagedError:
            raise StreamError(Reason.UNREADABLE, where=piece.path) from None
        if offset > seconds:
            raise NotFoundError(
                Text("录像文件在那之前就结束了", "the recorded file ends before that time"),
                where=piece.path,
            )
        local = self._files.local_path(piece.path)
        if local is not None:
            return _source(channel, local, offset)
        return _Fetched(self._files, piece.path, channel, offset)


class _Fetched:
    """A source over a file that is fetched from an object store when it is opened."""

    def __init__(self, files: FileStore, key: str, channel: str, offset: float) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="kanhu-"))
        self._path = self._folder / "segment.mp4"
        with self._path.open("wb") as target:
            for chunk in files.stream(key):
                target.write(chunk)
        self._source = _source(channel, self._path, offset)

    def open(self) -> StreamInfo:
        return self._source.open()

    def packets(self) -> Iterator[Packet]:
        yield from self._source.packets()

    def interrupt(self) -> None:
        self._source.interrupt()

    def close(self) -> None:
        self._source.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def _source(channel: str, path: Path, offset: float) -> Source:
    return make_source(SourceRequest(channel, file_url(path, start=offset), realtime=False))
