"""Frames kept for labelling: pictures and boxes in one folder, a sub-folder for each camera.

Beside each ``<camera>_<milliseconds>.jpg`` lies a ``.json`` with its boxes. A frame exists once its
``.json`` does; both appear whole or not at all.
"""

from __future__ import annotations

import json
import os
import re
import secrets
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from monitor.domain.errors import NotFoundError
from monitor.domain.labels import LabelBox, LabelFrame
from monitor.domain.people import AgeClass, Box
from monitor.domain.text import Text

_ID = re.compile(r"(?P<camera>[a-z0-9][a-z0-9-]{0,63})_(?P<moment>[0-9]{1,15})")


class LabelStore:
    """The frames under ``folder``, which is made when the first one is added."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(
        self,
        camera_id: str,
        taken: datetime,
        picture: bytes,
        size: tuple[int, int],
        boxes: Sequence[LabelBox],
    ) -> LabelFrame:
        """Keep a picture (JPEG) of ``size`` (width, height) with the boxes a model proposes.

        Raises:
            OSError: the disk is full or out of reach; nothing is left behind.
        """
        name = f"{camera_id}_{round(taken.timestamp() * 1000)}"
        frame = LabelFrame(name, camera_id, taken, size[0], size[1], tuple(boxes))
        place = self._place(name)
        place.parent.mkdir(parents=True, exist_ok=True)
        _write(place.with_suffix(".jpg"), picture)
        self._save(frame)
        return frame

    def list(self) -> list[LabelFrame]:
        """Return all frames: those not yet reviewed first, the newest of each first."""
        frames = [frame for path in self._files() if (frame := _read(path)) is not None]
        frames.sort(key=lambda frame: (frame.reviewed, -frame.taken.timestamp()))
        return frames

    def count(self) -> int:
        """Return how many frames there are."""
        return sum(1 for _ in self._files())

    def moments(self, camera_id: str) -> tuple[float, ...]:
        """Return when the frames of a camera were taken, POSIX seconds, in any order."""
        found = (_ID.fullmatch(path.stem) for path in self._folder.glob(f"{camera_id}/*.json"))
        return tuple(int(match["moment"]) / 1000 for match in found if match is not None)

    def get(self, frame_id: str) -> LabelFrame:
        """Return one frame.

        Raises:
            NotFoundError: there is none of that id.
        """
        frame = _read(self._place(frame_id).with_suffix(".json"))
        if frame is None:
            raise NotFoundError(Text("没有这张画面", "there is no such frame"), where=frame_id[:80])
        return frame

    def picture(self, frame_id: str) -> bytes:
        """Return the JPEG of a frame.

        Raises:
            NotFoundError: there is none of that id.
        """
        try:
            return self._place(frame_id).with_suffix(".jpg").read_bytes()
        except FileNotFoundError:
            raise NotFoundError(
                Text("没有这张画面", "there is no such frame"), where=frame_id[:80]
            ) from None

    def review(self, frame_id: str, boxes: Sequence[LabelBox], by: str, at: datetime) -> LabelFrame:
        """Replace the boxes of a frame by those that a person vouches for.

        Raises:
            NotFoundError: there is none of that id.
        """
        frame = replace(self.get(frame_id), boxes=tuple(boxes), reviewed_by=by, reviewed_at=at)
        self._save(frame)
        return frame

    def delete(self, frame_id: str) -> None:
        """Remove a frame; it is no mistake if it is gone already.

        Raises:
            NotFoundError: this is not the id of a frame.
        """
        place = self._place(frame_id)
        place.with_suffix(".json").unlink(missing_ok=True)
        place.with_suffix(".jpg").unlink(missing_ok=True)

    def prune(self, before: datetime) -> int:
        """Remove every frame taken before ``before``, reviewed or not; return how many."""
        limit = round(before.timestamp() * 1000)
        old = set()
        for path in self._folder.glob("*/*"):
            match = _ID.fullmatch(path.stem)
            if match is not None and int(match["moment"]) < limit:
                old.add(match[0])
        for frame_id in old:
            self.delete(frame_id)
        return len(old)

    def taken(self) -> tuple[float, ...]:
        """Return when each frame was taken, in POSIX seconds, without reading any."""
        return tuple(int(path.stem.rpartition("_")[2]) / 1000 for path in self._files())

    def _files(self) -> Iterator[Path]:
        return (path for path in self._folder.glob("*/*.json") if _ID.fullmatch(path.stem))

    def _place(self, frame_id: str) -> Path:
        match = _ID.fullmatch(frame_id)
        if match is None:
            raise NotFoundError(Text("没有这张画面", "there is no such frame"), where=frame_id[:80])
        return self._folder / match["camera"] / frame_id

    def _save(self, frame: LabelFrame) -> None:
        content = {
            "camera": frame.camera_id,
            "taken": frame.taken.isoformat(),
            "width": frame.width,
            "height": frame.height,
            "boxes": [_box_out(box) for box in frame.boxes],
            "reviewed_by": frame.reviewed_by,
            "reviewed_at": frame.reviewed_at.isoformat() if frame.reviewed_at else None,
        }
        _write(self._place(frame.id).with_suffix(".json"), json.dumps(content).encode())


def _write(path: Path, content: bytes) -> None:
    partial = path.with_name(f".{path.name}.{secrets.token_hex(4)}.partial")
    try:
        with partial.open("xb") as target:
            target.write(content)
            target.flush()
            os.fsync(target.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _read(path: Path) -> LabelFrame | None:
    """Return the frame of ``path``; ``None`` if it is gone or not one of ours."""
    try:
        content: dict[str, Any] = json.loads(path.read_bytes())
        at = content["reviewed_at"]
        return LabelFrame(
            id=path.stem,
            camera_id=content["camera"],
            taken=datetime.fromisoformat(content["taken"]).astimezone(UTC),
            width=content["width"],
            height=content["height"],
            boxes=tuple(_box_in(box) for box in content["boxes"]),
            reviewed_by=content["reviewed_by"],
            reviewed_at=datetime.fromisoformat(at) if at else None,
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _box_out(box: LabelBox) -> dict[str, Any]:
    corners = [round(value, 5) for value in (box.box.x1, box.box.y1, box.box.x2, box.box.y2)]
    return {"box": corners, "age": box.age.value, "score": box.score}


def _box_in(value: dict[str, Any]) -> LabelBox:
    x1, y1, x2, y2 = (float(part) for part in value["box"])
    return LabelBox(Box(x1, y1, x2, y2), AgeClass(value["age"]), value["score"])
