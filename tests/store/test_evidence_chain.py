"""Events and files in the chain: what was altered, removed or put in is named."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from monitor.domain.events import Severity
from monitor.domain.evidence import EvidenceKind, NewEvidence
from monitor.store.base import Database
from monitor.store.event_repository import EventRepository
from monitor.store.evidence import EvidenceRepository
from monitor.store.evidence_chain import EvidenceChain
from monitor.store.files import FileStore
from tests.store.conftest import MakeEvent


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "evidence")


def _piece(files: FileStore, name: str, body: bytes = b"picture") -> NewEvidence:
    stored = files.write(name, body)
    return NewEvidence(
        EvidenceKind.SNAPSHOT, stored.key, "image/jpeg", stored.sha256, stored.size, 1.0, 1.0
    )


def test_events_and_files_are_sealed_as_they_come(
    database: Database, make_event: MakeEvent, files: FileStore, now: datetime
) -> None:
    events, chain = EventRepository(database), EvidenceChain(database)
    event = make_event()
    change = events.record(event, now, [_piece(files, "a.jpg")])
    events.record(event, now)  # the same message again says nothing new
    events.record(replace(event, severity=Severity.CRITICAL, evidence={"children": 3}), now)
    events.record(replace(event, cleared=event.raised + 60), now)
    contents = [json.loads(link.content) for link in chain.of_alert(change.alert_id)]
    assert [item["what"] for item in contents] == ["event", "file", "event", "event"]
    assert [item["event"]["evidence"] for item in contents if item["what"] == "event"] == [
        {"adults": 0, "children": 1},
        {"children": 3},
        {"adults": 0, "children": 1},
    ]
    assert contents[0]["event"]["provenance"]["thresholds"] == {"after": 60.0}
    verdict = chain.verify(files)
    assert verdict.sound
    assert (verdict.chain.rows, verdict.files) == (4, 1)


def test_an_altered_file_is_named(
    database: Database, make_event: MakeEvent, files: FileStore, now: datetime
) -> None:
    EventRepository(database).record(make_event(), now, [_piece(files, "a.jpg")])
    files.write("a.jpg", b"another picture")
    chain = EvidenceChain(database)
    assert chain.verify().sound, "the index and the chain still agree"
    assert chain.verify(files).problems == ("file a.jpg is missing or was altered",)
    with database.transaction() as session:
        session.execute(text("UPDATE evidence SET sha256 = :hash"), {"hash": "ab" * 32})
    assert chain.verify().problems == ("evidence 1 has another hash than in the chain",)


def test_removal_in_time_leaves_a_trace_and_any_other_is_named(
    database: Database, make_event: MakeEvent, files: FileStore, now: datetime
) -> None:
    events, chain = EventRepository(database), EvidenceChain(database)
    events.record(make_event(), now, [_piece(files, "a.jpg"), _piece(files, "b.jpg", b"b")])
    files.delete("a.jpg")
    EvidenceRepository(database).forget([1], now + timedelta(days=180))
    assert chain.verify(files).sound
    with database.transaction() as session:
        session.execute(text("DELETE FROM evidence WHERE id = 2"))
    assert chain.verify().problems == ("evidence 2 was removed without a trace in the chain",)
