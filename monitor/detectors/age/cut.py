"""Which boxes do not show the whole person: cut by the picture's edge, or by somebody in front."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.domain.people import Box

_EDGE = 0.008
_HIDDEN = 0.3


def at_edge(box: Box) -> bool:
    """Say whether ``box`` ends where the picture ends, so that part of the person is missing."""
    return box.x1 <= _EDGE or box.y1 <= _EDGE or box.x2 >= 1 - _EDGE or box.y2 >= 1 - _EDGE


def hidden(index: int, boxes: Sequence[Box]) -> bool:
    """Say whether somebody nearer to the camera covers much of the box at ``index``.

    Whose feet are lower in the picture stands nearer.
    """
    box = boxes[index]
    area = box.width * box.height
    if area <= 0:
        return True
    for other_index, other in enumerate(boxes):
        if other_index == index or other.y2 <= box.y2:
            continue
        across = min(box.x2, other.x2) - max(box.x1, other.x1)
        down = min(box.y2, other.y2) - max(box.y1, other.y1)
        if across > 0 and down > 0 and across * down > _HIDDEN * area:
            return True
    return False
