"""Whatever a schema has against a document is said in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, Any, get_args

import pytest
from pydantic import AfterValidator, BaseModel, Field, SecretStr, TypeAdapter, ValidationError
from pydantic_core import PydanticCustomError, PydanticKnownError
from pydantic_core.core_schema import ErrorType

from monitor.documents.checking import CHINESE, schema_complaints, words_of
from monitor.domain.errors import WrongValueError
from monitor.domain.text import Text
from monitor.inspections.schema import TemplateFile
from monitor.registers.schema import RegisterFile
from monitor.settings import Settings
from monitor.settings.camera_file import CameraFile

CHARACTERS = re.compile(r"[\u4e00-\u9fff]")
SCALARS = {
    "str": "string_",
    "int": "int_",
    "float": "float_",
    "bool": "bool_",
    "date": "date_",
    "datetime": "datetime_",
}
COLLECTIONS = {"tuple", "list", "dict"}
OTHERS = {
    "float": ("finite_number",),
    "datetime": ("timezone_naive", "timezone_aware", "timezone_offset"),
    "tuple": ("tuple_type",),
    "list": ("list_type",),
    "dict": ("dict_type", "mapping_type"),
    "enum": ("enum",),
    "literal": ("literal_error",),
    "model": ("model_type", "model_attributes_type", "missing", "extra_forbidden", "invalid_key"),
    "is-instance": ("path_type",),
}
BOUNDS = {
    "gt": "greater_than",
    "ge": "greater_than_equal",
    "lt": "less_than",
    "le": "less_than_equal",
    "multiple_of": "multiple_of",
}
WITHOUT_WORDS = {
    "any",
    "chain",
    "default",
    "definition-ref",
    "definitions",
    "function-after",
    "function-before",
    "function-plain",
    "function-wrap",
    "json-or-python",
    "lax-or-strict",
    "model-field",
    "model-fields",
    "no-info",
    "nullable",
    "union",
    "with-info",
}
CONTEXT: Mapping[str, Any] = {
    **dict.fromkeys(BOUNDS, 2.0),
    "min_length": 2,
    "max_length": 2,
    "actual_length": 3,
    "class_name": "Part",
    "field_type": "Tuple",
    "expected": "'a', 'b' or 'c'",
    "pattern": "x+",
    "error": "too short",
    "tz_expected": 0,
    "tz_actual": 3600,
}


def nodes(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        if isinstance(schema.get("type"), str):
            yield schema
        for key, value in schema.items():
            if key not in ("metadata", "default", "serialization", "members", "ref"):
                yield from nodes(value)
    elif isinstance(schema, list | tuple):
        for item in schema:
            yield from nodes(item)


def kinds_of(node: dict[str, Any]) -> Iterator[str]:
    """Yield every kind of mistake that a node of a core schema can find."""
    kind = node["type"]
    known = kind in SCALARS or kind in OTHERS or kind in WITHOUT_WORDS
    assert known, f"what does a schema of type '{kind}' complain of?"
    if kind in SCALARS:
        yield from (item for item in get_args(ErrorType) if item.startswith(SCALARS[kind]))
    yield from OTHERS.get(kind, ())
    yield from (error for key, error in BOUNDS.items() if key in node)
    if kind in COLLECTIONS:
        yield from ("too_short", "too_long")


def raised(error: Exception) -> Text:
    def refuse(_value: object) -> object:
        raise error

    with pytest.raises(ValidationError) as caught:
        TypeAdapter(Annotated[Any, AfterValidator(refuse)]).validate_python(1)
    return words_of(caught.value.errors()[0])


def made(kind: str) -> Exception:
    if kind in get_args(ErrorType):
        return PydanticKnownError(kind, dict(CONTEXT))  # type: ignore[arg-type]
    return PydanticCustomError(kind, "input is not right")


@pytest.mark.parametrize("model", [Settings, CameraFile, TemplateFile, RegisterFile])
def test_every_mistake_that_a_file_can_have_is_named_in_chinese(model: type[BaseModel]) -> None:
    wanted = {kind for node in nodes(model.__pydantic_core_schema__) for kind in kinds_of(node)}
    assert len(wanted) > 20
    for kind in sorted(wanted):
        words = raised(made(kind))
        assert CHARACTERS.search(words.zh), kind
        assert words.zh != raised(made("no_such_kind")).zh, kind
        assert "{" not in words.zh, words.zh
        assert words.en, kind
        assert not CHARACTERS.search(words.en), kind


def test_no_chinese_is_there_for_nothing() -> None:
    assert {kind for kind in CHINESE if kind not in get_args(ErrorType)} == {"path_type"}


def test_what_a_mistake_is_about_stands_in_its_words() -> None:
    assert raised(made("greater_than")).zh == "应大于 2"
    assert raised(made("literal_error")).zh == "应为 'a'、'b' 或 'c'"
    assert raised(WrongValueError(Text("不行", "no"))) == Text("不行", "no")


class _List(BaseModel):
    items: tuple[int, ...] = Field(min_length=2)
    password: SecretStr = Field(SecretStr("secret"), min_length=6)


def test_a_list_with_wrong_entries_is_not_called_too_short() -> None:
    for value, chinese in (
        ({"items": ["x", "y"]}, ["应为整数", "应为整数"]),
        ({"items": [1]}, ["至少 2 项，现有 1 项"]),
        ({"items": [1, 2], "password": "abc"}, ["至少 6 个字符，现有 3 个字符"]),
        ({"items": 1}, ["应为列表"]),
        ({}, ["缺少“items”"]),
    ):
        with pytest.raises(ValidationError) as caught:
            _List.model_validate(value)
        found = list(schema_complaints(caught.value.errors()))
        assert [item.message.zh for item in found] == chinese
        assert all(CHARACTERS.search(item.hint.zh) for item in found)
