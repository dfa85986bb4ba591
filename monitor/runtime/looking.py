"""Frames of many cameras, each looked at as its camera asks: one finder, one queue.

Cameras that ask for nothing special share one call, in which the finder runs as many pictures side
by side as it has streams; those whose people are known to be found as well at a smaller input
share another. The rest, at a size of their own or in tiles, follow one by one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence

import structlog

from monitor.detectors.finder import Finder
from monitor.detectors.finders.by_size import Resizable, Size
from monitor.detectors.finders.smaller_size import SmallerSize
from monitor.detectors.finders.tiles import find_in_tiles
from monitor.domain.errors import InputError, ModelError
from monitor.domain.media import Frame
from monitor.domain.people import Person
from monitor.domain.places import Camera
from monitor.runtime.metrics import SMALLER

log = structlog.get_logger(__name__)

Frames = Sequence[Frame]
Found = dict[int, list[Person]]
"""The people of frames by their place in the call."""


class Looks:
    """Finds the people of frames as each frame's camera asks."""

    def __init__(
        self,
        finder: Finder,
        cameras: Iterable[Camera],
        *,
        adapt: bool = False,
        closely: Callable[[str], bool] = lambda _camera_id: False,
    ) -> None:
        """With ``adapt`` smaller inputs are tried for cameras that ask for no size of their own.

        ``closely`` says whether every frame of a camera must have the usual size just now.
        """
        self._finder = finder
        self._resizable = finder if adapt and isinstance(finder, Resizable) else None
        self._closely = closely
        self._special: dict[str, Camera] = {}
        self._smaller: dict[str, SmallerSize] = {}
        self._model = self._model_now()
        self.change(cameras)

    def change(self, cameras: Iterable[Camera]) -> None:
        """Look at these cameras from now on; what is known of those that stay is kept."""
        cameras = tuple(cameras)
        self._special = {
            camera.id: camera for camera in cameras if camera.input_size or camera.tiles
        }
        if self._resizable is not None:
            self._smaller = {
                camera.id: self._smaller.get(camera.id) or SmallerSize(self._resizable.size)
                for camera in cameras
                if camera.id not in self._special
            }

    def find(self, frames: Frames) -> list[list[Person]]:
        """Return the people of each frame, best score first.

        Raises:
            ModelError: the inference failed, or the model cannot run at a camera's input size.
        """
        self._take_note_of_the_model()
        found: Found = {}
        usual: list[int] = []
        smaller: list[tuple[int, Size]] = []
        for index, frame in enumerate(frames):
            if frame.camera_id in self._special:
                continue
            if (size := self._size_for(frame)) is not None:
                smaller.append((index, size))
            else:
                usual.append(index)
        found |= _found_by(self._finder, frames, usual)
        compared = self._at_smaller(frames, self._to_compare(frames, usual, found))
        for index, people in compared.items():
            frame = frames[index]
            self._smaller[frame.camera_id].compared(frame.wall, found[index], people)
        found |= self._at_smaller(frames, smaller)
        lost = [index for index, _ in smaller if index not in found]
        found |= _found_by(self._finder, frames, lost)
        SMALLER.inc(len(smaller) - len(lost))
        return [
            found[index] if index in found else self._as_asked(frame)
            for index, frame in enumerate(frames)
        ]

    def _size_for(self, frame: Frame) -> Size | None:
        choice = self._smaller.get(frame.camera_id)
        if choice is None:
            return None
        return choice.size_for(frame.wall, closely=self._closely(frame.camera_id))

    def _to_compare(
        self, frames: Frames, usual: Sequence[int], found: Found
    ) -> Iterator[tuple[int, Size]]:
        for index in usual:
            frame = frames[index]
            choice = self._smaller.get(frame.camera_id)
            size = choice.looked(frame.wall, found[index]) if choice is not None else None
            if size is not None:
                yield index, size

    def _at_smaller(self, frames: Frames, wanted: Iterable[tuple[int, Size]]) -> Found:
        """Look at frames at smaller sizes; where the model cannot run at one, they are left out."""
        resizable = self._resizable
        if resizable is None:
            return {}
        by_size: defaultdict[Size, list[int]] = defaultdict(list)
        for index, size in wanted:
            by_size[size].append(index)
        found: Found = {}
        for size, indices in by_size.items():
            try:
                finder = resizable.at(size)
            except (InputError, ModelError) as error:
                log.warning("smaller_input_not_possible", size=size, error=str(error))
                for choice in self._smaller.values():
                    choice.impossible(size)
            else:
                found |= _found_by(finder, frames, indices)
        return found

    def _as_asked(self, frame: Frame) -> list[Person]:
        camera, finder = self._special[frame.camera_id], self._finder
        if isinstance(finder, Resizable):
            finder = finder.at(camera.input_size)
        if camera.tiles is not None:
            return find_in_tiles(finder, frame.image, camera.tiles)
        return finder.find([frame.image])[0]

    def _model_now(self) -> tuple[str, Size] | None:
        finder = self._resizable
        return (finder.sha256, finder.size) if finder is not None else None

    def _take_note_of_the_model(self) -> None:
        """Forget what is known of smaller sizes when another model has taken over."""
        now = self._model_now()
        if now is not None and now != self._model:
            self._model = now
            self._smaller = {item: SmallerSize(now[1]) for item in self._smaller}


def _found_by(finder: Finder, frames: Frames, indices: Sequence[int]) -> Found:
    if not indices:
        return {}
    people = finder.find([frames[index].image for index in indices])
    return dict(zip(indices, people, strict=True))
