"""Personal data go when their time is over, and what is held stays."""

from __future__ import annotations

import json
import uuid
from datetime import datetime, timedelta

import pytest
import structlog
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DBAPIError

from monitor.domain.access import DISTRICT, Role
from monitor.domain.alerts import SYSTEM, Actor
from monitor.domain.errors import ConflictError
from monitor.domain.personal_data import RULES, DataKind, Treatment
from monitor.domain.registers import Incident, IncidentKind, StaffMember, StaffRole
from monitor.runtime.retention import Retention
from monitor.runtime.service_process import Jobs
from monitor.store.aged_rows import BLANK
from monitor.store.attendance import MovementRow
from monitor.store.checklists import ChecklistRow
from monitor.store.data_requests import DataRequestRow
from monitor.store.erased_files import ErasedFileRow
from monitor.store.findings import FindingRow
from monitor.store.handovers import HandoverRepository, HandoverRow
from monitor.store.jobs import JobRunRepository, JobState
from monitor.store.labels import LabelStore
from monitor.store.onsite import OnsitePhotoRow, OnsiteVisitRow
from monitor.store.privacy_deletions import PrivacyDeletionLog, PrivacyDeletionRow
from monitor.store.register_changes import Author, Origin, RegisterHistory
from monitor.store.register_reminders import PlainNotice, ReminderRepository
from monitor.store.register_repository import RegisterRepository
from monitor.store.request_chain import RequestChain
from monitor.store.session_repository import SessionRepository
from monitor.store.user_repository import UserRepository
from monitor.store.users import NewUser
from tests.runtime.privacy.conftest import Kept, day_before

YEAR = 365
DAY = 86400.0
BOSS = Actor(None, "王园长", "10.0.0.7")


def test_every_kind_has_a_rule_and_whatever_is_not_kept_is_erased(kept: Kept) -> None:
    assert [rule.kind for rule in RULES] == list(DataKind)
    found = {one.kind: one for one in kept.keeper.due()}
    assert {kind for kind, one in found.items() if one.seconds is None} == {
        DataKind.SESSIONS,
        DataKind.CONFIGURATION,
        DataKind.ACCESS_REGISTER,
        DataKind.CHAINS,
    }
    done = {one.kind for one in kept.keeper.run()}
    assert done == {rule.kind for rule in RULES if rule.treatment is not Treatment.KEPT}


def test_names_of_staff_who_left_go_from_the_register_and_its_history(kept: Kept) -> None:
    registers = RegisterRepository(kept.database)
    gone = StaffMember(
        "S1", "陈静", StaffRole.CARER, "证 77", left=day_before(kept.now, 3 * YEAR + 1)
    )
    late = StaffMember("S2", "赵敏", StaffRole.CARER, left=day_before(kept.now, 3 * YEAR - 9))
    here = StaffMember("S3", "钱多", StaffRole.CARER)
    registers.put("sun", [gone, late, here], kept.now, Author(BOSS, Origin.PAGE))
    request = kept.ask()
    assert kept.due(DataKind.STAFF) == 0
    kept.withdraw(request)
    assert kept.due(DataKind.STAFF) == 1
    assert kept.erase() == {DataKind.STAFF: 1}
    register = registers.register("sun", kept.now.date(), kept.now.date())
    assert register is not None
    assert [(one.number, one.name) for one in register.staff] == [
        ("S1", BLANK),
        ("S2", "赵敏"),
        ("S3", "钱多"),
    ]
    told = RegisterHistory(kept.database).of(DISTRICT, "sun", "staff")
    assert "陈静" not in str(told)
    assert "证 77" not in str(told)
    assert "赵敏" in str(told)
    assert kept.erase() == {}


def test_accounts_of_incidents_go(kept: Kept) -> None:
    told = Incident(
        "2023-1", IncidentKind.INJURY, day_before(kept.now, 3 * YEAR + 1), "小明跌倒", True, True
    )
    RegisterRepository(kept.database).put("sun", [told], kept.now, Author(BOSS, Origin.PAGE))
    assert kept.erase() == {DataKind.INCIDENTS: 1}
    assert "小明" not in str(RegisterHistory(kept.database).of(DISTRICT, "sun"))


