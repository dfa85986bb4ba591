"""Which rules there are, and which of them run in a room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import entry_points

from monitor.detectors.rules import (
    after_hours,
    crowding,
    exit_alone,
    headcount_mismatch,
    local_density,
    nap_check_overdue,
    ratio_breach,
    restricted_zone,
    unattended_child,
    view_lost,
    washroom_dwell,
)
from monitor.detectors.rules.parameters import Parameter, Value, parse_values
from monitor.detectors.rules.rule import GROUP, Rule, RuleKind
from monitor.domain.errors import ConfigError
from monitor.domain.places import Camera, Room

BUILT_IN: tuple[RuleKind, ...] = (
    unattended_child.KIND,
    nap_check_overdue.KIND,
    washroom_dwell.KIND,
    exit_alone.KIND,
    restricted_zone.KIND,
    after_hours.KIND,
    ratio_breach.KIND,
    headcount_mismatch.KIND,
    crowding.KIND,
    local_density.KIND,
    view_lost.KIND,
)


@cache
def rule_kinds() -> Mapping[str, RuleKind]:
    """Return all rules by name: ours, and those of installed packages (``kanhu.rules``).

    Raises:
        ConfigError: an installed package offers something that is not a rule, or a rule under a
            name that is taken.
    """
    kinds = {kind.name: kind for kind in BUILT_IN}
    for point in entry_points(group=GROUP):
        kind = point.load()
        if not isinstance(kind, RuleKind) or kind.name != point.name:
            raise ConfigError(
                f"is not a rule named '{point.name}'",
                where=f"entry point {point.value} in {GROUP}",
                hint="name the entry point like the RuleKind it points to",
            )
        if kinds.get(kind.name, kind) is not kind:
            raise ConfigError(
                f"there are two rules named '{kind.name}'",
                where=f"entry point {point.value}",
                hint="uninstall the package, or ask its author for another name",
            )
        kinds[kind.name] = kind
    return kinds


def rule_parameters() -> dict[str, tuple[Parameter, ...]]:
    """Return the parameters of every rule, for reference pages and editors."""
    return {name: kind.parameters for name, kind in rule_kinds().items()}


def parse_parameters(name: str, raw: Mapping[str, object], where: str) -> dict[str, Value]:
    """Return the parameters that are written for rule ``name``: durations as float seconds.

    Raises:
        ConfigError: there is no such rule or parameter, or a value is wrong; names ``where``.
    """
    kind = rule_kinds().get(name)
    if kind is None:
        raise ConfigError(
            f"there is no rule '{name}'",
            where=where,
            hint=f"known rules: {', '.join(rule_kinds())}",
        )
    return parse_values(name, kind.parameters, raw, where)


def validate_rules(room: Room) -> None:
    """Check everything that the configuration of ``room`` says about rules.

    Raises:
        ConfigError: names the room and the rule, and what is wrong.
    """
    for name, raw in room.rules.items():
        parse_parameters(name, raw, f"room {room.id}: rules.{name}")


def rules_for(room: Room, cameras: Sequence[Camera]) -> tuple[Rule, ...]:
    """Return the rules that run in ``room``, each with its defaults and what is configured.

    Raises:
        ConfigError: as :func:`validate_rules`.
    """
    validate_rules(room)
    here = [camera for camera in cameras if camera.room_id == room.id]
    rules = []
    for name, kind in rule_kinds().items():
        given = parse_parameters(name, room.rules.get(name, {}), f"room {room.id}: rules.{name}")
        values = {**kind.defaults(room), **given}
        rule = kind.build(room, here, values) if values["enabled"] else None
        if rule is not None:
            rules.append(rule)
    return tuple(rules)
