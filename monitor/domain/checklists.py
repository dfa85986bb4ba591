"""Checklists: what an inspector looks at in one institution in one month, and what she found.

A checklist carries everything it needs to be printed again years later: the wording of its
items, their sources, the system's readings with where each comes from, and the hash of the
template it was made from. It never changes once written; answers are kept beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from monitor.domain.places import ClassType, RoomType
from monitor.domain.text import Text


class Result(StrEnum):
    """What an inspector may say about an item."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    NOT_APPLICABLE = "na"


class ItemSeverity(StrEnum):
    """How grave a failed item is."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"


class ClauseStatus(StrEnum):
    """How far a clause was checked: against its text, by a secondary source, or not at all.

    ``UNKNOWN`` has no number; ``CHOSEN`` needs none, being the district's own practice.
    """

    PRIMARY = "primary"
    SECONDARY = "secondary"
    UNVERIFIED = "unverified"
    UNKNOWN = "unknown"
    CHOSEN = "chosen"


class EvidenceType(StrEnum):
    """What an item is judged by."""

    OBSERVATION = "observation"
    DOCUMENT = "document"
    PHOTO = "photo"
    AUTO = "auto"


class AutoMode(StrEnum):
    """Whether the system's reading sets the result, or only proposes one."""

    DECIDE = "decide"
    PREFILL = "prefill"


class Comparison(StrEnum):
    """How a reading is held against its threshold."""

    AT_LEAST = ">="
    AT_MOST = "<="
    EQUAL = "=="

    def holds(self, value: float, threshold: float) -> bool:
        """Say whether ``value`` meets ``threshold``."""
        if self is Comparison.AT_LEAST:
            return value >= threshold
        if self is Comparison.AT_MOST:
            return value <= threshold
        return value == threshold


class Unit(StrEnum):
    """What a reading counts."""

    DAYS = "days"
    COUNT = "count"
    SHARE = "share"
    MINUTES = "minutes"


class MetricStatus(StrEnum):
    """What a reading says. ``UNKNOWN`` is left to the inspector; it never counts as a pass."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Auto:
    """How an item is read from the system: metric, comparison, and who has the last word."""

    metric: str
    op: Comparison
    threshold: float
    mode: AutoMode
    parameters: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MetricValue:
    """One reading, with what it was computed from and where that came from.

    ``value`` is ``None`` where it is unknown or where no figure applies (a licence without an
    end). ``inputs`` is plain JSON; ``query`` describes the source of the data to a person.
    """

    metric: str
    value: float | None
    unit: Unit
    status: MetricStatus
    explain: Text
    inputs: Mapping[str, Any]
    query: Text


@dataclass(frozen=True, slots=True)
class Clause:
    """Where an item comes from; ``clause`` is ``None`` where its number is not known."""

    source: str
    clause: Text | None
    status: ClauseStatus


@dataclass(frozen=True, slots=True)
class Source:
    """A law, rule, standard or practice that items rest on, and how binding it is."""

    id: str
    title: Text
    binding: Text
    url: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """Where an item or a section applies; what is empty or ``None`` asks for nothing.

    Any of the ``class_types`` must be kept, any of the ``room_types`` must be there, and at least
    ``min_enrolled`` children must be enrolled.
    """

    class_types: tuple[ClassType, ...] = ()
    room_types: tuple[RoomType, ...] = ()
    min_enrolled: int | None = None


@dataclass(frozen=True, slots=True)
class Section:
    """A chapter of the checklist."""

    id: str
    title: Text
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to look at."""

    id: str
    section: str
    text: Text
    criterion: Text
    severity: ItemSeverity
    clauses: tuple[Clause, ...]
    evidence: tuple[EvidenceType, ...]
    auto: Auto | None = None
    na_when: Text | None = None
    condition: Condition | None = None


@dataclass(frozen=True, slots=True)
class Grade:
    """An overall grade.

    It is given when the score reaches ``min_score`` and no failed item has one of the severities
    in ``without_fail``.
    """

    name: Text
    min_score: float = 0.0
    without_fail: tuple[ItemSeverity, ...] = ()


@dataclass(frozen=True, slots=True)
class Deadline:
    """By when a failed item must be put right and looked at again, in days."""

    due_days: int
    reinspect_days: int
    photo: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """How answers become a score and a grade, and what a failed item demands."""

    weights: Mapping[ItemSeverity, float]
    grades: tuple[Grade, ...]
    deadlines: Mapping[ItemSeverity, Deadline]
    note_on: tuple[Result, ...] = (Result.FAIL, Result.NOT_APPLICABLE)
    repeat_window_months: int = 6


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of one checklist: what the system read, and the result that follows from it.

    ``proposal`` is ``None`` where the inspector starts from a blank box. ``excluded`` says why the
    item does not apply to this institution, by the template's own condition.
    """

    item: Item
    reading: MetricValue | None = None
    proposal: Result | None = None
    excluded: Text | None = None

    @property
    def decided(self) -> bool:
        """Say whether the system's reading stands unless an inspector overrides it."""
        if self.excluded is not None:
            return True
        auto = self.item.auto
        return self.proposal is not None and auto is not None and auto.mode is AutoMode.DECIDE


@dataclass(frozen=True, slots=True)
class Subject:
    """The institution as it was when the checklist was made."""

    institution_id: str
    name: Text
    community: str
    address: str
    district: Text


@dataclass(frozen=True, slots=True)
class TemplateMark:
    """Which template a checklist was made from; ``sha256`` of the template file's bytes."""

    id: str
    version: str
    sha256: str
    title: Text
    notice: Text


@dataclass(frozen=True, slots=True)
class Checklist:
    """The checklist of one institution for one month (its first day).

    Readings cover the data from ``period_start`` to ``period_end``. ``content_sha256`` covers
    all but ``revision`` and ``generated``.
    """

    subject: Subject
    month: date
    timezone: str
    period_start: datetime
    period_end: datetime
    template: TemplateMark
    sections: tuple[Section, ...]
    sources: tuple[Source, ...]
    rules: Rules
    entries: tuple[Entry, ...]
    generated: datetime
    content_sha256: str
    revision: int = 1

    def entry(self, item_id: str) -> Entry | None:
        """Return the entry of an item, or ``None`` where the checklist has no such item."""
        return next((entry for entry in self.entries if entry.item.id == item_id), None)


@dataclass(frozen=True, slots=True)
class Answer:
    """What an inspector put down for one item."""

    item_id: str
    result: Result
    note: str
    by: str
    at: datetime
