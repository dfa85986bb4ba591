"""Which lists an auditor is given of a year, column by column."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, select

from monitor.domain.text import Text
from monitor.inspections.reports.audit_year import Value, YearTable
from monitor.store.access_register import AccessRow
from monitor.store.base import Database
from monitor.store.data_requests import DataRequestRow, RequestStepRow
from monitor.store.deletions import RecordingDeletionRow
from monitor.store.exports import ExportRow
from monitor.store.holds import LegalHoldRow
from monitor.store.privacy_deletions import PrivacyDeletionRow
from monitor.store.recording_exports import RecordingExportRow
from monitor.store.retention_audits import AuditedChannelRow, RetentionAuditRow

Read = Callable[[Any], Value]


@dataclass(frozen=True)
class _Column:
    key: str
    name: Text
    column: SQLColumnExpression[Any]
    read: Read | None = None

    def value(self, raw: Any) -> Value:
        value: Value = raw if self.read is None else self.read(raw)
        return value


@dataclass(frozen=True)
class _List:
    name: str
    title: Text
    when: SQLColumnExpression[Any]
    columns: tuple[_Column, ...]
    joined: ColumnElement[bool] | None = None

    def statement(self, start: datetime, end: datetime) -> Select[Any]:
        order = [self.when, *(column.column for column in self.columns[:2])]
        statement = select(*(column.column for column in self.columns))
        if self.joined is not None:
            statement = statement.where(self.joined)
        return statement.where(self.when >= start, self.when < end).order_by(*order)


def _said(name: str) -> Read:
    def read(content: str) -> Value:
        value = json.loads(content).get(name)
        plain = isinstance(value, str | int | float) or value is None
        return value if plain else json.dumps(value, ensure_ascii=False, sort_keys=True)

    return read


def _size(value: list[Any]) -> Value:
    return len(value)


def _played(samples: list[Any]) -> Value:
    return sum(not sample["fault"] for sample in samples)


def _joined(values: list[str]) -> Value:
    return ", ".join(values)


_AT = Text(zh="时间", en="time")
_NUMBER = Text(zh="序号", en="position")
_HASH = Text(zh="哈希", en="hash")
_PLACE = Text(zh="机构", en="institution")
_CAMERA = Text(zh="摄像机", en="camera")
_KIND = Text(zh="种类", en="kind")
_WHY = Text(zh="理由", en="reason")
_FROM = Text(zh="起", en="from")
_UNTIL = Text(zh="止", en="until")
_BYTES = Text(zh="字节", en="bytes")

_LISTS = (
    _List(
        "access",
        Text(zh="调阅登记簿", en="Access register"),
        AccessRow.at,
        (
            _Column("position", _NUMBER, AccessRow.position),
            _Column("at", _AT, AccessRow.at),
            _Column("kind", _KIND, AccessRow.kind),
            _Column("person", Text(zh="姓名", en="person"), AccessRow.person),
            _Column("unit", Text(zh="单位", en="unit"), AccessRow.unit),
            _Column("account", Text(zh="账号", en="account"), AccessRow.account),
            _Column("address", Text(zh="地址", en="address"), AccessRow.content, _said("address")),
            _Column("institution", _PLACE, AccessRow.institution_id),
            _Column("alert", Text(zh="告警", en="alert"), AccessRow.alert_id),
            _Column("reason", _WHY, AccessRow.content, _said("reason")),
            _Column("what", Text(zh="内容", en="content"), AccessRow.content, _said("what")),
            _Column("hash", _HASH, AccessRow.hash),
        ),
    ),
    _List(
        "exports",
        Text(zh="证据导出", en="Exports of evidence"),
        ExportRow.requested,
        (
            _Column("id", _NUMBER, ExportRow.id),
            _Column("requested", _AT, ExportRow.requested),
            _Column("alert", Text(zh="告警", en="alert"), ExportRow.alert_id),
            _Column("institution", _PLACE, ExportRow.institution_id),
            _Column("state", Text(zh="状态", en="state"), ExportRow.state),
            _Column("faces", Text(zh="人像", en="people"), ExportRow.faces),
            _Column("requester", Text(zh="申请人", en="asked by"), ExportRow.requester),
            _Column("reason", _WHY, ExportRow.reason),
            _Column("decided", Text(zh="决定时间", en="decided"), ExportRow.decided),
            _Column("decider", Text(zh="决定人", en="decided by"), ExportRow.decider),
            _Column("decision", Text(zh="决定", en="decision"), ExportRow.decision),
            _Column("request", Text(zh="请求", en="data request"), ExportRow.data_request_id),
            _Column("size", _BYTES, ExportRow.size),
            _Column("sha256", Text(zh="SHA-256", en="SHA-256"), ExportRow.sha256),
        ),
    ),
    _List(
        "recording_exports",
        Text(zh="录像导出", en="Exports of recordings"),
        RecordingExportRow.at,
        (
            _Column("id", _NUMBER, RecordingExportRow.id),
            _Column("at", _AT, RecordingExportRow.at),
            _Column("camera", _CAMERA, RecordingExportRow.camera_id),
            _Column("start", _FROM, RecordingExportRow.start),
            _Column("end", _UNTIL, RecordingExportRow.end),
            _Column("by", Text(zh="导出人", en="by"), RecordingExportRow.by),
            _Column("reason", _WHY, RecordingExportRow.reason),
            _Column("size", _BYTES, RecordingExportRow.size),
            _Column("sha256", Text(zh="SHA-256", en="SHA-256"), RecordingExportRow.sha256),
        ),
    ),
    _List(
        "requests",
        Text(zh="个人信息请求", en="Data requests"),
        DataRequestRow.recorded,
        (
            _Column("id", _NUMBER, DataRequestRow.id),
            _Column("number", Text(zh="编号", en="number"), DataRequestRow.number),
            _Column("institution", _PLACE, DataRequestRow.institution_id),
            _Column("rooms", Text(zh="房间", en="rooms"), DataRequestRow.rooms, _joined),
            _Column("requester", Text(zh="请求人", en="asked by"), DataRequestRow.requester),
            _Column("wish", Text(zh="事项", en="asked for"), DataRequestRow.wish),
            _Column("state", Text(zh="状态", en="state"), DataRequestRow.state),
            _Column("verdict", Text(zh="决定", en="decision"), DataRequestRow.verdict),
            _Column("faces", Text(zh="人像", en="people"), DataRequestRow.faces),
            _Column("received", Text(zh="收到", en="received"), DataRequestRow.received),
            _Column("due", Text(zh="应答复", en="due"), DataRequestRow.due),
            _Column("decided", Text(zh="决定时间", en="decided"), DataRequestRow.decided),
            _Column("ended", Text(zh="办结", en="closed"), DataRequestRow.ended),
            _Column("erased", Text(zh="信息删除", en="erased"), DataRequestRow.erased),
        ),
    ),
    _List(
        "request_steps",
        Text(zh="请求办理步骤", en="Steps of data requests"),
        RequestStepRow.at,
        (
            _Column("position", _NUMBER, RequestStepRow.position),
            _Column("at", _AT, RequestStepRow.at),
            _Column("request", Text(zh="请求", en="request"), RequestStepRow.request_id),
            _Column("action", Text(zh="步骤", en="action"), RequestStepRow.action),
            _Column(
                "account", Text(zh="账号号", en="account"), RequestStepRow.content, _said("account")
            ),
            _Column("hash", _HASH, RequestStepRow.hash),
        ),
    ),
    _List(
        "erasures",
        Text(zh="到期删除记录", en="Erasures by rule"),
        PrivacyDeletionRow.at,
        (
            _Column("position", _NUMBER, PrivacyDeletionRow.position),
            _Column("at", _AT, PrivacyDeletionRow.at),
            _Column("kind", _KIND, PrivacyDeletionRow.kind),
            _Column(
                "treatment",
                Text(zh="处理", en="treatment"),
                PrivacyDeletionRow.content,
                _said("treatment"),
            ),
            _Column(
                "before",
                Text(zh="早于", en="older than"),
                PrivacyDeletionRow.content,
                _said("before"),
            ),
            _Column(
                "count", Text(zh="数量", en="count"), PrivacyDeletionRow.content, _said("count")
            ),
            _Column(
                "problem",
                Text(zh="障碍", en="problem"),
                PrivacyDeletionRow.content,
                _said("problem"),
            ),
            _Column("hash", _HASH, PrivacyDeletionRow.hash),
        ),
    ),
    _List(
        "recording_deletions",
        Text(zh="录像删除记录", en="Deleted recordings"),
        RecordingDeletionRow.at,
        (
            _Column("id", _NUMBER, RecordingDeletionRow.id),
            _Column("at", _AT, RecordingDeletionRow.at),
            _Column("camera", _CAMERA, RecordingDeletionRow.camera_id),
            _Column("start", _FROM, RecordingDeletionRow.start),
            _Column("end", _UNTIL, RecordingDeletionRow.end),
            _Column("files", Text(zh="文件数", en="files"), RecordingDeletionRow.files),
            _Column("size", _BYTES, RecordingDeletionRow.size),
            _Column("why", _WHY, RecordingDeletionRow.reason),
            _Column("sha256", Text(zh="SHA-256", en="SHA-256"), RecordingDeletionRow.sha256),
            _Column("digest", _HASH, RecordingDeletionRow.digest),
        ),
    ),
    _List(
        "holds",
        Text(zh="封存", en="Legal holds"),
        LegalHoldRow.placed,
        (
            _Column("id", _NUMBER, LegalHoldRow.id),
            _Column("placed", _AT, LegalHoldRow.placed),
            _Column("camera", _CAMERA, LegalHoldRow.camera_id),
            _Column("start", _FROM, LegalHoldRow.start),
            _Column("end", _UNTIL, LegalHoldRow.end),
            _Column("reason", _WHY, LegalHoldRow.reason),
            _Column("by", Text(zh="登记人", en="by"), LegalHoldRow.placed_by),
            _Column("released", Text(zh="解除", en="lifted"), LegalHoldRow.released),
            _Column("why", Text(zh="解除理由", en="why lifted"), LegalHoldRow.release_reason),
        ),
    ),
    _List(
        "retention",
        Text(zh="录像保存核验", en="Proofs of retention"),
        RetentionAuditRow.at,
        (
            _Column("at", _AT, RetentionAuditRow.at),
            _Column("camera", _CAMERA, AuditedChannelRow.camera_id),
            _Column("through", Text(zh="截至", en="through"), RetentionAuditRow.through),
            _Column("verdict", Text(zh="结论", en="verdict"), AuditedChannelRow.verdict),
            _Column(
                "required", Text(zh="应存天数", en="days required"), AuditedChannelRow.required_days
            ),
            _Column(
                "unbroken", Text(zh="连续天数", en="days unbroken"), AuditedChannelRow.unbroken_days
            ),
            _Column("gaps", Text(zh="缺口", en="gaps"), AuditedChannelRow.gaps, _size),
            _Column("samples", Text(zh="抽查", en="samples"), AuditedChannelRow.samples, _size),
            _Column("played", Text(zh="可播放", en="played"), AuditedChannelRow.samples, _played),
        ),
        AuditedChannelRow.audit_id == RetentionAuditRow.id,
    ),
)


def read_tables(database: Database, start: datetime, end: datetime) -> Iterator[YearTable]:
    """Yield every list with its rows of ``start`` until before ``end``, in the order of time."""
    for one in _LISTS:
        with database.reading() as session:
            rows = session.execute(one.statement(start, end)).all()
        yield YearTable(
            one.name,
            one.title,
            tuple((column.key, column.name) for column in one.columns),
            tuple(
                tuple(column.value(raw) for column, raw in zip(one.columns, row, strict=True))
                for row in rows
            ),
        )
