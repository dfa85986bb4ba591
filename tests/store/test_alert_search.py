from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.access import DISTRICT
from monitor.domain.alerts import Actor, AlertAction
from monitor.domain.events import Event
from monitor.domain.places import District
from monitor.store.alert_repository import AlertFilter, AlertRepository
from monitor.store.alert_search import Word, words_of
from monitor.store.base import Database
from monitor.store.event_repository import EventRepository
from monitor.store.place_repository import PlaceRepository

WANG = Actor(1, "Wang")
MakeEvent = Callable[..., Event]


@pytest.fixture
def alerts(
    database: Database, district: District, make_event: MakeEvent, now: datetime
) -> AlertRepository:
    PlaceRepository(database).sync(district, now)
    events = EventRepository(database)
    events.record(make_event(explain="Two children, 100% alone"), now)
    second = events.record(make_event(onset=2000, rule="crowding", explain="23 人"), now).alert_id
    repository = AlertRepository(database)
    repository.act(DISTRICT, second, AlertAction.COMMENT, WANG, now, reason="园长已到 Room_7")
    return repository


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (["CHILDREN"], ["unattended_child"]),
        (["children", "alone"], ["unattended_child"]),
        (["children", "23"], []),
        (["100%"], ["unattended_child"]),
        (["1%0"], []),
        (["人"], ["crowding"]),
        (["园长"], ["crowding"]),
        (["room_7"], ["crowding"]),
        (["room17"], []),
        (["n_"], []),
    ],
)
def test_every_word_must_be_said(
    alerts: AlertRepository, words: list[str], found: list[str]
) -> None:
    wanted = AlertFilter(words=tuple(map(Word, words)))
    assert [alert.rule for alert in alerts.list(DISTRICT, wanted).alerts] == found


def test_names_stand_for_their_ids(alerts: AlertRepository) -> None:
    for word in (
        Word("nowhere", rules=frozenset({"crowding"})),
        Word("nowhere", room_ids=frozenset({"sun-toddler"}), rules=frozenset({"x"})),
        Word("nowhere", institution_ids=frozenset({"sun"})),
    ):
        assert alerts.list(DISTRICT, AlertFilter(words=(word,))).alerts
    assert not alerts.list(DISTRICT, AlertFilter(words=(Word("nowhere"),))).alerts


def test_pages_of_what_was_found_neither_skip_nor_repeat(alerts: AlertRepository) -> None:
    wanted = AlertFilter(words=(Word("", room_ids=frozenset({"sun-toddler"})),))
    first = alerts.list(DISTRICT, wanted, limit=1)
    second = alerts.list(DISTRICT, wanted, first.next, limit=1)
    assert [item.rule for item in (*first.alerts, *second.alerts)] == [
        "crowding",
        "unattended_child",
    ]
    assert second.next is None


@given(st.text(max_size=500))
def test_whatever_is_typed_becomes_few_short_words(text: str) -> None:
    words = words_of(text)
    assert len(words) <= 6
    assert len(set(words)) == len(words)
    assert all(0 < len(word) <= 60 and not word.isspace() for word in words)
