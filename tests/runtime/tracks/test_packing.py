from __future__ import annotations

import dataclasses
import json
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.events import Event, Provenance, Severity
from monitor.domain.headcount import Counted, Headcount
from monitor.domain.people import AgeClass, Box, Track
from monitor.domain.room_state import CameraView, ViewFault
from monitor.domain.text import Text
from monitor.runtime.tracks.calls import Call, Chunk, Heads, Look, Sight, Step, Still, coarse
from monitor.runtime.tracks.packing import pack_chunk, unpack_chunk

CAMERAS = ("east", "west")
SHARES = st.floats(-0.2, 1.2)
METRES = st.floats(-30, 30)
COUNTS = st.integers(0, 500)
HEADS = st.builds(
    Headcount, COUNTS, COUNTS, st.builds(Counted, COUNTS, COUNTS), st.booleans(), st.booleans()
)
TIMES = st.floats(0, 4e9) | st.floats(1.7e9, 1.8e9)


@st.composite
def tracks(draw: st.DrawFn, camera_id: str) -> Track:
    x, y = draw(SHARES), draw(SHARES)
    return Track(
        id=draw(st.integers(1, 40) | st.integers(1, 2**40)),
        camera_id=camera_id,
        box=Box(x, y, x + draw(st.floats(0.01, 0.5)), y + draw(st.floats(0.01, 0.5))),
        score=draw(st.floats(0, 1)),
        first_seen=draw(TIMES),
        seen=draw(TIMES),
        hits=draw(st.integers(0, 10**6)),
        age=draw(st.sampled_from(AgeClass)),
        adult_log_odds=draw(st.floats(-50, 50)),
        height_m=draw(st.none() | METRES),
        floor=draw(st.none() | st.tuples(METRES, METRES)),
        zones=draw(st.just(()) | st.just(("door-1",))),
    )


@st.composite
def calls(draw: st.DrawFn) -> Call:
    camera_id = draw(st.sampled_from(CAMERAS))
    kind = draw(st.sampled_from((Look, Still, Sight, Step, Heads)))
    if kind is Look:
        found = draw(st.lists(tracks(camera_id), max_size=4, unique_by=lambda track: track.id))
        return Look(camera_id, draw(TIMES), coarse(found))
    if kind is Still:
        return Still(camera_id, draw(TIMES))
    if kind is Sight:
        fault = draw(st.none() | st.sampled_from(ViewFault))
        return Sight(CameraView(camera_id, fault, draw(TIMES)))
    if kind is Heads:
        return Heads(draw(TIMES), draw(st.none() | HEADS))
    return Step(draw(TIMES))


OPEN = Event(
    id="e-1",
    rule="unattended_child",
    institution_id="sun",
    room_id="room",
    zone_id=None,
    camera_id="east",
    onset=1.25,
    raised=61.5,
    cleared=None,
    severity=Severity.HIGH,
    confidence=0.8,
    evidence={"children": 2},
    explain=Text(zh="有", en="there"),
    provenance=Provenance("1", {"after": 60.0}),
)


def chunk_of(found: list[Call], open_events: tuple[Event, ...] = ()) -> Chunk:
    times = [call.time for call in found if isinstance(call, Step)]
    return Chunk(
        room_id="room",
        session="abc",
        number=3,
        cameras=CAMERAS,
        open=open_events,
        calls=tuple(found),
        start=times[0] if times else 0.0,
        end=times[-1] if times else 0.0,
    )


@given(st.lists(calls(), max_size=30))
def test_what_was_kept_comes_back_to_the_last_bit(found: list[Call]) -> None:
    chunk = chunk_of(found, (OPEN,))
    assert unpack_chunk(pack_chunk(chunk)) == chunk


@given(tracks("east"))
def test_rounding_twice_changes_nothing_more(track: Track) -> None:
    (once,) = coarse([track])
    assert coarse([once]) == (once,)


@given(tracks("east"))
def test_rounding_changes_little_and_leaves_times_alone(track: Track) -> None:
    (rounded,) = coarse([track])
    assert (rounded.seen, rounded.first_seen) == (track.seen, track.first_seen)
    assert rounded.box.x1 == pytest.approx(track.box.x1, abs=1 / 16384)
    assert rounded.score == pytest.approx(track.score, abs=1 / 510)
    assert rounded.zones == ()


def test_every_field_of_a_track_is_kept_or_left_out_on_purpose() -> None:
    kept = {
        "id", "camera_id", "box", "score", "first_seen", "seen", "hits", "age", "adult_log_odds",
        "height_m", "floor",
    }  # fmt: skip
    names = {field.name for field in dataclasses.fields(Track)}
    assert names == kept | {"zones"}, "a new field needs a place in calls.coarse and in packing"


def test_what_was_kept_before_there_were_headcounts_can_be_read() -> None:
    chunk = chunk_of([Look("east", 1.0, ()), Step(1.0)])
    head, newline, rest = zlib.decompress(pack_chunk(chunk)).partition(b"\n")
    facts = json.loads(head)
    del facts["heads"]
    old = json.dumps(facts).encode() + newline + rest
    assert unpack_chunk(zlib.compress(old)) == chunk


def test_a_look_at_somebody_who_stays_takes_a_few_bytes() -> None:
    track = Track(1, "east", Box(0.2, 0.3, 0.3, 0.8), 0.5, 0.0, 0.0, 1)
    looks = [
        Look("east", n / 4, coarse([dataclasses.replace(track, seen=n / 4)])) for n in range(100)
    ]
    assert len(pack_chunk(chunk_of([*looks, Step(30.0)]))) < 600


@pytest.mark.parametrize("data", [b"", b"not packed at all", pack_chunk(chunk_of([]))[:-3]])
def test_what_is_not_a_chunk_is_refused_in_words(data: bytes) -> None:
    with pytest.raises(ValueError, match="not a chunk"):
        unpack_chunk(data)


def test_another_version_of_the_format_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="version 99"):
        unpack_chunk(zlib.compress(b'{"version":99}\n'))


@given(st.binary(max_size=200), st.integers(0, 10_000))
def test_spoilt_bytes_never_do_worse_than_being_refused(noise: bytes, at: int) -> None:
    good = pack_chunk(chunk_of([Step(1.0), Step(2.0)], (OPEN,)))
    at %= len(good)
    try:
        unpack_chunk(good[:at] + noise + good[at + len(noise) :])
    except ValueError:
        return
