"""An inspection on site as a report needs it: photos, signatures, addenda, findings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from monitor.domain.checklists import ItemSeverity, Result
from monitor.domain.findings import FindingState
from monitor.domain.onsite import Place, SignerRole
from monitor.domain.text import Text


@dataclass(frozen=True, slots=True)
class VisitPhoto:
    """A photo; ``thumbnail`` is a small JPEG of it, ``None`` where it is gone or was altered.

    ``sha256`` is that of the photo itself. A ``late`` one came in after signing.
    """

    item_id: str
    at: datetime
    by: str
    place: Place | None
    sha256: str
    late: bool
    thumbnail: bytes | None


@dataclass(frozen=True, slots=True)
class VisitSignature:
    """A signature as SVG, or why there is none; ``drawing`` is ``None`` where it is gone."""

    role: SignerRole
    name: str
    at: datetime
    refusal: str
    sha256: str
    drawing: str | None


@dataclass(frozen=True, slots=True)
class VisitAddendum:
    """Something added after signing, to one item or to the whole."""

    item_id: str | None
    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LateAnswer:
    """An answer that came in after signing and changed nothing."""

    item_id: str
    result: Result
    note: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class VisitFinding:
    """A finding that follows from the inspection, as it stands now."""

    item_id: str
    severity: ItemSeverity
    repeats: int
    text: Text
    note: str
    owner: str
    due: date
    reinspect_by: date
    state: FindingState


@dataclass(frozen=True, slots=True)
class VisitRecord:
    """One inspection on site; ``answers_sha256`` is what was signed."""

    begun: datetime
    begun_by: str
    signed: datetime | None
    answers_sha256: str | None
    photos: tuple[VisitPhoto, ...] = ()
    signatures: tuple[VisitSignature, ...] = ()
    addenda: tuple[VisitAddendum, ...] = ()
    late: tuple[LateAnswer, ...] = ()
    findings: tuple[VisitFinding, ...] = ()
