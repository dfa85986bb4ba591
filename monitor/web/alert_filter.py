"""What of the history somebody wants to see: the filter's fields as they come in by URL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Annotated, TypeVar
from zoneinfo import ZoneInfo

from fastapi import Depends, Query

from monitor.detectors.rules import rule_kinds
from monitor.domain.alerts import AlertState
from monitor.domain.errors import InputError
from monitor.domain.events import Severity
from monitor.domain.text import LANGUAGES, Text
from monitor.runtime.backtest.comparison import Verdict
from monitor.store.alert_repository import AlertFilter
from monitor.store.alert_search import Word, words_of
from monitor.web.directory import Directory
from monitor.web.parameters import PlaceFilter
from monitor.web.wording import rule_name

K = TypeVar("K", bound=StrEnum)

_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_STATES: Mapping[Verdict, frozenset[AlertState]] = {
    Verdict.CONFIRMED: frozenset({AlertState.RESOLVED}),
    Verdict.FALSE: frozenset({AlertState.FALSE}),
    Verdict.DRILL: frozenset({AlertState.DRILL}),
    Verdict.NONE: frozenset({AlertState.OPEN, AlertState.ACKNOWLEDGED}),
}


def _chosen(
    institution: PlaceFilter = "",
    room: PlaceFilter = "",
    rule: PlaceFilter = "",
    severity: str = "",
    state: str = "",
    verdict: str = "",
    since: str = "",
    until: str = "",
    q: Annotated[str, Query(max_length=200)] = "",
) -> dict[str, str]:
    given = {
        "institution": institution,
        "room": room,
        "rule": rule,
        "severity": severity,
        "state": state,
        "verdict": verdict,
        "since": since,
        "until": until,
        "q": q.strip(),
    }
    return {key: value for key, value in given.items() if value}


Chosen = Annotated[dict[str, str], Depends(_chosen)]
"""The fields that somebody filled in, as written."""


def alert_filter(chosen: Mapping[str, str], directory: Directory, zone: ZoneInfo) -> AlertFilter:
    """Return the filter that the fields stand for; days are those of ``zone``.

    Raises:
        InputError: a field holds what does not exist.
    """
    since, until = _midnight(chosen, "since", zone), _midnight(chosen, "until", zone)
    severity = _one(Severity, chosen, "severity")
    return AlertFilter(
        states=_states(chosen),
        severities=frozenset() if severity is None else frozenset({severity}),
        rules=frozenset({chosen["rule"]}) if "rule" in chosen else frozenset(),
        institution_id=chosen.get("institution"),
        room_id=chosen.get("room"),
        since=since,
        until=until + timedelta(days=1) if until else None,
        words=tuple(_word(text, directory) for text in words_of(chosen.get("q", ""))),
    )


def _states(chosen: Mapping[str, str]) -> frozenset[AlertState]:
    """Return the states wanted; a state that no verdict of the wanted kind has finds nothing."""
    state, verdict = _one(AlertState, chosen, "state"), _one(Verdict, chosen, "verdict")
    if verdict is None:
        return frozenset() if state is None else frozenset({state})
    if state is None:
        return _STATES[verdict]
    if state not in _STATES[verdict]:
        raise InputError(
            Text("这种状态的告警没有这样的结论", "no alert of this state has this verdict"),
            where="verdict",
        )
    return frozenset({state})


def _one(kind: type[K], chosen: Mapping[str, str], key: str) -> K | None:
    if key not in chosen:
        return None
    try:
        return kind(chosen[key])
    except ValueError:
        raise InputError(Text(f"没有这样的 {key}", f"there is no such {key}"), where=key) from None


def _midnight(chosen: Mapping[str, str], key: str, zone: ZoneInfo) -> datetime | None:
    if key not in chosen:
        return None
    try:
        day = date.fromisoformat(chosen[key])
    except ValueError:
        raise InputError(
            Text("这不是日期", "this is not a day"),
            where=key,
            hint=Text("写作 2026-11-02", "write it as 2026-11-02"),
        ) from None
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise InputError(Text("没有那段时间的告警", "there are no alerts of that time"), where=key)
    return datetime.combine(day, time(), zone)


def _word(text: str, directory: Directory) -> Word:
    """Return the word with everything in sight that is called so in either language."""
    low = text.lower()

    def called(names: list[str]) -> bool:
        return any(low in name.lower() for name in names)

    return Word(
        text,
        institution_ids=frozenset(
            key
            for key, place in directory.institutions.items()
            if called([place.institution.name.zh, place.institution.name.en])
        ),
        room_ids=frozenset(
            key
            for key, place in directory.rooms.items()
            if called([place.room.name.zh, place.room.name.en])
        ),
        rules=frozenset(
            rule
            for rule in rule_kinds()
            if called([rule_name(rule, language) for language in LANGUAGES])
        ),
    )
