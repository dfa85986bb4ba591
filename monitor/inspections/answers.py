"""What inspectors answer: which answers are allowed, and the score and grade they add up to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from monitor.domain.checklists import Answer, Checklist, Entry, Grade, ItemSeverity, Result
from monitor.domain.errors import InputError, NotFoundError


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
        raise NotFoundError(f"the checklist has no item '{answer.item_id}'")
    if answer.note.strip():
        return entry
    if answer.result in checklist.rules.note_on:
        raise InputError(
            "a note is needed", where=answer.item_id, hint="say what was found, or why not"
        )
    if entry.decided and answer.result is not entry.proposal:
        raise InputError(
            "the system's result is overridden without a reason",
            where=answer.item_id,
            hint="say why the system's reading is wrong",
        )
    return entry


def outcome(checklist: Checklist, answers: Iterable[Answer]) -> Outcome:
    """Add up the answers; what the system decided counts where no inspector answered."""
    given = effective_results(checklist, answers)
    weights = checklist.rules.weights
    passed = failed = not_applicable = blank = 0
    reached = possible = 0.0
    failures: set[ItemSeverity] = set()
    for entry in checklist.entries:
        result = given.get(entry.item.id)
        weight = weights[entry.item.severity]
        if result is None:
            blank += 1
        elif result is Result.NOT_APPLICABLE:
            not_applicable += 1
        else:
            possible += weight
            if result is Result.PASS:
                passed += 1
                reached += weight
            else:
                failed += 1
                failures.add(entry.item.severity)
    score = round(100 * reached / possible, 1) if possible else None
    grade = None if score is None else _grade(checklist.rules.grades, score, failures)
    return Outcome(passed, failed, not_applicable, blank, score, grade)


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
