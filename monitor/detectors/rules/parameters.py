"""Parameters of rules: what may be configured, checked where it is written."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeGuard

from monitor.domain.durations import seconds
from monitor.domain.errors import ConfigError
from monitor.domain.text import Text

Value = float | bool
Values = Mapping[str, Value]
Kind = Literal["duration", "share", "count", "length", "flag"]

_WORDS: dict[Kind, str] = {
    "duration": "a duration such as 60s or 2m",
    "share": "a number",
    "count": "a whole number",
    "length": "a number of metres",
    "flag": "true or false",
}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a rule; ``least`` and ``most`` bound its value, durations in seconds."""

    name: str
    kind: Kind
    help: Text
    least: float = 0.0
    most: float = math.inf

    def parse(self, raw: object) -> Value:
        """Return the value that ``raw`` stands for.

        Raises:
            ValueError: it is of another kind or out of bounds; the message says what is wanted.
        """
        value = self._value(raw)
        if not isinstance(value, bool) and not self.least <= value <= self.most:
            raise ValueError(f"must lie between {self.least:g} and {self.most:g}")
        return value

    def _value(self, raw: object) -> Value:
        if self.kind == "flag":
            if isinstance(raw, bool):
                return raw
        elif self.kind == "duration":
            return seconds(raw)
        elif _is_number(raw) and (self.kind != "count" or float(raw).is_integer()):
            return float(raw)
        raise ValueError(f"must be {_WORDS[self.kind]}")


def _is_number(raw: object) -> TypeGuard[int | float]:
    return isinstance(raw, int | float) and not isinstance(raw, bool) and math.isfinite(raw)


DAY = 86400.0

TIMING: tuple[Parameter, ...] = (
    Parameter("enabled", "flag", Text(zh="是否启用此规则", en="Whether the rule runs here")),
    Parameter("after", "duration", Text(zh="持续多久后告警", en="Raise after"), 0, DAY),
    Parameter("clear_after", "duration", Text(zh="恢复多久后解除", en="Clear after"), 0, DAY),
    Parameter(
        "tolerance",
        "duration",
        Text(zh="忽略不超过此时长的短暂矛盾", en="Ignore contradictions no longer than this"),
        0,
        60,
    ),
    Parameter(
        "blink",
        "duration",
        Text(
            zh="不超过此时长的看不清仍计入时长", en="Count time that could not be judged up to this"
        ),
        0,
        60,
    ),
    Parameter(
        "gap",
        "duration",
        Text(zh="无法判断超过此时长则重新计时", en="Start anew when nothing is known this long"),
        1,
        3600,
    ),
    Parameter(
        "cool_down",
        "duration",
        Text(zh="解除后多久内不再告警", en="Raise nothing this long after the last one"),
        0,
        DAY,
    ),
    Parameter(
        "min_confidence",
        "share",
        Text(zh="低于此可信度视为无法判断", en="Below this confidence nothing is decided"),
        0,
        1,
    ),
)
"""Parameters that every rule has."""


def parse_values(
    rule: str, parameters: Sequence[Parameter], raw: Mapping[str, object], where: str
) -> dict[str, Value]:
    """Return the values written in ``raw``, converted and checked; nothing is filled in.

    Raises:
        ConfigError: an unknown parameter, or a value that it cannot have; names ``where``.
    """
    known = {parameter.name: parameter for parameter in parameters}
    values: dict[str, Value] = {}
    for name, value in raw.items():
        parameter = known.get(name)
        if parameter is None:
            raise ConfigError(
                f"rule '{rule}' has no parameter '{name}'",
                where=where,
                hint=f"known parameters: {', '.join(known)}",
            )
        try:
            values[name] = parameter.parse(value)
        except ValueError as error:
            raise ConfigError(
                f"{name} of rule '{rule}' {error}",
                where=where,
                hint=f"{name}: {parameter.help.en}",
            ) from None
    return values
