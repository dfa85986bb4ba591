"""Out, in, and out again: byte for byte the same, whatever the configuration says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.documents import parse_document
from monitor.settings.load import examined
from monitor.settings.onboarding.dump import dumped
from monitor.settings.revising.rewrite import rewritten, same
from monitor.settings.revising.secrets import MASK, hidden_text, restored

NAME = "district.yaml"

words = st.text(st.sampled_from("ab托儿 :#-'\"\\{}[],&*?!%@|>~0"), min_size=1, max_size=8).map(
    lambda text: f"x{text}y"
)
names = words | st.fixed_dictionaries({"zh": words, "en": words})
share = st.floats(0, 1, width=32).map(lambda value: round(value, 4)) | st.sampled_from([0, 1])
secrets = st.text(st.sampled_from("abc%24!$-_.~'"), min_size=1, max_size=9)
urls = st.builds(
    "rtsp://{}:{}@10.0.0.{}:554/ch/{}".format,
    st.just("viewer"),
    secrets,
    st.integers(1, 9),
    st.integers(0, 9),
)
corner = st.tuples(share, share).map(list)
masks = st.lists(
    st.just([[0, 0], [0.5, 0], [0.5, 0.25]]) | st.just([[0.1, 0.1], [1, 0.1], [1, 1]]), max_size=2
)
zones = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.sampled_from(["mat", "door-a", "cots"]),
            "polygon": st.just([[0, 0], [1, 0], [1, 0.7]]),
        },
        optional={"capacity": st.integers(1, 9), "kind": st.sampled_from(["mat", "other"])},
    ),
    max_size=2,
    unique_by=lambda zone: zone["id"],
)
cameras = st.fixed_dictionaries(
    {"name": names, "url": urls},
    optional={"masks": masks, "zones": zones, "enabled": st.booleans(), "substream": urls},
)
rooms = st.fixed_dictionaries(
    {"name": names, "type": st.sampled_from(["activity", "nap", "outdoor"])},
    optional={
        "capacity": st.integers(1, 40),
        "opening_hours": st.sampled_from(["07:30-17:30", ["07:30-11:00", "13:00-17:00"]]),
        "rules": st.just({"crowding": {"after": "60s"}}),
        "cameras": st.lists(cameras, max_size=2),
    },
)
institutions = st.fixed_dictionaries(
    {"name": names}, optional={"community": words, "rooms": st.lists(rooms, max_size=2)}
)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    found = draw(st.lists(institutions, max_size=2))
    number = 0
    for institution in found:
        for place in (institution, *institution.get("rooms", ())):
            for item in (place, *place.get("cameras", ())):
                item["id"] = f"p-{(number := number + 1)}"
    return {
        "version": 1,
        "sources": {"networks": ["10.0.0.0/8"]},
        "district": {"id": "d", "name": draw(names)},
        "institutions": found,
    }


def written(document: dict[str, Any], style: str) -> str:
    if style == "neat":
        return f"# by hand\n{dumped(document)}"
    return yaml.safe_dump(
        document, default_flow_style=style == "flow", allow_unicode=True, sort_keys=False
    )


def brought_in(text: str, present: str) -> str:
    """Return what a file comes to say when an export is imported into it."""
    value, missing = restored(parse_document(text, NAME).value, parse_document(present, NAME).value)
    assert not missing
    return rewritten(text, NAME, value)


@settings(max_examples=60, deadline=None)
@given(documents(), st.sampled_from(["neat", "flow", "block"]))
def test_export_import_export_is_identical(document: dict[str, Any], style: str) -> None:
    text = written(document, style)
    _, mistakes = examined(parse_document(text, NAME), Path("/"))
    assert mistakes == []
    export = hidden_text(text, NAME)
    after = brought_in(export, text)
    assert same(parse_document(after, NAME).value, parse_document(text, NAME).value)
    assert hidden_text(after, NAME) == export
    assert brought_in(hidden_text(after, NAME), after) == after
    for room in (room for place in document["institutions"] for room in place.get("rooms", ())):
        for camera in room.get("cameras", ()):
            assert MASK in export
            assert camera["url"] not in export


@settings(max_examples=60, deadline=None)
@given(documents(), documents(), st.sampled_from(["neat", "flow", "block"]))
def test_any_configuration_becomes_any_other(
    before: dict[str, Any], after: dict[str, Any], style: str
) -> None:
    text = rewritten(written(before, style), NAME, after)
    assert same(parse_document(text, NAME).value, after)
    back = rewritten(text, NAME, before)
    assert same(parse_document(back, NAME).value, before)
