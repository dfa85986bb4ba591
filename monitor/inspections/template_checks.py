"""What a schema cannot say about a template: references, repetitions, completeness."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.documents import Location
from monitor.domain.checklists import EvidenceType, ItemSeverity, Unit
from monitor.inspections.metrics import metrics
from monitor.inspections.schema import AutoPart, ItemPart, TemplateFile
from monitor.registers.mistakes import Mistake


def mistakes_in(file: TemplateFile) -> Iterator[Mistake]:
    """Yield every mistake that spans more than one value."""
    if file.effective_to is not None and file.effective_to < file.effective_from:
        yield Mistake(("effective_to",), "is earlier than effective_from")
    yield from _every_severity(file)
    yield from _twice([part.id for part in file.sections], "section", ("sections",))
    yield from _twice([part.id for part in file.items], "item", ("items",))
    yield from _last_grade(file)
    sections = {part.id for part in file.sections}
    for index, item in enumerate(file.items):
        at: Location = ("items", index)
        if item.section not in sections:
            yield Mistake(
                (*at, "section"),
                f"there is no section '{item.section}'",
                "use an id from 'sections', or add it there",
            )
        yield from _sources(item, file, at)
        yield from _evidence(item, at)
        if item.auto is not None:
            yield from _metric(item.auto, (*at, "auto"))
    yield from _unused(file)


def _twice(ids: Sequence[str], kind: str, at: Location) -> Iterator[Mistake]:
    for index, identifier in enumerate(ids):
        if identifier in ids[:index]:
            yield Mistake(
                (*at, index, "id"), f"{kind} id '{identifier}' is used twice", "rename one"
            )


def _every_severity(file: TemplateFile) -> Iterator[Mistake]:
    for name, table in (("scoring.weights", file.scoring.weights), ("deadlines", file.deadlines)):
        missing = [severity.value for severity in ItemSeverity if severity not in table]
        if missing:
            yield Mistake(
                tuple(name.split(".")), f"'{', '.join(missing)}' is missing", "add what is missing"
            )


def _last_grade(file: TemplateFile) -> Iterator[Mistake]:
    last = file.scoring.grades[-1]
    if last.min_score > 0 or last.without_fail:
        yield Mistake(
            ("scoring", "grades", len(file.scoring.grades) - 1),
            "the last grade must have no condition: some results would get no grade",
            "remove its min_score and without_fail, or add a last grade without them",
        )


def _sources(item: ItemPart, file: TemplateFile, at: Location) -> Iterator[Mistake]:
    for index, clause in enumerate(item.sources):
        if clause.source not in file.sources:
            yield Mistake(
                (*at, "sources", index, "source"),
                f"there is no source '{clause.source}'",
                "use a key from 'sources', or add it there",
            )


def _evidence(item: ItemPart, at: Location) -> Iterator[Mistake]:
    if len(set(item.evidence)) < len(item.evidence):
        yield Mistake((*at, "evidence"), "names the same kind twice", "keep each once")
    promised = EvidenceType.AUTO in item.evidence
    if item.auto is not None and not promised:
        yield Mistake(
            (*at, "evidence"), "the item has 'auto' but not among its evidence", "add auto to it"
        )
    if item.auto is None and promised:
        yield Mistake(
            (*at, "evidence"),
            "names auto, but the item has no 'auto'",
            "add 'auto' with its metric, or remove it from the evidence",
        )


def _metric(auto: AutoPart, at: Location) -> Iterator[Mistake]:
    known = metrics().get(auto.metric)
    if known is None:
        yield Mistake(
            (*at, "metric"),
            f"there is no metric '{auto.metric}'",
            "see monitor/inspections/metrics for those there are",
        )
        return
    for name in auto.parameters:
        if name not in known.parameters:
            allowed = ", ".join(known.parameters) or "none"
            yield Mistake(
                (*at, "parameters", name),
                f"metric '{auto.metric}' has no parameter '{name}'",
                f"it takes: {allowed}",
            )
    if known.unit is Unit.SHARE and not 0 <= auto.threshold <= 1:
        yield Mistake((*at, "threshold"), "a share lies between 0 and 1", "write 95 % as 0.95")


def _unused(file: TemplateFile) -> Iterator[Mistake]:
    used = {clause.source for item in file.items for clause in item.sources}
    for key in file.sources:
        if key not in used:
            yield Mistake(("sources", key), f"source '{key}' is not used by any item", "remove it")
    filled = {item.section for item in file.items}
    for index, section in enumerate(file.sections):
        if section.id not in filled:
            yield Mistake(
                ("sections", index, "id"), f"section '{section.id}' has no item", "remove it"
            )
