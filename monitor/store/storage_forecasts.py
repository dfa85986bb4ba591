"""The latest answer to the question for how many days the disk still suffices."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from monitor.store.base import Base, Database, UtcDateTime
from monitor.store.upsert import upsert

_ONLY = 1


class StorageForecastRow(Base):
    """One row: what was reckoned last."""

    __tablename__ = "storage_forecast"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)


@dataclass(frozen=True, slots=True)
class CameraStorage:
    """What a camera writes a day, holds now and will hold when its time is full, in bytes."""

    camera_id: str
    per_day: int
    days_held: float
    days_required: float
    at_last: int


@dataclass(frozen=True, slots=True)
class StorageForecast:
    """How the store will fill.

    ``free`` bytes are left beyond ``reserve``, or ``None`` in an object store. ``days_left`` is
    ``None`` where what is required fits.
    """

    at: datetime
    free: int | None
    reserve: int
    per_day: int
    still_needed: int
    days_left: float | None
    cameras: tuple[CameraStorage, ...]


class StorageForecastRepository:
    """Keeps the latest forecast."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, forecast: StorageForecast) -> None:
        """Replace the forecast."""
        body = asdict(forecast)
        del body["at"]
        row = {"id": _ONLY, "at": forecast.at, "body": body}
        with self._database.transaction() as session:
            upsert(session, StorageForecastRow, [row], "id")

    def latest(self) -> StorageForecast | None:
        """Return the forecast, or ``None`` before the first."""
        with self._database.reading() as session:
            row = session.get(StorageForecastRow, _ONLY)
            if row is None:
                return None
            body = dict(row.body)
            cameras = tuple(CameraStorage(**item) for item in body.pop("cameras"))
            return StorageForecast(at=row.at, cameras=cameras, **body)
