from __future__ import annotations

import json
from enum import StrEnum
from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from monitor.store.text import clean_line, clean_text, plain


class Colour(StrEnum):
    RED = "red"


def test_values_of_numpy_and_others_become_plain() -> None:
    value = {
        "count": np.int64(3),
        "score": np.float32(0.5),
        "bad": np.float64("inf"),
        "box": np.array([[1, 2], [3, 4]]),
        "colour": Colour.RED,
        "pair": (1, b"x"),
        5: None,
    }
    assert plain(value) == {
        "count": 3,
        "score": 0.5,
        "bad": None,
        "box": [[1, 2], [3, 4]],
        "colour": "red",
        "pair": [1, "b'x'"],
        "5": None,
    }


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=30,
    )
)
def test_whatever_comes_is_sound_json(value: Any) -> None:
    encoded = json.dumps(plain(value), allow_nan=False)
    assert "\\u0000" not in encoded
    assert plain(json.loads(encoded)) == plain(value)


def test_endless_nesting_is_cut() -> None:
    endless: list[Any] = []
    endless.append(endless)
    assert len(json.dumps(plain(endless))) < 100


@given(st.text(), st.integers(0, 50))
def test_clean_text_is_short_and_without_control_characters(value: str, limit: int) -> None:
    cleaned, line = clean_text(value, limit), clean_line(value, limit)
    assert len(cleaned) <= limit
    assert len(line) <= limit
    assert "\x00" not in cleaned
    assert "\n" not in line
    cleaned.encode()
