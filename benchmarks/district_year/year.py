"""What a composed year consists of, before it is filed anywhere."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from monitor.domain.alerts import AlertState
from monitor.domain.events import Severity
from monitor.domain.places import District
from monitor.domain.registers import Register
from monitor.domain.room_state import ViewFault
from monitor.inspections.period import shifted

ZONE = "Asia/Shanghai"


@dataclass(frozen=True, slots=True)
class YearPlan:
    """How large the district is, and when its year ends.

    Daily logs are kept of the last ``logged_months``, footage of the last ``footage_days``.
    """

    seed: int = 1
    institutions: int = 300
    last: date = date(2026, 11, 1)
    months: int = 12
    logged_months: int = 1
    footage_days: int = 0

    @property
    def each_month(self) -> tuple[date, ...]:
        """Return the months in order."""
        return tuple(shifted(self.last, -back) for back in reversed(range(self.months)))

    @property
    def now(self) -> datetime:
        """Return the first moment after the year."""
        return midnight(shifted(self.last, 1))


@dataclass(frozen=True, slots=True)
class AlertLine:
    """One alert of the year; ``acknowledged`` and ``ended`` are ``None`` where it was not."""

    rule: str
    room_id: str
    zone_id: str | None
    severity: Severity
    raised: datetime
    acknowledged: datetime | None
    state: AlertState


@dataclass(frozen=True, slots=True)
class OnLine:
    """A stretch of a camera's year, on line or off line."""

    start: datetime
    end: datetime
    online: bool


@dataclass(frozen=True, slots=True)
class CameraYear:
    """A camera's stretches, how it stands at the end, and the days of which footage is kept."""

    id: str
    stretches: tuple[OnLine, ...]
    online: bool
    fault: ViewFault | None
    footage: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class RoomNow:
    """Who is in a room at the end of the year."""

    room_id: str
    adults: int
    children: int
    unknown: int
    full: bool


@dataclass(frozen=True, slots=True)
class PlaceYear:
    """One institution's year; ``care`` (0–1) is how well it is run."""

    institution_id: str
    care: float
    register: Register | None
    cameras: tuple[CameraYear, ...]
    rooms: tuple[RoomNow, ...]
    alerts: tuple[AlertLine, ...]


@dataclass(frozen=True, slots=True)
class DistrictYear:
    """A district and the year of each of its institutions."""

    plan: YearPlan
    district: District
    places: tuple[PlaceYear, ...]


def midnight(day: date) -> datetime:
    """Return the first moment of a day of the district."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(ZONE)).astimezone(UTC)
