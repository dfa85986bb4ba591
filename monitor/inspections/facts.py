"""What the system must be able to tell about one institution for its checklist to be filled in.

The runtime implements :class:`Facts` over the store. Every method returns ``None`` where the
system keeps no such data, which is a different thing from an empty tuple: nothing happened.
A metric that meets ``None`` says "unknown"; the inspector decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from monitor.domain.alerts import AlertState
from monitor.domain.events import Severity
from monitor.domain.places import Institution, Room
from monitor.domain.registers import Register
from monitor.domain.room_state import View, ViewFault
from monitor.domain.text import Text
from monitor.inspections.period import Period


@dataclass(frozen=True, slots=True)
class CameraFact:
    """One camera of the institution; ``since`` is when the system first knew it."""

    id: str
    room_id: str
    name: Text
    enabled: bool
    since: datetime | None


@dataclass(frozen=True, slots=True)
class CameraState:
    """How a camera stands now, as last reported at ``updated``."""

    camera_id: str
    online: bool
    fault: ViewFault | None
    updated: datetime


@dataclass(frozen=True, slots=True)
class Uptime:
    """A camera over the period, in seconds.

    ``observed`` is for how long the system knew whether the camera was online, ``online`` for how
    long it was, and ``longest_outage`` the longest unbroken time it was not.
    """

    camera_id: str
    observed: float
    online: float
    longest_outage: float


@dataclass(frozen=True, slots=True)
class Recordings:
    """The local days of which a camera's footage can be played back."""

    camera_id: str
    days: frozenset[date]


@dataclass(frozen=True, slots=True)
class ChannelAudit:
    """What the last retention audit found of a camera's footage, whoever records it.

    ``unbroken_days`` back from the day before the audit are on record; ``reachable`` says that
    the recorder could be asked, ``playable`` that the stretches picked at random really played,
    and ``young`` that all since it was connected is there.
    """

    camera_id: str
    audited: datetime
    required_days: int
    unbroken_days: int
    reachable: bool
    playable: bool
    young: bool


@dataclass(frozen=True, slots=True)
class RoomCount:
    """Who is in a room now, as last reported at ``updated``."""

    room_id: str
    view: View
    adults: int
    children: int
    unknown: int
    updated: datetime


@dataclass(frozen=True, slots=True)
class AlertFact:
    """One alert: when it was raised, first acknowledged, and how it stands now."""

    id: int
    rule: str
    room_id: str
    zone_id: str | None
    severity: Severity
    state: AlertState
    raised: datetime
    acknowledged: datetime | None


@dataclass(frozen=True, slots=True)
class Viewing:
    """Somebody played back or exported footage; ``reason`` is empty where none was given."""

    at: datetime
    person: str
    reason: str
    approved: bool


@dataclass(frozen=True, slots=True)
class ShelfFact:
    """Something whose alerts were recorded but told to nobody, for a while and for a reason.

    ``rule`` is empty where that was so of every rule. ``what`` names the rule and the place;
    ``until`` is when it ends or has ended.
    """

    rule: str
    what: Text
    since: datetime
    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class FindingFact:
    """A finding of the district that is not closed; ``open`` until it is said to be put right."""

    id: int
    item_id: str
    text: Text
    raised: date
    due: date
    open: bool


class Facts(Protocol):
    """All facts about one institution over one period, as known at ``now``."""

    @property
    def institution(self) -> Institution:
        """The institution."""

    @property
    def period(self) -> Period:
        """The period looked at."""

    @property
    def now(self) -> datetime:
        """When the facts were gathered."""

    @property
    def rooms(self) -> tuple[Room, ...]:
        """Its rooms in use."""

    @property
    def cameras(self) -> tuple[CameraFact, ...]:
        """Its cameras in use."""

    def camera_states(self) -> tuple[CameraState, ...] | None:
        """Return how each camera stands now; ``None`` where no worker reports."""

    def uptimes(self) -> tuple[Uptime, ...] | None:
        """Return each camera's time online in the period."""

    def recordings(self) -> tuple[Recordings, ...] | None:
        """Return each camera's recorded days; ``None`` where nothing is recorded here."""

    def recording_audit(self) -> tuple[ChannelAudit, ...] | None:
        """Return what the last retention audit found; ``None`` where there was none."""

    def room_counts(self) -> tuple[RoomCount, ...] | None:
        """Return who is in each room now; ``None`` where no worker reports."""

    def watched_rules(self) -> Mapping[str, frozenset[str]]:
        """Return the ids of the rooms in which each rule runs, by the rule's name."""

    def alerts(self) -> tuple[AlertFact, ...] | None:
        """Return the alerts raised in the period, and older ones that have not ended."""

    def shelves(self) -> tuple[ShelfFact, ...]:
        """Return what was put aside for some of the period, the latest first."""

    def viewings(self) -> tuple[Viewing, ...] | None:
        """Return who played back footage in the period; ``None`` where no access is recorded."""

    def findings(self) -> tuple[FindingFact, ...] | None:
        """Return the unclosed findings; ``None`` where none are kept here."""

    def register(self) -> Register | None:
        """Return what the institution reports; its logs at least of the period.

        ``None`` where it has reported nothing at all.
        """
