"""Templates as a district keeps them: packaged ones, its own drafts, and what it has approved."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from monitor.domain.alerts import Actor
from monitor.domain.clock import Clock, utc_now
from monitor.domain.errors import ConflictError, NotFoundError
from monitor.domain.text import Text
from monitor.inspections.template import Template, packaged_texts, parse_template
from monitor.inspections.template_diff import Difference, differences
from monitor.store.base import Database
from monitor.store.templates import (
    TemplateRepository,
    TemplateState,
    TemplateText,
    TemplateVersion,
)

_NAME = "template"
_CONTEXT_LINES = 2


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a version changes: against which other, item by item, and line by line."""

    base: Template
    differences: tuple[Difference, ...]
    lines: tuple[str, ...]


def approved_templates(repository: TemplateRepository) -> tuple[Template, ...]:
    """Return the templates that the district has approved."""
    return tuple(replace(parsed(text.source), approved=True) for text in repository.approved())


@lru_cache(maxsize=64)
def parsed(source: str) -> Template:
    """Return the template that a text says.

    Raises:
        ConfigError: one or more mistakes, each with line, field and what to do.
    """
    return parse_template(source.encode("utf-8"), _NAME)


class TemplateDesk:
    """Edits, compares and approves templates."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._versions = TemplateRepository(database)
        self._clock = clock

    def packaged(self) -> tuple[Template, ...]:
        """Return the templates that come with the product."""
        return tuple(parsed(text) for text in packaged_texts())

    def versions(self) -> Sequence[TemplateVersion]:
        """Return the district's own versions, the last changed first."""
        return self._versions.list()

    def in_force(self, day: date) -> Sequence[TemplateVersion]:
        """Return the district's approved versions that hold on a day."""
        return [item for item in self.versions() if _holds(item, day)]

    def get_in_force(self, row_id: int, day: date) -> TemplateVersion:
        """Return one version if it is approved and holds on a day.

        Raises:
            NotFoundError: there is none, or it does not.
        """
        version = self.get(row_id)
        if not _holds(version, day):
            raise NotFoundError(
                Text("没有这个模板", "there is no such template"), where=f"template {row_id}"
            )
        return version

    def get(self, row_id: int) -> TemplateVersion:
        """Return one version.

        Raises:
            NotFoundError: there is none.
        """
        return self._versions.get(row_id)

    def add(self, source: str, by: Actor) -> TemplateVersion:
        """Keep a text as a new draft.

        Raises:
            ConfigError: the text has mistakes.
            ConflictError: there is a version of that name already.
        """
        return self._versions.add(self._text(source), by, utc_now(self._clock))

    def edit(self, row_id: int, source: str, by: Actor, seen: str) -> TemplateVersion:
        """Change a draft.

        Raises:
            ConfigError: the text has mistakes.
            NotFoundError: there is no such version.
            ConflictError: it is no draft, or not any more as it was ``seen``.
        """
        return self._versions.edit(row_id, self._text(source), by, utc_now(self._clock), seen)

    def hand_in(self, row_id: int) -> None:
        """Hand a draft in for review.

        Raises:
            NotFoundError: there is no such version.
            ConflictError: it is no draft.
        """
        self._versions.hand_in(row_id, utc_now(self._clock))

    def review(self, row_id: int, by: Actor, remark: str, *, approve: bool) -> None:
        """Approve what somebody else has written, or give it back.

        Raises:
            NotFoundError: there is no such version.
            ConflictError: it was not handed in.
            PermissionDeniedError: the reviewer has written it.
        """
        self._versions.review(row_id, by, utc_now(self._clock), remark, approve=approve)

    def compared(self, version: TemplateVersion) -> Comparison:
        """Compare a version with what it would take the place of."""
        source = self._base_source(version)
        lines = difflib.unified_diff(
            source.splitlines(), version.text.source.splitlines(), n=_CONTEXT_LINES, lineterm=""
        )
        base = parsed(source)
        return Comparison(base, differences(base, parsed(version.text.source)), tuple(lines))

    def _base_source(self, version: TemplateVersion) -> str:
        approved = [
            text
            for text in self._versions.approved()
            if text.template_id == version.text.template_id and text.version != version.text.version
        ]
        if approved:
            return max(approved, key=lambda text: (text.effective_from, text.version)).source
        texts = packaged_texts()
        same = [text for text in texts if parsed(text).mark.id == version.text.template_id]
        return (same or list(texts))[0]

    def _text(self, source: str) -> TemplateText:
        source = "\n".join(source.splitlines()) + "\n"  # browsers send \r\n
        template = parsed(source)
        mark = template.mark
        if (mark.id, mark.version) in {(t.mark.id, t.mark.version) for t in self.packaged()}:
            raise ConflictError(
                Text(
                    f"版本“{mark.version}”是系统自带的",
                    f"version '{mark.version}' is the packaged one",
                ),
                where="version",
                hint=Text("请为自己的模板换一个版本号", "give your own another version"),
            )
        return TemplateText(
            mark.id,
            mark.version,
            source,
            mark.sha256,
            template.effective_from,
            template.effective_to,
        )


def _holds(version: TemplateVersion, day: date) -> bool:
    text = version.text
    return (
        version.state is TemplateState.APPROVED
        and text.effective_from <= day
        and (text.effective_to is None or day <= text.effective_to)
    )
