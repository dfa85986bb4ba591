"""What the inspection pages need done; the runtime provides it from inspections and store."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from monitor.domain.access import Scope
from monitor.domain.text import Language
from monitor.runtime.desk import ChecklistSummary, FiledChecklist, ReportFormat

__all__ = ["ChecklistSummary", "FiledChecklist", "InspectionDesk", "ReportFormat"]


class InspectionDesk(Protocol):
    """Lists, makes and prints checklists. Whatever lies outside a scope does not exist."""

    def list(self, scope: Scope, month: date) -> Sequence[ChecklistSummary]:
        """Return the newest checklist of each institution for a month (its first day)."""

    def get(self, scope: Scope, checklist_id: int) -> FiledChecklist:
        """Return one checklist.

        Raises:
            NotFoundError: there is none within ``scope``.
        """

    def generate(self, scope: Scope, month: date, institution_id: str | None) -> int:
        """Make the checklists of a month for one institution or all; return how many were made.

        Raises:
            InputError: the month has not begun, or no template holds in it.
            NotFoundError: there is no such institution within ``scope``.
        """

    def report(
        self, scope: Scope, checklist_id: int, form: ReportFormat, language: Language
    ) -> bytes:
        """Return a checklist as a file.

        Raises:
            NotFoundError: there is none within ``scope``.
        """
