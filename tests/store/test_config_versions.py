"""Versions of the configuration: whole, sealed, chained, never changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from monitor.domain.alerts import Actor
from monitor.domain.errors import NotFoundError
from monitor.store.base import Database
from monitor.store.config_running import Running, RunningConfigs
from monitor.store.config_versions import (
    ConfigVersions,
    NewVersion,
    VersionKind,
    fingerprint,
)

NOW = datetime(2026, 11, 2, 1, 30, tzinfo=UTC)
WANG = Actor(7, "王老师（指导中心）", "10.0.0.7")


def version(words: str, kind: VersionKind = VersionKind.PAGE) -> NewVersion:
    return NewVersion(kind, f"version: 1\n# {words}\n", WANG, "因为")


def test_a_version_is_kept_whole_and_nothing_of_it_is_legible_in_the_database(
    database: Database,
) -> None:
    versions = ConfigVersions(database, "secret")
    kept = versions.add(version("密码 hunter2"), NOW)
    assert (kept.position, kept.by, kept.reason) == (1, WANG.name, "因为")
    assert versions.text(1) == "version: 1\n# 密码 hunter2\n"
    assert kept.config_version == fingerprint(versions.text(1))
    with database.reading() as session:
        row = session.execute(text("SELECT * FROM config_version")).one()
    assert "hunter2" not in str(row)
    with pytest.raises(NotFoundError, match="another secret"):
        ConfigVersions(database, "other").text(1)


def test_no_version_can_be_altered_unseen(database: Database) -> None:
    versions = ConfigVersions(database, "secret")
    versions.add(version("one"), NOW)
    versions.add(version("two"), NOW + timedelta(seconds=5))
    assert versions.verify().sound
    with pytest.raises(DBAPIError, match="append-only"), database.transaction() as session:
        session.execute(text("UPDATE config_version SET reason = 'x'"))


def test_what_was_only_found_on_disk_is_not_in_force_until_it_is_adopted(
    database: Database,
) -> None:
    versions = ConfigVersions(database, "secret")
    first = versions.add_unless_newest(version("one", VersionKind.START), NOW)
    assert versions.add_unless_newest(version("one", VersionKind.START), NOW) == first
    found = versions.add_unless_newest(version("two", VersionKind.DISK), NOW)
    assert versions.add_unless_newest(version("two", VersionKind.DISK), NOW) == found
    assert (versions.newest(), versions.newest(in_force=True)) == (found, first)
    started = versions.add_unless_newest(version("two", VersionKind.START), NOW)
    assert versions.newest(in_force=True) == started
    assert [item.position for item in versions.list()] == [3, 2, 1]
    assert [item.position for item in versions.list(before=3, limit=1)] == [2]


def test_a_version_that_cannot_be_written_is_not_kept(database: Database) -> None:
    def refuse() -> None:
        raise OSError("read-only")

    write: Callable[[], None] = refuse
    versions = ConfigVersions(database, "secret")
    with pytest.raises(OSError, match="read-only"):
        versions.add(version("one"), NOW, write)
    assert versions.newest() is None
    with pytest.raises(NotFoundError):
        versions.get(1)


def test_what_runs_is_known_by_process(database: Database) -> None:
    running = RunningConfigs(database)
    running.report(Running("worker-0", "a" * 12, NOW))
    running.report(Running("web", "b" * 12, NOW, ("service",), "no"))
    running.report(Running("worker-0", "b" * 12, NOW + timedelta(seconds=1)))
    assert [(item.process, item.config_version, item.waits) for item in running.all()] == [
        ("web", "b" * 12, ("service",)),
        ("worker-0", "b" * 12, ()),
    ]
    running.begin()
    assert running.all() == ()