@given(
    moved=st.lists(st.integers(300, 430), min_size=1, max_size=8),
    spans=st.lists(st.tuples(st.integers(320, 420), st.integers(0, 15), st.booleans()), max_size=3),
)
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_is_erased_that_is_young_or_that_an_open_request_may_be_about(
    kept: Kept, moved: list[int], spans: list[tuple[int, int, bool]]
) -> None:
    def ago(days: int) -> datetime:
        return kept.now - timedelta(days=days, hours=1)

    with kept.database.transaction() as session:
        session.execute(delete(MovementRow))
        session.execute(update(DataRequestRow).values(state="withdrawn"))
        session.add_all(_movement(ago(days)) for days in moved)
    held: list[tuple[datetime, datetime]] = []
    for days, length, open_still in spans:
        start, end = ago(days + length), ago(days) + timedelta(hours=1)
        request = kept.ask(start, end)
        if open_still:
            held.append((start, end))
        else:
            kept.withdraw(request)
    kept.keeper.run()
    with kept.database.reading() as session:
        rows = session.scalars(select(MovementRow)).all()
    for row in rows:
        old = kept.now - row.at > timedelta(days=YEAR)
        covered = any(start <= row.at <= end for start, end in held)
        assert (row.by_name == BLANK) is (old and not covered), row.at


def _movement(at: datetime) -> MovementRow:
    return MovementRow(
        institution_id="sun",
        class_key="t",
        at=at,
        direction="arrival",
        children=1,
        place="",
        verified=False,
        note="外婆接走",
        by_name="赵敏",
        recorded=at,
    )


def test_photos_of_inspections_go_once_their_findings_are_closed(kept: Kept) -> None:
    signed = kept.now - timedelta(days=3 * YEAR + 2)
    stored = kept.files.write("on-site/1/a.jpg", b"a photo")
    with kept.database.transaction() as session:
        session.add(_checklist(signed))
        session.flush()
        session.add(_visit(signed))
        session.flush()
        session.add(_photo(stored.sha256, signed))
        session.add(_finding(signed))
    assert kept.due(DataKind.ONSITE_FILES) == 0
    with kept.database.transaction() as session:
        session.get_one(FindingRow, 1).closed = kept.now
    assert kept.erase() == {DataKind.ONSITE_FILES: 1}
    assert not kept.files.exists(stored.key)
    with kept.database.reading() as session:
        photo = session.scalars(select(OnsitePhotoRow)).one()
        stone = session.get_one(ErasedFileRow, stored.key)
    assert (photo.sha256, photo.latitude) == (stored.sha256, None)
    assert (stone.sha256, stone.size, stone.erased) == (stored.sha256, 7, kept.now)
    assert kept.erase() == {}


def _checklist(at: datetime) -> ChecklistRow:
    return ChecklistRow(
        id=1,
        institution_id="sun",
        month=at.date().replace(day=1),
        revision=1,
        template_id="t",
        template_version="1",
        template_sha256="0" * 64,
        content_sha256="0" * 64,
        generated=at,
        document={},
    )


def _visit(at: datetime) -> OnsiteVisitRow:
    return OnsiteVisitRow(checklist_id=1, begun=at, begun_by="李", signed=at)


def _photo(sha256: str, at: datetime) -> OnsitePhotoRow:
    return OnsitePhotoRow(
        id=str(uuid.uuid4()),
        checklist_id=1,
        item_id="S-01",
        key="on-site/1/a.jpg",
        sha256=sha256,
        size=7,
        latitude=31.1,
        longitude=121.4,
        accuracy_m=9.0,
        late=False,
        by_user_id=1,
        by="李",
        at=at,
        received=at,
    )


def _finding(at: datetime) -> FindingRow:
    return FindingRow(
        institution_id="sun",
        checklist_id=1,
        item_id="S-01",
        severity="minor",
        own_severity="minor",
        repeats=0,
        text_zh="食谱未公示",
        text_en="menu not posted",
        note="",
        photo_needed=False,
        state="open",
        owner="",
        raised=at,
        due=at.date(),
        reinspect_by=at.date(),
        escalated=0,
        version=1,
    )


