"""Every pair of colours that carries text is readable: WCAG 2 AA, in both themes."""

from __future__ import annotations

import re

import pytest

from monitor.web.rendering import STATIC

_TONES = ("critical", "high", "medium", "technical")
PAIRS = (
    *((text, ground) for text in ("text", "muted") for ground in ("ground", "surface", "raised")),
    *((text, ground) for text in ("accent", "good") for ground in ("surface", "raised", "ground")),
    ("on-accent", "accent"),
    ("accent", "accent-soft"),
    ("good", "good-soft"),
    *((tone, ground) for tone in _TONES for ground in ("surface", f"{tone}-soft", "ground")),
    *((f"on-{tone}", f"{tone}-fill") for tone in _TONES),
    *((text, f"{tone}-soft") for tone in _TONES for text in ("text", "muted")),
)
BORDERS = (("line-strong", "surface"), ("focus", "surface"), ("focus", "ground"))
"""Edges of controls and the focus ring need 3:1 only."""


def _colours(theme: int) -> dict[str, str]:
    sheet = (STATIC / "css" / "tokens.css").read_text("utf-8")
    pattern = r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)"
    return {match[1]: match[2 + theme] for match in re.finditer(pattern, sheet)}


def _luminance(colour: str) -> float:
    channels = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    bright, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_text_is_readable(theme: int) -> None:
    colours = _colours(theme)
    poor = {
        pair: round(_contrast(colours[pair[0]], colours[pair[1]]), 2)
        for pair in PAIRS
        if _contrast(colours[pair[0]], colours[pair[1]]) < 4.5
    }
    assert not poor


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_edges_and_focus_are_visible(theme: int) -> None:
    colours = _colours(theme)
    for one, other in BORDERS:
        assert _contrast(colours[one], colours[other]) >= 3, (one, other)


def test_the_measure_itself_is_right() -> None:
    assert round(_contrast("#ffffff", "#000000"), 1) == 21.0
    assert round(_contrast("#767676", "#ffffff"), 2) == 4.54
