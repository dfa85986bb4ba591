"""Takes in what devices bring from inspections on site: once each, whoever sends it how often.

Every writing call locks the institution, as filing a checklist does, so that two devices are
taken in one after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from monitor.domain.access import Scope
from monitor.domain.alerts import Actor
from monitor.domain.checklists import Answer, Checklist
from monitor.domain.errors import ConflictError, InputError, NotFoundError
from monitor.domain.findings import NewFinding
from monitor.domain.onsite import FieldAnswer, NewAddendum, NewPhoto, NewSignature, Receipt
from monitor.domain.text import Text
from monitor.store.base import Database
from monitor.store.checklist_repository import checklist_view, newest_revision, shown_to
from monitor.store.checklists import ChecklistAnswerRow, ChecklistRow
from monitor.store.findings import raise_findings
from monitor.store.onsite import (
    OnsiteAddendumRow,
    OnsiteEntryRow,
    OnsitePhotoRow,
    OnsiteSignatureRow,
    OnsiteVisitRow,
)
from monitor.store.onsite_views import (
    Inspection,
    PhotoView,
    SignatureView,
    Standing,
    photo_view,
    read_inspection,
    signature_view,
    standing_answers,
)
from monitor.store.places import InstitutionRow
from monitor.store.reinspections import conclude_reinspection
from monitor.store.scope import within
from monitor.store.text import clean_line, clean_text
from monitor.store.upsert import insert_once

LONGEST_NOTE = 4000

Check = Callable[[Checklist, Answer], object]
"""Raises where an answer may not be given."""

Conclude = Callable[[Inspection], Sequence[NewFinding]]
"""Raises where an inspection may not be signed as it stands, and says what follows from it."""


class OnsiteRepository:
    """Writes and reads inspections on site."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, scope: Scope, checklist_id: int, actor: Actor, now: datetime) -> None:
        """Begin an inspection with a checklist; to begin it again changes nothing.

        Raises:
            NotFoundError: there is no such checklist within ``scope``.
            ConflictError: a newer revision has taken its place.
        """
        with self._database.transaction() as session:
            row = _locked(session, scope, checklist_id)
            newest = session.scalar(newest_revision(row.institution_id, row.month, row.visit_id))
            if newest is not None and newest.id != row.id:
                raise ConflictError(
                    Text("这份检查表已有更新的版本", "a newer revision of this checklist exists"),
                    where=str(checklist_id),
                    hint=Text("请打开最新的一份再开始", "open the newest one and begin there"),
                )
            values = {
                "checklist_id": row.id,
                "begun": now,
                "begun_by": clean_line(actor.name, 200),
            }
            insert_once(session, OnsiteVisitRow, values)

    def get(self, scope: Scope, checklist_id: int) -> Inspection:
        """Return an inspection.

        Raises:
            NotFoundError: none was begun with such a checklist within ``scope``.
        """
        found = self.find(scope, checklist_id)
        if found is None:
            raise NotFoundError(
                Text("没有用它开始过检查", "no inspection was begun with it"),
                where=f"{checklist_id}",
            )
        return found

    def find(self, scope: Scope, checklist_id: int) -> Inspection | None:
        """Return the inspection that was begun with a checklist, if it was."""
        statement = (
            select(OnsiteVisitRow)
            .join(ChecklistRow, ChecklistRow.id == OnsiteVisitRow.checklist_id)
            .where(
                OnsiteVisitRow.checklist_id == checklist_id,
                within(scope, ChecklistRow.institution_id),
            )
        )
        with self._database.reading() as session:
            visit = session.scalar(statement)
            return None if visit is None else read_inspection(session, visit)

    def answer(
        self,
        scope: Scope,
        checklist_id: int,
        answer: FieldAnswer,
        actor: Actor,
        now: datetime,
        check: Check,
    ) -> Receipt:
        """Take in an answer, if ``check``, which raises where it does not, allows it.

        Raises:
            NotFoundError: no such inspection within ``scope``, or no such item.
            InputError: ``check`` refuses it, or its id belongs to another answer.
        """
        with self._visiting(scope, checklist_id) as (session, row, visit):
            known = session.get(OnsiteEntryRow, answer.id)
            if known is not None:
                return _receipt_of(known, checklist_id, actor)
            given = Answer(
                answer.item_id,
                answer.result,
                clean_text(answer.note, LONGEST_NOTE),
                clean_line(actor.name, 200),
                answer.at,
            )
            check(checklist_view(session, row).checklist, given)
            standing = _standing(session, row.id, answer.item_id)
            receipt = _receipt(visit, standing, answer)
            entry = OnsiteEntryRow(
                id=answer.id,
                checklist_id=row.id,
                item_id=given.item_id,
                after=answer.after,
                state=receipt.value,
                answer_id=None,
                result=given.result.value,
                note=given.note,
                by_user_id=actor.user_id or 0,
                by=given.by,
                at=given.at,
                received=now,
            )
            if receipt is Receipt.ACCEPTED:
                if not _agrees(standing, given):
                    entry.answer_id = _stand(session, row.id, given)
                _settle(session, row.id, answer)
            else:
                _supersede(session, row.id, answer, actor)
            session.add(entry)
            return receipt

    def photo(
        self, scope: Scope, checklist_id: int, photo: NewPhoto, actor: Actor, now: datetime
    ) -> Receipt:
        """File a photo with an item.

        Raises:
            NotFoundError: no such inspection within ``scope``, or no such item.
            InputError: its id belongs to another photo.
        """
        with self._visiting(scope, checklist_id) as (session, row, visit):
            known = session.get(OnsitePhotoRow, photo.id)
            if known is not None:
                if (known.checklist_id, known.sha256) != (row.id, photo.sha256):
                    raise InputError(
                        Text("这个编号属于另一张照片", "this id belongs to another photo"),
                        where="id",
                    )
                return Receipt.LATE if known.late else Receipt.ACCEPTED
            _must_have(checklist_view(session, row).checklist, photo.item_id)
            place = photo.place
            session.add(
                OnsitePhotoRow(
                    id=photo.id,
                    checklist_id=row.id,
                    item_id=photo.item_id,
                    key=photo.key,
                    sha256=photo.sha256,
                    size=photo.size,
                    latitude=place.latitude if place else None,
                    longitude=place.longitude if place else None,
                    accuracy_m=place.accuracy_m if place else None,
                    late=visit.signed is not None,
                    by_user_id=actor.user_id or 0,
                    by=clean_line(actor.name, 200),
                    at=photo.at,
                    received=now,
                )
            )
            return Receipt.LATE if visit.signed is not None else Receipt.ACCEPTED

    def sign(
        self,
        scope: Scope,
        checklist_id: int,
        signing_id: str,
        signatures: Sequence[NewSignature],
        answers_sha256: str,
        actor: Actor,
        now: datetime,
        conclude: Conclude,
    ) -> Receipt:
        """Sign an inspection, and raise the findings that ``conclude`` draws from it.

        A re-inspection closes those that it looked at, or sends them back.

        Raises:
            NotFoundError: no such inspection within ``scope``.
            ConflictError: ``conclude`` refuses it, or it was signed already.
        """
        with self._visiting(scope, checklist_id) as (session, row, visit):
            if visit.signed is not None:
                if visit.signing_id == signing_id:
                    return Receipt.ACCEPTED
                raise ConflictError(
                    Text("这次检查已经签字", "this inspection was signed already"),
                    where=str(row.id),
                )
            inspection = read_inspection(session, visit)
            findings = conclude(inspection)
            visit.signing_id = signing_id
            visit.signed = now
            visit.signed_by_user_id = actor.user_id
            visit.answers_sha256 = answers_sha256
            for item in signatures:
                session.add(
                    OnsiteSignatureRow(
                        checklist_id=row.id,
                        role=item.role.value,
                        name=clean_line(item.name, 200),
                        key=item.key,
                        sha256=item.sha256,
                        refusal=clean_text(item.refusal, LONGEST_NOTE),
                        at=now,
                    )
                )
            if row.visit_id is None:
                raise_findings(session, row.institution_id, row.id, findings, actor, now)
            else:
                conclude_reinspection(session, row.visit_id, inspection.view.answers, actor, now)
            return Receipt.ACCEPTED

    def addendum(
        self, scope: Scope, checklist_id: int, addendum: NewAddendum, actor: Actor, now: datetime
    ) -> Receipt:
        """Add something to a signed inspection.

        Raises:
            NotFoundError: no such inspection within ``scope``, or no such item.
            ConflictError: it is not signed yet.
            InputError: there is no text.
        """
        text = clean_text(addendum.text, LONGEST_NOTE)
        if not text:
            raise InputError(Text("补充说明不能为空", "an addendum needs a text"), where="text")
        with self._visiting(scope, checklist_id) as (session, row, visit):
            if visit.signed is None:
                raise ConflictError(
                    Text("这次检查还没有签字", "the inspection is not signed yet"),
                    hint=Text("请直接修改回答", "change the answer itself"),
                )
            if addendum.item_id is not None:
                _must_have(checklist_view(session, row).checklist, addendum.item_id)
            values = {
                "id": addendum.id,
                "checklist_id": row.id,
                "item_id": addendum.item_id,
                "text": text,
                "by_user_id": actor.user_id or 0,
                "by": clean_line(actor.name, 200),
                "at": addendum.at,
                "received": now,
            }
            insert_once(session, OnsiteAddendumRow, values)
            return Receipt.ACCEPTED

    def find_photo(self, scope: Scope, photo_id: str) -> PhotoView:
        """Return one photo.

        Raises:
            NotFoundError: there is none within ``scope``.
        """
        statement = (
            select(OnsitePhotoRow)
            .join(ChecklistRow, ChecklistRow.id == OnsitePhotoRow.checklist_id)
            .where(OnsitePhotoRow.id == photo_id, shown_to(scope))
        )
        with self._database.reading() as session:
            row = session.scalar(statement)
            if row is None:
                raise NotFoundError(Text("没有这张照片", "there is no such photo"), where=photo_id)
            return photo_view(row)

    def find_signature(self, scope: Scope, signature_id: int) -> SignatureView:
        """Return one signature.

        Raises:
            NotFoundError: there is none within ``scope``.
        """
        statement = (
            select(OnsiteSignatureRow)
            .join(ChecklistRow, ChecklistRow.id == OnsiteSignatureRow.checklist_id)
            .where(
                OnsiteSignatureRow.id == signature_id,
                within(scope, ChecklistRow.institution_id),
            )
        )
        with self._database.reading() as session:
            row = session.scalar(statement)
            if row is None:
                raise NotFoundError(
                    Text("没有这个签字", "there is no such signature"), where=f"{signature_id}"
                )
            return signature_view(row)

    @contextmanager
    def _visiting(
        self, scope: Scope, checklist_id: int
    ) -> Iterator[tuple[Session, ChecklistRow, OnsiteVisitRow]]:
        with self._database.transaction() as session:
            row = _locked(session, scope, checklist_id)
            visit = session.get(OnsiteVisitRow, checklist_id)
            if visit is None:
                raise NotFoundError(
                    Text("没有用它开始过检查", "no inspection was begun with it"),
                    where=f"{checklist_id}",
                )
            yield session, row, visit


