"""The devices on which people take browser push, and how each of them fared."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, LargeBinary, String, and_, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from monitor.domain.access import ScopeKind
from monitor.domain.errors import ConflictError, NotFoundError
from monitor.domain.notices import AlertChange, ChangeKind
from monitor.domain.push import LONGEST_ENDPOINT, Audience, Subscription
from monitor.domain.text import Language, Text
from monitor.store.alerts import AlertRow
from monitor.store.base import Base, BigId, Database, UtcDateTime
from monitor.store.changes import change_of, spokesman_of
from monitor.store.places import InstitutionRow
from monitor.store.text import clean_line, clean_text
from monitor.store.users import UserRow

MOST_DEVICES = 10
"""Devices that one person may have on the list."""


class PushDeviceRow(Base):
    """One device. ``digest`` is that of its endpoint; one that has ended has neither, nor keys."""

    __tablename__ = "push_device"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    endpoint: Mapped[str] = mapped_column(String(LONGEST_ENDPOINT))
    digest: Mapped[str | None] = mapped_column(String(64), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    auth: Mapped[bytes] = mapped_column(LargeBinary)
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    arrived: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failed: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str] = mapped_column(String(200))
    ended: Mapped[datetime | None] = mapped_column(UtcDateTime)


@dataclass(frozen=True, slots=True)
class PushDevice:
    """One device for its owner.

    ``arrived`` and ``failed`` are when its push service last took a message and last did not;
    ``ended`` is when that service said that the subscription is gone. ``digest`` is the SHA-256
    of the endpoint in hex, by which a browser finds itself.
    """

    id: int
    name: str
    digest: str | None
    created: datetime
    arrived: datetime | None
    failed: datetime | None
    error: str
    ended: datetime | None


@dataclass(frozen=True, slots=True)
class Reached:
    """A device that may be told something, and the language of its owner."""

    id: int
    addressee: str
    language: Language


class PushDevices:
    """Devices of people. Whoever may not sign in any more is not reached."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, user_id: int, subscription: Subscription, name: str, now: datetime) -> int:
        """Enter a device and return its id; a browser that is known belongs to ``user_id`` now.

        Raises:
            ConflictError: the person has :data:`MOST_DEVICES` already.
        """
        digest = hashlib.sha256(subscription.endpoint.encode()).hexdigest()
        values: dict[str, Any] = {
            "user_id": user_id,
            "name": clean_line(name, 80) or "–",
            "endpoint": subscription.endpoint,
            "public_key": subscription.public_key,
            "auth": subscription.auth,
            "ended": None,
        }
        with self._database.transaction() as session:
            # The owner's row is locked, so that nobody gets past the limit by asking at once.
            session.get_one(UserRow, user_id, with_for_update=True)
            row = session.scalar(select(PushDeviceRow).where(PushDeviceRow.digest == digest))
            if row is None or row.user_id != user_id:
                _refuse_too_many(session, user_id)
            if row is None:
                row = PushDeviceRow(digest=digest, created=now, error="", **values)
                session.add(row)
            else:
                for field, value in values.items():
                    setattr(row, field, value)
            session.flush()
            return row.id

    def of_user(self, user_id: int) -> tuple[PushDevice, ...]:
        """Return a person's devices, the newest first."""
        statement = (
            select(PushDeviceRow)
            .where(PushDeviceRow.user_id == user_id)
            .order_by(PushDeviceRow.id.desc())
        )
        with self._database.reading() as session:
            return tuple(_device(row) for row in session.scalars(statement))

    def get(self, user_id: int, device_id: int) -> PushDevice:
        """Return one of a person's devices.

        Raises:
            NotFoundError: they have no such device.
        """
        with self._database.reading() as session:
            return _device(_own(session, user_id, device_id))

    def remove(self, user_id: int, device_id: int) -> None:
        """Take one of a person's devices off the list.

        Raises:
            NotFoundError: they have no such device.
        """
        with self._database.transaction() as session:
            session.delete(_own(session, user_id, device_id))

    def reached(self, audience: Audience, institution_id: str | None) -> Sequence[Reached]:
        """Return the devices of an audience whose owners may see an institution.

        What is about no institution reaches those who see the whole district.
        """
        statement = (
            select(PushDeviceRow, UserRow)
            .join(UserRow, UserRow.id == PushDeviceRow.user_id)
            .where(*_LIVE, _sees(institution_id))
            .order_by(PushDeviceRow.id)
        )
        if audience.role is not None:
            statement = statement.where(UserRow.role == audience.role.value)
        if audience.user:
            statement = statement.where(UserRow.name == audience.user)
        with self._database.reading() as session:
            return tuple(
                Reached(
                    device.id,
                    f"{user.display_name} · {device.name}",
                    "en" if user.language == "en" else "zh",
                )
                for device, user in session.execute(statement)
            )

    def subscription(self, device_id: int) -> Subscription | None:
        """Return where a device is reached; ``None`` if it is not to be told any more."""
        statement = (
            select(PushDeviceRow)
            .join(UserRow, UserRow.id == PushDeviceRow.user_id)
            .where(PushDeviceRow.id == device_id, *_LIVE)
        )
        with self._database.reading() as session:
            row = session.scalar(statement)
            return None if row is None else Subscription(row.endpoint, row.public_key, row.auth)

    def arrived(self, device_id: int, now: datetime) -> None:
        """Take down that a push service took a message."""
        self._change(device_id, arrived=now, failed=None, error="")

    def failed(self, device_id: int, now: datetime, why: str) -> None:
        """Take down that it did not."""
        self._change(device_id, failed=now, error=clean_text(why, 200))

    def gone(self, device_id: int, now: datetime) -> None:
        """Forget where a device was reached; its owner sees that it ended."""
        self._change(device_id, ended=now, endpoint="", digest=None, public_key=b"", auth=b"")

    def about(self, alert_id: int, now: datetime) -> AlertChange | None:
        """Return an alert as messages about it are worded, if it is still there."""
        with self._database.reading() as session:
            alert = session.get(AlertRow, alert_id)
            if alert is None:
                return None
            return change_of(session, ChangeKind.RAISED, alert, spokesman_of(session, alert), now)

    def _change(self, device_id: int, **values: Any) -> None:
        with self._database.transaction() as session:
            session.execute(
                update(PushDeviceRow).where(PushDeviceRow.id == device_id).values(**values)
            )


