"""What reports count, for a whole district and many months, with one query for each kind."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic_core import from_json
from sqlalchemy import Select, case, cast, func, or_, select
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Session

from monitor.domain.access import Scope
from monitor.domain.alerts import AlertAction, AlertState
from monitor.domain.checklists import AutoMode, ItemSeverity, Result
from monitor.domain.findings import FindingAction, FindingState
from monitor.domain.text import Text
from monitor.domain.visits import VisitKind, VisitState
from monitor.store.alerts import AlertRow, AlertStepRow
from monitor.store.base import Database
from monitor.store.checklists import ChecklistAnswerRow, ChecklistRow
from monitor.store.findings import FindingRow, FindingStepRow
from monitor.store.scope import within
from monitor.store.visits import VisitRow

_BATCH = 200
_MOST_REMEMBERED = 20_000


@dataclass(frozen=True, slots=True)
class KeptItem:
    """An item of a template, as a report names it."""

    id: str
    section: Text
    text: Text
    severity: ItemSeverity


@dataclass(frozen=True, slots=True)
class KeptTemplate:
    """The items of a template and what each severity weighs."""

    items: tuple[KeptItem, ...]
    weights: Mapping[ItemSeverity, float]


@dataclass(frozen=True, slots=True)
class KeptResults:
    """The newest checklist of an institution and month, reduced to its results.

    A result is the last answer, else what the system decided, else ``None``.
    """

    institution_id: str
    month: date
    template: KeptTemplate
    results: Mapping[str, Result | None]


@dataclass(frozen=True, slots=True)
class KeptFinding:
    """A finding's course. ``corrected`` is when it was last reported as put right.

    That is ``None`` where it was sent back since.
    """

    id: int
    institution_id: str
    item_id: str
    severity: ItemSeverity
    repeats: int
    text: Text
    owner: str
    raised: datetime
    due: date
    corrected: datetime | None
    closed: datetime | None


@dataclass(frozen=True, slots=True)
class KeptAlert:
    """An alert's course, as far as a figure needs it."""

    institution_id: str
    rule: str
    raised: datetime
    state: AlertState
    acknowledged: datetime | None


@dataclass(frozen=True, slots=True)
class KeptVisit:
    """A visit of a month's plan and how it stands."""

    institution_id: str
    month: date
    day: date
    state: VisitState


@dataclass(frozen=True, slots=True)
class _Decided:
    template: str
    results: tuple[Result | None, ...]


