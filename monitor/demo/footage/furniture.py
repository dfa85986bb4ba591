"""Things that stand in rooms and yards."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from monitor.demo.footage.cutouts import Picture
from monitor.demo.footage.surfaces import Colour, Corner, Face, box, drum, shaded
from monitor.demo.footage.textures import PPM, Rectangle

WOOD: Colour = (150, 190, 220)
WHITE: Colour = (236, 240, 242)
_TOYS: tuple[Colour, ...] = (
    (110, 150, 235),
    (130, 205, 240),
    (140, 200, 150),
    (215, 175, 120),
    (200, 150, 205),
    (225, 225, 215),
)


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """A thing: its faces, and the part of the floor it stands on (x1, z1, x2, z2, metres).

    Faces are drawn in order, so what is farther along z comes first, and what is higher later.
    ``hides`` says whether somebody behind it must be drawn before it; flat or far things need not.
    """

    faces: tuple[Face, ...]
    footprint: Rectangle
    hides: bool = True
    shadow: float = 0.34


def shelf(x: float, z: float, width: float, seed: int, facing: str = "south") -> Item:
    """Return a low open shelf with toys, ``(x, z)`` the corner with the least coordinates.

    ``facing`` is ``south`` (towards smaller z), ``east`` or ``west``.
    """
    depth, height = 0.36, 0.72
    picture = _compartments(width, height, seed)
    if facing == "south":
        faces = box((x, x + width), (0, height), (z, z + depth), WOOD, picture)
        return Item(tuple(faces), (x, z, x + width, z + depth))
    faces = box((x, x + depth), (0, height), (z, z + width), WOOD)
    near, far = (x + depth, z), (x + depth, z + width)
    if facing == "west":
        near, far = (x, z + width), (x, z)
    corners = (
        (near[0], height, near[1]),
        (far[0], height, far[1]),
        (far[0], 0.0, far[1]),
        (near[0], 0.0, near[1]),
    )
    return Item((*faces, Face(corners, picture)), (x, z, x + depth, z + width))


def _compartments(width: float, height: float, seed: int) -> Picture:
    rows, columns = round(height * PPM), round(width * PPM)
    rng = np.random.default_rng(seed)
    picture = np.full((rows, columns, 3), shaded(WOOD, 0.94), np.uint8)
    across = max(2, round(width / 0.42))
    for i in range(across):
        for j in range(2):
            x1, x2 = round(columns * i / across) + 4, round(columns * (i + 1) / across) - 4
            y1, y2 = round(rows * j / 2) + 5, round(rows * (j + 1) / 2) - 5
            cv2.rectangle(picture, (x1, y1), (x2, y2), shaded(WOOD, 0.70), -1)
            colour = _TOYS[int(rng.integers(len(_TOYS)))]
            if rng.random() < 0.5:
                cv2.rectangle(picture, (x1 + 6, y1 + 14), (x2 - 6, y2), colour, -1)
                cv2.rectangle(
                    picture, (x1 + 6, y1 + 14), (x2 - 6, y1 + 20), shaded(colour, 0.9), -1
                )
                continue
            left = x1 + 5
            while left < x2 - 10:
                book = int(rng.integers(5, 10))
                top = y1 + int(rng.integers(6, 16))
                tone = _TOYS[int(rng.integers(len(_TOYS)))]
                cv2.rectangle(picture, (left, top), (left + book, y2), tone, -1)
                left += book + 1
    return picture


def table(x: float, z: float, width: float, depth: float, colour: Colour = WOOD) -> Item:
    """Return a low table, its front closed by a panel."""
    height, inset = 0.46, 0.06
    panel = box(
        (x + inset, x + width - inset),
        (0, height - 0.04),
        (z + inset, z + depth - inset),
        shaded(colour, 0.93),
    )
    top = box((x, x + width), (height - 0.04, height), (z, z + depth), shaded(colour, 1.08))
    return Item((*panel, *top), (x, z, x + width, z + depth))


def round_table(x: float, z: float, radius: float, colour: Colour = WOOD) -> Item:
    """Return a low round table."""
    foot = drum((x, z), radius * 0.45, (0, 0.43), shaded(colour, 0.86))
    top = drum((x, z), radius, (0.43, 0.47), shaded(colour, 1.06))
    return Item((*foot, *top), (x - radius, z - radius, x + radius, z + radius), shadow=0.26)


def stool(x: float, z: float, colour: Colour) -> Item:
    """Return a low stool, too low to hide anybody."""
    faces = drum((x, z), 0.16, (0, 0.26), colour)
    return Item(tuple(faces), (x - 0.15, z - 0.15, x + 0.15, z + 0.15), hides=False, shadow=0.3)


def cot(x: float, z: float, blanket: Colour) -> Item:
    """Return a child's cot, its head at the greater z."""
    width, length = 0.68, 1.25
    faces = [
        *box((x, x + width), (0, 0.62), (z + length, z + length + 0.05), WOOD),
        *box((x, x + width), (0.16, 0.34), (z, z + length), WHITE),
        *box((x + 0.10, x + width - 0.10), (0.34, 0.42), (z + 0.95, z + 1.18), (250, 250, 250)),
        *box((x + 0.02, x + width - 0.02), (0.34, 0.42), (z + 0.05, z + 0.85), blanket),
        *box((x, x + width), (0, 0.48), (z - 0.05, z), WOOD),
    ]
    return Item(tuple(faces), (x, z - 0.05, x + width, z + length + 0.05))


