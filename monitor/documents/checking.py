"""Documents against a schema: what is wrong, in plain words of both languages.

Pydantic says it in English; the Chinese is added here by the kind of mistake, and plainer words of
both where Pydantic speaks of what only programmers know.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from monitor.documents.complaint import CORRECT, Complaint, refusal
from monitor.documents.reading import Document
from monitor.domain.errors import WrongValueError
from monitor.domain.text import Text

M = TypeVar("M", bound=BaseModel)
_NAMED = Text("请从列出的值中选用", "use one of the values named")
_HINTS: Mapping[str, Text] = {
    "extra_forbidden": Text(
        "删除它，或对照 docs/reference 检查拼写",
        "remove it, or check its spelling against docs/reference",
    ),
    "missing": Text("补上", "add it"),
    "enum": _NAMED,
    "literal_error": _NAMED,
}
CHINESE: Mapping[str, str] = {
    "bool_parsing": "应为 true 或 false",
    "bool_type": "应为 true 或 false",
    "date_from_datetime_inexact": "应只写日期，不写时刻",
    "date_from_datetime_parsing": "应为日期，如 2026-11-23",
    "date_future": "应为将来的日期",
    "date_parsing": "应为日期，如 2026-11-23",
    "date_past": "应为过去的日期",
    "date_type": "应为日期，如 2026-11-23",
    "datetime_from_date_parsing": "应为日期和时刻，如 2026-11-23T08:30",
    "datetime_future": "应为将来的时刻",
    "datetime_object_invalid": "应为日期和时刻，如 2026-11-23T08:30",
    "datetime_parsing": "应为日期和时刻，如 2026-11-23T08:30",
    "datetime_past": "应为过去的时刻",
    "datetime_type": "应为日期和时刻，如 2026-11-23T08:30",
    "enum": "应为 {expected}",
    "finite_number": "应为有限的数",
    "float_parsing": "应为数",
    "float_type": "应为数",
    "greater_than": "应大于 {gt}",
    "greater_than_equal": "应不小于 {ge}",
    "int_from_float": "应为整数",
    "int_parsing": "应为整数",
    "int_parsing_size": "数太大",
    "int_type": "应为整数",
    "less_than": "应小于 {lt}",
    "less_than_equal": "应不大于 {le}",
    "literal_error": "应为 {expected}",
    "multiple_of": "应为 {multiple_of} 的倍数",
    "path_type": "应为路径",
    "string_not_ascii": "只能用 ASCII 字符",
    "string_pattern_mismatch": "写法不对，应符合“{pattern}”",
    "string_too_long": "最多 {max_length} 个字符",
    "string_too_short": "至少 {min_length} 个字符",
    "string_type": "应为文字",
    "string_unicode": "应为 UTF-8 文字",
    "timezone_aware": "应写明时区",
    "timezone_naive": "不应写时区",
    "timezone_offset": "时区不对",
}
"""The Chinese of each kind of mistake whose English is Pydantic's own."""

_MAPPING = Text("应为“键: 值”的形式", "must be a mapping of keys and values")
_LIST = Text("应为列表", "must be a list")
_WHOLE: Mapping[str, Text] = {
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
    "dict_type": _MAPPING,
    "mapping_type": _MAPPING,
    "tuple_type": _LIST,
    "list_type": _LIST,
    "invalid_key": Text("键应为文字", "keys must be text"),
}
"""What is said of a kind of mistake whatever its circumstances."""


def checked(document: Document, schema: type[M], context: Mapping[str, Any] | None = None) -> M:
    """Return the document as ``schema`` says it must be.

    Raises:
        ConfigError: it is not; every mistake is listed with its line.
    """
    try:
        return schema.model_validate(document.value, context=dict(context or {}))
    except ValidationError as error:
        raise refusal(document, list(schema_complaints(error.errors()))) from None


def schema_complaints(details: Sequence[ErrorDetails]) -> Iterator[Complaint]:
    """Yield the complaints that a failed validation comes to."""
    for detail in details:
        location = tuple(part for part in detail["loc"] if part != "function-before")
        # A list whose entries are wrong also counts as too short: say the cause only.
        if detail["type"] != "too_short" or sum(_within(detail, other) for other in details) == 1:
            hint = _HINTS.get(detail["type"], CORRECT)
            yield Complaint(location, words_of(detail), hint)


def words_of(detail: ErrorDetails) -> Text:
    """Return what one validation error says."""
    kind, context = detail["type"], detail.get("ctx", {})
    if kind in _MADE:
        return _MADE[kind](detail["loc"][-1] if detail["loc"] else "", context)
    if kind in _WHOLE:
        return _WHOLE[kind]
    error = context.get("error")
    if kind == "value_error" and isinstance(error, WrongValueError):
        return error.text
    english = detail["msg"].removeprefix("Value error, ")
    shown = {name: _shown(value) for name, value in context.items()}
    return Text(CHINESE.get(kind, "不符合要求").format(**shown), english[:1].lower() + english[1:])


def _within(detail: ErrorDetails, other: ErrorDetails) -> bool:
    return other["loc"][: len(detail["loc"])] == detail["loc"]


def _shown(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).replace(", ", "、").replace(" or ", " 或 ")


def _unknown(name: Any, _context: Mapping[str, Any]) -> Text:
    return Text(f"没有“{name}”这一项", f"unknown key '{name}'")


def _missing(name: Any, _context: Mapping[str, Any]) -> Text:
    return Text(f"缺少“{name}”", f"'{name}' is missing")


def _too_short(_name: Any, context: Mapping[str, Any]) -> Text:
    least, actual, unit = context["min_length"], context["actual_length"], _unit(context)
    if least == 1:
        return Text("不能为空", "must not be empty")
    return Text(
        f"至少 {least} {unit.zh}，现有 {actual} {unit.zh}",
        f"needs at least {least} {unit.en}, not {actual}",
    )


def _too_long(_name: Any, context: Mapping[str, Any]) -> Text:
    most, actual, unit = context["max_length"], context["actual_length"], _unit(context)
    return Text(
        f"最多 {most} {unit.zh}，现有 {actual} {unit.zh}",
        f"may have at most {most} {unit.en}, not {actual}",
    )


def _unit(context: Mapping[str, Any]) -> Text:
    # So Pydantic calls what it measures itself: texts behind validators, and secrets.
    if context["field_type"] == "Value":
        return Text("个字符", "characters")
    return Text("项", "entries")


_MADE: Mapping[str, Callable[[Any, Mapping[str, Any]], Text]] = {
    "extra_forbidden": _unknown,
    "missing": _missing,
    "too_long": _too_long,
    "too_short": _too_short,
}
"""What is said of a kind of mistake by the last part of its place and its circumstances."""
