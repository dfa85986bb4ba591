"""Reads the chain of requests back, and compares it with the words that are still kept."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from secrets import compare_digest

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.domain.chain import ChainVerdict, look_through
from monitor.store.base import Database
from monitor.store.chains import links
from monitor.store.data_requests import DataRequestRow, RequestNoteRow, RequestStepRow, digest_of


@dataclass(frozen=True, slots=True)
class RequestVerdict:
    """What looking through came to; ``erased`` steps have no words any more, as they should."""

    chain: ChainVerdict
    erased: int
    problems: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Say whether nothing was found wrong."""
        return self.chain.sound and not self.problems


class RequestChain:
    """Reads the chain back."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def verify(self, known: str | None = None) -> RequestVerdict:
        """Look through the whole chain and all words; ``known`` is a hash written down earlier."""
        with self._database.reading() as session:
            verdict = look_through((link for link, _ in links(session, RequestStepRow)), known)
            problems = tuple(_problems(session))
            steps = verdict.rows - len(session.scalars(select(RequestNoteRow.position)).all())
        return RequestVerdict(verdict, max(0, steps), problems)


def _problems(session: Session) -> Iterator[str]:
    erased = set(
        session.scalars(select(DataRequestRow.id).where(DataRequestRow.erased.is_not(None)))
    )
    for link, row in links(session, RequestStepRow):
        note = session.get(RequestNoteRow, link.position)
        if note is None:
            if row.request_id not in erased:
                yield f"the words of step {link.position} are missing"
        elif row.request_id in erased:
            yield f"the words of step {link.position} were to be erased"
        elif not compare_digest(
            digest_of(note.salt, note.words), json.loads(link.content)["words"]
        ):
            yield f"the words of step {link.position} were altered"
