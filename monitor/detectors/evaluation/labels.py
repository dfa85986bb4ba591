"""Label files in YOLO format: one line a person, ``class centre-x centre-y width height``."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.detectors.evaluation.data_file import DataFile
from monitor.detectors.models.manifest import Role
from monitor.domain.errors import InputError
from monitor.domain.people import AgeClass, Box

_AGES = {
    Role.PERSON: AgeClass.UNKNOWN,
    Role.ADULT: AgeClass.ADULT,
    Role.CHILD: AgeClass.CHILD,
}
_TOLERANCE = 0.01
_LARGEST = 1 << 20
_MOST_NAMED = 20
_BOX_FIELDS = 5
_OUTLINE_FIELDS = 7
_NUMBERED = re.compile(r"^(?P<sequence>.+)_(?P<number>\d{1,15})$")


@dataclass(frozen=True, slots=True)
class TruePerson:
    """One labelled person; ``age`` is unknown where the label only says that it is a person."""

    box: Box
    age: AgeClass


@dataclass(frozen=True, slots=True)
class LabelledImage:
    """One picture of a set and everybody in it.

    ``sequence`` and ``time`` (seconds) come from a file name such as ``cam2_004500.jpg``; they are
    empty and ``None`` where the name says nothing. ``classes`` is parallel to ``people``.
    """

    path: Path
    people: tuple[TruePerson, ...]
    classes: tuple[int, ...]
    sequence: str
    time: float | None

    @property
    def attended(self) -> bool:
        """Say whether an adult is in the picture."""
        return any(person.age is AgeClass.ADULT for person in self.people)


def read_part(data: DataFile, part: str, fps: float | None = None) -> tuple[LabelledImage, ...]:
    """Read all labels of ``part``.

    The number in a file name counts milliseconds, or frames where ``fps`` is given.

    Raises:
        InputError: a label line is wrong (all are named, with file and line), or the part has no
            label at all.
    """
    images, mistakes, labelled = [], [], 0
    for picture in data.pictures(part):
        labels = label_file(picture)
        labelled += labels.is_file()
        classes, people, wrong = _read(labels, data)
        mistakes += wrong
        sequence, time = _moment(picture.stem, fps)
        images.append(LabelledImage(picture, tuple(people), tuple(classes), sequence, time))
    if mistakes:
        more = len(mistakes) - _MOST_NAMED
        named = "\n".join(mistakes[:_MOST_NAMED]) + (f"\n… and {more} more" if more > 0 else "")
        raise InputError(
            f"{len(mistakes)} label lines are wrong:\n{named}",
            where=str(data.path),
            hint="each line is: class centre-x centre-y width height, the last four within 0–1",
        )
    if not labelled:
        raise InputError(
            f"no picture of the part '{part}' has a label file",
            where=str(data.path),
            hint="labels lie in a folder 'labels' beside 'images', or beside their picture",
        )
    return tuple(images)


def label_file(picture: Path) -> Path:
    """Return where the labels of ``picture`` belong: the last folder ``images`` is swapped."""
    parts = list(picture.parts)
    for index in range(len(parts) - 2, -1, -1):
        if parts[index] == "images":
            parts[index] = "labels"
            return Path(*parts).with_suffix(".txt")
    return picture.with_suffix(".txt")


def _read(path: Path, data: DataFile) -> tuple[list[int], list[TruePerson], list[str]]:
    """Return the classes and people of one file, and what is wrong with which line."""
    if not path.is_file():
        return [], [], []
    try:
        if path.stat().st_size > _LARGEST:
            return [], [], [f"{path}:1: the file is too large for labels"]
        lines = path.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        return [], [], [f"{path}:1: cannot be read as text"]
    classes: list[int] = []
    people: list[TruePerson] = []
    mistakes: list[str] = []
    for number, line in enumerate(lines, start=1):
        fields = line.split()
        if not fields:
            continue
        try:
            index, box = _line(fields, len(data.names))
        except ValueError as error:
            mistakes.append(f"{path}:{number}: {error}")
            continue
        role = data.roles[index]
        person = TruePerson(box, _AGES[role]) if role is not None else None
        if person is not None and person not in people:
            classes.append(index)
            people.append(person)
    return classes, people, mistakes


def _line(fields: Sequence[str], count: int) -> tuple[int, Box]:
    outline = len(fields) >= _OUTLINE_FIELDS and len(fields) % 2 == 1
    if len(fields) != _BOX_FIELDS and not outline:
        raise ValueError(f"has {len(fields)} fields, not {_BOX_FIELDS}")
    if not fields[0].isascii() or not fields[0].isdigit() or int(fields[0]) >= count:
        raise ValueError(f"'{fields[0][:20]}' is no class from 0 to {count - 1}")
    try:
        values = [float(field) for field in fields[1:]]
    except ValueError:
        raise ValueError("holds something that is no number") from None
    if not all(math.isfinite(value) for value in values):
        raise ValueError("holds a number that is not finite")
    if outline:
        xs, ys = values[::2], values[1::2]
        return int(fields[0]), _box(min(xs), min(ys), max(xs), max(ys))
    x, y, width, height = values
    if width <= 0 or height <= 0:
        raise ValueError("has no width or no height")
    return int(fields[0]), _box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def _box(x1: float, y1: float, x2: float, y2: float) -> Box:
    low, high = -_TOLERANCE, 1 + _TOLERANCE
    if min(x1, y1) < low or max(x2, y2) > high:
        raise ValueError("reaches out of the picture")
    box = Box(max(x1, 0.0), max(y1, 0.0), min(x2, 1.0), min(y2, 1.0))
    if box.x1 >= box.x2 or box.y1 >= box.y2:
        raise ValueError("has no width or no height")
    return box


def _moment(stem: str, fps: float | None) -> tuple[str, float | None]:
    match = _NUMBERED.match(stem)
    if match is None:
        return "", None
    number = int(match["number"])
    return match["sequence"], number / (1000.0 if fps is None else fps)
