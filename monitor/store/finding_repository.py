"""Reads findings for people and takes down what people do about them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Select, case, func, select
from sqlalchemy.orm import Session

from monitor.domain.access import Scope
from monitor.domain.alerts import Actor
from monitor.domain.checklists import ItemSeverity
from monitor.domain.errors import ConflictError, InputError, NotFoundError, PermissionDeniedError
from monitor.domain.findings import FindingAction, FindingState, next_finding_state
from monitor.domain.notices import Decision
from monitor.domain.text import Text
from monitor.store.base import Database
from monitor.store.files import NewFile
from monitor.store.finding_notices import put_finding_notice
from monitor.store.finding_views import (
    FindingDetail,
    FindingFile,
    FindingStep,
    FindingView,
    finding_detail,
    finding_file,
    finding_step,
    finding_view,
)
from monitor.store.findings import (
    FindingFileRow,
    FindingRow,
    FindingStepRow,
    add_finding_step,
)
from monitor.store.scope import within
from monitor.store.text import clean_line, clean_text

_NEEDS_TEXT = frozenset(
    {
        FindingAction.COMMENT,
        FindingAction.CORRECT,
        FindingAction.ASK_EXTENSION,
        FindingAction.EXTEND,
        FindingAction.DENY_EXTENSION,
        FindingAction.SEND_BACK,
        FindingAction.CLOSE,
    }
)
_ABOUT_DAYS = frozenset(
    {FindingAction.ASK_EXTENSION, FindingAction.EXTEND, FindingAction.DENY_EXTENSION}
)
_MOST_FILES = 40
_URGENCY = 3
"""Behind alerts and what is overdue."""


@dataclass(frozen=True, slots=True)
class FindingFilter:
    """Which findings to list; empty means any.

    ``due_before`` keeps only open, overdue ones, and ``asked`` those with an extension to decide.
    """

    states: frozenset[FindingState] = frozenset()
    severity: ItemSeverity | None = None
    institution_id: str | None = None
    item_id: str | None = None
    due_before: date | None = None
    asked: bool = False
    checklist_id: int | None = None


TellStep = Callable[[FindingView, FindingStep], Sequence[Decision]]
"""Says, without side effects, who is told of a step and in which words."""


class FindingRepository:
    """Writes and reads findings."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(
        self, scope: Scope, wanted: FindingFilter | None = None, limit: int = 500
    ) -> tuple[FindingView, ...]:
        """Return findings within ``scope``: unclosed first, then the gravest, then the most due."""
        statement = _matching(scope, wanted or FindingFilter()).order_by(
            FindingRow.state == FindingState.CLOSED.value,
            case(
                (FindingRow.severity == ItemSeverity.CRITICAL.value, 0),
                (FindingRow.severity == ItemSeverity.MAJOR.value, 1),
                else_=2,
            ),
            FindingRow.due,
            FindingRow.id,
        )
        with self._database.reading() as session:
            return tuple(finding_view(row) for row in session.scalars(statement.limit(limit)))

    def count(self, scope: Scope, wanted: FindingFilter | None = None) -> int:
        """Return how many findings there are within ``scope``."""
        fitting = _matching(scope, wanted or FindingFilter()).subquery()
        with self._database.reading() as session:
            return session.scalar(select(func.count()).select_from(fitting)) or 0

    def get(self, scope: Scope, finding_id: int) -> FindingDetail:
        """Return one finding with its history.

        Raises:
            NotFoundError: there is none within ``scope``.
        """
        with self._database.reading() as session:
            return finding_detail(session, _row(session, scope, finding_id))

    def find_file(self, scope: Scope, file_id: int) -> FindingFile:
        """Return one file.

        Raises:
            NotFoundError: there is none within ``scope``.
        """
        statement = (
            select(FindingFileRow)
            .join(FindingRow, FindingRow.id == FindingFileRow.finding_id)
            .where(FindingFileRow.id == file_id, within(scope, FindingRow.institution_id))
        )
        with self._database.reading() as session:
            row = session.scalar(statement)
            if row is None:
                raise NotFoundError(
                    Text("没有这个文件", "there is no such file"), where=f"file {file_id}"
                )
            return finding_file(row)

    def act(
        self,
        scope: Scope,
        finding_id: int,
        action: FindingAction,
        actor: Actor,
        now: datetime,
        *,
        text: str = "",
        owner: str | None = None,
        due: date | None = None,
        files: Sequence[NewFile] = (),
        expected_version: int | None = None,
        tell: TellStep | None = None,
    ) -> FindingView:
        """Do something to a finding, in the name of ``actor``; ``tell`` says who hears of it.

        Raises:
            NotFoundError: there is none within ``scope``.
            ConflictError: it does not fit the state, or somebody else was faster.
            InputError: a text, an owner, a later day or a file is missing.
            PermissionDeniedError: who put it right may not close it.
        """
        with self._database.transaction() as session:
            row = _row(session, scope, finding_id, lock=True)
            if expected_version is not None and row.version != expected_version:
                raise ConflictError(
                    Text("其间他人修改了这个问题", "somebody else changed this finding meanwhile"),
                    where=f"finding {finding_id}",
                    hint=Text("请重新载入后再看", "reload it and look again"),
                )
            before = FindingState(row.state)
            after = next_finding_state(before, action)
            if action in _NEEDS_TEXT and not clean_text(text, 10):
                raise InputError(
                    Text("请写几个字", "a few words are needed"),
                    where="text",
                    hint=Text("写明做了什么、为什么", "say what and why"),
                )
            due_before, asked = row.due, row.asked_due
            _change(session, row, action, actor, owner, due, files)
            row.state = after.value
            row.version += 1
            if action is FindingAction.CLOSE:
                row.closed = now
            named = {
                FindingAction.ASK_EXTENSION: row.asked_due,
                FindingAction.EXTEND: row.due,
                FindingAction.DENY_EXTENSION: asked,
            }.get(action)
            days = None if named is None else (due_before, named)
            step = add_finding_step(session, row, action, before, actor, now, text=text, days=days)
            _add_files(session, row, step, files)
            view = finding_view(row)
            for decision in tell(view, finding_step(step, ())) if tell is not None else ():
                key = f"step-{step.id}"
                put_finding_notice(session, row.id, key, decision, _URGENCY, now)
            return view


