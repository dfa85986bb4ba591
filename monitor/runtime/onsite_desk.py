"""Inspections on site: what devices bring is checked by the rules and filed in the store."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.domain.access import Scope
from monitor.domain.alerts import Actor
from monitor.domain.clock import Clock, utc_now
from monitor.domain.errors import ConflictError, InputError, KanhuError
from monitor.domain.findings import NewFinding
from monitor.domain.onsite import (
    FieldAnswer,
    NewAddendum,
    NewPhoto,
    NewSignature,
    Place,
    Receipt,
    SignerRole,
)
from monitor.domain.text import Text
from monitor.inspections.answers import check_answer
from monitor.inspections.findings import findings_of
from monitor.inspections.signature import Strokes, signature_svg
from monitor.inspections.signing import answers_hash, missing
from monitor.store.base import Database
from monitor.store.files import FileStore
from monitor.store.onsite_repository import OnsiteRepository
from monitor.store.onsite_views import Inspection
from monitor.store.visits import VisitRepository

MOST_SIGNERS = 6


@dataclass(frozen=True, slots=True)
class Signer:
    """Somebody who signed on the screen; ``strokes`` are empty where the head refused."""

    role: SignerRole
    name: str
    strokes: Strokes
    refusal: str = ""


class OnsiteDesk:
    """Takes in what inspectors bring from a visit."""

    def __init__(self, database: Database, files: FileStore, timezone: str, clock: Clock) -> None:
        self._visits = OnsiteRepository(database)
        self._planned = VisitRepository(database)
        self._files = files
        self._zone = ZoneInfo(timezone)
        self._clock = clock

    def begin(self, scope: Scope, checklist_id: int, actor: Actor) -> None:
        """Begin an inspection; from then on its checklist stays as it is.

        Raises:
            NotFoundError: there is no such checklist within ``scope``.
            ConflictError: a newer revision has taken its place.
        """
        self._visits.begin(scope, checklist_id, actor, utc_now(self._clock))

    def get(self, scope: Scope, checklist_id: int) -> Inspection:
        """Return an inspection.

        Raises:
            NotFoundError: none was begun with such a checklist within ``scope``.
        """
        return self._visits.get(scope, checklist_id)

    def find(self, scope: Scope, checklist_id: int) -> Inspection | None:
        """Return an inspection, or ``None`` where none was begun."""
        return self._visits.find(scope, checklist_id)

    def answer(self, scope: Scope, checklist_id: int, answer: FieldAnswer, actor: Actor) -> Receipt:
        """Take in an answer.

        Raises:
            NotFoundError: no such inspection or item.
            InputError: a note is missing, or the id belongs to another answer.
        """
        now = utc_now(self._clock)
        return self._visits.answer(scope, checklist_id, answer, actor, now, check_answer)

    def photo(
        self,
        scope: Scope,
        checklist_id: int,
        photo_id: str,
        item_id: str,
        content: bytes,
        sha256: str,
        at: datetime,
        place: Place | None,
        actor: Actor,
    ) -> Receipt:
        """Take in a photo whose bytes have the hash that the device computed.

        Raises:
            NotFoundError: no such inspection or item.
            InputError: the hash does not fit, or the id belongs to another photo.
        """
        if hashlib.sha256(content).hexdigest() != sha256:
            raise InputError(
                Text("照片在传送中被改动", "the photo was altered on its way"),
                where="sha256",
                hint=Text("请重新发送", "send again"),
            )
        self._visits.get(scope, checklist_id)  # nothing is written for what is out of sight
        key = f"on-site/{checklist_id}/{photo_id}-{sha256[:16]}.jpg"
        stored = self._files.write(key, content)
        photo = NewPhoto(photo_id, item_id, key, stored.sha256, stored.size, at, place)
        try:
            return self._visits.photo(scope, checklist_id, photo, actor, utc_now(self._clock))
        except KanhuError:
            self._files.delete(key)
            raise

    def sign(
        self,
        scope: Scope,
        checklist_id: int,
        signing_id: str,
        signers: Sequence[Signer],
        answers_sha256: str,
        actor: Actor,
    ) -> Receipt:
        """Sign an inspection: nothing of it changes any more, and its findings are raised.

        The visit that was planned is done by it; a re-inspection closes what it found put right.

        Raises:
            NotFoundError: no such inspection.
            InputError: a signature is missing or none.
            ConflictError: answers are missing, contradict one another, or are not those signed;
                ``where`` says which: ``conflict``, ``missing``, ``changed``.
        """
        _check_signers(signers)
        view = self._visits.get(scope, checklist_id).view
        checklist = view.checklist
        now = utc_now(self._clock)
        written: list[str] = []
        try:
            receipt = self._visits.sign(
                scope,
                checklist_id,
                signing_id,
                [self._file(checklist_id, signing_id, signer, written) for signer in signers],
                answers_sha256,
                actor,
                now,
                lambda inspection: self._conclude(inspection, answers_sha256, now),
            )
        except KanhuError:
            for key in written:
                self._files.delete(key)
            raise
        if view.visit_id is None:
            institution_id, month = checklist.subject.institution_id, checklist.month
            self._planned.record_done(institution_id, month, actor, now)
        return receipt

    def addendum(
        self, scope: Scope, checklist_id: int, addendum: NewAddendum, actor: Actor
    ) -> Receipt:
        """Add something to a signed inspection.

        Raises:
            NotFoundError: no such inspection or item.
            ConflictError: it is not signed yet.
            InputError: there is no text.
        """
        return self._visits.addendum(scope, checklist_id, addendum, actor, utc_now(self._clock))

    def photo_file(self, scope: Scope, photo_id: str) -> str:
        """Return where a photo lies in the file store.

        Raises:
            NotFoundError: there is none within ``scope``.
        """
        return self._visits.find_photo(scope, photo_id).key

    def signature_file(self, scope: Scope, signature_id: int) -> str | None:
        """Return where a signature lies in the file store, ``None`` where it was refused.

        Raises:
            NotFoundError: there is none within ``scope``.
        """
        return self._visits.find_signature(scope, signature_id).key

    def _file(
        self, checklist_id: int, signing_id: str, signer: Signer, written: list[str]
    ) -> NewSignature:
        if not signer.strokes:
            digest = hashlib.sha256(signer.refusal.encode("utf-8")).hexdigest()
            return NewSignature(signer.role, signer.name, None, digest, signer.refusal)
        picture = signature_svg(signer.strokes)
        digest = hashlib.sha256(picture).hexdigest()
        # The same signing sent again writes the same file; another never writes over it.
        key = f"on-site/{checklist_id}/signature-{signing_id}-{digest[:16]}.svg"
        stored = self._files.write(key, picture)
        written.append(key)
        return NewSignature(signer.role, signer.name, key, stored.sha256)

    def _conclude(
        self, inspection: Inspection, answers_sha256: str, now: datetime
    ) -> Sequence[NewFinding]:
        view = inspection.view
        if inspection.conflicts:
            raise ConflictError(
                Text("回答互相矛盾", "answers contradict one another"), where="conflict"
            )
        photos = {photo.id: photo.sha256 for photo in inspection.photos}
        if answers_hash(view.checklist, view.answers, photos) != answers_sha256:
            raise ConflictError(
                Text("回答与签字时不同", "the answers are not those that were signed"),
                where="changed",
            )
        pictured = {photo.item_id for photo in inspection.photos}
        if missing(view.checklist, view.answers, pictured):
            raise ConflictError(
                Text("缺少回答或照片", "answers or photos are missing"), where="missing"
            )
        return findings_of(view.checklist, view.answers, now.astimezone(self._zone).date())


def _check_signers(signers: Sequence[Signer]) -> None:
    roles = [signer.role for signer in signers]
    if SignerRole.INSPECTOR not in roles or roles.count(SignerRole.HEAD) != 1:
        raise InputError(
            Text("由检查员和机构负责人签字", "an inspector and the head of the institution sign"),
            where="signers",
        )
    if len(signers) > MOST_SIGNERS:
        raise InputError(
            Text(f"最多 {MOST_SIGNERS} 人签字", f"at most {MOST_SIGNERS} people sign"),
            where="signers",
        )
    for signer in signers:
        if not signer.name.strip():
            raise InputError(Text("这是谁的签字？", "whose signature is this?"), where="name")
        refused = signer.role is SignerRole.HEAD and signer.refusal.strip()
        if not signer.strokes and not refused:
            raise InputError(Text("缺少签字", "a signature is missing"), where=signer.role)
