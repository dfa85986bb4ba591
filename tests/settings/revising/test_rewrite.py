"""Changing a file by program: it comes to mean what is wanted, and the rest stays as it was."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.documents import parse_document
from monitor.domain.errors import ConflictError
from monitor.settings.revising.rewrite import rewritten, same

SAMPLE = (Path(__file__).parents[3] / "configs" / "district.yaml").read_text("utf-8")
FILE = "district.yaml"

texts = st.text(st.sampled_from("ab:#-{}[],'\"& *!%@`?|>0 1托\n~"), max_size=6)
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(-9, 99), st.floats(-4, 4), st.dates(), texts
)
keys = st.sampled_from(["id", "name", "zh", "after", "rules", "polygon", "on", "x-y"])
values = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(keys, inner, max_size=3),
        st.lists(
            st.fixed_dictionaries(
                {"id": st.sampled_from(["a", "b", "c", "d"])}, optional={"v": inner, "w": inner}
            ),
            max_size=3,
            unique_by=lambda item: item["id"],
        ),
    ),
    max_leaves=14,
)
documents = st.dictionaries(keys, values, min_size=1, max_size=4)


def value() -> Any:
    return parse_document(SAMPLE, FILE).value


@settings(max_examples=200, deadline=None)
@given(documents, documents, st.sampled_from([True, False, None]))
def test_it_means_what_is_wanted_or_is_refused(
    present: dict[str, Any], wanted: dict[str, Any], style: bool | None
) -> None:
    text = yaml.safe_dump(present, default_flow_style=style, allow_unicode=True, sort_keys=False)
    present = parse_document(text, FILE).value
    wanted = {"id": "it", **wanted}
    present["id"] = "was"
    text = yaml.safe_dump(present, default_flow_style=style, allow_unicode=True, sort_keys=False)
    assert same(parse_document(rewritten(text, FILE, wanted), FILE).value, wanted)


def test_what_is_not_touched_keeps_its_comments_and_its_layout() -> None:
    wanted = value()
    room = wanted["institutions"][0]["rooms"][0]
    camera = room["cameras"][0]
    room["capacity"] = 14
    camera["masks"] = [[[0.0, 0.0], [0.25, 0.0], [0.25, 0.25]]]
    camera["zones"][0]["polygon"][0] = [0.2, 0.6]
    del camera["lines"][1]
    del camera["blind"]
    after = rewritten(SAMPLE, FILE, wanted)
    assert same(parse_document(after, FILE).value, wanted)
    gone = [line for line in SAMPLE.splitlines() if line not in after.splitlines()]
    fresh = [line for line in after.splitlines() if line not in SAMPLE.splitlines()]
    assert [line.strip().partition(" ")[0] for line in gone] == [
        "capacity:",
        "-",
        "-",
        "blind:",
        "-",
    ]
    assert "            masks:" in fresh
    assert "              - [[0.0, 0.0], [0.25, 0.0], [0.25, 0.25]]" in fresh
    assert "        capacity: 14           # children" in fresh
    assert "# children and adults" in after


def test_a_camera_taken_away_and_brought_back_leaves_the_file_meaning_the_same() -> None:
    wanted = value()
    del wanted["institutions"][0]["rooms"][1]
    without = rewritten(SAMPLE, FILE, wanted)
    assert "first-wc" not in without.replace("leads_to: first-wc", "")
    before = value()
    rooms = before["institutions"][0]["rooms"]
    rooms.append(rooms.pop(1))
    assert same(parse_document(rewritten(without, FILE, before), FILE).value, before)


def test_the_same_meaning_leaves_the_very_same_text() -> None:
    assert rewritten(SAMPLE, FILE, value()) == SAMPLE


def test_a_file_with_aliases_is_refused_instead_of_damaged() -> None:
    text = "version: 1\none: &a {x: 1}\ntwo: *a\n"
    wanted = {"version": 1, "one": {"x": 2}, "two": {"x": 1}}
    with pytest.raises(ConflictError, match="cannot be changed by program"):
        rewritten(text, FILE, copy.deepcopy(wanted))
