"""The control room's queue: what waits, what is being worked on, what has just ended.

Technical alerts are for the maintainer: they stand apart and never push a child down the list.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
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
_MOST_RECENT = 12
_MOST_SNAPSHOTS = 8
_ENDED = frozenset({AlertState.RESOLVED, AlertState.FALSE, AlertState.DRILL})


@dataclass(frozen=True, slots=True)
class Queue:
    """Alerts as an operator works through them, most urgent first in each part."""

    open: tuple[AlertView, ...]
    acknowledged: tuple[AlertView, ...]
    technical: tuple[AlertView, ...]
    ended: tuple[AlertView, ...]

    def count(self, severity: str) -> int:
        """Return how many alerts of a severity are open."""
        return sum(alert.severity == severity for alert in self.open)


def read_queue(alerts: AlertRepository, scope: Scope, now: datetime) -> Queue:
    """Return the queue of everything within ``scope``."""
    waiting = alerts.queue(scope)
    ended = alerts.list(
        scope, AlertFilter(states=_ENDED, since=now - RECENT), limit=_MOST_RECENT
    ).alerts
    shown = [alert for alert in waiting if alert.severity is not Severity.TECHNICAL]
    return Queue(
        open=tuple(alert for alert in shown if alert.state is AlertState.OPEN),
        acknowledged=tuple(alert for alert in shown if alert.state is AlertState.ACKNOWLEDGED),
        technical=tuple(alert for alert in waiting if alert.severity is Severity.TECHNICAL),
        ended=tuple(sorted(ended, key=lambda alert: alert.updated, reverse=True)),
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
