"""The report of one inspection laid out as plain strings, ready for a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from monitor.domain.checklists import Answer, Checklist, Result
from monitor.inspections.answers import effective_results, outcome
from monitor.inspections.reports.sheet import deadlines_line, heading_rows, outcome_words
from monitor.inspections.reports.visit import VisitRecord
from monitor.inspections.reports.visit_sheet import proof_sheet, visit_sheet
from monitor.inspections.reports.words import (
    LABELS,
    RESULTS,
    ReportLanguage,
    first,
    joined,
    lines,
    moment,
    month_name,
)


def inspection_sheet(
    checklist: Checklist,
    answers: Sequence[Answer],
    language: ReportLanguage,
    visit: VisitRecord | None,
    address: str,
) -> dict[str, Any]:
    """Return all strings and pictures of the report, as plain JSON."""
    result = outcome(checklist, answers)
    signed = None if visit is None else visit.answers_sha256
    return {
        "language": first(language),
        "title": lines(LABELS["report_title"], language),
        "institution": lines(checklist.subject.name, language),
        "month": joined(month_name(checklist.month), language),
        "words": {key: lines(text, language) for key, text in LABELS.items()},
        "hash": signed or checklist.content_sha256,
        "heading": [*heading_rows(checklist, language), *_when(checklist, visit, language)],
        "outcome": outcome_words(result, language) if answers else None,
        "tally": [
            [joined(RESULTS[Result.PASS], language), result.passed, "pass"],
            [joined(RESULTS[Result.FAIL], language), result.failed, "fail"],
            [joined(RESULTS[Result.NOT_APPLICABLE], language), result.not_applicable, "plain"],
            [joined(LABELS["blank"], language), result.blank, "unknown"],
        ],
        "failed": _failed(checklist, answers, language),
        "deadlines": deadlines_line(checklist, language),
        "visit": None if visit is None else visit_sheet(visit, checklist.timezone, language),
        "notice": lines(checklist.template.notice, language),
        "proof": proof_sheet(checklist, visit, address, language),
    }


def _when(
    checklist: Checklist, visit: VisitRecord | None, language: ReportLanguage
) -> list[list[str]]:
    if visit is None:
        return []
    zone = checklist.timezone
    not_signed = joined(LABELS["not_signed"], language)
    signed = not_signed if visit.signed is None else moment(visit.signed, zone)
    begun = f"{moment(visit.begun, zone)}　{visit.begun_by}"
    return [
        [joined(LABELS["inspected_at"], language), begun],
        [joined(LABELS["signed_at"], language), signed],
    ]


def _failed(
    checklist: Checklist, answers: Sequence[Answer], language: ReportLanguage
) -> list[dict[str, str]]:
    results = effective_results(checklist, answers)
    given = {answer.item_id: answer for answer in sorted(answers, key=lambda one: one.at)}
    found = []
    for entry in checklist.entries:
        if results.get(entry.item.id) is not Result.FAIL:
            continue
        answer = given.get(entry.item.id)
        said = answer.note if answer is not None else ""
        if not said and entry.reading is not None:
            said = joined(entry.reading.explain, language)
        text = joined(entry.item.text, language)
        found.append({"item": entry.item.id, "text": text, "who": said})
    return found