_LIVE = (PushDeviceRow.ended.is_(None), UserRow.active, ~UserRow.must_change_password)


def _sees(institution_id: str | None) -> Any:
    district = UserRow.scope_kind == ScopeKind.DISTRICT.value
    if institution_id is None:
        return district
    community = select(InstitutionRow.community).where(InstitutionRow.id == institution_id)
    return or_(
        district,
        and_(UserRow.scope_kind == ScopeKind.INSTITUTION.value, UserRow.scope_id == institution_id),
        and_(
            UserRow.scope_kind == ScopeKind.COMMUNITY.value,
            UserRow.scope_id == community.scalar_subquery(),
        ),
    )


def _refuse_too_many(session: Session, user_id: int) -> None:
    count = select(func.count()).where(PushDeviceRow.user_id == user_id)
    if (session.scalar(count) or 0) >= MOST_DEVICES:
        raise ConflictError(
            Text(
                f"一个人最多 {MOST_DEVICES} 台设备", f"a person has {MOST_DEVICES} devices at most"
            ),
            hint=Text("请先移除一台", "remove one of them first"),
        )


def _own(session: Session, user_id: int, device_id: int) -> PushDeviceRow:
    row = session.get(PushDeviceRow, device_id)
    if row is None or row.user_id != user_id:
        raise NotFoundError(
            Text("没有这台设备", "there is no such device"), where=f"device {device_id}"
        )
    return row


def _device(row: PushDeviceRow) -> PushDevice:
    return PushDevice(
        id=row.id,
        name=row.name,
        digest=row.digest,
        created=row.created,
        arrived=row.arrived,
        failed=row.failed,
        error=row.error,
        ended=row.ended,
    )
