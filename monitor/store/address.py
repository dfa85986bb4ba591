"""The address of a database, checked before anything is opened."""

from __future__ import annotations

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from monitor.domain.errors import ConfigError
from monitor.domain.text import Text

_WHERE = "service.database_url"
_WRITE = Text(
    "写作 sqlite:///路径/kanhu.db 或 postgresql+psycopg://用户:密码@主机/库名",
    "use sqlite:///path/kanhu.db or postgresql+psycopg://user:password@host/name",
)


def address_of(url: str) -> URL:
    """Return the parts of a database's URL.

    Raises:
        ConfigError: it is not understood, or names a database or a driver that is not here.
    """
    try:
        address = make_url(url)
    except ArgumentError:
        raise ConfigError(
            Text("数据库地址无法识别", "the database URL cannot be understood"),
            where=_WHERE,
            hint=_WRITE,
        ) from None
    kind = address.get_backend_name()
    if kind not in ("sqlite", "postgresql"):
        raise ConfigError(
            Text(f"不支持数据库“{kind}”", f"database '{kind}' is not supported"),
            where=_WHERE,
            hint=Text("请用 SQLite 或 PostgreSQL", "use SQLite or PostgreSQL"),
        )
    try:
        address.get_dialect().import_dbapi()
    except (ImportError, NoSuchModuleError):
        name = address.drivername
        raise ConfigError(
            Text(f"没有数据库驱动“{name}”", f"there is no database driver '{name}' here"),
            where=_WHERE,
            hint=_WRITE,
        ) from None
    return address
