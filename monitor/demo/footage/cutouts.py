"""People cut out of the picture that ships with ultralytics, with soft edges and clean colours.

The traced outline seeds GrabCut, which settles the edge inside a narrow band; the matte is then
softened, and colours near the edge are replaced by those further inside, so that nothing of the
old background shines through as a halo.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.demo.footage.outlines import (
    OUTLINES,
    PICTURE,
    PICTURE_SHA256,
    SLACK,
    Outline,
    Point,
)
from monitor.domain.errors import InputError

Picture = NDArray[np.uint8]
Shape = NDArray[np.int32]

_ENLARGED = 2
_MARGIN = 14
_HEIGHT = 600


@dataclass(frozen=True, slots=True)
class Cutout:
    """One person: ``image`` BGRA, straight alpha, feet on the last row, head on the first.

    ``face``, ``near_leg``, ``trousers`` and ``bare`` are outlines (n, 2), ``neck`` is a column,
    ``chin`` and ``hip`` are rows, all in pixels of ``image``; ``swing`` is a share of the height.
    """

    name: str
    image: Picture
    face: Shape
    near_leg: Shape
    trousers: Shape
    bare: tuple[Shape, ...]
    neck: float
    chin: float
    hip: float
    swing: float

    def reduced(self, factor: float) -> Cutout:
        """Return the same person in fewer pixels."""

        def shrunk(shape: Shape) -> Shape:
            return np.asarray((shape * factor).round(), np.int32)

        return replace(
            self,
            image=_scaled(self.image, factor, cv2.INTER_AREA),
            face=shrunk(self.face),
            near_leg=shrunk(self.near_leg),
            trousers=shrunk(self.trousers),
            bare=tuple(shrunk(hand) for hand in self.bare),
            neck=self.neck * factor,
            chin=self.chin * factor,
            hip=self.hip * factor,
        )


def find_picture() -> Path:
    """Return where the picture of people lies, without importing ultralytics (and so torch).

    Raises:
        InputError: ultralytics is not installed, or its picture is another one.
    """
    hint = "install the model tools: pip install 'kanhu[models]'"
    spec = importlib.util.find_spec("ultralytics")
    if spec is None or not spec.submodule_search_locations:
        raise InputError("the demo composes its footage from a picture in ultralytics", hint=hint)
    path = Path(spec.submodule_search_locations[0]) / "assets" / PICTURE
    if not path.is_file():
        raise InputError(f"ultralytics came without {PICTURE}", where=str(path), hint=hint)
    if hashlib.sha256(path.read_bytes()).hexdigest() != PICTURE_SHA256:
        raise InputError(
            "this is not the picture the people were traced in", where=str(path), hint=hint
        )
    return path


def cut_out(picture: Path | None = None) -> tuple[Cutout, ...]:
    """Return the people of the picture, each once, in the order of :data:`OUTLINES`."""
    image = cv2.imread(str(picture or find_picture()))
    if image is None:
        raise InputError("the picture of people cannot be read", where=str(picture))
    return tuple(_cut(np.asarray(image, np.uint8), outline) for outline in OUTLINES)


def _cut(picture: Picture, outline: Outline) -> Cutout:
    points = np.array(outline.body)
    left, top = np.maximum(points.min(axis=0).astype(int) - _MARGIN, 0)
    right, bottom = points.max(axis=0).astype(int) + _MARGIN
    crop = _scaled(picture[top:bottom, left:right], _ENLARGED, cv2.INTER_CUBIC)
    origin = np.array([left, top], float)
    if outline.borrowed:
        crop = _fill(crop, (np.array(outline.borrowed) - origin) * _ENLARGED)
    inside = np.zeros(crop.shape[:2], np.uint8)
    body = ((points - origin) * _ENLARGED).round().astype(np.int32)
    cv2.fillPoly(inside, [body], 255)
    alpha = _matte(crop, inside)
    colour = _spread_inner_colour(crop, alpha)
    rows, columns = np.nonzero(alpha > 127)
    y1, y2, x1, x2 = rows.min(), rows.max() + 1, columns.min(), columns.max() + 1
    cut = np.dstack([colour, alpha])[y1:y2, x1:x2]
    factor = _HEIGHT / cut.shape[0]
    origin += np.array([x1, y1]) / _ENLARGED

    def place(traced: Sequence[Point]) -> Shape:
        return np.asarray(((np.array(traced) - origin) * _ENLARGED * factor).round(), np.int32)

    anchors = place([(outline.neck, outline.chin), (outline.neck, outline.hip)])
    return Cutout(
        name=outline.name,
        image=_scaled(cut, factor, cv2.INTER_AREA),
        face=place(outline.face),
        near_leg=place(outline.near_leg),
        trousers=place(outline.trousers),
        bare=tuple(place(hand) for hand in outline.bare),
        neck=float(anchors[0, 0]),
        chin=float(anchors[0, 1]),
        hip=float(anchors[1, 1]),
        swing=outline.swing,
    )


def _scaled(picture: Picture, factor: float, how: int) -> Picture:
    return np.asarray(cv2.resize(picture, None, fx=factor, fy=factor, interpolation=how), np.uint8)


def _fill(crop: Picture, polygon: NDArray[np.float64]) -> Picture:
    mask = np.zeros(crop.shape[:2], np.uint8)
    cv2.fillPoly(mask, [polygon.round().astype(np.int32)], 255)
    return np.asarray(cv2.inpaint(crop, mask, 5, cv2.INPAINT_TELEA), np.uint8)


def _matte(crop: Picture, inside: Picture) -> Picture:
    """Return the soft alpha: the traced shape, its edge settled by GrabCut."""
    reach = round(SLACK * _ENLARGED)
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
    sure = cv2.erode(inside, disc)
    outer = cv2.dilate(inside, disc)
    labels = np.full(inside.shape, cv2.GC_BGD, np.uint8)
    labels[outer > 0] = cv2.GC_PR_BGD
    labels[inside > 0] = cv2.GC_PR_FGD
    labels[sure > 0] = cv2.GC_FGD
    cv2.setRNGSeed(7)
    cv2.grabCut(
        crop, labels, [0, 0, 1, 1], np.zeros((1, 65)), np.zeros((1, 65)), 3, cv2.GC_INIT_WITH_MASK
    )
    settled = np.where((labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD), 255, 0).astype(
        np.float32
    )
    # Where dark clothes meet a dark window GrabCut can only guess: half of the say is the hand's.
    mixed = cv2.GaussianBlur(0.5 * settled + 0.5 * inside.astype(np.float32), (0, 0), 2.2)
    soft = np.clip((mixed - 110) * 3.0, 0, 255).astype(np.uint8)
    return np.asarray(cv2.GaussianBlur(soft, (0, 0), 0.8), np.uint8)


def _spread_inner_colour(crop: Picture, alpha: Picture) -> Picture:
    """Return ``crop`` with the colours at and beyond the edge taken from a few pixels inside."""
    solid = cv2.erode((alpha > 250).astype(np.uint8), np.ones((3, 3), np.uint8), iterations=2)
    _, nearest = cv2.distanceTransformWithLabels(
        1 - solid, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    flat = np.zeros((int(nearest.max()) + 1, 3), np.uint8)
    flat[nearest[solid > 0]] = crop[solid > 0]
    spread = flat[nearest]
    blurred = cv2.GaussianBlur(spread, (0, 0), 1.5)
    return np.where(solid[..., None] > 0, crop, blurred).astype(np.uint8)
