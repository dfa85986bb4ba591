"""Papers: notice, registration, filing, certificates, insurance."""

from __future__ import annotations

from datetime import date

from monitor.domain.checklists import Auto, Unit
from monitor.domain.places import NoticeState
from monitor.domain.registers import Paper, PaperKind
from monitor.domain.text import Text
from monitor.inspections.facts import Facts
from monitor.inspections.metrics.base import Finding, Known, Unknown, metric, named_texts, some

NO_REGISTER = Text(
    zh="该机构尚未在系统中登记任何资料", en="the institution has not reported anything yet"
)
_NAMES = {
    PaperKind.NOTICE: Text(zh="告知书", en="notice"),
    PaperKind.REGISTRATION: Text(zh="登记证照", en="registration"),
    PaperKind.FILING: Text(zh="备案", en="filing"),
    PaperKind.FIRE_CERTIFICATE: Text(zh="消防凭证", en="fire certificate"),
    PaperKind.FOOD_LICENCE: Text(zh="食品经营许可", en="food licence"),
    PaperKind.INSURANCE: Text(zh="责任保险", en="liability insurance"),
}
_BAD_STANDING = {
    NoticeState.RECTIFICATION: Text(zh="限期整改中", en="under rectification"),
    NoticeState.SUSPENDED: Text(zh="已暂停", en="suspended"),
    NoticeState.CLOSED: Text(zh="已终止", en="closed"),
}

_APPLYING = Text(
    zh="区内记录的告知书状态为申请中", en="by the district's record the Notice is applied for"
)


@metric(
    "licence_days_to_expiry_min",
    Unit.DAYS,
    Text(
        zh="登记簿·证照：告知书、登记证照、备案三者到期日中最早者；机构档案：告知书状态",
        en="register, papers: earliest end of notice, registration, filing; notice state on file",
    ),
)
def licence_days(facts: Facts, _target: Auto) -> Finding:
    """Days until the first of the three founding papers ends."""
    register = facts.register()
    decided = None if register is None else register.notice_state(facts.period.last_day)
    current = decided or facts.institution.notice_state
    state = _BAD_STANDING.get(current)
    if state is not None:
        return Known(
            None,
            Text(zh=f"告知书状态：{state.zh}", en=f"the notice is {state.en}"),
            {"notice_state": current.value},
            broken=True,
        )
    if current is NoticeState.APPLYING:
        # The paper is the institution's own word; the district's record has not granted it yet.
        return Unknown(_APPLYING, inputs={"notice_state": current.value})
    return _days_left(facts, PaperKind.NOTICE, PaperKind.REGISTRATION, PaperKind.FILING)


@metric(
    "fire_cert_days_to_expiry",
    Unit.DAYS,
    Text(zh="登记簿·证照：消防凭证到期日", en="register, papers: end of the fire certificate"),
)
def fire_certificate_days(facts: Facts, _target: Auto) -> Finding:
    """Days until the fire certificate ends."""
    return _days_left(facts, PaperKind.FIRE_CERTIFICATE)


@metric(
    "insurance_days_to_expiry",
    Unit.DAYS,
    Text(zh="登记簿·证照：责任保险到期日", en="register, papers: end of liability insurance"),
)
def insurance_days(facts: Facts, _target: Auto) -> Finding:
    """Days until the liability insurance ends."""
    return _days_left(facts, PaperKind.INSURANCE)


@metric(
    "food_licence_days_to_expiry",
    Unit.DAYS,
    Text(zh="登记簿·证照：食品经营许可到期日", en="register, papers: end of the food licence"),
)
def food_licence_days(facts: Facts, _target: Auto) -> Finding:
    """Days until the food licence ends."""
    return _days_left(facts, PaperKind.FOOD_LICENCE)


def _days_left(facts: Facts, *kinds: PaperKind) -> Finding:
    register = facts.register()
    if register is None:
        return Unknown(NO_REGISTER)
    on = facts.period.last_day
    current = {kind: _longest(register.papers, kind) for kind in kinds}
    held = {kind: paper for kind, paper in current.items() if paper is not None}
    missing = [_NAMES[kind] for kind, paper in current.items() if paper is None]
    ending = {kind: paper.expires for kind, paper in held.items() if paper.expires is not None}
    inputs = {
        kind.value: None if day is None else day.isoformat()
        for kind, day in ((kind, paper.expires) for kind, paper in held.items())
    }
    first = min(ending, key=lambda kind: ending[kind], default=None)
    days = None if first is None else (ending[first] - on).days
    if missing and (days is None or days > 0):
        names = named_texts(missing)
        return Unknown(
            Text(zh=f"未登记：{names.zh}", en=f"not in the register: {names.en}"), days, inputs
        )
    if first is None or days is None:
        return Known(None, Text(zh="长期有效", en="valid without an end"), inputs)
    return Known(days, _explained(_NAMES[first], ending[first], days), inputs)


def _longest(papers: tuple[Paper, ...], kind: PaperKind) -> Paper | None:
    held = [paper for paper in papers if paper.kind is kind]
    return max(held, key=lambda paper: paper.expires or date.max, default=None)


def _explained(name: Text, expires: date, days: int) -> Text:
    if days < 0:
        return Text(
            zh=f"{name.zh}已于{expires}到期，逾期{-days}天",
            en=f"the {name.en} ended on {expires}, {some(-days, 'day')} ago",
        )
    return Text(
        zh=f"最早到期：{name.zh}，{expires}，余{days}天",
        en=f"first to end: {name.en}, {expires}, {some(days, 'day')} left",
    )
