"""Gathers a year for the auditor: lists, checked chains, figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from datetime import UTC, datetime
from functools import partial
from itertools import takewhile
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from monitor.domain.access_register import AccessKind
from monitor.domain.chain import Link, look_through
from monitor.domain.clock import Clock, utc_now
from monitor.domain.data_requests import Requester
from monitor.domain.errors import InputError
from monitor.domain.personal_data import RULE_OF, DataKind
from monitor.domain.text import Text
from monitor.inspections.reports.audit_year import (
    AuditYear,
    CheckedChain,
    Figures,
    YearTable,
    as_rows,
    counted,
)
from monitor.inspections.reports.request_answer import REQUESTERS
from monitor.runtime.privacy.keeper import seconds_of
from monitor.runtime.privacy.year_tables import read_tables
from monitor.settings import Settings
from monitor.store.access_register import AccessRow
from monitor.store.base import Database
from monitor.store.chains import links
from monitor.store.data_requests import RequestStepRow
from monitor.store.deletions import DeletionLog, RecordingDeletionRow
from monitor.store.evidence_seals import EvidenceLinkRow
from monitor.store.privacy_deletions import PrivacyDeletionRow

FIRST_YEAR, LAST_YEAR = 2000, 2100
_CHAINS: tuple[tuple[str, Text, type[Any]], ...] = (
    ("access", Text(zh="调阅登记簿", en="Access register"), AccessRow),
    ("requests", Text(zh="个人信息请求", en="Data requests"), RequestStepRow),
    ("erasures", Text(zh="到期删除记录", en="Erasures by rule"), PrivacyDeletionRow),
    ("evidence", Text(zh="证据链", en="Chain of evidence"), EvidenceLinkRow),
)
_ACCESS = {
    AccessKind.VIEWED: Text(zh="调阅录像", en="Looked at recordings"),
    AccessKind.EXPORT_REQUESTED: Text(zh="申请导出", en="Exports asked for"),
    AccessKind.EXPORT_APPROVED: Text(zh="批准导出", en="Exports approved"),
    AccessKind.EXPORT_DENIED: Text(zh="不批准导出", en="Exports denied"),
    AccessKind.EXPORT_MADE: Text(zh="生成导出", en="Exports made"),
    AccessKind.EXPORT_DOWNLOADED: Text(zh="取走导出", en="Exports fetched"),
    AccessKind.REGISTER_EXPORTED: Text(zh="导出登记簿", en="Register taken along"),
    AccessKind.ACCOUNT: Text(zh="账号与权限", en="Accounts and rights"),
    AccessKind.CONFIGURED: Text(zh="配置变更", en="Configuration changes"),
    AccessKind.REQUEST_MET: Text(zh="办理请求", en="Data requests met"),
    AccessKind.AUDIT_EXPORTED: Text(zh="导出年度包", en="Year taken along"),
}


class YearDesk:
    """Gathers years of the whole district."""

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self._database = database
        self._settings = settings
        self._clock = clock

    def gather(self, year: int) -> AuditYear:
        """Return a year, as far as it has come; the same data give the same.

        Raises:
            InputError: it has not begun, or lies too far back.
        """
        zone = ZoneInfo(self._settings.district.timezone)
        now = utc_now(self._clock)
        if not FIRST_YEAR <= year <= now.astimezone(zone).year:
            raise InputError(
                Text(f"没有 {year} 年的内容", f"there is nothing of {year}"),
                where="year",
                hint=Text("请写更早的一年", "an earlier one"),
            )
        start, end = (datetime(one, 1, 1, tzinfo=zone).astimezone(UTC) for one in (year, year + 1))
        tables = (*read_tables(self._database, start, end), self._rules())
        found = {table.name: as_rows(table) for table in tables}
        return AuditYear(
            district=self._settings.district.name.text(),
            year=year,
            until=_last(tables, start),
            timezone=zone.key,
            tables=tables,
            chains=(*self._chains(end), self._recording_log(end)),
            figures=tuple(_figures(found)),
        )

    def links(self, year: int) -> dict[str, list[dict[str, Any]]]:
        """Return the rows of the chains that lie within a year, as they are stored."""
        zone = ZoneInfo(self._settings.district.timezone)
        start, end = (datetime(one, 1, 1, tzinfo=zone) for one in (year, year + 1))
        found: dict[str, list[dict[str, Any]]] = {}
        with self._database.reading() as session:
            for name, _, table in _CHAINS[:3]:
                first = select(func.min(table.position)).where(table.at >= start)
                last = select(func.max(table.position)).where(table.at < end)
                bounds = session.scalar(first), session.scalar(last)
                inside = select(table).where(table.position.between(*bounds))
                rows = session.scalars(inside.order_by(table.position))
                found[name] = [
                    asdict(Link(row.position, row.content, row.former, row.hash)) for row in rows
                ]
        return found

    def _chains(self, end: datetime) -> Iterator[CheckedChain]:
        for name, title, table in _CHAINS:
            with self._database.reading() as session:
                # Whoever writes takes the time before their turn: the first late row ends the year.
                rows = takewhile(partial(_before, end), links(session, table))
                verdict = look_through(link for link, _ in rows)
            yield CheckedChain(name, title, verdict.rows, verdict.head, verdict.problem)

    def _recording_log(self, end: datetime) -> CheckedChain:
        broken = DeletionLog(self._database).first_broken()
        newest = (
            select(RecordingDeletionRow.id, RecordingDeletionRow.digest)
            .where(RecordingDeletionRow.at < end)
            .order_by(RecordingDeletionRow.id)
        )
        with self._database.reading() as session, closing(session.execute(newest)) as rows:
            entries = rows.all()
        first = entries and broken is not None and broken <= entries[-1][0]
        return CheckedChain(
            "recording_deletions",
            Text(zh="录像删除记录", en="Deleted recordings"),
            len(entries),
            entries[-1][1] if entries else "0" * 64,
            f"entry {broken} does not follow" if first else "",
        )

    def _rules(self) -> YearTable:
        seconds = seconds_of(self._settings)
        return YearTable(
            "rules",
            Text(zh="保存期限", en="Rules of retention"),
            (
                ("kind", Text(zh="种类", en="kind")),
                ("what", Text(zh="内容", en="what")),
                ("days", Text(zh="天数", en="days")),
                ("treatment", Text(zh="到期处理", en="then")),
                ("basis", Text(zh="依据", en="basis")),
            ),
            tuple(
                (
                    kind.value,
                    f"{rule.what.zh} / {rule.what.en}",
                    round(seconds[kind] / 86400, 3) if kind in seconds else None,
                    rule.treatment.value,
                    f"{rule.basis.zh} / {rule.basis.en}",
                )
                for kind, rule in RULE_OF.items()
            ),
        )


def _before(end: datetime, pair: tuple[Link, Any]) -> bool:
    return bool(pair[1].at < end)


def _last(tables: tuple[YearTable, ...], start: datetime) -> datetime:
    """Return the newest moment in any list: the clock must not show in the bytes."""
    moments = (
        value
        for table in tables
        for row in table.rows
        for value in row
        if isinstance(value, datetime)
    )
    return max(moments, default=start)


def _figures(found: dict[str, list[dict[str, Any]]]) -> Iterator[Figures]:
    access = Counter(AccessKind(row["kind"]) for row in found["access"])
    yield Figures(
        Text(zh="调阅登记", en="Access register"),
        counted([(_ACCESS[kind], access[kind]) for kind in AccessKind]),
    )
    yield _of_requests(found["requests"])
    erased: Counter[DataKind] = Counter()
    for row in found["erasures"]:
        erased[DataKind(row["kind"])] += row["count"]
    yield Figures(
        Text(zh="到期删除（件）", en="Erased by rule (things)"),
        counted([(RULE_OF[kind].what, erased[kind]) for kind in DataKind]),
    )
    yield Figures(
        Text(zh="录像保存核验（路次）", en="Proofs of retention (channels × audits)"),
        counted(
            [
                (Text(zh="核验", en="looked at"), len(found["retention"])),
                (
                    Text(zh="满足天数且可播放", en="show the required days"),
                    sum(row["verdict"] == "met" for row in found["retention"]),
                ),
            ]
        ),
    )


def _of_requests(rows: list[dict[str, Any]]) -> Figures:
    asked = Counter(Requester(row["requester"]) for row in rows)
    decided = [row for row in rows if row["decided"]]
    late = sum(row["decided"][:10] > row["due"] for row in decided)
    verdicts = Counter(row["verdict"] for row in decided)
    return Figures(
        Text(zh="个人信息请求", en="Data requests"),
        counted(
            [
                *((REQUESTERS[kind], asked[kind]) for kind in Requester),
                (Text(zh="同意", en="granted"), verdicts["granted"]),
                (Text(zh="部分同意", en="partly granted"), verdicts["partly"]),
                (Text(zh="不同意", en="refused"), verdicts["refused"]),
                (Text(zh="逾期决定", en="decided late"), late),
            ]
        ),
    )
