"""Takes events from the workers and makes alerts of them.

:meth:`EventRepository.record` does everything in one transaction: the event, its alert, the step
in the alert's life, the notices to send and the line in the feed are all there, or none is. The
same message may come any number of times and in any order.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.domain.alert_life import LifePolicy
from monitor.domain.alerts import SYSTEM, AlertAction, AlertState
from monitor.domain.errors import NotFoundError
from monitor.domain.escalation import Ladder, NoLadder
from monitor.domain.events import Event, Severity
from monitor.domain.evidence import EvidenceKind, NewEvidence
from monitor.domain.notices import AlertChange, ChangeKind, Decide, tell_nobody
from monitor.domain.text import Text
from monitor.store.alerts import AlertRow
from monitor.store.base import Database
from monitor.store.changes import change_of
from monitor.store.climbing import begin, hasten
from monitor.store.event_rows import event_row, merge, stored_event, summarise
from monitor.store.events import EventRow
from monitor.store.evidence import EvidenceRow, EvidenceView, evidence_view, file_evidence
from monitor.store.evidence_seals import seal_event
from monitor.store.feed import FeedKind, append_to_feed
from monitor.store.flapping import flaps
from monitor.store.locks import take_turn
from monitor.store.outbox import attach_late, put_notices
from monitor.store.steps import add_step, tell_feed


class EventRepository:
    """Records events and finds those that still go on."""

    def __init__(
        self,
        database: Database,
        decide: Decide = tell_nobody,
        ladder: Ladder | None = None,
        life: LifePolicy | None = None,
    ) -> None:
        self._database = database
        self._decide = decide
        self._ladder: Ladder = ladder or NoLadder()
        self._life = life or LifePolicy()

    def record(
        self, event: Event, now: datetime, evidence: Sequence[NewEvidence] = ()
    ) -> AlertChange:
        """Store a message about an event and whatever follows from it.

        Args:
            event: the occurrence, raised or cleared.
            now: when the message is taken in.
            evidence: files already written that belong to it; a snapshot goes with the notice.
        """
        with self._database.transaction() as session:
            take_turn(session, f"place:{event.place}")
            row = session.get(EventRow, event.id, with_for_update=True)
            if row is None:
                alert, row, kind = _first_heard(session, event, now)
            else:
                alert = session.get_one(AlertRow, row.alert_id, with_for_update=True)
                kind = _heard_again(row, event)
            session.flush()
            if kind is not ChangeKind.UNCHANGED:
                seal_event(session, alert.id, event, now)
            filed = file_evidence(session, alert.id, row.id, evidence, now)
            if kind is not ChangeKind.UNCHANGED:
                return self._follow_up(session, kind, alert, row, now)
            self._announce(session, alert, row, filed, now)
            return change_of(session, kind, alert, row, now)

    def attach(
        self, event_id: str, evidence: Sequence[NewEvidence], now: datetime
    ) -> tuple[EvidenceView, ...]:
        """File evidence that became ready after its event was recorded, such as the clip.

        Returns:
            What was filed now; a path filed before is left alone.

        Raises:
            NotFoundError: the event is not recorded.
        """
        with self._database.transaction() as session:
            row = session.get(EventRow, event_id)
            if row is None:
                raise NotFoundError(Text("没有这个事件", "there is no such event"), where=event_id)
            alert = session.get_one(AlertRow, row.alert_id, with_for_update=True)
            filed = file_evidence(session, alert.id, row.id, evidence, now)
            self._announce(session, alert, row, filed, now)
            return tuple(evidence_view(piece) for piece in filed)

    def tell_with(self, decide: Decide, ladder: Ladder, life: LifePolicy) -> None:
        """Decide from now on with these who is told; what is under way keeps its own."""
        self._decide, self._ladder, self._life = decide, ladder, life

    def going_on(self, room_ids: Collection[str]) -> tuple[Event, ...]:
        """Return the latest event of each place in these rooms if it has not cleared yet.

        A worker that starts takes them over, so that a condition which lasts keeps its event.
        """
        statement = (
            select(EventRow)
            .join(AlertRow, AlertRow.id == EventRow.alert_id)
            .where(AlertRow.open_place.is_not(None), AlertRow.cleared.is_(None))
            .where(EventRow.room_id.in_(room_ids))
            .order_by(EventRow.onset, EventRow.id)
        )
        latest: dict[int, EventRow] = {}
        with self._database.reading() as session:
            for row in session.scalars(statement):
                latest[row.alert_id] = row
            return tuple(stored_event(row) for row in latest.values())

    def of_alert(self, alert_id: int) -> tuple[Event, ...]:
        """Return the events of one alert by onset."""
        statement = (
            select(EventRow)
            .where(EventRow.alert_id == alert_id)
            .order_by(EventRow.onset, EventRow.id)
        )
        with self._database.reading() as session:
            return tuple(stored_event(row) for row in session.scalars(statement))

    def _follow_up(
        self, session: Session, kind: ChangeKind, alert: AlertRow, row: EventRow, now: datetime
    ) -> AlertChange:
        events = session.scalars(select(EventRow).where(EventRow.alert_id == alert.id)).all()
        summarise(alert, events)
        alert.updated = now
        alert.version += 1
        for action in _steps(kind, row):
            from_state = None if action is AlertAction.RAISE else alert.state
            add_step(session, alert, action, from_state, SYSTEM, now, event_id=row.id)
        change = change_of(session, kind, alert, row, now)
        put_notices(session, change, self._decide(change), now)
        self._escalate(session, kind, alert, now)
        if kind in (ChangeKind.RAISED, ChangeKind.REPEATED):
            self._notice_flapping(session, alert, row, now)
        tell_feed(session, alert, kind, now)
        return change

    def _escalate(self, session: Session, kind: ChangeKind, alert: AlertRow, now: datetime) -> None:
        if kind is ChangeKind.RAISED:
            begin(session, alert, self._life, self._ladder, now)
        elif kind in (ChangeKind.WORSENED, ChangeKind.REPEATED):
            worse = kind is ChangeKind.WORSENED
            hasten(session, alert, self._ladder, self._life, now, worse=worse)

    def _notice_flapping(
        self, session: Session, alert: AlertRow, row: EventRow, now: datetime
    ) -> None:
        if alert.flapping or not flaps(session, row, self._life):
            return
        alert.flapping = True
        add_step(session, alert, AlertAction.FLAPPING, alert.state, SYSTEM, now, event_id=row.id)
        change = change_of(session, ChangeKind.FLAPPING, alert, row, now)
        put_notices(session, change, self._decide(change), now)

    def _announce(
        self,
        session: Session,
        alert: AlertRow,
        row: EventRow,
        filed: Sequence[EvidenceRow],
        now: datetime,
    ) -> None:
        for piece in filed:
            kind = EvidenceKind(piece.kind)
            if kind is EvidenceKind.SNAPSHOT:
                attach_late(session, piece)
            change = replace(
                change_of(session, ChangeKind.EVIDENCE, alert, row, now), evidence_kind=kind
            )
            put_notices(session, change, self._decide(change), now)
        for piece in filed:
            payload = {"what": piece.kind, "alert_id": alert.id, "event_id": row.id}
            append_to_feed(session, FeedKind.EVIDENCE, piece.id, alert.institution_id, payload, now)


def _first_heard(
    session: Session, event: Event, now: datetime
) -> tuple[AlertRow, EventRow, ChangeKind]:
    alert = session.scalar(
        select(AlertRow).where(AlertRow.open_place == event.place).with_for_update()
    )
    kind = ChangeKind.RAISED if alert is None else ChangeKind.REPEATED
    if alert is None:
        alert = _new_alert(event, now)
    row = event_row(event, 0, now)
    if kind is ChangeKind.RAISED:
        summarise(alert, [row])
        session.add(alert)
        session.flush()
    row.alert_id = alert.id
    session.add(row)
    return alert, row, kind


def _new_alert(event: Event, now: datetime) -> AlertRow:
    return AlertRow(
        place=event.place,
        open_place=event.place,
        rule=event.rule,
        institution_id=event.institution_id,
        room_id=event.room_id,
        zone_id=event.zone_id,
        state=AlertState.OPEN.value,
        updated=now,
        version=0,
        episode=0,
        tier=0,
        flapping=False,
        assignee="",
    )


def _heard_again(row: EventRow, event: Event) -> ChangeKind:
    before = (row.cleared is not None, Severity(row.severity).rank)
    merge(row, event)
    if row.cleared is not None and not before[0]:
        return ChangeKind.CLEARED
    if Severity(row.severity).rank < before[1]:
        return ChangeKind.WORSENED
    return ChangeKind.UNCHANGED


def _steps(kind: ChangeKind, row: EventRow) -> tuple[AlertAction, ...]:
    over = (AlertAction.CLEAR,) if row.cleared is not None else ()
    match kind:
        case ChangeKind.RAISED:
            return (AlertAction.RAISE, *over)
        case ChangeKind.REPEATED:
            return (AlertAction.REPEAT, *over)
        case ChangeKind.CLEARED:
            return over
    return ()
