"""A small district with a keeper of its personal data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitor.domain.access import DISTRICT
from monitor.domain.access_register import Accessor
from monitor.domain.clock import ManualClock, utc_now
from monitor.domain.data_requests import (
    AnswerTimes,
    DataRequest,
    NewRequest,
    Particulars,
    RequestAction,
    Requester,
    Way,
    Wish,
)
from monitor.domain.personal_data import DataKind
from monitor.runtime.environment import Environment
from monitor.runtime.privacy.keeper import PrivacyKeeper, Stores
from monitor.store.base import Database
from monitor.store.data_request_repository import DataRequests
from monitor.store.files import FileStore
from monitor.store.place_repository import PlaceRepository

CONFIG: dict[str, Any] = {
    "version": 1,
    "service": {"data_dir": "data"},
    "sources": {"networks": ["127.0.0.0/8"]},
    "district": {"id": "d", "name": {"zh": "区", "en": "District"}},
    "notify": {"channels": [{"id": "duty", "url": "json://127.0.0.1/duty", "language": "en"}]},
    "institutions": [
        {
            "id": "sun",
            "name": {"zh": "阳光托育园", "en": "Sunshine"},
            "rooms": [
                {
                    "id": "sun-room",
                    "name": {"zh": "托小班", "en": "Toddlers"},
                    "type": "activity",
                    "cameras": [
                        {"id": "sun-cam", "name": "东角", "url": "rtsp://127.0.0.1/1"},
                    ],
                }
            ],
        }
    ],
}
CLERK = Accessor(1, "chen", "陈静", "阳光托育园")
CHIEF = Accessor(2, "wang", "王督导", "指导中心")


@dataclass
class Kept:
    """The district, its keeper, and ways to let time pass."""

    environment: Environment
    database: Database
    clock: ManualClock

    @property
    def now(self) -> datetime:
        """Return the present moment."""
        return utc_now(self.clock)

    @property
    def files(self) -> FileStore:
        """Return where evidence, photos and scans lie."""
        return FileStore(self.environment.evidence_folder)

    @property
    def keeper(self) -> PrivacyKeeper:
        """Return what erases."""
        stores = Stores.of(self.environment)
        return PrivacyKeeper(self.environment.settings, self.database, self.clock, stores)

    def due(self, kind: DataKind) -> int:
        """Return how much of a kind is due."""
        return next(one.count for one in self.keeper.due() if one.kind is kind)

    def erase(self) -> dict[DataKind, int]:
        """Erase what is due and return how much that was, of the kinds that there were any of."""
        done = self.keeper.run()
        assert [one.problem for one in done if one.problem] == []
        return {one.kind: one.count for one in done if one.count}

    def ask(self, start: datetime | None = None, end: datetime | None = None) -> DataRequest:
        """Take a request down about data of a time, or of any."""
        told = Particulars("李女士", "", "", "", "", "擦伤", "")
        day = self.now.date()
        new = NewRequest(
            "sun", Requester.GUARDIAN, Wish.ACCESS, Way.MAIL, day, told, (), start, end
        )
        requests = DataRequests(self.database)
        return requests.record(DISTRICT, new, CLERK, self.now, day, AnswerTimes())

    def withdraw(self, request: DataRequest) -> None:
        """Let somebody withdraw a request."""
        requests = DataRequests(self.database)
        action = RequestAction.WITHDRAW
        requests.act(DISTRICT, request.id, action, CHIEF, self.now, text="as told")


@pytest.fixture
def kept(tmp_path: Path, database: Database, clock: ManualClock) -> Kept:
    """Return the district."""
    path = tmp_path / "district.yaml"
    path.write_text(yaml.safe_dump(CONFIG, allow_unicode=True), "utf-8")
    environment = Environment.load(path)
    PlaceRepository(database).sync(environment.district, utc_now(clock))
    return Kept(environment, database, clock)


def day_before(moment: datetime, days: int) -> date:
    """Return the day that lies some days back."""
    return (moment - timedelta(days=days)).date()
