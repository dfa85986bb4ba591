"""Who is told about alerts, in which order, and how alerts live, as a file may say it."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr

from monitor.alerts.tiers import TierHours
from monitor.domain.errors import WrongValueError
from monitor.domain.events import Severity
from monitor.domain.text import Text
from monitor.settings.basics import Id, Model, Name
from monitor.settings.sources import NetworkText
from monitor.settings.units import Seconds

_TIME_OF_DAY = re.compile(r"^(\d{1,2}):(\d{2})$")
_USUAL = (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM)


class Channel(Model):
    """Somebody to be told, by any service that Apprise knows, a signed webhook or browser push."""

    id: Id
    url: SecretStr = Field(
        description="Apprise URL, e.g. wecombot://…, dingtalk://…, json://…; signed+https://…; or "
        "push://everyone, push://role/ROLE, push://user/NAME"
    )
    severities: tuple[Severity, ...] = Field(
        _USUAL,
        description="What is sent here; with none only what is addressed to its person: planned "
        "visits, what is to be put right",
    )
    institutions: tuple[str, ...] = Field((), description="Only these institutions; empty: all")
    language: Literal["zh", "en"] = Field("zh", description="Language of the messages")
    snapshots: bool = Field(True, description="Send the snapshot along")
    clips: bool = Field(True, description="Send the clip after it, if cleared")
    cleared: bool = Field(
        False,
        description="Whoever reads it may recognise people; else pictures are made coarse and "
        "clips stay here",
    )
    per_minute: float = Field(20.0, gt=0, le=600, description="Messages the service takes a minute")


def minutes_of(text: str) -> int:
    """Return the minutes after midnight that a time of day such as ``08:30`` stands for.

    Raises:
        ValueError: it is no time of day.
    """
    match = _TIME_OF_DAY.match(text)
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        raise WrongValueError(
            Text(f"“{text}”不是时刻，应如 08:30", f"'{text}' is not a time of day such as 08:30")
        )
    return int(match[1]) * 60 + int(match[2])


def _time_of_day(value: str) -> str:
    minutes_of(value)
    return value


class PersonPart(Model):
    """Somebody who can be on call, or is reminded in person."""

    id: Id
    name: str = Field(min_length=1, max_length=100, description="How messages call them")
    channels: tuple[str, ...] = Field(min_length=1, description="Channels that reach them")
    user: str = Field(
        "",
        max_length=64,
        description="Account whose planned visits, or whose institution's due dates, are told here",
    )


class OverridePart(Model):
    """Somebody takes over for a while."""

    start: datetime = Field(
        alias="from", description="First moment; local time unless it names a zone"
    )
    until: datetime = Field(description="First moment after it")
    person: str = Field(description="Id of who is on call instead")


class RotaPart(Model):
    """Who is on call: weekly turns, and exceptions to them."""

    id: Id
    starts: date = Field(description="Day on which the first turn began")
    change: Annotated[str, AfterValidator(_time_of_day)] = Field(
        "08:00", description="Time of day at which turns change"
    )
    turns: tuple[str, ...] = Field(min_length=1, description="Ids of people, a week each, in order")
    overrides: tuple[OverridePart, ...] = ()


def _by_severity(value: Any) -> Any:
    return dict.fromkeys(_USUAL, value) if isinstance(value, str | int | float) else value


Delays = Annotated[
    dict[Severity, Seconds],
    BeforeValidator(_by_severity, json_schema_input_type=str | float | dict[Severity, str | float]),
]


class TierPart(Model):
    """Who is told, and how long after the alert unless somebody has acknowledged it."""

    id: Id
    name: Name
    after: Delays = Field(
        description="Delay by severity; a severity not named is not told. One duration stands "
        "for critical, high and medium"
    )
    channels: tuple[str, ...] = Field((), description="Channels told")
    rota: str | None = Field(None, description="Rota whose person on call is told")
    hours: TierHours = Field(
        TierHours.ALWAYS,
        description="Only at these hours of the room; days off and working weekends count",
    )
    otherwise: Literal["skip", "wait"] = Field(
        "skip", description="At other hours: tell the next tier instead, or wait for them"
    )


def _some_time(value: dict[Severity, float]) -> dict[Severity, float]:
    if any(seconds < 1 for seconds in value.values()):
        raise WrongValueError(
            Text("两次提醒至少相隔一秒", "at least a second lies between two reminders")
        )
    return value


class RemindersPart(Model):
    """When an alert that somebody acknowledged, and nobody ended, is told again."""

    after: Annotated[Delays, AfterValidator(_some_time)] = Field(
        default_factory=lambda: {
            Severity.CRITICAL: 600.0,
            Severity.HIGH: 1800.0,
            Severity.MEDIUM: 14400.0,
        },
        description="How long after the acknowledgement, and after each reminder, by severity; "
        "one not named is not told again",
    )
    most: int = Field(6, ge=0, le=50, description="Reminders in a row; 0: none")


class PolicyPart(Model):
    """An escalation: its tiers in the order of their telling."""

    id: Id
    institutions: tuple[str, ...] = Field((), description="Only these institutions; empty: all")
    goes_on: tuple[Severity, ...] = Field(
        (Severity.CRITICAL,),
        description="Severities that go on up although the condition has ended by itself",
    )
    tiers: tuple[TierPart, ...] = Field(min_length=1, max_length=12)
    reminders: RemindersPart | None = Field(
        None, description="Of acknowledged alerts, where others than `alerts.reminders` are wanted"
    )


class DeadManPart(Model):
    """The message that messages have stopped, sent by the process of the pages."""

    after: Seconds = Field(300.0, ge=30, description="Told once the notifier is silent this long")
    again: Seconds = Field(3600.0, ge=60, description="Told once more after this long")
    channels: tuple[str, ...] = Field((), description="Who is told; empty: every channel")


def _contact(value: str) -> str:
    if not value.startswith(("mailto:", "https://")):
        raise WrongValueError(
            Text("联系方式以 mailto: 或 https:// 开头", "a contact begins with mailto: or https://")
        )
    return value


class PushPart(Model):
    """How browser push reaches the push services of the browsers' vendors."""

    contact: Annotated[str, AfterValidator(_contact)] | None = Field(
        None,
        max_length=200,
        description="Whom a push service may write to, `mailto:…` or `https://…`; without it the "
        "public address, if it is one with https",
    )
    networks: tuple[NetworkText, ...] = Field(
        (),
        description="Networks where push services may be besides public addresses at port 443",
    )
    authorities: Path | None = Field(
        None, description="File of certificates to trust besides the usual ones, as PEM"
    )


