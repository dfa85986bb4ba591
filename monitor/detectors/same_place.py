"""Whether two boxes show the place of one person who did not go away.

Somebody who sits is found now whole, now only above the table, so that shapes tell little; what
counts is that one box is mostly within the other and about as wide.
"""

from __future__ import annotations

from monitor.domain.people import Box

_WITHIN, _WIDTHS = 0.6, 0.5


def same_place(first: Box, second: Box) -> bool:
    """Say whether somebody of ``first`` may have been where somebody of ``second`` is."""
    narrow, wide = sorted((first.width, second.width))
    return narrow >= _WIDTHS * wide and first.within(second) >= _WITHIN
