"""The words of the district's roll-ups, and how their figures are written."""

from __future__ import annotations

from datetime import date

from monitor.domain.text import Language, Text
from monitor.inspections.reports.words import month_name
from monitor.inspections.rollup import Rollup, RollupKind

NOTHING = "–"
MEASURES = {
    "suspend": Text(zh="暂停", en="suspend"),
    "rectify": Text(zh="限期整改", en="rectify"),
    "guide": Text(zh="引导办理告知书", en="guide to the Notice"),
    "help": Text(zh="重点帮扶", en="help"),
    "none": Text(zh="不采取措施", en="no measure"),
}
WORDS = {
    "month_title": Text(zh="托育机构月度安全健康检查汇总", en="Monthly Roll-up of Inspections"),
    "year_title": Text(zh="托育机构年度检查审计报告", en="Yearly Audit Report of Inspections"),
    "as_of": Text(zh="数据截至", en="Data up to"),
    "hash": Text(zh="内容校验码", en="Content hash"),
    "verify": Text(
        zh="扫码核对本件与系统中的数据是否一致（须登录）",
        en="Scan to check this copy against the system (sign-in needed)",
    ),
    "glance": Text(zh="一览", en="At a glance"),
    "coverage": Text(zh="检查覆盖", en="Coverage"),
    "inspected": Text(zh="已检查", en="Inspected"),
    "planned": Text(zh="计划", en="Planned"),
    "pass_share": Text(zh="合格率", en="Items passed"),
    "score": Text(zh="得分中位数", en="Median score"),
    "score_short": Text(zh="得分", en="Score"),
    "raised": Text(zh="新增问题", en="Findings raised"),
    "closed": Text(zh="关闭问题", en="Findings closed"),
    "open": Text(zh="未关闭", en="Open"),
    "overdue": Text(zh="逾期未整改", en="Overdue"),
    "alerts": Text(zh="告警", en="Alerts"),
    "false_share": Text(zh="误报率", en="False share"),
    "ack_median": Text(zh="确认用时中位数", en="Median time to acknowledge"),
    "ack_p90": Text(zh="确认用时90分位", en="90 % acknowledged within"),
    "p90_line": Text(zh="90分位", en="90 %"),
    "p90": Text(zh="90分位", en="90 %:"),
    "uptime": Text(zh="摄像机在线率", en="Cameras on line"),
    "trends": Text(zh="近十二个月趋势", en="Trends over twelve months"),
    "year_trends": Text(zh="全年趋势", en="Trends over the year"),
    "month": Text(zh="月份", en="Month"),
    "items": Text(zh="按检查项的结果", en="Results by item"),
    "item": Text(zh="检查项", en="Item"),
    "number": Text(zh="编号", en="No."),
    "severity": Text(zh="等级", en="Severity"),
    "passed": Text(zh="合格", en="Passed"),
    "failed": Text(zh="不合格", en="Failed"),
    "na": Text(zh="不适用", en="N.A."),
    "blank": Text(zh="未填", en="Blank"),
    "fail_share": Text(zh="不合格率", en="Failed share"),
    "worst_items": Text(zh="不合格最多的检查项", en="Items that failed most"),
    "institutions": Text(zh="按机构的结果", en="Results by institution"),
    "institution": Text(zh="机构", en="Institution"),
    "places": Text(zh="机构数", en="Institutions"),
    "community": Text(zh="街镇", en="Community"),
    "heat": Text(zh="机构与检查项热力图", en="Heat map of institutions and items"),
    "year_heat": Text(
        zh="机构与检查项热力图：不合格的次数", en="Heat map: how often each item failed"
    ),
    "scores": Text(zh="各机构逐月得分", en="Scores by institution and month"),
    "score_high": Text(zh="90分及以上", en="90 or more"),
    "score_middle": Text(zh="75–90分", en="75 to 90"),
    "score_low": Text(zh="75分以下", en="below 75"),
    "never": Text(zh="未出现", en="never"),
    "once": Text(zh="1次", en="once"),
    "often": Text(zh="2次及以上", en="twice or more"),
    "failed_items": Text(zh="不合格项", en="Items that failed"),
    "findings": Text(zh="问题与整改", en="Findings and corrective action"),
    "overdue_list": Text(zh="逾期未整改的问题", en="Findings overdue"),
    "finding": Text(zh="问题", en="Finding"),
    "due": Text(zh="期限", en="Due"),
    "days_late": Text(zh="逾期天数", en="Days late"),
    "owner": Text(zh="责任人", en="Responsible"),
    "repeats": Text(zh="重复", en="Repeats"),
    "repeated": Text(zh="重复出现", en="Came back"),
    "in_time": Text(zh="按期整改", en="Put right in time"),
    "closed_days": Text(zh="关闭用时中位数", en="Median time to close"),
    "by_severity": Text(zh="新增问题的等级", en="Raised, by severity"),
    "quality": Text(zh="告警质量", en="Alarm quality"),
    "rule": Text(zh="规则", en="Rule"),
    "total": Text(zh="总数", en="Total"),
    "waiting": Text(zh="处理中", en="Not ended"),
    "resolved": Text(zh="已处置", en="Resolved"),
    "false": Text(zh="误报", en="False"),
    "drill": Text(zh="演练", en="Drill"),
    "by_rule": Text(zh="各规则告警的结论", en="Alerts by rule and verdict"),
    "cameras": Text(zh="摄像机在线", en="Cameras on line"),
    "lowest_uptime": Text(zh="在线率最低的机构", en="Institutions with the lowest share"),
    "retention": Text(zh="录像留存核查", en="Proof of retention"),
    "retention_at": Text(zh="核查时间", en="Audited at"),
    "required_days": Text(zh="应存天数", en="Days required"),
    "unbroken_days": Text(zh="连续天数", en="Days unbroken"),
    "channel": Text(zh="通道", en="Channel"),
    "verdict": Text(zh="结论", en="Verdict"),
    "met": Text(zh="达到", en="met"),
    "not_met": Text(zh="未达到", en="not met"),
    "risk": Text(zh="风险建议与决定", en="Risk: proposals and decisions"),
    "proposals": Text(zh="系统建议（由人决定）", en="Proposed (a person decides)"),
    "decisions": Text(zh="已作出的决定", en="Decided"),
    "measure": Text(zh="措施", en="Measure"),
    "reasons": Text(zh="理由", en="Reasons"),
    "proposed": Text(zh="当时建议", en="Proposed then"),
    "by": Text(zh="决定人", en="By"),
    "at": Text(zh="时间", en="At"),
    "signature": Text(zh="签署校验码", en="Signed hash"),
    "nothing": Text(zh="无。", en="None."),
    "no_data": Text(zh="没有数据", en="No data"),
    "more": Text(zh="其余{n}项见表格文件。", en="{n} more are in the spreadsheet."),
    "notes": Text(zh="口径说明", en="What the figures count"),
    "data": Text(zh="数据", en="Data"),
    "about": Text(zh="说明", en="About"),
    "area": Text(zh="范围", en="Area"),
    "whole_district": Text(zh="全区", en="whole district"),
    "period": Text(zh="期间", en="Period"),
}
NOTES = (
    Text(
        zh="检查覆盖：当月检查计划中已完成的机构数÷现有应检机构数（已终止的不计）；往月按现有机构计算。",
        en="Coverage: institutions whose planned visit is done ÷ those to be inspected now (closed"
        " ones left out); earlier months are held against the institutions of today.",
    ),
    Text(
        zh="结果：已检查机构每月取最新一版检查表；检查员未填而系统判定的，以系统判定为准。"
        "尚未检查的不计。合格率＝合格÷（合格＋不合格）。",
        en="Results: the newest checklist of each institution inspected in a month; where no"
        " inspector answered, what the system decided. Those not inspected yet do not count."
        " Items passed = passed ÷ (passed + failed).",
    ),
    Text(
        zh="得分＝合格项权重之和÷（合格项＋不合格项）权重之和×100。",
        en="Score = weight of passed items ÷ weight of passed and failed ones × 100.",
    ),
    Text(
        zh="逾期：截至该日已过期限且未报整改的问题；延期的按新期限。",
        en="Overdue: past its day and not reported as put right by then; an extension counts.",
    ),
    Text(
        zh="误报率＝误报÷（误报＋已处置）；演练与未下结论的不计。"
        "确认用时：自告警发出至首次确认，未确认的不计。",
        en="False share = false ÷ (false + resolved); drills and alerts without a verdict are left"
        " out. Time to acknowledge: from the alert to its first acknowledgement; those never"
        " acknowledged are left out.",
    ),
    Text(
        zh="摄像机在线率＝在线时长÷可知时长，各摄像机相加；无人知晓的时段不计。",
        en="Cameras on line = time on line ÷ time known, added up over cameras; time that nobody"
        " can vouch for is left out.",
    ),
)


