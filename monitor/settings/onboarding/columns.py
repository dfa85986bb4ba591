"""The columns of the spreadsheet, and how the text of a cell becomes a value."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import Enum, StrEnum
from typing import Any

from monitor.domain.places import ClassType, NoticeState, RoomType
from monitor.domain.text import Text
from monitor.registers.names import CHOICES, NO, YES
from monitor.settings.basics import is_id

_YES = {"是", "yes", "y", "true", "1", "on", "√"}
_NO = {"否", "no", "n", "false", "0", "off", "×"}
_LONGEST = 500
ROOM_TYPES: Mapping[str, Text] = {
    RoomType.ACTIVITY.value: Text("活动室", "activity room"),
    RoomType.NAP.value: Text("睡眠室", "nap room"),
    RoomType.DINING.value: Text("餐厅", "dining room"),
    RoomType.OUTDOOR.value: Text("户外", "outdoors"),
    RoomType.CORRIDOR.value: Text("走廊", "corridor"),
    RoomType.ENTRANCE.value: Text("出入口", "entrance"),
    RoomType.KITCHEN.value: Text("厨房", "kitchen"),
    RoomType.STAIRS.value: Text("楼梯", "stairs"),
    RoomType.WASHROOM.value: Text("盥洗室", "washroom"),
    RoomType.CHANGING.value: Text("更衣室", "changing room"),
    RoomType.NURSING.value: Text("哺乳室", "nursing room"),
}

_ALSO_CALLED: Mapping[str, str] = {
    "教室": RoomType.ACTIVITY,
    "班级": RoomType.ACTIVITY,
    "午睡室": RoomType.NAP,
    "寝室": RoomType.NAP,
    "食堂": RoomType.DINING,
    "操场": RoomType.OUTDOOR,
    "门厅": RoomType.ENTRANCE,
    "大门": RoomType.ENTRANCE,
    "卫生间": RoomType.WASHROOM,
    "厕所": RoomType.WASHROOM,
    "母婴室": RoomType.NURSING,
}
"""Words for types of rooms that institutions write of their own accord."""


class Level(StrEnum):
    """What a column tells of."""

    INSTITUTION = "institution"
    ROOM = "room"
    CAMERA = "camera"


class Kind(Enum):
    """How a value is written."""

    LINE = "line"
    ID = "id"
    COUNT = "count"
    NUMBER = "number"
    DAY = "day"
    FLAG = "flag"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: ``key`` is what the district's file calls the value; ``most`` bounds numbers."""

    level: Level
    key: str
    label: Text
    example: str = ""
    kind: Kind = Kind.LINE
    required: bool = False
    most: float = 0
    choices: Mapping[str, Text] = field(default_factory=dict, hash=False)

    @property
    def name(self) -> str:
        """What programs may write as heading."""
        return f"{self.level}.{self.key}"