def _change(
    session: Session,
    row: FindingRow,
    action: FindingAction,
    actor: Actor,
    owner: str | None,
    due: date | None,
    files: Sequence[NewFile],
) -> None:
    if action is FindingAction.ASSIGN:
        name = clean_line(owner or "", 200)
        if not name:
            raise InputError(Text("由谁整改？", "who is to put it right?"), where="owner")
        row.owner = name
    elif action in _ABOUT_DAYS:
        _change_days(row, action, due)
    elif action is FindingAction.CORRECT:
        if row.photo_needed and not files and not _has_files(session, row.id):
            raise InputError(
                Text("须有照片或文件证明", "a photo or document that shows it is needed"),
                where="file",
                hint=Text("请添加", "add one"),
            )
        row.corrected_by_user_id = actor.user_id
        row.asked_due = None  # it needs no more time
    elif action is FindingAction.CLOSE and worked_on(session, row, actor):
        raise PermissionDeniedError(
            Text("整改人不能自己关闭", "who put it right may not close it"),
            where="close",
            hint=Text("请由他人复查", "let somebody else look"),
        )
    elif action is FindingAction.ATTACH and not files:
        raise InputError(Text("没有文件", "there is no file"), where="file")


def _change_days(row: FindingRow, action: FindingAction, due: date | None) -> None:
    if action is FindingAction.DENY_EXTENSION:
        if row.asked_due is None:
            raise ConflictError(
                Text("没有人在等这个决定", "nobody waits for this decision"),
                where="action",
                hint=Text("请重新载入", "reload it"),
            )
        row.asked_due = None
        return
    if due is None or due <= row.due:
        raise InputError(
            Text("新日期须晚于现在的日期", "the new day must be later than the present one"),
            where="due",
        )
    if action is FindingAction.ASK_EXTENSION:
        row.asked_due = due
        return
    row.reinspect_by = max(row.reinspect_by, due)
    row.due = due
    row.asked_due = None
    row.escalated = 0


def worked_on(session: Session, row: FindingRow, actor: Actor) -> bool:
    """Say whether somebody ever reported a finding as put right."""
    statement = select(FindingStepRow.id).where(
        FindingStepRow.finding_id == row.id,
        FindingStepRow.action == FindingAction.CORRECT.value,
        FindingStepRow.actor_user_id == actor.user_id,
    )
    return session.scalar(statement.limit(1)) is not None


def _has_files(session: Session, finding_id: int) -> bool:
    statement = select(FindingFileRow.id).where(FindingFileRow.finding_id == finding_id).limit(1)
    return session.scalar(statement) is not None


def _add_files(
    session: Session, row: FindingRow, step: FindingStepRow, files: Sequence[NewFile]
) -> None:
    if not files:
        return
    statement = select(FindingFileRow.sha256).where(FindingFileRow.finding_id == row.id)
    known = set(session.scalars(statement))
    if len(known) + len(files) > _MOST_FILES:
        raise InputError(
            Text(
                f"一个问题最多 {_MOST_FILES} 个文件", f"a finding has at most {_MOST_FILES} files"
            ),
            where="file",
        )
    for item in files:
        session.add(
            FindingFileRow(
                finding_id=row.id,
                step_id=step.id,
                **item.columns(),
            )
        )


def _matching(scope: Scope, wanted: FindingFilter) -> Select[FindingRow]:
    statement = select(FindingRow).where(within(scope, FindingRow.institution_id))
    if wanted.states:
        statement = statement.where(FindingRow.state.in_([item.value for item in wanted.states]))
    if wanted.severity is not None:
        statement = statement.where(FindingRow.severity == wanted.severity.value)
    if wanted.institution_id is not None:
        statement = statement.where(FindingRow.institution_id == wanted.institution_id)
    if wanted.item_id is not None:
        statement = statement.where(FindingRow.item_id == wanted.item_id)
    if wanted.checklist_id is not None:
        statement = statement.where(FindingRow.checklist_id == wanted.checklist_id)
    if wanted.asked:
        statement = statement.where(FindingRow.asked_due.is_not(None))
    if wanted.due_before is not None:
        statement = statement.where(
            FindingRow.state == FindingState.OPEN.value, FindingRow.due < wanted.due_before
        )
    return statement


def _row(session: Session, scope: Scope, finding_id: int, *, lock: bool = False) -> FindingRow:
    statement = select(FindingRow).where(
        FindingRow.id == finding_id, within(scope, FindingRow.institution_id)
    )
    row = session.scalar(statement.with_for_update() if lock else statement)
    if row is None:
        raise NotFoundError(
            Text("没有这个问题", "there is no such finding"), where=f"finding {finding_id}"
        )
    return row
