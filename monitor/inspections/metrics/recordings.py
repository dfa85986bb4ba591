"""Footage: how many days each camera can really show."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from monitor.domain.checklists import Auto, Unit
from monitor.domain.text import Text
from monitor.inspections.facts import CameraFact, ChannelAudit, Facts
from monitor.inspections.metrics.base import (
    Finding,
    Known,
    Unknown,
    metric,
    named_texts,
    parameter,
    some,
)

_NO_CAMERAS = Text(zh="没有接入摄像机", en="no camera is connected")


@metric(
    "recording_days_available_min",
    Unit.DAYS,
    Text(
        zh="录像抽查（无抽查时用录像索引）：每台摄像机自昨日往前连续可回放天数的最小值",
        en="retention audit, else recording index: fewest unbroken days, back from yesterday,"
        " that a camera can show",
    ),
    max_audit_age_days=35,
)
def recording_days(facts: Facts, target: Auto) -> Finding:
    """Fewest unbroken days of footage that any camera can show."""
    cameras = [camera for camera in facts.cameras if camera.enabled]
    if not cameras:
        return Unknown(_NO_CAMERAS)
    audits = _fresh_audits(facts, target, cameras)
    if audits is not None:
        return _by_audit(cameras, audits, target)
    return _by_index(facts, cameras, target)


def _fresh_audits(
    facts: Facts, target: Auto, cameras: Sequence[CameraFact]
) -> dict[str, ChannelAudit] | None:
    oldest = facts.now - timedelta(days=parameter(target, "max_audit_age_days"))
    audits = {
        item.camera_id: item for item in facts.recording_audit() or () if item.audited >= oldest
    }
    # Where nobody's recorder could be asked, the audit knows less than the index.
    if not any(item.reachable for item in audits.values()):
        return None
    return audits if all(camera.id in audits for camera in cameras) else None


def _by_audit(
    cameras: Sequence[CameraFact], audits: dict[str, ChannelAudit], target: Auto
) -> Finding:
    """Judge the cameras of which the configuration requires as much as the checklist does."""
    judged = [c for c in cameras if audits[c.id].required_days >= target.threshold] or cameras
    inputs = {camera.id: audits[camera.id].unbroken_days for camera in judged}
    silent = [camera.name for camera in judged if not audits[camera.id].reachable]
    if silent:
        names = named_texts(silent)
        return Unknown(
            Text(
                zh=f"未能查询录像：{names.zh}；请在机构录像机上抽查",
                en=f"no recorder answers for {names.en}; sample the institution's own recorder",
            ),
            None,
            inputs,
        )
    shortest = min(judged, key=lambda camera: (inputs[camera.id], camera.id))
    fewest = inputs[shortest.id]
    broken = [camera.name for camera in judged if not audits[camera.id].playable]
    if broken:
        names = named_texts(broken)
        explain = Text(
            zh=f"有索引但抽查播放失败：{names.zh}",
            en=f"in the index, but random samples do not play: {names.en}",
        )
        return Known(fewest, explain, inputs, broken=True)
    explain = Text(
        zh=f"抽查最少{fewest}天（{shortest.name.zh}），随机片段均可播放",
        en=f"audited, fewest: {some(fewest, 'day')} ({shortest.name.en}); random samples play",
    )
    short = [c for c in judged if inputs[c.id] < target.threshold]
    if short and all(audits[camera.id].young for camera in short):
        return Unknown(
            Text(
                zh=f"{explain.zh}；接入时间尚短",
                en=f"{explain.en}; recorded for too short a time yet",
            ),
            fewest,
            inputs,
        )
    return Known(fewest, explain, inputs)


def _by_index(facts: Facts, cameras: Sequence[CameraFact], target: Auto) -> Finding:
    found = facts.recordings()
    if found is None:
        return Unknown(
            Text(
                zh="本系统未录像；请在机构录像机上抽查",
                en="not recorded by this system; sample the institution's own recorder",
            )
        )
    days = {item.camera_id: item.days for item in found}
    runs = {camera.id: _unbroken(facts, days.get(camera.id, frozenset())) for camera in cameras}
    shortest = min(cameras, key=lambda camera: (runs[camera.id], camera.id))
    fewest = runs[shortest.id]
    explain = Text(
        zh=f"最少{fewest}天（{shortest.name.zh}）",
        en=f"fewest: {some(fewest, 'day')} ({shortest.name.en})",
    )
    if fewest < target.threshold and all(_as_old(facts, camera, runs) for camera in cameras):
        return Unknown(
            Text(
                zh=f"{explain.zh}；接入时间尚短，此前录像请在机构录像机上抽查",
                en=f"{explain.en}; connected too recently, sample earlier days on the recorder",
            ),
            fewest,
            runs,
        )
    return Known(fewest, explain, runs)


def _unbroken(facts: Facts, days: frozenset[date]) -> int:
    day = facts.period.last_full_day
    count = 0
    while day in days:
        count += 1
        day -= timedelta(days=1)
    return count


def _as_old(facts: Facts, camera: CameraFact, runs: dict[str, int]) -> bool:
    if camera.since is None:
        return False
    since = camera.since.astimezone(ZoneInfo(facts.period.timezone)).date()
    # The day of connection itself is only partly recorded.
    return runs[camera.id] >= (facts.period.last_full_day - since).days
