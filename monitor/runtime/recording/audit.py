"""The retention audit: can every channel really show the days that it must?

For each channel the index of its recorder is asked day by day; then a few random stretches are
played and a picture of each is decoded, because an index is not footage. The seed that chose the
stretches is kept, so that anybody can choose the same ones again.
"""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from datetime import time as clock_time
from functools import partial
from itertools import takewhile
from zoneinfo import ZoneInfo

from monitor.domain.access import DISTRICT
from monitor.domain.clock import Clock, utc_now
from monitor.domain.errors import KanhuError
from monitor.domain.places import Camera
from monitor.domain.stretches import Stretch, gaps, merged, total, within
from monitor.domain.text import Text
from monitor.runtime.environment import Environment
from monitor.runtime.recording.institution_archives import institution_archive
from monitor.runtime.recording.own_archive import OwnArchive
from monitor.runtime.recording.policy import keep_of
from monitor.store.base import Database
from monitor.store.deletions import DeletionLog, DeletionReason
from monitor.store.recordings import RecordingRepository
from monitor.store.retention_audits import (
    AuditedChannel,
    AuditedDay,
    AuditedGap,
    AuditedSample,
    RecorderKind,
    RetentionAudit,
    RetentionAuditRepository,
    Verdict,
)
from monitor.streams.archive import Archive
from monitor.streams.decode import Decoder
from monitor.streams.source import Source

WHOLE_DAY = 0.95
"""Share of a local day that must be on record for the day to count."""

SAMPLE_SECONDS = 10.0
_SEAM = 2.0  # seconds between two stretches that are no gap: recorders say whole seconds
_MOST_GAPS = 200
_PATIENCE = 30.0  # seconds that a recorder may take to play ten
_DAY = timedelta(days=1)
_UNDECODED = Text("没有一幅画面能解码", "no picture could be decoded")
_NOTHING_SENT = Text("没有送来任何画面", "nothing was sent")
_NO_RECORDER = Text("没有可以查询的录像机", "there is no recorder that could be asked")

ArchiveOf = Callable[[Camera], Archive | None]
"""Finds an institution's own recorder that holds a camera's footage, if one can be asked."""


