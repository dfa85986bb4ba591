"""Facts written down by hand, and a checklist made from them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

import pytest

from monitor.domain.checklists import Checklist
from monitor.domain.places import Institution, NoticeState, Room
from monitor.domain.registers import Register
from monitor.domain.text import Text
from monitor.inspections.checklist import generate
from monitor.inspections.facts import (
    AlertFact,
    CameraFact,
    CameraState,
    ChannelAudit,
    Facts,
    FindingFact,
    Recordings,
    RoomCount,
    ShelfFact,
    Uptime,
    Viewing,
)
from monitor.inspections.period import Period, period_of
from monitor.inspections.template import Template, packaged_templates

ZONE = "Asia/Shanghai"
MONTH = date(2026, 11, 1)
NOW = datetime(2026, 12, 1, 0, 0, tzinfo=UTC)
INSTITUTION = Institution(
    "sunshine",
    Text(zh="阳光托育园", en="Sunshine Nursery"),
    "梅园街道",
    "梅园路88号",
    notice_state=NoticeState.GRANTED,
)


@dataclass(frozen=True)
class InMemoryFacts:
    """Facts as a test writes them; what it does not write is not known."""

    institution: Institution = INSTITUTION
    period: Period = field(default_factory=lambda: period_of(MONTH, NOW, ZONE))
    now: datetime = NOW
    rooms: tuple[Room, ...] = ()
    cameras: tuple[CameraFact, ...] = ()
    states: tuple[CameraState, ...] | None = None
    times: tuple[Uptime, ...] | None = None
    footage: tuple[Recordings, ...] | None = None
    audit: tuple[ChannelAudit, ...] | None = None
    counts: tuple[RoomCount, ...] | None = None
    rules: Mapping[str, frozenset[str]] = field(default_factory=dict)
    raised: tuple[AlertFact, ...] | None = None
    seen: tuple[Viewing, ...] | None = None
    aside: tuple[ShelfFact, ...] = ()
    unclosed: tuple[FindingFact, ...] | None = None
    reported: Register | None = None

    def camera_states(self) -> tuple[CameraState, ...] | None:
        return self.states

    def uptimes(self) -> tuple[Uptime, ...] | None:
        return self.times

    def recordings(self) -> tuple[Recordings, ...] | None:
        return self.footage

    def recording_audit(self) -> tuple[ChannelAudit, ...] | None:
        return self.audit

    def room_counts(self) -> tuple[RoomCount, ...] | None:
        return self.counts

    def watched_rules(self) -> Mapping[str, frozenset[str]]:
        return self.rules

    def alerts(self) -> tuple[AlertFact, ...] | None:
        return self.raised

    def shelves(self) -> tuple[ShelfFact, ...]:
        return self.aside

    def viewings(self) -> tuple[Viewing, ...] | None:
        return self.seen

    def findings(self) -> tuple[FindingFact, ...] | None:
        return self.unclosed

    def register(self) -> Register | None:
        return self.reported


@pytest.fixture(scope="session")
def make_facts() -> Callable[..., Facts]:
    """Return a function that makes facts out of the parts a test names."""
    return InMemoryFacts


@pytest.fixture(scope="session")
def template() -> Template:
    """Return the template that comes with the product."""
    return packaged_templates()[0]


@pytest.fixture(scope="session")
def make_checklist(template: Template) -> Callable[..., Checklist]:
    """Return a function that makes a checklist out of the facts a test names."""

    def make(**parts: object) -> Checklist:
        facts: Facts = InMemoryFacts(**parts)  # type: ignore[arg-type]
        return generate(facts, MONTH, template, Text(zh="演示区", en="Demo District"), NOW)

    return make
