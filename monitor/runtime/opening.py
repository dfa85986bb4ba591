"""Opening the database for use: it must have the schema that this program expects."""

from __future__ import annotations

from monitor.domain.errors import ConfigError
from monitor.domain.text import Text
from monitor.runtime.environment import Environment
from monitor.store import migrate
from monitor.store.base import Database


def open_store(environment: Environment) -> Database:
    """Open the database of ``environment``.

    Raises:
        ConfigError: its schema is missing or old; the message names the command that mends it.
    """
    database = environment.database()
    if migrate.current(database) != migrate.head():
        database.close()
        raise ConfigError(
            Text(
                "数据库的结构与本程序不符", "the database does not have the schema of this program"
            ),
            where=str(environment.config),
            hint=Text(
                f"请运行：monitor db upgrade -c {environment.config}",
                f"run: monitor db upgrade -c {environment.config}",
            ),
        )
    return database
