"""The words in which people are told, in Chinese and in English."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.domain.clock import to_datetime
from monitor.domain.events import Event, Severity
from monitor.domain.notices import AlertChange, NoticeKind
from monitor.domain.places import District
from monitor.domain.text import Language, Text

RULE_NAMES: Mapping[str, Text] = {
    "unattended_child": Text(zh="儿童无人看护", en="unattended child"),
    "nap_check_overdue": Text(zh="午睡巡查超时", en="nap check overdue"),
    "washroom_dwell": Text(zh="儿童独自在盥洗室", en="child alone in washroom"),
    "exit_alone": Text(zh="儿童独自离开出口", en="child left alone by exit"),
    "restricted_zone": Text(zh="儿童进入禁入区域", en="child in restricted zone"),
    "after_hours": Text(zh="非开放时间有儿童", en="child after hours"),
    "ratio_breach": Text(zh="师幼比不达标", en="too few adults for the children"),
    "headcount_mismatch": Text(zh="在园人数不符", en="headcount mismatch"),
    "local_density": Text(zh="局部拥挤", en="people pressed together"),
    "crowding": Text(zh="人数超限", en="over capacity"),
    "view_lost": Text(zh="画面不可用", en="view lost"),
}
"""Names of the rules that come with the product; a rule without one goes by its id."""

_SEVERITIES: Mapping[Severity, Text] = {
    Severity.CRITICAL: Text(zh="紧急", en="Critical"),
    Severity.HIGH: Text(zh="重要", en="High"),
    Severity.MEDIUM: Text(zh="一般", en="Medium"),
    Severity.TECHNICAL: Text(zh="技术", en="Technical"),
}
_PREFIXES: Mapping[NoticeKind, Text] = {
    NoticeKind.RAISE: Text(zh="", en=""),
    NoticeKind.REPEAT: Text(zh="再次发生：", en="Again: "),
    NoticeKind.CLEAR: Text(zh="已解除：", en="Cleared: "),
    NoticeKind.CLIP: Text(zh="录像：", en="Clip: "),
    NoticeKind.OVERDUE: Text(zh="整改逾期：", en="Overdue: "),
    NoticeKind.REMINDER: Text(zh="提醒：", en="Reminder: "),
    NoticeKind.ESCALATE: Text(zh="升级：", en="Escalated: "),
    NoticeKind.FLAPPING: Text(zh="时有时无：", en="Comes and goes: "),
    NoticeKind.UNRESOLVED: Text(zh="已确认未办结：", en="Acknowledged, not closed: "),
    NoticeKind.EXTENSION: Text(zh="整改延期：", en="Extension: "),
}


class MessageWriter:
    """Writes titles and bodies; knows the names of the district's places and its time zone.

    ``public_url`` is how people reach the pages; without it messages carry no link.
    """

    def __init__(
        self,
        district: District,
        *,
        rule_names: Mapping[str, Text] = RULE_NAMES,
        public_url: str | None = None,
    ) -> None:
        self._zone = ZoneInfo(district.timezone)
        self._institutions = {place.id: place.name for place in district.institutions}
        self._rooms = {room.id: room.name for room in district.rooms}
        self._rules = rule_names
        self._public_url = public_url.rstrip("/") if public_url else None

    def title(self, kind: NoticeKind, change: AlertChange, language: Language) -> str:
        """Return one line: how urgent, where, what."""
        event = change.event
        severity = _SEVERITIES[event.severity].of(language)
        prefix = _PREFIXES[kind].of(language)
        rule = self._rules.get(event.rule, Text(zh=event.rule, en=event.rule)).of(language)
        place = self._place(event, language)
        if language == "zh":
            return f"【{severity}】{prefix}{place}：{rule}"
        return f"[{severity}] {prefix}{place}: {rule}"

    def body(self, kind: NoticeKind, change: AlertChange, language: Language) -> str:
        """Return a few lines: what was seen, since when, and where to look."""
        lines = [change.event.explain.of(language), self.when(change, language)]
        if kind in (NoticeKind.REPEAT, NoticeKind.FLAPPING):
            lines.append(_times(change.repeats, language))
        number = "告警编号" if language == "zh" else "Alert"
        lines.append(f"{number} #{change.alert_id}")
        if self._public_url:
            lines.append(f"{self._public_url}/alerts/{change.alert_id}")
        return "\n".join(line for line in lines if line)

    def escalation(
        self, tier: Text, waited: timedelta, person: str, language: Language, *, asked: bool
    ) -> str:
        """Return one line: why the next tier is told, and who is meant."""
        lasted = _lasted(waited.total_seconds(), language)
        to = " · ".join(part for part in (tier.of(language), person) if part)
        if language == "zh":
            why = "有人要求升级" if asked else f"{lasted}内无人确认，已升级"
            return f"{why}至：{to}"
        why = (
            "Escalated by a person" if asked else f"Nobody acknowledged it for {lasted}; escalated"
        )
        return f"{why} to: {to}"

    def _place(self, event: Event, language: Language) -> str:
        institution = self._institutions.get(event.institution_id)
        room = self._rooms.get(event.room_id)
        names = (
            institution.of(language) if institution else event.institution_id,
            room.of(language) if room else event.room_id,
        )
        return " · ".join(names)

    def when(self, change: AlertChange, language: Language) -> str:
        """Return one line: since when, how long, and whether it is over."""
        event = change.event
        onset = self._clock_face(event.onset)
        lasted = _lasted((event.cleared or event.raised) - event.onset, language)
        if language == "zh":
            over = "，已结束" if event.cleared is not None else ""
            return f"开始于 {onset}，持续 {lasted}{over}"
        over = ", over now" if event.cleared is not None else ""
        return f"Since {onset}, for {lasted}{over}"

    def _clock_face(self, posix: float) -> str:
        moment: datetime = to_datetime(posix).astimezone(self._zone)
        return moment.strftime("%Y-%m-%d %H:%M:%S")


def trial_message(district: Text, language: Language) -> tuple[str, str]:
    """Return title and body of a message that only tries a channel."""
    if language == "zh":
        return f"【测试】{district.zh}", "这是一条测试消息，不是告警。收到即表示此渠道可用。"
    body = "This is a test message, not an alert. Having it means that the channel works."
    return f"[Test] {district.en}", body


def _lasted(seconds: float, language: Language) -> str:
    minutes, rest = divmod(max(0, round(seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    units = ("小时", "分", "秒") if language == "zh" else (" h", " min", " s")
    parts = [
        f"{value}{unit}" for value, unit in zip((hours, minutes, rest), units, strict=True) if value
    ]
    joint = "" if language == "zh" else " "
    return joint.join(parts) or f"0{units[2]}"


def _times(repeats: int, language: Language) -> str:
    return f"第 {repeats + 1} 次发生" if language == "zh" else f"Occurrence {repeats + 1}"
