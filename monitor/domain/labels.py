"""Labelled frames: pictures of one's own cameras with boxes that a person has corrected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from monitor.domain.people import AgeClass, Box


@dataclass(frozen=True, slots=True)
class LabelBox:
    """One person in a labelled frame; ``age`` unknown is *a person*.

    ``score`` is that of the model that proposed the box, ``None`` for one drawn by hand.
    """

    box: Box
    age: AgeClass
    score: float | None = None


@dataclass(frozen=True, slots=True)
class LabelFrame:
    """A frame kept for labelling. ``reviewed_by`` is empty until a person has looked at it."""

    id: str
    camera_id: str
    taken: datetime
    width: int
    height: int
    boxes: tuple[LabelBox, ...]
    reviewed_by: str = ""
    reviewed_at: datetime | None = None

    @property
    def reviewed(self) -> bool:
        """Say whether a person vouches for the boxes."""
        return bool(self.reviewed_by)
