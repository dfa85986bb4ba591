"""What a district may say about requests about personal data, and for how long data are kept."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from monitor.domain.data_requests import AnswerTimes
from monitor.settings.basics import Model
from monitor.settings.units import Seconds

_DAY = 86400.0
_YEAR = 365 * _DAY
_SIX_MONTHS = 180 * _DAY
_Kept = Annotated[Seconds, Field(ge=_DAY)]
_ThreeYears = Annotated[Seconds, Field(ge=3 * _YEAR)]


class Requests(Model):
    """How soon requests are answered. The law says "in time"; the days are a choice made here."""

    person_days: int = Field(
        15, ge=1, le=30, description="Days to answer guardians and other people"
    )
    authority_days: int = Field(5, ge=1, le=30, description="Days to answer authorities")
    remind_days: int = Field(3, ge=0, le=30, description="Days ahead to remind of an answer")

    def times(self) -> AnswerTimes:
        """Return the domain's times."""
        return AnswerTimes(self.person_days, self.authority_days, self.remind_days)


class Keep(Model):
    """How long personal data are kept that have no other setting; counted as the page says."""

    requests: _ThreeYears = Field(
        3 * _YEAR, description="Names and files of requests, after they are closed; from 3 years"
    )
    export_records: _ThreeYears = Field(
        3 * _YEAR, description="Names and reasons in records of exports; from 3 years"
    )
    addresses: Annotated[Seconds, Field(ge=_SIX_MONTHS)] = Field(
        _SIX_MONTHS, description="Network addresses of people at work; from 180 days (law)"
    )
    accounts: _Kept = Field(_YEAR, description="Names of people whose account was switched off")
    onsite_files: _Kept = Field(
        3 * _YEAR, description="Photos and drawn signatures of inspections, after signing"
    )
    finding_files: _Kept = Field(
        3 * _YEAR, description="Photos and files of findings, after they are closed"
    )
    documents: _Kept = Field(_YEAR, description="Documents of registers, after their withdrawal")
    staff: _Kept = Field(3 * _YEAR, description="Names of staff of institutions who left")
    daily_logs: _Kept = Field(3 * _YEAR, description="Who made daily records, and their notes")
    attendance: _Kept = Field(_YEAR, description="Who noted arrivals and departures, and notes")
    pick_up_codes: _Kept = Field(30 * _DAY, description="Withdrawn pick-up codes")
    incidents: _Kept = Field(3 * _YEAR, description="Accounts of incidents")
    alert_notes: _Kept = Field(
        3 * _YEAR, description="Names and words in the handling of ended alerts"
    )
    handovers: _Kept = Field(_YEAR, description="Names and notes of shift hand-overs")
    notices: _Kept = Field(400 * _DAY, description="Notices that were sent")


class Privacy(Model):
    """Personal data: requests about them, and their deletion by rule."""

    requests: Requests = Requests()
    keep: Keep = Keep()
