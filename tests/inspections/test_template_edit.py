"""Changing one item leaves the rest of a template's text as it was; differences are all named."""

from __future__ import annotations

import pytest

from monitor.domain.errors import ConfigError, NotFoundError
from monitor.inspections.template import Template, packaged_texts, parse_template
from monitor.inspections.template_diff import differences
from monitor.inspections.template_edit import item_values, with_item

SOURCE = packaged_texts()[0]


def _parsed(source: str) -> Template:
    return parse_template(source.encode("utf-8"), "t")


BASE = _parsed(SOURCE)


@pytest.mark.parametrize("item_id", ["S-01", "S-30", BASE.items[-1].id])
def test_one_item_changes_and_nothing_else(item_id: str) -> None:
    wording = {"zh": "全新: “措辞” # 不是注释", "en": "new: 'wording'"}
    edited = with_item(SOURCE, item_id, {"text": wording, "severity": "minor"})
    found = differences(BASE, _parsed(edited))
    assert {item.item for item in found} == {item_id}
    assert "text" in {item.field for item in found}
    kept = [line for line in SOURCE.splitlines() if line.lstrip().startswith("#")]
    assert [line for line in edited.splitlines() if line.lstrip().startswith("#")] == kept


def test_writing_an_item_as_it_is_changes_no_meaning() -> None:
    source = SOURCE
    for item in BASE.items[::14]:
        source = with_item(source, item.id, {})
    assert differences(BASE, _parsed(source)) == ()
    assert len(_parsed(source).items) == 71


def test_a_part_can_be_removed_and_an_unknown_item_is_named() -> None:
    optional = next(item for item in BASE.items if item.na_when is not None)
    edited = with_item(SOURCE, optional.id, {"na_when": None})
    assert "na_when" not in item_values(edited, optional.id)
    with pytest.raises(NotFoundError, match="X-99"):
        with_item(SOURCE, "X-99", {})


def test_every_kind_of_difference_is_named() -> None:
    edited = (
        SOURCE.replace('version: "2026.12"', 'version: "2026.12-d"')
        .replace("due_days: 15", "due_days: 10")
        .replace("min_score: 90", "min_score: 85")
    )
    fields = {item.field for item in differences(BASE, _parsed(edited))}
    assert fields == {"version", "deadlines.major", "grades"}
    without = SOURCE[: SOURCE.index(f"  - id: {BASE.items[-1].id}")]
    (gone,) = [item for item in differences(BASE, _parsed(without)) if item.field == "item"]
    assert gone.item == BASE.items[-1].id
    assert gone.after == ""


def test_a_condition_must_say_something_and_may_be_put_on_a_section() -> None:
    section = "{id: food, title: {zh: 食品, en: Food}}"
    good = SOURCE.replace(
        section, "{id: food, title: {zh: 食品, en: Food}, when: {room_types: [kitchen]}}"
    )
    assert [d.field for d in differences(BASE, _parsed(good))] == ["sections.food"]
    with pytest.raises(ConfigError, match="says nothing"):
        _parsed(SOURCE.replace(section, "{id: food, title: {zh: 食品, en: Food}, when: {}}"))
