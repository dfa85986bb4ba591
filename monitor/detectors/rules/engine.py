"""The engine: from what rules say now to events that begin, worsen and end.

For every rule and place there is one timer: *quiet* → *pending* (the condition holds, since its
onset) → *open* (it held for ``after`` seconds; the event is sent) → *quiet* again once it has
cleared for ``clear_after`` seconds (the same event is sent again with ``cleared``). What cannot be
known neither raises nor clears. While an event is open and a more urgent severity has lasted as
long as a raise would take, the event is sent again with that severity.

Times are those of the room states: POSIX or media seconds, never falling. Event ids depend only on
rule, place and onset, so a replay yields the same ones.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from monitor.detectors.rules.rule import Assessment, Rule, Timing
from monitor.detectors.rules.spell import Spell
from monitor.domain.events import Event, Provenance, Severity, event_id
from monitor.domain.places import Room
from monitor.domain.room_state import RoomState

_SOON = 120.0
_LATELY = 10.0  # seconds since a condition was last seen, for looking more often to help


@dataclass(frozen=True, slots=True)
class Origin:
    """What stands behind the room states: model and configuration, for provenance."""

    model: str = ""
    model_sha256: str = ""
    config_version: str = ""


class RuleEngine:
    """All rules of one room. Not thread-safe."""

    def __init__(self, room: Room, rules: Sequence[Rule], origin: Origin | None = None) -> None:
        self.origin = origin or Origin()
        self._room = room
        self._rules = tuple(rules)
        self._timers: dict[tuple[str, str], _Timer] = {}
        self._time: float | None = None

    @property
    def pending(self) -> bool:
        """Say whether some condition has begun, so that looking more often would help.

        What will not be raised within two minutes does not count yet, nor does what has not been
        seen for a while: nobody is there, and whoever comes back moves.
        """
        now = self._time or 0.0
        return any(timer.pending(now) for timer in self._timers.values())

    @property
    def open_events(self) -> tuple[Event, ...]:
        """Events raised and not yet cleared."""
        return tuple(timer.event for timer in self._timers.values() if timer.event is not None)

    def resume(self, events: Iterable[Event]) -> None:
        """Take over events that were open before a restart, so that they can clear."""
        rules = {rule.name: rule for rule in self._rules}
        for event in events:
            rule = rules.get(event.rule)
            if rule is None or event.room_id != self._room.id or event.cleared is not None:
                continue
            technical = event.severity is Severity.TECHNICAL
            place = (event.camera_id if technical else event.zone_id) or ""
            self._timer(rule, place).event = event

    def step(self, state: RoomState) -> list[Event]:
        """Return the events that began, worsened or ended with ``state``.

        A state that is older than the one before is ignored, unless it is older by more than a
        minute (a recording starts again): then everything pending starts anew.
        """
        if self._time is not None and state.time < self._time:
            if state.time > self._time - 60:
                return []
            for timer in self._timers.values():
                timer.restart()
        self._time = state.time
        events = []
        for rule in self._rules:
            for assessment in rule.assess(state):
                timer = self._timer(rule, assessment.place)
                event = timer.step(state.time, assessment, self.origin)
                if event is not None:
                    events.append(event)
        return events

    def _timer(self, rule: Rule, place: str) -> _Timer:
        key = (rule.name, place)
        if key not in self._timers:
            self._timers[key] = _Timer(rule, self._room)
        return self._timers[key]


class _Timer:
    """Onset, raise, worsening and clearing of one rule at one place."""

    def __init__(self, rule: Rule, room: Room) -> None:
        timing = rule.timing
        self._rule = rule
        self._room = room
        self._timing = timing
        self._spells = {severity: _spell(timing, timing.after) for severity in rule.severities}
        self._least = rule.severities[0]
        self._clear = _spell(timing, timing.clear_after)
        self._quiet_since: float | None = None
        self.event: Event | None = None

    def pending(self, time: float) -> bool:
        """Say whether the condition has begun and may soon be raised."""
        spell = self._spells[self._least]
        begun = self.event is None and spell.stirs(time, _LATELY)
        return begun and spell.needed - spell.seconds(time) <= _SOON

    def restart(self) -> None:
        """Forget everything but the open event."""
        for spell in (*self._spells.values(), self._clear):
            spell.reset()
        self._quiet_since = None

    def step(self, time: float, now: Assessment, origin: Origin) -> Event | None:
        """Take in one assessment; return the event if it began, worsened or ended."""
        reached: Severity | None = None
        after = self._timing.after if now.after is None else now.after
        for severity, spell in self._spells.items():
            if spell.needed != after:
                _demand(spell, self._timing, after)
            reaches = now.holds and now.severity.rank <= severity.rank
            held = None if now.holds is None else reaches
            if spell.update(time, held, doubted=now.doubted, against=now.against):
                reached = severity
        if self.event is None:
            cool = self._quiet_since is None or (time - self._quiet_since >= self._timing.cool_down)
            return self._raise(time, now, reached, origin) if reached and cool else None
        return self._cleared(time, now) or self._worsened(now, reached)

    def _raise(self, time: float, now: Assessment, severity: Severity, origin: Origin) -> Event:
        spell = self._spells[self._least]
        onset = time if spell.since is None else spell.since
        self._clear.reset()
        self.event = Event(
            id=event_id(self._rule.name, self._room.id, now.place or None, onset),
            rule=self._rule.name,
            institution_id=self._room.institution_id,
            room_id=self._room.id,
            zone_id=now.zone_id,
            camera_id=now.camera_id,
            onset=onset,
            raised=time,
            cleared=None,
            severity=severity,
            confidence=now.confidence,
            evidence=dict(now.evidence),
            explain=now.explain(time - onset),
            provenance=Provenance(
                rule_version=self._rule.version,
                thresholds=dict(self._rule.thresholds),
                model=origin.model,
                model_sha256=origin.model_sha256,
                config_version=origin.config_version,
            ),
        )
        return self.event

    def _worsened(self, now: Assessment, reached: Severity | None) -> Event | None:
        if self.event is None or reached is None or reached.rank >= self.event.severity.rank:
            return None
        self.event = replace(
            self.event,
            severity=reached,
            confidence=now.confidence,
            evidence={**self.event.evidence, **now.evidence},
        )
        return self.event

    def _cleared(self, time: float, now: Assessment) -> Event | None:
        clears = None if now.holds is None and not now.clears else now.clears
        if self.event is None or not self._clear.update(time, clears):
            return None
        since = time if self._clear.since is None else self._clear.since
        event = replace(self.event, cleared=max(since, self.event.raised))
        self.restart()
        self.event = None
        self._quiet_since = time
        return event


def _spell(timing: Timing, needed: float) -> Spell:
    spell = Spell(needed, timing.tolerance, timing.blink, timing.gap, timing.forgiving)
    _demand(spell, timing, needed)
    return spell


def _demand(spell: Spell, timing: Timing, needed: float) -> None:
    """Let ``spell`` last ``needed`` seconds from now on; what has passed counts."""
    # A spell must be able to outlast the contradictions it bridges.
    spell.needed = needed
    spell.tolerance = min(timing.tolerance, needed / 2)
    spell.blink = min(timing.blink, needed / 2)
