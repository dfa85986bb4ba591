from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.people import Box, Person
from monitor.runtime.exports.blur import HOLD, BlurPlan, area_to_blur, blurred
from monitor.runtime.exports.watermark import Watermark


def _noise(
    height: int = 200, width: int = 300
) -> np.ndarray[tuple[int, int, int], np.dtype[np.uint8]]:
    return np.random.default_rng(1).integers(0, 255, (height, width, 3), dtype=np.uint8)


def _boxes() -> st.SearchStrategy[Box]:
    share = st.floats(0, 1)
    return st.tuples(share, share, share, share).map(
        lambda c: Box(min(c[0], c[2]), min(c[1], c[3]), max(c[0], c[2]), max(c[1], c[3]))
    )


@given(_boxes())
def test_the_upper_part_of_everybody_is_covered(box: Box) -> None:
    area = area_to_blur(box, 1280, 720)
    assert 0 <= area.x1 <= box.x1
    assert box.x2 <= area.x2 <= 1
    assert 0 <= area.y1 <= box.y1
    assert area.y2 <= 1
    assert area.y2 >= box.y1 + 0.4 * box.height


def test_whoever_lies_is_covered_whole() -> None:
    lying = area_to_blur(Box(0.2, 0.5, 0.6, 0.6), 1000, 1000)
    assert lying.y2 >= 0.6
    standing = area_to_blur(Box(0.2, 0.2, 0.3, 0.9), 1000, 1000)
    assert standing.y2 < 0.7


@given(st.lists(_boxes(), max_size=4))
def test_nothing_but_the_areas_is_touched(areas: list[Box]) -> None:
    image = _noise(60, 80)
    made = blurred(image, areas)
    changed = np.any(made != image, axis=2)
    for y, x in zip(*np.nonzero(changed), strict=True):
        assert any(
            int(a.x1 * 80) <= x < np.ceil(a.x2 * 80) and int(a.y1 * 60) <= y < np.ceil(a.y2 * 60)
            for a in areas
        )


def test_a_blurred_area_holds_few_colours() -> None:
    made = blurred(_noise(), [Box(0.2, 0.2, 0.6, 0.7)])
    part = made[40:140, 60:180].reshape(-1, 3)
    assert len(np.unique(part, axis=0)) <= 36


def test_an_area_stays_blurred_for_a_while() -> None:
    plan = BlurPlan(1000, 1000)
    plan.found(0.0, [])
    plan.found(5.0, [Person(Box(0.2, 0.2, 0.3, 0.9), 0.5)])
    plan.found(6.0, [])
    assert plan.at(5.0 - HOLD)
    assert plan.at(5.0 + HOLD)
    assert not plan.at(5.0 - HOLD - 0.01)
    assert not plan.at(10.0)


def test_the_mark_is_seen_on_dark_and_light() -> None:
    mark = Watermark("王老师（指导中心）· 2026-11-02 09:30 · #1", 640, 360)
    for shade in (0, 128, 255):
        plain = np.full((360, 640, 3), shade, np.uint8)
        marked = mark.over(plain)
        strip = marked[335:, :400].astype(int)
        assert strip.max() - strip.min() > 100, "text stands out on its bar"
        middle = np.abs(marked[60:300].astype(int) - shade)
        assert middle.max() > 12