def test_the_name_of_somebody_who_left_goes_a_year_after_and_they_cannot_come_back(
    kept: Kept,
) -> None:
    users = UserRepository(kept.database)
    left, back = (
        users.create(
            NewUser(name, name.title(), Role.OPERATOR, DISTRICT), "a fine password", kept.now
        )
        for name in ("left", "back")
    )
    for user in (left, back):
        users.set_active(user.id, active=False)
    kept.erase()
    users.set_active(back.id, active=True)
    kept.clock.advance((YEAR - 1) * DAY)
    assert kept.erase() == {}
    kept.clock.advance(2 * DAY)
    users.set_active(back.id, active=False)
    assert kept.erase() == {DataKind.ACCOUNTS: 1}
    gone = users.get(left.id)
    assert (gone.name, gone.display_name) == (f"left.{left.id}", f"{BLANK} {left.id}")
    assert users.get(back.id).display_name == "Back"
    assert users.verify(gone.name, "a fine password", kept.now).user is None
    assert users.find("left") is None


def test_sessions_hand_overs_addresses_and_notices_go_each_in_its_time(kept: Kept) -> None:
    users = UserRepository(kept.database)
    user = users.create(
        NewUser("wang", "Wang", Role.OPERATOR, DISTRICT), "a fine password", kept.now
    )
    SessionRepository(kept.database).start(user.id, kept.now, "10.0.0.7", "browser")
    HandoverRepository(kept.database).write(DISTRICT, "小明的妈妈来过", BOSS, kept.now)
    notice = PlainNotice("duty", "reminder:1", "title", "body")
    ReminderRepository(kept.database).announce([notice], kept.now)
    with kept.database.transaction() as session:
        session.execute(text("UPDATE outbox SET state = 'sent'"))
    kept.clock.advance(2 * DAY)
    assert kept.erase() == {DataKind.SESSIONS: 1}
    kept.clock.advance(180 * DAY)
    assert kept.erase() == {DataKind.ADDRESSES: 1}
    kept.clock.advance(184 * DAY)
    assert kept.erase() == {DataKind.HANDOVERS: 1}
    kept.clock.advance(40 * DAY)
    assert kept.erase() == {DataKind.NOTICES: 1}
    with kept.database.reading() as session:
        row = session.scalars(select(HandoverRow)).one()
    assert (row.by_name, row.note, row.address) == (BLANK, BLANK, "")


def test_the_log_holds_counts_and_no_names_and_its_chain_is_whole(kept: Kept) -> None:
    request = kept.ask()
    kept.withdraw(request)
    kept.clock.advance((3 * YEAR + 1) * DAY)
    assert kept.erase() == {DataKind.REQUESTS: 1}
    log = PrivacyDeletionLog(kept.database)
    (entry,) = log.list()
    assert (entry.kind, entry.treatment, entry.count) == (
        DataKind.REQUESTS,
        Treatment.ANONYMISED,
        1,
    )
    assert entry.before == kept.now - timedelta(days=3 * YEAR)
    assert log.verify().sound
    assert RequestChain(kept.database).verify().sound
    with kept.database.reading() as session:
        (content,) = session.scalars(select(PrivacyDeletionRow.content))
    assert "李" not in content
    assert set(json.loads(content)) == {
        "at",
        "before",
        "count",
        "kind",
        "position",
        "problem",
        "seconds",
        "treatment",
        "v",
    }
    with pytest.raises(DBAPIError, match="append-only"), kept.database.transaction() as session:
        session.execute(text("DELETE FROM privacy_deletion"))


def test_what_hinders_one_kind_is_said_and_does_not_hinder_the_others(kept: Kept) -> None:
    labels = LabelStore(kept.environment.labels_folder)
    frame = labels.add("sun-cam", kept.now - timedelta(days=40), b"jpeg", (8, 8), [])
    (picture,) = kept.environment.labels_folder.rglob("*.jpg")
    picture.unlink()
    picture.mkdir()  # cannot be removed like a file
    HandoverRepository(kept.database).write(DISTRICT, "note", SYSTEM, kept.now)
    kept.clock.advance((YEAR + 1) * DAY)
    with structlog.testing.capture_logs():
        done = {one.kind: one for one in kept.keeper.run()}
        assert done[DataKind.LABEL_FRAMES].problem
        assert done[DataKind.HANDOVERS].count == 1
        with pytest.raises(ConflictError, match="label_frames"):
            Retention(kept.environment, kept.database, kept.clock).run()
        Jobs(kept.environment, kept.database, kept.clock).daily_retention()
    (run,) = JobRunRepository(kept.database).recent("retention")
    assert run.state is JobState.FAILED
    assert "label_frames" in run.message
    assert any(one.problem for one in PrivacyDeletionLog(kept.database).list())
    assert frame.camera_id == "sun-cam"
