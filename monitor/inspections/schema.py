"""What a template file may say. Unknown keys, and texts in one language only, are mistakes."""

from __future__ import annotations

import re
from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from monitor.domain.checklists import (
    AutoMode,
    ClauseStatus,
    Comparison,
    Condition,
    EvidenceType,
    ItemSeverity,
    Result,
)
from monitor.domain.errors import WrongValueError
from monitor.domain.places import ClassType, RoomType
from monitor.domain.text import Text

_ID = re.compile(r"^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,62}[A-Za-z0-9])?$")


def _identifier(value: Any) -> Any:
    if isinstance(value, str) and not _ID.match(value):
        raise WrongValueError(
            Text(
                f"“{value}”不能作编号：只能用字母、数字、“-”和“_”，最多 64 个",
                f"'{value}' is not an id: use letters, digits, '-' and '_', at most 64",
            )
        )
    return value


def _wording(value: Any) -> Any:
    if isinstance(value, str) and not value.strip():
        raise WrongValueError(Text("不能为空", "must not be empty"))
    return value


Id = Annotated[str, BeforeValidator(_identifier)]
Wording = Annotated[str, BeforeValidator(_wording), Field(max_length=1000)]
Positive = Annotated[int, Field(ge=1, le=3650)]


class Part(BaseModel):
    """Base of all parts: unknown keys are mistakes, and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TextPart(Part):
    """A text in both languages; neither may be missing."""

    zh: Wording
    en: Wording

    def text(self) -> Text:
        """Return the domain's text."""
        return Text(zh=self.zh, en=self.en)


class GradePart(Part):
    """One overall grade and what it asks for."""

    name: TextPart
    min_score: float = Field(0.0, ge=0, le=100, description="Least score, 0–100")
    without_fail: tuple[ItemSeverity, ...] = ()


class ScoringPart(Part):
    """How answers become a score and a grade."""

    weights: dict[ItemSeverity, Annotated[float, Field(gt=0, le=100)]]
    grades: tuple[GradePart, ...] = Field(min_length=1, description="The first that fits is given")
    note_on: tuple[Result, ...] = (Result.FAIL, Result.NOT_APPLICABLE)
    repeat_window_months: Positive = 6


class DeadlinePart(Part):
    """By when a failed item is put right and looked at again, in days."""

    due_days: Positive
    reinspect_days: Positive
    photo: bool = False


class SourcePart(Part):
    """A law, rule, standard or practice."""

    title: TextPart
    binding: TextPart
    url: str = Field("", pattern=r"^(https?://\S+)?$", max_length=500)


class ConditionPart(Part):
    """Where an item or a section applies: all that is said must hold."""

    class_types: tuple[ClassType, ...] = ()
    room_types: tuple[RoomType, ...] = ()
    min_enrolled: Annotated[int, Field(ge=1, le=2000)] | None = None

    @model_validator(mode="after")
    def _says_something(self) -> ConditionPart:
        if not self.class_types and not self.room_types and self.min_enrolled is None:
            raise WrongValueError(
                Text(
                    "条件是空的：删除它，或写明要求",
                    "a condition says nothing: remove it, or name what it asks for",
                )
            )
        return self

    def condition(self) -> Condition:
        """Return the domain's condition."""
        return Condition(self.class_types, self.room_types, self.min_enrolled)


class SectionPart(Part):
    """A chapter."""

    id: Id
    title: TextPart
    when: ConditionPart | None = None


class ClausePart(Part):
    """Where an item comes from."""

    source: Id
    clause: TextPart | None = None
    status: ClauseStatus

    @model_validator(mode="after")
    def _status_fits(self) -> ClausePart:
        numberless = (ClauseStatus.UNKNOWN, ClauseStatus.CHOSEN, ClauseStatus.UNVERIFIED)
        if self.clause is None and self.status not in numberless:
            raise WrongValueError(
                Text(
                    f"状态为“{self.status}”的条款要在 clause 中写明条号",
                    f"a clause that is '{self.status}' needs its number in 'clause'",
                )
            )
        return self


class AutoPart(Part):
    """How an item is read from the system."""

    metric: Id
    op: Comparison
    threshold: float = Field(allow_inf_nan=False)
    mode: AutoMode
    parameters: dict[str, Annotated[float, Field(allow_inf_nan=False)]] = {}


class ItemPart(Part):
    """One thing to look at."""

    id: Id
    section: Id
    severity: ItemSeverity
    text: TextPart
    criterion: TextPart
    sources: tuple[ClausePart, ...] = Field(min_length=1)
    evidence: tuple[EvidenceType, ...] = Field(min_length=1)
    auto: AutoPart | None = None
    na_when: TextPart | None = None
    when: ConditionPart | None = None


class TemplateFile(Part):
    """A whole template."""

    id: Id
    version: Annotated[str, Field(min_length=1, max_length=32)]
    title: TextPart
    notice: TextPart
    effective_from: date
    effective_to: date | None = None
    scoring: ScoringPart
    deadlines: dict[ItemSeverity, DeadlinePart]
    sources: dict[Id, SourcePart]
    sections: tuple[SectionPart, ...] = Field(min_length=1)
    items: tuple[ItemPart, ...] = Field(min_length=1, max_length=500)