def ball(x: float, z: float, radius: float, colour: Colour) -> Item:
    """Return a ball, round enough for its size."""
    turns, rings = 18, 10
    faces: list[Face] = []
    for i in range(rings):
        for j in range(turns):
            ends = ((i + 1, j), (i + 1, j + 1), (i, j + 1), (i, j))
            corners = tuple(_on_ball(x, z, radius, a / rings, b / turns) for a, b in ends)
            faces.append(Face(corners, shaded(colour, 0.72 + 0.36 * (i + 0.5) / rings)))
    area = (x - radius * 0.8, z - radius * 0.8, x + radius * 0.8, z + radius * 0.8)
    return Item(tuple(faces), area, hides=False, shadow=0.4)


def _on_ball(x: float, z: float, radius: float, up: float, turn: float) -> Corner:
    rise, angle = np.pi * (up - 0.5), -2 * np.pi * turn
    reach = radius * float(np.cos(rise))
    return (
        x + reach * float(np.cos(angle)),
        radius * (1 + float(np.sin(rise))),
        z + reach * float(np.sin(angle)),
    )


def blocks(x: float, z: float, seed: int, count: int = 5) -> list[Item]:
    """Return a few building blocks strewn around ``(x, z)``."""
    rng = np.random.default_rng(seed)
    items = []
    for _ in range(count):
        a, b = x + float(rng.uniform(-0.4, 0.4)), z + float(rng.uniform(-0.3, 0.3))
        side = float(rng.uniform(0.08, 0.13))
        colour = _TOYS[int(rng.integers(len(_TOYS)))]
        faces = box((a, a + side), (0, side), (b, b + side), colour)
        items.append(Item(tuple(faces), (a, b, a + side, b + side), hides=False, shadow=0.4))
    return items


def plant(x: float, z: float, height: float = 1.0) -> Item:
    """Return a potted plant."""
    rng = np.random.default_rng(abs(round(x * 100 + z)))
    pot = drum((x, z), 0.17, (0, 0.32), (205, 214, 222))
    leaves = []
    for _ in range(26):
        angle, reach = rng.uniform(0, 2 * np.pi), rng.uniform(0.12, 0.34)
        y = rng.uniform(0.36, height)
        a, b = x + reach * np.cos(angle), z + reach * np.sin(angle)
        green = shaded((105, 158, 112), float(rng.uniform(0.75, 1.15)))
        width = 0.07
        leaves.append(
            Face(
                (
                    (x, y - 0.12, z),
                    (float(a - width), float(y), float(b)),
                    (float(a), float(y + 0.1), float(b)),
                    (float(a + width), float(y), float(b)),
                ),
                green,
                two_sided=True,
            )
        )
    return Item((*pot, *leaves), (x - 0.2, z - 0.2, x + 0.2, z + 0.2))


