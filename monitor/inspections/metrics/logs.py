"""Daily records: days on which one is missing, and what they say about time outdoors."""

from __future__ import annotations

from statistics import median

from monitor.domain.checklists import Auto, Unit
from monitor.domain.registers import LogKind
from monitor.domain.text import Text
from monitor.inspections.facts import Facts
from monitor.inspections.metrics.base import Finding, Known, Unknown, metric, named, parameter, some
from monitor.inspections.metrics.papers import NO_REGISTER

_NOT_KEPT = Text(
    zh="该记录未在系统中登记，请查纸质记录", en="not kept in the system; look at the paper record"
)


@metric(
    "health_check_days_missing",
    Unit.COUNT,
    Text(
        zh="登记簿·日志：本期营业日中缺少晨午检记录的天数",
        en="register, logs: days of operation in the period without a health-check record",
    ),
)
def health_check_missing(facts: Facts, _target: Auto) -> Finding:
    """Days of operation without a record of health checks."""
    return _missing(facts, LogKind.HEALTH_CHECK)


@metric(
    "disinfection_log_days_missing",
    Unit.COUNT,
    Text(
        zh="登记簿·日志：本期营业日中缺少消毒记录的天数",
        en="register, logs: days of operation in the period without a disinfection record",
    ),
)
def disinfection_missing(facts: Facts, _target: Auto) -> Finding:
    """Days of operation without a record of disinfection."""
    return _missing(facts, LogKind.DISINFECTION)


@metric(
    "food_sample_days_missing",
    Unit.COUNT,
    Text(
        zh="登记簿·日志：本期营业日中缺少食品留样记录的天数",
        en="register, logs: days of operation in the period without a food-sample record",
    ),
)
def food_sample_missing(facts: Facts, _target: Auto) -> Finding:
    """Days of operation without a record of food samples."""
    return _missing(facts, LogKind.FOOD_SAMPLE)


@metric(
    "fire_patrol_days_missing",
    Unit.COUNT,
    Text(
        zh="登记簿·日志：本期营业日中缺少防火巡查记录的天数",
        en="register, logs: days of operation in the period without a fire-patrol record",
    ),
)
def fire_patrol_missing(facts: Facts, _target: Auto) -> Finding:
    """Days of operation without a record of a fire patrol."""
    return _missing(facts, LogKind.FIRE_PATROL)


@metric(
    "outdoor_minutes_median",
    Unit.MINUTES,
    Text(
        zh="登记簿·日志：本期每日户外活动分钟数的中位数",
        en="register, logs: median of the minutes spent outdoors a day in the period",
    ),
    min_days_share=0.5,
)
def outdoor_minutes(facts: Facts, target: Auto) -> Finding:
    """Median minutes a day spent outdoors."""
    register = facts.register()
    if register is None:
        return Unknown(NO_REGISTER)
    first, last = facts.period.first_day, facts.period.last_full_day
    days = set(register.operating_days(first, last))
    minutes = [
        log.amount
        for log in register.logs
        if log.kind is LogKind.OUTDOOR and log.day in days and log.amount is not None
    ]
    if not minutes:
        return Unknown(_NOT_KEPT)
    middle = median(minutes)
    inputs = {"days": len(minutes), "days_of_operation": len(days)}
    explain = Text(
        zh=f"{len(days)}个营业日中{len(minutes)}日有记录，中位数{middle:g}分钟",
        en=f"recorded on {len(minutes)} of {some(len(days), 'day')}, median {middle:g} minutes",
    )
    if len(minutes) < parameter(target, "min_days_share") * len(days):
        return Unknown(explain, middle, inputs)
    return Known(middle, explain, inputs)


def _missing(facts: Facts, kind: LogKind) -> Finding:
    register = facts.register()
    if register is None:
        return Unknown(NO_REGISTER)
    start = register.log_starts.get(kind)
    period = facts.period
    if start is None or start > period.last_full_day:
        return Unknown(_NOT_KEPT)
    expected = register.operating_days(period.first_day, period.last_full_day)
    kept = {log.day for log in register.logs if log.kind is kind}
    missing = [day for day in expected if day >= start and day not in kept]
    unkept = sum(day < start for day in expected)
    inputs = {
        "days_of_operation": len(expected),
        "kept_since": start.isoformat(),
        "missing": [day.isoformat() for day in missing],
    }
    if missing:
        names = named([f"{day:%m-%d}" for day in missing])
        explain = Text(
            zh=f"{len(expected)}个营业日缺{len(missing)}日：{names.zh}",
            en=f"missing on {len(missing)} of {some(len(expected), 'day')}: {names.en}",
        )
        return Known(len(missing), explain, inputs)
    if unkept or not expected:
        reason = Text(
            zh=f"自{start}起登记，此前{unkept}个营业日请查纸质记录",
            en=f"kept since {start}; look at the paper record for {some(unkept, 'day')} before",
        )
        return Unknown(reason, 0, inputs)
    explain = Text(
        zh=f"{len(expected)}个营业日均有记录",
        en=f"{some(len(expected), 'day')} of operation, all recorded",
    )
    return Known(0, explain, inputs)
