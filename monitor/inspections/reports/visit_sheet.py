"""An inspection on site laid out as plain strings, for any report that shows it."""

from __future__ import annotations

from typing import Any

from monitor.domain.checklists import Checklist
from monitor.domain.text import Text
from monitor.inspections.reports.qr import qr_svg
from monitor.inspections.reports.thumbnail import framed_photo
from monitor.inspections.reports.visit import (
    VisitFinding,
    VisitPhoto,
    VisitRecord,
    VisitSignature,
)
from monitor.inspections.reports.words import (
    FINDING_STATES,
    LABELS,
    RESULTS,
    SEVERITIES,
    SIGNERS,
    ReportLanguage,
    first,
    joined,
    lines,
    moment,
)


def visit_sheet(visit: VisitRecord, timezone: str, language: ReportLanguage) -> dict[str, Any]:
    """Return all strings and pictures of an inspection, as plain JSON."""
    whole = joined(LABELS["whole"], language)
    return {
        "signed": visit.signed is not None,
        "when": f"{moment(visit.begun, timezone)}　{visit.begun_by}",
        "findings": [_finding(one, language) for one in visit.findings],
        "signatures": [_signature(one, timezone, language) for one in visit.signatures],
        "addenda": [
            {
                "item": one.item_id or whole,
                "text": one.text,
                "who": f"{one.by}　{moment(one.at, timezone)}",
            }
            for one in visit.addenda
        ],
        "late": [
            {
                "item": one.item_id,
                "text": f"{joined(RESULTS[one.result], language)}　{one.note}".strip(),
                "who": f"{one.by}　{moment(one.at, timezone)}",
            }
            for one in visit.late
        ],
        "photos": [_photo(one, timezone, language) for one in visit.photos],
    }


def proof_sheet(
    checklist: Checklist, visit: VisitRecord | None, address: str, language: ReportLanguage
) -> dict[str, Any] | None:
    """Return the hashes, and where to check them; ``None`` without an address.

    What was signed is checked where there is a signature, else the checklist itself.
    """
    if not address:
        return None
    signed = None if visit is None else visit.answers_sha256
    where = f"{address}/verify/{signed or checklist.content_sha256}"
    hashes = [[joined(LABELS["hash"], language), checklist.content_sha256]]
    if signed is not None:
        hashes.append([joined(LABELS["signed_hash"], language), signed])
    return {
        "hashes": hashes,
        "words": " ".join(lines(LABELS["verify"], language)),
        "address": where,
        "qr": qr_svg(where),
    }


def _finding(one: VisitFinding, language: ReportLanguage) -> dict[str, Any]:
    once = first(language)
    repeat = LABELS["repeat"].of(once).replace("{n}", str(one.repeats)) if one.repeats else ""
    return {
        "item": one.item_id,
        "severity": one.severity.value,
        "severity_name": SEVERITIES[one.severity].of(once),
        "text": joined(one.text, language),
        "note": Text.read_back(one.note).of(once),
        "repeat": repeat,
        "owner": one.owner or "—",
        "due": one.due.isoformat(),
        "again": one.reinspect_by.isoformat(),
        "state": FINDING_STATES[one.state].of(once),
    }


def _signature(one: VisitSignature, timezone: str, language: ReportLanguage) -> dict[str, Any]:
    words = joined(LABELS["gone"], language)
    if one.refusal:
        colon = "：" if first(language) == "zh" else ": "
        words = LABELS["refused"].of(first(language)) + colon + one.refusal
    return {
        "role": joined(SIGNERS[one.role], language),
        "name": one.name,
        "at": moment(one.at, timezone),
        "hash": one.sha256,
        "drawing": one.drawing,
        "words": words,
    }


def _photo(one: VisitPhoto, timezone: str, language: ReportLanguage) -> dict[str, Any]:
    place = joined(LABELS["no_place"], language)
    if one.place is not None:
        at = f"{one.place.latitude:.5f}, {one.place.longitude:.5f}"
        place = f"{at} ±{one.place.accuracy_m:.0f} m"
    return {
        "item": one.item_id,
        "at": f"{moment(one.at, timezone)}　{one.by}",
        "place": place,
        "late": joined(LABELS["late_photo"], language) if one.late else "",
        "hash": one.sha256,
        "picture": None if one.thumbnail is None else framed_photo(one.thumbnail),
    }
