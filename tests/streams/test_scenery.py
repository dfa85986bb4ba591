"""A camera that moves, and a room that merely changes, on drawn rooms with people walking about."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.demo.footage.cutouts import Cutout, cut_out
from monitor.demo.footage.optics import Optics
from monitor.demo.footage.painter import Painter
from monitor.demo.scenes import SCENES
from monitor.streams.scenery import Scenery

Luma = NDArray[np.uint8]
Change = Callable[[Luma], Luma]
ROOMS = ("maple-playroom", "riverside-toddler", "sunshine-toddler")
SIZE = (320, 180)
PICTURES = 12
NOISE = np.random.default_rng(5).normal(0, 2, (7, SIZE[1], SIZE[0]))


@cache
def people() -> tuple[Cutout, ...]:
    return cut_out()


def drawn(room: str, change: Callable[[Optics], Optics] = lambda optics: optics) -> list[Luma]:
    scene = SCENES[room]
    optics = change(scene.optics).resized(*SIZE)
    painter = Painter(replace(scene, optics=optics), people())
    pictures = [painter.frame(4.0 * index) for index in range(PICTURES)]
    return [cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY).astype(np.uint8) for picture in pictures]


@pytest.fixture(scope="module")
def rooms() -> dict[str, list[Luma]]:
    return {room: drawn(room) for room in ROOMS}


def watch(scenery: Scenery, pictures: list[Luma], start: float, seconds: int = 60) -> bool:
    for second in range(seconds):
        picture = pictures[second % len(pictures)] + NOISE[second % len(NOISE)]
        small = cv2.resize(
            np.clip(picture, 0, 255).astype(np.uint8), (160, 90), interpolation=cv2.INTER_AREA
        )
        scenery.see(small.astype(np.uint8), start + second)
    return scenery.moved_since is not None


def moved_in(before: list[Luma], after: list[Luma]) -> bool:
    scenery = Scenery()
    assert not watch(scenery, before, 0.0)
    return watch(scenery, after, 60.0)


def light(gain: float = 1.0, gamma: float = 1.0, side: float = 0.0) -> Change:
    def change(picture: Luma) -> Luma:
        bright = (picture / 255.0) ** gamma * gain
        bright = bright * (1 + side * np.linspace(-1, 1, picture.shape[1])[None, :])
        return np.asarray(np.clip(bright, 0, 1) * 255, np.uint8)

    return change


def furnish(pieces: int) -> Change:
    def change(picture: Luma) -> Luma:
        place = np.random.default_rng(pieces)
        picture = picture.copy()
        for _ in range(pieces):
            x, y = int(place.integers(0, 270)), int(place.integers(60, 135))
            end = (x + int(place.integers(20, 50)), y + int(place.integers(15, 45)))
            cv2.rectangle(picture, (x, y), end, int(place.integers(30, 220)), -1)
        return picture

    return change


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize(
    "change",
    [light(), light(0.35), light(1.4), light(gamma=2), light(0.8, side=0.5), furnish(12)],
    ids=["people walk", "lamps off", "sun", "dusk", "light from one side", "12 things moved"],
)
def test_light_people_and_furniture_never_count_as_a_moved_camera(
    rooms: dict[str, list[Luma]], room: str, change: Change
) -> None:
    assert not moved_in(rooms[room], [change(picture) for picture in rooms[room]])


@pytest.mark.parametrize("room", ROOMS)
@pytest.mark.parametrize(
    "turn",
    [
        lambda optics: replace(optics, pitch_deg=optics.pitch_deg + 5),
        lambda optics: replace(optics, yaw_deg=optics.yaw_deg - 6),
        lambda optics: replace(optics, focal_px=optics.focal_px * 1.25),
        lambda optics: replace(optics, height_m=optics.height_m - 0.5),
    ],
    ids=["5 degrees down", "6 degrees aside", "zoomed by 1.25", "half a metre lower"],
)
def test_a_camera_that_was_turned_lowered_or_zoomed_is_noticed(
    rooms: dict[str, list[Luma]], room: str, turn: Callable[[Optics], Optics]
) -> None:
    assert moved_in(rooms[room], drawn(room, turn))


def test_a_rolled_camera_and_another_room_are_noticed(rooms: dict[str, list[Luma]]) -> None:
    first, second = rooms[ROOMS[0]], rooms[ROOMS[1]]
    turn = cv2.getRotationMatrix2D((SIZE[0] / 2, SIZE[1] / 2), 10, 1)
    rolled = [
        np.asarray(cv2.warpAffine(picture, turn, SIZE, borderMode=cv2.BORDER_REFLECT), np.uint8)
        for picture in first
    ]
    assert moved_in(first, rolled)
    assert moved_in(first, second)


def test_a_knock_of_some_seconds_is_none_and_a_camera_put_back_is_back(
    rooms: dict[str, list[Luma]],
) -> None:
    home, away = rooms[ROOMS[0]], rooms[ROOMS[2]]
    scenery = Scenery()
    watch(scenery, home, 0.0)
    assert not watch(scenery, away, 60.0, seconds=15)
    assert not watch(scenery, home, 75.0)
    assert watch(scenery, away, 135.0)
    assert scenery.moved_since == pytest.approx(140, abs=15)
    assert not watch(scenery, home, 195.0)


def test_a_bare_wall_tells_nothing(rooms: dict[str, list[Luma]]) -> None:
    bare = [np.full((SIZE[1], SIZE[0]), 128, np.uint8)]
    assert not moved_in(bare, rooms[ROOMS[0]])
    assert not moved_in(rooms[ROOMS[0]], bare)


def test_main_stream_and_substream_of_another_shape_are_kept_apart(
    rooms: dict[str, list[Luma]],
) -> None:
    scenery = Scenery()
    watch(scenery, rooms[ROOMS[0]], 0.0)
    for second in range(60):
        picture = rooms[ROOMS[1]][second % PICTURES]
        scenery.see(np.asarray(cv2.resize(picture, (160, 120)), np.uint8), 60.0 + second)
    assert scenery.moved_since is None
    assert not watch(scenery, rooms[ROOMS[0]], 120.0)
