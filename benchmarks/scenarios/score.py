"""Comparing events with the truth: found or missed, how late, and what was false."""

from __future__ import annotations

from dataclasses import dataclass, field

from benchmarks.scenarios.drive import Outcome
from benchmarks.scenarios.tally import TrackTally
from monitor.domain.events import Event, Severity

AFTER = 60.0
"""Seconds that ``unattended_child`` waits in the simulated rooms."""

RULES = ("unattended_child", "crowding")
_DAY_SECONDS = 36_000.0
_MARGIN = 5.0
_EARLY = 15.0  # a carer may be hidden before she leaves; the children are alone when it is raised


@dataclass(frozen=True, slots=True)
class Alarm:
    """Something to replay: the scenario, when in it (seconds), and what it was."""

    kind: str
    seed: int
    time: float
    what: str


@dataclass(slots=True)
class Score:
    """Sums over scenarios; ``camera_days`` are of ten hours."""

    staged: int = 0
    found: int = 0
    late: list[float] = field(default_factory=list)
    camera_days: float = 0.0
    false: dict[str, int] = field(default_factory=lambda: dict.fromkeys(RULES, 0))
    replays: list[Alarm] = field(default_factory=list)
    tally: TrackTally = field(default_factory=TrackTally)
    looks: int = 0
    camera_hours: float = 0.0
    busy_seconds: float = 0.0

    def take(self, outcome: Outcome, seconds: float) -> None:
        """Add one scenario that took ``seconds`` of processor time."""
        self._events(outcome)
        if outcome.kind == "day":
            self.camera_days += outcome.cameras * outcome.seconds / _DAY_SECONDS
        self.camera_hours += outcome.cameras * outcome.seconds / 3600
        self.tally.join(outcome.tally)
        self.looks += outcome.looks
        self.busy_seconds += seconds

    def join(self, other: Score) -> None:
        """Add the sums of ``other``."""
        self.staged += other.staged
        self.found += other.found
        self.late += other.late
        self.camera_days += other.camera_days
        for rule in RULES:
            self.false[rule] += other.false[rule]
        self.replays += other.replays
        self.tally.join(other.tally)
        self.looks += other.looks
        self.camera_hours += other.camera_hours
        self.busy_seconds += other.busy_seconds

    def _events(self, outcome: Outcome) -> None:
        left = sorted(outcome.events.values(), key=lambda event: event.raised)
        for start, end in outcome.alone:
            mine = [event for event in left if _is_of(event, start, end)]
            left = [event for event in left if event not in mine]
            if end - start < AFTER + 2 * _MARGIN:
                # Too short to be asked for; an alarm is wrong only if it came too early.
                left += [event for event in mine if event.raised < start + AFTER - _EARLY]
                continue
            self.staged += 1
            due = start + AFTER
            good = [event.raised for event in mine if event.raised >= due - _EARLY]
            if good:
                self.found += 1
                self.late.append(good[0] - due)
            else:
                self._note(outcome, start, "missed")
            left += [event for event in mine if event.raised < due - _EARLY]
        for event in left:
            if event.severity is Severity.TECHNICAL:
                continue  # the scenario did interrupt the stream
            if event.rule in self.false and outcome.kind == "day":
                self.false[event.rule] += 1
            self._note(outcome, event.raised, f"false {event.rule}")

    def _note(self, outcome: Outcome, time: float, what: str) -> None:
        self.replays.append(Alarm(outcome.kind, outcome.seed, round(time, 1), what))


def _is_of(event: Event, start: float, end: float) -> bool:
    """Say whether an alarm was raised while children were alone."""
    return event.rule == "unattended_child" and start <= event.raised <= end + 1
