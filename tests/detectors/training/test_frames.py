from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from monitor.detectors.evaluation.data_file import DataFile, read_data_file
from monitor.detectors.evaluation.labels import LabelledImage, label_file, read_part
from monitor.detectors.training.frames import check_apart, data_hash, input_size, write_frames
from monitor.domain.errors import InputError


def test_a_picture_in_both_parts_is_refused_under_any_name(data: DataFile, tmp_path: Path) -> None:
    copied = tmp_path / "set"
    shutil.copytree(data.root, copied)
    twin = copied / "images" / "val" / "another_000001.jpg"
    shutil.copy(next((copied / "images" / "train").glob("*.jpg")), twin)
    file = read_data_file(copied / "data.yaml")
    with pytest.raises(InputError, match="1 pictures are in both parts") as caught:
        check_apart(read_part(file, "train"), read_part(file, "val"))
    assert twin.name in caught.value.message


def test_the_hash_follows_pictures_and_labels_but_not_their_order(data: DataFile) -> None:
    train, held_out = read_part(data, "train"), read_part(data, "val")
    hashes = check_apart(train, held_out)
    whole = data_hash(hashes, train, data)
    assert whole == data_hash(hashes, train[::-1], data)
    fewer = LabelledImage(train[0].path, train[0].people[1:], train[0].classes[1:], "", None)
    assert whole != data_hash(hashes, (fewer, *train[1:]), data)
    assert whole != data_hash(hashes, train[1:], data)


@pytest.mark.parametrize(
    ("shape", "width", "expected"),
    [
        ((720, 1280), 960, (960, 544)),
        ((720, 1280), 640, (640, 384)),
        ((480, 640), 640, (640, 480)),
        ((1280, 720), 320, (320, 576)),
    ],
)
def test_the_input_has_the_shape_of_the_frames(
    tmp_path: Path, shape: tuple[int, int], width: int, expected: tuple[int, int]
) -> None:
    path = tmp_path / "a.png"
    cv2.imwrite(str(path), np.zeros((*shape, 3), np.uint8))
    image = LabelledImage(path, (), (), "", None)
    assert input_size([image], width) == expected


def test_an_input_that_is_no_multiple_of_the_stride_is_refused() -> None:
    with pytest.raises(InputError, match="no multiple of 32"):
        input_size([], 300)


def test_frames_are_copied_small_enough_with_the_same_labels(
    data: DataFile, tmp_path: Path
) -> None:
    train = read_part(data, "train")
    before = {file: file.stat().st_mtime_ns for file in data.root.rglob("*")}
    write_frames(train, data, tmp_path / "room", (160, 96), lambda _share: None)
    copied = read_part(read_data_file(tmp_path / "room" / "data.yaml"), "train")
    assert len(copied) == len(train)
    for ours, theirs in zip(train, copied, strict=True):
        picture = cv2.imread(str(theirs.path))
        assert picture is not None
        assert picture.shape == (96, 160, 3)
        assert theirs.classes == ours.classes
        assert [p.age for p in theirs.people] == [p.age for p in ours.people]
        assert label_file(theirs.path).is_file()
    assert before == {file: file.stat().st_mtime_ns for file in data.root.rglob("*")}
