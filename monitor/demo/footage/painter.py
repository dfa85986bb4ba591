"""One camera's pictures of a world, moment by moment.

Everybody is drawn from far to near; whatever stands between somebody and the camera is drawn
over them again, so that furniture hides the right people whatever the order.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.demo.footage.cutouts import Cutout, Picture
from monitor.demo.footage.figures import Figure, make_figure
from monitor.demo.footage.setting import Backdrop, Occluder, look_at
from monitor.demo.footage.staging import Stance, stage, tallest_px, waver
from monitor.demo.footage.textures import Rectangle
from monitor.demo.footage.world import Covering, Scene
from monitor.domain.people import AgeClass

MARK = "合成画面 composed footage"

_NOISES = 6
_NOISE_SIGMA = 0.9
_SPECK_PX = 2.2
_COVER_SECONDS = 1.2

Area = tuple[int, int, int, int]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Somebody in a picture: premultiplied BGRA ``patch`` with its top left at ``corner``."""

    stance: Stance
    corner: tuple[int, int]
    patch: Picture

    @property
    def area(self) -> Area:
        """Return left, top, right, bottom of the patch in the picture."""
        rows, columns = self.patch.shape[:2]
        return self.corner[0], self.corner[1], self.corner[0] + columns, self.corner[1] + rows


