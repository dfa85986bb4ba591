"""What a rule is: a pure function of the room's state, with its parameters and its words.

A rule says whether its condition holds *now*; how long it must hold before anybody is told, and
when it is over, is the engine's business and the same for all rules. A rule never looks at a clock,
a frame or the store, so every decision can be replayed from stored room states. What happened a
moment ago (crossings, the ratio of the last seconds) and the time of day are part of the state.

A package of its own may add a rule: a :class:`RuleKind` under the entry-point group
``kanhu.rules``, its entry point named like the rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from monitor.detectors.rules.parameters import Parameter, Values
from monitor.domain.events import Severity
from monitor.domain.places import Camera, Room
from monitor.domain.room_state import RoomState
from monitor.domain.text import Text

GROUP = "kanhu.rules"

Explain = Callable[[float], Text]
"""One plain sentence, given for how many seconds the condition has held."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """What a rule says about one place at one moment.

    ``holds`` is ``None`` when it cannot be known; ``doubted`` then says that everything was seen
    and nothing speaks against it but somebody undecided: if it turns out to hold, it held. Where it
    does not hold, ``doubted`` says that it may, and that this is not seen yet. There a second
    counts for ``against`` seconds of contradiction: for more than one where it is beyond doubt.
    ``clears`` is stricter than "does not hold": between the two nothing changes. ``evidence`` and
    ``camera_id`` (where to look) may be left empty while it does not hold. ``zone_id`` is ``None``
    for the whole room; a line counts as a zone. ``part`` tells apart places that are neither room
    nor zone. ``after`` is for how many seconds the condition must hold as things are now, ``None``
    for the rule's own timing.
    """

    holds: bool | None
    clears: bool
    severity: Severity
    confidence: float
    explain: Explain
    evidence: dict[str, Any] = field(default_factory=dict)
    zone_id: str | None = None
    camera_id: str | None = None
    part: str | None = None
    after: float | None = None
    doubted: bool = False
    against: float = 1.0

    @property
    def place(self) -> str:
        """Return the zone, part or ``''`` for the room: one open event for each."""
        return self.zone_id or self.part or ""


@dataclass(frozen=True, slots=True)
class Timing:
    """For how long things must last, in seconds.

    ``after`` before it is raised and ``clear_after`` before it is over; contradictions of up to
    ``tolerance`` seconds are ignored either way; time in which nothing could be known counts only
    up to ``blink`` seconds at once, and after ``gap`` seconds of it everything starts anew; nothing
    is raised within ``cool_down`` seconds of the last one's end. A second in which the condition is
    true makes up for ``forgiving`` seconds of contradiction.
    """

    after: float
    clear_after: float
    tolerance: float
    blink: float
    gap: float
    cool_down: float
    forgiving: float = 1.0

    @classmethod
    def of(cls, values: Values) -> Timing:
        """Take the times out of a rule's parameter values."""
        return cls(
            float(values["after"]),
            float(values["clear_after"]),
            float(values["tolerance"]),
            float(values["blink"]),
            float(values["gap"]),
            float(values["cool_down"]),
        )


class Rule(Protocol):
    """A rule as it applies to one room."""

    @property
    def name(self) -> str:
        """Its name in configuration and events, such as ``crowding``."""

    @property
    def version(self) -> str:
        """Changes whenever its decisions may change."""

    @property
    def timing(self) -> Timing:
        """How patient it is."""

    @property
    def severities(self) -> tuple[Severity, ...]:
        """The severities it may give, least urgent first."""

    @property
    def thresholds(self) -> Mapping[str, Any]:
        """All parameter values in force, for provenance."""

    def assess(self, state: RoomState) -> Sequence[Assessment]:
        """Say how things stand at every place that this rule watches."""


@dataclass(frozen=True, slots=True)
class RuleKind:
    """A rule as it can be configured.

    ``source`` says where its definition comes from. ``defaults`` gives those of a room.
    ``build`` returns ``None`` where there is nothing to watch.
    """

    name: str
    version: str
    source: str
    parameters: tuple[Parameter, ...]
    defaults: Callable[[Room], Values]
    build: Callable[[Room, Sequence[Camera], Values], Rule | None]
