"""Columns of whole numbers as bytes that compress well.

Numbers near zero, of either sign, become small ones; a column takes as few bytes a number as its
greatest needs; and all lowest bytes stand together, then all second ones, and so on.
"""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from numpy.typing import NDArray

Column = NDArray[np.int64]
_HEAD = struct.Struct("<IB")


def pack(column: Column) -> bytes:
    """Return the bytes of ``column``."""
    folded = ((column << 1) ^ (column >> 63)).astype(np.uint64)
    greatest = int(folded.max()) if folded.size else 0
    width = next(width for width in (1, 2, 4, 8) if greatest < 1 << (8 * width))
    planes = folded.astype(f"<u{width}").view(np.uint8).reshape(-1, width).T
    return _HEAD.pack(folded.size, width) + planes.tobytes()


class Columns:
    """Reads columns one after another."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self) -> Column:
        """Return the next column.

        Raises:
            ValueError: there is none, or it is not whole.
        """
        try:
            size, width = _HEAD.unpack_from(self._data, self._at)
        except struct.error:
            raise ValueError("a column is missing") from None
        begin = self._at + _HEAD.size
        end = begin + size * width
        if width not in (1, 2, 4, 8) or end > len(self._data):
            raise ValueError("a column is not whole")
        self._at = end
        planes = np.frombuffer(self._data, np.uint8, size * width, begin).reshape(width, size)
        folded: NDArray[Any] = np.ascontiguousarray(planes.T).view(f"<u{width}").reshape(-1)
        wide = folded.astype(np.uint64)
        return (wide >> np.uint64(1)).astype(np.int64) ^ -(wide & np.uint64(1)).astype(np.int64)


def steps(column: Column) -> Column:
    """Return the first number and then each difference from the one before."""
    return np.diff(column, prepend=np.int64(0))


class Groups:
    """Rows that belong together by two keys, such as the looks at one track of one camera."""

    def __init__(self, first: Column, second: Column) -> None:
        self._order = np.lexsort((second, first))  # stable: rows of a group stay in order
        one, two = first[self._order], second[self._order]
        self._begins = np.ones(len(one), bool)
        self._begins[1:] = (one[1:] != one[:-1]) | (two[1:] != two[:-1])

    def steps(self, column: Column) -> Column:
        """Return in each group the first number and then each difference from the one before."""
        ordered = column[self._order]
        found = steps(ordered)
        found[self._begins] = ordered[self._begins]
        return self._back(found)

    def sums(self, column: Column) -> Column:
        """Undo :meth:`steps`."""
        total = np.cumsum(column[self._order])
        starts = np.flatnonzero(self._begins)
        before = np.concatenate([np.zeros(1, np.int64), total])[starts]
        return self._back(total - np.repeat(before, np.diff(np.append(starts, len(total)))))

    def _back(self, ordered: Column) -> Column:
        back = np.empty_like(ordered)
        back[self._order] = ordered
        return back
