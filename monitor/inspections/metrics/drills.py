"""Plans, drills and tests."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from monitor.domain.checklists import Auto, Unit
from monitor.domain.registers import DrillKind, FireCheckKind, PlanKind
from monitor.domain.text import Text
from monitor.inspections.facts import Facts
from monitor.inspections.metrics.base import (
    Finding,
    Known,
    Unknown,
    metric,
    named_texts,
    some,
)
from monitor.inspections.metrics.papers import NO_REGISTER

_PLANS = {
    PlanKind.PUBLIC_HEALTH: Text(zh="公共卫生", en="public health"),
    PlanKind.FIRE: Text(zh="火灾", en="fire"),
    PlanKind.FIRST_AID: Text(zh="急救", en="first aid"),
    PlanKind.DISASTER: Text(zh="自然灾害", en="disaster"),
    PlanKind.FOOD_POISONING: Text(zh="食物中毒", en="food poisoning"),
    PlanKind.STAMPEDE: Text(zh="踩踏", en="stampede"),
    PlanKind.VIOLENCE: Text(zh="暴力", en="violence"),
}
_NO_DRILLS = Text(zh="登记簿中没有演练记录", en="no drill in the register")


@metric(
    "fire_drill_age_days",
    Unit.DAYS,
    Text(
        zh="登记簿·演练：最近一次消防疏散演练距今天数",
        en="register, drills: days since the last fire drill",
    ),
)
def fire_drill_age(facts: Facts, _target: Auto) -> Finding:
    """Days since the last fire drill."""
    return _drill_age(facts, lambda kind: kind is DrillKind.FIRE)


@metric(
    "other_drill_age_days",
    Unit.DAYS,
    Text(
        zh="登记簿·演练：最近一次非消防演练距今天数",
        en="register, drills: days since the last drill other than fire",
    ),
)
def other_drill_age(facts: Facts, _target: Auto) -> Finding:
    """Days since the last drill of another kind than fire."""
    return _drill_age(facts, lambda kind: kind is not DrillKind.FIRE)


@metric(
    "fire_system_test_age_days",
    Unit.DAYS,
    Text(
        zh="登记簿·消防检查：最近一次建筑消防设施全面检测距今天数",
        en="register, fire checks: days since the last full test of the fire systems",
    ),
)
def fire_system_test_age(facts: Facts, _target: Auto) -> Finding:
    """Days since the last full test of the building's fire systems."""
    register = facts.register()
    if register is None:
        return Unknown(NO_REGISTER)
    tests = [item for item in register.fire_checks if item.kind is FireCheckKind.SYSTEM_TEST]
    last = max(tests, key=lambda item: item.done, default=None)
    if last is None:
        return Unknown(Text(zh="登记簿中没有年度检测", en="no yearly test in the register"))
    return _age(facts, last.done, None if last.passed else Text(zh="未通过", en="not passed"))


@metric(
    "panic_test_age_days",
    Unit.DAYS,
    Text(
        zh="登记簿·一键报警：最近一次测试距今天数及是否接通",
        en="register, panic button: days since the last test, and whether it was answered",
    ),
)
def panic_test_age(facts: Facts, _target: Auto) -> Finding:
    """Days since the last test of the panic button."""
    register = facts.register()
    if register is None:
        return Unknown(NO_REGISTER)
    last = max(register.panic_tests, key=lambda item: item.done, default=None)
    if last is None:
        return Unknown(Text(zh="登记簿中没有报警测试", en="no test in the register"))
    fault = None if last.connected else Text(zh="未接通", en="not answered")
    return _age(facts, last.done, fault)


@metric(
    "emergency_plan_age_days_max",
    Unit.DAYS,
    Text(
        zh="登记簿·预案：七类预案中修订最早者距今天数及缺项",
        en="register, plans: days since the oldest of the seven plans was revised; missing plans",
    ),
)
def emergency_plan_age(facts: Facts, _target: Auto) -> Finding:
    """Days since the oldest of the seven emergency plans was revised."""
    register = facts.register()
    if register is None:
        return Unknown(NO_REGISTER)
    if not register.plans:
        return Unknown(Text(zh="登记簿中没有应急预案", en="no emergency plan in the register"))
    newest: dict[PlanKind, date] = {}
    for plan in register.plans:
        newest[plan.kind] = max(plan.version, newest.get(plan.kind, plan.version))
    oldest = min(newest, key=lambda kind: (newest[kind], kind))
    age = (facts.period.last_day - newest[oldest]).days
    missing = [name for kind, name in _PLANS.items() if kind not in newest]
    inputs = {kind.value: day.isoformat() for kind, day in sorted(newest.items())}
    if missing:
        names = named_texts(missing)
        return Known(
            age,
            Text(zh=f"缺少预案：{names.zh}", en=f"plans missing: {names.en}"),
            inputs,
            broken=True,
        )
    name = _PLANS[oldest]
    explain = Text(
        zh=f"七类齐全；最早修订：{name.zh}，{age}天前",
        en=f"all seven kept; oldest revision: {name.en}, {some(age, 'day')} ago",
    )
    return Known(age, explain, inputs)


def _drill_age(facts: Facts, wanted: Callable[[DrillKind], bool]) -> Finding:
    register = facts.register()
    if register is None:
        return Unknown(NO_REGISTER)
    if not register.drills:
        return Unknown(_NO_DRILLS)
    on = facts.period.last_day
    held = [drill for drill in register.drills if wanted(drill.kind) and drill.held <= on]
    last = max(held, key=lambda drill: drill.held, default=None)
    if last is None:
        explain = Text(
            zh=f"登记有{len(register.drills)}次演练，无此类演练",
            en=f"{some(len(register.drills), 'drill')} in the register, none of this kind",
        )
        return Known(None, explain, {"drills": len(register.drills)}, broken=True)
    return _age(facts, last.held, None)


def _age(facts: Facts, done: date, fault: Text | None) -> Finding:
    age = (facts.period.last_day - done).days
    zh, en = f"最近一次：{done}，{age}天前", f"last: {done}, {some(age, 'day')} ago"
    inputs = {"last": done.isoformat()}
    if fault is not None:
        return Known(age, Text(zh=f"{zh}，{fault.zh}", en=f"{en}, {fault.en}"), inputs, broken=True)
    return Known(age, Text(zh=zh, en=en), inputs)
