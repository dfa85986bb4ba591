"""Requests in the store: holds, four eyes, a chain that stays whole, erasure by rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from monitor.domain.access import DISTRICT, Scope, ScopeKind
from monitor.domain.access_register import AccessKind, Accessor, NewAccess
from monitor.domain.data_requests import (
    AnswerTimes,
    DataRequest,
    NewRequest,
    Particulars,
    RequestAction,
    Requester,
    RequestState,
    Ruling,
    Verdict,
    Way,
    Wish,
)
from monitor.domain.errors import ConflictError, InputError, NotFoundError, PermissionDeniedError
from monitor.domain.exports import Faces
from monitor.domain.text import Text
from monitor.store.access_register import AccessRegister
from monitor.store.base import Database
from monitor.store.data_request_repository import DataRequests
from monitor.store.data_requests import RequestNoteRow
from monitor.store.files import FileStore, NewFile
from monitor.store.holds import HoldRepository
from monitor.store.place_repository import PlaceRepository
from monitor.store.recordings import Recording, RecordingRepository
from monitor.store.request_chain import RequestChain
from monitor.store.request_erasure import RequestErasure

CLERK = Accessor(1, "chen", "陈静", "阳光托育园")
CHIEF = Accessor(2, "wang", "王督导", "指导中心")
SUN = Scope(ScopeKind.INSTITUTION, "sun")
MOON = Scope(ScopeKind.INSTITUTION, "moon")
HOUR = timedelta(hours=1)
TODAY = date(2026, 11, 2)
MOTHER = Particulars("李女士", "", "138 0000 0000", "身份证，已核对", "", "孩子手臂擦伤", "")
GRANTED = Ruling(Verdict.GRANTED, Text("可以查看", "may be seen"))


@pytest.fixture
def requests(places: PlaceRepository, database: Database) -> DataRequests:
    return DataRequests(database)


def new_request(now: datetime, **changes: object) -> NewRequest:
    new = NewRequest(
        "sun",
        Requester.GUARDIAN,
        Wish.VIEW,
        Way.IN_PERSON,
        TODAY,
        MOTHER,
        rooms=("sun-nap",),
        start=now - 3 * HOUR,
        end=now - 2 * HOUR,
    )
    return replace(new, **changes)  # type: ignore[arg-type]


def record(requests: DataRequests, now: datetime, **changes: object) -> DataRequest:
    new = new_request(now, **changes)
    return requests.record(DISTRICT, new, CLERK, now, TODAY, AnswerTimes())


def act(
    requests: DataRequests,
    request: DataRequest,
    action: RequestAction,
    now: datetime,
    who: Accessor = CHIEF,
    ruling: Ruling | None = GRANTED,
) -> DataRequest:
    return requests.act(DISTRICT, request.id, action, who, now, text="as told", ruling=ruling)


def close(requests: DataRequests, request: DataRequest, now: datetime) -> DataRequest:
    for action in ("check", "decide", "carry_out", "close"):
        request = act(requests, request, RequestAction(action), now)
    return request


def test_from_recording_to_closure_everything_is_kept_and_the_recordings_are_held(
    requests: DataRequests, database: Database, now: datetime
) -> None:
    recordings = RecordingRepository(database)
    wanted = Recording("sun-nap-1", now - 3 * HOUR, now - 2 * HOUR, "sun-nap-1/a.mp4", 10)
    other = Recording("sun-nap-1", now - 9 * HOUR, now - 8 * HOUR, "sun-nap-1/b.mp4", 10)
    for piece in (wanted, other):
        recordings.add(piece)

    def offered() -> list[str]:
        return [piece.path for piece in recordings.expired(now, now, ["activity"])]

    request = record(requests, now)
    assert (request.number, request.due) == ("2026-0001", date(2026, 11, 17))
    assert offered() == [other.path]
    request = close(requests, request, now)
    assert request.state is RequestState.CLOSED
    assert offered() == [other.path, wanted.path]
    detail = requests.get(DISTRICT, request.id)
    assert detail.particulars == MOTHER
    assert detail.ruling == GRANTED.words
    assert [step.action.value for step in detail.steps] == [
        "record",
        "check",
        "decide",
        "carry_out",
        "close",
    ]
    assert [step.actor for step in detail.steps[:2]] == ["陈静 (阳光托育园)", "王督导 (指导中心)"]
    (hold,) = detail.holds
    assert (hold.camera_id, hold.released) == ("sun-nap-1", now)
    (use,) = detail.uses
    assert use.access.kind is AccessKind.REQUEST_MET
    assert "李女士" not in str(use.access)
    assert RequestChain(database).verify().sound


def test_whoever_took_it_down_does_not_decide(requests: DataRequests, now: datetime) -> None:
    request = act(requests, record(requests, now), RequestAction.CHECK, now, CLERK)
    with pytest.raises(PermissionDeniedError, match="somebody else"):
        act(requests, request, RequestAction.DECIDE, now, CLERK)
    assert act(requests, request, RequestAction.DECIDE, now).verdict is Verdict.GRANTED


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"particulars": replace(MOTHER, person=" ")}, "person"),
        ({"particulars": replace(MOTHER, purpose="")}, "purpose"),
        ({"requester": Requester.POLICE}, "letter"),
        ({"received": TODAY + timedelta(days=1)}, "received"),
        ({"start": None, "end": None}, "start"),
        ({"end": None}, "start"),
    ],
)
def test_what_is_missing_is_said(
    requests: DataRequests, now: datetime, changes: dict[str, object], where: str
) -> None:
    with pytest.raises(InputError) as caught:
        record(requests, now, **changes)
    assert caught.value.where == where


def test_times_have_to_be_past_in_order_and_short(requests: DataRequests, now: datetime) -> None:
    for start, end in ((1, 2), (2, 2), (24 * 40, 1)):
        with pytest.raises(InputError) as caught:
            record(requests, now, start=now - start * HOUR, end=now - end * HOUR)
        assert caught.value.where == "end"
    with pytest.raises(InputError):
        record(requests, now, start=now, end=now + HOUR)


def test_other_institutions_rooms_and_requests_do_not_exist(
    requests: DataRequests, now: datetime
) -> None:
    with pytest.raises(NotFoundError):
        record(requests, now, rooms=("moon-hall",))
    with pytest.raises(NotFoundError):
        requests.record(MOON, new_request(now), CLERK, now, TODAY, AnswerTimes())
    request = record(requests, now)
    with pytest.raises(NotFoundError):
        requests.get(MOON, request.id)
    assert requests.list(MOON) == ()
    assert requests.list(SUN) == (request,)


def test_a_confidential_one_is_for_people_of_the_whole_district(
    requests: DataRequests, now: datetime
) -> None:
    request = record(requests, now, confidential=True)
    assert requests.list(DISTRICT, unclosed=True) == (request,)
    assert requests.list(SUN) == ()
    with pytest.raises(NotFoundError):
        requests.get(SUN, request.id)


def test_somebody_faster_is_noticed(requests: DataRequests, now: datetime) -> None:
    request = record(requests, now)
    act(requests, request, RequestAction.COMMENT, now)
    with pytest.raises(ConflictError, match="meanwhile"):
        requests.act(
            DISTRICT,
            request.id,
            RequestAction.CHECK,
            CHIEF,
            now,
            text="seen",
            expected_version=request.version,
        )


def test_footage_is_opened_by_what_was_granted_and_by_nothing_else(
    requests: DataRequests, database: Database, now: datetime
) -> None:
    request = record(requests, now)
    start, end = now - 3 * HOUR, now - 2 * HOUR

    def opens(room: str = "sun-nap", since: datetime = start, until: datetime = end) -> bool:
        try:
            requests.opened(DISTRICT, request.id, room, since, until)
        except PermissionDeniedError:
            return False
        return True

    assert not opens()
    for action in (RequestAction.CHECK, RequestAction.DECIDE):
        act(requests, request, action, now)
    assert opens()
    assert not opens("sun-toddler")
    assert not opens(since=end + HOUR, until=now)
    access = NewAccess(AccessKind.VIEWED, CHIEF, "x", "sun", what={"request": request.number})
    entry = requests.put_down(request.id, access, now)
    assert requests.get(DISTRICT, request.id).uses == (entry,)
    assert AccessRegister(database).verify().sound
    act(requests, request, RequestAction.CARRY_OUT, now)
    assert not opens()


def test_a_refusal_opens_nothing_and_is_closed_at_once(
    requests: DataRequests, now: datetime
) -> None:
    request = act(requests, record(requests, now), RequestAction.CHECK, now)
    refused = Ruling(Verdict.REFUSED, Text("", "no such day"), Faces.BLURRED)
    request = act(requests, request, RequestAction.DECIDE, now, ruling=refused)
    assert requests.get(DISTRICT, request.id).ruling == Text("no such day", "no such day")
    assert not request.opens_footage
    assert act(requests, request, RequestAction.CLOSE, now).state is RequestState.CLOSED


def test_erasing_takes_names_and_files_and_leaves_the_chain_whole(
    requests: DataRequests, database: Database, tmp_path: Path, now: datetime
) -> None:
    files = FileStore(tmp_path)
    stored = files.write("requests/letter.pdf", b"%PDF-1.7 letter %%EOF")
    file = NewFile(stored.key, "李女士.pdf", "application/pdf", stored.sha256, stored.size)
    requests.record(DISTRICT, new_request(now), CLERK, now, TODAY, AnswerTimes(), [file])
    (old,) = requests.list(DISTRICT)
    close(requests, old, now)
    still = record(requests, now)
    erasure, later = RequestErasure(database, files), now + timedelta(days=1)
    assert erasure.erase(later, later) == 1
    assert erasure.erase(later, later) == 0
    assert not files.exists(stored.key)
    detail = requests.get(DISTRICT, old.id)
    assert (detail.particulars, detail.ruling, detail.request.erased) == (None, None, later)
    assert [step.actor for step in detail.steps] == [""] * 5
    assert requests.get(DISTRICT, still.id).particulars == MOTHER
    with database.reading() as session:
        kept = session.execute(text("SELECT content FROM data_request_step")).scalars().all()
        notes = session.scalars(select(RequestNoteRow.words)).all()
    assert not any("李" in content for content in kept)
    assert len(notes) == 1
    verdict = RequestChain(database).verify()
    assert (verdict.sound, verdict.erased) == (True, 5)


def test_whatever_is_altered_shows(
    requests: DataRequests, database: Database, now: datetime
) -> None:
    request = record(requests, now)
    act(requests, request, RequestAction.CHECK, now)
    with pytest.raises(DBAPIError, match="append-only"), database.transaction() as session:
        session.execute(text("UPDATE data_request_step SET action = 'close'"))
    with database.transaction() as session:
        session.execute(
            update(RequestNoteRow)
            .where(RequestNoteRow.position == 2)
            .values(words={"by": "somebody else"})
        )
        session.execute(text("DELETE FROM data_request_note WHERE position = 1"))
    assert RequestChain(database).verify().problems == (
        "the words of step 1 are missing",
        "the words of step 2 were altered",
    )


def test_the_holds_of_a_withdrawn_request_are_lifted(
    requests: DataRequests, database: Database, now: datetime
) -> None:
    request = record(requests, now, rooms=())
    holds = HoldRepository(database)
    assert {hold.camera_id for hold in holds.list(DISTRICT) if hold.holds(now)} == {
        "sun-nap-1",
        "sun-toddler-1",
        "sun-toddler-2",
    }
    act(requests, request, RequestAction.WITHDRAW, now)
    assert not any(hold.holds(now) for hold in holds.list(DISTRICT))
