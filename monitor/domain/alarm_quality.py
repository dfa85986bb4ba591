"""How good the alarms of a time were: how many, how fast, how often false, and for how many people.

Measured as in EEMUA 191 and ISA-18.2: about six alarms an hour are what one operator can handle
well, twelve the most; more than ten in ten minutes are a flood, in which nobody should be for more
than a hundredth of the time.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.domain.alerts import AlertState
from monitor.domain.events import Severity

TEN_MINUTES = timedelta(minutes=10)
FLOOD = 10
"""More alarms than this within ten minutes are a flood."""
ACCEPTABLE_PER_HOUR = 6.0
MOST_PER_HOUR = 12.0
MOST_FLOOD_SHARE = 0.01
ACKNOWLEDGE_WITHIN = timedelta(seconds=60)
_TOP = 10


@dataclass(frozen=True, slots=True)
class Alarm:
    """One alert as the measures see it.

    ``acknowledged`` is when a person first answered it, ``cleared`` when its condition ended.
    ``wait`` is the rule's own duration in seconds that had to pass, ``shelved`` says that nobody
    was told.
    """

    id: int
    rule: str
    institution_id: str
    room_id: str
    camera_id: str | None
    severity: Severity
    state: AlertState
    onset: datetime
    raised: datetime
    cleared: datetime | None = None
    acknowledged: datetime | None = None
    wait: float | None = None
    shelved: bool = False
    flapping: bool = False

    @property
    def announced(self) -> bool:
        """Say whether it asked an operator to act: not shelved, and no matter of a device."""
        return not self.shelved and self.severity is not Severity.TECHNICAL


class Load(StrEnum):
    """What the alarms of a time ask of those who handle them."""

    ACCEPTABLE = "acceptable"
    HEAVY = "heavy"
    TOO_MUCH = "too_much"


@dataclass(frozen=True, slots=True)
class Spread:
    """Half, and 95 of a hundred, of some times were no longer than this; seconds."""

    count: int
    median: float | None
    high: float | None


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What operators said about the alarms of one rule, camera or place."""

    key: str
    total: int
    confirmed: int
    false: int
    drill: int

    @property
    def undecided(self) -> int:
        """Return how many nobody has judged yet."""
        return self.total - self.confirmed - self.false - self.drill

    @property
    def false_share(self) -> float | None:
        """Return the share of false ones among those judged true or false."""
        judged = self.confirmed + self.false
        return self.false / judged if judged else None


@dataclass(frozen=True, slots=True)
class Source:
    """A rule in a room, with how many alarms it raised and which share of all."""

    rule: str
    institution_id: str
    room_id: str
    count: int
    share: float


@dataclass(frozen=True, slots=True)
class AlarmQuality:
    """The measures of one time. Rates are for one operator."""

    start: datetime
    end: datetime
    operator_hours: float
    total: int
    severities: dict[Severity, int]
    shelved: int
    technical: int
    flapping: int
    per_hour: float | None
    per_ten_minutes: float | None
    busiest: int
    busiest_at: datetime | None
    flood_share: float | None
    top: tuple[Source, ...]
    by_rule: tuple[Verdicts, ...]
    by_camera: tuple[Verdicts, ...]
    overall: Verdicts
    to_acknowledge: Spread
    acknowledged_in_time: float | None
    to_detect: Spread
    beyond_wait: Spread

    @property
    def top_share(self) -> float:
        """Return the share that the ten loudest sources have of all alarms."""
        return sum(source.share for source in self.top)

    @property
    def load(self) -> Load:
        """Return whether that many alarms can be handled."""
        rate, flood = self.per_hour or 0.0, self.flood_share or 0.0
        if rate > MOST_PER_HOUR or flood > MOST_FLOOD_SHARE:
            return Load.TOO_MUCH
        return Load.HEAVY if rate > ACCEPTABLE_PER_HOUR else Load.ACCEPTABLE


