"""How the district weighs what speaks for looking after an institution."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from monitor.inspections.risk import RiskFactor, RiskPolicy

_Weight = Annotated[float, Field(ge=0, le=100)]
_Amount = Annotated[float, Field(gt=0, le=10000)]
_Points = Annotated[float, Field(ge=0, le=100)]


class Risk(BaseModel):
    """The risk score: weights, the amounts at which a part is full, and limits of proposals.

    All of these are the district's own choice, not law.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    findings: _Weight = Field(30.0, description="Weight of unclosed findings")
    alerts: _Weight = Field(25.0, description="Weight of alerts of the last 30 days")
    cameras: _Weight = Field(10.0, description="Weight of cameras off line")
    overdue: _Weight = Field(20.0, description="Weight of overdue findings")
    documents: _Weight = Field(15.0, description="Weight of expired papers")
    findings_full: _Amount = Field(
        20.0, description="Findings count in full here: critical 5, major 3, minor 1, repeat 1"
    )
    alerts_full: _Amount = Field(
        30.0, description="Alerts count in full here: critical 5, high 3, medium 1"
    )
    downtime_full: Annotated[float, Field(gt=0, le=1)] = Field(
        0.2, description="Share of time off line at which cameras count in full"
    )
    overdue_full_days: _Amount = Field(30.0, description="Days overdue, all findings together")
    documents_full: _Amount = Field(3.0, description="Expired papers")
    soon_days: int = Field(30, ge=0, le=365, description="Papers that expire so soon count too")
    help_from: _Points = Field(20.0, description="Score from which help is proposed")
    rectify_from: _Points = Field(45.0, description="Score from which to rectify is proposed")
    suspend_overdue_days: int = Field(
        7, ge=1, le=365, description="Days after which an overdue critical finding speaks for it"
    )

    def policy(self) -> RiskPolicy:
        """Return what the score is computed by."""
        return RiskPolicy(
            weights={factor: float(getattr(self, factor.value)) for factor in RiskFactor},
            findings_full=self.findings_full,
            alerts_full=self.alerts_full,
            downtime_full=self.downtime_full,
            overdue_full_days=self.overdue_full_days,
            documents_full=self.documents_full,
            soon_days=self.soon_days,
            help_from=self.help_from,
            rectify_from=self.rectify_from,
            suspend_overdue_days=self.suspend_overdue_days,
        )
