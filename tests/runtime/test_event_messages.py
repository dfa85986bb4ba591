from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.events import Event, Provenance, Severity
from monitor.domain.evidence import EvidenceKind, NewEvidence
from monitor.domain.text import Text
from monitor.runtime.event_messages import from_message, to_line, to_message

moments = st.floats(0, 4e9, allow_nan=False)
events = st.builds(
    Event,
    id=st.uuids().map(str),
    rule=st.just("unattended_child"),
    institution_id=st.text(min_size=1, max_size=8),
    room_id=st.text(min_size=1, max_size=8),
    zone_id=st.none() | st.text(min_size=1, max_size=8),
    camera_id=st.none() | st.text(min_size=1, max_size=8),
    onset=moments,
    raised=moments,
    cleared=st.none() | moments,
    severity=st.sampled_from(Severity),
    confidence=st.floats(0, 1),
    evidence=st.dictionaries(st.text(max_size=5), st.integers() | st.lists(st.integers())),
    explain=st.builds(Text, zh=st.text(), en=st.text()),
    provenance=st.builds(Provenance, rule_version=st.text(max_size=5)),
)


@given(events)
def test_an_event_survives_the_way_through_json(event: Event) -> None:
    snapshot = NewEvidence(EvidenceKind.SNAPSHOT, "a/b.jpg", "image/jpeg", "00", 12, 1.0, 1.0)
    text = json.dumps(to_message(event, [snapshot]), ensure_ascii=False)
    assert from_message(json.loads(text)) == (event, (snapshot,))


@given(events)
def test_a_line_has_the_agreed_fields(event: Event) -> None:
    line = json.loads(json.dumps(to_line(event, "en")))
    assert {"rule", "room", "zone", "camera", "onset", "raised", "cleared"} <= set(line)
    assert {"severity", "evidence", "explain"} <= set(line)
    assert (line["cleared"] is None) == (event.cleared is None)
