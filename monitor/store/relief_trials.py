"""What a back-test gave for each suggested threshold: the latest one of a rule in a room."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import JSON, String, select
from sqlalchemy.orm import Mapped, mapped_column

from monitor.store.base import Base, Database, UtcDateTime
from monitor.store.upsert import upsert


class ReliefTrialRow(Base):
    """The latest back-test of a longer wait for one rule in one room."""

    __tablename__ = "relief_trial"

    rule: Mapped[str] = mapped_column(String(64), primary_key=True)
    room_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    after: Mapped[float]
    tried: Mapped[datetime] = mapped_column(UtcDateTime)
    days: Mapped[int]
    hours: Mapped[float]
    kept: Mapped[int]
    gone: Mapped[int]
    fresh: Mapped[int]
    untold: Mapped[int]
    lost: Mapped[list[int]] = mapped_column(JSON)


@dataclass(frozen=True, slots=True)
class ReliefTrial:
    """A wait of ``after`` seconds, tried on ``hours`` of tracks of the last ``days``.

    Of what fired ``kept`` would come all the same and ``gone`` would not; ``fresh`` would come in
    addition; for ``untold`` there were no tracks. ``lost`` are the alerts among those gone that
    people confirmed.
    """

    rule: str
    room_id: str
    after: float
    tried: datetime
    days: int
    hours: float
    kept: int
    gone: int
    fresh: int
    untold: int
    lost: tuple[int, ...]

    @property
    def before(self) -> int:
        """How many of those that can be told about fired."""
        return self.kept + self.gone

    @property
    def remaining(self) -> int:
        """How many would have fired."""
        return self.kept + self.fresh


class ReliefTrialRepository:
    """Keeps the latest back-test of each suggestion."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, trial: ReliefTrial) -> None:
        """Keep what a back-test gave in place of an earlier one of this rule in this room."""
        values = asdict(trial) | {"lost": list(trial.lost)}
        with self._database.transaction() as session:
            upsert(session, ReliefTrialRow, [values], "rule", "room_id")

    def latest(self) -> dict[tuple[str, str], ReliefTrial]:
        """Return all of them by rule and room."""
        with self._database.reading() as session:
            return {
                (row.rule, row.room_id): ReliefTrial(
                    rule=row.rule,
                    room_id=row.room_id,
                    after=row.after,
                    tried=row.tried,
                    days=row.days,
                    hours=row.hours,
                    kept=row.kept,
                    gone=row.gone,
                    fresh=row.fresh,
                    untold=row.untold,
                    lost=tuple(row.lost),
                )
                for row in session.scalars(select(ReliefTrialRow))
            }
