"""Composes checklists, answers, visits, findings and decisions, as rows of their tables.

A checklist is made by the product's own code from composed facts; what inspectors say about it
comes from the seed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from benchmarks.district_year.facts import PastFacts
from benchmarks.district_year.year import ZONE, DistrictYear, PlaceYear, midnight
from monitor.domain.checklists import Answer, Checklist, Entry, Result
from monitor.domain.findings import FindingAction, FindingState, NewFinding, raised_severity
from monitor.domain.visits import VisitState
from monitor.inspections.checklist import as_plain, generate
from monitor.inspections.findings import findings_of
from monitor.inspections.period import period_of, shifted
from monitor.inspections.template import packaged_templates
from monitor.store.base import Base
from monitor.store.checklists import ChecklistAnswerRow, ChecklistRow
from monitor.store.findings import FindingRow, FindingStepRow
from monitor.store.onsite import OnsiteVisitRow
from monitor.store.risk_decisions import RiskDecisionRow
from monitor.store.visits import VisitRow

Rows = tuple[type[Base], list[dict[str, Any]]]
_ADAPTED = ("checklist", "answer", "onsite", "visit", "finding", "step")


class Inspections:
    """Composes one month after the other; ids count on."""

    def __init__(self, year: DistrictYear) -> None:
        self._year = year
        self._random = Random(year.plan.seed + 1)
        self._template = packaged_templates()[0]
        self._checklists = 0
        self._findings = 0
        self._earlier: dict[tuple[str, str], list[tuple[date, int]]] = {}

    def rows_of(self, month: date) -> Iterator[Rows]:
        """Compose all inspections of a month and yield the rows of each table."""
        rows: dict[str, list[dict[str, Any]]] = {name: [] for name in _ADAPTED}
        for place in self._year.places:
            self._inspect(place, month, rows)
        tables: tuple[type[Base], ...] = (
            ChecklistRow,
            ChecklistAnswerRow,
            OnsiteVisitRow,
            VisitRow,
            FindingRow,
            FindingStepRow,
        )
        yield from zip(tables, rows.values(), strict=True)

    def decisions(self) -> Iterator[Rows]:
        """Compose what people decided about institutions."""
        rows = []
        for month in self._year.plan.each_month:
            for place in self._year.places:
                if place.care < 0.55 and self._random.random() < 0.15:
                    measure = self._random.choice(("help", "rectify", "none"))
                    rows.append(self._decision(place.institution_id, measure, month))
        yield RiskDecisionRow, rows

    def _decision(self, institution: str, measure: str, month: date) -> dict[str, Any]:
        return {
            "institution_id": institution,
            "measure": measure,
            "reason": "重点关注，下月复查",
            "proposal": {"score": 40.0, "proposals": [{"measure": "help", "reasons": []}]},
            "sha256": f"{self._random.getrandbits(256):064x}",
            "by_user_id": None,
            "by": "赵主任",
            "address": "",
            "at": midnight(month) + timedelta(days=20, hours=9),
        }

    def _inspect(
        self, place: PlaceYear, month: date, rows: dict[str, list[dict[str, Any]]]
    ) -> None:
        end = midnight(shifted(month, 1))
        facts = PastFacts(self._year, place, period_of(month, end, ZONE))
        name = self._year.district.name
        checklist = generate(facts, month, self._template, name, end)
        self._checklists += 1
        number = self._checklists
        rows["checklist"].append(_checklist(checklist))
        made = self._random.random() < 0.95
        at = midnight(month) + timedelta(days=self._random.randint(2, 25), hours=2)
        rows["visit"].append(_visit(place.institution_id, month, at, made, self._random))
        if not made:
            return
        answers = list(self._answers(checklist, place.care, at))
        rows["answer"] += [
            {
                "checklist_id": number,
                "item_id": answer.item_id,
                "result": answer.result.value,
                "note": answer.note,
                "by": answer.by,
                "at": answer.at,
            }
            for answer in answers
        ]
        if self._random.random() < 0.03:  # begun and not signed
            return
        rows["onsite"].append(_signed(number, at))
        for finding in findings_of(checklist, answers, at.date()):
            self._raise(place, number, finding, at, rows)

    def _answers(self, checklist: Checklist, care: float, at: datetime) -> Iterator[Answer]:
        for entry in checklist.entries:
            result = self._result(entry, care)
            if result is not None:
                note = "" if result is Result.PASS else "现场查看"
                yield Answer(entry.item.id, result, note, "李检查员", at)

    def _result(self, entry: Entry, care: float) -> Result | None:
        if entry.decided and self._random.random() > 0.02:
            return None  # what the system decided stands
        if self._random.random() < 0.004:
            return None  # left blank
        weights = (80 + 18 * care, 12 * (1 - care) + 1, 2)
        return self._random.choices(tuple(Result), weights)[0]

    def _raise(
        self,
        place: PlaceYear,
        checklist: int,
        finding: NewFinding,
        at: datetime,
        rows: dict[str, list[dict[str, Any]]],
    ) -> None:
        self._findings += 1
        key = (place.institution_id, finding.item_id)
        known = self._earlier.setdefault(key, [])
        recent = [number for day, number in known if day >= finding.repeats_since]
        known.append((at.date(), self._findings))
        limit = max(1, (finding.due - at.date()).days)
        slow = self._random.random() > 0.75 + 0.25 * place.care
        corrected = at + timedelta(days=self._random.uniform(0.2, limit * (3.0 if slow else 0.9)))
        closed = corrected + timedelta(days=self._random.uniform(0.5, 10))
        now = self._year.plan.now
        state = (
            FindingState.CLOSED
            if closed < now
            else FindingState.CORRECTED
            if corrected < now
            else FindingState.OPEN
        )
        rows["finding"].append(
            {
                "id": self._findings,
                "institution_id": place.institution_id,
                "checklist_id": checklist,
                "item_id": finding.item_id,
                "severity": raised_severity(finding.severity, len(recent)).value,
                "own_severity": finding.severity.value,
                "repeats": len(recent),
                "repeat_of": recent[-1] if recent else None,
                "text_zh": finding.text.zh,
                "text_en": finding.text.en,
                "note": finding.note,
                "photo_needed": finding.photo_needed,
                "state": state.value,
                "owner": "王园长",
                "raised": at,
                "due": finding.due,
                "reinspect_by": finding.reinspect_by,
                "corrected_by_user_id": None,
                "closed": closed if state is FindingState.CLOSED else None,
                "escalated": 0,
                "version": 1,
            }
        )
        steps = [(at, FindingAction.RAISE, FindingState.OPEN)]
        if state is not FindingState.OPEN:
            steps.append((corrected, FindingAction.CORRECT, FindingState.CORRECTED))
        if state is FindingState.CLOSED:
            steps.append((closed, FindingAction.CLOSE, FindingState.CLOSED))
        rows["step"] += [_step(self._findings, *step) for step in steps]


def _checklist(checklist: Checklist) -> dict[str, Any]:
    kept = replace(checklist, revision=1)
    return {
        "institution_id": kept.subject.institution_id,
        "month": kept.month,
        "revision": 1,
        "template_id": kept.template.id,
        "template_version": kept.template.version,
        "template_sha256": kept.template.sha256,
        "content_sha256": kept.content_sha256,
        "generated": kept.generated,
        "document": as_plain(kept),
    }


def _visit(
    institution: str, month: date, at: datetime, made: bool, random: Random
) -> dict[str, Any]:
    return {
        "institution_id": institution,
        "month": month,
        "day": at.date(),
        "safety_inspector": None,
        "health_inspector": None,
        "state": (VisitState.DONE if made else VisitState.MISSED).value,
        "announced": False,
        "weight": round(random.uniform(0, 20), 1),
        "reasons": {},
        "note": "",
        "created": midnight(month),
        "updated": at,
        "version": 1,
    }


def _signed(checklist: int, at: datetime) -> dict[str, Any]:
    return {
        "checklist_id": checklist,
        "begun": at - timedelta(hours=2),
        "begun_by": "李检查员",
        "signing_id": f"signing-{checklist}",
        "signed": at,
        "signed_by_user_id": None,
        "answers_sha256": f"{checklist:064x}",
    }


def _step(finding: int, at: datetime, action: FindingAction, state: FindingState) -> dict[str, Any]:
    return {
        "finding_id": finding,
        "at": at,
        "action": action.value,
        "from_state": None,
        "to_state": state.value,
        "due_before": None,
        "due_after": None,
        "actor_user_id": None,
        "actor_name": "王园长",
        "address": "",
        "text": "",
    }
