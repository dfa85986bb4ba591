"""A checklist laid out as plain strings, ready for a page: which words stand where.

The page's own program (``layout.typ``) only draws. Everything that people wrote reaches it as
data, never as markup, so no name can change the page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from monitor.domain.checklists import (
    Answer,
    Checklist,
    Clause,
    Entry,
    EvidenceType,
    ItemSeverity,
    MetricStatus,
    Result,
    Source,
)
from monitor.domain.text import Language, Text
from monitor.inspections.answers import Outcome, outcome
from monitor.inspections.metrics.base import some
from monitor.inspections.reports.visit import VisitRecord
from monitor.inspections.reports.visit_sheet import proof_sheet, visit_sheet
from monitor.inspections.reports.words import (
    CLAUSES,
    EVIDENCE,
    LABELS,
    RESULTS,
    SEVERITIES,
    STATUSES,
    ReportLanguage,
    figure,
    first,
    joined,
    lines,
    moment,
    month_name,
)

_MOST_ATTENTION = 12


def sheet(
    checklist: Checklist,
    answers: Sequence[Answer],
    language: ReportLanguage,
    visit: VisitRecord | None = None,
    address: str = "",
) -> dict[str, Any]:
    """Return all strings of the printed checklist, as plain JSON."""
    given = {answer.item_id: answer for answer in sorted(answers, key=lambda item: item.at)}
    sources = {source.id: source for source in checklist.sources}
    return {
        "language": first(language),
        "title": lines(checklist.template.title, language),
        "institution": lines(checklist.subject.name, language),
        "words": {key: lines(text, language) for key, text in LABELS.items()},
        "results": [lines(RESULTS[result], language) for result in Result],
        "heading": heading_rows(checklist, language),
        "summary": _summary(checklist, language),
        "notice": lines(checklist.template.notice, language),
        "sections": [
            {
                "title": joined(section.title, language, "  "),
                "items": [
                    _item(entry, given, sources, language)
                    for entry in checklist.entries
                    if entry.item.section == section.id
                ],
            }
            for section in checklist.sections
        ],
        "deadlines": deadlines_line(checklist, language),
        "grades": [joined(grade.name, language) for grade in checklist.rules.grades],
        "outcome": outcome_words(outcome(checklist, answers), language) if answers else None,
        "bibliography": [_source(source, language) for source in checklist.sources],
        "month": joined(month_name(checklist.month), language),
        "content_sha256": checklist.content_sha256,
        "template_sha256": checklist.template.sha256,
        "visit": None if visit is None else visit_sheet(visit, checklist.timezone, language),
        "proof": proof_sheet(checklist, visit, address, language),
    }


def sources_line(
    clauses: Sequence[Clause], sources: Mapping[str, Source], language: Language
) -> str:
    """Return the sources of an item in one line."""
    return ("；" if language == "zh" else "; ").join(
        _clause(clause, sources[clause.source], language) for clause in clauses
    )


def _clause(clause: Clause, source: Source, language: Language) -> str:
    status = CLAUSES[clause.status].of(language)
    number = "" if clause.clause is None else clause.clause.of(language)
    if language == "zh":
        return f"{source.title.zh}{number}" + (f"〔{status}〕" if status else "")
    return " ".join(
        part
        for part in (
            source.title.en + ("," if number else ""),
            number,
            f"[{status}]" if status else "",
        )
        if part
    )


def heading_rows(checklist: Checklist, language: ReportLanguage) -> list[list[str]]:
    """Return what stands in the heading, as pairs of label and value."""
    subject = checklist.subject
    zone = checklist.timezone
    start, end = moment(checklist.period_start, zone), moment(checklist.period_end, zone)
    mark = checklist.template
    rows = [
        ("district", joined(subject.district, language)),
        ("month", joined(month_name(checklist.month), language)),
        ("community", subject.community),
        ("period", f"{start} — {end}"),
        ("address", subject.address),
        ("generated", f"{moment(checklist.generated, zone)} ({zone})"),
        ("template", f"{mark.id} {mark.version}"),
        ("revision", str(checklist.revision)),
    ]
    return [[joined(LABELS[key], language), value or "—"] for key, value in rows]


def _summary(checklist: Checklist, language: ReportLanguage) -> dict[str, Any]:
    readings = [entry.reading for entry in checklist.entries if entry.reading is not None]
    counts = {
        status: sum(reading.status is status for reading in readings) for status in MetricStatus
    }
    failing = [
        entry
        for severity in ItemSeverity
        for entry in checklist.entries
        if entry.item.severity is severity
        and entry.reading is not None
        and entry.reading.status is MetricStatus.FAIL
    ]
    return {
        "counts": [
            [joined(LABELS["items"], language), len(checklist.entries), "plain"],
            [joined(LABELS["met"], language), counts[MetricStatus.PASS], "pass"],
            [joined(LABELS["not_met"], language), counts[MetricStatus.FAIL], "fail"],
            [joined(LABELS["unknown"], language), counts[MetricStatus.UNKNOWN], "unknown"],
            [joined(LABELS["by_hand"], language), len(checklist.entries) - len(readings), "plain"],
        ],
        "attention": [_attention(entry, language) for entry in failing[:_MOST_ATTENTION]],
        "more": len(failing) > _MOST_ATTENTION,
    }


def _attention(entry: Entry, language: ReportLanguage) -> dict[str, Any]:
    explain = entry.reading.explain if entry.reading is not None else Text(zh="", en="")
    return {
        "id": entry.item.id,
        "severity": entry.item.severity.value,
        "text": entry.item.text.of(first(language)),
        "explain": explain.of(first(language)),
    }


def _item(
    entry: Entry,
    given: Mapping[str, Answer],
    sources: Mapping[str, Source],
    language: ReportLanguage,
) -> dict[str, Any]:
    item = entry.item
    once = first(language)
    answer = given.get(item.id)
    ticked = answer.result if answer else entry.proposal if entry.decided else None
    by_hand = [EVIDENCE[kind] for kind in item.evidence if kind is not EvidenceType.AUTO]
    return {
        "id": item.id,
        "severity": item.severity.value,
        "severity_name": SEVERITIES[item.severity].of(once),
        "text": lines(item.text, language),
        "criterion": lines(item.criterion, language),
        "sources": sources_line(item.clauses, sources, once),
        "methods": ("、" if once == "zh" else ", ").join(text.of(once) for text in by_hand),
        "na_when": "" if item.na_when is None else item.na_when.of(once),
        "reading": None if entry.reading is None else _reading(entry, language),
        "ticks": [result is ticked for result in Result],
        "answered": answer is not None,
        "note": "" if answer is None else answer.note,
    }


def _reading(entry: Entry, language: ReportLanguage) -> dict[str, Any]:
    reading = entry.reading
    if reading is None:
        return {}
    mode = LABELS["decided" if entry.decided else "proposed"]
    proposal = None if entry.proposal is None else RESULTS[entry.proposal]
    colon = "：" if first(language) == "zh" else ": "
    return {
        "status": reading.status.value,
        "status_name": joined(STATUSES[reading.status], language),
        "value": figure(reading).of(first(language)),
        "explain": lines(reading.explain, language),
        "query": reading.query.of(first(language)),
        "proposal": ""
        if proposal is None
        else mode.of(first(language)) + colon + proposal.of(first(language)),
    }


def deadlines_line(checklist: Checklist, language: ReportLanguage) -> str:
    """Return in one line by when failed items must be put right."""
    once = first(language)
    parts = []
    for severity, deadline in checklist.rules.deadlines.items():
        name = SEVERITIES[severity].of(once)
        parts.append(
            f"{name}项{deadline.due_days}日内整改、{deadline.reinspect_days}日内复查"
            if once == "zh"
            else f"{name}: corrected within {some(deadline.due_days, 'day')},"
            f" seen again within {some(deadline.reinspect_days, 'day')}"
        )
    return ("；" if once == "zh" else "; ").join(parts)


def outcome_words(result: Outcome, language: ReportLanguage) -> dict[str, Any]:
    """Return score and grade in words."""
    return {
        "score": "—" if result.score is None else f"{result.score:g}",
        "grade": "" if result.grade is None else joined(result.grade.name, language),
        "complete": result.complete,
    }


def _source(source: Source, language: ReportLanguage) -> str:
    once = first(language)
    return f"{source.title.of(once)} — {source.binding.of(once)}"
