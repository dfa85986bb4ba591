from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from monitor.domain.access import DISTRICT, Scope, ScopeKind
from monitor.domain.connections import ConnectionTrial, StreamKind
from monitor.domain.text import Text
from monitor.store.connection_trials import ConnectionTrials

if TYPE_CHECKING:
    from monitor.store.base import Database
    from monitor.store.place_repository import PlaceRepository

GOOD = ConnectionTrial(
    "sun",
    "sun-toddler",
    "sun-toddler-1",
    StreamKind.MAIN,
    readable=True,
    codec="hevc",
    width=1920,
    height=1080,
    fps=25.0,
    kbit_s=2048,
    gop_s=2.0,
    clock_offset_s=-3.5,
    first_picture_s=0.4,
)
BAD = ConnectionTrial(
    "moon",
    "moon-hall",
    "moon-hall-1",
    StreamKind.SUB,
    readable=False,
    fault=Text("拒绝", "refused"),
    advice=Text("检查", "check"),
)


def test_only_the_newest_report_is_kept(
    database: Database, places: PlaceRepository, now: datetime
) -> None:
    trials = ConnectionTrials(database)
    assert trials.newest(DISTRICT).tried is None
    trials.replace([GOOD, BAD], now)
    assert trials.newest(DISTRICT).trials == (BAD, GOOD)
    later = now + timedelta(hours=1)
    mended = replace(BAD, readable=True, fault=Text("", ""), advice=Text("", ""))
    trials.replace([mended], later)
    report = trials.newest(DISTRICT)
    assert (report.tried, report.trials) == (later, (mended,))


def test_everybody_sees_their_own_part(
    database: Database, places: PlaceRepository, now: datetime
) -> None:
    trials = ConnectionTrials(database)
    trials.replace([GOOD, BAD], now)
    assert trials.newest(Scope(ScopeKind.INSTITUTION, "sun")).trials == (GOOD,)
    assert trials.newest(Scope(ScopeKind.COMMUNITY, "竹园")).trials == (BAD,)
