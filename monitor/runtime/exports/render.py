"""Writes pictures anew for export: masked, people made unrecognisable, marked.

:func:`render` runs in a process of its own with the lowest priority (:func:`main`), so that neither
its hunger for processor time nor its death touches the service.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from av.container import InputContainer, OutputContainer
from av.video.frame import VideoFrame

from monitor.detectors.finder import Finder
from monitor.domain.errors import InputError, KanhuError
from monitor.domain.geometry import Point
from monitor.domain.media import Frame
from monitor.domain.people import Person
from monitor.domain.text import Text
from monitor.runtime.environment import Environment
from monitor.runtime.exports.blur import BlurPlan, Image, area_to_blur, blurred
from monitor.runtime.exports.watermark import Watermark
from monitor.runtime.finder_choice import open_finder
from monitor.runtime.masking import MaskedOut

_NICE = 15
_LOOKS_A_SECOND = 10.0
_QUALITY = 88

Find = Callable[[Sequence[Image]], list[list[Person]]]
"""Finds the people of pictures, as :class:`~monitor.detectors.finder.Finder` does."""


Mask = tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class RenderTask:
    """One picture or video to write anew from ``source`` to ``target`` (paths).

    ``masks`` are the privacy masks of the camera that took a video; a snapshot has them already.
    """

    source: str
    target: str
    masks: tuple[Mask, ...] = ()


@dataclass(frozen=True, slots=True)
class RenderJob:
    """What to write, whether people are made unrecognisable, and what is burned in."""

    pictures: tuple[RenderTask, ...]
    videos: tuple[RenderTask, ...]
    blur: bool
    mark: str

    def write(self, path: Path) -> None:
        """Write the job for the process that does it."""
        path.write_text(json.dumps(asdict(self), ensure_ascii=False), "utf-8")

    @classmethod
    def read(cls, path: Path) -> RenderJob:
        """Return what :meth:`write` wrote."""
        plain = json.loads(path.read_text("utf-8"))
        return cls(
            pictures=tuple(map(_task, plain["pictures"])),
            videos=tuple(map(_task, plain["videos"])),
            blur=bool(plain["blur"]),
            mark=str(plain["mark"]),
        )


def render(job: RenderJob, find: Find | None) -> None:
    """Write everything anew.

    Raises:
        InputError: a picture or video cannot be read, or nobody can look for people to blur.
    """
    if job.blur and find is None:
        raise InputError(
            Text(
                "没有人员模型，无法遮挡人员",
                "without a person model nobody can be made unrecognisable",
            )
        )
    looking = find if job.blur else None
    for task in job.pictures:
        _picture(job.mark, Path(task.source), Path(task.target), looking)
    for task in job.videos:
        _video(job.mark, task, looking)


def _task(plain: dict[str, Any]) -> RenderTask:
    masks = tuple(tuple((x, y) for x, y in mask) for mask in plain["masks"])
    return RenderTask(plain["source"], plain["target"], masks)


def _picture(mark: str, source: Path, target: Path, find: Find | None) -> None:
    read = cv2.imread(str(source))
    if read is None:
        raise InputError(Text("画面无法读取", "the picture cannot be read"), where=source.name)
    image = read.astype(np.uint8, copy=False)
    height, width = image.shape[:2]
    if find is not None:
        people = find([image])[0]
        image = blurred(image, (area_to_blur(person.box, width, height) for person in people))
    image = Watermark(mark, width, height).over(image)
    done, encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
    if not done:
        raise InputError(Text("画面无法写入", "the picture cannot be written"), where=target.name)
    target.write_bytes(encoded.tobytes())


def _video(mark: str, task: RenderTask, find: Find | None) -> None:
    source, target = Path(task.source), Path(task.target)
    masked = MaskedOut(task.masks)
    try:
        plan = _look_through(source, masked, find) if find is not None else None
        with (
            av.open(str(source)) as taken,
            av.open(str(target), "w", options={"movflags": "faststart"}) as made,
        ):
            _write(taken, made, masked, plan, mark)
    except (av.FFmpegError, IndexError) as error:
        raise InputError(
            Text(
                f"视频无法重新生成（{type(error).__name__}）",
                f"the video cannot be written anew ({type(error).__name__})",
            ),
            where=source.name,
        ) from None


def _look_through(source: Path, masked: MaskedOut, find: Find) -> BlurPlan:
    with av.open(str(source)) as taken:
        stream = taken.streams.video[0]
        plan, due = BlurPlan(stream.width, stream.height), -1.0
        for frame in _frames(taken):
            time = float(frame.time or 0.0)
            if time < due:
                continue
            due = time + 1 / _LOOKS_A_SECOND - 1e-3
            plan.found(time, find([_image(frame, masked)])[0])
    return plan


def _write(
    source: InputContainer,
    made: OutputContainer,
    masked: MaskedOut,
    plan: BlurPlan | None,
    text: str,
) -> None:
    taken = source.streams.video[0]
    width, height = taken.width // 2 * 2, taken.height // 2 * 2
    stream = made.add_stream("libx264", options={"crf": "23", "preset": "veryfast"})
    stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
    stream.time_base = stream.codec_context.time_base = taken.time_base or Fraction(1, 90_000)
    mark, last = Watermark(text, width, height), -1
    for frame in _frames(source):
        image = _image(frame, masked)[:height, :width]
        if plan is not None:
            image = blurred(image, plan.at(float(frame.time or 0.0)))
        fresh = VideoFrame.from_ndarray(mark.over(image), format="bgr24")
        fresh.pts = last = max(frame.pts or 0, last + 1)
        fresh.time_base = stream.time_base
        made.mux(stream.encode(fresh))
    made.mux(stream.encode())


def _frames(taken: InputContainer) -> Iterator[VideoFrame]:
    stream = taken.streams.video[0]
    stream.thread_type = "AUTO"
    return taken.decode(stream)


def _image(frame: VideoFrame, masked: MaskedOut) -> Image:
    image = frame.to_ndarray(format="bgr24").astype(np.uint8, copy=False)
    return masked.apply(Frame("", 0, 0.0, 0.0, np.ascontiguousarray(image))).image


def main(arguments: Sequence[str]) -> int:
    """Do the job in the file ``arguments[1]`` with the model of configuration ``arguments[0]``."""
    os.nice(_NICE)
    config, path = Path(arguments[0]), Path(arguments[1])
    job = RenderJob.read(path)
    try:
        finder: Finder | None = None
        if job.blur:
            environment = Environment.load(config)
            finder = open_finder(environment.settings.model, environment.models_folder)
        render(job, finder.find if finder is not None else None)
    except KanhuError as error:
        sys.stderr.write(f"{error.text.kept()}\n")
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
