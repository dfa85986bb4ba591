"""Overdue findings, told through the channels that also carry alerts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.alerts.channels import ChannelSpec
from monitor.domain.checklists import ItemSeverity
from monitor.domain.clock import Clock, utc_now
from monitor.domain.events import Severity
from monitor.domain.notices import Decision, NoticeKind, Reason
from monitor.domain.places import District
from monitor.domain.text import Language, Text
from monitor.inspections.findings import escalation_level
from monitor.runtime.addressees import Addressee
from monitor.store.base import Database
from monitor.store.finding_escalation import FindingEscalation
from monitor.store.finding_views import FindingView

JOB = "overdue-findings"
"""Name under which the daily runs are recorded."""

_STEPS = (Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL)
_START = {ItemSeverity.MINOR: 0, ItemSeverity.MAJOR: 1, ItemSeverity.CRITICAL: 2}
_WORDS = {
    Severity.MEDIUM: Text(zh="中", en="medium"),
    Severity.HIGH: Text(zh="高", en="high"),
    Severity.CRITICAL: Text(zh="紧急", en="critical"),
}


def told_as(severity: ItemSeverity, level: int) -> Severity:
    """Return how urgently a finding is told about: one step more with each level."""
    return _STEPS[min(_START[severity] + level - 1, len(_STEPS) - 1)]


HeadsOf = Callable[[str], Sequence[Addressee]]
"""Finds those who answer for an institution and are told in person, whatever the severity."""


def _nobody(_institution_id: str) -> Sequence[Addressee]:
    return ()


class OverdueFindings:
    """Escalates what is not put right in time."""

    def __init__(
        self,
        database: Database,
        district: District,
        channels: Sequence[ChannelSpec],
        public_url: str,
        clock: Clock,
        heads: HeadsOf = _nobody,
    ) -> None:
        self._escalation = FindingEscalation(database)
        self._names = {item.id: item.name for item in district.institutions}
        self._zone = ZoneInfo(district.timezone)
        self._channels = tuple(channels)
        self._heads = heads
        self._public_url = public_url.rstrip("/")
        self._clock = clock

    def run(self) -> int:
        """Escalate what is due and return how many findings that were."""
        now = utc_now(self._clock)
        today = now.astimezone(self._zone).date()
        return self._escalation.escalate(
            today,
            now,
            lambda finding: escalation_level(finding.due, today),
            lambda finding, level: self._decide(finding, level, now),
        )

    def _decide(self, finding: FindingView, level: int, now: datetime) -> list[Decision]:
        severity = told_as(finding.severity, level)
        late = finding.overdue(now.astimezone(self._zone).date())
        told = {item.channel.id: item for item in self._heads(finding.institution_id)}
        reasons = {
            channel: _reason(channel, finding.institution_id, severity)
            for channel in self._channels
            if channel.id not in told
        }
        reasons |= {item.channel: Reason.TOLD for item in told.values()}
        decisions = []
        for channel, reason in reasons.items():
            if reason is not Reason.TOLD:
                decisions.append(Decision(channel.id, NoticeKind.OVERDUE, reason))
                continue
            language = channel.language
            decisions.append(
                Decision(
                    channel.id,
                    NoticeKind.OVERDUE,
                    reason,
                    title=self._title(finding, severity, language),
                    body=self._body(finding, late, language),
                    addressee=told[channel.id].user.display_name if channel.id in told else "",
                )
            )
        return decisions

    def _title(self, finding: FindingView, severity: Severity, language: Language) -> str:
        name = self._names.get(finding.institution_id)
        place = name.of(language) if name else finding.institution_id
        urgency = _WORDS[severity].of(language)
        if language == "zh":
            return f"【{urgency}】整改逾期 {place}：{finding.item_id}"
        return f"[{urgency}] Overdue {place}: {finding.item_id}"

    def _body(self, finding: FindingView, late: int, language: Language) -> str:
        if language == "zh":
            when = f"应于 {finding.due} 前整改，已逾期 {late} 天"
        else:
            when = f"Was to be put right by {finding.due}; {late} days late"
        lines = (
            finding.text.of(language),
            Text.read_back(finding.note).of(language),
            when,
            f"{self._public_url}/findings/{finding.id}",
        )
        return "\n".join(line for line in lines if line)


def _reason(channel: ChannelSpec, institution_id: str, severity: Severity) -> Reason:
    if channel.institutions and institution_id not in channel.institutions:
        return Reason.INSTITUTION
    return Reason.TOLD if severity in channel.severities else Reason.SEVERITY
