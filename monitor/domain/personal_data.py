"""Kinds of personal data that the system holds, what becomes of each, and by what rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.domain.text import Text


class DataKind(StrEnum):
    """A kind of personal data."""

    RECORDINGS = "recordings"
    EVIDENCE = "evidence"
    TRACKS = "tracks"
    LABEL_FRAMES = "label_frames"
    EXPORT_FILES = "export_files"
    EXPORT_RECORDS = "export_records"
    SESSIONS = "sessions"
    API_TOKENS = "api_tokens"
    PUSH_DEVICES = "push_devices"
    ADDRESSES = "addresses"
    ACCOUNTS = "accounts"
    ONSITE_FILES = "onsite_files"
    FINDING_FILES = "finding_files"
    DOCUMENTS = "documents"
    STAFF = "staff"
    DAILY_LOGS = "daily_logs"
    ATTENDANCE = "attendance"
    PICK_UP_CODES = "pick_up_codes"
    INCIDENTS = "incidents"
    ALERT_NOTES = "alert_notes"
    HANDOVERS = "handovers"
    NOTICES = "notices"
    REQUESTS = "requests"
    CONFIGURATION = "configuration"
    ACCESS_REGISTER = "access_register"
    CHAINS = "chains"


class Treatment(StrEnum):
    """What becomes of data whose time is over."""

    DELETED = "deleted"
    ANONYMISED = "anonymised"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class DataRule:
    """What a kind is, from when its time counts, and why it is kept for that long.

    ``setting`` names the key of the configuration; empty where nothing can be set.
    """

    kind: DataKind
    treatment: Treatment
    what: Text
    counts_from: Text
    basis: Text
    setting: str = ""


_SHORTEST = Text(
    zh="个人信息保护法第 19 条：最短必要期限", en="PIPL art. 19: shortest necessary time"
)
_AUDIT = Text(
    zh="审计需要，三年（本系统的选择）", en="needed for audits, three years (a choice made here)"
)
_OWN = Text(zh="本系统的选择，依最短必要期限", en="a choice made here, as short as needed")
_NETWORK = Text(
    zh="网络安全法：网络日志至少六个月", en="Cybersecurity Law: network logs at least six months"
)
_K, _T = DataKind, Treatment

RULES: tuple[DataRule, ...] = (
    DataRule(
        _K.RECORDINGS,
        _T.DELETED,
        Text(zh="连续录像", en="Continuous recordings"),
        Text(zh="录制", en="recorded"),
        Text(
            zh="管理规范第 32 条：至少 90 日；公共安全视频条例第 17 条：用毕删除",
            en="Management Rules art. 32: at least 90 days; Order 799 art. 17: then deleted",
        ),
        "recording.keep",
    ),
    DataRule(
        _K.EVIDENCE,
        _T.DELETED,
        Text(zh="告警的截图与片段", en="Snapshots and clips of alerts"),
        Text(zh="存档", en="filed"),
        _SHORTEST,
        "evidence.keep",
    ),
    DataRule(
        _K.TRACKS,
        _T.DELETED,
        Text(zh="人的移动轨迹（无画面）", en="Tracks of people (no pictures)"),
        Text(zh="记录", en="recorded"),
        _SHORTEST,
        "tracks.keep",
    ),
    DataRule(
        _K.LABEL_FRAMES,
        _T.DELETED,
        Text(zh="标注用画面", en="Frames kept for labelling"),
        Text(zh="采集", en="taken"),
        _SHORTEST,
        "labels.keep",
    ),
    DataRule(
        _K.EXPORT_FILES,
        _T.DELETED,
        Text(zh="已导出的视频文件", en="Exported files waiting to be fetched"),
        Text(zh="生成", en="made"),
        Text(
            zh="导出文件保留一日，证据包与复制件 72 小时",
            en="files one day, packages and copies 72 hours",
        ),
    ),
    DataRule(
        _K.EXPORT_RECORDS,
        _T.ANONYMISED,
        Text(zh="导出记录中的姓名与理由", en="Names and reasons in records of exports"),
        Text(zh="申请", en="asked for"),
        _AUDIT,
        "privacy.keep.export_records",
    ),
    DataRule(
        _K.SESSIONS,
        _T.DELETED,
        Text(zh="登录会话及其网络地址", en="Sign-in sessions and their addresses"),
        Text(zh="会话结束", en="session over"),
        Text(zh="会话最长 24 小时，结束即删", en="a session lasts 24 hours at most, then goes"),
    ),
    DataRule(
        _K.API_TOKENS,
        _T.DELETED,
        Text(zh="已失效的程序令牌及其网络地址", en="Expired API tokens and their addresses"),
        Text(zh="失效", en="expired or revoked"),
        _NETWORK,
        "privacy.keep.addresses",
    ),
    DataRule(
        _K.PUSH_DEVICES,
        _T.DELETED,
        Text(zh="已失效的推送设备名称", en="Names of devices that no longer take push"),
        Text(zh="推送服务告知失效", en="push service said that it is gone"),
        _OWN,
        "privacy.keep.addresses",
    ),
    DataRule(
        _K.ADDRESSES,
        _T.ANONYMISED,
        Text(zh="处理记录中的网络地址", en="Network addresses in records of work"),
        Text(zh="记录", en="put down"),
        _NETWORK,
        "privacy.keep.addresses",
    ),
    DataRule(
        _K.ACCOUNTS,
        _T.ANONYMISED,
        Text(zh="已停用账号的姓名与登录信息", en="Names and sign-in data of people who left"),
        Text(zh="发现停用", en="seen to be inactive"),
        _OWN,
        "privacy.keep.accounts",
    ),
    DataRule(
        _K.ONSITE_FILES,
        _T.DELETED,
        Text(zh="现场检查的照片、位置与签名图样", en="On-site photos, places and drawn signatures"),
        Text(zh="签署", en="signed"),
        _AUDIT,
        "privacy.keep.onsite_files",
    ),
    DataRule(
        _K.FINDING_FILES,
        _T.DELETED,
        Text(zh="整改证明的照片与文件", en="Photos and files that show corrections"),
        Text(zh="问题关闭", en="finding closed"),
        _AUDIT,
        "privacy.keep.finding_files",
    ),
    DataRule(
        _K.DOCUMENTS,
        _T.DELETED,
        Text(zh="已撤下的登记簿附件", en="Withdrawn documents of registers"),
        Text(zh="撤下", en="withdrawn"),
        _OWN,
        "privacy.keep.documents",
    ),
    DataRule(
        _K.STAFF,
        _T.ANONYMISED,
        Text(zh="离职人员的姓名与证书号", en="Names and certificates of staff who left"),
        Text(zh="离职", en="left"),
        _AUDIT,
        "privacy.keep.staff",
    ),
    DataRule(
        _K.DAILY_LOGS,
        _T.ANONYMISED,
        Text(zh="日常记录的经办人与备注", en="Who did daily checks, and their notes"),
        Text(zh="当日", en="the day"),
        _AUDIT,
        "privacy.keep.daily_logs",
    ),
    DataRule(
        _K.ATTENDANCE,
        _T.ANONYMISED,
        Text(zh="入园离园记录的经办人与备注", en="Who noted arrivals and departures, and notes"),
        Text(zh="当时", en="the moment"),
        _OWN,
        "privacy.keep.attendance",
    ),
    DataRule(
        _K.PICK_UP_CODES,
        _T.DELETED,
        Text(zh="已作废的接送码", en="Pick-up codes no longer in force"),
        Text(zh="作废", en="withdrawn"),
        _SHORTEST,
        "privacy.keep.pick_up_codes",
    ),
    DataRule(
        _K.INCIDENTS,
        _T.ANONYMISED,
        Text(zh="事故经过的文字", en="Accounts of incidents"),
        Text(zh="发生日", en="the day"),
        _AUDIT,
        "privacy.keep.incidents",
    ),
    DataRule(
        _K.ALERT_NOTES,
        _T.ANONYMISED,
        Text(zh="告警处理的姓名与说明", en="Names and words in the handling of alerts"),
        Text(zh="处理当时，且告警已结束", en="put down, once the alert ended"),
        _AUDIT,
        "privacy.keep.alert_notes",
    ),
    DataRule(
        _K.HANDOVERS,
        _T.ANONYMISED,
        Text(zh="交接班的姓名与内容", en="Names and notes of hand-overs"),
        Text(zh="交班", en="handed over"),
        _OWN,
        "privacy.keep.handovers",
    ),
    DataRule(
        _K.NOTICES,
        _T.DELETED,
        Text(zh="已发送的通知及发送记录", en="Notices sent, and how they were delivered"),
        Text(zh="写成", en="written"),
        _OWN,
        "privacy.keep.notices",
    ),
    DataRule(
        _K.REQUESTS,
        _T.ANONYMISED,
        Text(zh="个人信息请求中的姓名、联系方式、文件", en="Names, contacts and files of requests"),
        Text(zh="请求办结", en="request over"),
        _AUDIT,
        "privacy.keep.requests",
    ),
    DataRule(
        _K.CONFIGURATION,
        _T.KEPT,
        Text(zh="配置的历次版本及修改人", en="Versions of the configuration and who changed it"),
        Text(zh="保存", en="saved"),
        Text(
            zh="证明规则何时由谁改动，只增不删",
            en="proof of who changed which rule when; only ever added to",
        ),
    ),
    DataRule(
        _K.ACCESS_REGISTER,
        _T.KEPT,
        Text(zh="调阅登记簿", en="The access register"),
        Text(zh="登记", en="put down"),
        Text(
            zh="公共安全视频条例第 16 条要求登记，只增不删",
            en="Order 799 art. 16 demands it; only ever added to",
        ),
    ),
    DataRule(
        _K.CHAINS,
        _T.KEPT,
        Text(
            zh="证据链、删除记录（不含姓名）", en="Chain of evidence and deletion logs (no names)"
        ),
        Text(zh="写入", en="put down"),
        Text(zh="证明未被改动、确已删除", en="proof that nothing was altered and what was deleted"),
    ),
)

RULE_OF = {rule.kind: rule for rule in RULES}


@dataclass(frozen=True, slots=True)
class Due:
    """How a kind stands: ``seconds`` it is kept for, how much is due, and when the next will be.

    ``seconds`` is ``None`` where it is kept for good or goes by itself, ``next`` where there is
    none. What is held is not counted as due.
    """

    kind: DataKind
    seconds: float | None
    count: int
    next: datetime | None
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Erased:
    """What one run did to one kind; ``problem`` is empty where all went well."""

    kind: DataKind
    count: int
    problem: str = ""
