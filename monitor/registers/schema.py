"""What a register file may say."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, field_validator, model_validator

from monitor.domain.errors import WrongValueError
from monitor.domain.places import ClassType, NoticeState
from monitor.domain.registers import (
    DrillKind,
    FireCheckKind,
    FireEquipmentKind,
    IncidentKind,
    LogKind,
    PaperKind,
    PlanKind,
    StaffRole,
)
from monitor.domain.text import Text
from monitor.registers.days import Day

_MOST_CHILDREN = 2000
_LONGEST_RANGE_DAYS = 800


def _line(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)  # numbers of papers and people often look like integers
    if isinstance(value, str) and any(ord(char) < 32 or ord(char) == 127 for char in value):
        raise WrongValueError(
            Text("只能写一行，不能有控制字符", "must be one line without control characters")
        )
    return value


Line = Annotated[str, BeforeValidator(_line), Field(max_length=500)]
Name = Annotated[str, BeforeValidator(_line), Field(min_length=1, max_length=200)]
Count = Annotated[int, Field(ge=0, le=_MOST_CHILDREN, strict=True)]
Nth = Annotated[int, Field(ge=1, le=99, strict=True)]


class Part(BaseModel):
    """Base of all parts: unknown keys are mistakes, and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NamePart(Part):
    """A name in both languages."""

    zh: Name
    en: Name


def _names(value: Any) -> Any:
    return {"zh": value, "en": value} if isinstance(value, str) else value


class PaperPart(Part):
    """One paper on file."""

    kind: PaperKind
    number: Name
    issued: Day | None = None
    expires: Day | None = Field(description="Last valid day; null for a paper without an end")


class ClassPart(Part):
    """One class, with the number of children enrolled."""

    id: Name
    name: Annotated[NamePart, BeforeValidator(_names)]
    class_type: ClassType = Field(alias="class")
    enrolled: Count
    room: Name | None = None
    capacity: Annotated[int, Field(ge=1, le=_MOST_CHILDREN)] | None = None
    carers: Count | None = None

    def text(self) -> Text:
        """Return the name as the domain's text."""
        return Text(zh=self.name.zh, en=self.name.en)


class StaffPart(Part):
    """One employee."""

    number: Name
    name: Name
    role: StaffRole
    certificate_number: Line = ""
    certificate_expires: Day | None = None
    health_certificate_expires: Day | None = None
    criminal_check: Day | None = None
    first_aid_training: Day | None = None
    handles_food: bool = False
    left: Day | None = None
    ban_check: Day | None = None
    banned: bool = False


class PlanPart(Part):
    """One emergency plan."""

    kind: PlanKind
    version: Day
    review_due: Day | None = None


class DrillPart(Part):
    """One drill."""

    kind: DrillKind
    held: Day
    attended: Count
    note: Line = ""
    nth: Nth = 1


class FireCheckPart(Part):
    """One check of fire equipment."""

    kind: FireCheckKind
    done: Day
    passed: bool
    note: Line = ""


class FireEquipmentPart(Part):
    """One piece of fire equipment."""

    number: Name
    kind: FireEquipmentKind
    place: Name
    expires: Day | None = None
    checked: Day | None = None
    removed: Day | None = None


class NoticeStepPart(Part):
    """One decision about the Notice."""

    decided: Day
    state: NoticeState
    reason: Line = ""
    nth: Nth = 1


class PanicTestPart(Part):
    """One test of the panic button."""

    done: Day
    connected: bool
    note: Line = ""
    nth: Nth = 1


class LogPart(Part):
    """A daily record: of one ``day``, or of every day of operation ``from`` … ``to``."""

    kind: LogKind
    day: Day | None = None
    first: Day | None = Field(None, alias="from")
    last: Day | None = Field(None, alias="to")
    without: tuple[Day, ...] = Field((), alias="except")
    done_by: Name
    amount: Annotated[int, Field(ge=0, le=1440)] | None = None
    note: Line = ""

    @model_validator(mode="after")
    def _day_or_range(self) -> LogPart:
        ranged = self.first is not None and self.last is not None
        if (self.day is not None) == ranged or (self.first is None) != (self.last is None):
            raise WrongValueError(
                Text("写 day，或写 from 和 to", "give either 'day', or 'from' and 'to'")
            )
        if self.without and not ranged:
            raise WrongValueError(
                Text("except 只能与 from、to 同用", "'except' belongs to 'from' and 'to'")
            )
        if self.first is not None and self.last is not None:
            _check_range(self.first, self.last)
        return self


def _check_range(first: date, last: date) -> None:
    if first > last:
        raise WrongValueError(Text("from 晚于 to", "'from' is later than 'to'"))
    if (last - first).days > _LONGEST_RANGE_DAYS:
        raise WrongValueError(
            Text(
                f"一段时间最多 {_LONGEST_RANGE_DAYS} 天",
                f"a range may span at most {_LONGEST_RANGE_DAYS} days",
            )
        )


class IncidentPart(Part):
    """One incident, without names."""

    number: Name
    kind: IncidentKind
    day: Day
    summary: Line
    guardian_told: bool
    reported: bool


class HazardPart(Part):
    """One hazard or corrective action."""

    number: Name
    summary: Line
    opened: Day
    due: Day
    closed: Day | None = None
    item: Name | None = None

    @model_validator(mode="after")
    def _in_order(self) -> HazardPart:
        if self.due < self.opened or (self.closed is not None and self.closed < self.opened):
            raise WrongValueError(
                Text(
                    "due 和 closed 不能早于 opened", "'due' and 'closed' cannot be before 'opened'"
                )
            )
        return self


class ChildMonthPart(Part):
    """Counts of one month about children."""

    month: Day
    entered: Count
    entry_complete: Count
    absences: Count
    absences_explained: Count

    @field_validator("month")
    @classmethod
    def _first_day(cls, value: date) -> date:
        return value.replace(day=1)

    @model_validator(mode="after")
    def _within(self) -> ChildMonthPart:
        if self.entry_complete > self.entered or self.absences_explained > self.absences:
            raise WrongValueError(
                Text("部分不能大于整体", "a part cannot be larger than its whole")
            )
        return self


class DayPart(Part):
    """A weekday without operation, or a weekend day with it."""

    day: Day
    open: bool
    note: Line = ""


class RegisterPart(Part):
    """Everything that one institution reports."""

    institution: Name
    papers: tuple[PaperPart, ...] = ()
    classes: tuple[ClassPart, ...] = ()
    staff: tuple[StaffPart, ...] = ()
    plans: tuple[PlanPart, ...] = ()
    drills: tuple[DrillPart, ...] = ()
    fire_checks: tuple[FireCheckPart, ...] = ()
    fire_equipment: tuple[FireEquipmentPart, ...] = ()
    panic_tests: tuple[PanicTestPart, ...] = ()
    logs: tuple[LogPart, ...] = ()
    incidents: tuple[IncidentPart, ...] = ()
    hazards: tuple[HazardPart, ...] = ()
    child_months: tuple[ChildMonthPart, ...] = ()
    day_exceptions: tuple[DayPart, ...] = ()
    notice_steps: tuple[NoticeStepPart, ...] = ()


class RegisterFile(Part):
    """A whole register file."""

    version: Literal[1] = Field(description="Version of this format")
    registers: tuple[RegisterPart, ...]
