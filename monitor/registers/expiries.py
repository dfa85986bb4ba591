"""What in a register comes to an end, and by when somebody has to be reminded of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from monitor.domain.places import Institution
from monitor.domain.registers import PaperKind, Register, key_text
from monitor.domain.text import Text
from monitor.registers.names import CHOICES

REMIND_DAYS = (60, 30, 7)
"""How many days ahead people are reminded, most first."""

_YEAR = timedelta(days=365)
_CHECKS = {
    "criminal_check": Text(zh="违法犯罪记录查询", en="criminal-record check"),
    "ban_check": Text(zh="终身禁业名单查询", en="lifetime-ban list check"),
}


@dataclass(frozen=True, slots=True)
class Expiry:
    """Something that holds until ``last``; ``what`` names it without naming a person."""

    book: str
    key: str
    field: str
    what: Text
    last: date

    def days(self, today: date) -> int:
        """Return how many days are left; negative after the end."""
        return (self.last - today).days


def expiries(register: Register, institution: Institution, today: date) -> tuple[Expiry, ...]:
    """Return everything that ends, the earliest first.

    Of several papers of one kind only the one that holds longest counts, and people who have left
    do not count at all.
    """
    found = [
        *_papers(register, institution),
        *_staff(register, today),
        *_plans(register),
        *_equipment(register, today),
    ]
    return tuple(sorted(found, key=lambda item: (item.last, item.book, item.key, item.field)))


def threshold(days: int, steps: Sequence[int] = REMIND_DAYS) -> int | None:
    """Return which reminder is due with so many days left: the nearest step, 0 after the end.

    ``None`` while it is too early. A step slept through is not made up for once a nearer one is
    due: people are told once what holds now.
    """
    if days < 0:
        return 0
    due = [step for step in steps if days <= step]
    return min(due) if due else None


def _papers(register: Register, institution: Institution) -> Iterator[Expiry]:
    for kind in PaperKind:
        held = [paper for paper in register.papers if paper.kind is kind]
        name = CHOICES[PaperKind][kind.value]
        if not held:
            if kind is PaperKind.NOTICE and institution.notice_expires is not None:
                yield Expiry("papers", f"{kind}|", "expires", name, institution.notice_expires)
            continue
        longest = max(held, key=lambda paper: paper.expires or date.max)
        if longest.expires is not None:
            yield Expiry("papers", key_text(longest), "expires", name, longest.expires)


def _staff(register: Register, today: date) -> Iterator[Expiry]:
    for person in register.staff:
        if not person.employed(today):
            continue
        key = key_text(person)
        who = Text(zh=f"{person.number}号人员", en=f"staff {person.number}")
        if person.certificate_expires is not None:
            yield Expiry(
                "staff",
                key,
                "certificate_expires",
                Text(zh=f"{who.zh}资格证书", en=f"certificate of {who.en}"),
                person.certificate_expires,
            )
        if person.health_certificate_expires is not None:
            yield Expiry(
                "staff",
                key,
                "health_certificate_expires",
                Text(zh=f"{who.zh}健康证", en=f"health certificate of {who.en}"),
                person.health_certificate_expires,
            )
        for name, done in (
            ("criminal_check", person.criminal_check),
            ("ban_check", person.ban_check),
        ):
            if done is not None:
                what = _CHECKS[name]
                text = Text(zh=f"{who.zh}{what.zh}（每年）", en=f"yearly {what.en} of {who.en}")
                yield Expiry("staff", key, name, text, done + _YEAR)


def _plans(register: Register) -> Iterator[Expiry]:
    for plan in register.plans:
        if plan.review_due is not None:
            name = CHOICES[type(plan.kind)][plan.kind.value]
            what = Text(zh=f"{name.zh}应急预案评审", en=f"review of the {name.en} plan")
            yield Expiry("plans", key_text(plan), "review_due", what, plan.review_due)


def _equipment(register: Register, today: date) -> Iterator[Expiry]:
    for item in register.fire_equipment:
        if item.expires is None or (item.removed is not None and item.removed <= today):
            continue
        name = CHOICES[type(item.kind)][item.kind.value]
        what = Text(zh=f"{name.zh} {item.number}", en=f"{name.en} {item.number}")
        yield Expiry("fire_equipment", key_text(item), "expires", what, item.expires)


def due(items: Iterable[Expiry], today: date, steps: Sequence[int]) -> Iterator[tuple[Expiry, int]]:
    """Yield what somebody has to be reminded of today, each with its step."""
    for item in items:
        step = threshold(item.days(today), steps)
        if step is not None:
            yield item, step
