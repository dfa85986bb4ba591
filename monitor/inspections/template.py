"""Templates: which items a checklist has, as versioned data.

A template is read once, checked as a whole and never changes; a change is a new version. The hash
of the file's bytes goes onto every checklist made from it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from monitor.documents import (
    MAX_DOCUMENT_BYTES,
    Document,
    checked,
    not_utf8,
    parse_document,
    refusal,
)
from monitor.domain.checklists import (
    Auto,
    Clause,
    Condition,
    Deadline,
    Grade,
    Item,
    Rules,
    Section,
    Source,
    TemplateMark,
)
from monitor.domain.errors import ConfigError, NotFoundError
from monitor.domain.system_words import unreadable
from monitor.domain.text import Text
from monitor.inspections.schema import AutoPart, ConditionPart, ItemPart, TemplateFile
from monitor.inspections.template_checks import mistakes_in

_FOLDER = "templates"


@dataclass(frozen=True, slots=True)
class Template:
    """A checked template. ``effective_to`` is its last day, ``None`` while it has none.

    ``approved`` is set for one that the district itself has approved.
    """

    mark: TemplateMark
    effective_from: date
    effective_to: date | None
    rules: Rules
    sources: tuple[Source, ...]
    sections: tuple[Section, ...]
    items: tuple[Item, ...]
    approved: bool = False

    def in_force(self, month: date) -> bool:
        """Say whether the template holds for a month (its first day)."""
        first = self.effective_from.replace(day=1)
        return first <= month and (self.effective_to is None or month <= self.effective_to)


def load_template(path: Path) -> Template:
    """Read and check the template at ``path``.

    Raises:
        ConfigError: one or more mistakes, each with file, line, field and what to do.
    """
    try:
        if path.stat().st_size > MAX_DOCUMENT_BYTES:
            raise ConfigError(
                Text("文件太大", "the file is too large"),
                where=str(path),
                hint=Text("它是检查模板吗？", "is it a template?"),
            )
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(
            unreadable(error),
            where=str(path),
            hint=Text("检查路径", "check the path"),
        ) from None
    return parse_template(data, str(path))


def parse_template(data: bytes, name: str) -> Template:
    """Check a template given as bytes; ``name`` is what messages call it.

    Raises:
        ConfigError: one or more mistakes, each with line, field and what to do.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise not_utf8(error, name) from None
    document = parse_document(text, name)
    file = checked(document, TemplateFile)
    return _template(file, document, hashlib.sha256(data).hexdigest())


def packaged_templates() -> tuple[Template, ...]:
    """Return the templates that come with the product, in the order of their file names."""
    return tuple(parse_template(file.read_bytes(), file.name) for file in _packaged_files())


def packaged_texts() -> tuple[str, ...]:
    """Return the texts of the templates that come with the product, in the same order."""
    return tuple(file.read_text("utf-8") for file in _packaged_files())


def _packaged_files() -> list[Traversable]:
    folder = resources.files(__package__) / _FOLDER
    return sorted(
        (file for file in folder.iterdir() if file.name.endswith(".yaml")),
        key=lambda file: file.name,
    )


def template_for(month: date, templates: Sequence[Template]) -> Template:
    """Return the template in force in a month (its first day); the newest where several are.

    Raises:
        NotFoundError: none is in force.
    """
    fitting = [template for template in templates if template.in_force(month)]
    own = [template for template in fitting if template.approved]
    fitting = own or fitting  # what the district approved comes before what is packaged
    if not fitting:
        raise NotFoundError(
            Text(
                f"{month:%Y-%m} 没有生效的检查模板",
                f"no inspection template is in force in {month:%Y-%m}",
            ),
            hint=Text(
                "选更晚的月份，或使用 effective_from 更早的模板",
                "give a later month, or a template whose effective_from is earlier",
            ),
        )
    return max(fitting, key=lambda template: (template.effective_from, template.mark.version))


def _template(file: TemplateFile, document: Document, sha256: str) -> Template:
    found = list(mistakes_in(file))
    if found:
        raise refusal(document, found)
    return Template(
        mark=TemplateMark(file.id, file.version, sha256, file.title.text(), file.notice.text()),
        effective_from=file.effective_from,
        effective_to=file.effective_to,
        rules=_rules(file),
        sources=tuple(
            Source(key, part.title.text(), part.binding.text(), part.url)
            for key, part in file.sources.items()
        ),
        sections=tuple(
            Section(part.id, part.title.text(), _condition(part.when)) for part in file.sections
        ),
        items=tuple(_item(part) for part in file.items),
    )


def _rules(file: TemplateFile) -> Rules:
    return Rules(
        weights=file.scoring.weights,
        grades=tuple(
            Grade(part.name.text(), part.min_score, part.without_fail)
            for part in file.scoring.grades
        ),
        deadlines={
            severity: Deadline(part.due_days, part.reinspect_days, part.photo)
            for severity, part in file.deadlines.items()
        },
        note_on=file.scoring.note_on,
        repeat_window_months=file.scoring.repeat_window_months,
    )


def _item(part: ItemPart) -> Item:
    return Item(
        id=part.id,
        section=part.section,
        text=part.text.text(),
        criterion=part.criterion.text(),
        severity=part.severity,
        clauses=tuple(
            Clause(item.source, None if item.clause is None else item.clause.text(), item.status)
            for item in part.sources
        ),
        evidence=part.evidence,
        auto=None if part.auto is None else _auto(part.auto),
        na_when=None if part.na_when is None else part.na_when.text(),
        condition=_condition(part.when),
    )


def _condition(part: ConditionPart | None) -> Condition | None:
    return None if part is None else part.condition()


def _auto(part: AutoPart) -> Auto:
    return Auto(part.metric, part.op, part.threshold, part.mode, part.parameters)