class ReportRecords:
    """Reads what reports count.

    A checklist's document never changes, so what it says is read once and remembered.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._decided: OrderedDict[int, _Decided] = OrderedDict()
        self._templates: dict[str, KeptTemplate] = {}

    def results(self, scope: Scope, first: date, last: date) -> tuple[KeptResults, ...]:
        """Return the results of the months from ``first`` to ``last`` (first days)."""
        newest = _newest(scope, first, last)
        columns = (ChecklistRow.id, ChecklistRow.institution_id, ChecklistRow.month)
        with self._database.reading() as session:
            lists = session.execute(
                select(*columns)
                .where(ChecklistRow.id.in_(newest))
                .order_by(ChecklistRow.month, ChecklistRow.institution_id)
            ).all()
            self._read(session, [number for number, _, _ in lists if number not in self._decided])
            answers = _answers(session, newest)
            found = tuple(
                self._kept(number, institution, month, answers.get(number, {}))
                for number, institution, month in lists
            )
        while len(self._decided) > _MOST_REMEMBERED:
            self._decided.popitem(last=False)
        return found

    def findings(self, scope: Scope, start: datetime, end: datetime) -> tuple[KeptFinding, ...]:
        """Return the findings raised before ``end`` that had not been closed at ``start``."""
        corrected = (
            select(FindingStepRow.finding_id, func.max(FindingStepRow.at).label("at"))
            .where(FindingStepRow.action == FindingAction.CORRECT.value)
            .group_by(FindingStepRow.finding_id)
            .subquery()
        )
        columns = (
            FindingRow.id,
            FindingRow.institution_id,
            FindingRow.item_id,
            FindingRow.severity,
            FindingRow.repeats,
            FindingRow.text_zh,
            FindingRow.text_en,
            FindingRow.owner,
            FindingRow.raised,
            FindingRow.due,
            FindingRow.closed,
            case((FindingRow.state == FindingState.OPEN.value, None), else_=corrected.c.at),
        )
        statement = (
            select(*columns)
            .outerjoin(corrected, corrected.c.finding_id == FindingRow.id)
            .where(
                within(scope, FindingRow.institution_id),
                FindingRow.raised < end,
                or_(FindingRow.closed.is_(None), FindingRow.closed >= start),
            )
            .order_by(FindingRow.id)
        )
        with self._database.reading() as session:
            return tuple(_finding(*row) for row in session.execute(statement))

    def alerts(self, scope: Scope, start: datetime, end: datetime) -> tuple[KeptAlert, ...]:
        """Return the alerts raised from ``start`` to ``end``, oldest first."""
        acknowledged = (
            select(AlertStepRow.alert_id, func.min(AlertStepRow.at).label("at"))
            .where(AlertStepRow.action == AlertAction.ACKNOWLEDGE.value)
            .group_by(AlertStepRow.alert_id)
            .subquery()
        )
        columns = (AlertRow.institution_id, AlertRow.rule, AlertRow.raised, AlertRow.state)
        statement = (
            select(*columns, acknowledged.c.at)
            .outerjoin(acknowledged, acknowledged.c.alert_id == AlertRow.id)
            .where(
                within(scope, AlertRow.institution_id),
                AlertRow.raised >= start,
                AlertRow.raised < end,
            )
            .order_by(AlertRow.raised, AlertRow.id)
        )
        with self._database.reading() as session:
            return tuple(
                KeptAlert(institution, rule, raised, AlertState(state), at)
                for institution, rule, raised, state, at in session.execute(statement)
            )

    def visits(self, scope: Scope, first: date, last: date) -> tuple[KeptVisit, ...]:
        """Return the visits of the months from ``first`` to ``last`` (first days)."""
        columns = (VisitRow.institution_id, VisitRow.month, VisitRow.day, VisitRow.state)
        statement = (
            select(*columns)
            .where(
                VisitRow.month >= first,
                VisitRow.month <= last,
                VisitRow.kind == VisitKind.MONTHLY.value,
                within(scope, VisitRow.institution_id),
            )
            .order_by(VisitRow.month, VisitRow.institution_id)
        )
        with self._database.reading() as session:
            return tuple(
                KeptVisit(institution, month, day, VisitState(state))
                for institution, month, day, state in session.execute(statement)
            )

    def _read(self, session: Session, missing: list[int]) -> None:
        for start in range(0, len(missing), _BATCH):
            # Taken as text: reading JSON is most of the work, and the database's way is slow.
            whole = cast(ChecklistRow.document, SqlText)
            statement = select(ChecklistRow.id, ChecklistRow.template_sha256, whole).where(
                ChecklistRow.id.in_(missing[start : start + _BATCH])
            )
            for number, template, text in session.execute(statement):
                document = from_json(text)
                if template not in self._templates:
                    self._templates[template] = _template(document)
                results = tuple(_decision(entry) for entry in document["entries"])
                self._decided[number] = _Decided(template, results)

    def _kept(
        self, number: int, institution: str, month: date, answers: Mapping[str, Result]
    ) -> KeptResults:
        decided = self._decided[number]
        template = self._templates[decided.template]
        results = {
            item.id: answers.get(item.id, result)
            for item, result in zip(template.items, decided.results, strict=True)
        }
        return KeptResults(institution, month, template, results)


def _newest(scope: Scope, first: date, last: date) -> Select[int]:
    return (
        select(func.max(ChecklistRow.id))
        .where(
            ChecklistRow.month >= first,
            ChecklistRow.month <= last,
            ChecklistRow.visit_id.is_(None),
            within(scope, ChecklistRow.institution_id),
        )
        .group_by(ChecklistRow.institution_id, ChecklistRow.month)
    )


def _answers(session: Session, newest: Select[int]) -> dict[int, dict[str, Result]]:
    columns = (
        ChecklistAnswerRow.checklist_id,
        ChecklistAnswerRow.item_id,
        ChecklistAnswerRow.result,
    )
    statement = (
        select(*columns)
        .where(ChecklistAnswerRow.checklist_id.in_(newest))
        .order_by(ChecklistAnswerRow.id)
    )
    results = {result.value: result for result in Result}
    answers: dict[int, dict[str, Result]] = {}
    for number, item, result in session.execute(statement):
        answers.setdefault(number, {})[item] = results[result]
    return answers


def _finding(
    number: int,
    institution: str,
    item: str,
    severity: str,
    repeats: int,
    zh: str,
    en: str,
    owner: str,
    raised: datetime,
    due: date,
    closed: datetime | None,
    corrected: datetime | None,
) -> KeptFinding:
    return KeptFinding(
        number,
        institution,
        item,
        ItemSeverity(severity),
        repeats,
        Text(zh, en),
        owner,
        raised,
        due,
        corrected,
        closed,
    )


def _template(document: Mapping[str, Any]) -> KeptTemplate:
    sections = {one["id"]: Text.from_dict(one["title"]) for one in document["sections"]}
    items: Iterator[Mapping[str, Any]] = (entry["item"] for entry in document["entries"])
    return KeptTemplate(
        items=tuple(
            KeptItem(
                item["id"],
                sections[item["section"]],
                Text.from_dict(item["text"]),
                ItemSeverity(item["severity"]),
            )
            for item in items
        ),
        weights={
            ItemSeverity(name): weight for name, weight in document["rules"]["weights"].items()
        },
    )


def _decision(entry: Mapping[str, Any]) -> Result | None:
    """Return what the system decided, as :attr:`~monitor.domain.checklists.Entry.decided` says."""
    proposal, auto = entry["proposal"], entry["item"]["auto"]
    if proposal is None:
        return None
    stands = entry["excluded"] is not None or (
        auto is not None and auto["mode"] == AutoMode.DECIDE.value
    )
    return Result(proposal) if stands else None