def _locked(session: Session, scope: Scope, checklist_id: int) -> ChecklistRow:
    row = session.scalar(
        select(ChecklistRow).where(
            ChecklistRow.id == checklist_id, within(scope, ChecklistRow.institution_id)
        )
    )
    if row is None:
        raise NotFoundError(
            Text("没有这份检查表", "there is no such checklist"), where=str(checklist_id)
        )
    session.execute(
        select(InstitutionRow.id).where(InstitutionRow.id == row.institution_id).with_for_update()
    )
    return row


def _must_have(checklist: Checklist, item_id: str) -> None:
    if checklist.entry(item_id) is None:
        raise NotFoundError(
            Text(f"检查表中没有检查项“{item_id}”", f"the checklist has no item '{item_id}'"),
            where="item",
        )


def _receipt_of(known: OnsiteEntryRow, checklist_id: int, actor: Actor) -> Receipt:
    if known.checklist_id != checklist_id or known.by_user_id != (actor.user_id or 0):
        raise InputError(
            Text("这个编号属于另一个回答", "this id belongs to another answer"), where="id"
        )
    return Receipt(known.state)


def _standing(session: Session, checklist_id: int, item_id: str) -> Standing | None:
    found = standing_answers(session, checklist_id)
    return next((item for item in found if item.item_id == item_id), None)


