"""The fixed words of the reports, in both languages."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal
from zoneinfo import ZoneInfo

from monitor.domain.checklists import (
    ClauseStatus,
    EvidenceType,
    ItemSeverity,
    MetricStatus,
    MetricValue,
    Result,
    Unit,
)
from monitor.domain.findings import FindingState
from monitor.domain.onsite import SignerRole
from monitor.domain.text import Language, Text

ReportLanguage = Literal["zh", "en", "both"]
REPORT_LANGUAGES: tuple[ReportLanguage, ...] = ("zh", "en", "both")

_MONTHS = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
RESULTS = {
    Result.PASS: Text(zh="合格", en="Pass"),
    Result.FAIL: Text(zh="不合格", en="Fail"),
    Result.NOT_APPLICABLE: Text(zh="不适用", en="N.A."),
}
SEVERITIES = {
    ItemSeverity.CRITICAL: Text(zh="关键", en="critical"),
    ItemSeverity.MAJOR: Text(zh="重要", en="major"),
    ItemSeverity.MINOR: Text(zh="一般", en="minor"),
}
FINDING_STATES = {
    FindingState.OPEN: Text(zh="待整改", en="open"),
    FindingState.CORRECTED: Text(zh="已报整改", en="reported as put right"),
    FindingState.CLOSED: Text(zh="已关闭", en="closed"),
}
SIGNERS = {
    SignerRole.INSPECTOR: Text(zh="检查员", en="Inspector"),
    SignerRole.HEAD: Text(zh="机构负责人", en="Head of institution"),
}
CLAUSES = {
    ClauseStatus.PRIMARY: Text(zh="", en=""),
    ClauseStatus.SECONDARY: Text(zh="转引", en="quoted"),
    ClauseStatus.UNVERIFIED: Text(zh="待核", en="unchecked"),
    ClauseStatus.UNKNOWN: Text(zh="条款未查明", en="clause unknown"),
    ClauseStatus.CHOSEN: Text(zh="", en=""),
}
EVIDENCE = {
    EvidenceType.OBSERVATION: Text(zh="现场查看", en="observation"),
    EvidenceType.DOCUMENT: Text(zh="查阅资料", en="documents"),
    EvidenceType.PHOTO: Text(zh="拍照", en="photo"),
    EvidenceType.AUTO: Text(zh="系统数据", en="system"),
}
STATUSES = {
    MetricStatus.PASS: Text(zh="达标", en="met"),
    MetricStatus.FAIL: Text(zh="不达标", en="not met"),
    MetricStatus.UNKNOWN: Text(zh="待查", en="open"),
}
UNITS = {
    Unit.DAYS: Text(zh="天", en="days"),
    Unit.COUNT: Text(zh="", en=""),
    Unit.SHARE: Text(zh="", en=""),
    Unit.MINUTES: Text(zh="分钟", en="min"),
}
LABELS = {
    "district": Text(zh="区域", en="District"),
    "institution": Text(zh="机构", en="Institution"),
    "community": Text(zh="街镇", en="Community"),
    "address": Text(zh="地址", en="Address"),
    "month": Text(zh="检查月份", en="Month of inspection"),
    "period": Text(zh="数据期间", en="Data from … to"),
    "template": Text(zh="模板版本", en="Template"),
    "revision": Text(zh="表单修订", en="Revision"),
    "generated": Text(zh="生成时间", en="Made at"),
    "visited": Text(zh="检查日期、时间", en="Date and time of visit"),
    "summary": Text(zh="系统已知情况", en="What the system knows"),
    "attention": Text(zh="系统判为不达标", en="Not met, by the system's data"),
    "nothing": Text(
        zh="系统数据未发现不达标项；未知项由检查员判定。",
        en="Nothing was found not to be met; what is unknown is for the inspector to decide.",
    ),
    "and_more": Text(zh="其余见正文", en="more in the sections below"),
    "items": Text(zh="检查项", en="items"),
    "met": Text(zh="数据达标", en="met"),
    "not_met": Text(zh="数据不达标", en="not met"),
    "unknown": Text(zh="数据未知", en="unknown"),
    "blank": Text(zh="未填", en="Blank"),
    "by_hand": Text(zh="全凭现场", en="on site only"),
    "number": Text(zh="编号", en="No."),
    "what": Text(zh="检查内容与合格标准", en="What to check, and when it passes"),
    "evidence": Text(zh="系统数据及来源", en="System data and where it comes from"),
    "result": Text(zh="结果", en="Result"),
    "notes": Text(zh="情况记录", en="Notes"),
    "section": Text(zh="部分", en="Section"),
    "text": Text(zh="检查内容", en="What to check"),
    "criterion": Text(zh="合格标准", en="Passes when"),
    "severity": Text(zh="等级", en="Severity"),
    "sources": Text(zh="依据", en="Source"),
    "methods": Text(zh="方式", en="By"),
    "na_when": Text(zh="不适用情形", en="N.A. when"),
    "from": Text(zh="来源", en="From"),
    "value": Text(zh="数值", en="Value"),
    "unit": Text(zh="单位", en="Unit"),
    "status": Text(zh="系统判断", en="System's reading"),
    "explain": Text(zh="说明", en="Explanation"),
    "inputs": Text(zh="计算依据", en="Computed from"),
    "metric": Text(zh="指标", en="Metric"),
    "proposal": Text(zh="建议结果", en="Proposed result"),
    "decided": Text(zh="系统判定", en="set by the system"),
    "proposed": Text(zh="建议", en="proposed"),
    "legend": Text(
        zh="等级：● 关键　○ 重要　· 一般。结果栏灰色勾为系统判定，改判须写明理由；"
        "“建议”仅供参考，由检查员判定；“待查”表示系统不掌握，不代表合格。",
        en="Severity: ● critical  ○ major  · minor. A grey tick was set by the system: to change "
        'it, write down why. "Proposed" is for the inspector to decide. "Open" means that the '
        "system does not know, not that the item passes.",
    ),
    "actions": Text(zh="整改要求", en="Corrective action"),
    "action_item": Text(zh="编号", en="No."),
    "action_what": Text(zh="问题与整改要求", en="Finding and what must be done"),
    "action_who": Text(zh="责任人", en="Responsible"),
    "action_due": Text(zh="整改期限", en="Due"),
    "action_again": Text(zh="复查日期", en="Re-inspection"),
    "deadlines": Text(zh="整改期限", en="Deadlines"),
    "outcome": Text(zh="检查结论", en="Outcome"),
    "score": Text(zh="得分", en="Score"),
    "score_rule": Text(
        zh="得分＝合格项权重之和÷（合格项＋不合格项）权重之和×100，不适用项不计。",
        en="Score = weights of passed items ÷ weights of passed and failed items × 100; "
        "items that do not apply are left out.",
    ),
    "signatures": Text(zh="签字", en="Signatures"),
    "inspector_1": Text(zh="检查员一", en="Inspector 1"),
    "inspector_2": Text(zh="检查员二", en="Inspector 2"),
    "head": Text(zh="机构负责人", en="Head of institution"),
    "date": Text(zh="日期", en="Date"),
    "objection": Text(zh="机构意见", en="The institution's remarks"),
    "hash": Text(zh="内容校验码", en="Content hash"),
    "template_hash": Text(zh="模板校验码", en="Template hash"),
    "report_title": Text(zh="托育机构检查报告", en="Inspection Report"),
    "inspected_at": Text(zh="检查时间", en="Inspected"),
    "inspected_by": Text(zh="检查人", en="By"),
    "signed_at": Text(zh="签署时间", en="Signed"),
    "not_signed": Text(zh="尚未签署", en="not signed yet"),
    "signed_hash": Text(zh="签署内容校验码", en="Hash of what was signed"),
    "verify": Text(
        zh="扫码核对本件与系统中的记录是否一致（须登录）",
        en="Scan to check this copy against the system (sign-in needed)",
    ),
    "refused": Text(zh="拒签，原因", en="Refused to sign, because"),
    "gone": Text(zh="文件不在或与校验码不符", en="the file is gone or does not fit its hash"),
    "photos": Text(zh="现场照片", en="Photos"),
    "late_photo": Text(zh="签署后收到", en="came in after signing"),
    "no_place": Text(zh="无定位", en="no position"),
    "addenda": Text(zh="签署后的补充", en="Added after signing"),
    "late_answers": Text(zh="签署后收到、未生效的答案", en="Answers that came after signing"),
    "whole": Text(zh="全部", en="the whole"),
    "findings": Text(zh="发现的问题与整改要求", en="Findings and what must be done"),
    "no_findings": Text(zh="未发现不合格项。", en="Nothing was found wanting."),
    "failed_items": Text(zh="不合格项", en="Items that failed"),
    "no_answers": Text(zh="尚无结果。", en="No results yet."),
    "repeat": Text(zh="第{n}次重复", en="repeat no. {n}"),
    "state": Text(zh="状态", en="State"),
    "bibliography": Text(zh="依据文件", en="Sources"),
    "data": Text(zh="系统数据", en="System data"),
    "checklist": Text(zh="检查表", en="Checklist"),
    "about": Text(zh="说明", en="About"),
}


def lines(text: Text, language: ReportLanguage) -> list[str]:
    """Return the text as one line a language, without saying the same twice."""
    if language != "both":
        return [text.of(language)]
    return [text.zh] if text.zh == text.en else [text.zh, text.en]


def joined(text: Text, language: ReportLanguage, separator: str = " / ") -> str:
    """Return the text on one line, both languages side by side where both are asked for."""
    return separator.join(lines(text, language))


def first(language: ReportLanguage) -> Language:
    """Return the language of what is said only once."""
    return "en" if language == "en" else "zh"


def moment(at: datetime, timezone: str) -> str:
    """Return a moment in local time, to the minute."""
    return f"{at.astimezone(ZoneInfo(timezone)):%Y-%m-%d %H:%M}"


def month_name(month: date) -> Text:
    """Return a month as people read it."""
    return Text(zh=f"{month.year}年{month.month}月", en=f"{_MONTHS[month.month - 1]} {month.year}")


def figure(reading: MetricValue) -> Text:
    """Return the value of a reading with its unit, empty where there is none."""
    if reading.value is None:
        return Text(zh="", en="")
    if reading.unit is Unit.SHARE:
        share = f"{100 * reading.value:.1f}%"
        return Text(zh=share, en=share)
    number = f"{reading.value:g}"
    unit = UNITS[reading.unit]
    return Text(zh=f"{number}{unit.zh}", en=f"{number} {unit.en}".rstrip())
