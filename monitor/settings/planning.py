"""What a district may say about daily reports, reminders and the month's plan."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from monitor.domain.registers import LogKind
from monitor.domain.workdays import Workdays


class _Model(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Reporting(_Model):
    """What institutions report, and when they are reminded."""

    daily: tuple[LogKind, ...] = Field(
        (LogKind.HEALTH_CHECK, LogKind.DISINFECTION, LogKind.FOOD_SAMPLE, LogKind.FIRE_PATROL),
        min_length=1,
        description="Records that every institution makes on each day of operation",
    )
    remind_days: tuple[Annotated[int, Field(ge=1, le=365)], ...] = Field(
        (60, 30, 7), min_length=1, max_length=6, description="Days ahead of an end to remind of it"
    )


class Planning(_Model):
    """How the month's inspections are planned."""

    holidays: tuple[date, ...] = Field((), description="Days off besides the public ones built in")
    workdays: tuple[date, ...] = Field((), description="Weekend days on which people work")
    visits_a_day: int = Field(
        2, ge=1, le=20, description="Most inspections of one inspector in a day"
    )
    announced: bool = Field(False, description="Institutions see the day of their inspection")
    lead_days: int = Field(
        5, ge=0, le=28, description="Days before a month begins on which its plan is made"
    )

    def calendar(self) -> Workdays:
        """Return the public calendar with the district's own days."""
        return Workdays(frozenset(self.holidays), frozenset(self.workdays))
