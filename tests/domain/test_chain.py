from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.chain import GENESIS, Link, canonical, chained, look_through

CONTENTS = st.lists(
    st.dictionaries(st.text(max_size=5), st.one_of(st.integers(), st.text(max_size=8)), max_size=4),
    min_size=1,
    max_size=8,
)


def _chain(contents: list[dict[str, Any]]) -> list[Link]:
    made, former = [], GENESIS
    for position, content in enumerate(contents, 1):
        text = canonical({**content, "position": position})
        made.append(Link(position, text, former, chained(former, text)))
        former = made[-1].hash
    return made


@given(CONTENTS)
def test_an_untouched_chain_is_sound(contents: list[dict[str, Any]]) -> None:
    links = _chain(contents)
    verdict = look_through(links)
    assert verdict.sound
    assert (verdict.rows, verdict.head) == (len(links), links[-1].hash)
    assert all(look_through(links, link.hash).sound for link in links)


@given(CONTENTS, st.data())
def test_whatever_is_done_to_a_row_is_found_there(
    contents: list[dict[str, Any]], data: st.DataObject
) -> None:
    links = _chain(contents)
    at = data.draw(st.integers(0, len(links) - 1))
    altered = [*links]
    altered[at] = replace(links[at], content=links[at].content + " ")
    assert look_through(altered).at == at + 1
    # Whoever alters a row and its hash breaks the row behind it.
    altered[at] = replace(altered[at], hash=chained(links[at].former, altered[at].content))
    verdict = look_through(altered, known=links[-1].hash)
    assert not verdict.sound
    if at < len(links) - 1:
        assert verdict.at == at + 2
        assert not look_through(links[:at] + links[at + 1 :]).sound


def test_an_end_that_was_cut_off_is_found_by_a_hash_written_down() -> None:
    links = _chain([{"n": number} for number in range(5)])
    assert look_through(links[:3]).sound
    assert not look_through(links[:3], known=links[4].hash).sound
    assert look_through([]).head == GENESIS


def test_content_has_one_form() -> None:
    assert canonical({"b": 1, "a": "幼"}) == '{"a":"幼","b":1}'
