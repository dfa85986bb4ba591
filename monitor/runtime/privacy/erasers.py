"""How each kind of personal data is counted and erased."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Protocol

import structlog

from monitor.domain.clock import to_datetime
from monitor.runtime.recording.keeper import Keeper
from monitor.runtime.recording.policy import groups
from monitor.runtime.tracks.files import delete_before, hour_ends
from monitor.settings.schema import Recording
from monitor.store.aged_entries import AgedEntries
from monitor.store.aged_rows import AgedRows
from monitor.store.base import Database
from monitor.store.departures import Departures
from monitor.store.erased_files import AgedFiles
from monitor.store.evidence import EvidenceRepository
from monitor.store.files import FileStore
from monitor.store.labels import LabelStore
from monitor.store.recordings import RecordingRepository
from monitor.store.request_erasure import RequestErasure
from monitor.store.session_repository import SessionRepository

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Times:
    """The moment of a run, and before which things are old enough by the rule of their kind."""

    before: datetime
    now: datetime


@dataclass(frozen=True, slots=True)
class Found:
    """How much is old enough and held by nothing, and from when the oldest of all counts."""

    count: int
    oldest: datetime | None


class Eraser(Protocol):
    """Knows one kind of personal data."""

    def look(self, times: Times) -> Found:
        """Say what there is."""

    def erase(self, times: Times) -> int:
        """Erase what :meth:`look` counts and return how much that was."""


class RowEraser:
    """Rows of the database."""

    def __init__(
        self, database: Database, zone: tzinfo, parts: Sequence[AgedRows | AgedEntries]
    ) -> None:
        self._database = database
        self._zone = zone
        self._parts = parts

    def look(self, times: Times) -> Found:
        """Count the rows that are due."""
        with self._database.reading() as session:
            return Found(
                sum(part.count(session, times.before, self._zone) for part in self._parts),
                _first(part.oldest(session, self._zone) for part in self._parts),
            )

    def erase(self, times: Times) -> int:
        """Remove or blank what is due."""
        return sum(part.erase(self._database, times.before, self._zone) for part in self._parts)


class FileEraser:
    """Files that rows of the database name."""

    def __init__(self, database: Database, files: FileStore, parts: Sequence[AgedFiles]) -> None:
        self._database = database
        self._files = files
        self._parts = parts

    def look(self, times: Times) -> Found:
        """Count the files that are due."""
        with self._database.reading() as session:
            return Found(
                sum(part.count(session, times.before) for part in self._parts),
                _first(part.oldest(session) for part in self._parts),
            )

    def erase(self, times: Times) -> int:
        """Delete what is due."""
        return sum(
            part.erase(self._database, self._files, times.before, times.now) for part in self._parts
        )


class RecordingEraser:
    """Continuous recordings, which have times of their own by the type of room."""

    def __init__(self, policy: Recording, database: Database, keeper: Keeper) -> None:
        self._policy = policy
        self._recordings = RecordingRepository(database)
        self._keeper = keeper

    def look(self, times: Times) -> Found:
        """Count the files that are due, each by the time of its room."""
        count, oldest = 0, []
        for keep, room_types in groups(self._policy).items():
            before = times.now - timedelta(seconds=keep)
            number, end = self._recordings.count_expired(before, times.now, room_types)
            count += number
            if end is not None:  # as if all were kept for as long
                oldest.append(end + timedelta(seconds=keep - self._policy.keep))
        return Found(count, min(oldest, default=None))

    def erase(self, _times: Times) -> int:
        """Delete what is due."""
        return self._keeper.delete_expired()


class EvidenceEraser:
    """Snapshots and clips of ended alerts; the chain of evidence keeps that they were there."""

    def __init__(self, database: Database, files: FileStore) -> None:
        self._evidence = EvidenceRepository(database)
        self._files = files

    def look(self, times: Times) -> Found:
        """Count the pieces that are due."""
        return Found(*self._evidence.count_expired(times.before, times.now))

    def erase(self, times: Times) -> int:
        """Delete what is due."""
        erased = 0
        while expired := self._evidence.expired(times.before, times.now):
            for piece in expired:
                self._files.delete(piece.path)
                log.info("evidence_deleted", path=piece.path, sha256=piece.sha256)
            erased += self._evidence.forget([piece.id for piece in expired], times.now)
        return erased


class TrackEraser:
    """Hours of tracks of a room."""

    def __init__(self, folder: Path, *, kept: bool) -> None:
        self._folder = folder
        self._kept = kept

    def look(self, times: Times) -> Found:
        """Count the hours that are due."""
        ends, limit = hour_ends(self._folder), self._limit(times)
        return Found(sum(end <= limit for end in ends), _first(map(to_datetime, ends)))

    def erase(self, times: Times) -> int:
        """Delete what is due."""
        files, size = delete_before(self._folder, self._limit(times))
        if files:
            log.info("tracks_deleted", room_hours=files, bytes=size)
        return files

    def _limit(self, times: Times) -> float:
        # Where none are to be kept, the hour that is being written goes, too.
        return times.before.timestamp() if self._kept else math.inf


class LabelEraser:
    """Frames kept for labelling."""

    def __init__(self, labels: LabelStore) -> None:
        self._labels = labels

    def look(self, times: Times) -> Found:
        """Count the frames that are due."""
        return _found(self._labels.taken(), times)

    def erase(self, times: Times) -> int:
        """Delete what is due."""
        return self._labels.prune(times.before)


class ExportFileEraser:
    """Exported files that nobody may fetch any more."""

    def __init__(self, files: FileStore) -> None:
        self._files = files

    def look(self, times: Times) -> Found:
        """Count the files that are due."""
        return _found(self._files.moments(), times)

    def erase(self, times: Times) -> int:
        """Delete what is due."""
        return self._files.remove_older(times.before.timestamp())


class SessionEraser:
    """Sessions and sign-in links that are over by themselves."""

    def __init__(self, database: Database) -> None:
        self._sessions = SessionRepository(database)

    def look(self, times: Times) -> Found:
        """Count those that are over; each ends by its own time."""
        return Found(self._sessions.count_over(times.now), None)

    def erase(self, times: Times) -> int:
        """Forget those that are over."""
        return self._sessions.prune(times.now)


class AccountEraser:
    """Names of people whose account was switched off."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._departures = Departures(database)

    def look(self, times: Times) -> Found:
        """Count the names that are due."""
        with self._database.reading() as session:
            count = self._departures.count(session, times.before)
            return Found(count, self._departures.oldest(session))

    def erase(self, times: Times) -> int:
        """Take down who left since, and erase the names that are due."""
        self._departures.note(times.now)
        return self._departures.erase(times.before, times.now)


class RequestEraser:
    """Names, words and files of requests."""

    def __init__(self, database: Database, files: FileStore) -> None:
        self._database = database
        self._erasure = RequestErasure(database, files)

    def look(self, times: Times) -> Found:
        """Count the requests that are due."""
        with self._database.reading() as session:
            count = self._erasure.count(session, times.before)
            return Found(count, self._erasure.oldest(session))

    def erase(self, times: Times) -> int:
        """Erase what is due."""
        return self._erasure.erase(times.before, times.now)


def _found(moments: Sequence[float], times: Times) -> Found:
    limit = times.before.timestamp()
    return Found(sum(at < limit for at in moments), _first(map(to_datetime, moments)))


def _first(moments: Iterable[datetime | None]) -> datetime | None:
    return min((at for at in moments if at is not None), default=None)
