"""From template and facts to a checklist: pure and repeatable.

The same template, facts and moment always give the same checklist, to the byte. A reading that is
unknown leaves its box blank; a known one proposes a result or, where the template says
``decide``, sets it until an inspector overrides it with a reason.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from enum import Enum
from typing import Any

from pydantic import TypeAdapter

from monitor.domain.checklists import (
    AutoMode,
    Checklist,
    Entry,
    Item,
    MetricStatus,
    MetricValue,
    Result,
    Section,
    Subject,
)
from monitor.domain.errors import InputError
from monitor.domain.text import Text
from monitor.inspections.conditions import why_excluded
from monitor.inspections.facts import Facts
from monitor.inspections.metrics import metric_named
from monitor.inspections.template import Template

_ADAPTER: TypeAdapter[Checklist] = TypeAdapter(Checklist)
_OUTSIDE_THE_HASH = ("generated", "content_sha256", "revision")


def generate(
    facts: Facts, month: date, template: Template, district: Text, now: datetime
) -> Checklist:
    """Make the checklist of one institution for the month whose first day is ``month``.

    Args:
        facts: all about the institution, over the period that
            :func:`~monitor.inspections.period.period_of` gives for ``month`` and ``now``.
        month: first day of the month of inspection.
        template: what to look at.
        district: name of the district, for the heading.
        now: the present moment.

    Raises:
        InputError: ``month`` is not a first day, or the template does not hold in it.
    """
    if month.day != 1:
        raise InputError(
            Text(f"{month} 不是一个月的第一天", f"{month} is not the first of a month"),
            where="month",
        )
    if not template.in_force(month):
        named = f"{template.mark.id} {template.mark.version}"
        raise InputError(
            Text(
                f"模板 {named} 在 {month:%Y-%m} 不生效",
                f"template {named} is not in force in {month:%Y-%m}",
            ),
            hint=Text("请用那个月的模板", "use the template of that month"),
        )
    institution = facts.institution
    sections = {section.id: section for section in template.sections}
    bare = _printable(
        Checklist(
            subject=Subject(
                institution.id,
                institution.name,
                institution.community,
                institution.address,
                district,
            ),
            month=month,
            timezone=facts.period.timezone,
            period_start=facts.period.start,
            period_end=facts.period.end,
            template=template.mark,
            sections=template.sections,
            sources=template.sources,
            rules=template.rules,
            entries=tuple(_entry(item, sections[item.section], facts) for item in template.items),
            generated=now,
            content_sha256="",
        )
    )
    return replace(bare, content_sha256=content_hash(bare))


def limited(whole: Checklist, earlier: Mapping[str, Checklist]) -> Checklist:
    """Return a checklist of some items only, to be looked at again.

    The items are the keys of ``earlier``, each with the checklist on which it failed: what the
    template does not ask any more is asked in its old words. Whatever the system reads, a person
    answers.
    """
    entries = [_to_look_at(entry) for entry in whole.entries if entry.item.id in earlier]
    kept = {entry.item.id for entry in entries}
    sections = {section.id: section for section in whole.sections}
    sources = {source.id: source for source in whole.sources}
    for item_id, checklist in sorted(earlier.items()):
        old = checklist.entry(item_id)
        if item_id in kept or old is None:
            continue
        entries.append(_to_look_at(replace(old, reading=None, proposal=None)))
        sections = {**{section.id: section for section in checklist.sections}, **sections}
        sources = {**{source.id: source for source in checklist.sources}, **sources}
    used = {entry.item.section for entry in entries}
    bare = replace(
        whole,
        sections=tuple(section for key, section in sections.items() if key in used),
        sources=tuple(sources.values()),
        entries=tuple(entries),
        content_sha256="",
    )
    return replace(bare, content_sha256=content_hash(bare))


def _to_look_at(entry: Entry) -> Entry:
    auto = entry.item.auto
    item = (
        entry.item
        if auto is None
        else replace(entry.item, auto=replace(auto, mode=AutoMode.PREFILL))
    )
    if entry.excluded is not None:
        return Entry(item)
    return Entry(item, entry.reading, entry.proposal)


def content_hash(checklist: Checklist) -> str:
    """Return the hash of all that the checklist says, but for when and how often it was made."""
    plain = as_plain(checklist)
    for name in _OUTSIDE_THE_HASH:
        plain.pop(name)
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def as_plain(checklist: Checklist) -> dict[str, Any]:
    """Return the checklist as plain JSON values."""
    plain: dict[str, Any] = _ADAPTER.dump_python(checklist, mode="json")
    return plain


def _printable(checklist: Checklist) -> Checklist:
    # Control characters and half surrogate pairs can be neither stored nor drawn.
    return _ADAPTER.validate_python(_clean(_ADAPTER.dump_python(checklist)))


def _clean(value: Any) -> Any:
    if isinstance(value, str) and not isinstance(value, Enum):
        valid = value.encode("utf-8", "replace").decode("utf-8")
        return "".join(
            char for char in valid if char in "\n\t" or unicodedata.category(char) != "Cc"
        )
    if isinstance(value, Mapping):
        return {_clean(key): _clean(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(item) for item in value]
    return value


def _entry(item: Item, section: Section, facts: Facts) -> Entry:
    excluded = why_excluded(section.condition, facts) or why_excluded(item.condition, facts)
    if excluded is not None:
        return Entry(item, proposal=Result.NOT_APPLICABLE, excluded=excluded)
    if item.auto is None:
        return Entry(item)
    reading = metric_named(item.auto.metric).read(facts, item.auto)
    return Entry(item, reading, _proposal(reading))


def _proposal(reading: MetricValue) -> Result | None:
    return {
        MetricStatus.PASS: Result.PASS,
        MetricStatus.FAIL: Result.FAIL,
        MetricStatus.UNKNOWN: None,
    }[reading.status]