class Auditor:
    """Audits every enabled camera of the district, and files the result."""

    def __init__(
        self,
        environment: Environment,
        database: Database,
        clock: Clock,
        *,
        samples: int = 3,
        archive_of: ArchiveOf | None = None,
    ) -> None:
        self._environment = environment
        self._clock = clock
        self._samples = samples
        reach = environment.settings.sources.reach()
        self._archive_of = archive_of or partial(institution_archive, reach=reach)
        self._own = OwnArchive(database, environment.recording_store())
        self._recordings = RecordingRepository(database)
        self._deletions = DeletionLog(database)
        self._audits = RetentionAuditRepository(database)
        self._zone = ZoneInfo(environment.district.timezone)

    def choose_seed(self) -> int:
        """Return a seed that nobody could know before."""
        return secrets.randbelow(2**31)

    def run(
        self,
        seed: int,
        institution_id: str | None = None,
        *,
        progress: Callable[[float], None] | None = None,
    ) -> RetentionAudit:
        """Audit all cameras, or those of one institution, and file what was found."""
        now = utc_now(self._clock)
        today = now.astimezone(self._zone).date()
        cameras = self._cameras(institution_id)
        channels = []
        for index, camera in enumerate(cameras):
            channels.append(self._channel(camera, today, seed))
            if progress is not None:
                progress((index + 1) / len(cameras))
        audit = RetentionAudit(now, today - _DAY, seed, tuple(channels))
        self._audits.save(audit)
        return audit

    def _cameras(self, institution_id: str | None) -> list[Camera]:
        rooms = {room.id: room for room in self._environment.district.rooms}
        return [
            camera
            for camera in self._environment.district.cameras
            if camera.enabled and institution_id in (None, rooms[camera.room_id].institution_id)
        ]

    def _required_days(self, camera: Camera) -> int:
        rooms = {room.id: room for room in self._environment.district.rooms}
        policy = self._environment.settings.recording
        return int(keep_of(policy, rooms[camera.room_id].type) // _DAY.total_seconds())

    def _channel(self, camera: Camera, today: date, seed: int) -> AuditedChannel:
        required = self._required_days(camera)
        first = self._midnight(today - required * _DAY)
        end = self._midnight(today)
        recorder, archive = self._recorder_of(camera, first, end)
        if archive is None:
            return _unreachable(camera, recorder, required, _NO_RECORDER)
        try:
            found = merged(archive.records(camera.id, first, end), _SEAM)
        except KanhuError as error:
            return _unreachable(camera, recorder, required, error.brief())
        days = self._days(found, today, required)
        kept = list(takewhile(lambda day: day.share >= WHOLE_DAY, reversed(days)))
        samples = self._play(archive, camera.id, found, seed)
        return AuditedChannel(
            camera_id=camera.id,
            recorder=recorder,
            verdict=self._verdict(camera.id, recorder, required, len(kept), days, samples),
            required_days=required,
            unbroken_days=len(kept),
            days=days,
            gaps=tuple(AuditedGap(gap.start, gap.end) for gap in gaps(found, first, end))[
                -_MOST_GAPS:
            ],
            samples=samples,
        )

    def _recorder_of(
        self, camera: Camera, first: float, end: float
    ) -> tuple[RecorderKind, Archive | None]:
        if self._environment.settings.recording.enabled or self._own.records(camera.id, first, end):
            return RecorderKind.KANHU, self._own
        other = self._archive_of(camera)
        return (RecorderKind.NONE if other is None else RecorderKind.INSTITUTION), other

    def _days(self, found: Sequence[Stretch], today: date, required: int) -> tuple[AuditedDay, ...]:
        days = []
        for back in range(required, 0, -1):
            day = today - back * _DAY
            start, end = self._midnight(day), self._midnight(day + _DAY)
            share = total(within(found, start, end)) / (end - start)
            days.append(AuditedDay(day, round(share, 4)))
        return tuple(days)

    def _midnight(self, day: date) -> float:
        return datetime.combine(day, clock_time(), self._zone).timestamp()

    def _play(
        self, archive: Archive, channel: str, found: Sequence[Stretch], seed: int
    ) -> tuple[AuditedSample, ...]:
        chance = random.Random(f"{seed} {channel}")  # noqa: S311 - to be repeated by anybody
        count = self._samples if found else 0
        starts = sorted(_random_moment(chance, found) for _ in range(count))
        return tuple(play_sample(archive, channel, start) for start in starts)

    def _verdict(
        self,
        camera_id: str,
        recorder: RecorderKind,
        required: int,
        unbroken: int,
        days: Sequence[AuditedDay],
        samples: Sequence[AuditedSample],
    ) -> Verdict:
        if any(sample.fault for sample in samples):
            return Verdict.UNPLAYABLE
        if unbroken >= required:
            return Verdict.MET
        if recorder is RecorderKind.KANHU and self._is_young(camera_id, unbroken, days):
            return Verdict.YOUNG
        return Verdict.SHORT

    def _is_young(self, camera_id: str, unbroken: int, days: Sequence[AuditedDay]) -> bool:
        """Say whether all that was ever recorded of a camera is there, and just not long enough.

        The day on which recording began is only partly on record.
        """
        earlier = days[: len(days) - unbroken]
        if any(day.share > 0 for day in earlier[:-1]):
            return False
        start, end = self._midnight(days[0].day), self._midnight(days[-1].day + _DAY)
        if not unbroken and not self._own.records(camera_id, end, self._clock.now()):
            return False
        return not any(
            entry.reason is not DeletionReason.EXPIRED and entry.end.timestamp() > start
            for entry in self._deletions.list(DISTRICT, camera_id)
        )


def play_sample(
    archive: Archive, channel: str, start: float, seconds: float = SAMPLE_SECONDS
) -> AuditedSample:
    """Play a stretch of an archive and decode a picture of it; what fails is in the result."""
    try:
        source = archive.play(channel, start, start + seconds)
        try:
            return _watch(source, channel, start, seconds)
        finally:
            source.close()
    except KanhuError as error:
        return AuditedSample(start, seconds, 0, 0, 0, error.text.kept())


def _watch(source: Source, channel: str, start: float, seconds: float) -> AuditedSample:
    info = source.open()
    decoder = Decoder(channel, info.codec, reordered=info.has_b_frames)
    pictures, width, height = 0, 0, 0
    began: float | None = None
    deadline = time.monotonic() + _PATIENCE
    for packet in source.packets():
        began = packet.time if began is None else began
        pictures += 1
        if not width:
            frame = decoder.feed(packet)
            width, height = (frame.width, frame.height) if frame is not None else (0, 0)
        if packet.time - began >= seconds or time.monotonic() > deadline:
            break
    fault = "" if width else (_UNDECODED if pictures else _NOTHING_SENT).kept()
    return AuditedSample(start, seconds, pictures, width, height, fault)


def _random_moment(chance: random.Random, found: Sequence[Stretch]) -> float:
    """Return a moment within the stretches, each second of them as likely as any other."""
    shortened = [Stretch(item.start, max(item.start, item.end - SAMPLE_SECONDS)) for item in found]
    place = chance.uniform(0, sum(item.seconds for item in shortened))
    for item in shortened:
        if place <= item.seconds:
            return round(item.start + place, 3)
        place -= item.seconds
    return round(shortened[-1].start, 3)


def _unreachable(
    camera: Camera, recorder: RecorderKind, required: int, why: Text
) -> AuditedChannel:
    return AuditedChannel(
        camera.id, recorder, Verdict.UNREACHABLE, required, 0, (), (), (), why.kept()
    )
