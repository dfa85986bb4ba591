"""Events and files in the chain: what was altered, removed or put in is named."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from monitor.domain.events import Severity
from monitor.domain.evidence import EvidenceKind, NewEvidence
from monitor.store.base import Database
from monitor.store.event_repository import EventRepository
from monitor.store.evidence import EvidenceRepository
from monitor.store.evidence_chain import EvidenceChain
from monitor.store.files import FileStore
from monitor.store.migrate import alembic_config, check, migrating, upgrade
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


@pytest.fixture(params=["sqlite", "postgresql"])
def older(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Open a database of the first schema."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/older.db"
    else:
        postgres: Any = request.getfixturevalue("postgres")
        url = postgres.create()
    opened = Database(url)
    with migrating(opened) as connection:
        command.upgrade(alembic_config(connection), "0001")
    yield opened
    opened.close()
    if request.param == "postgresql":
        postgres.drop(url)


def test_what_was_filed_before_the_chain_began_is_in_it(
    older: Database, files: FileStore, now: datetime
) -> None:
    stored = files.write("a.jpg", b"picture")
    moment = "2026-11-02 01:30:00.000000" + ("" if older.dialect == "sqlite" else "+00")
    alert = {
        "place": "'p'",
        "rule": "'crowding'",
        "institution_id": "'sun'",
        "room_id": "'r'",
        "severity": "'high'",
        "urgency": "1",
        "state": "'open'",
        "onset": ":at",
        "raised": ":at",
        "repeats": "0",
        "explain_zh": "''",
        "explain_en": "''",
        "evidence": "'{}'",
        "provenance": "'{}'",
        "confidence": "0.5",
        "updated": ":at",
        "version": "1",
    }
    event = {
        "id": "'e'",
        "alert_id": "1",
        "rule": "'crowding'",
        "institution_id": "'sun'",
        "room_id": "'r'",
        "onset": ":at",
        "raised": ":at",
        "severity": "'high'",
        "confidence": "0.5",
        "evidence": "'{}'",
        "explain_zh": "''",
        "explain_en": "''",
        "provenance": "'{}'",
        "received": ":at",
    }
    piece = {
        "alert_id": "1",
        "event_id": "'e'",
        "kind": "'snapshot'",
        "path": "'a.jpg'",
        "media_type": "'image/jpeg'",
        "sha256": f"'{stored.sha256}'",
        "size": str(stored.size),
        "start": ":at",
        '"end"': ":at",
        "created": ":at",
    }
    if older.dialect != "sqlite":
        alert = {"id": "1", **alert}
    with older.transaction() as session:
        for table, values in (("alert", alert), ("event", event), ("evidence", piece)):
            columns, given = ", ".join(values), ", ".join(values.values())
            session.execute(
                text(f"INSERT INTO {table} ({columns}) VALUES ({given})"), {"at": moment}
            )
    upgrade(older)
    assert check(older) == ()
    verdict = EvidenceChain(older).verify(files)
    assert verdict.sound, verdict
    assert verdict.chain.rows == 1
    with pytest.raises(DBAPIError, match="append-only"), older.transaction() as session:
        session.execute(text("DELETE FROM evidence_link"))
