"""Hazards, whoever found them: those in the institution's register and the district's findings."""

from __future__ import annotations

from monitor.domain.checklists import Auto, Unit
from monitor.domain.registers import Hazard, LogKind, Register
from monitor.domain.text import Text
from monitor.inspections.facts import Facts, FindingFact
from monitor.inspections.metrics.base import Finding, Known, Unknown, metric, named_texts, some
from monitor.inspections.metrics.papers import NO_REGISTER

_NO_CHECK = Text(zh="本期没有设施安全检查记录", en="no facility check was recorded in the period")


@metric(
    "overdue_hazards",
    Unit.COUNT,
    Text(
        zh="登记簿·隐患与检查发现的问题：已过整改期限而未完成整改的数量，同一检查项目只计一次；设施检查记录",
        en=(
            "register, hazards, and findings of inspections: past their due date and not put"
            " right, each checklist item once; facility-check records"
        ),
    ),
)
def overdue_hazards(facts: Facts, _target: Auto) -> Finding:
    """How many hazards and findings are past their due date and not put right."""
    register, on = facts.register(), facts.period.last_day
    hazards = [
        item
        for item in (register.hazards if register is not None else ())
        if item.closed is None and item.opened <= on
    ]
    findings = [item for item in facts.findings() or () if item.open and item.raised <= on]
    late = [item for item in findings if item.due < on]
    known = {item.item_id for item in late}
    # What an institution noted of a finding of the district is the same hazard, not another.
    own = [item for item in hazards if item.due < on and item.item_id not in known]
    checks = 0 if register is None else _facility_checks(register, facts)
    inputs = {
        "open": len(hazards),
        "overdue": len(own),
        "findings_open": len(findings),
        "findings_overdue": len(late),
        "facility_checks": checks,
    }
    if late or own:
        names = named_texts([*map(_of_finding, late), *map(_of_hazard, own)])
        explain = Text(zh=f"逾期：{names.zh}", en=f"overdue: {names.en}")
        return Known(len(late) + len(own), explain, inputs)
    if register is None:
        return Unknown(NO_REGISTER)
    if not checks:
        return Unknown(_NO_CHECK, 0, inputs)
    still = len(hazards) + len(findings)
    explain = Text(
        zh=f"本期设施检查{checks}次，未完成的隐患和问题{still}项，均未逾期",
        en=f"{some(checks, 'facility check')}; {some(still, 'hazard')} open, none overdue",
    )
    return Known(0, explain, inputs)


def _of_finding(item: FindingFact) -> Text:
    return Text(zh=f"{item.item_id} {item.text.zh}", en=f"{item.item_id} {item.text.en}")


def _of_hazard(item: Hazard) -> Text:
    return Text(zh=item.summary, en=item.summary)


def _facility_checks(register: Register, facts: Facts) -> int:
    first, last = facts.period.first_day, facts.period.last_day
    return sum(
        log.kind is LogKind.FACILITY_CHECK and first <= log.day <= last for log in register.logs
    )
