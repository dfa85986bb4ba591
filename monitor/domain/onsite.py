"""What comes in from an inspection on site: answers, photos, signatures and addenda.

All of it is made on a device that may be without a network for hours, so each piece has an id that
the device chose. Whoever receives a piece twice keeps it once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.domain.checklists import Result


class Receipt(StrEnum):
    """What became of a piece that came in.

    ``CONFLICT``: somebody else answered the item meanwhile; both are kept until a person chooses.
    ``LATE``: the inspection was signed before it came in; it is kept, and changes nothing.
    """

    ACCEPTED = "accepted"
    CONFLICT = "conflict"
    LATE = "late"


class SignerRole(StrEnum):
    """On whose behalf somebody signs."""

    INSPECTOR = "inspector"
    HEAD = "head"


@dataclass(frozen=True, slots=True)
class FieldAnswer:
    """An answer as it was given on a device.

    ``after`` is the id of the answer that the person saw when giving this one, ``None`` where
    there was none. ``settles`` are the ids of conflicting answers between which this one decides.
    """

    id: str
    item_id: str
    result: Result
    note: str
    at: datetime
    after: str | None = None
    settles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a device was, in degrees, give or take ``accuracy_m`` metres."""

    latitude: float
    longitude: float
    accuracy_m: float


@dataclass(frozen=True, slots=True)
class NewPhoto:
    """A photo that lies in the file store, to be filed with an item."""

    id: str
    item_id: str
    key: str
    sha256: str
    size: int
    at: datetime
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class NewSignature:
    """A signature that lies in the file store; without a file, ``refusal`` says why there is none.

    Only the head of an institution may refuse.
    """

    role: SignerRole
    name: str
    key: str | None
    sha256: str
    refusal: str = ""


@dataclass(frozen=True, slots=True)
class NewAddendum:
    """Something added after signing, to one item or to the whole."""

    id: str
    item_id: str | None
    text: str
    at: datetime