class Painter:
    """Draws a scene; one painter for one camera."""

    def __init__(self, scene: Scene, cutouts: Sequence[Cutout]) -> None:
        self.scene = scene
        self.optics = scene.optics
        self._backdrop: Backdrop = look_at(scene.world.build(), scene.optics)
        by_name = {cutout.name: cutout for cutout in cutouts}
        self._figures: list[Figure] = [
            make_figure(
                by_name[actor.cut],
                actor.look,
                actor.age is AgeClass.CHILD,
                tallest_px=tallest,
                tint=self._backdrop.tint,
            )
            for actor, tallest in zip(
                scene.world.actors, tallest_px(scene.world, scene.optics), strict=True
            )
        ]
        shape = (self.optics.height, self.optics.width)
        self._noise = _noise(shape)
        self._empty = self._backdrop.picture.copy()
        _burn_mark(self._empty)
        self._cloth = _cloth(shape)

    def frame(self, time: float) -> Picture:
        """Return the picture at ``time`` seconds, BGR, without sensor noise."""
        picture = self._empty.copy()
        for drawn in self.drawn(time):
            touched = _joined(self._shadow(picture, drawn.stance), drawn.area)
            _over(picture, drawn.patch, drawn.corner)
            for occluder in self.hiding(drawn.stance):
                self._uncover(picture, occluder, touched)
        if self.scene.covering is not None:
            self._cover(picture, self.scene.covering, time)
        return picture

    def planar(self, time: float, index: int) -> NDArray[np.uint8]:
        """Return the picture as planar YUV 4:2:0 with flicker and noise, for the encoder."""
        planes = cv2.cvtColor(self.frame(time), cv2.COLOR_BGR2YUV_I420)
        luma = planes[: self.optics.height]
        world = self.scene.world
        if world.flicker:
            gain = 1 + world.flicker * waver(time, world.loop, 1.1) * waver(time, world.loop, 4.3)
            cv2.convertScaleAbs(luma, dst=luma, alpha=gain)
        brighter, darker = self._noise[(index // 2 * 5) % _NOISES]
        cv2.add(luma, brighter, dst=luma)
        cv2.subtract(luma, darker, dst=luma)
        return np.asarray(planes, np.uint8)

    def drawn(self, time: float) -> list[Drawn]:
        """Return everybody in the picture at ``time``, the farthest first."""
        people = (self._draw(stance) for stance in stage(self.scene.world, self.optics, time))
        return [person for person in people if person is not None]

    def hiding(self, stance: Stance) -> list[Occluder]:
        """Return what stands between the camera and somebody."""
        eye = (self.optics.x, self.optics.z)
        foot = (stance.place.x, stance.place.z)
        return [o for o in self._backdrop.occluders if _crosses(eye, foot, o.footprint)]

    def visible(self, time: float) -> list[tuple[Stance, NDArray[np.bool_], int]]:
        """Return everybody with the pixels of them that show, and how many there would be."""
        size = (self.optics.height, self.optics.width)
        shown: list[tuple[Stance, NDArray[np.bool_], int]] = []
        for drawn in self.drawn(time):
            solid = np.zeros((*size, 3), np.uint8)
            white = np.repeat(drawn.patch[..., 3:], 4, axis=2)
            _over(solid, white, drawn.corner)
            mask = solid[..., 0] > 127
            for _, nearer, _ in shown:
                nearer &= ~mask
            for occluder in self.hiding(drawn.stance):
                left, top, right, bottom = occluder.area
                mask[top:bottom, left:right] &= occluder.cover < 0.5
            shown.append((drawn.stance, mask, int((drawn.patch[..., 3] > 127).sum())))
        return shown

    def _draw(self, stance: Stance) -> Drawn | None:
        figure = self._figures[stance.index]
        source = figure.picture(stance.height_px / stance.legs, stance.step, stance.away)
        if stance.legs < 1:
            source = _seated(source, figure.hip, stance.legs)
        rows, columns = source.shape[:2]
        whole = stance.actor.height_m * stance.scale
        across = whole / (rows if stance.legs == 1 else rows / _shrink(figure.hip, stance.legs))
        up = np.array(stance.head) - np.array(stance.foot)
        along = np.array([-up[1], up[0]]) / max(float(np.linalg.norm(up)), 1e-6) * across
        if stance.mirrored:
            along = -along
        down = -up / rows
        corner = np.array(stance.head) - along * columns / 2
        matrix = np.column_stack([along, down, corner])
        ends = matrix @ np.array([[0, columns, 0, columns], [0, 0, rows, rows], [1, 1, 1, 1.0]])
        left, top = np.floor(ends.min(axis=1)).astype(int)
        right, bottom = np.ceil(ends.max(axis=1)).astype(int)
        if right <= 0 or bottom <= 0 or left >= self.optics.width or top >= self.optics.height:
            return None
        matrix[:, 2] -= (left, top)
        patch = cv2.warpAffine(source, matrix, (int(right - left), int(bottom - top)))
        return Drawn(stance, (int(left), int(top)), np.asarray(patch, np.uint8))

    def _shadow(self, picture: Picture, stance: Stance) -> Area:
        """Darken the floor under somebody's feet; return where."""
        pitch = math.atan2(self.optics.height_m, stance.distance)
        wide = 0.20 * stance.actor.height_m * stance.scale
        deep = max(wide * math.sin(pitch) * 0.8, 1.0)
        reach_x, reach_y = round(2 * wide), round(2 * deep) + 1
        aside = self._figures[stance.index].sole * stance.actor.height_m * stance.scale
        x = round(stance.foot[0] + (-aside if stance.mirrored else aside))
        y = round(stance.foot[1] - 0.15 * deep)
        whole = (x - reach_x, y - reach_y, x + reach_x, y + reach_y)
        area = _clipped(picture, whole)
        if area is None:
            return whole
        left, top, right, bottom = area
        dark = cv2.resize(_SHADOW, (2 * reach_x, 2 * reach_y))
        dark = dark[top - whole[1] : bottom - whole[1], left - whole[0] : right - whole[0]]
        part = picture[top:bottom, left:right]
        cv2.multiply(part, cv2.cvtColor(dark, cv2.COLOR_GRAY2BGR), dst=part, scale=1 / 255)
        return area

    def _uncover(self, picture: Picture, occluder: Occluder, touched: Area) -> None:
        """Draw the empty place again where ``occluder`` hides what was drawn in ``touched``."""
        left, top = (max(a, b) for a, b in zip(occluder.area[:2], touched[:2], strict=True))
        right, bottom = (min(a, b) for a, b in zip(occluder.area[2:], touched[2:], strict=True))
        if left >= right or top >= bottom:
            return
        x, y = occluder.area[:2]
        cover = occluder.cover[top - y : bottom - y, left - x : right - x, None]
        part = picture[top:bottom, left:right]
        part[:] = (part * (1 - cover) + self._empty[top:bottom, left:right] * cover + 0.5).astype(
            np.uint8
        )

    def _cover(self, picture: Picture, covering: Covering, time: float) -> None:
        """Let the cloth come down over the lens, hang, and be taken away."""
        share = min((time - covering.start), (covering.end - time)) / _COVER_SECONDS
        if share <= 0:
            return
        height = picture.shape[0]
        edge = min(share, 1.0) * height * 1.35
        rows = np.arange(height, dtype=np.float32)
        cover = np.clip((edge - rows) / (0.3 * height), 0, 1)[:, None, None]
        picture[:] = (picture * (1 - cover) + self._cloth * cover).astype(np.uint8)


def _shrink(hip: float, legs: float) -> float:
    """Return the height of a seated figure as a share of its standing height."""
    return hip + (1 - hip) * legs


def _seated(source: Picture, hip: float, legs: float) -> Picture:
    row = round(source.shape[0] * hip)
    lower = source[row:]
    size = (source.shape[1], max(1, round(lower.shape[0] * legs)))
    return np.vstack([source[:row], cv2.resize(lower, size, interpolation=cv2.INTER_AREA)])


def _joined(a: Area, b: Area) -> Area:
    return min(a[0], b[0]), min(a[1], b[1]), max(a[2], b[2]), max(a[3], b[3])


def _clipped(picture: Picture, area: Area) -> Area | None:
    left, top = max(area[0], 0), max(area[1], 0)
    right, bottom = min(area[2], picture.shape[1]), min(area[3], picture.shape[0])
    return None if left >= right or top >= bottom else (left, top, right, bottom)


def _over(picture: Picture, patch: Picture, corner: tuple[int, int]) -> None:
    rows, columns = patch.shape[:2]
    area = _clipped(picture, (*corner, corner[0] + columns, corner[1] + rows))
    if area is None:
        return
    left, top, right, bottom = area
    part = patch[top - corner[1] : bottom - corner[1], left - corner[0] : right - corner[0]]
    below = picture[top:bottom, left:right]
    clear = cv2.cvtColor(255 - part[..., 3], cv2.COLOR_GRAY2BGR)
    shining = cv2.multiply(below, clear, scale=1 / 255)
    cv2.add(shining, cv2.cvtColor(part, cv2.COLOR_BGRA2BGR), dst=below)


def _crosses(eye: tuple[float, float], foot: tuple[float, float], footprint: Rectangle) -> bool:
    """Say whether the line on the floor from ``eye`` to ``foot`` passes through ``footprint``."""
    first, last = 0.0, 1.0
    for start, end, low, high in (
        (eye[0], foot[0], footprint[0], footprint[2]),
        (eye[1], foot[1], footprint[1], footprint[3]),
    ):
        way = end - start
        if abs(way) < 1e-9:
            if not low <= start <= high:
                return False
            continue
        a, b = sorted(((low - start) / way, (high - start) / way))
        first, last = max(first, a), min(last, b)
    return first < last


def _burn_mark(picture: Picture) -> None:
    """Write at the bottom that this is composed footage."""
    height, width = picture.shape[:2]
    size = max(10, round(height / 42))
    face = cv2.FontFace("uni")
    x, y = round(width * 0.012), height - round(size * 0.7)
    for shift, colour in ((1, (60, 60, 60)), (0, (250, 250, 250))):
        cv2.putText(picture, MARK, (x + shift, y + shift), colour, face, size, 400)


def _noise(shape: tuple[int, int]) -> list[tuple[Picture, Picture]]:
    """Return what a sensor's noise adds and takes away, several times.

    It comes in soft specks: the encoder would flatten finer noise, and a picture in which nothing
    ever changes looks like a frozen camera.
    """
    rng = np.random.default_rng(11)
    specks = cv2.GaussianBlur(rng.standard_normal(shape, np.float32), (0, 0), _SPECK_PX)
    levels = np.rint(specks * (_NOISE_SIGMA / specks.std()))
    brighter = np.asarray(levels.clip(0, 9), np.uint8)
    darker = np.asarray((-levels).clip(0, 9), np.uint8)
    shifts = [(int(rng.integers(shape[0])), int(rng.integers(shape[1]))) for _ in range(_NOISES)]
    return [(np.roll(brighter, by, (0, 1)), np.roll(darker, by, (0, 1))) for by in shifts]


def _shadow_template() -> Picture:
    """Return how much light reaches the floor under somebody, 0–255, over four half-widths."""
    across = np.linspace(-2, 2, 128, dtype=np.float32) ** 2
    dark = 0.48 * np.exp(-1.5 * (across[None, :] + across[:, None]))
    return np.asarray(255 * (1 - dark), np.uint8)


_SHADOW = _shadow_template()


def _cloth(shape: tuple[int, int]) -> NDArray[np.float32]:
    """Return cloth so close to the lens that nothing of it is sharp."""
    coarse = np.random.default_rng(21).uniform(0, 1, (5, 8)).astype(np.float32)
    soft = cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    cloth = np.array((62, 68, 82), np.float32) + 26 * np.clip(soft, 0, 1)[..., None]
    marked = cloth.astype(np.uint8)
    _burn_mark(marked)
    return marked.astype(np.float32)
