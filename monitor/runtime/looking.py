"""Frames of many cameras, each looked at as its camera asks: one call, one finder, one queue.

Cameras that ask for nothing special share one call, in which the finder runs as many pictures side
by side as it has streams. The others, at a size of their own or in tiles, follow one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from monitor.detectors.finder import Finder
from monitor.detectors.finders.by_size import Resizable
from monitor.detectors.finders.tiles import find_in_tiles
from monitor.domain.media import Frame
from monitor.domain.people import Person
from monitor.domain.places import Camera


class Looks:
    """Finds the people of frames as each frame's camera asks."""

    def __init__(self, finder: Finder, cameras: Iterable[Camera]) -> None:
        self._finder = finder
        self._special = {
            camera.id: camera for camera in cameras if camera.input_size or camera.tiles
        }

    def find(self, frames: Sequence[Frame]) -> list[list[Person]]:
        """Return the people of each frame, best score first.

        Raises:
            ModelError: the inference failed, or the model cannot run at a camera's input size.
        """
        plain = [frame for frame in frames if frame.camera_id not in self._special]
        together = iter(self._finder.find([frame.image for frame in plain]) if plain else ())
        return [
            self._closely(frame, camera) if camera is not None else next(together)
            for frame, camera in ((frame, self._special.get(frame.camera_id)) for frame in frames)
        ]

    def _closely(self, frame: Frame, camera: Camera) -> list[Person]:
        finder = self._finder
        if isinstance(finder, Resizable):
            finder = finder.at(camera.input_size)
        if camera.tiles is not None:
            return find_in_tiles(finder, frame.image, camera.tiles)
        return finder.find([frame.image])[0]
