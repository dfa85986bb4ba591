"""Pictures as a reader of their text, and of their geometry, finds them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.inspections.pictures import (
    Bar,
    Cell,
    HeatRow,
    Picture,
    Series,
    Table,
    bars,
    heat,
    lines,
)
from monitor.inspections.pictures.drawing import shortened
from monitor.inspections.pictures.scale import scale

SVG = "{http://www.w3.org/2000/svg}"
MONTHS = ("9月", "10月", "11月")
HOSTILE = '<script>alert(1)</script>"&\x00\ud800'


def read(picture: Picture) -> ET.Element:
    return ET.fromstring(picture.svg)


def drawn(*series: Series, ceiling: float | None = None, months: Sequence[str] = MONTHS) -> Picture:
    return lines(
        "trend",
        "Coverage",
        "It grows",
        months,
        series,
        "{:g}".format,
        axis="Month",
        nothing="No data",
        ceiling=ceiling,
    )


def test_a_picture_says_what_it_shows_to_those_who_do_not_see_it() -> None:
    picture = drawn(Series("Visits", (1, 2, 3)))
    root = read(picture)
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title is not None
    assert description is not None
    assert (title.text, description.text) == ("Coverage", "It grows")
    assert root.get("aria-labelledby") == f"{title.get('id')} {description.get('id')}"
    assert root.get("role") == "img"


def test_lines_of_which_nothing_is_known_say_so() -> None:
    def words(picture: Picture) -> list[str | None]:
        return [one.text for one in read(picture).iter(f"{SVG}text")]

    assert "No data" in words(drawn(Series("Cameras", (None, None, None)), ceiling=1))
    assert "No data" not in words(drawn(Series("Cameras", (None, 0.9, None)), ceiling=1))


def test_the_table_beside_it_has_the_same_figures() -> None:
    picture = drawn(Series("Visits", (1, None, 3)), Series("Missed", (0, 2, None)))
    assert picture.table == Table(
        ("Month", "Visits", "Missed"),
        (("9月", "1", "0"), ("10月", "–", "2"), ("11月", "3", "–")),
    )


def test_what_is_not_known_leaves_a_gap() -> None:
    whole, broken = drawn(Series("a", (1, 2, 3))), drawn(Series("a", (1, None, 3)))
    assert len(read(whole).findall(f"{SVG}circle")) == 4  # one stands in the legend
    assert len(read(broken).findall(f"{SVG}circle")) == 3
    assert whole.svg.count("stroke-linejoin") == 2
    assert broken.svg.count("stroke-linejoin") == 1  # only the legend's: no two months touch


def test_higher_values_lie_higher_and_to_scale() -> None:
    picture = drawn(Series("a", (0, 50, 100)), ceiling=100)
    circles = read(picture).findall(f"{SVG}circle")[1:]
    low, middle, high = (float(circle.get("cy", "0")) for circle in circles)
    assert low > middle > high
    assert middle == pytest.approx((low + high) / 2, abs=0.02)


def test_lines_differ_by_more_than_their_colour() -> None:
    picture = drawn(*(Series(name, (1, 2, 3)) for name in "abc"))
    dashes = set(re.findall(r'stroke-dasharray="([^"]+)"', picture.svg))
    assert len(dashes) == 2  # the third is drawn without


@given(st.lists(st.floats(0, 1e7), min_size=1, max_size=12), st.booleans())
def test_a_scale_holds_its_values_with_few_round_ticks(values: list[float], whole: bool) -> None:
    found = scale(values, whole=whole)
    assert found.low <= min(values)
    assert found.high >= max(values) * (1 - 1e-9)
    assert 2 <= len(found.ticks) <= 7
    assert list(found.ticks) == sorted(set(found.ticks))
    if whole:
        assert all(tick == int(tick) for tick in found.ticks)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=12))
def test_shares_reach_up_to_the_whole(values: list[float]) -> None:
    found = scale(values, ceiling=1.0)
    assert found.high == found.ticks[-1] == 1.0
    assert found.low <= min(values)


def test_bars_are_as_long_as_their_parts() -> None:
    rows = [Bar("one", (10, 0), "10"), Bar("two", (5, 5), "10")]
    parts = (("failed", "bad"), ("blank", "wait"))
    picture = bars("b", "Items", "Worst", rows, parts, axis="Item", last="All")  # type: ignore[arg-type]
    widths = [float(one.get("width", "0")) for one in read(picture).findall(f"{SVG}rect")][2:]
    assert widths == [pytest.approx(2 * widths[1]), widths[1], widths[1]]
    assert picture.table.rows == (("one", "10", "0", "10"), ("two", "5", "5", "10"))


def test_a_heat_map_marks_every_field_once() -> None:
    good, bad = Cell("passed", "pale"), Cell("failed", "bad", 0.5)
    rows = [HeatRow("a", [good, bad, None], "1"), HeatRow("b", [bad, bad, good], "2")]
    table = Table(("x",), (("y",),))
    picture = heat("h", "Map", "Who", ("1", "2", "3"), rows, (good, bad), table)
    paths = read(picture).findall(f"{SVG}path")
    squares = {
        path.get("class"): (path.get("d") or "").count("M") for path in paths if path.get("class")
    }
    assert (squares["f-pale"], squares["f-bad"]) == (2, 3)
    assert picture.table is table


def test_hostile_names_are_only_shown() -> None:
    series, row = Series(HOSTILE, (1, 2, 3)), HeatRow(HOSTILE, [None], HOSTILE)
    bar = Bar(HOSTILE, (1,), HOSTILE)
    for picture in (
        lines(HOSTILE, HOSTILE, HOSTILE, MONTHS, [series], str, axis="x", nothing=""),
        bars("k", HOSTILE, "d", [bar], [(HOSTILE, "bad")], axis="", last=""),
        heat("k", "t", "d", [HOSTILE], [row], (), Table((), ())),
    ):
        root = read(picture)
        assert not [one for one in root.iter() if one.tag.endswith("script")]


@given(st.text(max_size=30), st.integers(2, 20))
def test_a_shortened_name_fits(words: str, most: int) -> None:
    found = shortened(words, most)
    assert sum(2 if ord(char) > 0x2E7F else 1 for char in found.rstrip("…")) <= most
    assert found == words or found.endswith("…")


def test_the_same_figures_give_the_same_picture() -> None:
    assert drawn(Series("a", (1 / 3, 2, 3))).svg == drawn(Series("a", (1 / 3, 2, 3))).svg
