from __future__ import annotations

from collections.abc import Callable

import pytest

from monitor.detectors.rules import (
    parse_parameters,
    rule_kinds,
    rule_parameters,
    rules_for,
    validate_rules,
)
from monitor.domain.errors import ConfigError
from monitor.domain.events import Severity
from monitor.domain.places import Camera, ClassType, Room, RoomType

MakeRoom = Callable[..., Room]


def test_what_is_written_is_converted_and_nothing_is_filled_in() -> None:
    values = parse_parameters(
        "crowding", {"after": "2m", "high_share": 1.5, "enabled": False}, where="x"
    )
    assert values == {"after": 120.0, "high_share": 1.5, "enabled": False}
    assert parse_parameters("unattended_child", {}, where="") == {}


@pytest.mark.parametrize(
    ("rule", "raw", "complaint"),
    [
        ("unattended", {}, "there is no rule 'unattended'"),
        ("crowding", {"afer": "60s"}, "no parameter 'afer'"),
        ("crowding", {"after": -5}, "after of rule 'crowding' must not be negative"),
        ("crowding", {"after": "soon"}, "'soon' is not a duration"),
        ("crowding", {"after": float("nan")}, "must not be negative"),
        ("crowding", {"after": "25h"}, "between 0 and 86400"),
        ("crowding", {"after": True}, "must be a duration"),
        ("crowding", {"high_share": "much"}, "must be a number"),
        ("crowding", {"high_share": float("inf")}, "must be a number"),
        ("crowding", {"high_share": 0.5}, "between 1 and 10"),
        ("view_lost", {"enabled": "yes"}, "must be true or false"),
        ("view_lost", {"min_confidence": 1.5}, "between 0 and 1"),
    ],
)
def test_mistakes_are_named(rule: str, raw: dict[str, object], complaint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_parameters(rule, raw, where="room r: rules")
    assert complaint in caught.value.message
    assert caught.value.where == "room r: rules"
    assert caught.value.hint


def test_a_rooms_mistake_names_room_and_rule(make_room: MakeRoom) -> None:
    room = make_room(rules={"crowding": {"after": "x"}})
    with pytest.raises(ConfigError, match=r"room room: rules\.crowding"):
        validate_rules(room)
    with pytest.raises(ConfigError, match=r"room room: rules\.crowding"):
        rules_for(room, [])


def test_every_rule_documents_itself(make_room: MakeRoom) -> None:
    for name, kind in rule_kinds().items():
        assert kind.name == name
        assert kind.version
        assert kind.source
        given = kind.defaults(make_room())
        named = {parameter.name for parameter in kind.parameters}
        assert set(given) == named == {p.name for p in rule_parameters()[name]}
        assert parse_parameters(name, given, where="") == given
        assert all(p.help.zh and p.help.en for p in kind.parameters)


@pytest.mark.parametrize(
    ("room_type", "class_type", "after", "severity"),
    [
        (RoomType.ACTIVITY, None, 60, Severity.HIGH),
        (RoomType.ACTIVITY, ClassType.TODDLER, 60, Severity.HIGH),
        (RoomType.ACTIVITY, ClassType.INFANT, 30, Severity.HIGH),
        (RoomType.DINING, None, 60, Severity.HIGH),
        (RoomType.NAP, ClassType.INFANT, 120, Severity.HIGH),
        (RoomType.OUTDOOR, None, 30, Severity.CRITICAL),
    ],
)
def test_the_room_selects_the_defaults(
    room_type: RoomType,
    class_type: ClassType | None,
    after: float,
    severity: Severity,
    make_room: MakeRoom,
) -> None:
    rules = {rule.name: rule for rule in rules_for(make_room(room_type, class_type=class_type), [])}
    rule = rules["unattended_child"]
    assert (rule.timing.after, rule.timing.clear_after) == (after, 5)
    assert rule.severities == (severity,)
    assert rule.thresholds["after"] == after


def test_rules_run_where_they_make_sense(
    make_room: MakeRoom, make_camera: Callable[..., Camera]
) -> None:
    def names(room: Room) -> set[str]:
        return {rule.name for rule in rules_for(room, [make_camera()])}

    assert names(make_room(capacity=15)) == {"unattended_child", "crowding", "view_lost"}
    assert names(make_room()) == {"unattended_child", "view_lost"}
    assert names(make_room(RoomType.KITCHEN)) == {"view_lost"}
    on = make_room(RoomType.CORRIDOR, {"unattended_child": {"enabled": True, "after": "90s"}})
    assert names(on) == {"unattended_child", "view_lost"}
    assert names(make_room(rules={"unattended_child": {"enabled": False}})) == {"view_lost"}
