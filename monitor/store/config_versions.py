"""The versions of the district's file: append-only, chained, each whole and sealed.

The text is sealed because it holds the cameras' passwords; the chain covers the sealed form.
"""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import String, select
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Mapped, Session, mapped_column, undefer

from monitor.domain.alerts import Actor
from monitor.domain.chain import ChainVerdict, Link, look_through
from monitor.domain.errors import NotFoundError
from monitor.domain.text import Text
from monitor.store.append_only import append_only
from monitor.store.base import Base, BigId, Database, UtcDateTime
from monitor.store.chains import ChainedRow, append, links, written
from monitor.store.locks import take_turn
from monitor.store.sealing import Sealer
from monitor.store.text import clean_line, clean_text

_LONGEST_REASON = 1000
_COLUMNS = ("kind", "config_version", "by_user_id", "by", "reason", "restores")


class VersionKind(StrEnum):
    """How a version came about."""

    START = "start"
    """Found in the file when the service started, which has run with it since."""
    DISK = "disk"
    """Found in the file while the service ran: somebody changed it by hand. Not in force."""
    ADOPTED = "adopted"
    """What was changed by hand was put in force."""
    PAGE = "page"
    SHEET = "sheet"
    IMPORT = "import"
    UNDO = "undo"


class ConfigVersionRow(ChainedRow, Base):
    """One version; ``content`` is what counts, the columns repeat it for listing."""

    __tablename__ = "config_version"

    at: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(16))
    config_version: Mapped[str] = mapped_column(String(12), index=True)
    by_user_id: Mapped[int | None] = mapped_column(BigId)
    by: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(SqlText)
    restores: Mapped[int | None] = mapped_column(BigId)
    sealed: Mapped[str] = mapped_column(SqlText, deferred=True)


