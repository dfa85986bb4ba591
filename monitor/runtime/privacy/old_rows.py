"""Which rows of the database hold personal data, and when they are done with."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import exists, func, join, literal, select, update
from sqlalchemy.orm import Session

from monitor.domain.personal_data import DataKind
from monitor.store.aged_entries import AgedEntries
from monitor.store.aged_rows import BLANK, AgedRows
from monitor.store.alerts import AlertRow, AlertStepRow
from monitor.store.api_tokens import ApiTokenRow
from monitor.store.attendance import MovementRow, PickUpCodeRow
from monitor.store.checklists import ChecklistRow
from monitor.store.data_requests import asked_about, wanted
from monitor.store.erased_files import AgedFiles
from monitor.store.exports import ExportRow
from monitor.store.findings import FindingFileRow, FindingRow, FindingStepRow
from monitor.store.handovers import HandoverRow
from monitor.store.onsite import OnsitePhotoRow, OnsiteSignatureRow, OnsiteVisitRow
from monitor.store.outbox import DeliveryState, OutboxRow
from monitor.store.push_devices import PushDeviceRow
from monitor.store.recording_exports import RecordingExportRow
from monitor.store.register_changes import RegisterChangeRow
from monitor.store.register_documents import RegisterDocumentRow
from monitor.store.registers import IncidentRow, LogRow, StaffRow
from monitor.store.reinspections import VisitFindingRow
from monitor.store.risk_decisions import RiskDecisionRow
from monitor.store.shelves import ShelfRow

_ENDED_ALERT = exists().where(
    AlertRow.id == AlertStepRow.alert_id,
    AlertRow.open_place.is_(None),
    ~wanted(
        AlertRow.institution_id, AlertRow.onset, func.coalesce(AlertRow.ended, AlertRow.raised)
    ),
)
_ONGOING_ALERT = exists().where(AlertRow.id == OutboxRow.alert_id, AlertRow.open_place.is_not(None))
_OPEN_FINDING = exists().where(FindingRow.id == OutboxRow.finding_id, FindingRow.closed.is_(None))

ROWS: Mapping[DataKind, Sequence[AgedRows | AgedEntries]] = {
    DataKind.EXPORT_RECORDS: (
        AgedRows(
            ExportRow,
            ExportRow.id,
            ExportRow.requested,
            {
                ExportRow.requester: BLANK,
                ExportRow.decider: BLANK,
                ExportRow.reason: BLANK,
                ExportRow.decision: BLANK,
            },
            held=(asked_about(ExportRow.institution_id),),
        ),
        AgedRows(
            RecordingExportRow,
            RecordingExportRow.id,
            RecordingExportRow.at,
            {RecordingExportRow.by: BLANK, RecordingExportRow.reason: BLANK},
        ),
    ),
    DataKind.API_TOKENS: (
        AgedRows(ApiTokenRow, ApiTokenRow.id, ApiTokenRow.expires),
        AgedRows(ApiTokenRow, ApiTokenRow.id, ApiTokenRow.revoked),
    ),
    DataKind.PUSH_DEVICES: (AgedRows(PushDeviceRow, PushDeviceRow.id, PushDeviceRow.ended),),
    DataKind.ADDRESSES: tuple(
        AgedRows(table, table.id, since, {address: ""})
        for table, since, address in (
            (AlertStepRow, AlertStepRow.at, AlertStepRow.address),
            (FindingStepRow, FindingStepRow.at, FindingStepRow.address),
            (HandoverRow, HandoverRow.at, HandoverRow.address),
            (HandoverRow, HandoverRow.taken, HandoverRow.taken_address),
            (ShelfRow, ShelfRow.created, ShelfRow.address),
            (RegisterChangeRow, RegisterChangeRow.at, RegisterChangeRow.address),
            (RiskDecisionRow, RiskDecisionRow.at, RiskDecisionRow.address),
        )
    ),
    DataKind.STAFF: (
        AgedEntries(
            "staff",
            StaffRow,
            ("number",),
            StaffRow.left,
            {"name": BLANK, "certificate_number": ""},
            (asked_about(StaffRow.institution_id),),
        ),
    ),
    DataKind.DAILY_LOGS: (
        AgedEntries(
            "logs",
            LogRow,
            ("kind", "day"),
            LogRow.day,
            {"done_by": BLANK, "note": ""},
            (asked_about(LogRow.institution_id),),
        ),
    ),
    DataKind.INCIDENTS: (
        AgedEntries(
            "incidents",
            IncidentRow,
            ("number",),
            IncidentRow.day,
            {"summary": BLANK},
            (asked_about(IncidentRow.institution_id),),
        ),
    ),
    DataKind.ATTENDANCE: (
        AgedRows(
            MovementRow,
            MovementRow.id,
            MovementRow.at,
            {MovementRow.by_name: BLANK, MovementRow.note: ""},
            held=(wanted(MovementRow.institution_id, MovementRow.at, MovementRow.at),),
        ),
    ),
    DataKind.PICK_UP_CODES: (AgedRows(PickUpCodeRow, PickUpCodeRow.id, PickUpCodeRow.withdrawn),),
    DataKind.ALERT_NOTES: (
        AgedRows(
            AlertStepRow,
            AlertStepRow.id,
            AlertStepRow.at,
            {AlertStepRow.actor_name: BLANK, AlertStepRow.reason: ""},
            ended=(_ENDED_ALERT,),
        ),
    ),
    DataKind.HANDOVERS: (
        AgedRows(
            HandoverRow,
            HandoverRow.id,
            HandoverRow.at,
            {HandoverRow.by_name: BLANK, HandoverRow.note: BLANK},
        ),
    ),
    DataKind.NOTICES: (
        AgedRows(
            OutboxRow,
            OutboxRow.id,
            OutboxRow.created,
            ended=(OutboxRow.state != DeliveryState.PENDING.value,),
            held=(_ONGOING_ALERT, _OPEN_FINDING),
        ),
    ),
}
"""Rows that are removed or blanked, by kind."""


def _forget_places(session: Session, keys: Sequence[str]) -> None:
    session.execute(
        update(OnsitePhotoRow)
        .where(OnsitePhotoRow.key.in_(keys))
        .values(latitude=None, longitude=None, accuracy_m=None)
    )


def _forget_names(session: Session, keys: Sequence[str]) -> None:
    session.execute(
        update(RegisterDocumentRow).where(RegisterDocumentRow.path.in_(keys)).values(name=BLANK)
    )


def _forget_file_names(session: Session, keys: Sequence[str]) -> None:
    session.execute(update(FindingFileRow).where(FindingFileRow.key.in_(keys)).values(name=BLANK))


_VISITED = OnsiteVisitRow.checklist_id
_UNSOLVED = exists().where(FindingRow.checklist_id == _VISITED, FindingRow.closed.is_(None))
_SENT_BACK = exists().where(
    ChecklistRow.id == _VISITED,
    ChecklistRow.visit_id == VisitFindingRow.visit_id,
    VisitFindingRow.finding_id == FindingRow.id,
    FindingRow.closed.is_(None),
)
"""A re-inspection's photos show what is still open, as those of the first do."""

