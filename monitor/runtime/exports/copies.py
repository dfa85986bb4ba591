"""Makes the copies of recordings that requests about personal data were granted."""

from __future__ import annotations

import secrets
import tempfile
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog

from monitor.domain.access import DISTRICT
from monitor.domain.clock import Clock, utc_now
from monitor.domain.errors import KanhuError
from monitor.domain.exports import Faces
from monitor.domain.places import District
from monitor.domain.text import Text
from monitor.runtime.exports.maker import Render
from monitor.runtime.exports.render import Mask, RenderJob, RenderTask
from monitor.runtime.recording.playback import export
from monitor.store.base import Database
from monitor.store.files import FileStore
from monitor.store.recordings import RecordingRepository
from monitor.store.request_copies import RequestCopies, RequestCopy

_FAULT = Text("程序错误，详见日志", "a fault of the program: see the log")
log = structlog.get_logger(__name__)

_MOST_SEGMENTS = 2000


class CopyMaker:
    """Makes one copy after the other; any number of processes may run one."""

    def __init__(
        self,
        database: Database,
        recordings: FileStore,
        files: FileStore,
        district: District,
        render: Render,
        clock: Clock,
    ) -> None:
        self._copies = RequestCopies(database)
        self._index = RecordingRepository(database)
        self._recordings = recordings
        self._files = files
        self._district = district
        self._render = render
        self._clock = clock

    def run(self) -> int:
        """Make all that is due and remove what is outdated; return how many were made."""
        made = 0
        while (copy := self._copies.claim(utc_now(self._clock))) is not None:
            made += self._try(copy)
        outdated = self._copies.outdated(utc_now(self._clock))
        for copy in outdated:
            self._files.delete(copy.path)
        if outdated:
            self._copies.expire([copy.id for copy in outdated])
        return made

    def _try(self, copy: RequestCopy) -> int:
        try:
            with tempfile.TemporaryDirectory(prefix="kanhu-copy-") as folder:
                self._make(copy, Path(folder))
        except KanhuError as error:
            log.warning("copy_not_made", copy=copy.id, reason=error.message)
            self._copies.fail(copy.id, error.brief().kept(), again=False)
        except Exception:
            log.exception("copy_failed", copy=copy.id)
            self._copies.fail(copy.id, _FAULT.kept(), again=True)
        else:
            log.info("copy_made", copy=copy.id, request=copy.request_id)
            return 1
        return 0

    def _make(self, copy: RequestCopy, folder: Path) -> None:
        pieces = self._index.overlapping(
            DISTRICT, copy.camera_id, copy.start, copy.end, _MOST_SEGMENTS
        )
        source, target = folder / "source.mp4", folder / "copy.mp4"
        export(self._recordings, pieces, copy.start.timestamp(), copy.end.timestamp(), source)
        task = RenderTask(str(source), str(target), self._masks(copy.camera_id))
        blur = copy.faces is Faces.BLURRED
        self._render(RenderJob((), (task,), blur=blur, mark=self._mark(copy)))
        # Nobody can guess the name, should the store be reachable otherwise.
        key = f"exports/copy-{copy.id}-{secrets.token_hex(12)}.mp4"
        self._copies.finish(copy.id, self._files.adopt(target, key), utc_now(self._clock))

    def _masks(self, camera_id: str) -> tuple[Mask, ...]:
        return tuple(
            tuple(mask.points)
            for camera in self._district.cameras
            if camera.id == camera_id
            for mask in camera.masks
        )

    def _mark(self, copy: RequestCopy) -> str:
        zone = ZoneInfo(self._district.timezone)
        moment = utc_now(self._clock).astimezone(zone)
        return f"{self._district.name.zh} · {copy.number} · {moment:%Y-%m-%d %H:%M}"
