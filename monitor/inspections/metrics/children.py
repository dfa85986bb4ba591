"""Counts about children that institutions report by the month; never names."""

from __future__ import annotations

from monitor.domain.checklists import Auto, Unit
from monitor.domain.registers import ChildMonth
from monitor.domain.text import Text
from monitor.inspections.facts import Facts
from monitor.inspections.metrics.base import Finding, Known, Unknown, metric, some
from monitor.inspections.metrics.papers import NO_REGISTER


@metric(
    "child_entry_record_missing_count",
    Unit.COUNT,
    Text(
        zh="登记簿·月度人数：新入托及返托儿童中体检、接种查验缺项人数",
        en="register, monthly counts: new and returning children without complete entry checks",
    ),
)
def entry_records_missing(facts: Facts, _target: Auto) -> Finding:
    """How many new or returning children lack entry examination or vaccination check."""
    months = _months(facts)
    if isinstance(months, Unknown):
        return months
    entered = sum(month.entered for month in months)
    missing = entered - sum(month.entry_complete for month in months)
    explain = Text(
        zh=f"新入托、返托{entered}人，缺项{missing}人",
        en=f"{entered} entered or returned, {missing} incomplete",
    )
    return Known(missing, explain, {"entered": entered, "months": _named(months)})


@metric(
    "absence_without_reason_count",
    Unit.COUNT,
    Text(
        zh="登记簿·月度人数：缺勤中未追踪原因的人次",
        en="register, monthly counts: absences that were not followed up",
    ),
)
def absences_unexplained(facts: Facts, _target: Auto) -> Finding:
    """How many absences were not followed up."""
    months = _months(facts)
    if isinstance(months, Unknown):
        return months
    absences = sum(month.absences for month in months)
    missing = absences - sum(month.absences_explained for month in months)
    explain = Text(
        zh=f"缺勤{absences}人次，未追踪{missing}人次",
        en=f"{some(absences, 'absence')}, {missing} not followed up",
    )
    return Known(missing, explain, {"absences": absences, "months": _named(months)})


def _months(facts: Facts) -> tuple[ChildMonth, ...] | Unknown:
    register = facts.register()
    if register is None:
        return Unknown(NO_REGISTER)
    first = facts.period.first_day.replace(day=1)
    found = tuple(
        item for item in register.child_months if first <= item.month <= facts.period.last_day
    )
    if not found:
        return Unknown(Text(zh="本期未上报人数统计", en="no counts were reported for the period"))
    return found


def _named(months: tuple[ChildMonth, ...]) -> list[str]:
    return [f"{item.month:%Y-%m}" for item in months]
