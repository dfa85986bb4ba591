"""Staff: certificates, health certificates, criminal-record checks, first aid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from monitor.domain.checklists import Auto, Unit
from monitor.domain.registers import StaffMember, StaffRole
from monitor.domain.text import Text
from monitor.inspections.facts import Facts
from monitor.inspections.metrics.base import Finding, Known, Unknown, metric, named, some
from monitor.inspections.metrics.papers import NO_REGISTER

_CERTIFIED = frozenset(
    {StaffRole.MANAGER, StaffRole.CARER, StaffRole.HEALTH_WORKER, StaffRole.GUARD}
)
_NO_STAFF = Text(zh="登记簿中没有在职人员", en="no staff in the register")


@metric(
    "staff_cert_invalid_count",
    Unit.COUNT,
    Text(
        zh="登记簿·人员：在职的负责人、保育、保健、保安人员中资质缺失或过期人数",
        en="register, staff: managers, carers, health workers and guards without valid certificate",
    ),
)
def certificates_invalid(facts: Facts, _target: Auto) -> Finding:
    """How many people lack the certificate that their post asks for."""
    return _invalid(
        facts,
        lambda person: person.role in _CERTIFIED,
        lambda person, on: (
            bool(person.certificate_number) and _valid(person.certificate_expires, on)
        ),
        _NO_STAFF,
    )


@metric(
    "staff_health_cert_invalid_count",
    Unit.COUNT,
    Text(
        zh="登记簿·人员：在职人员中健康合格证缺失或过期人数",
        en="register, staff: people whose health certificate is missing or has ended",
    ),
)
def health_certificates_invalid(facts: Facts, _target: Auto) -> Finding:
    """How many people lack a valid health certificate."""
    return _invalid(facts, lambda _person: True, _healthy, _NO_STAFF)


@metric(
    "food_handler_cert_invalid_count",
    Unit.COUNT,
    Text(
        zh="登记簿·人员：炊事及接触直接入口食品人员中健康证明缺失或过期人数",
        en="register, staff: cooks and food handlers without a valid health certificate",
    ),
)
def food_handlers_invalid(facts: Facts, _target: Auto) -> Finding:
    """How many food handlers lack a valid health certificate."""
    return _invalid(
        facts,
        lambda person: person.handles_food or person.role is StaffRole.COOK,
        _healthy,
        Text(zh="登记簿中没有食品从业人员", en="no food handler in the register"),
    )


@metric(
    "criminal_check_age_days_max",
    Unit.DAYS,
    Text(
        zh="登记簿·人员：在职人员最近一次违法犯罪记录查询距今天数的最大值",
        en="register, staff: longest time since anybody's last criminal-record check",
    ),
)
def criminal_check_age(facts: Facts, _target: Auto) -> Finding:
    """Days since the longest-ago criminal-record check; broken by anybody whom it bars."""
    return _barred(facts) or _oldest(
        facts, lambda _person: True, lambda person: person.criminal_check
    )


@metric(
    "ban_check_age_days_max",
    Unit.DAYS,
    Text(
        zh="登记簿·人员：在职人员最近一次终身禁业名单查询距今天数的最大值",
        en="register, staff: longest time since anybody was looked up in the lifetime-ban list",
    ),
)
def ban_check_age(facts: Facts, _target: Auto) -> Finding:
    """Days since the longest-ago look at the lifetime-ban list; broken by anybody it bars."""
    return _barred(facts) or _oldest(facts, lambda _person: True, lambda person: person.ban_check)


@metric(
    "first_aid_training_age_days_max",
    Unit.DAYS,
    Text(
        zh="登记簿·人员：保育、保健人员最近一次急救培训距今天数的最大值",
        en="register, staff: longest time since a carer's or health worker's first-aid training",
    ),
)
def first_aid_age(facts: Facts, _target: Auto) -> Finding:
    """Days since the longest-ago first-aid training of those who look after children."""
    caring = (StaffRole.CARER, StaffRole.HEALTH_WORKER)
    return _oldest(
        facts, lambda person: person.role in caring, lambda person: person.first_aid_training
    )


@metric(
    "guard_cert_days_to_expiry",
    Unit.DAYS,
    Text(zh="登记簿·人员：保安员证到期日", en="register, staff: end of the guard's certificate"),
)
def guard_certificate_days(facts: Facts, _target: Auto) -> Finding:
    """Days until the last valid guard certificate ends."""
    return _best(facts, StaffRole.GUARD, Text(zh="保安员", en="guard"))


@metric(
    "health_worker_cert_days_to_expiry",
    Unit.DAYS,
    Text(
        zh="登记簿·人员：保健人员培训合格证到期日",
        en="register, staff: end of the health worker's certificate",
    ),
)
def health_worker_certificate_days(facts: Facts, _target: Auto) -> Finding:
    """Days until the last valid health worker's certificate ends."""
    return _best(facts, StaffRole.HEALTH_WORKER, Text(zh="保健人员", en="health worker"))


