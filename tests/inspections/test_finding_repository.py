from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from monitor.domain.access import DISTRICT, Scope, ScopeKind
from monitor.domain.alerts import Actor
from monitor.domain.checklists import Checklist, ItemSeverity
from monitor.domain.errors import ConflictError, InputError, NotFoundError, PermissionDeniedError
from monitor.domain.findings import FindingAction, FindingState, NewFinding
from monitor.domain.places import District, Institution
from monitor.domain.text import Text
from monitor.store.base import Database
from monitor.store.checklist_repository import ChecklistRepository
from monitor.store.files import NewFile
from monitor.store.finding_repository import FindingFilter, FindingRepository
from monitor.store.finding_views import FindingView
from monitor.store.findings import raise_findings
from monitor.store.place_repository import PlaceRepository

LI, HEAD, ZHOU = Actor(1, "Li"), Actor(2, "王园长"), Actor(3, "Zhou")
FILE = NewFile("findings/1/a.jpg", "lock.jpg", "image/jpeg", "a" * 64, 9)


class Book:
    """Findings of one institution, raised on days of one's choice."""

    def __init__(self, database: Database, checklist: Checklist) -> None:
        institutions = (Institution("sunshine", Text("园", "Sunshine"), ""),)
        district = District("d", Text(zh="区", en="D"), institutions=institutions)
        PlaceRepository(database).sync(district, checklist.generated)
        self.database = database
        self.checklist = checklist
        self.lists = ChecklistRepository(database)
        self.findings = FindingRepository(database)
        self.now: datetime = checklist.generated

    def raised(self, at: datetime, severity: ItemSeverity = ItemSeverity.MINOR) -> FindingView:
        month = at.date().replace(day=1)
        kept = self.lists.save(replace(self.checklist, month=month, content_sha256=f"{at}")).view
        day = at.date()
        new = NewFinding(
            "S-03",
            severity,
            Text("未公示", "not posted"),
            "no menu",
            day + timedelta(days=30),
            day + timedelta(days=40),
            day - timedelta(days=183),
            photo_needed=True,
        )
        with self.database.transaction() as session:
            raise_findings(session, "sunshine", kept.id, [new], LI, at)
        found = self.findings.list(DISTRICT)
        return max(found, key=lambda one: one.id)

    def act(
        self,
        finding_id: int,
        action: FindingAction,
        actor: Actor,
        *,
        owner: str | None = None,
        due: date | None = None,
        files: tuple[NewFile, ...] = (),
        expected_version: int | None = None,
    ) -> FindingView:
        self.now += timedelta(minutes=1)
        return self.findings.act(
            DISTRICT,
            finding_id,
            action,
            actor,
            self.now,
            text="because",
            owner=owner,
            due=due,
            files=files,
            expected_version=expected_version,
        )


@pytest.fixture
def book(database: Database, make_checklist: Callable[..., Checklist]) -> Book:
    return Book(database, make_checklist())


def test_the_same_item_within_half_a_year_is_graver_each_time(book: Book) -> None:
    first = book.raised(book.now)
    second = book.raised(book.now + timedelta(days=40))
    third = book.raised(book.now + timedelta(days=80))
    later = book.raised(book.now + timedelta(days=500))
    found = [(one.severity, one.repeats, one.repeat_of) for one in (first, second, third, later)]
    assert found == [
        (ItemSeverity.MINOR, 0, None),
        (ItemSeverity.MAJOR, 1, first.id),
        (ItemSeverity.CRITICAL, 2, second.id),
        (ItemSeverity.MINOR, 0, None),
    ]


def test_a_finding_from_its_raising_to_its_closing(book: Book) -> None:
    one = book.raised(book.now)
    book.act(one.id, FindingAction.ASSIGN, LI, owner="王园长")
    with pytest.raises(InputError, match="needed"):
        book.act(one.id, FindingAction.CORRECT, HEAD)
    book.act(one.id, FindingAction.CORRECT, HEAD, files=(FILE,))
    book.act(one.id, FindingAction.SEND_BACK, LI)
    book.act(one.id, FindingAction.EXTEND, LI, due=one.due + timedelta(days=5))
    book.act(one.id, FindingAction.CORRECT, ZHOU)  # the file of the first time is still there
    for worker in (HEAD, ZHOU):
        with pytest.raises(PermissionDeniedError, match="may not close"):
            book.act(one.id, FindingAction.CLOSE, worker)
    closed = book.act(one.id, FindingAction.CLOSE, LI)
    assert (closed.state, closed.closed, closed.owner) == (FindingState.CLOSED, book.now, "王园长")
    detail = book.findings.get(DISTRICT, one.id)
    assert [step.action.value for step in detail.steps] == [
        "raise", "assign", "correct", "send_back", "extend", "correct", "close",
    ]  # fmt: skip
    extension = detail.steps[4]
    assert (extension.due_before, extension.due_after) == (one.due, one.due + timedelta(days=5))
    assert (extension.actor, extension.text) == ("Li", "because")
    (file,) = detail.steps[2].files
    assert book.findings.find_file(DISTRICT, file.id) == file


def test_what_does_not_fit_is_refused(book: Book) -> None:
    one = book.raised(book.now)
    with pytest.raises(ConflictError, match="does not fit"):
        book.act(one.id, FindingAction.CLOSE, LI)
    with pytest.raises(ConflictError, match="meanwhile"):
        book.act(one.id, FindingAction.COMMENT, LI, expected_version=one.version - 1)
    with pytest.raises(InputError, match="later"):
        book.act(one.id, FindingAction.EXTEND, LI, due=one.due)
    with pytest.raises(InputError, match="words"):
        book.findings.act(DISTRICT, one.id, FindingAction.COMMENT, LI, book.now, text=" \n")
    assert book.findings.get(DISTRICT, one.id).finding == one


def test_findings_are_listed_by_filter_and_scope(book: Book) -> None:
    one = book.raised(book.now)
    elsewhere = Scope(ScopeKind.INSTITUTION, "maple")
    assert book.findings.list(elsewhere) == ()
    with pytest.raises(NotFoundError):
        book.findings.get(elsewhere, one.id)
    late = FindingFilter(due_before=one.due + timedelta(days=1))
    assert book.findings.list(DISTRICT, late) == (one,)
    assert book.findings.list(DISTRICT, FindingFilter(due_before=one.due)) == ()
    assert book.findings.list(DISTRICT, FindingFilter(severity=ItemSeverity.CRITICAL)) == ()
    assert one.overdue(one.due + timedelta(days=3)) == 3
    assert one.overdue(date(2000, 1, 1)) == 0
