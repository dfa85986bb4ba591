"""Everything that was done about an alert and everything decided about telling it, in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.alerts.ladder import OTHERS, OTHERS_NAME
from monitor.domain.escalation import StepKind, StepState
from monitor.domain.text import Text
from monitor.settings import Settings
from monitor.store.alert_views import AlertDetail, StepView
from monitor.store.escalations import EscalationView
from monitor.store.outbox import DeliveryState, DeliveryView


class EntryKind(StrEnum):
    """What a line of the time line is about."""

    STEP = "step"
    TOLD = "told"
    HELD = "held"
    ARRIVED = "arrived"
    LOST = "lost"
    TIER = "tier"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: a step of somebody, notices decided alike, an arrival, or a tier not told.

    ``notice`` and ``reason`` are words' names; ``channels`` says whom it concerns.
    """

    at: datetime
    kind: EntryKind
    step: StepView | None = None
    channels: tuple[str, ...] = ()
    notice: str = ""
    reason: str = ""
    tier: str = ""
    state: str = ""
    error: str = ""


def time_line(detail: AlertDetail) -> tuple[Entry, ...]:
    """Return the lines of an alert, oldest first."""
    steps = [Entry(step.at, EntryKind.STEP, step=step) for step in detail.steps]
    entries = [*steps, *_decided(detail), *_arrived(detail), *_not_told(detail)]
    order = list(EntryKind)
    return tuple(sorted(entries, key=lambda entry: (entry.at, order.index(entry.kind))))


def coming(detail: AlertDetail) -> tuple[EscalationView, ...]:
    """Return the steps that still wait, soonest first."""
    waiting = [step for step in detail.escalation if step.state is StepState.WAITING]
    return tuple(sorted(waiting, key=lambda step: (step.due, step.position)))


def tier_names(settings: Settings) -> Mapping[str, Text]:
    """Return the names of all tiers by their ids."""
    named = {
        tier.id: tier.name.text() for policy in settings.notify.policies for tier in policy.tiers
    }
    return {**named, OTHERS: OTHERS_NAME}


def _decided(detail: AlertDetail) -> Iterator[Entry]:
    alike: dict[tuple[datetime, bool, str, str], list[DeliveryView]] = {}
    for item in detail.deliveries:
        held = item.state is DeliveryState.HELD
        alike.setdefault((item.created, held, item.kind, item.reason), []).append(item)
    for (at, held, kind, reason), items in alike.items():
        yield Entry(
            at,
            EntryKind.HELD if held else EntryKind.TOLD,
            channels=tuple(_whom(item) for item in items),
            notice=kind,
            reason=reason,
        )


def _arrived(detail: AlertDetail) -> Iterator[Entry]:
    for item in detail.deliveries:
        if item.sent is not None:
            yield Entry(item.sent, EntryKind.ARRIVED, channels=(_whom(item),), notice=item.kind)
        elif item.state is DeliveryState.DEAD:
            yield Entry(
                item.next_attempt,
                EntryKind.LOST,
                channels=(_whom(item),),
                notice=item.kind,
                error=item.last_error,
            )


def _not_told(detail: AlertDetail) -> Iterator[Entry]:
    for step in detail.escalation:
        quiet = step.state in (StepState.SKIPPED, StepState.CANCELLED)
        if quiet and step.kind is StepKind.TIER and step.decided is not None:
            yield Entry(
                step.decided,
                EntryKind.TIER,
                tier=step.tier,
                reason=step.reason or "",
                state=step.state,
            )


def _whom(item: DeliveryView) -> str:
    return f"{item.channel_id} · {item.addressee}" if item.addressee else item.channel_id