class Notify(Model):
    """Who is told about alerts. Without policies every channel is told at once."""

    channels: tuple[Channel, ...] = ()
    people: tuple[PersonPart, ...] = ()
    rotas: tuple[RotaPart, ...] = ()
    policies: tuple[PolicyPart, ...] = Field(
        (), description="The first one that names an institution is its own"
    )
    dead_man: DeadManPart = DeadManPart()
    push: PushPart = PushPart()


class Alerts(Model):
    """How alerts live."""

    cool_down: Delays = Field(
        default_factory=lambda: {Severity.HIGH: 120.0, Severity.MEDIUM: 300.0},
        description="How long after its end a new alert at the same place is shown but not told, "
        "by severity; one not named is told at once. Critical ones always are",
    )
    flaps: int = Field(5, ge=2, le=100, description="Occurrences that count as coming and going")
    flap_window: Seconds = Field(900.0, ge=60, description="The time within which they happen")
    reopen_within: Seconds = Field(86400.0, description="How long an ended alert can be reopened")
    longest_snooze: Seconds = Field(14400.0, le=86400, description="Longest snooze")
    longest_critical_snooze: Seconds = Field(
        900.0, le=3600, description="Longest snooze of a critical alert"
    )
    reminders: RemindersPart = RemindersPart()


def delays(part: dict[Severity, float]) -> dict[Severity, timedelta]:
    """Return delays as the domain has them."""
    return {severity: timedelta(seconds=value) for severity, value in part.items()}
