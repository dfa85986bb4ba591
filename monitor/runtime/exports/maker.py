"""Makes the packages that were approved, and removes those that nobody may fetch any more."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from monitor.domain.access import DISTRICT
from monitor.domain.clock import Clock, utc_now
from monitor.domain.errors import ConflictError, KanhuError, NotFoundError
from monitor.domain.evidence import EvidenceKind
from monitor.domain.exports import Export, Faces
from monitor.domain.places import District
from monitor.domain.text import Text
from monitor.runtime.exports.bundle import Rendition, write_package
from monitor.runtime.exports.render import Mask, RenderJob, RenderTask
from monitor.runtime.tracks.calls import Look
from monitor.runtime.tracks.files import read_chunks
from monitor.store.alert_repository import AlertRepository
from monitor.store.alert_views import AlertDetail
from monitor.store.base import Database
from monitor.store.evidence import EvidenceView
from monitor.store.evidence_chain import EvidenceChain
from monitor.store.exports import ExportRepository
from monitor.store.files import FileStore

_FAULT = Text("程序错误，详见日志", "a fault of the program: see the log")
log = structlog.get_logger(__name__)

_PATIENCE_SECONDS = 1500
_ENDINGS = {EvidenceKind.SNAPSHOT: "jpg", EvidenceKind.CLIP: "mp4"}

Render = Callable[[RenderJob], None]
"""Does a job; raises KanhuError when it cannot be done."""


class ExportMaker:
    """Makes one package after the other; any number of processes may run one."""

    def __init__(
        self,
        database: Database,
        files: FileStore,
        district: District,
        tracks_folder: Path,
        render: Render,
        clock: Clock,
    ) -> None:
        self._exports = ExportRepository(database)
        self._alerts = AlertRepository(database)
        self._chain = EvidenceChain(database)
        self._files = files
        self._district = district
        self._tracks_folder = tracks_folder
        self._render = render
        self._clock = clock

    def run(self) -> int:
        """Make all that is due and remove what is outdated; return how many were made."""
        made = 0
        while self._exports.any_due(utc_now(self._clock)):
            export = self._exports.claim(utc_now(self._clock))
            if export is None:
                break
            made += self._try(export)
        outdated = self._exports.outdated(utc_now(self._clock))
        for export in outdated:
            self._files.delete(export.path)
        self._exports.expire([export.id for export in outdated])
        return made

    def _try(self, export: Export) -> int:
        try:
            with tempfile.TemporaryDirectory(prefix="kanhu-export-") as folder:
                self._make(export, Path(folder))
        except KanhuError as error:
            log.warning("export_not_made", export=export.id, reason=error.message)
            self._exports.fail(export.id, error.brief().kept(), again=False)
        except Exception:
            log.exception("export_failed", export=export.id)
            self._exports.fail(export.id, _FAULT.kept(), again=True)
        else:
            log.info("export_made", export=export.id, alert=export.alert_id)
            return 1
        return 0

    def _make(self, export: Export, folder: Path) -> None:
        detail = self._alerts.get(DISTRICT, export.alert_id)
        pieces = [piece for piece in detail.evidence if piece.kind in _ENDINGS]
        if not pieces:
            raise NotFoundError(
                Text("该告警没有可导出的画面", "the alert has no pictures to export")
            )
        renditions, pictures, videos = [], [], []
        for piece in pieces:
            ending = _ENDINGS[piece.kind]
            source = folder / f"original-{piece.id}.{ending}"
            self._take_out(piece, source)
            name = f"{piece.kind.value}-{piece.id}.{ending}"
            renditions.append(Rendition(name, folder / name, piece))
            if piece.kind is EvidenceKind.CLIP:
                masks = self._masks(detail, piece)
                videos.append(RenderTask(str(source), str(folder / name), masks))
            else:
                pictures.append(RenderTask(str(source), str(folder / name)))
        self._render(
            RenderJob(
                pictures=tuple(pictures),
                videos=tuple(videos),
                blur=export.faces is Faces.BLURRED,
                mark=self._mark(export),
            )
        )
        target = folder / "package.zip"
        chain = self._chain.of_alert(export.alert_id)
        now = utc_now(self._clock)
        looks = list(self._looks(detail))
        write_package(target, export, detail, chain, renditions, looks, now)
        # Nobody can guess the name, should the store be reachable otherwise.
        key = f"exports/{export.id}-{secrets.token_hex(12)}.zip"
        self._exports.finish(export.id, self._files.adopt(target, key), now)

    def _take_out(self, piece: EvidenceView, target: Path) -> None:
        if not self._files.matches(piece.path, piece.sha256):
            raise ConflictError(
                Text(
                    f"证据 {piece.id} 缺失或与登记的不符：见 monitor audit evidence --files",
                    f"evidence {piece.id} is missing or is not what was filed: see "
                    "'monitor audit evidence --files'",
                )
            )
        with target.open("wb") as file:
            for part in self._files.stream(piece.path):
                file.write(part)

    def _masks(self, detail: AlertDetail, clip: EvidenceView) -> tuple[Mask, ...]:
        taken_by = {event.camera_id for event in detail.events if event.id == clip.event_id}
        cameras = [camera for camera in self._district.cameras if camera.id in taken_by]
        return tuple(tuple(mask.points) for camera in cameras for mask in camera.masks)

    def _mark(self, export: Export) -> str:
        zone = ZoneInfo(self._district.timezone)
        moment = utc_now(self._clock).astimezone(zone)
        return f"{export.requester} · {moment:%Y-%m-%d %H:%M} · #{export.id}"

    def _looks(self, detail: AlertDetail) -> Iterator[dict[str, Any]]:
        start = min((piece.start for piece in detail.evidence), default=detail.alert.onset)
        end = max((piece.end for piece in detail.evidence), default=detail.alert.raised)
        since, until = start.timestamp(), end.timestamp()
        for chunk in read_chunks(self._tracks_folder, detail.alert.room_id, since, until):
            for call in chunk.calls:
                if isinstance(call, Look) and since <= call.time <= until:
                    yield _look(call)


def render_apart(config: Path) -> Render:
    """Return a way to do jobs in a process of its own, with the model of ``config``."""

    def render(job: RenderJob) -> None:
        with tempfile.TemporaryDirectory(prefix="kanhu-render-") as folder:
            path = Path(folder) / "job.json"
            job.write(path)
            command = [sys.executable, "-m", "monitor.runtime.exports.render"]
            try:
                done = subprocess.run(
                    [*command, str(config), str(path)],
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.PIPE,
                    text=True,
                    timeout=_PATIENCE_SECONDS,
                    check=False,
                    env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
                )
            except subprocess.TimeoutExpired:
                raise ConflictError(
                    Text("重新生成画面用时太久", "writing the pictures anew took too long")
                ) from None
        if done.returncode == 2:
            raise ConflictError(Text.read_back(done.stderr.strip().splitlines()[-1]))
        if done.returncode:
            log.error("render_died", status=done.returncode, tail=done.stderr[-2000:])
            raise OSError(
                Text(
                    f"处理程序以状态 {done.returncode} 结束",
                    f"the process ended with status {done.returncode}",
                )
            )

    return render


def _look(call: Look) -> dict[str, Any]:
    return {
        "camera": call.camera_id,
        "time": call.time,
        "people": [
            {
                "id": track.id,
                "box": [track.box.x1, track.box.y1, track.box.x2, track.box.y2],
                "age": track.age.value,
                "score": track.score,
                "adult_log_odds": track.adult_log_odds,
            }
            for track in call.tracks
        ],
    }
