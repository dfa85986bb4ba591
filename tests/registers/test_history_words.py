from __future__ import annotations

from dataclasses import fields

import pytest

from monitor.domain.registers import DailyLog, LogKind, key_text
from monitor.domain.text import Text
from monitor.registers.forms import forms
from monitor.registers.history import field_words, key_words, value_words
from monitor.registers.names import FIELD_NAMES
from tests.registers.test_register_repository import TODAY


@pytest.mark.parametrize("book", forms())
def test_every_value_that_is_kept_has_a_name(book: str) -> None:
    for item in fields(forms()[book].kind):
        columns = ("name_zh", "name_en") if item.type == "Text" else (item.name,)
        for column in columns:
            assert field_words(column) in FIELD_NAMES.values(), (book, column)


def test_values_and_keys_read_as_in_the_form() -> None:
    assert value_words("drills", "kind", "fire") == Text(zh="消防疏散", en="fire evacuation")
    assert value_words("staff", "banned", True) == Text(zh="是", en="yes")
    assert value_words("classes", "class_type", "infant").en == "infants, 6–12 months"
    assert value_words("drills", "attended", 41).zh == "41"
    assert value_words("papers", "expires", None).zh == "–"
    log = key_text(DailyLog(LogKind.FIRE_PATROL, TODAY, "x"))
    assert key_words("logs", log) == Text(zh="防火巡查 2026-11-23", en="fire patrol 2026-11-23")
    assert key_words("papers", "notice|a|b").en == "Notice a|b"
    assert key_words("notice_steps", "2026-11-23").en == "2026-11-23"
