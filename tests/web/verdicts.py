"""Alerts that came and ended, with what an operator said of each."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.domain.access import DISTRICT
from monitor.domain.alerts import SYSTEM, AlertAction
from monitor.domain.events import Event
from monitor.store.alert_repository import AlertRepository
from monitor.store.event_repository import EventRepository
from tests.web.conftest import World


def judged_alerts(
    world: World, messages: Sequence[Event], first: AlertAction, others: AlertAction
) -> list[int]:
    """Record ``messages``, do ``first`` to the first alert that ends and ``others`` to the rest.

    Returns the alerts, in the order in which they ended.
    """
    alerts: list[int] = []
    repository = EventRepository(world.database)
    for event in messages:
        change = repository.record(event, world.now)
        if event.cleared is not None:
            action = others if alerts else first
            AlertRepository(world.database).act(
                DISTRICT, change.alert_id, action, SYSTEM, world.now, reason="x"
            )
            alerts.append(change.alert_id)
    return alerts
