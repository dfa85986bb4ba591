"""The history of a register in words: names of fields and values as the forms have them."""

from __future__ import annotations

from monitor.domain.registers import key_fields
from monitor.domain.text import Text
from monitor.registers.forms import Field, form_of, forms, shown
from monitor.registers.names import FIELD_NAMES, NO, YES

_FIELD_OF_COLUMN = {"class_type": "class", "class_key": "id", "room_id": "room", "item_id": "item"}
_NOTHING = Text(zh="–", en="–")


def field_words(column: str) -> Text:
    """Return what a kept value is called; its own name where no form has it."""
    return FIELD_NAMES.get(_FIELD_OF_COLUMN.get(column, column), Text(zh=column, en=column))


def value_words(book: str, column: str, value: object) -> Text:
    """Return a kept value as people read it."""
    if value is None or value == "":
        return _NOTHING
    if isinstance(value, bool):
        return YES if value else NO
    field = _fields(book).get(_FIELD_OF_COLUMN.get(column, column))
    text = str(value)
    return Text(zh=text, en=text) if field is None else shown(field, text)


def key_words(book: str, key: str) -> Text:
    """Return the key of an entry as people read it."""
    if book not in forms():
        return Text(zh=key, en=key)
    names = key_fields(form_of(book).kind)
    parts = key.split("|", len(names) - 1)
    words = [value_words(book, name, part) for name, part in zip(names, parts, strict=False)]
    return Text(zh=" ".join(item.zh for item in words), en=" ".join(item.en for item in words))


def _fields(book: str) -> dict[str, Field]:
    return {field.name: field for field in form_of(book).fields} if book in forms() else {}
