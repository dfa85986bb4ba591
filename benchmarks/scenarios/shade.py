"""How far furniture hides what stands behind it, as seen by one camera."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

import numpy as np

from benchmarks.scenarios.people import Floats
from monitor.demo.footage.optics import Optics


class Block(Protocol):
    """A block on the floor: corners of its footprint and its height, metres."""

    @property
    def x1(self) -> float: ...  # noqa: D102
    @property
    def z1(self) -> float: ...  # noqa: D102
    @property
    def x2(self) -> float: ...  # noqa: D102
    @property
    def z2(self) -> float: ...  # noqa: D102
    @property
    def tall(self) -> float: ...  # noqa: D102


def concealed_m(x: Floats, z: Floats, optics: Optics, blocks: Iterable[Block]) -> Floats:
    """Return up to which height, in metres, blocks conceal what stands at floor points (x, z).

    A ray from the camera passes over a block if it is higher than the block where it leaves its
    footprint, because rays fall.
    """
    dx, dz = x - optics.x, z - optics.z
    inverse_x = 1 / np.where(np.abs(dx) < 1e-9, 1e-9, dx)
    inverse_z = 1 / np.where(np.abs(dz) < 1e-9, 1e-9, dz)
    concealed = np.zeros_like(x)
    for block in blocks:
        enter_x, leave_x = _slab(block.x1 - optics.x, block.x2 - optics.x, inverse_x)
        enter_z, leave_z = _slab(block.z1 - optics.z, block.z2 - optics.z, inverse_z)
        enter = np.maximum(enter_x, enter_z)
        leave = np.minimum(np.minimum(leave_x, leave_z), 1.0)
        crosses = (enter < leave) & (leave > 0) & (enter < 1)
        height = (block.tall - optics.height_m * (1 - leave)) / np.maximum(leave, 1e-6)
        np.maximum(concealed, np.where(crosses, height, 0.0), out=concealed)
    return concealed


def _slab(low: float, high: float, inverse: Floats) -> tuple[Floats, Floats]:
    a, b = low * inverse, high * inverse
    return np.minimum(a, b), np.maximum(a, b)
