"""Inspections on site as reports show them: what the store knows, with photos and signatures.

A file that does not fit its hash is not shown; the report says so instead.
"""

from __future__ import annotations

import hashlib

from monitor.domain.access import Scope
from monitor.domain.errors import NotFoundError
from monitor.domain.onsite import Receipt
from monitor.inspections.reports.thumbnail import thumbnail
from monitor.inspections.reports.visit import (
    LateAnswer,
    VisitAddendum,
    VisitFinding,
    VisitPhoto,
    VisitRecord,
    VisitSignature,
)
from monitor.store.base import Database
from monitor.store.files import FileStore
from monitor.store.finding_repository import FindingFilter, FindingRepository
from monitor.store.onsite_repository import OnsiteRepository
from monitor.store.onsite_views import Inspection, PhotoView, SignatureView


class VisitRecords:
    """Finds the inspection that was begun with a checklist."""

    def __init__(self, database: Database, files: FileStore | None) -> None:
        self._visits = OnsiteRepository(database)
        self._findings = FindingRepository(database)
        self._files = files

    def find(self, scope: Scope, checklist_id: int) -> VisitRecord | None:
        """Return an inspection, or ``None`` where none was begun."""
        inspection = self._visits.find(scope, checklist_id)
        if inspection is None:
            return None
        found = self._findings.list(scope, FindingFilter(checklist_id=checklist_id))
        order = [entry.item.id for entry in inspection.view.checklist.entries]
        return VisitRecord(
            begun=inspection.begun,
            begun_by=inspection.begun_by,
            signed=inspection.signed,
            answers_sha256=inspection.answers_sha256,
            photos=tuple(
                self._photo(photo)
                for photo in sorted(inspection.photos, key=lambda one: order.index(one.item_id))
            ),
            signatures=tuple(self._signature(one) for one in inspection.signatures),
            addenda=tuple(
                VisitAddendum(one.item_id, one.text, one.by, one.at) for one in inspection.addenda
            ),
            late=_late(inspection),
            findings=tuple(
                VisitFinding(
                    item_id=one.item_id,
                    severity=one.severity,
                    repeats=one.repeats,
                    text=one.text,
                    note=one.note,
                    owner=one.owner,
                    due=one.due,
                    reinspect_by=one.reinspect_by,
                    state=one.state,
                )
                for one in sorted(found, key=lambda one: order.index(one.item_id))
            ),
        )

    def _photo(self, photo: PhotoView) -> VisitPhoto:
        content = self._read(photo.key, photo.sha256)
        return VisitPhoto(
            item_id=photo.item_id,
            at=photo.at,
            by=photo.by,
            place=photo.place,
            sha256=photo.sha256,
            late=photo.late,
            thumbnail=None if content is None else thumbnail(content),
        )

    def _signature(self, one: SignatureView) -> VisitSignature:
        content = None if one.key is None else self._read(one.key, one.sha256)
        return VisitSignature(
            role=one.role,
            name=one.name,
            at=one.at,
            refusal=one.refusal,
            sha256=one.sha256,
            drawing=None if content is None else content.decode("utf-8"),
        )

    def _read(self, key: str, sha256: str) -> bytes | None:
        if self._files is None:
            return None
        try:
            content = self._files.read(key)
        except NotFoundError:
            return None
        return content if hashlib.sha256(content).hexdigest() == sha256 else None


def _late(inspection: Inspection) -> tuple[LateAnswer, ...]:
    return tuple(
        LateAnswer(one.item_id, one.result, one.note, one.by, one.at)
        for one in inspection.contenders
        if one.state is Receipt.LATE
    )
