"""Books as forms: which fields an entry has, how they are written, and what is wrong with them.

The same description serves the pages, the spreadsheets and the API, and everything passes the
schema of register files in the end: no way in is laxer than another.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields
from datetime import date
from enum import Enum, StrEnum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

from pydantic import ValidationError

from monitor.domain.errors import NotFoundError
from monitor.domain.registers import Entry, key_fields
from monitor.domain.text import Text
from monitor.registers import schema
from monitor.registers.load import ENTRY_KINDS, entry_of
from monitor.registers.names import BOOK_TITLES, CHOICES, FIELD_NAMES, NO, YES

_PARTS: dict[str, type[schema.Part]] = {
    "papers": schema.PaperPart,
    "classes": schema.ClassPart,
    "staff": schema.StaffPart,
    "plans": schema.PlanPart,
    "drills": schema.DrillPart,
    "fire_checks": schema.FireCheckPart,
    "fire_equipment": schema.FireEquipmentPart,
    "panic_tests": schema.PanicTestPart,
    "logs": schema.LogPart,
    "incidents": schema.IncidentPart,
    "hazards": schema.HazardPart,
    "child_months": schema.ChildMonthPart,
    "day_exceptions": schema.DayPart,
}
_INPUT_NAMES = {"class_type": "class", "room_id": "room", "item_id": "item"}
_YES = {"是", "yes", "y", "true", "1", "on", "√", "有"}
_NO = {"否", "no", "n", "false", "0", "off", "×", "无", ""}
_REQUIRED = Text(zh="必填", en="is needed")
_RULES = {
    "a part cannot be larger than its whole": Text(
        zh="部分不能大于总数", en="a part cannot be larger than its whole"
    ),
    "'due' and 'closed' cannot be before 'opened'": Text(
        zh="期限和完成日期不能早于发现日期", en="'due' and 'closed' cannot be before 'found'"
    ),
}


class FieldKind(StrEnum):
    """How a value is written."""

    LINE = "line"
    DAY = "day"
    COUNT = "count"
    FLAG = "flag"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Field:
    """One field: ``name`` in forms and files, ``choices`` by value; ``key`` cannot be changed."""

    name: str
    label: Text
    kind: FieldKind
    required: bool
    key: bool
    choices: Mapping[str, Text]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field; ``field`` is ``None`` where it is the whole entry."""

    field: Field | None
    message: Text


@dataclass(frozen=True, slots=True)
class Form:
    """One book of a register as people fill it in."""

    book: str
    title: Text
    kind: type[Entry]
    fields: tuple[Field, ...]


@cache
def forms() -> Mapping[str, Form]:
    """Return the form of each book that institutions keep, in order."""
    return {book: _form(book) for book in BOOK_TITLES}


def form_of(book: str) -> Form:
    """Return the form of one book.

    Raises:
        NotFoundError: there is no such book.
    """
    if book not in forms():
        raise NotFoundError(
            Text("登记簿中没有这一册", "there is no such book in a register"), where=book
        )
    return forms()[book]


def read_entry(form: Form, written: Mapping[str, str]) -> Entry | tuple[Problem, ...]:
    """Return the entry that was written into a form, or everything that is wrong with it."""
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for field in form.fields:
        text = written.get(field.name, "").strip()
        if not text and field.kind is not FieldKind.FLAG:
            if field.required:
                problems.append(Problem(field, _REQUIRED))
            elif field.name == "expires":
                values[field.name] = None
            continue
        value = _read(field, text)
        if isinstance(value, Problem):
            problems.append(value)
        else:
            values[field.name] = value
    if problems:
        return tuple(problems)
    try:
        part = _PARTS[form.book].model_validate(_nested(form, values))
        return entry_of(part, form.kind)
    except ValidationError as error:
        return tuple(_translated(form, error))


def written_of(form: Form, entry: Entry) -> dict[str, str]:
    """Return an entry as it would be written into its form."""
    written: dict[str, str] = {}
    for item in fields(entry):
        value = getattr(entry, item.name)
        name = _INPUT_NAMES.get(item.name, item.name)
        if isinstance(value, Text):
            written["name_zh"], written["name_en"] = value.zh, value.en
        elif isinstance(value, bool):
            written[name] = "yes" if value else "no"
        elif isinstance(value, Enum):
            written[name] = str(value.value)
        else:
            written[name] = "" if value is None else str(value)
    return {field.name: written.get(field.name, "") for field in form.fields}


def shown(field: Field, written: str) -> Text:
    """Return a written value as people read it."""
    if field.kind is FieldKind.CHOICE and written in field.choices:
        return field.choices[written]
    if field.kind is FieldKind.FLAG:
        return YES if written == "yes" else NO
    return Text(written, written)


