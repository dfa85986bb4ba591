from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from monitor.domain.access import DISTRICT
from monitor.domain.clock import ManualClock
from monitor.domain.errors import ConfigError
from monitor.domain.places import District
from monitor.store.alerts import AlertRow
from monitor.store.base import Database
from monitor.store.migrate import alembic_config, check, current, head, migrating, upgrade
from monitor.store.place_repository import PlaceRepository


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Open a database without any tables."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path}/100%.db"
    else:
        postgres: Any = request.getfixturevalue("postgres")
        url = postgres.create()
    opened = Database(url)
    yield opened
    opened.close()
    if request.param == "postgresql":
        postgres.drop(url)


def test_an_empty_database_gets_exactly_the_declared_tables(empty: Database) -> None:
    assert current(empty) is None
    assert check(empty) == (f"schema is at nothing, the program expects {head()}",)
    told: list[str] = []
    assert upgrade(empty, told.append) == head() == current(empty)
    assert check(empty) == ()
    assert told == [f"migrating the database from nothing to {head()}"]
    assert upgrade(empty, told.append) == head()
    assert len(told) == 1


def test_check_names_what_is_missing(empty: Database) -> None:
    upgrade(empty)
    with empty.transaction() as session:
        session.execute(text("DROP TABLE demo_message"))
    assert check(empty) == ("add_table: demo_message",)


def test_a_newer_database_is_refused(empty: Database) -> None:
    upgrade(empty)
    with empty.transaction() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ConfigError, match="9999") as caught:
        upgrade(empty)
    assert "newer version" in caught.value.hint


def test_a_failed_migration_changes_nothing(empty: Database) -> None:
    def migrate_halfway() -> None:
        with migrating(empty) as connection:
            connection.execute(text("CREATE TABLE half_done (id INTEGER)"))
            connection.execute(text("INSERT INTO no_such_table VALUES (1)"))

    with pytest.raises(DBAPIError, match="no_such_table"):
        migrate_halfway()
    with empty.transaction() as session, pytest.raises(DBAPIError, match="half_done"):
        session.execute(text("SELECT * FROM half_done"))


def test_an_sqlite_file_is_copied_before_it_is_touched(
    tmp_path: Path, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "kanhu.db"
    with closing(Database(f"sqlite:///{path}")) as database:
        head_before = upgrade(database)
        monkeypatch.setattr("monitor.store.migrate.head", lambda: "next")
        upgrade(database, clock=clock)
    copy = tmp_path / f"kanhu.db.{head_before}.20261102T013000Z.backup"
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall()


def test_rows_that_refer_to_nothing_stop_a_migration(
    tmp_path: Path, now: datetime, district: District
) -> None:
    with closing(Database(f"sqlite:///{tmp_path}/kanhu.db")) as database:
        upgrade(database)
        PlaceRepository(database).sync(district, now)
        with pytest.raises(ConfigError, match="room"), migrating(database) as connection:
            connection.execute(text("DELETE FROM institution"))
        assert len(PlaceRepository(database).institutions(DISTRICT)) == 2


def test_several_processes_may_migrate_at_once(empty: Database) -> None:
    program = (
        "import sys; from monitor.store.base import Database;"
        "from monitor.store.migrate import upgrade; print(upgrade(Database(sys.argv[1])))"
    )
    url = empty.engine.url.render_as_string(hide_password=False)
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", program, url],
            stdout=subprocess.PIPE,
            text=True,
            env=dict(os.environ),
        )
        for _ in range(2)
    ]
    assert [process.communicate(timeout=60)[0].strip() for process in processes] == [head()] * 2
    assert check(empty) == ()


def test_alerts_from_before_tiers_keep_when_they_ended(empty: Database, now: datetime) -> None:
    with migrating(empty) as connection:
        command.upgrade(alembic_config(connection), "0001")
        old = (
            "INSERT INTO alert (id, place, open_place, rule, institution_id, room_id, severity,"
            " urgency, state, onset, raised, repeats, explain_zh, explain_en, evidence,"
            " provenance, confidence, updated, version) VALUES"
            " (:id, 'p', :open, 'r', 'i', 'r', 'high', 1, :state, :now, :now, 0, '', '', '{}',"
            " '{}', 1, :now, 1)"
        )
        moment = now.replace(tzinfo=None) if empty.dialect == "sqlite" else now
        for number, place, state in ((1, None, "resolved"), (2, "p", "open")):
            values = {"id": number, "open": place, "state": state, "now": str(moment)}
            connection.execute(text(old), values)
    upgrade(empty)
    assert check(empty) == ()
    with empty.reading() as session:
        rows = session.scalars(select(AlertRow).order_by(AlertRow.id)).all()
    assert [(row.ended, row.episode, row.tier, row.flapping, row.assignee) for row in rows] == [
        (now, 0, 0, False, ""),
        (None, 0, 0, False, ""),
    ]
