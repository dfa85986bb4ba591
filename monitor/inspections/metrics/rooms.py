"""Rooms and classes: enrolment, ratio, coverage."""

from __future__ import annotations

import math
from datetime import timedelta

from monitor.domain.checklists import Auto, Unit
from monitor.domain.places import CHILDREN_PER_CARER, CLASS_CAPACITY, Room, RoomType
from monitor.domain.registers import ClassGroup
from monitor.domain.room_state import View
from monitor.domain.text import Text
from monitor.inspections.facts import Facts, RoomCount
from monitor.inspections.metrics.base import (
    Finding,
    Known,
    Unknown,
    metric,
    named_texts,
    parameter,
    some,
)
from monitor.inspections.metrics.papers import NO_REGISTER

_COVERED = frozenset({RoomType.ACTIVITY, RoomType.NAP, RoomType.DINING, RoomType.OUTDOOR})


@metric(
    "class_enrolled_over_cap_count",
    Unit.COUNT,
    Text(
        zh="登记簿·班级：在册人数对照核定容量与法定上限",
        en="register, classes: enrolment against approved capacity and lawful class size",
    ),
)
def classes_over_capacity(facts: Facts, _target: Auto) -> Finding:
    """How many classes have more children enrolled than they may."""
    register = facts.register()
    if register is None:
        return Unknown(NO_REGISTER)
    classes = register.classes
    if not classes:
        return Unknown(Text(zh="登记簿中没有班级", en="no class in the register"))
    over = [item for item in classes if item.enrolled > _cap(item)]
    inputs = {item.id: {"enrolled": item.enrolled, "cap": _cap(item)} for item in classes}
    if not over:
        total = sum(item.enrolled for item in classes)
        explain = Text(
            zh=f"{len(classes)}个班共{total}名儿童，均未超上限",
            en=f"{total} children, classes: {len(classes)}; none above its limit",
        )
        return Known(0, explain, inputs)
    names = named_texts([_with_numbers(item) for item in over])
    return Known(
        len(over), Text(zh=f"超上限：{names.zh}", en=f"above the limit: {names.en}"), inputs
    )


def _cap(item: ClassGroup) -> int:
    lawful = CLASS_CAPACITY[item.class_type]
    return lawful if item.capacity is None else min(lawful, item.capacity)


def _with_numbers(item: ClassGroup) -> Text:
    numbers = f"{item.enrolled}/{_cap(item)}"
    return Text(zh=f"{item.name.zh} {numbers}", en=f"{item.name.en} {numbers}")


@metric(
    "live_ratio_ok_rooms_share",
    Unit.SHARE,
    Text(
        zh="生成时各班实时画面的成人、儿童人数对照班型比例",
        en="adults and children seen in each room when the checklist was made, against its ratio",
    ),
    max_age_seconds=600,
)
def rooms_meeting_ratio(facts: Facts, target: Auto) -> Finding:
    """Share of the rooms with children in view that have enough adults in view."""
    counts = facts.room_counts()
    if counts is None:
        return Unknown(Text(zh="系统没有实时人数", en="no live counts are available"))
    oldest = facts.now - timedelta(seconds=parameter(target, "max_age_seconds"))
    rooms = {room.id: room for room in facts.rooms if room.class_type is not None}
    usable = [
        count
        for count in counts
        if count.room_id in rooms and count.updated >= oldest and count.children > 0
    ]
    inputs = {
        count.room_id: {"adults": count.adults, "children": count.children} for count in usable
    }
    if not usable:
        return Unknown(Text(zh="生成时画面中没有儿童", en="no children were in view at the time"))
    verdicts = {count.room_id: _meets(count, rooms[count.room_id]) for count in usable}
    met = sum(verdict is True for verdict in verdicts.values())
    unsure = [rooms[key].name for key, verdict in verdicts.items() if verdict is None]
    short = [rooms[key].name for key, verdict in verdicts.items() if verdict is False]
    share = met / len(usable)
    if short:
        names = named_texts(short)
        explain = Text(zh=f"生成时人手不足：{names.zh}", en=f"too few adults in view: {names.en}")
        return Known(share, explain, inputs)
    if unsure:
        names = named_texts(unsure)
        return Unknown(
            Text(
                zh=f"画面不全或无法定比例：{names.zh}",
                en=f"view incomplete, or no ratio is set: {names.en}",
            ),
            share,
            inputs,
        )
    explain = Text(
        zh=f"生成时{met}个班均达标", en=f"met in {some(met, 'room')} with children at the time"
    )
    return Known(share, explain, inputs)


def _meets(count: RoomCount, room: Room) -> bool | None:
    ratio = None if room.class_type is None else CHILDREN_PER_CARER[room.class_type]
    if ratio is None or count.view is not View.FULL:
        return None
    # Whoever is uncertain may be either: only what holds both ways is said.
    if count.adults >= math.ceil((count.children + count.unknown) / ratio):
        return True
    return None if count.adults + count.unknown >= count.children / ratio else False


@metric(
    "required_zones_without_camera",
    Unit.COUNT,
    Text(
        zh="配置：活动、午睡、就餐、户外区域中没有启用摄像机的数量",
        en="configuration: activity, nap, dining and outdoor rooms without a camera in use",
    ),
)
def rooms_without_camera(facts: Facts, _target: Auto) -> Finding:
    """How many rooms that must be covered have no camera in use."""
    required = [room for room in facts.rooms if room.type in _COVERED]
    if not required:
        return Unknown(Text(zh="未登记需覆盖的区域", en="no room that needs a camera is listed"))
    covered = {camera.room_id for camera in facts.cameras if camera.enabled}
    bare = [room.name for room in required if room.id not in covered]
    inputs = {"required": len(required), "without": [name.en for name in bare]}
    if not bare:
        explain = Text(
            zh=f"{len(required)}个区域均有摄像机；盲区须走查",
            en=f"{some(len(required), 'room')}, each with a camera; walk through for blind spots",
        )
        return Known(0, explain, inputs)
    names = named_texts(bare)
    return Known(
        len(bare), Text(zh=f"无摄像机：{names.zh}", en=f"without a camera: {names.en}"), inputs
    )
