"""Reads the chain of evidence back, and compares it with the index of files and the files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.domain.chain import ChainVerdict, Link, look_through
from monitor.store.base import Database
from monitor.store.chains import links
from monitor.store.evidence import EvidenceRow
from monitor.store.evidence_seals import EvidenceLinkRow, Sealed
from monitor.store.files import FileStore


@dataclass(frozen=True, slots=True)
class EvidenceVerdict:
    """What looking through the chain and at the files came to; ``problems`` is empty if well."""

    chain: ChainVerdict
    files: int
    problems: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Say whether nothing was found wrong."""
        return self.chain.sound and not self.problems


class EvidenceChain:
    """Reads the chain back."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_alert(self, alert_id: int) -> tuple[Link, ...]:
        """Return the rows about one alert, oldest first."""
        statement = (
            select(EvidenceLinkRow)
            .where(EvidenceLinkRow.alert_id == alert_id)
            .order_by(EvidenceLinkRow.position)
        )
        with self._database.reading() as session:
            return tuple(
                Link(row.position, row.content, row.former, row.hash)
                for row in session.scalars(statement)
            )

    def verify(self, files: FileStore | None = None, known: str | None = None) -> EvidenceVerdict:
        """Look through the whole chain, the index of files and, if given, the files themselves."""
        with self._database.reading() as session:
            verdict = look_through((link for link, _ in links(session, EvidenceLinkRow)), known)
            sealed = _sealed_files(session)
            rows = session.scalars(select(EvidenceRow).order_by(EvidenceRow.id)).all()
        problems = list(_index_problems(rows, sealed))
        if files is not None:
            problems += [
                f"file {row.path} is missing or was altered"
                for row in rows
                if not files.matches(row.path, sealed.get(row.id, row.sha256))
            ]
        return EvidenceVerdict(verdict, len(rows), tuple(problems))


def _sealed_files(session: Session) -> dict[int, str]:
    """Return the hash of every file that was filed and not removed, by its id."""
    sealed: dict[int, str] = {}
    for link, row in links(session, EvidenceLinkRow):
        if row.what == Sealed.EVENT.value:
            continue
        content = json.loads(link.content)
        if content["what"] == Sealed.FILE.value:
            sealed[content["evidence"]] = content["sha256"]
        else:
            sealed.pop(content["evidence"], None)
    return sealed


def _index_problems(rows: Sequence[EvidenceRow], sealed: dict[int, str]) -> Iterator[str]:
    for row in rows:
        if row.id not in sealed:
            yield f"evidence {row.id} is not in the chain"
        elif sealed[row.id] != row.sha256:
            yield f"evidence {row.id} has another hash than in the chain"
    for missing in sorted(set(sealed) - {row.id for row in rows}):
        yield f"evidence {missing} was removed without a trace in the chain"
