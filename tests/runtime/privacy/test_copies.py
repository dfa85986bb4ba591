"""Copies of recordings for a request: blurred, marked, put down, gone after three days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

import av
import pytest

from monitor.domain.access import DISTRICT
from monitor.domain.access_register import AccessKind
from monitor.domain.data_requests import (
    AnswerTimes,
    NewRequest,
    Particulars,
    RequestAction,
    Requester,
    Ruling,
    Verdict,
    Way,
    Wish,
)
from monitor.domain.errors import ConflictError, InputError, NotFoundError, PermissionDeniedError
from monitor.domain.exports import KEPT, ExportState, Faces
from monitor.domain.people import Box, Person
from monitor.domain.text import Text
from monitor.runtime.exports.blur import Image
from monitor.runtime.exports.copies import CopyMaker
from monitor.runtime.exports.render import Find, RenderJob, render
from monitor.store.data_request_repository import DataRequests
from monitor.store.files import FileStore
from monitor.store.recordings import Recording, RecordingRepository
from monitor.store.request_copies import RequestCopies, RequestCopy
from tests.runtime.privacy.conftest import CHIEF, CLERK, Kept
from tests.runtime.recording.conftest import record

DATABASES = ["sqlite"]
CAMERA = "sun-cam"


@pytest.fixture(scope="module")
def segment(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return eight seconds as the recorder writes them."""
    return record(tmp_path_factory.mktemp("recorded"), (320, 180))


def grant(kept: Kept, wish: Wish = Wish.COPY, faces: Faces = Faces.BLURRED) -> int:
    requests, day = DataRequests(kept.database), kept.now.date()
    told = Particulars("李女士", "", "", "", "", "擦伤", "")
    start, end = kept.now - timedelta(minutes=30), kept.now - timedelta(minutes=10)
    new = NewRequest("sun", Requester.GUARDIAN, wish, Way.LETTER, day, told, (), start, end)
    taken = requests.record(DISTRICT, new, CLERK, kept.now, day, AnswerTimes())
    ruling = Ruling(Verdict.GRANTED, Text("可", "yes"), faces)
    for action in (RequestAction.CHECK, RequestAction.DECIDE):
        requests.act(DISTRICT, taken.id, action, CHIEF, kept.now, text="seen", ruling=ruling)
    return taken.id


def add_footage(kept: Kept, content: bytes) -> datetime:
    start = kept.now - timedelta(minutes=20)
    stored = recordings(kept).write(f"{CAMERA}/piece.mp4", content)
    end = start + timedelta(seconds=8)
    piece = Recording(CAMERA, start, end, stored.key, stored.size, stored.sha256)
    RecordingRepository(kept.database).add(piece)
    return start


def recordings(kept: Kept) -> FileStore:
    return kept.environment.recording_store()


def ask(kept: Kept, request: int, start: datetime, seconds: float = 4) -> None:
    end = start + timedelta(seconds=seconds)
    RequestCopies(kept.database).ask(DISTRICT, request, CAMERA, start, end, CLERK, kept.now)


def make(kept: Kept, find: Find | None) -> int:
    def way(job: RenderJob) -> None:
        render(job, find)

    district = kept.environment.district
    return CopyMaker(kept.database, recordings(kept), kept.files, district, way, kept.clock).run()


def only(kept: Kept, request: int) -> RequestCopy:
    (copy,) = RequestCopies(kept.database).of_request(request)
    return copy


def test_a_copy_is_blurred_marked_fetched_and_gone(
    kept: Kept, segment: bytes, tmp_path: Path
) -> None:
    looked: list[int] = []

    def find(frames: Sequence[Image]) -> list[list[Person]]:
        looked.extend(1 for _ in frames)
        return [[Person(Box(0.3, 0.1, 0.5, 0.6), 0.4)] for _ in frames]

    request, start = grant(kept), add_footage(kept, segment)
    ask(kept, request, start + timedelta(seconds=2))
    with pytest.raises(ConflictError, match="being made"):
        ask(kept, request, start + timedelta(seconds=2))
    assert make(kept, find) == 1
    assert looked
    copy = only(kept, request)
    assert (copy.state, copy.expires) == (ExportState.READY, kept.now + KEPT)
    path = tmp_path / "copy.mp4"
    path.write_bytes(kept.files.read(copy.path))
    with av.open(str(path)) as container:
        assert container.duration is not None
        assert 3.5 < container.duration / av.time_base < 7
    copies = RequestCopies(kept.database)
    assert copies.fetched(DISTRICT, copy.id, CLERK, kept.now).sha256 == copy.sha256
    uses = DataRequests(kept.database).get(DISTRICT, request).uses
    assert [use.access.kind for use in uses] == [
        AccessKind.EXPORT_REQUESTED,
        AccessKind.EXPORT_MADE,
        AccessKind.EXPORT_DOWNLOADED,
    ]
    assert {use.access.what["faces"] for use in uses} == {"blurred"}
    kept.clock.advance(KEPT.total_seconds())
    with pytest.raises(ConflictError):
        copies.fetched(DISTRICT, copy.id, CLERK, kept.now)
    assert make(kept, find) == 0
    assert only(kept, request).state is ExportState.EXPIRED
    assert not kept.files.exists(copy.path)


def test_nobody_is_shown_without_a_model_but_by_decision(kept: Kept, segment: bytes) -> None:
    request, start = grant(kept), add_footage(kept, segment)
    ask(kept, request, start)
    assert make(kept, None) == 0
    failed = only(kept, request)
    assert failed.state is ExportState.FAILED
    assert "unrecognisable" in failed.failure
    shown = grant(kept, faces=Faces.SHOWN)
    ask(kept, shown, start)
    assert make(kept, None) == 1


def test_what_is_not_granted_is_not_copied(kept: Kept, segment: bytes) -> None:
    start = add_footage(kept, segment)
    with pytest.raises(PermissionDeniedError, match="only to see"):
        ask(kept, grant(kept, Wish.VIEW), start)
    request = grant(kept)
    with pytest.raises(InputError, match="15 minutes"):
        ask(kept, request, start - timedelta(minutes=9), 16 * 60)
    with pytest.raises(InputError, match="outside"):
        ask(kept, request, kept.now - timedelta(minutes=11), 120)
    with pytest.raises(PermissionDeniedError):
        ask(kept, request, kept.now - timedelta(minutes=5))
    with pytest.raises(NotFoundError):
        RequestCopies(kept.database).fetched(DISTRICT, 99, CLERK, kept.now)


def test_a_time_without_footage_is_said(kept: Kept) -> None:
    request = grant(kept)
    ask(kept, request, kept.now - timedelta(minutes=15))
    assert make(kept, None) == 0
    assert "no footage" in only(kept, request).failure
