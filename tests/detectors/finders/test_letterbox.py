import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.detectors.finders.letterbox import FILL, Letterbox, letterbox

sides = st.integers(1, 9000)
inputs = st.integers(1, 60).map(lambda steps: 32 * steps)
shares = st.floats(0, 1, width=32)


@given(sides, sides, inputs, inputs)
def test_the_picture_fits_centred_and_touches_two_edges(
    width: int, height: int, input_width: int, input_height: int
) -> None:
    fit = letterbox(width, height, input_width, input_height)
    assert 1 <= fit.width <= input_width
    assert 1 <= fit.height <= input_height
    assert fit.width == input_width or fit.height == input_height
    assert abs(2 * fit.left + fit.width - input_width) <= 1
    assert abs(2 * fit.top + fit.height - input_height) <= 1


@given(sides, sides, inputs, inputs)
def test_the_true_aspect_is_kept_to_half_a_pixel(
    width: int, height: int, input_width: int, input_height: int
) -> None:
    fit = letterbox(width, height, input_width, input_height)
    scale = min(input_width / width, input_height / height)
    assert fit.width == pytest.approx(max(width * scale, 1), abs=0.5001)
    assert fit.height == pytest.approx(max(height * scale, 1), abs=0.5001)


@given(sides, sides, inputs, inputs, st.tuples(shares, shares, shares, shares))
def test_a_box_comes_back_to_where_it_was(
    width: int, height: int, input_width: int, input_height: int, box: tuple[float, ...]
) -> None:
    fit = letterbox(width, height, input_width, input_height)
    inside = [
        fit.left + box[0] * fit.width,
        fit.top + box[1] * fit.height,
        fit.left + box[2] * fit.width,
        fit.top + box[3] * fit.height,
    ]
    [back] = fit.to_frame(np.array([inside], np.float32))
    # float32 carries about seven digits, shared by the offset and the place.
    precision = 1e-6 * max(input_width / fit.width, input_height / fit.height)
    assert back == pytest.approx(box, abs=precision)


def test_boxes_reaching_into_the_margin_are_cut() -> None:
    fit = letterbox(100, 100, 64, 32)
    assert fit == Letterbox(64, 32, left=16, top=0, width=32, height=32)
    [back] = fit.to_frame(np.array([[0, -5, 64, 40]], np.float32))
    assert back.tolist() == [0, 0, 1, 1]


@given(st.integers(1, 300), st.integers(1, 300))
def test_only_the_picture_is_drawn_and_no_edge_is_left_grey(width: int, height: int) -> None:
    fit = letterbox(width, height, 96, 64)
    canvas = np.full((64, 96, 3), FILL, np.uint8)
    fit.draw(np.full((height, width, 3), 7, np.uint8), canvas)
    rows, columns = slice(fit.top, fit.top + fit.height), slice(fit.left, fit.left + fit.width)
    assert (canvas[rows, columns] == 7).all()
    canvas[rows, columns] = FILL
    assert (canvas == FILL).all()
