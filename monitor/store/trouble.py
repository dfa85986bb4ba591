"""What to tell people when the database cannot be used."""

from __future__ import annotations

from sqlalchemy.exc import InterfaceError, OperationalError

from monitor.domain.errors import ConfigError
from monitor.domain.text import Text


def database_trouble(error: BaseException) -> ConfigError | None:
    """Return the message for a database that is away, refuses or is full; else ``None``."""
    if not isinstance(error, OperationalError | InterfaceError):
        return None
    said = next((line.strip() for line in str(error.orig).splitlines() if line.strip()), "")
    return ConfigError(
        Text(f"数据库无法使用：{said}", f"the database cannot be used: {said}"),
        where="service.database_url",
        hint=Text(
            "检查数据库是否在运行，地址、用户和密码是否正确",
            "check that it runs, and that its address, user and password are right",
        ),
    )