def title(rollup: Rollup) -> Text:
    """Return the title of a roll-up."""
    return WORDS["month_title" if rollup.kind is RollupKind.MONTH else "year_title"]


def period_name(rollup: Rollup) -> Text:
    """Return the month or year as people read it."""
    last = rollup.covered[-1]
    if rollup.kind is RollupKind.MONTH:
        return month_name(last)
    return Text(zh=f"{last.year}年", en=f"{last.year}")


def area(rollup: Rollup) -> Text:
    """Return what a roll-up is about: the district, or a part of it."""
    name = rollup.district
    if not rollup.scope:
        return name
    return Text(zh=f"{name.zh} {rollup.scope}", en=f"{name.en}, {rollup.scope}")


def percent(share: float | None) -> str:
    """Return a share as a percentage."""
    return NOTHING if share is None else f"{100 * share:.1f}%"


def number(value: float | None) -> str:
    """Return a number with one digit, so that those of a column stand beneath one another."""
    return NOTHING if value is None else f"{value:.1f}"


def count(value: float | None) -> str:
    """Return how many there are."""
    return NOTHING if value is None else f"{value:.0f}"


def seconds(value: float | None, language: Language) -> str:
    """Return a length of time in its two greatest units."""
    if value is None:
        return NOTHING
    total = round(value)
    minutes, second = divmod(total, 60)
    hours, minute = divmod(minutes, 60)
    zh, en = ("时", "分", "秒"), (" h", " min", " s")
    units = zh if language == "zh" else en
    parts = list(zip((hours, minute, second), units, strict=True))
    first = next((place for place, (count, _) in enumerate(parts) if count), len(parts) - 1)
    shown = [
        f"{count}{unit}" for count, unit in parts[first : first + 2] if count or unit == units[2]
    ]
    return ("" if language == "zh" else " ").join(shown if first < 2 else shown[:1])


def days(value: float | None, language: Language) -> str:
    """Return a number of days."""
    if value is None:
        return NOTHING
    return f"{value:g}天" if language == "zh" else f"{value:g} d"


def short_month(month: date, language: Language) -> str:
    """Return a month in as little room as beneath an axis: its number, the year at January."""
    mark = month.strftime("%b") if language == "en" else f"{month.month}月"
    return f"{month.year}" if month.month == 1 else mark
