"""Children signed in beside children counted, in a room and in its whole institution."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Counted:
    """Children counted: ``surely`` were recognised as such, ``at_most`` may be there."""

    surely: int = 0
    at_most: int = 0

    def __add__(self, other: Counted) -> Counted:
        """Return the children of both places."""
        return Counted(self.surely + other.surely, self.at_most + other.at_most)


@dataclass(frozen=True, slots=True)
class Headcount:
    """What a room must know beyond itself to miss a child.

    ``signed_in`` are the children signed in to the classes of the room, ``all_signed_in`` those
    of the whole institution; ``elsewhere`` were counted in its other watched rooms. ``all_watched``
    says that no room in which children stay is without a camera, ``all_reported`` that every class
    has recorded arrivals today.
    """

    signed_in: int
    all_signed_in: int
    elsewhere: Counted
    all_watched: bool = True
    all_reported: bool = True
