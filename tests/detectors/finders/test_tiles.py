from collections.abc import Sequence

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from monitor.detectors.finder import Finder
from monitor.detectors.finders.tiles import Found, crop, find_in_tiles, merged, placed, tiles_of
from monitor.domain.people import AgeClass, Box, Person
from monitor.domain.places import Tiles

Image = NDArray[np.uint8]
TWO = Tiles(2, 1, 0.2)

sides = st.integers(1, 4)
overlaps = st.floats(0, 0.5)


class Painted:
    """Finds white rectangles: a finder whose answers are known exactly."""

    name, sha256, classes = "painted", "0" * 64, ("person",)

    def find(self, frames: Sequence[Image]) -> list[list[Person]]:
        return [self._look(frame) for frame in frames]

    def _look(self, frame: Image) -> list[Person]:
        height, width = frame.shape[:2]
        _, _, stats, _ = cv2.connectedComponentsWithStats((frame[:, :, 0] > 127).astype(np.uint8))
        return [
            Person(Box(x / width, y / height, (x + w) / width, (y + h) / height), 0.5)
            for x, y, w, h, _ in stats[1:].tolist()
        ]


def painted(*boxes: tuple[int, int, int, int]) -> Image:
    frame = np.zeros((360, 640, 3), np.uint8)
    for x1, y1, x2, y2 in boxes:
        frame[y1:y2, x1:x2] = 255
    return frame


@given(sides, sides, overlaps)
def test_tiles_cover_the_picture_and_overlap_as_asked(
    columns: int, rows: int, overlap: float
) -> None:
    whole, *tiles = tiles_of(Tiles(columns, rows, overlap))
    assert whole == Box(0, 0, 1, 1)
    assert len(tiles) == (0 if columns * rows == 1 else columns * rows)
    for index, tile in enumerate(tiles):
        assert 0 <= tile.x1 < tile.x2 <= 1
        assert 0 <= tile.y1 < tile.y2 <= 1
        if (index + 1) % columns:
            beside = tiles[index + 1]
            assert tile.x2 - beside.x1 == pytest.approx(overlap * tile.width, abs=1e-9)
        elif index >= columns:
            assert tile.x2 == 1
    if tiles:
        assert (tiles[0].x1, tiles[0].y1, tiles[-1].x2, tiles[-1].y2) == (0, 0, 1, 1)


@given(st.integers(0, 600), st.integers(0, 300), st.integers(8, 300), st.integers(8, 200), sides)
def test_one_person_is_found_once_and_whole(
    x: int, y: int, width: int, height: int, columns: int
) -> None:
    frame = painted((x, y, min(x + width, 640), min(y + height, 360)))
    [alone] = Painted().find([frame])[0]
    [person] = find_in_tiles(Painted(), frame, Tiles(columns, 2, 0.25))
    assert alone.box.overlap(person.box) > 0.9


def test_neighbours_on_a_seam_stay_two_people() -> None:
    # Both stand where the tiles overlap; one reaches out of the left tile, one out of the right.
    frame = painted((270, 100, 300, 200), (310, 100, 380, 200))
    assert len(find_in_tiles(Painted(), frame, TWO)) == 2


def test_halves_that_only_tiles_found_become_one_person() -> None:
    left, right = tiles_of(TWO)[1:]
    found = [
        placed(Person(Box(0.5, 0.2, 1.0, 0.8), 0.4, AgeClass.CHILD, 0.7), left),
        placed(Person(Box(0.0, 0.21, 0.5, 0.8), 0.6), right),
    ]
    assert [one.cut for one in found] == [frozenset({"right"}), frozenset({"left"})]
    [person] = merged(found, 0.6)
    assert person.score == 0.6
    assert person.box.x1 == pytest.approx(left.x1 + 0.5 * left.width)
    assert person.box.x2 == pytest.approx(right.x1 + 0.5 * right.width)


def test_a_part_is_given_up_for_the_whole_however_sure_it_is() -> None:
    whole = Found(Person(Box(0.3, 0.1, 0.7, 0.9), 0.3))
    part = Found(Person(Box(0.3, 0.1, 0.5, 0.9), 0.9), frozenset({"right"}))
    assert merged([part, whole], 0.6) == [whole.person]
    beside = Found(Person(Box(0.3, 0.1, 0.5, 0.9), 0.9))
    assert merged([beside, whole], 0.6) == [beside.person, whole.person]


def test_a_crop_is_a_view_and_never_empty() -> None:
    frame = painted()
    assert crop(frame, Box(0.5, 0, 1, 1)).base is frame
    assert crop(np.zeros((1, 1, 3), np.uint8), Box(0.5, 0, 1, 1)).size


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="not a uint8 BGR picture"):
        find_in_tiles(Painted(), np.zeros((4, 4), np.uint8), TWO)


def test_tiles_find_people_too_small_for_the_whole_picture(
    pictures: dict[str, Image], finder: Finder
) -> None:
    wide = np.full((720, 1280, 3), 114, np.uint8)
    for column in range(4):
        small = cv2.resize(pictures["bus"], (120, 160), interpolation=cv2.INTER_AREA)
        wide[300:460, 60 + 300 * column : 180 + 300 * column] = small
    [missed] = finder.find([wide])
    found = find_in_tiles(finder, wide, Tiles(2, 2, 0.25))
    sure = [person for person in found if person.score >= 0.25]
    assert len(sure) >= len([person for person in missed if person.score >= 0.25]) + 4
    for index, person in enumerate(sure):
        assert all(person.box.overlap(other.box) < 0.6 for other in sure[:index])
        # Nobody is where there is only grey.
        assert 0.35 < person.box.y1 < person.box.y2 < 0.7


def test_tiles_say_no_more_than_the_whole_picture_of_large_people(
    pictures: dict[str, Image], finder: Finder
) -> None:
    [alone] = finder.find([pictures["zidane"]])
    tiled = find_in_tiles(finder, pictures["zidane"], Tiles(2, 1, 0.25))
    strong = [person for person in tiled if person.score >= 0.5]
    assert len(strong) == len([person for person in alone if person.score >= 0.5]) == 2