def measure(
    alarms: Iterable[Alarm], start: datetime, end: datetime, watched_hours: float, people: int
) -> AlarmQuality:
    """Measure the alarms raised from ``start`` until before ``end``.

    ``watched_hours`` are the hours of that time in which somebody watches, ``people`` how many
    share the work.
    """
    known = [alarm for alarm in alarms if start <= alarm.raised < end]
    told = [alarm for alarm in known if alarm.announced]
    tens = Counter((alarm.raised - start) // TEN_MINUTES for alarm in told)
    busiest, busiest_at = max(
        ((count, -number) for number, count in tens.items()), default=(0, None)
    )
    hours = watched_hours * people
    rate = len(told) / hours if hours > 0 else None
    floods = sum(count > FLOOD * people for count in tens.values())
    answers = [_since(alarm.raised, alarm.acknowledged) for alarm in told]
    answered = [seconds for seconds in answers if seconds is not None]
    detection = [(alarm.raised - alarm.onset).total_seconds() for alarm in told]
    beyond = [
        max(seconds - alarm.wait, 0.0)
        for seconds, alarm in zip(detection, told, strict=True)
        if alarm.wait is not None
    ]
    return AlarmQuality(
        start=start,
        end=end,
        operator_hours=hours,
        total=len(told),
        severities={kind: sum(item.severity is kind for item in told) for kind in Severity},
        shelved=sum(alarm.shelved for alarm in known),
        technical=sum(alarm.severity is Severity.TECHNICAL for alarm in known),
        flapping=sum(alarm.flapping for alarm in told),
        per_hour=rate,
        per_ten_minutes=None if rate is None else rate / 6,
        busiest=busiest,
        busiest_at=None if busiest_at is None else start - busiest_at * TEN_MINUTES,
        flood_share=min(floods / (watched_hours * 6), 1.0) if watched_hours > 0 else None,
        top=_top(told),
        by_rule=_verdicts(told, lambda alarm: alarm.rule),
        by_camera=_verdicts(told, lambda alarm: alarm.camera_id or ""),
        overall=_tally("", told),
        to_acknowledge=spread(answered),
        acknowledged_in_time=_share_in_time(answers),
        to_detect=spread(detection),
        beyond_wait=spread(beyond),
    )


def spread(seconds: Sequence[float]) -> Spread:
    """Return median and 95th percentile by nearest rank."""
    ordered = sorted(seconds)
    if not ordered:
        return Spread(0, None, None)

    def rank(share: float) -> float:
        return ordered[max(math.ceil(share * len(ordered)) - 1, 0)]

    return Spread(len(ordered), rank(0.5), rank(0.95))


def _since(start: datetime, end: datetime | None) -> float | None:
    return None if end is None else max((end - start).total_seconds(), 0.0)


def _share_in_time(answers: Sequence[float | None]) -> float | None:
    if not answers:
        return None
    target = ACKNOWLEDGE_WITHIN.total_seconds()
    return sum(answer is not None and answer <= target for answer in answers) / len(answers)


def _top(alarms: Sequence[Alarm]) -> tuple[Source, ...]:
    counts = Counter((alarm.rule, alarm.institution_id, alarm.room_id) for alarm in alarms)
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Source(*key, count, count / len(alarms)) for key, count in ordered[:_TOP])


def _verdicts(alarms: Sequence[Alarm], key_of: Callable[[Alarm], str]) -> tuple[Verdicts, ...]:
    groups: dict[str, list[Alarm]] = {}
    for alarm in alarms:
        key = key_of(alarm)
        if key:
            groups.setdefault(key, []).append(alarm)
    tallies = [_tally(key, group) for key, group in groups.items()]
    return tuple(sorted(tallies, key=lambda item: (-item.total, item.key)))


def _tally(key: str, alarms: Sequence[Alarm]) -> Verdicts:
    states = Counter(alarm.state for alarm in alarms)
    return Verdicts(
        key,
        len(alarms),
        confirmed=states[AlertState.RESOLVED],
        false=states[AlertState.FALSE],
        drill=states[AlertState.DRILL],
    )
