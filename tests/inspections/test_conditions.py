"""An item that is not meant for an institution is marked so; what is not known excludes nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from monitor.domain.checklists import Checklist, Condition, Result
from monitor.domain.places import ClassType, Room, RoomType
from monitor.domain.registers import ClassGroup, Register
from monitor.domain.text import Text
from monitor.inspections.answers import outcome
from monitor.inspections.checklist import generate
from monitor.inspections.conditions import why_excluded
from monitor.inspections.facts import Facts
from monitor.inspections.template import Template
from tests.inspections.conftest import MONTH, NOW

HALL = Room("hall", "sunshine", Text("厅", "Hall"), RoomType.ACTIVITY, ClassType.TODDLER)
GROUP = ClassGroup("t", Text("托小班", "Toddlers"), ClassType.TODDLER, 12)


@pytest.mark.parametrize(
    ("condition", "excluded"),
    [
        (None, False),
        (Condition(class_types=(ClassType.INFANT,)), True),
        (Condition(class_types=(ClassType.INFANT, ClassType.TODDLER)), False),
        (Condition(room_types=(RoomType.KITCHEN,)), True),
        (Condition(min_enrolled=13), True),
        (Condition(min_enrolled=12), False),
        (Condition((ClassType.TODDLER,), (RoomType.ACTIVITY,), 13), True),
    ],
)
def test_a_condition_is_held_against_what_is_known(
    make_facts: Callable[..., Facts], condition: Condition | None, excluded: bool
) -> None:
    facts = make_facts(rooms=(HALL,), reported=Register("sunshine", classes=(GROUP,)))
    assert (why_excluded(condition, facts) is not None) is excluded
    assert why_excluded(condition, make_facts()) is None


def test_an_excluded_item_counts_as_not_applicable(
    make_facts: Callable[..., Facts], template: Template
) -> None:
    kitchen = Condition(room_types=(RoomType.KITCHEN,))
    sections = tuple(
        replace(part, condition=kitchen) if part.id == "food" else part
        for part in template.sections
    )
    facts = make_facts(rooms=(HALL,))
    made: Checklist = generate(
        facts, MONTH, replace(template, sections=sections), Text("区", "D"), NOW
    )
    food = [entry for entry in made.entries if entry.item.section == "food"]
    assert food
    assert all(entry.proposal is Result.NOT_APPLICABLE and entry.decided for entry in food)
    assert outcome(made, ()).not_applicable == len(food)