def _barred(facts: Facts) -> Known | None:
    barred = _employed(facts, lambda person: person.banned)
    if not barred:
        return None
    names = named([person.name for person in barred])
    explain = Text(
        zh=f"查询结果禁止从业而仍在职：{names.zh}", en=f"barred and still employed: {names.en}"
    )
    return Known(None, explain, {"barred": len(barred)}, broken=True)


def _employed(
    facts: Facts, wanted: Callable[[StaffMember], bool]
) -> tuple[StaffMember, ...] | None:
    register = facts.register()
    if register is None:
        return None
    on = facts.period.last_day
    return tuple(person for person in register.staff if person.employed(on) and wanted(person))


def _valid(last: date | None, on: date) -> bool:
    return last is None or last >= on


def _healthy(person: StaffMember, on: date) -> bool:
    last = person.health_certificate_expires
    return last is not None and last >= on


def _invalid(
    facts: Facts,
    wanted: Callable[[StaffMember], bool],
    valid: Callable[[StaffMember, date], bool],
    nobody: Text,
) -> Finding:
    people = _employed(facts, wanted)
    if not people:
        return Unknown(NO_REGISTER if people is None else nobody)
    on = facts.period.last_day
    bad = [person.name for person in people if not valid(person, on)]
    inputs = {"people": len(people), "invalid": bad}
    if not bad:
        return Known(
            0, Text(zh=f"共{len(people)}人，均有效", en=f"all {len(people)} people valid"), inputs
        )
    names = named(bad)
    return Known(
        len(bad),
        Text(
            zh=f"{len(people)}人中{len(bad)}人无效或缺失：{names.zh}",
            en=f"{len(bad)} of {len(people)} invalid or missing: {names.en}",
        ),
        inputs,
    )


def _oldest(
    facts: Facts,
    wanted: Callable[[StaffMember], bool],
    done: Callable[[StaffMember], date | None],
) -> Finding:
    people = _employed(facts, wanted)
    if not people:
        return Unknown(NO_REGISTER if people is None else _NO_STAFF)
    on = facts.period.last_day
    ages = {person.name: (on - day).days for person in people if (day := done(person)) is not None}
    missing = [person.name for person in people if done(person) is None]
    oldest = max(ages, key=lambda name: ages[name], default=None)
    age = None if oldest is None else ages[oldest]
    inputs = {"people": len(people), "missing": missing, "oldest": oldest}
    if missing:
        names = named(missing)
        explain = Text(
            zh=f"{len(missing)}人无记录：{names.zh}",
            en=f"{len(missing)} without a record: {names.en}",
        )
        return Known(age, explain, inputs, broken=True)
    explain = Text(
        zh=f"{len(people)}人均有记录，最早为{oldest}，距今{age}天",
        en=f"all {len(people)} on record; longest ago: {oldest}, {some(age or 0, 'day')} ago",
    )
    return Known(age, explain, inputs)


def _best(facts: Facts, role: StaffRole, name: Text) -> Finding:
    people = _employed(facts, lambda person: person.role is role)
    if not people:
        nobody = Text(zh=f"登记簿中没有{name.zh}", en=f"no {name.en} in the register")
        return Unknown(NO_REGISTER if people is None else nobody)
    held = [person for person in people if person.certificate_number]
    inputs = {"people": len(people), "certified": len(held)}
    if not held:
        explain = Text(
            zh=f"{len(people)}名{name.zh}均无证书", en=f"no {name.en} has a certificate on file"
        )
        return Known(None, explain, inputs, broken=True)
    last = max(person.certificate_expires or date.max for person in held)
    if last == date.max:
        return Known(None, Text(zh="证书长期有效", en="certificate valid without an end"), inputs)
    days = (last - facts.period.last_day).days
    explain = Text(
        zh=f"{name.zh}证书至{last}，余{days}天",
        en=f"certificate of the {name.en} runs to {last}, {some(days, 'day')} left",
    )
    return Known(days, explain, inputs)
