"""From a signed inspection to findings, and from findings to how late they are: pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

from monitor.domain.checklists import Answer, Checklist, Result
from monitor.domain.findings import NewFinding
from monitor.inspections.answers import effective_results
from monitor.inspections.period import shifted

ESCALATE_AFTER_DAYS = (1, 7, 30)
"""After how many days past the due date people are told, each time one step graver."""
_LONGEST_NOTE = 1000


def findings_of(
    checklist: Checklist, answers: Iterable[Answer], day: date
) -> tuple[NewFinding, ...]:
    """Return one finding for each item that failed, in the order of the checklist.

    Args:
        checklist: what was looked at.
        answers: the answers that stand.
        day: local day of the inspection, from which deadlines count.
    """
    given = {answer.item_id: answer for answer in answers}
    results = effective_results(checklist, given.values())
    found = []
    for entry in checklist.entries:
        item = entry.item
        if results.get(item.id) is not Result.FAIL:
            continue
        deadline = checklist.rules.deadlines[item.severity]
        answer = given.get(item.id)
        note = answer.note if answer is not None else ""
        if not note and entry.reading is not None:
            note = entry.reading.explain.kept(_LONGEST_NOTE)
        found.append(
            NewFinding(
                item_id=item.id,
                severity=item.severity,
                text=item.text,
                note=note,
                due=day + timedelta(days=deadline.due_days),
                reinspect_by=day + timedelta(days=deadline.reinspect_days),
                repeats_since=_months_before(day, checklist.rules.repeat_window_months),
                photo_needed=deadline.photo,
            )
        )
    return tuple(found)


def escalation_level(due: date, today: date) -> int:
    """Return how far an unclosed finding has to be escalated: 0 not at all, up to 3."""
    late = (today - due).days
    return sum(late >= days for days in ESCALATE_AFTER_DAYS)


def _months_before(day: date, months: int) -> date:
    first = shifted(day.replace(day=1), -months)
    following = shifted(first, 1)
    return min(first + timedelta(days=day.day - 1), following - timedelta(days=1))
