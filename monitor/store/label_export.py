"""Reviewed frames as a set in YOLO format, split by camera and day."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path

from monitor.domain.errors import ConflictError, InputError
from monitor.domain.labels import LabelFrame
from monitor.domain.people import AgeClass
from monitor.domain.system_words import unwritable
from monitor.domain.text import Text
from monitor.store.labels import LabelStore

_CLASSES = {AgeClass.ADULT: "adult", AgeClass.CHILD: "child", AgeClass.UNKNOWN: "person"}
_HELD_OUT = 4


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: the set's ``data.yaml`` and how many frames each part holds."""

    data: Path
    train: int
    val: int


def export_labels(store: LabelStore, folder: Path, zone: tzinfo) -> Exported:
    """Write all reviewed frames into ``folder``, which must be empty or not exist.

    A quarter of the camera-days, rounded up, become the part ``val``: frames of one camera and day
    look alike, and if some were trained on, the others would be no test. Which ones depends only
    on their names.

    Raises:
        ConflictError: fewer than two camera-days were reviewed.
        InputError: the folder is not empty or cannot be written.
    """
    frames = [frame for frame in store.list() if frame.reviewed]
    groups: dict[str, list[LabelFrame]] = defaultdict(list)
    for frame in frames:
        groups[f"{frame.camera_id} {frame.taken.astimezone(zone):%Y-%m-%d}"].append(frame)
    if len(groups) < 2:
        raise ConflictError(
            Text(
                f"{len(frames)} 张已核对的画面只来自 {len(groups)} 个“摄像机和日期”，无法划分",
                f"{len(frames)} reviewed frames of {len(groups)} camera and day cannot be split",
            ),
            hint=Text(
                "请在“标注”页面至少核对两台摄像机或两天的画面",
                "review frames of at least two cameras or days on the page 'Labels'",
            ),
        )
    order = sorted(groups, key=lambda name: hashlib.sha256(name.encode()).hexdigest())
    count = -(-len(order) // _HELD_OUT)
    val = [frame for name in order[:count] for frame in groups[name]]
    train = [frame for name in order[count:] for frame in groups[name]]
    try:
        _prepare(folder)
        classes = _classes(frames)
        for part, chosen in (("train", train), ("val", val)):
            _write(store, chosen, folder, part, classes)
        data = folder / "data.yaml"
        names = "".join(f"  {i}: {_CLASSES[age]}\n" for i, age in enumerate(classes))
        data.write_text(f"train: images/train\nval: images/val\nnames:\n{names}", "utf-8")
    except OSError as error:
        raise InputError(unwritable(error), where=str(folder)) from None
    return Exported(data, len(train), len(val))


def _prepare(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(
            Text("不是空文件夹", "is not an empty folder"),
            where=str(folder),
            hint=Text("请写一个新的，或清空它", "name a new one, or empty it"),
        )
    for kind in ("images", "labels"):
        for part in ("train", "val"):
            (folder / kind / part).mkdir(parents=True)


def _classes(frames: Sequence[LabelFrame]) -> list[AgeClass]:
    """Return the classes of the set; *person* only where somebody's age was left open."""
    unclear = any(box.age is AgeClass.UNKNOWN for frame in frames for box in frame.boxes)
    return [AgeClass.ADULT, AgeClass.CHILD, *([AgeClass.UNKNOWN] if unclear else [])]


def _write(
    store: LabelStore,
    frames: Sequence[LabelFrame],
    folder: Path,
    part: str,
    classes: Sequence[AgeClass],
) -> None:
    for frame in frames:
        (folder / "images" / part / f"{frame.id}.jpg").write_bytes(store.picture(frame.id))
        lines = [
            f"{classes.index(item.age)} {item.box.centre[0]:.6f} {item.box.centre[1]:.6f} "
            f"{item.box.width:.6f} {item.box.height:.6f}\n"
            for item in frame.boxes
        ]
        (folder / "labels" / part / f"{frame.id}.txt").write_text("".join(lines), "utf-8")
