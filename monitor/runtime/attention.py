"""How closely a room must be looked at, and what that means for the gates of its cameras."""

from __future__ import annotations

from dataclasses import replace
from enum import IntEnum, StrEnum

from monitor.streams.gate import GateSettings

_EMPTY_HEARTBEAT = 10.0  # seconds between two looks at an empty room in which nothing moves
_PRESSING_HEARTBEAT = 1.0  # the same where a condition may soon be raised


class Attention(IntEnum):
    """How closely a room must be looked at; the greater, the closer.

    ``QUIET``: nobody is there. ``OCCUPIED``: people are there, or an event is open. ``PRESSING``:
    a condition has begun that may soon be raised.
    """

    QUIET = 0
    OCCUPIED = 1
    PRESSING = 2


class GateMode(StrEnum):
    """What gates do: their work, nothing, or only count what they would have done."""

    ON = "on"
    OFF = "off"
    SHADOW = "shadow"


def gate_settings(full_fps: float, calm_fps: float) -> dict[Attention, GateSettings]:
    """Return how a camera's gate is set: at most ``calm_fps`` looks a second unless it presses.

    While it presses every picture that is due is compared, and searched if anything changed.
    """
    calm = GateSettings(fps=min(full_fps, calm_fps))
    return {
        Attention.QUIET: replace(calm, heartbeat=_EMPTY_HEARTBEAT),
        Attention.OCCUPIED: calm,
        Attention.PRESSING: GateSettings(
            fps=full_fps, heartbeat=_PRESSING_HEARTBEAT, peek_every=0.0
        ),
    }
