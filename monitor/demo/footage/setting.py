"""A furnished room or yard, and what one camera sees of it while nobody is there."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.demo.footage.cutouts import Picture
from monitor.demo.footage.furniture import Item
from monitor.demo.footage.optics import Optics
from monitor.demo.footage.surfaces import Canvas, Colour, Face, flat
from monitor.demo.footage.textures import Plan, Rectangle

_LEAST_COVER = 8


@dataclass(frozen=True, slots=True)
class Setting:
    """A place without people.

    ``screens`` are parts of walls that hide who has gone through a doorway, with the strip of
    floor they stand on. ``tint`` multiplies blue, green and red: the colour of the light.
    """

    plan: Plan
    walls: tuple[Face, ...]
    items: tuple[Item, ...]
    screens: tuple[Item, ...] = ()
    backdrop: Colour = (232, 224, 212)
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Occluder:
    """What people behind a thing disappear behind: its ``cover`` (0–1) of the picture's ``area``.

    ``area`` is left, top, right, bottom in pixels.
    """

    footprint: Rectangle
    area: tuple[int, int, int, int]
    cover: NDArray[np.float32] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Backdrop:
    """The empty place as one camera sees it."""

    optics: Optics
    picture: Picture
    occluders: tuple[Occluder, ...]
    tint: tuple[float, float, float]


def look_at(setting: Setting, optics: Optics) -> Backdrop:
    """Draw ``setting`` as seen through ``optics``."""
    for item in setting.items:
        if item.shadow:
            setting.plan.shadow(item.footprint, item.shadow)
    canvas = Canvas(optics, setting.backdrop)
    x1, z1, x2, z2 = setting.plan.extent
    canvas.draw([flat(setting.plan.texture, (x1, x2), (z1, z2))])
    canvas.draw(setting.walls)
    far_first = sorted(setting.items, key=lambda item: -_distance(item, optics))
    for item in far_first:
        canvas.draw(item.faces)
    hiding = [item for item in (*setting.screens, *far_first) if item.hides]
    occluders = [_occluder(item, canvas) for item in hiding]
    picture = _graded(canvas.picture(), setting.tint)
    return Backdrop(optics, picture, tuple(o for o in occluders if o is not None), setting.tint)


def _distance(item: Item, optics: Optics) -> float:
    x1, z1, x2, z2 = item.footprint
    nearest_x = min(max(optics.x, x1), x2)
    nearest_z = min(max(optics.z, z1), z2)
    middle = np.hypot((x1 + x2) / 2 - optics.x, (z1 + z2) / 2 - optics.z)
    return float(0.5 * middle + 0.5 * np.hypot(nearest_x - optics.x, nearest_z - optics.z))


def _occluder(item: Item, canvas: Canvas) -> Occluder | None:
    mask = canvas.mask(item.faces)
    x, y, width, height = cv2.boundingRect((mask > _LEAST_COVER).astype(np.uint8))
    if width == 0:
        return None
    cover = np.asarray(mask[y : y + height, x : x + width] / 255, np.float32)
    return Occluder(item.footprint, (x, y, x + width, y + height), cover)


def _graded(picture: Picture, tint: tuple[float, float, float]) -> Picture:
    """Return the picture in the light's colour, a little darker towards its corners."""
    height, width = picture.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float32)
    radius = np.hypot((x - width / 2) / width, (y - height / 2) / width)
    vignette = 1 - 0.32 * radius**2
    soft = cv2.GaussianBlur(picture, (0, 0), 0.0006 * width)
    lit = soft * np.array(tint, np.float32) * vignette[..., None]
    return np.asarray(np.clip(lit, 0, 255), np.uint8)