def _form(book: str) -> Form:
    kind, part = ENTRY_KINDS[book], _PARTS[book]
    hints = get_type_hints(kind)
    found: list[Field] = []
    for item in fields(kind):
        name = _INPUT_NAMES.get(item.name, item.name)
        key = item.name in key_fields(kind)
        if hints[item.name] is Text:
            found += [
                Field(half, FIELD_NAMES[half], FieldKind.LINE, True, False, {})
                for half in ("name_zh", "name_en")
            ]
            continue
        plain = _plain(hints[item.name])
        choices = _choices(plain)
        found.append(
            Field(
                name,
                FIELD_NAMES[name],
                FieldKind.CHOICE if choices else _KINDS[plain],
                (key and item.default is MISSING) or _required(part, name),
                key,
                choices,
            )
        )
    return Form(book, BOOK_TITLES[book], kind, tuple(found))


_KINDS = {str: FieldKind.LINE, date: FieldKind.DAY, int: FieldKind.COUNT, bool: FieldKind.FLAG}


def _plain(hint: Any) -> Any:
    if get_origin(hint) in (Union, types.UnionType):
        return next(arm for arm in get_args(hint) if arm is not type(None))
    return hint


def _choices(plain: Any) -> dict[str, Text]:
    if isinstance(plain, type) and issubclass(plain, StrEnum):
        return {member.value: CHOICES[plain][member.value] for member in plain}
    return {}


def _required(part: type[schema.Part], name: str) -> bool:
    if name == "expires":
        return False  # in files it must be said that a paper has no end; a form leaves it empty
    for attribute, info in part.model_fields.items():
        if name in (info.alias, attribute):
            return info.is_required()
    return False


def _read(field: Field, text: str) -> Any:
    if field.kind is FieldKind.DAY:
        return _day(field, text)
    if field.kind is FieldKind.COUNT:
        try:
            return int(float(text)) if float(text).is_integer() else _wrong_count(field, text)
        except (ValueError, OverflowError):
            return _wrong_count(field, text)
    if field.kind is FieldKind.FLAG:
        if text.lower() in _YES:
            return True
        if text.lower() in _NO:
            return False
        return Problem(field, Text(zh=f"“{text}”不是“是”或“否”", en=f"'{text}' is not yes or no"))
    if field.kind is FieldKind.CHOICE:
        return _choice(field, text)
    return text


def _wrong_count(field: Field, text: str) -> Problem:
    return Problem(field, Text(zh=f"“{text}”不是整数", en=f"'{text}' is not a whole number"))


def _day(field: Field, text: str) -> date | Problem:
    parts = text.replace("年", "-").replace("月", "-").replace("日", "")
    numbers = parts.replace("/", "-").replace(".", "-").split("-")
    try:
        year, month, day = (int(number) for number in numbers)
        return date(year, month, day)
    except (ValueError, OverflowError):
        message = Text(
            zh=f"“{text}”不是日期，请写作 2026-11-23",
            en=f"'{text}' is not a day such as 2026-11-23",
        )
        return Problem(field, message)


def _choice(field: Field, text: str) -> str | Problem:
    for value, name in field.choices.items():
        if text.lower() in (value.lower(), name.zh.lower(), name.en.lower()):
            return value
    allowed_zh = "、".join(name.zh for name in field.choices.values())
    allowed_en = ", ".join(name.en for name in field.choices.values())
    return Problem(
        field,
        Text(zh=f"“{text}”不在可选项中：{allowed_zh}", en=f"'{text}' is none of: {allowed_en}"),
    )


def _nested(form: Form, values: Mapping[str, Any]) -> dict[str, Any]:
    plain = {key: value for key, value in values.items() if key not in ("name_zh", "name_en")}
    if form.book == "classes":
        plain["name"] = {"zh": values["name_zh"], "en": values["name_en"]}
    return plain


def _translated(form: Form, error: ValidationError) -> Iterator[Problem]:
    names = {field.name: field for field in form.fields}
    for detail in error.errors():
        where = [str(part) for part in detail["loc"]]
        name = f"name_{where[1]}" if where[:1] == ["name"] and len(where) > 1 else ""
        field = names.get(name) or names.get(where[0] if where else "")
        yield Problem(field, _message(detail["type"], detail["msg"], detail.get("ctx", {})))


def _message(kind: str, message: str, context: Mapping[str, Any]) -> Text:
    limits = {
        "greater_than_equal": ("ge", "不能小于", "must be at least"),
        "less_than_equal": ("le", "不能大于", "must be at most"),
        "string_too_long": ("max_length", "字数不能超过", "must not be longer than"),
    }
    if kind in limits:
        name, zh, en = limits[kind]
        return Text(zh=f"{zh} {context[name]}", en=f"{en} {context[name]}")
    plain = message.removeprefix("Value error, ")
    return _RULES.get(plain, Text(zh=f"不正确（{plain}）", en=plain))
