"""Chunks as bytes: a line of JSON, then columns of whole numbers, compressed.

Every number is kept exactly as the deciding code got it. Times are counted in 2⁻²² s, which POSIX
seconds from 2004 to 2038 are multiples of; a chunk with a finer time keeps the bits of its times.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from monitor.domain.headcount import Counted, Headcount
from monitor.domain.people import AgeClass, Box, Track
from monitor.domain.room_state import CameraView, ViewFault
from monitor.runtime.event_messages import from_message, to_message
from monitor.runtime.tracks.calls import (
    METRE_STEPS,
    ODDS_STEPS,
    POSITION_STEPS,
    SCORE_STEPS,
    Call,
    Chunk,
    Heads,
    Look,
    Sight,
    Step,
    Still,
)
from monitor.runtime.tracks.columns import Column, Columns, Groups, pack, steps

VERSION = 1
_LEVEL = 6
_TICKS = float(1 << 22)
_LARGEST = 64 * 1024 * 1024
_LOOK, _STILL, _SIGHT, _STEP, _HEADS = range(5)
_KINDS: dict[type[Call], int] = {
    Look: _LOOK,
    Still: _STILL,
    Sight: _SIGHT,
    Step: _STEP,
    Heads: _HEADS,
}
_AGES = tuple(AgeClass)
_FAULTS: tuple[ViewFault | None, ...] = (None, *ViewFault)
_NO_HEIGHT = -(1 << 30)
_BY_TRACK = 10  # how many columns are kept as differences within a track


def pack_chunk(chunk: Chunk) -> bytes:
    """Return the bytes of ``chunk``."""
    cameras = {camera_id: index for index, camera_id in enumerate(chunk.cameras)}
    looks = [call for call in chunk.calls if isinstance(call, Look)]
    tracks = [track for look in looks for track in look.tracks]
    times = [_time(call) for call in chunk.calls]
    seen = [track.seen for track in tracks]
    first = [track.first_seen for track in tracks]
    exact = _are_ticks((*times, *seen, *first))
    counts = [len(look.tracks) for look in looks]
    head = _head(chunk, exact=exact)
    of_look = np.repeat(_numbers([cameras[look.camera_id] for look in looks]), counts)
    at = np.repeat(_times([look.time for look in looks], exact=exact), counts)
    ids = _numbers([track.id for track in tracks])
    groups = Groups(of_look, ids)
    columns = [
        _numbers([_KINDS[type(call)] for call in chunk.calls]),
        _numbers([cameras[name] for name in _cameras(chunk.calls)]),
        steps(_times(times, exact=exact)),
        _numbers([_FAULTS.index(c.view.fault) for c in chunk.calls if isinstance(c, Sight)]),
        _numbers(counts),
        steps(ids),
        at - _times(seen, exact=exact),
        _numbers([round(track.score * SCORE_STEPS) for track in tracks]),
        groups.steps(at - _times(first, exact=exact)),
        *(groups.steps(column) for column in _track_columns(tracks)),
    ]
    body = head + b"\n" + b"".join(pack(column) for column in columns)
    return zlib.compress(body, _LEVEL)


def unpack_chunk(data: bytes) -> Chunk:
    """Return the chunk that :func:`pack_chunk` made bytes of.

    Raises:
        ValueError: these are not such bytes, or those of another version.
    """
    try:
        inflater = zlib.decompressobj()
        body = inflater.decompress(data, _LARGEST)
        if not inflater.eof:
            raise ValueError("it breaks off")
        head, _, rest = body.partition(b"\n")
        facts = json.loads(head)
        if facts["version"] == VERSION:
            return _chunk(facts, Columns(rest))
    except (zlib.error, ValueError, KeyError, IndexError, TypeError) as error:
        raise ValueError(f"not a chunk of tracks ({type(error).__name__}: {error})") from None
    raise ValueError(f"kept in version {facts['version']} of the format, not {VERSION}")


def _head(chunk: Chunk, *, exact: bool) -> bytes:
    facts = {
        "version": VERSION,
        "room": chunk.room_id,
        "session": chunk.session,
        "number": chunk.number,
        "cameras": chunk.cameras,
        "ticks": exact,
        "ages": _AGES,
        "faults": _FAULTS[1:],
        "open": [to_message(event)["event"] for event in chunk.open],
        "heads": [_numbers_of(c.headcount) for c in chunk.calls if isinstance(c, Heads)],
    }
    return json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()


def _track_columns(tracks: Sequence[Track]) -> Iterator[Column]:
    yield _numbers([track.hits for track in tracks])
    boxes = np.array(
        [(t.box.x1, t.box.y1, t.box.x2, t.box.y2) for t in tracks], np.float64
    ).reshape(-1, 4)
    yield from np.rint(boxes * POSITION_STEPS).astype(np.int64).T
    yield _numbers([_AGES.index(track.age) for track in tracks])
    yield _numbers([round(track.adult_log_odds * ODDS_STEPS) for track in tracks])
    yield _numbers([_metres(track.height_m) for track in tracks])
    floors = [track.floor or (None, None) for track in tracks]
    yield _numbers([_metres(floor[0]) for floor in floors])
    yield _numbers([_metres(floor[1]) for floor in floors])


def _chunk(facts: dict[str, Any], columns: Columns) -> Chunk:
    exact = bool(facts["ticks"])
    kinds, places = columns.take(), columns.take()
    times = _seconds(np.cumsum(columns.take()), exact=exact)
    faults, counts = columns.take(), columns.take()
    looked = [time for kind, time in zip(kinds, times, strict=True) if kind == _LOOK]
    at_camera = kinds[(kinds != _STEP) & (kinds != _HEADS)]
    of_look = np.repeat(places[at_camera == _LOOK], counts)
    at = np.repeat(_times(looked, exact=exact), counts)
    names = tuple(facts["cameras"])
    tracks = iter(_tracks(facts, columns, of_look, at, names))
    calls = tuple(
        _calls(
            kinds.tolist(),
            iter([names[place] for place in places]),
            iter([_fault(facts, index) for index in faults.tolist()]),
            times,
            iter([tuple(next(tracks) for _ in range(count)) for count in counts.tolist()]),
            iter([_headcount(numbers) for numbers in facts.get("heads", ())]),
        )
    )
    stepped = [time for kind, time in zip(kinds, times, strict=True) if kind == _STEP]
    return Chunk(
        room_id=facts["room"],
        session=facts["session"],
        number=facts["number"],
        cameras=names,
        open=tuple(from_message({"event": raw, "evidence": ()})[0] for raw in facts["open"]),
        calls=calls,
        start=stepped[0] if stepped else 0.0,
        end=stepped[-1] if stepped else 0.0,
    )


def _calls(
    kinds: Iterable[int],
    places: Iterator[str],
    faults: Iterator[ViewFault | None],
    times: Iterable[float],
    tracks: Iterator[tuple[Track, ...]],
    heads: Iterator[Headcount | None],
) -> Iterator[Call]:
    for kind, time in zip(kinds, times, strict=True):
        if kind == _LOOK:
            yield Look(next(places), time, next(tracks))
        elif kind == _STILL:
            yield Still(next(places), time)
        elif kind == _SIGHT:
            yield Sight(CameraView(next(places), next(faults), time))
        elif kind == _HEADS:
            yield Heads(time, next(heads))
        else:
            yield Step(time)


def _tracks(
    facts: dict[str, Any], columns: Columns, of_look: Column, at: Column, names: Sequence[str]
) -> Iterator[Track]:
    exact = bool(facts["ticks"])
    ages = [AgeClass(name) for name in facts["ages"]]
    ids = np.cumsum(columns.take())
    seen = _seconds(at - columns.take(), exact=exact)
    scores = (columns.take() / SCORE_STEPS).tolist()
    groups = Groups(of_look, ids)
    first = _seconds(at - groups.sums(columns.take()), exact=exact)
    hits, *sides, age, odds, height, left, away = (
        groups.sums(columns.take()) for _ in range(_BY_TRACK)
    )
    boxes = (np.stack(sides, axis=1) / POSITION_STEPS).tolist()
    rows = zip(
        ids.tolist(), of_look.tolist(), boxes, scores, first, seen, hits.tolist(), age.tolist(),
        (odds / ODDS_STEPS).tolist(), height.tolist(), left.tolist(), away.tolist(), strict=True,
    )  # fmt: skip
    for number, place, box, score, begun, last, hit, how, odd, tall, x, z in rows:
        floor = None if x == _NO_HEIGHT else (x / METRE_STEPS, z / METRE_STEPS)
        yield Track(
            number, names[place], Box(*box), score, begun, last, hit, ages[how], odd,
            None if tall == _NO_HEIGHT else tall / METRE_STEPS, floor,
        )  # fmt: skip


def _cameras(calls: Iterable[Call]) -> Iterator[str]:
    for call in calls:
        if isinstance(call, Sight):
            yield call.view.camera_id
        elif not isinstance(call, Step | Heads):
            yield call.camera_id


def _time(call: Call) -> float:
    return call.view.since if isinstance(call, Sight) else call.time


def _fault(facts: dict[str, Any], index: int) -> ViewFault | None:
    return None if index == 0 else ViewFault(facts["faults"][index - 1])


def _numbers_of(headcount: Headcount | None) -> list[int] | None:
    if headcount is None:
        return None
    return [
        headcount.signed_in,
        headcount.all_signed_in,
        headcount.elsewhere.surely,
        headcount.elsewhere.at_most,
        int(headcount.all_watched),
        int(headcount.all_reported),
    ]


def _headcount(numbers: Sequence[int] | None) -> Headcount | None:
    if numbers is None:
        return None
    signed_in, everybody, surely, at_most, watched, reported = numbers
    return Headcount(signed_in, everybody, Counted(surely, at_most), bool(watched), bool(reported))


def _metres(value: float | None) -> int:
    return _NO_HEIGHT if value is None else round(value * METRE_STEPS)


def _numbers(values: Sequence[int] | Iterator[int]) -> Column:
    return np.array(list(values), np.int64)


def _are_ticks(times: Sequence[float]) -> bool:
    ticks = np.array(times, np.float64) * _TICKS
    return bool(np.all((ticks == np.rint(ticks)) & (np.abs(ticks) < 2.0**62)))


def _times(times: Sequence[float], *, exact: bool) -> Column:
    values = np.array(times, np.float64)
    return (values * _TICKS).astype(np.int64) if exact else values.view(np.int64)


def _seconds(column: Column, *, exact: bool) -> list[float]:
    values: list[float] = (column / _TICKS if exact else column.view(np.float64)).tolist()
    return values
