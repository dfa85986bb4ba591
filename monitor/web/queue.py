"""The control room's queue: what waits, what is being worked on, what has just ended.

Technical alerts are for the maintainer: they stand apart and never push a child down the list.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from monitor.domain.access import Scope
from monitor.domain.alerts import AlertState
from monitor.domain.events import Severity
from monitor.domain.evidence import EvidenceKind
from monitor.store.alert_repository import AlertFilter, AlertRepository
from monitor.store.alert_views import AlertView
from monitor.store.camera_status import CameraState
from monitor.web.directory import Directory

RECENT = timedelta(hours=2)
SHOWN = 60
"""Alerts that the page shows at first; the rest is a click away."""
MOST_SHOWN = 1000
_MOST_RECENT = 12
_MOST_TECHNICAL = 20
_MOST_SNAPSHOTS = 8
_WAITING = frozenset({AlertState.OPEN, AlertState.ACKNOWLEDGED})
_ENDED = frozenset({AlertState.RESOLVED, AlertState.FALSE, AlertState.DRILL})


@dataclass(frozen=True, slots=True)
class Queue:
    """Alerts as an operator works through them, most urgent first in each part.

    ``counts`` are of all that wait, also of those not shown.
    """

    open: tuple[AlertView, ...]
    acknowledged: tuple[AlertView, ...]
    technical: tuple[AlertView, ...]
    ended: tuple[AlertView, ...]
    counts: Mapping[tuple[AlertState, Severity], int] = field(default_factory=dict)

    def count(self, severity: str) -> int:
        """Return how many alerts of a severity are open."""
        return self.counts.get((AlertState.OPEN, Severity(severity)), 0)

    @property
    def open_total(self) -> int:
        """Return how many alerts are open, technical ones apart."""
        return self._total(AlertState.OPEN)

    @property
    def acknowledged_total(self) -> int:
        """Return how many alerts are being handled, technical ones apart."""
        return self._total(AlertState.ACKNOWLEDGED)

    @property
    def technical_total(self) -> int:
        """Return how many technical alerts wait."""
        return sum(self.counts.get((state, Severity.TECHNICAL), 0) for state in _WAITING)

    @property
    def hidden(self) -> int:
        """Return how many alerts wait that are not shown."""
        total = self.open_total + self.acknowledged_total
        return max(total - len(self.open) - len(self.acknowledged), 0)

    def _total(self, wanted: AlertState) -> int:
        return sum(
            count
            for (state, severity), count in self.counts.items()
            if state is wanted and severity is not Severity.TECHNICAL
        )


def read_queue(alerts: AlertRepository, scope: Scope, now: datetime, limit: int = SHOWN) -> Queue:
    """Return the queue of everything within ``scope``, its first ``limit`` alerts."""
    shown = [
        alert
        for alert in alerts.queue(scope, min(limit, MOST_SHOWN))
        if alert.severity is not Severity.TECHNICAL
    ]
    technical = AlertFilter(states=_WAITING, severities=frozenset({Severity.TECHNICAL}))
    ended = alerts.list(
        scope, AlertFilter(states=_ENDED, since=now - RECENT), limit=_MOST_RECENT
    ).alerts
    return Queue(
        open=tuple(alert for alert in shown if alert.state is AlertState.OPEN),
        acknowledged=tuple(alert for alert in shown if alert.state is AlertState.ACKNOWLEDGED),
        technical=alerts.list(scope, technical, limit=_MOST_TECHNICAL).alerts,
        ended=tuple(sorted(ended, key=lambda alert: alert.updated, reverse=True)),
        counts=alerts.waiting(scope),
    )


def newest_snapshots(alerts: AlertRepository, scope: Scope, queue: Queue) -> dict[int, int]:
    """Return the newest snapshot's id for the first alerts of a queue that have one."""
    newest: dict[int, int] = {}
    for alert in (*queue.open, *queue.acknowledged)[:_MOST_SNAPSHOTS]:
        for piece in alerts.get(scope, alert.id).evidence:
            if piece.kind is EvidenceKind.SNAPSHOT:
                newest[alert.id] = piece.id
    return newest


@dataclass(frozen=True, slots=True)
class CameraCount:
    """How many cameras are on line, out of those that should be."""

    online: int
    total: int

    @property
    def away(self) -> int:
        """How many show nothing, or nothing to be trusted."""
        return self.total - self.online


def count_cameras(directory: Directory) -> CameraCount:
    """Count the enabled cameras of everything in sight."""
    spots: Iterable[bool] = [
        spot.camera.status is not None
        and spot.camera.status.report.state is CameraState.ONLINE
        and spot.camera.status.report.fault is None
        for spot in directory.spots.values()
        if spot.camera.enabled
    ]
    states = list(spots)
    return CameraCount(online=sum(states), total=len(states))
