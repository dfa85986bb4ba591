from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from monitor.alerts.channels import ChannelSpec
from monitor.alerts.routing import RoutePolicy, Router, judge
from monitor.alerts.templates import MessageWriter
from monitor.domain.alerts import AlertState
from monitor.domain.events import Severity
from monitor.domain.evidence import EvidenceKind
from monitor.domain.notices import AlertChange, ChangeKind, NoticeKind, Reason
from monitor.domain.places import District

MakeChange = Callable[..., AlertChange]
DUTY = ChannelSpec("duty", "json://127.0.0.1/x", cleared=True)
QUIET = RoutePolicy()
TOLD = frozenset({"duty"})
NOW = datetime(2026, 11, 2, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("channel", "severity", "institution", "reason"),
    [
        (DUTY, Severity.HIGH, "sun", Reason.TOLD),
        (DUTY, Severity.TECHNICAL, "sun", Reason.TECHNICAL),
        (
            ChannelSpec("duty", "json://x", severities=frozenset({Severity.CRITICAL})),
            *(Severity.HIGH, "sun", Reason.SEVERITY),
        ),
        (
            ChannelSpec("duty", "json://x", severities=frozenset({Severity.TECHNICAL})),
            *(Severity.TECHNICAL, "sun", Reason.TOLD),
        ),
        (
            ChannelSpec("duty", "json://x", institutions=frozenset({"moon"})),
            *(Severity.HIGH, "sun", Reason.INSTITUTION),
        ),
        (
            ChannelSpec("duty", "json://x", institutions=frozenset({"moon"})),
            *(Severity.HIGH, "moon", Reason.TOLD),
        ),
    ],
)
def test_a_new_alert(
    make_change: MakeChange,
    channel: ChannelSpec,
    severity: Severity,
    institution: str,
    reason: Reason,
) -> None:
    change = make_change(severity=severity, institution_id=institution)
    assert judge(channel, change, QUIET) == (NoticeKind.RAISE, reason)


def test_a_repeat_is_quiet_unless_the_last_telling_is_long_ago(make_change: MakeChange) -> None:
    change = make_change(ChangeKind.REPEATED, onset=3540, told=TOLD, last_told=NOW)
    assert judge(DUTY, change, QUIET) == (NoticeKind.REPEAT, Reason.REPEAT)
    hourly = RoutePolicy(repeat_after=timedelta(hours=1))
    assert judge(DUTY, change, hourly) == (NoticeKind.REPEAT, Reason.TOLD)
    sooner = make_change(ChangeKind.REPEATED, onset=3500, told=TOLD, last_told=NOW)
    assert judge(DUTY, sooner, hourly) == (NoticeKind.REPEAT, Reason.REPEAT)


def test_who_was_not_told_yet_is_told_when_it_gets_worse(make_change: MakeChange) -> None:
    for kind in (ChangeKind.REPEATED, ChangeKind.WORSENED):
        assert judge(DUTY, make_change(kind), QUIET) == (NoticeKind.RAISE, Reason.TOLD)
    assert judge(DUTY, make_change(ChangeKind.WORSENED, told=TOLD), QUIET) is None
    technical = make_change(ChangeKind.REPEATED, severity=Severity.TECHNICAL)
    assert judge(DUTY, technical, QUIET) == (NoticeKind.REPEAT, Reason.TECHNICAL)


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ({"over": True, "told": TOLD, "waiting": TOLD}, (NoticeKind.CLEAR, Reason.TOLD)),
        ({"over": True, "told": TOLD}, (NoticeKind.CLEAR, Reason.REPEAT)),
        ({"over": True}, (NoticeKind.CLEAR, Reason.NOT_TOLD_BEFORE)),
        ({"over": False, "told": TOLD, "waiting": TOLD}, None),
        (
            {"over": True, "told": TOLD, "waiting": TOLD, "state": AlertState.RESOLVED},
            (NoticeKind.CLEAR, Reason.HANDLED),
        ),
    ],
)
def test_the_end(
    make_change: MakeChange, values: dict[str, object], verdict: tuple[NoticeKind, Reason] | None
) -> None:
    assert judge(DUTY, make_change(ChangeKind.CLEARED, **values), QUIET) == verdict


def test_the_clip_follows_to_those_told_of_that_occurrence(make_change: MakeChange) -> None:
    def clip(**values: object) -> AlertChange:
        return make_change(ChangeKind.EVIDENCE, evidence_kind=EvidenceKind.CLIP, **values)

    both = {"told": TOLD, "told_of_event": TOLD}
    no_files = ChannelSpec("duty", "json://x", clips=False)
    assert judge(DUTY, clip(**both), QUIET) == (NoticeKind.CLIP, Reason.TOLD)
    assert judge(no_files, clip(**both), QUIET) == (NoticeKind.CLIP, Reason.NO_FILES)
    assert judge(DUTY, clip(told=TOLD), QUIET) == (NoticeKind.CLIP, Reason.REPEAT)
    assert judge(DUTY, clip(), QUIET) == (NoticeKind.CLIP, Reason.NOT_TOLD_BEFORE)
    snapshot = make_change(ChangeKind.EVIDENCE, evidence_kind=EvidenceKind.SNAPSHOT, **both)
    assert judge(DUTY, snapshot, QUIET) is None
    assert judge(DUTY, make_change(ChangeKind.UNCHANGED, **both), QUIET) is None


def test_every_channel_is_told_in_its_own_language(
    make_change: MakeChange, district: District
) -> None:
    channels = [
        DUTY,
        ChannelSpec("english", "json://x", language="en", snapshots=False),
        ChannelSpec("boss", "json://x", severities=frozenset({Severity.CRITICAL})),
    ]
    duty, english, boss = Router(channels, MessageWriter(district))(make_change())
    assert (duty.title, duty.attach) == ("【重要】阳光 · 托小班：儿童无人看护", True)
    assert (english.title, english.attach) == ("[High] Sun · Toddlers: unattended child", False)
    assert (boss.told, boss.reason, boss.title) == (False, Reason.SEVERITY, "")
