"""Tables of what institutions report: one for each kind of entry in a register.

A row is named by the institution and the entry's own key, so that reporting the same thing again
changes the row instead of adding another.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from monitor.store.base import Base, BigId, UtcDateTime


class RegisterRow:
    """What every row of a register has: its id, whose it is, and when it was last changed."""

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    updated: Mapped[datetime] = mapped_column(UtcDateTime)

    @declared_attr
    def institution_id(self) -> Mapped[str]:
        """The institution that reported it."""
        return mapped_column(ForeignKey("institution.id"), index=True)


class PaperRow(RegisterRow, Base):
    """One :class:`~monitor.domain.registers.Paper`."""

    __tablename__ = "register_paper"
    __table_args__ = (UniqueConstraint("institution_id", "kind", "number"),)

    kind: Mapped[str] = mapped_column(String(32))
    number: Mapped[str] = mapped_column(String(200))
    issued: Mapped[date | None] = mapped_column(Date)
    expires: Mapped[date | None] = mapped_column(Date, index=True)


class ClassRow(RegisterRow, Base):
    """One :class:`~monitor.domain.registers.ClassGroup`; ``class_key`` is its ``id``."""

    __tablename__ = "register_class"
    __table_args__ = (UniqueConstraint("institution_id", "class_key"),)

    class_key: Mapped[str] = mapped_column(String(200))
    name_zh: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    class_type: Mapped[str] = mapped_column(String(32))
    enrolled: Mapped[int]
    room_id: Mapped[str | None] = mapped_column(String(200))
    capacity: Mapped[int | None]
    carers: Mapped[int | None]


class StaffRow(RegisterRow, Base):
    """One :class:`~monitor.domain.registers.StaffMember`."""

    __tablename__ = "register_staff"
    __table_args__ = (UniqueConstraint("institution_id", "number"),)

    number: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(200))
    role: Mapped[str] = mapped_column(String(32))
    certificate_number: Mapped[str] = mapped_column(String(500))
    certificate_expires: Mapped[date | None] = mapped_column(Date)
    health_certificate_expires: Mapped[date | None] = mapped_column(Date, index=True)
    criminal_check: Mapped[date | None] = mapped_column(Date)
    first_aid_training: Mapped[date | None] = mapped_column(Date)
    handles_food: Mapped[bool]
    left: Mapped[date | None] = mapped_column(Date)
    ban_check: Mapped[date | None] = mapped_column(Date)
    banned: Mapped[bool] = mapped_column(default=False)


class PlanRow(RegisterRow, Base):
    """One :class:`~monitor.domain.registers.EmergencyPlan`."""

    __tablename__ = "register_plan"
    __table_args__ = (UniqueConstraint("institution_id", "kind"),)

    kind: Mapped[str] = mapped_column(String(32))
    version: Mapped[date] = mapped_column(Date)
    review_due: Mapped[date | None] = mapped_column(Date)


class DrillRow(RegisterRow, Base):
    """One :class:`~monitor.domain.registers.Drill`."""

    __tablename__ = "register_drill"
    __table_args__ = (UniqueConstraint("institution_id", "kind", "held", "nth"),)

    kind: Mapped[str] = mapped_column(String(32))
    held: Mapped[date] = mapped_column(Date)
    attended: Mapped[int]
    note: Mapped[str] = mapped_column(Text)
    nth: Mapped[int] = mapped_column(default=1)


class FireCheckRow(RegisterRow, Base):
    """One :class:`~monitor.domain.registers.FireCheck`."""

    __tablename__ = "register_fire_check"
    __table_args__ = (UniqueConstraint("institution_id", "kind", "done"),)

    kind: Mapped[str] = mapped_column(String(32))
    done: Mapped[date] = mapped_column(Date)
    passed: Mapped[bool]
    note: Mapped[str] = mapped_column(Text)


class PanicTestRow(RegisterRow, Base):
    """One :class:`~monitor.domain.registers.PanicTest`."""

    __tablename__ = "register_panic_test"
    __table_args__ = (UniqueConstraint("institution_id", "done", "nth"),)

    done: Mapped[date] = mapped_column(Date)
    connected: Mapped[bool]
    note: Mapped[str] = mapped_column(Text)
    nth: Mapped[int] = mapped_column(default=1)


class LogRow(RegisterRow, Base):
    """One :class:`~monitor.domain.registers.DailyLog`."""

    __tablename__ = "register_log"
    __table_args__ = (UniqueConstraint("institution_id", "kind", "day"),)

    kind: Mapped[str] = mapped_column(String(32))
    day: Mapped[date] = mapped_column(Date)
    done_by: Mapped[str] = mapped_column(String(200))
    amount: Mapped[int | None]
    note: Mapped[str] = mapped_column(Text)


class IncidentRow(RegisterRow, Base):
    """One :class:`~monitor.domain.registers.Incident`."""

    __tablename__ = "register_incident"
    __table_args__ = (UniqueConstraint("institution_id", "number"),)

    number: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(32))
    day: Mapped[date] = mapped_column(Date)
    summary: Mapped[str] = mapped_column(Text)
    guardian_told: Mapped[bool]
    reported: Mapped[bool]


class HazardRow(RegisterRow, Base):
    """One :class:`~monitor.domain.registers.Hazard`."""

    __tablename__ = "register_hazard"
    __table_args__ = (UniqueConstraint("institution_id", "number"),)

    number: Mapped[str] = mapped_column(String(200))
    summary: Mapped[str] = mapped_column(Text)
    opened: Mapped[date] = mapped_column(Date)
    due: Mapped[date] = mapped_column(Date, index=True)
    closed: Mapped[date | None] = mapped_column(Date)
    item_id: Mapped[str | None] = mapped_column(String(200))


class ChildMonthRow(RegisterRow, Base):
    """One :class:`~monitor.domain.registers.ChildMonth`."""

    __tablename__ = "register_child_month"
    __table_args__ = (UniqueConstraint("institution_id", "month"),)

    month: Mapped[date] = mapped_column(Date)
    entered: Mapped[int]
    entry_complete: Mapped[int]
    absences: Mapped[int]
    absences_explained: Mapped[int]


class FireEquipmentRow(RegisterRow, Base):
    """One :class:`~monitor.domain.registers.FireEquipment`."""

    __tablename__ = "register_fire_equipment"
    __table_args__ = (UniqueConstraint("institution_id", "number"),)

    number: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(32))
    place: Mapped[str] = mapped_column(String(200))
    expires: Mapped[date | None] = mapped_column(Date)
    checked: Mapped[date | None] = mapped_column(Date)
    removed: Mapped[date | None] = mapped_column(Date)


class NoticeStepRow(RegisterRow, Base):
    """One :class:`~monitor.domain.registers.NoticeStep`; ``decision_id``: signed as a measure."""

    __tablename__ = "register_notice_step"
    __table_args__ = (UniqueConstraint("institution_id", "decided", "nth"),)

    decided: Mapped[date] = mapped_column(Date)
    state: Mapped[str] = mapped_column(String(32))
    reason: Mapped[str] = mapped_column(Text)
    nth: Mapped[int] = mapped_column(default=1)
    decision_id: Mapped[int | None] = mapped_column(ForeignKey("risk_decision.id"))


class DayExceptionRow(RegisterRow, Base):
    """One :class:`~monitor.domain.registers.DayException`."""

    __tablename__ = "register_day_exception"
    __table_args__ = (UniqueConstraint("institution_id", "day"),)

    day: Mapped[date] = mapped_column(Date)
    open: Mapped[bool]
    note: Mapped[str] = mapped_column(Text)
