"""Whether an item applies to an institution, by the condition that its template states.

What is not known excludes nothing: the inspector then decides on the spot.
"""

from __future__ import annotations

from monitor.domain.checklists import Condition
from monitor.domain.places import ClassType
from monitor.domain.text import Text
from monitor.inspections.facts import Facts


def why_excluded(condition: Condition | None, facts: Facts) -> Text | None:
    """Return why what has the condition does not apply, or ``None`` where it does or may."""
    if condition is None:
        return None
    kept = _class_types(facts)
    if condition.class_types and kept and not kept & set(condition.class_types):
        wanted = ", ".join(condition.class_types)
        return Text(zh=f"没有所要求的班型（{wanted}）", en=f"no class of the kind: {wanted}")
    rooms = {room.type for room in facts.rooms}
    if condition.room_types and rooms and not rooms & set(condition.room_types):
        wanted = ", ".join(condition.room_types)
        return Text(zh=f"没有所要求的场所（{wanted}）", en=f"no room of the kind: {wanted}")
    enrolled = _enrolled(facts)
    least = condition.min_enrolled
    if least is not None and enrolled is not None and enrolled < least:
        return Text(
            zh=f"在册{enrolled}人，不足{least}人", en=f"{enrolled} enrolled, fewer than {least}"
        )
    return None


def _class_types(facts: Facts) -> set[ClassType]:
    register = facts.register()
    kept = {group.class_type for group in register.classes} if register is not None else set()
    return kept | {room.class_type for room in facts.rooms if room.class_type is not None}


def _enrolled(facts: Facts) -> int | None:
    register = facts.register()
    if register is None or not register.classes:
        return None
    return sum(group.enrolled for group in register.classes)
