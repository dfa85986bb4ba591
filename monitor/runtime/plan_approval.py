"""Approving a month's plan, and telling its inspectors."""

from __future__ import annotations

from datetime import date

from monitor.domain.access import DISTRICT
from monitor.domain.alerts import Actor
from monitor.domain.clock import Clock, utc_now
from monitor.runtime.visit_notices import VisitNotices
from monitor.settings import Settings
from monitor.store.base import Database
from monitor.store.plan_approvals import PlanApproval, PlanApprovals
from monitor.store.register_reminders import ReminderRepository
from monitor.store.visits import VisitRepository


class PlanApprovalDesk:
    """Takes an approval down and puts out what inspectors are told with it."""

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self._clock = clock
        self._approvals = PlanApprovals(database)
        self._visits = VisitRepository(database)
        self._notices = VisitNotices(settings, database)
        self._reminders = ReminderRepository(database)

    def approve(self, month: date, by: Actor) -> int:
        """Approve the plan of a month; return how many notices went out to inspectors.

        Raises:
            InputError: the month has no plan.
        """
        now = utc_now(self._clock)
        approval = self._approvals.approve(month, by, now)
        notices = self._notices.of_month(month, approval.id, self._visits.list(DISTRICT, month))
        return self._reminders.announce(notices, now)

    def latest(self, month: date) -> PlanApproval | None:
        """Return the newest approval of a month's plan, if there is one."""
        return self._approvals.latest(month)