def _receipt(visit: OnsiteVisitRow, standing: Standing | None, answer: FieldAnswer) -> Receipt:
    if visit.signed is not None:
        return Receipt.LATE
    if answer.after == (None if standing is None else standing.id):
        return Receipt.ACCEPTED
    # Two who say the same do not contradict one another.
    note = clean_text(answer.note, LONGEST_NOTE)
    if standing is not None and (standing.result, standing.note) == (answer.result, note):
        return Receipt.ACCEPTED
    return Receipt.CONFLICT


def _agrees(standing: Standing | None, given: Answer) -> bool:
    return standing is not None and (standing.result, standing.note) == (given.result, given.note)


def _stand(session: Session, checklist_id: int, given: Answer) -> int:
    row = ChecklistAnswerRow(
        checklist_id=checklist_id,
        item_id=given.item_id,
        result=given.result.value,
        note=given.note,
        by=given.by,
        at=given.at,
    )
    session.add(row)
    session.flush()
    return row.id


def _settle(session: Session, checklist_id: int, answer: FieldAnswer) -> None:
    session.execute(
        update(OnsiteEntryRow)
        .where(
            OnsiteEntryRow.checklist_id == checklist_id,
            OnsiteEntryRow.item_id == answer.item_id,
            OnsiteEntryRow.state == Receipt.CONFLICT.value,
            OnsiteEntryRow.id.in_(answer.settles),
        )
        .values(settled_by=answer.id)
    )


def _supersede(session: Session, checklist_id: int, answer: FieldAnswer, actor: Actor) -> None:
    """Let a later answer of the same person on the same device take the place of the earlier."""
    session.execute(
        update(OnsiteEntryRow)
        .where(
            OnsiteEntryRow.id == answer.after,
            OnsiteEntryRow.checklist_id == checklist_id,
            OnsiteEntryRow.by_user_id == (actor.user_id or 0),
            OnsiteEntryRow.state != Receipt.ACCEPTED.value,
        )
        .values(settled_by=answer.id)
    )