class CellError(ValueError):
    """The text of a cell is no value of its column; ``text`` says why."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


_I, _R, _C = Level.INSTITUTION, Level.ROOM, Level.CAMERA
COLUMNS: tuple[Column, ...] = (
    Column(_I, "name", Text("机构名称", "Institution"), "第一托育园", required=True),
    Column(_I, "id", Text("机构编号", "Institution id"), "first-nursery", Kind.ID),
    Column(_I, "name_en", Text("机构英文名", "Institution in English"), "First Nursery"),
    Column(_I, "community", Text("街镇", "Community"), "梅园街道"),
    Column(_I, "address", Text("地址", "Address"), "示例路 1 号"),
    Column(_I, "contact_name", Text("联系人", "Contact"), "示例"),
    Column(_I, "contact_phone", Text("联系电话", "Phone"), "021-00000000"),
    Column(_I, "notice_number", Text("告知书编号", "Notice number"), "示例-0001"),
    Column(
        _I,
        "notice_state",
        Text("告知书状态", "Notice state"),
        "已取得",
        Kind.CHOICE,
        choices=CHOICES[NoticeState],
    ),
    Column(_I, "notice_expires", Text("告知书有效期至", "Notice expires"), "2027-12-31", Kind.DAY),
    Column(_I, "approved_capacity", Text("核定托位", "Places"), "60", Kind.COUNT, most=2000),
    Column(_R, "name", Text("房间名称", "Room"), "托小班"),
    Column(_R, "id", Text("房间编号", "Room id"), "", Kind.ID),
    Column(_R, "name_en", Text("房间英文名", "Room in English"), "Toddler room"),
    Column(_R, "type", Text("房间类型", "Room type"), "活动室", Kind.CHOICE, choices=ROOM_TYPES),
    Column(_R, "class", Text("班型", "Class"), "托小班", Kind.CHOICE, choices=CHOICES[ClassType]),
    Column(_R, "capacity", Text("核定儿童数", "Children"), "15", Kind.COUNT, most=500),
    Column(_R, "person_capacity", Text("核定总人数", "People"), "20", Kind.COUNT, most=1000),
    Column(_C, "name", Text("摄像机名称", "Camera"), "东角"),
    Column(_C, "id", Text("摄像机编号", "Camera id"), "", Kind.ID),
    Column(_C, "name_en", Text("摄像机英文名", "Camera in English"), "East corner"),
    Column(
        _C,
        "url",
        Text("主码流地址", "Main stream URL"),
        "rtsp://10.1.2.3:554/Streaming/Channels/101",
    ),
    Column(
        _C,
        "substream",
        Text("子码流地址", "Substream URL"),
        "rtsp://10.1.2.3:554/Streaming/Channels/102",
    ),
    Column(_C, "username", Text("用户名", "User name"), "viewer"),
    Column(_C, "password", Text("密码", "Password"), ""),
    Column(_C, "analysis_fps", Text("每秒分析帧数", "Frames a second"), "5", Kind.NUMBER, most=30),
    Column(_C, "enabled", Text("启用", "In use"), "是", Kind.FLAG),
)
BY_NAME: Mapping[tuple[Level, str], Column] = {(item.level, item.key): item for item in COLUMNS}


def by_heading() -> dict[str, Column]:
    """Return the column of each heading that is understood, in lower case."""
    return {
        heading.lower(): column
        for column in COLUMNS
        for heading in (column.name, column.label.zh, column.label.en)
    }


def value_of(column: Column, text: str) -> Any:
    """Return what a filled cell says.

    Raises:
        CellError: it is no value of this column.
    """
    if len(text) > _LONGEST:
        raise CellError(Text(f"超过 {_LONGEST} 个字符", f"is longer than {_LONGEST} characters"))
    if column.kind is Kind.ID:
        return _identifier(text)
    if column.kind is Kind.CHOICE:
        return _choice(column, text)
    if column.kind is Kind.FLAG:
        return _flag(text)
    if column.kind is Kind.DAY:
        return _day(text)
    if column.kind in (Kind.COUNT, Kind.NUMBER):
        return _number(column, text)
    return text


def offered(column: Column) -> tuple[Text, ...]:
    """Return the values that a cell of this column may choose from, if any."""
    if column.kind is Kind.FLAG:
        return (YES, NO)
    return tuple(column.choices.values())


def _identifier(text: str) -> str:
    lowered = text.lower()
    if not is_id(lowered):
        raise CellError(
            Text(
                "编号只能用小写字母、数字和连字符，最多 64 个",
                "an id has lower-case letters, digits and hyphens, at most 64",
            )
        )
    return lowered


def _choice(column: Column, text: str) -> str:
    for value, name in column.choices.items():
        if text.lower() in (value, name.zh.lower(), name.en.lower()):
            return value
    if column.choices is ROOM_TYPES and text in _ALSO_CALLED:
        return str(_ALSO_CALLED[text])
    raise CellError(
        Text(
            "不在可选项中：" + "、".join(name.zh for name in column.choices.values()),
            "is none of: " + ", ".join(name.en for name in column.choices.values()),
        )
    )


def _flag(text: str) -> bool:
    lowered = text.lower()
    if lowered in _YES:
        return True
    if lowered in _NO:
        return False
    raise CellError(Text("应填“是”或“否”", "must be yes or no"))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text.replace("/", "-").replace(".", "-"))
    except ValueError:
        raise CellError(
            Text("不是日期，应如 2027-12-31", "is no date such as 2027-12-31")
        ) from None


def _number(column: Column, text: str) -> int | float:
    whole = column.kind is Kind.COUNT
    try:
        number: int | float = int(text) if whole else float(text)
    except ValueError:
        number = 0
    if not math.isfinite(number) or not 0 < number <= column.most:
        raise CellError(
            Text(
                f"应为大于 0、不超过 {column.most:g} 的{'整数' if whole else '数'}",
                f"must be a {'whole ' if whole else ''}number above 0, at most {column.most:g}",
            )
        )
    return int(number) if number == int(number) else number