append_only(ConfigVersionRow.__table__)


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A version to be kept. ``restores`` is the earlier one that an undoing goes back to."""

    kind: VersionKind
    text: str
    actor: Actor
    reason: str = ""
    restores: int | None = None


@dataclass(frozen=True, slots=True)
class ConfigVersion:
    """A version as it is listed, without its text."""

    position: int
    at: datetime
    kind: VersionKind
    config_version: str
    by: str
    reason: str
    restores: int | None

    @property
    def in_force(self) -> bool:
        """Whether the service takes it over."""
        return self.kind is not VersionKind.DISK


def fingerprint(text: str) -> str:
    """Return what alerts call the version of a configuration with this text."""
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:12]


class ConfigVersions:
    """Keeps versions and finds them again; nothing is ever changed or removed."""

    def __init__(self, database: Database, secret: str) -> None:
        self._database = database
        self._sealer = Sealer(secret, "configuration version")

    def add(
        self, version: NewVersion, now: datetime, write: Callable[[], None] | None = None
    ) -> ConfigVersion:
        """Keep a version; ``write`` is called when it is all but kept, and may still refuse.

        Nobody else adds one meanwhile.
        """
        with self._database.transaction() as session:
            take_turn(session, f"chain:{ConfigVersionRow.__name__}")
            row = self._append(session, version, now)
            if write is not None:
                write()
            return _version(row)

    def add_unless_newest(self, version: NewVersion, now: datetime) -> ConfigVersion:
        """Keep a version unless the newest one has the same text; return the newest then.

        What was only found on disk is kept once more when it comes in force.
        """
        with self._database.transaction() as session:
            take_turn(session, f"chain:{ConfigVersionRow.__name__}")
            newest = session.scalars(_newest()).first()
            known = None if newest is None else _version(newest)
            same = known is not None and known.config_version == fingerprint(version.text)
            if known is not None and same and (known.in_force or version.kind is VersionKind.DISK):
                return known
            return _version(self._append(session, version, now))

    def newest(self, *, in_force: bool = False) -> ConfigVersion | None:
        """Return the newest version, or the newest that was put in force."""
        with self._database.reading() as session:
            row = session.scalars(_newest(in_force=in_force)).first()
            return None if row is None else _version(row)

    def list(self, before: int | None = None, limit: int = 50) -> tuple[ConfigVersion, ...]:
        """Return versions, newest first, from before the position ``before``."""
        statement = select(ConfigVersionRow).order_by(ConfigVersionRow.position.desc()).limit(limit)
        if before is not None:
            statement = statement.where(ConfigVersionRow.position < before)
        with self._database.reading() as session:
            return tuple(_version(row) for row in session.scalars(statement))

    def get(self, position: int) -> ConfigVersion:
        """Return one version.

        Raises:
            NotFoundError: there is none.
        """
        return _version(self._row(position))

    def former(self, position: int) -> ConfigVersion | None:
        """Return the newest version before ``position`` that has another text, if there is one.

        What was found on disk and then put in force is two versions of one text.

        Raises:
            NotFoundError: there is no version at ``position``.
        """
        statement = (
            select(ConfigVersionRow)
            .where(ConfigVersionRow.position < position)
            .where(ConfigVersionRow.config_version != self.get(position).config_version)
            .order_by(ConfigVersionRow.position.desc())
            .limit(1)
        )
        with self._database.reading() as session:
            row = session.scalars(statement).first()
            return None if row is None else _version(row)

    def text(self, position: int) -> str:
        """Return the whole text of a version, with its secrets.

        Raises:
            NotFoundError: there is none, or it was sealed by another installation.
        """
        opened = self._sealer.open(self._row(position).sealed, 0.0)
        if opened is None:
            raise NotFoundError(
                Text("这个版本用另一个密钥封存", "this version was sealed with another secret"),
                where=str(position),
                hint=Text(
                    "请连同数据库一起恢复数据文件夹中的 secret 文件",
                    "restore the file 'secret' of the data folder along with the database",
                ),
            )
        return zlib.decompress(base64.b64decode(opened["text"])).decode("utf-8")

    def verify(self, known: str | None = None) -> ChainVerdict:
        """Look through all versions; ``known`` is a hash written down earlier."""
        with self._database.reading() as session:
            return look_through(_checked(session), known)

    def _row(self, position: int) -> ConfigVersionRow:
        with self._database.reading() as session:
            row = session.get(
                ConfigVersionRow, position, options=[undefer(ConfigVersionRow.sealed)]
            )
            if row is None:
                raise NotFoundError(
                    Text("没有这个版本", "there is no such version"), where=str(position)
                )
            session.expunge(row)
            return row

    def _append(self, session: Session, version: NewVersion, now: datetime) -> ConfigVersionRow:
        packed = base64.b64encode(zlib.compress(version.text.encode("utf-8"))).decode()
        sealed = self._sealer.seal({"text": packed}, now.timestamp())
        actor = version.actor
        columns: dict[str, Any] = {
            "kind": version.kind.value,
            "config_version": fingerprint(version.text),
            "by_user_id": actor.user_id,
            "by": clean_line(actor.name, 200),
            "reason": clean_text(version.reason, _LONGEST_REASON),
            "restores": version.restores,
        }
        content = {
            "v": 1,
            "at": written(now),
            **columns,
            "address": clean_line(actor.address, 64),
            "sealed": _digest(sealed),
        }
        return append(session, ConfigVersionRow, content, at=now, sealed=sealed, **columns)


def _newest(*, in_force: bool = False) -> Any:
    statement = select(ConfigVersionRow).order_by(ConfigVersionRow.position.desc()).limit(1)
    if in_force:
        statement = statement.where(ConfigVersionRow.kind != VersionKind.DISK.value)
    return statement


def _version(row: ConfigVersionRow) -> ConfigVersion:
    return ConfigVersion(
        row.position,
        row.at,
        VersionKind(row.kind),
        row.config_version,
        row.by,
        row.reason,
        row.restores,
    )


def _checked(session: Session) -> Iterator[Link]:
    for link, row in links(session, ConfigVersionRow):
        content = json.loads(link.content)
        same = content.get("position") == link.position and content.get("at") == written(row.at)
        same = same and all(content.get(name) == getattr(row, name) for name in _COLUMNS)
        same = same and content.get("sealed") == _digest(row.sealed)
        yield link if same else Link(link.position, link.content + " ", link.former, link.hash)


def _digest(sealed: str) -> str:
    return hashlib.sha256(sealed.encode()).hexdigest()