def fence(x: tuple[float, float], z: float, colour: Colour = WHITE) -> Item:
    """Return a picket fence along x."""
    faces: list[Face] = []
    for height in (0.35, 0.85):
        faces += box(x, (height, height + 0.07), (z, z + 0.03), shaded(colour, 0.9))
    for left in np.arange(x[0], x[1], 0.22):
        a = float(left)
        faces += box((a, a + 0.10), (0.05, 1.10), (z - 0.03, z), colour)
    return Item(tuple(faces), (x[0], z - 0.03, x[1], z + 0.03), shadow=0.25)


def side_fence(x: float, z: tuple[float, float], colour: Colour = WHITE) -> Item:
    """Return a picket fence along z."""
    faces: list[Face] = []
    for height in (0.35, 0.85):
        faces += box((x, x + 0.03), (height, height + 0.07), z, shaded(colour, 0.9))
    for near in np.arange(z[0], z[1], 0.22):
        a = float(near)
        faces += box((x - 0.03, x), (0.05, 1.10), (a, a + 0.10), colour)
    return Item(tuple(faces), (x - 0.03, z[0], x + 0.03, z[1]), shadow=0.25)


def slide(x: float, z: float) -> Item:
    """Return a small slide: steps, platform and chute running along x."""
    yellow, red, blue = (120, 210, 245), (110, 120, 225), (215, 170, 105)
    faces = [
        *box((x, x + 0.7), (0, 0.75), (z, z + 0.7), blue),
        *box((x, x + 0.7), (0.75, 1.25), (z + 0.66, z + 0.7), yellow),
        *box((x, x + 0.04), (0.75, 1.25), (z, z + 0.7), yellow),
        Face(
            (
                (x + 0.7, 0.75, z + 0.62),
                (x + 2.0, 0.06, z + 0.62),
                (x + 2.0, 0.06, z + 0.08),
                (x + 0.7, 0.75, z + 0.08),
            ),
            red,
            two_sided=True,
        ),
        Face(
            (
                (x + 0.7, 0.88, z + 0.08),
                (x + 2.0, 0.18, z + 0.08),
                (x + 2.0, 0.02, z + 0.08),
                (x + 0.7, 0.66, z + 0.08),
            ),
            shaded(red, 0.85),
            two_sided=True,
        ),
    ]
    return Item(tuple(faces), (x, z, x + 2.0, z + 0.7))


def sandpit(x: float, z: float, side: float = 1.9) -> Item:
    """Return a sandpit with a wooden rim."""
    rim: Colour = (120, 165, 200)
    faces = [
        Face(
            ((x, 0.08, z + side), (x + side, 0.08, z + side), (x + side, 0.08, z), (x, 0.08, z)),
            (172, 208, 228),
        ),
        *box((x, x + side), (0, 0.18), (z + side - 0.12, z + side), rim),
        *box((x, x + 0.12), (0, 0.18), (z, z + side), rim),
        *box((x + side - 0.12, x + side), (0, 0.18), (z, z + side), rim),
        *box((x, x + side), (0, 0.18), (z, z + 0.12), rim),
    ]
    return Item(tuple(faces), (x, z, x + side, z + side), hides=False, shadow=0.2)


def lockers(x: float, z: tuple[float, float]) -> Item:
    """Return cubbies with a bench along a side wall."""
    faces: list[Face] = []
    depth = 0.38
    near, far = z
    for i, start in enumerate(np.arange(near, far - 0.3, 0.42)[::-1]):
        a = float(start)
        colour = _TOYS[i % len(_TOYS)]
        faces += box((x, x + depth), (0.0, 0.34), (a, a + 0.40), WOOD)
        faces += box((x, x + depth), (0.34, 1.15), (a, a + 0.40), shaded(colour, 1.02))
    return Item(tuple(faces), (x, near, x + depth, far))
