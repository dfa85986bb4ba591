"""What inspectors answer: which answers are allowed, and the score and grade they add up to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from monitor.domain.checklists import Answer, Checklist, Entry, Grade, ItemSeverity, Result
from monitor.domain.errors import InputError, NotFoundError
from monitor.domain.text import Text


@dataclass(frozen=True, slots=True)
class Outcome:
    """The sum of the answers so far. ``score`` is 0–100; ``None`` where nothing counts yet.

    ``complete`` says whether every item is answered; until then ``grade`` is provisional.
    """

    passed: int
    failed: int
    not_applicable: int
    blank: int
    score: float | None
    grade: Grade | None

    @property
    def complete(self) -> bool:
        """Say whether every item is answered."""
        return self.blank == 0


def check_answer(checklist: Checklist, answer: Answer) -> Entry:
    """Return the entry that ``answer`` belongs to, if it may be given.

    Raises:
        NotFoundError: the checklist has no such item.
        InputError: a note is needed and missing: what failed, why an item does not apply, or
            why the system's decision is overridden.
    """
    entry = checklist.entry(answer.item_id)
    if entry is None:
        raise NotFoundError(
            Text(
                f"检查表中没有检查项“{answer.item_id}”",
                f"the checklist has no item '{answer.item_id}'",
            )
        )
    if answer.note.strip():
        return entry
    if answer.result in checklist.rules.note_on:
        raise InputError(
            Text("请写说明", "a note is needed"),
            where=answer.item_id,
            hint=Text("写明发现了什么，或为何不适用", "say what was found, or why not"),
        )
    if entry.decided and answer.result is not entry.proposal:
        raise InputError(
            Text("改变系统的结果须写明原因", "the system's result is overridden without a reason"),
            where=answer.item_id,
            hint=Text("写明系统数据为何不对", "say why the system's reading is wrong"),
        )
    return entry


def outcome(checklist: Checklist, answers: Iterable[Answer]) -> Outcome:
    """Add up the answers; what the system decided counts where no inspector answered."""
    given = effective_results(checklist, answers)
    counts = Counter(given.get(entry.item.id) for entry in checklist.entries)
    judged = [(entry.item.severity, given.get(entry.item.id)) for entry in checklist.entries]
    score = score_of(judged, checklist.rules.weights)
    failures = {severity for severity, result in judged if result is Result.FAIL}
    grade = None if score is None else _grade(checklist.rules.grades, score, failures)
    return Outcome(
        passed=counts[Result.PASS],
        failed=counts[Result.FAIL],
        not_applicable=counts[Result.NOT_APPLICABLE],
        blank=counts[None],
        score=score,
        grade=grade,
    )


def score_of(
    judged: Iterable[tuple[ItemSeverity, Result | None]], weights: Mapping[ItemSeverity, float]
) -> float | None:
    """Return the weight of what passed in that of what passed or failed, 0–100."""
    reached = possible = 0.0
    for severity, result in judged:
        if result in (Result.PASS, Result.FAIL):
            possible += weights[severity]
            reached += weights[severity] if result is Result.PASS else 0.0
    return round(100 * reached / possible, 1) if possible else None


def effective_results(checklist: Checklist, answers: Iterable[Answer]) -> Mapping[str, Result]:
    """Return the result of each item that has one: the last answer, else the system's decision."""
    results = {
        entry.item.id: entry.proposal
        for entry in checklist.entries
        if entry.decided and entry.proposal is not None
    }
    for answer in sorted(answers, key=lambda answer: answer.at):
        results[answer.item_id] = answer.result
    return results


def _grade(grades: tuple[Grade, ...], score: float, failures: set[ItemSeverity]) -> Grade:
    return next(
        grade
        for grade in grades
        if score >= grade.min_score and failures.isdisjoint(grade.without_fail)
    )
