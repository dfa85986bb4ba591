"""Second factors: a secret in a person's own app, and recovery codes for when it is lost."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from monitor.domain.errors import ConflictError, InputError
from monitor.domain.text import Text
from monitor.domain.totp import matching_step, new_secret
from monitor.store.base import Base, Database, UtcDateTime
from monitor.store.sealing import Sealer
from monitor.store.tokens import token_hash
from monitor.store.upsert import affected

RECOVERY_CODES = 10
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"  # nothing that looks like something else
_PURPOSE = "second factor"


class SecondFactorRow(Base):
    """One person's secret, sealed; it counts once ``confirmed``."""

    __tablename__ = "second_factor"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("app_user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    secret: Mapped[str] = mapped_column(String(500))
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    confirmed: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_step: Mapped[int] = mapped_column(BigInteger)


class RecoveryCodeRow(Base):
    """One code that stands in for the app, once. Only its hash is stored."""

    __tablename__ = "recovery_code"

    code_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("app_user.id", ondelete="CASCADE"), index=True)
    used: Mapped[datetime | None] = mapped_column(UtcDateTime)


class SecondFactors:
    """Enrols, checks and resets second factors. ``secret`` is the installation's."""

    def __init__(self, database: Database, secret: str) -> None:
        self._database = database
        self._sealer = Sealer(secret, _PURPOSE)

    def begin(self, user_id: int, now: datetime) -> bytes:
        """Return the secret to enrol with: a new one, or the one begun with and not confirmed.

        Raises:
            ConflictError: a second factor is in use already.
        """
        with self._database.transaction() as session:
            row = session.get(SecondFactorRow, user_id, with_for_update=True)
            if row is not None and row.confirmed is not None:
                raise ConflictError(
                    Text("已在使用第二步验证", "a second factor is in use already"),
                    where="second factor",
                )
            known = self._open(row, now) if row is not None else None
            if known is not None:
                return known
            if row is not None:
                session.delete(row)
                session.flush()
            fresh = new_secret()
            sealed = self._sealer.seal({"s": base64.b64encode(fresh).decode()}, now.timestamp())
            session.add(SecondFactorRow(user_id=user_id, secret=sealed, created=now, last_step=-1))
            return fresh

    def confirm(self, user_id: int, code: str, now: datetime) -> tuple[str, ...]:
        """Put the secret into use if ``code`` shows that the app has it; return recovery codes.

        Raises:
            InputError: the code is wrong.
        """
        with self._database.transaction() as session:
            row = session.get(SecondFactorRow, user_id, with_for_update=True)
            if row is None or row.confirmed is not None or not self._uses(row, code, now):
                raise InputError(Text("验证码不对", "the code is wrong"), where="code")
            row.confirmed = now
            return _new_codes(session, user_id)

    def check(self, user_id: int, code: str, now: datetime) -> bool:
        """Say whether ``code`` is the app's present one, or a recovery code; each works once."""
        with self._database.transaction() as session:
            row = session.get(SecondFactorRow, user_id, with_for_update=True)
            if row is None or row.confirmed is None:
                return False
            if self._uses(row, code, now):
                return True
            claim = (
                update(RecoveryCodeRow)
                .where(
                    RecoveryCodeRow.code_hash == _code_hash(user_id, code),
                    RecoveryCodeRow.used.is_(None),
                )
                .values(used=now)
            )
            return affected(session.execute(claim)) == 1

    def renew_codes(self, user_id: int) -> tuple[str, ...]:
        """Return new recovery codes; the old ones work no more."""
        with self._database.transaction() as session:
            return _new_codes(session, user_id)

    def codes_left(self, user_id: int) -> int:
        """Return how many recovery codes have not been used."""
        statement = select(RecoveryCodeRow.code_hash).where(
            RecoveryCodeRow.user_id == user_id, RecoveryCodeRow.used.is_(None)
        )
        with self._database.reading() as session:
            return len(session.scalars(statement).all())

    def remove(self, user_id: int) -> None:
        """Forget somebody's second factor and recovery codes, so that they can enrol anew."""
        with self._database.transaction() as session:
            session.execute(delete(SecondFactorRow).where(SecondFactorRow.user_id == user_id))
            session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.user_id == user_id))

    def enrolled(self, user_ids: Collection[int]) -> frozenset[int]:
        """Return which of these people have a second factor in use."""
        statement = select(SecondFactorRow.user_id).where(
            SecondFactorRow.user_id.in_(user_ids), SecondFactorRow.confirmed.is_not(None)
        )
        with self._database.reading() as session:
            return frozenset(session.scalars(statement))

    def _uses(self, row: SecondFactorRow, code: str, now: datetime) -> bool:
        secret = self._open(row, now)
        if secret is None:
            return False
        step = matching_step(secret, code, now.timestamp(), row.last_step)
        if step is None:
            return False
        row.last_step = step
        return True

    def _open(self, row: SecondFactorRow, now: datetime) -> bytes | None:
        opened = self._sealer.open(row.secret, now.timestamp())
        return None if opened is None else base64.b64decode(opened["s"])


def _new_codes(session: Session, user_id: int) -> tuple[str, ...]:
    session.execute(delete(RecoveryCodeRow).where(RecoveryCodeRow.user_id == user_id))
    codes = tuple(_new_code() for _ in range(RECOVERY_CODES))
    session.add_all(
        RecoveryCodeRow(code_hash=_code_hash(user_id, code), user_id=user_id) for code in codes
    )
    return codes


def _new_code() -> str:
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(12))
    return "-".join(letters[at : at + 4] for at in range(0, 12, 4))


def _code_hash(user_id: int, code: str) -> str:
    plain = "".join(char for char in code.lower() if char.isalnum())
    return token_hash(f"{user_id}:{plain}")
