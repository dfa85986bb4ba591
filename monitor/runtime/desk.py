"""Checklists made from what the store knows, filed in the store, and printed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from monitor.domain.access import Scope
from monitor.domain.checklists import Checklist, Result
from monitor.domain.clock import Clock, utc_now
from monitor.domain.errors import InputError, NotFoundError
from monitor.domain.places import District
from monitor.domain.registers import Register
from monitor.domain.text import Language, Text
from monitor.inspections.answers import effective_results, outcome
from monitor.inspections.checklist import generate, limited
from monitor.inspections.period import Period, period_of
from monitor.inspections.reports import (
    render_inspection_pdf,
    render_json,
    render_pdf,
    render_xlsx,
)
from monitor.inspections.template import Template, packaged_templates, template_for
from monitor.runtime.facts import StoreFacts
from monitor.runtime.templates import approved_templates
from monitor.runtime.visit_record import VisitRecords
from monitor.store.base import Database
from monitor.store.checklist_repository import (
    ChecklistRepository,
    ChecklistView,
    Saved,
    SaveOutcome,
)
from monitor.store.files import FileStore
from monitor.store.finding_views import FindingView
from monitor.store.place_repository import PlaceRepository
from monitor.store.register_repository import RegisterRepository
from monitor.store.templates import TemplateRepository


class ReportFormat(StrEnum):
    """In what form a checklist leaves the system."""

    PDF = "pdf"
    XLSX = "xlsx"


@dataclass(frozen=True, slots=True)
class ChecklistSummary:
    """One checklist in a list: how many of its items pass, fail, do not apply, or are blank."""

    id: int
    institution_id: str
    month: date
    revision: int
    generated: datetime
    passed: int
    failed: int
    not_applicable: int
    blank: int


@dataclass(frozen=True, slots=True)
class FiledChecklist:
    """A checklist with the results that stand so far, by item, and whose re-inspection it is."""

    id: int
    checklist: Checklist
    results: Mapping[str, Result]
    visit_id: int | None = None


class StoreDesk:
    """Implements :class:`monitor.web.desk.InspectionDesk`; also serves the command line."""

    def __init__(
        self,
        database: Database,
        district: District,
        clock: Clock,
        templates: Sequence[Template] | None = None,
        files: FileStore | None = None,
        address: str = "",
    ) -> None:
        """Without ``files`` no photos are printed, without the pages' ``address`` no QR codes."""
        self._database = database
        self._district = district
        self._clock = clock
        self._templates = packaged_templates() if templates is None else tuple(templates)
        self._own = TemplateRepository(database)
        self._checklists = ChecklistRepository(database)
        self._places = PlaceRepository(database)
        self._registers = RegisterRepository(database)
        self._visits = VisitRecords(database, files)
        self._address = address

    def list(self, scope: Scope, month: date) -> Sequence[ChecklistSummary]:
        """Return the newest checklist of each institution for a month (its first day)."""
        summaries = []
        for item in self._checklists.list(scope, month):
            view = self._checklists.get(scope, item.id)
            sums = outcome(view.checklist, view.answers)
            summaries.append(
                ChecklistSummary(
                    id=item.id,
                    institution_id=item.institution_id,
                    month=item.month,
                    revision=item.revision,
                    generated=item.generated,
                    passed=sums.passed,
                    failed=sums.failed,
                    not_applicable=sums.not_applicable,
                    blank=sums.blank,
                )
            )
        return summaries

    def get(self, scope: Scope, checklist_id: int) -> FiledChecklist:
        """Return one checklist.

        Raises:
            NotFoundError: there is none within ``scope``.
        """
        view = self._checklists.get(scope, checklist_id)
        return FiledChecklist(
            view.id,
            view.checklist,
            effective_results(view.checklist, view.answers),
            view.visit_id,
        )

    def generate(self, scope: Scope, month: date, institution_id: str | None) -> int:
        """Make the checklists of a month for one institution or all; return how many were made.

        Raises:
            InputError: the month has not begun, or no template holds in it.
            NotFoundError: there is no such institution within ``scope``.
        """
        made = (SaveOutcome.CREATED, SaveOutcome.REVISED)
        return sum(saved.outcome in made for saved in self.make(scope, month, institution_id))

    def make(self, scope: Scope, month: date, institution_id: str | None) -> tuple[Saved, ...]:
        """Do as :meth:`generate` and return what became of each checklist.

        Raises:
            InputError: the month has not begun, or no template holds in it.
            NotFoundError: there is no such institution within ``scope``.
        """
        if institution_id is not None:
            institutions = [self._places.institution(scope, institution_id).institution]
        else:
            institutions = list(self._places.institutions(scope))
        now = utc_now(self._clock)
        period = period_of(month, now, self._district.timezone)
        template = self._template(month)
        return tuple(self._make(item.id, month, period, template, now) for item in institutions)

    def find_whole(self, scope: Scope, institution_id: str, month: date) -> int | None:
        """Return the id of the newest checklist of an institution and month, if there is one."""
        view = self._checklists.find(scope, institution_id, month)
        return None if view is None else view.id

    def find_again(self, scope: Scope, visit_id: int) -> int | None:
        """Return the id of the newest checklist of a re-inspection, if there is one."""
        view = self._checklists.of_visit(scope, visit_id)
        return None if view is None else view.id

    def make_again(
        self, scope: Scope, visit_id: int, month: date, findings: Sequence[FindingView]
    ) -> Saved:
        """Make the checklist of a re-inspection: what the findings of one institution are about.

        Raises:
            InputError: the month has not begun, no template holds in it, or nothing is left.
        """
        if not findings:
            raise InputError(
                Text("没有需要复查的问题了", "nothing is left to look at again"),
                where=f"visit {visit_id}",
            )
        now = utc_now(self._clock)
        period = period_of(month, now, self._district.timezone)
        facts = self._facts(findings[0].institution_id, period, now)
        whole = generate(facts, month, self._template(month), self._district.name, now)
        earlier = {
            item.item_id: self._checklists.get(scope, item.checklist_id).checklist
            for item in findings
        }
        return self._checklists.save(limited(whole, earlier), visit_id)

    def report(
        self,
        scope: Scope,
        checklist_id: int,
        form: ReportFormat,
        language: Language,
        *,
        blank: bool = False,
    ) -> bytes:
        """Return a checklist as a file; a ``blank`` one without what inspectors answered.

        Raises:
            NotFoundError: there is none within ``scope``.
        """
        view = self._checklists.get(scope, checklist_id)
        answers = () if blank else view.answers
        if form is ReportFormat.XLSX:
            return render_xlsx(view.checklist, answers, language)
        visit = None if blank else self._visits.find(scope, checklist_id)
        return render_pdf(view.checklist, answers, language, visit, self._address)

    def inspection(self, scope: Scope, checklist_id: int, language: Language) -> bytes:
        """Return the report of an inspection as a PDF.

        Raises:
            NotFoundError: there is no such checklist within ``scope``.
        """
        view = self._checklists.get(scope, checklist_id)
        visit = self._visits.find(scope, checklist_id)
        return render_inspection_pdf(view.checklist, view.answers, language, visit, self._address)

    def json(self, scope: Scope, checklist_id: int) -> bytes:
        """Return a checklist with its answers as JSON.

        Raises:
            NotFoundError: there is none within ``scope``.
        """
        view: ChecklistView = self._checklists.get(scope, checklist_id)
        return render_json(view.checklist, view.answers)

    def _make(
        self, institution_id: str, month: date, period: Period, template: Template, now: datetime
    ) -> Saved:
        facts = self._facts(institution_id, period, now)
        return self._checklists.save(generate(facts, month, template, self._district.name, now))

    def _facts(self, institution_id: str, period: Period, now: datetime) -> StoreFacts:
        return StoreFacts(
            self._database, self._district, institution_id, period, now, self._register_of
        )

    def _template(self, month: date) -> Template:
        try:
            return template_for(month, (*self._templates, *approved_templates(self._own)))
        except NotFoundError as error:
            raise InputError(error.text, where=f"{month:%Y-%m}", hint=error.advice) from None

    def _register_of(self, institution_id: str, period: Period) -> Register | None:
        return self._registers.register(institution_id, period.first_day, period.last_day)
