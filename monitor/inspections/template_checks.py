"""What a schema cannot say about a template: references, repetitions, completeness."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from monitor.documents import Complaint, Location
from monitor.domain.checklists import EvidenceType, ItemSeverity, Unit
from monitor.domain.text import Text
from monitor.inspections.metrics import metrics
from monitor.inspections.schema import AutoPart, ItemPart, TemplateFile

_KINDS = {"section": "章节", "item": "检查项"}
_REMOVE = Text("删除", "remove it")


def mistakes_in(file: TemplateFile) -> Iterator[Complaint]:
    """Yield every mistake that spans more than one value."""
    if file.effective_to is not None and file.effective_to < file.effective_from:
        yield Complaint(
            ("effective_to",), Text("早于 effective_from", "is earlier than effective_from")
        )
    yield from _every_severity(file)
    yield from _twice([part.id for part in file.sections], "section", ("sections",))
    yield from _twice([part.id for part in file.items], "item", ("items",))
    yield from _last_grade(file)
    sections = {part.id for part in file.sections}
    for index, item in enumerate(file.items):
        at: Location = ("items", index)
        if item.section not in sections:
            yield Complaint(
                (*at, "section"),
                Text(f"没有章节“{item.section}”", f"there is no section '{item.section}'"),
                Text(
                    "使用 sections 中的编号，或在那里添加",
                    "use an id from 'sections', or add it there",
                ),
            )
        yield from _sources(item, file, at)
        yield from _evidence(item, at)
        if item.auto is not None:
            yield from _metric(item.auto, (*at, "auto"))
    yield from _unused(file)


def _twice(ids: Sequence[str], kind: str, at: Location) -> Iterator[Complaint]:
    for index, identifier in enumerate(ids):
        if identifier in ids[:index]:
            yield Complaint(
                (*at, index, "id"),
                Text(
                    f"{_KINDS[kind]}编号“{identifier}”用了两次",
                    f"{kind} id '{identifier}' is used twice",
                ),
                Text("给其中一个改名", "rename one"),
            )


def _every_severity(file: TemplateFile) -> Iterator[Complaint]:
    for name, table in (("scoring.weights", file.scoring.weights), ("deadlines", file.deadlines)):
        missing = [severity.value for severity in ItemSeverity if severity not in table]
        if missing:
            yield Complaint(
                tuple(name.split(".")),
                Text(f"缺少“{'、'.join(missing)}”", f"'{', '.join(missing)}' is missing"),
                Text("补上缺少的", "add what is missing"),
            )


def _last_grade(file: TemplateFile) -> Iterator[Complaint]:
    last = file.scoring.grades[-1]
    if last.min_score > 0 or last.without_fail:
        yield Complaint(
            ("scoring", "grades", len(file.scoring.grades) - 1),
            Text(
                "最后一个等级不能有条件，否则有的结果没有等级",
                "the last grade must have no condition: some results would get no grade",
            ),
            Text(
                "删除它的 min_score 和 without_fail，或在最后添加一个没有条件的等级",
                "remove its min_score and without_fail, or add a last grade without them",
            ),
        )


def _sources(item: ItemPart, file: TemplateFile, at: Location) -> Iterator[Complaint]:
    for index, clause in enumerate(item.sources):
        if clause.source not in file.sources:
            yield Complaint(
                (*at, "sources", index, "source"),
                Text(f"没有依据“{clause.source}”", f"there is no source '{clause.source}'"),
                Text(
                    "使用 sources 中的键，或在那里添加",
                    "use a key from 'sources', or add it there",
                ),
            )


def _evidence(item: ItemPart, at: Location) -> Iterator[Complaint]:
    if len(set(item.evidence)) < len(item.evidence):
        yield Complaint(
            (*at, "evidence"),
            Text("同一种证据写了两次", "names the same kind twice"),
            Text("每种只写一次", "keep each once"),
        )
    promised = EvidenceType.AUTO in item.evidence
    if item.auto is not None and not promised:
        yield Complaint(
            (*at, "evidence"),
            Text("检查项有 auto，但证据中没有写", "the item has 'auto' but not among its evidence"),
            Text("在证据中加上 auto", "add auto to it"),
        )
    if item.auto is None and promised:
        yield Complaint(
            (*at, "evidence"),
            Text("写了 auto，但检查项没有 auto", "names auto, but the item has no 'auto'"),
            Text(
                "添加 auto 及其指标，或从证据中删除",
                "add 'auto' with its metric, or remove it from the evidence",
            ),
        )


def _metric(auto: AutoPart, at: Location) -> Iterator[Complaint]:
    known = metrics().get(auto.metric)
    if known is None:
        yield Complaint(
            (*at, "metric"),
            Text(f"没有名为“{auto.metric}”的系统数据", f"there is no metric '{auto.metric}'"),
            Text(f"可用：{'、'.join(metrics())}", f"use one of: {', '.join(metrics())}"),
        )
        return
    for name in auto.parameters:
        if name not in known.parameters:
            allowed = known.parameters
            yield Complaint(
                (*at, "parameters", name),
                Text(
                    f"系统数据“{auto.metric}”没有参数“{name}”",
                    f"metric '{auto.metric}' has no parameter '{name}'",
                ),
                Text(
                    f"可用参数：{'、'.join(allowed) or '无'}",
                    f"it takes: {', '.join(allowed) or 'none'}",
                ),
            )
    if known.unit is Unit.SHARE and not 0 <= auto.threshold <= 1:
        yield Complaint(
            (*at, "threshold"),
            Text("比例应在 0 到 1 之间", "a share lies between 0 and 1"),
            Text("95% 写作 0.95", "write 95 % as 0.95"),
        )


def _unused(file: TemplateFile) -> Iterator[Complaint]:
    used = {clause.source for item in file.items for clause in item.sources}
    for key in file.sources:
        if key not in used:
            yield Complaint(
                ("sources", key),
                Text(f"没有检查项使用依据“{key}”", f"source '{key}' is not used by any item"),
                _REMOVE,
            )
    filled = {item.section for item in file.items}
    for index, section in enumerate(file.sections):
        if section.id not in filled:
            yield Complaint(
                ("sections", index, "id"),
                Text(f"章节“{section.id}”没有检查项", f"section '{section.id}' has no item"),
                _REMOVE,
            )
