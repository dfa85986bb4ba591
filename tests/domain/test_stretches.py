from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.stretches import Stretch, gaps, merged, total, within

_TIMES = st.integers(0, 100)
_STRETCHES = st.lists(st.builds(Stretch, _TIMES, _TIMES), max_size=12)


@given(stretches=_STRETCHES, start=_TIMES, length=st.integers(1, 100))
def test_what_is_there_and_what_is_missing_make_up_the_whole(
    stretches: list[Stretch], start: int, length: int
) -> None:
    end = start + length
    there, missing = within(merged(stretches), start, end), gaps(stretches, start, end)
    assert total([*there, *missing]) == pytest.approx(length)
    assert total(there) + total(missing) == pytest.approx(length)
    for second in range(start, end):
        inside = any(item.start <= second < item.end for item in stretches)
        assert inside == any(item.start <= second < item.end for item in there)


def test_stretches_a_little_apart_are_joined() -> None:
    found = merged([Stretch(10, 20), Stretch(0, 9.5), Stretch(22, 30)], tolerance=1.0)
    assert found == (Stretch(0, 20), Stretch(22, 30))
