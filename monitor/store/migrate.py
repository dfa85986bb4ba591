"""Brings a database to the schema of this program, and says how the two compare.

A migration is all or nothing on both databases, and only one process migrates at a time. An
SQLite file is copied before it is touched. :mod:`monitor.store.migrations.generate` writes new
migrations.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from monitor.domain.clock import Clock, SystemClock, utc_now
from monitor.domain.errors import ConfigError
from monitor.domain.text import Text
from monitor.store.base import Database
from monitor.store.tables import load_tables

Progress = Callable[[str], None]

MIGRATIONS = Path(__file__).parent / "migrations"
_TURN = 7_226_813_447  # any number, the same in every process


def upgrade(
    database: Database, progress: Progress | None = None, clock: Clock | None = None
) -> str:
    """Bring the schema up to date and return its revision.

    Args:
        database: a database of any age, also an empty one.
        progress: told, in English, about each step that takes time.
        clock: names the backup; the machine's own unless given.

    Raises:
        ConfigError: the database was written by a newer program.
    """
    tell = progress or (lambda _message: None)
    before, newest = current(database), head()
    if before == newest:
        return newest
    _refuse_newer(before)
    if before is not None and database.dialect == "sqlite":
        copy = _back_up(database, before, clock or SystemClock())
        tell(f"copied the database to {copy}")
    tell(f"migrating the database from {before or 'nothing'} to {newest}")
    with migrating(database) as connection:
        command.upgrade(alembic_config(connection), "head")
    return newest


def current(database: Database) -> str | None:
    """Return the revision of a database's schema, or ``None`` if it has none yet."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def revision_seen(database: Database) -> str | None:
    """Return what :func:`current` does, without getting in the way of writers."""
    with database.reading() as session:
        return MigrationContext.configure(session.connection()).get_current_revision()


def head() -> str:
    """Return the newest revision that this program knows."""
    revision = ScriptDirectory(str(MIGRATIONS)).get_current_head()
    if revision is None:
        raise ConfigError(
            Text("程序中没有数据库升级脚本", "the program has no migrations"),
            hint=Text("请重新安装", "install it again"),
        )
    return revision


def check(database: Database) -> tuple[str, ...]:
    """Return how the schema differs from what the program expects; nothing if it is sound."""
    revision = current(database)
    if revision != head():
        return (f"schema is at {revision or 'nothing'}, the program expects {head()}",)
    with database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        return tuple(_describe(change) for change in compare_metadata(context, load_tables()))


@contextmanager
def migrating(database: Database) -> Iterator[Connection]:
    """Yield a connection in a transaction in which nobody else migrates."""
    with database.engine.connect() as connection:
        if database.dialect == "sqlite":
            _set_foreign_keys(connection, enforced=False)
        try:
            with connection.begin():
                if database.dialect == "postgresql":
                    connection.execute(text(f"SELECT pg_advisory_xact_lock({_TURN})"))
                yield connection
                if database.dialect == "sqlite":
                    _refuse_dangling(connection)
        finally:
            if database.dialect == "sqlite":
                _set_foreign_keys(connection, enforced=True)


def _set_foreign_keys(connection: Connection, *, enforced: bool) -> None:
    # SQLite rebuilds a table to alter it, which with enforced keys would delete what refers to it;
    # the switch works only outside a transaction.
    driver: Any = connection.connection.driver_connection
    driver.execute(f"PRAGMA foreign_keys={'ON' if enforced else 'OFF'}")


def _refuse_dangling(connection: Connection) -> None:
    broken = connection.execute(text("PRAGMA foreign_key_check")).first()
    if broken is not None:
        raise ConfigError(
            Text(
                f"表“{broken[0]}”引用了不存在的行；没有任何修改",
                f"table '{broken[0]}' refers to rows that do not exist; nothing was changed",
            ),
            hint=Text(
                "请恢复备份，或连同 monitor doctor 的输出报告",
                "restore a backup, or report this with the output of 'monitor doctor'",
            ),
        )


def alembic_config(connection: Connection) -> Config:
    """Return Alembic's configuration for work on ``connection``; there is no ``alembic.ini``."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["connection"] = connection
    return config


def _refuse_newer(revision: str | None) -> None:
    known = {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
    if revision is not None and revision not in known:
        raise ConfigError(
            Text(
                f"数据库的结构是 {revision}，本程序不认识",
                f"the database has schema {revision}, which this program does not know",
            ),
            where="service.database_url",
            hint=Text(
                "它由更新的版本写成：请运行那个版本，或恢复备份",
                "a newer version wrote it: run that version, or restore a backup",
            ),
        )


def _back_up(database: Database, revision: str, clock: Clock) -> Path | None:
    source = database.engine.url.database
    if not source or source == ":memory:":
        return None
    path = Path(source)
    stamp = utc_now(clock).strftime("%Y%m%dT%H%M%SZ")
    copy = path.with_name(f"{path.name}.{revision}.{stamp}.backup")
    if shutil.disk_usage(path.parent).free < 2 * path.stat().st_size:
        raise ConfigError(
            Text(
                "磁盘空间不足，无法在升级前备份数据库",
                "too little disk space to copy the database before migrating it",
            ),
            where=str(path),
            hint=Text("请至少腾出数据库两倍大小的空间", "free at least twice its size"),
        )
    with closing(sqlite3.connect(path)) as old, closing(sqlite3.connect(copy)) as new:
        old.backup(new)
    return copy


def _describe(change: Any) -> str:
    if isinstance(change, list):
        return "; ".join(_describe(item) for item in change)
    kind, *details = change
    names = [str(getattr(item, "name", item)) for item in details if item is not None]
    return f"{kind}: {' '.join(names)}"
