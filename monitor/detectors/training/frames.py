"""The frames to train on: apart from the held-out ones, and ready for the training process."""

from __future__ import annotations

import hashlib
import math
import statistics
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2

from monitor.detectors.evaluation.data_file import DataFile
from monitor.detectors.evaluation.evaluate import read_picture
from monitor.detectors.evaluation.labels import LabelledImage
from monitor.detectors.models.files import sha256_of
from monitor.detectors.models.manifest import STRIDE
from monitor.domain.errors import InputError

_QUALITY = 95
_MOST_NAMED = 5
_SAMPLED = 50


def check_apart(
    train: Sequence[LabelledImage], held_out: Sequence[LabelledImage]
) -> dict[Path, str]:
    """Return the SHA-256 of every picture to train on.

    Raises:
        InputError: a picture is in both parts, under whatever name.
    """
    hashes = {image.path: sha256_of(image.path) for image in train}
    by_hash = {digest: path for path, digest in hashes.items()}
    pairs = [
        (by_hash[digest], image.path)
        for image in held_out
        if (digest := sha256_of(image.path)) in by_hash
    ]
    if pairs:
        named = "; ".join(f"{a} is {b}" for a, b in pairs[:_MOST_NAMED])
        raise InputError(
            f"{len(pairs)} pictures are in both parts: {named}",
            where="train and val",
            hint="what is judged on must not be trained on; split by camera and day",
        )
    return hashes


def data_hash(hashes: dict[Path, str], images: Sequence[LabelledImage], data: DataFile) -> str:
    """Return one SHA-256 for pictures, labels and class names together."""
    total = hashlib.sha256(repr(data.names).encode())
    for line in sorted(
        f"{hashes[image.path]} {list(zip(image.classes, image.people, strict=True))}"
        for image in images
    ):
        total.update(line.encode())
    return total.hexdigest()


def input_size(images: Sequence[LabelledImage], width: int) -> tuple[int, int]:
    """Return ``width`` and the height that keeps the shape of most pictures, to the stride.

    Raises:
        InputError: ``width`` is no multiple of the stride, or a picture cannot be read.
    """
    if width < STRIDE or width % STRIDE:
        raise InputError(f"the width {width} is no multiple of {STRIDE}", where="--imgsz")
    step = max(1, len(images) // _SAMPLED)
    shapes = [read_picture(image.path).shape for image in images[::step]]
    shape = statistics.median(rows / columns for rows, columns, _ in shapes)
    return width, math.ceil(round(width * shape / STRIDE, 3)) * STRIDE


def write_frames(
    images: Sequence[LabelledImage],
    data: DataFile,
    folder: Path,
    size: tuple[int, int],
    progress: Callable[[float], None],
) -> None:
    """Write pictures no larger than ``size`` and their labels into ``folder``.

    Copies, since ultralytics writes beside what it reads and mends pictures it finds broken.

    Raises:
        InputError: a picture cannot be read.
    """
    for kind in ("images", "labels"):
        (folder / kind / "train").mkdir(parents=True)
    for number, image in enumerate(images):
        picture = read_picture(image.path)
        scale = min(size[0] / picture.shape[1], size[1] / picture.shape[0], 1.0)
        if scale < 1:
            small = (
                max(1, round(picture.shape[1] * scale)),
                max(1, round(picture.shape[0] * scale)),
            )
            resized = cv2.resize(picture, small, interpolation=cv2.INTER_AREA)
        else:
            resized = picture
        target = folder / "images" / "train" / f"{number:06d}.jpg"
        cv2.imwrite(str(target), resized, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
        (folder / "labels" / "train" / f"{number:06d}.txt").write_text(_lines(image), "utf-8")
        progress((number + 1) / len(images))
    names = "".join(f"  {index}: {name!r}\n" for index, name in enumerate(data.names))
    (folder / "data.yaml").write_text(
        f"path: {str(folder.resolve())!r}\ntrain: images/train\nval: images/train\nnames:\n{names}",
        "utf-8",
    )


def _lines(image: LabelledImage) -> str:
    return "".join(
        f"{index} {person.box.centre[0]:.6f} {person.box.centre[1]:.6f} "
        f"{person.box.width:.6f} {person.box.height:.6f}\n"
        for index, person in zip(image.classes, image.people, strict=True)
    )