_INSPECTED = exists().where(
    ChecklistRow.id == _VISITED,
    wanted(ChecklistRow.institution_id, OnsiteVisitRow.begun, OnsiteVisitRow.signed),
)
_REPEATED = select(FindingRow.repeat_of).where(
    FindingRow.repeat_of.is_not(None), FindingRow.closed.is_(None)
)

FILES: Mapping[DataKind, Sequence[AgedFiles]] = {
    DataKind.ONSITE_FILES: (
        AgedFiles(
            DataKind.ONSITE_FILES.value,
            join(OnsitePhotoRow, OnsiteVisitRow, OnsitePhotoRow.checklist_id == _VISITED),
            OnsitePhotoRow.key,
            OnsitePhotoRow.sha256,
            OnsitePhotoRow.size,
            OnsiteVisitRow.signed,
            (_UNSOLVED, _SENT_BACK, _INSPECTED),
            _forget_places,
        ),
        AgedFiles(
            DataKind.ONSITE_FILES.value,
            join(OnsiteSignatureRow, OnsiteVisitRow, OnsiteSignatureRow.checklist_id == _VISITED),
            OnsiteSignatureRow.key,
            OnsiteSignatureRow.sha256,
            literal(0),
            OnsiteVisitRow.signed,
            (_UNSOLVED, _SENT_BACK, _INSPECTED),
        ),
    ),
    DataKind.FINDING_FILES: (
        AgedFiles(
            DataKind.FINDING_FILES.value,
            join(FindingFileRow, FindingRow, FindingFileRow.finding_id == FindingRow.id),
            FindingFileRow.key,
            FindingFileRow.sha256,
            FindingFileRow.size,
            FindingRow.closed,
            (FindingRow.id.in_(_REPEATED), asked_about(FindingRow.institution_id)),
            _forget_file_names,
        ),
    ),
    DataKind.DOCUMENTS: (
        AgedFiles(
            DataKind.DOCUMENTS.value,
            RegisterDocumentRow.__table__,
            RegisterDocumentRow.path,
            RegisterDocumentRow.sha256,
            RegisterDocumentRow.size,
            RegisterDocumentRow.withdrawn,
            (asked_about(RegisterDocumentRow.institution_id),),
            _forget_names,
        ),
    ),
}
"""Files that are deleted while their row stays, by kind."""
