from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from monitor.domain.access import DISTRICT, Scope, ScopeKind
from monitor.domain.errors import ConflictError, InputError, NotFoundError
from monitor.store.base import Database
from monitor.store.holds import HoldRepository
from monitor.store.place_repository import PlaceRepository
from monitor.store.recordings import Recording, RecordingRepository

CAMERA = "sun-nap-1"
HOUR = timedelta(hours=1)
MOON = Scope(ScopeKind.INSTITUTION, "moon")


@pytest.fixture
def holds(places: PlaceRepository, database: Database) -> HoldRepository:
    return HoldRepository(database)


def place(holds: HoldRepository, now: datetime, **changes: object) -> int:
    values = {
        "start": now - HOUR,
        "end": now,
        "reason": "家长投诉调查",
        "by": "王督导",
        "expires": now + 24 * HOUR,
        "now": now,
    }
    return holds.place(DISTRICT, CAMERA, **{**values, **changes}).id  # type: ignore[arg-type]


def test_held_footage_is_not_offered_for_deletion(
    holds: HoldRepository, database: Database, now: datetime
) -> None:
    recordings = RecordingRepository(database)
    for minute in (0, 30, 90):
        start = now - timedelta(minutes=minute)
        end = start + timedelta(minutes=1)
        recordings.add(Recording(CAMERA, start, end, f"{CAMERA}/{minute}.mp4", 10))
    hold = place(holds, now)

    def offered(at: datetime) -> list[str]:
        pieces = recordings.expired(now + HOUR, at, ["activity"])
        return [piece.path.partition("/")[2] for piece in pieces]

    assert offered(now) == ["90.mp4", "0.mp4"]
    assert offered(now + 25 * HOUR) == ["90.mp4", "30.mp4", "0.mp4"], "it has expired"
    holds.release(DISTRICT, hold, reason="结案", by="李主任", now=now)
    assert offered(now) == ["90.mp4", "30.mp4", "0.mp4"]


def test_a_hold_says_who_why_and_until_when(holds: HoldRepository, now: datetime) -> None:
    hold = place(holds, now)
    (found,) = holds.list(DISTRICT, CAMERA)
    assert (found.reason, found.placed_by, found.expires) == (
        "家长投诉调查",
        "王督导",
        now + 24 * HOUR,
    )
    assert found.holds(now)
    holds.release(DISTRICT, hold, reason="结案", by="李主任", now=now + HOUR)
    (found,) = holds.list(DISTRICT)
    assert (found.released_by, found.release_reason, found.holds(now)) == ("李主任", "结案", False)
    with pytest.raises(ConflictError):
        holds.release(DISTRICT, hold, reason="again", by="x", now=now)


@pytest.mark.parametrize(
    "changes",
    [
        {"reason": " \x00"},
        {"start": datetime.fromisoformat("2030-01-01T00:00Z")},
        {"expires": None},
    ],
)
def test_a_hold_needs_reason_and_sound_times(
    holds: HoldRepository, now: datetime, changes: dict[str, object]
) -> None:
    given = {key: value if value is not None else now for key, value in changes.items()}
    with pytest.raises(InputError):
        place(holds, now, **given)
    assert holds.list(DISTRICT) == ()


def test_holds_of_others_cannot_be_seen_placed_or_lifted(
    holds: HoldRepository, now: datetime
) -> None:
    hold = place(holds, now)
    assert holds.list(MOON) == ()
    with pytest.raises(NotFoundError):
        holds.release(MOON, hold, reason="x", by="x", now=now)
    with pytest.raises(NotFoundError):
        holds.place(MOON, CAMERA, now - HOUR, now, reason="x", by="x", expires=now + HOUR, now=now)
