from __future__ import annotations

from datetime import timedelta, timezone

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from monitor.alerts.evidence import COLOURS, snapshot_jpeg
from monitor.domain.media import Frame
from monitor.domain.people import AgeClass, Box, Track


def frame(width: int = 1280, height: int = 720) -> Frame:
    image = np.full((height, width, 3), 40, np.uint8)
    return Frame("cam-1", 1, 0.0, 1_793_583_000.0, image)


def track(box: Box, age: AgeClass, camera_id: str = "cam-1") -> Track:
    return Track(7, camera_id, box, 0.9, 0.0, 0.0, 5, age=age, height_m=0.87)


def decoded(jpeg: bytes) -> NDArray[np.uint8]:
    image = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return image.astype(np.uint8)


def close_to(pixel: NDArray[np.uint8], age: AgeClass) -> bool:
    return bool(np.abs(pixel.astype(int)[::-1] - np.array(COLOURS[age])).max() < 40)


@pytest.mark.parametrize("age", AgeClass)
def test_a_person_gets_a_box_in_the_colour_of_their_age(age: AgeClass) -> None:
    original = frame()
    box = Box(0.25, 0.25, 0.5, 0.75)
    image = decoded(snapshot_jpeg(original, [track(box, age)]))
    assert image.shape == (720, 1280, 3)
    assert close_to(image[400, 320], age)
    assert close_to(image[539, 480], age)
    assert image[360, 480].max() < 80, "the person inside the box stays visible"
    assert original.image.max() == 40, "the frame itself is not altered"


def test_people_of_other_cameras_are_left_out() -> None:
    box = Box(0.25, 0.25, 0.5, 0.75)
    other = snapshot_jpeg(frame(), [track(box, AgeClass.ADULT, camera_id="cam-2")])
    assert other == snapshot_jpeg(frame(), [])


def test_the_caption_tells_the_zone_of_its_time() -> None:
    shanghai = timezone(timedelta(hours=8))
    assert snapshot_jpeg(frame(), [], shanghai) != snapshot_jpeg(frame(), [])


@given(
    corners=st.tuples(*[st.floats(-0.5, 1.5) for _ in range(4)]),
    size=st.sampled_from([(1, 1), (16, 9), (320, 240), (1920, 1080)]),
)
def test_any_box_on_any_picture_can_be_drawn(
    corners: tuple[float, float, float, float], size: tuple[int, int]
) -> None:
    jpeg = snapshot_jpeg(frame(*size), [track(Box(*corners), AgeClass.CHILD)])
    assert decoded(jpeg).shape == (size[1], size[0], 3)


def test_an_empty_picture_is_refused() -> None:
    with pytest.raises(ValueError, match="empty"):
        snapshot_jpeg(frame(0, 0), [])
