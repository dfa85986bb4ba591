"""Search over all alerts: each word must stand somewhere in what is known about one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from monitor.store.alerts import AlertRow, AlertStepRow
from monitor.store.text import clean_line

_MOST_WORDS = 6
_LONGEST_WORD = 60


@dataclass(frozen=True, slots=True)
class Word:
    """One word to find, with the ids of the places and rules whose names hold it."""

    text: str
    institution_ids: frozenset[str] = frozenset()
    room_ids: frozenset[str] = frozenset()
    rules: frozenset[str] = frozenset()


def words_of(text: str) -> tuple[str, ...]:
    """Return the words of what somebody typed, without doubles, as many as are looked for."""
    words = (word[:_LONGEST_WORD] for word in clean_line(text, 200).split())
    return tuple(dict.fromkeys(words))[:_MOST_WORDS]


def says(words: Sequence[Word]) -> ColumnElement[bool]:
    """Return the condition that an alert says each of ``words``.

    Looked at are its explanation in both languages, what people wrote about it, who handles it,
    and the names behind its ids.
    """
    return and_(*(_says(word) for word in words))


def _says(word: Word) -> ColumnElement[bool]:
    wrote = select(AlertStepRow.alert_id).where(
        AlertStepRow.reason != "", _holds(AlertStepRow.reason, word.text)
    )
    return or_(
        _holds(AlertRow.explain_zh, word.text),
        _holds(AlertRow.explain_en, word.text),
        _holds(AlertRow.assignee, word.text),
        AlertRow.institution_id.in_(word.institution_ids),
        AlertRow.room_id.in_(word.room_ids),
        AlertRow.rule.in_(word.rules),
        AlertRow.id.in_(wrote),
    )


def _holds(column: InstrumentedAttribute[str], text: str) -> ColumnElement[bool]:
    if text.upper() == text.lower():  # no letters with cases: nothing needs to be folded
        return column.contains(text, autoescape=True)
    return column.icontains(text, autoescape=True)
