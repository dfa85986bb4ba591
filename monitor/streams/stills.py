"""Single pictures from photographs and recordings, spread evenly over them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.domain.errors import InputError
from monitor.domain.text import Text

Picture = NDArray[np.uint8]
_T = TypeVar("_T")

PHOTOGRAPHS = frozenset((".jpg", ".jpeg", ".png", ".bmp", ".webp"))
RECORDINGS = frozenset((".mp4", ".mkv", ".mov", ".avi", ".ts", ".m4v"))


def pictures_of(paths: Sequence[Path], most: int) -> list[Picture]:
    """Return at most ``most`` BGR pictures from files, and from those inside folders.

    Of a recording only key frames are taken. Every file gives about as many pictures as any other.

    Raises:
        InputError: there is no picture, or a file cannot be read.
    """
    files = [file for path in paths for file in _files(path)]
    if not files:
        raise InputError(
            Text("没有照片，也没有录像", "there is neither a photograph nor a recording"),
            where=", ".join(map(str, paths)),
            hint=Text(
                "写文件夹或文件，如 frames/*.jpg 或 nap.mp4",
                "name folders or files, such as frames/*.jpg or nap.mp4",
            ),
        )
    share = max(1, most // len(files))
    chosen = _spread(files, most)
    return [picture for file in chosen for picture in _pictures(file, share)][:most]


def _files(path: Path) -> list[Path]:
    if path.is_dir():
        known = PHOTOGRAPHS | RECORDINGS
        return sorted(file for file in path.rglob("*") if file.suffix.lower() in known)
    if not path.is_file():
        raise InputError(
            Text("没有这个文件或文件夹", "there is no such file or folder"), where=str(path)
        )
    return [path]


def _pictures(file: Path, most: int) -> list[Picture]:
    if file.suffix.lower() in PHOTOGRAPHS:
        picture = cv2.imread(str(file))
        if picture is None:
            raise InputError(
                Text("不是可以读取的照片", "is no photograph that can be read"), where=str(file)
            )
        return [picture.astype(np.uint8, copy=False)]
    try:
        return list(_key_frames(file, most))
    except (av.error.FFmpegError, IndexError) as error:
        raise InputError(
            Text(f"不能作为录像读取：{error}", f"cannot be read as a recording: {error}"),
            where=str(file),
        ) from None


def _key_frames(file: Path, most: int) -> Iterator[Picture]:
    with av.open(str(file)) as container:
        stream = container.streams.video[0]
        stream.codec_context.skip_frame = "NONKEY"
        places = [packet.pts for packet in container.demux(stream) if packet.is_keyframe]
        wanted = set(_spread([place for place in places if place is not None], most))
        container.seek(0)
        for frame in container.decode(stream):
            if frame.pts in wanted:
                yield frame.to_ndarray(format="bgr24").astype(np.uint8, copy=False)


def _spread(items: Sequence[_T], most: int) -> list[_T]:
    if len(items) <= most:
        return list(items)
    return [items[round(index * (len(items) - 1) / max(most - 1, 1))] for index in range(most)]
