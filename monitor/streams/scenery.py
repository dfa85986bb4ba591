"""Does the camera still look where it looked? Notices a camera that was turned, moved or zoomed.

What stands still in a room gives its picture a fixed structure: the directions of its edges, cell
by cell of a coarse grid. Directions do not change with the light, nor when light and dark change
places, and what moves averages out over a few pictures. Furniture, cots and people alter some
cells; a camera that moves alters all of them at once. So a view counts as moved when hardly a cell
shows what it used to, for a while; never when the present picture shows too little to tell.

The memory of a view follows slow changes of a room. It holds edges at a hundredth of the
picture's resolution, and is kept in memory only.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_ROWS, _COLUMNS = 5, 8
_SHAPES = 2
_FLAT = 6.0  # gradient below which there is no edge but noise
_AROUND = 15


@dataclass(frozen=True, slots=True)
class ScenerySettings:
    """When a view counts as moved. Shares, seconds, pictures.

    ``learn`` pictures make the first memory; each picture weighs ``fresh`` in the present view and
    ``slow`` in the memory. A cell agrees from a correlation of ``alike``. The view has moved when
    fewer than ``moved_below`` of the cells agree for ``after`` seconds and pictures, and is back
    when more than ``back_above`` do. Cells with less than ``structured`` edge a pixel do not
    count; with fewer than ``least_cells`` nothing can be told.
    """

    learn: int = 15
    fresh: float = 0.15
    slow: float = 0.0005
    alike: float = 0.4
    moved_below: float = 0.35
    back_above: float = 0.55
    after: float = 30.0
    pictures: int = 15
    structured: float = 0.01
    least_cells: int = 8


@dataclass(slots=True)
class _Memory:
    reference: Floats
    present: Floats
    pictures: int = 1


class Scenery:
    """The fixed structure of one camera's view. Feed it about one sound picture a second."""

    def __init__(self, settings: ScenerySettings | None = None) -> None:
        self._settings = settings or ScenerySettings()
        self._memories: OrderedDict[tuple[int, ...], _Memory] = OrderedDict()
        self._moved_since: float | None = None
        self._other_since: float | None = None
        self._others = 0

    @property
    def moved_since(self) -> float | None:
        """When the camera was moved, or ``None`` while it looks where it always looked."""
        return self._moved_since

    def see(self, luma: NDArray[np.uint8], now: float) -> float | None:
        """Take in the brightness of a picture that is neither dark nor covered.

        ``luma`` has the shape (height, width), about 160 pixels across; ``now`` is in seconds.
        Returns the share of cells that look as they used to, ``None`` when that cannot be told.
        """
        edges = edge_directions(luma)
        memory = self._memories.get(edges.shape)
        if memory is None:
            # Main stream and substream may differ in shape, and each has a memory of its own.
            self._memories[edges.shape] = _Memory(edges.copy(), edges)
            if len(self._memories) > _SHAPES:
                self._memories.popitem(last=False)
            return None
        settings = self._settings
        memory.pictures += 1
        memory.present += settings.fresh * (edges - memory.present)
        if memory.pictures <= settings.learn:
            memory.reference += (edges - memory.reference) / memory.pictures
            return None
        share = self._agreeing(memory)
        if share is not None:
            self._judge(share, now)
            if share > settings.back_above:
                memory.reference += settings.slow * (edges - memory.reference)
        return share

    def _agreeing(self, memory: _Memory) -> float | None:
        before, now = _cells(memory.reference), _cells(memory.present)
        energy = (before**2).mean(axis=1)
        known = energy > self._settings.structured
        if np.count_nonzero(known) < self._settings.least_cells:
            return None
        present = (now**2).mean(axis=1)
        if np.count_nonzero(present > self._settings.structured / 2) < known.sum() / 2:
            return None
        alike = (before * now).mean(axis=1) / np.sqrt(np.maximum(energy * present, 1e-12))
        return float((alike[known] > self._settings.alike).mean())

    def _judge(self, share: float, now: float) -> None:
        settings = self._settings
        moved = self._moved_since is not None
        other = share > settings.back_above if moved else share < settings.moved_below
        if not other:
            self._other_since, self._others = None, 0
            return
        self._other_since = now if self._other_since is None else self._other_since
        self._others += 1
        if now - self._other_since >= settings.after and self._others >= settings.pictures:
            self._moved_since = None if moved else self._other_since
            self._other_since, self._others = None, 0


def edge_directions(luma: NDArray[np.uint8]) -> Floats:
    """Return the doubled-angle directions of the edges of ``luma``, shape (2, height, width).

    Their length is 0 where there is no edge, and below 1 elsewhere, relative to the edges around.
    """
    smooth = cv2.GaussianBlur(luma, (3, 3), 0).astype(np.float32)
    across = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=3) / 4
    down = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=3) / 4
    power = across**2 + down**2
    strength = np.sqrt(power)
    around = cv2.blur(strength, (_AROUND, _AROUND))
    weight = strength / (strength + around + _FLAT) / np.maximum(power, 1e-6)
    return np.stack(((across**2 - down**2) * weight, 2 * across * down * weight))


def _cells(edges: Floats) -> Floats:
    """Return ``edges`` cell by cell, shape (cells, values)."""
    _, height, width = edges.shape
    rows, columns = height // _ROWS, width // _COLUMNS
    cut = edges[:, : rows * _ROWS, : columns * _COLUMNS]
    cells = cut.reshape(2, _ROWS, rows, _COLUMNS, columns).transpose(1, 3, 0, 2, 4)
    return np.ascontiguousarray(cells).reshape(_ROWS * _COLUMNS, -1)
