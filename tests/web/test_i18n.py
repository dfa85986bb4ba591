"""The two catalogues say the same things, and nothing that nobody asks for."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from string import Formatter

import pytest
from hypothesis import given
from hypothesis import strategies as st

import monitor.web
from monitor.alerts.tiers import TierHours
from monitor.detectors.rules import rule_kinds
from monitor.domain.access import Role, ScopeKind
from monitor.domain.access_register import AccessKind
from monitor.domain.alarm_quality import Load
from monitor.domain.alerts import AlertAction, AlertState
from monitor.domain.checklists import AutoMode, ItemSeverity, MetricStatus, Result, Unit
from monitor.domain.connections import Connected
from monitor.domain.data_requests import RequestAction, Requester, RequestState, Way, Wish
from monitor.domain.data_requests import Verdict as RequestVerdict
from monitor.domain.events import Severity
from monitor.domain.exports import ExportState, Faces
from monitor.domain.findings import FindingAction, FindingState
from monitor.domain.notices import NoticeKind, Reason
from monitor.domain.people import AgeClass
from monitor.domain.personal_data import Treatment
from monitor.domain.places import (
    ClassType,
    LineKind,
    NoticeState,
    RoomType,
    Side,
    ZoneKind,
)
from monitor.domain.registers import PaperKind
from monitor.domain.room_state import View, ViewFault
from monitor.domain.text import LANGUAGES
from monitor.domain.visits import VisitState
from monitor.inspections.risk import Measure, RiskFactor
from monitor.inspections.rollup import RollupKind
from monitor.runtime.backtest.comparison import Fate, Verdict
from monitor.store.camera_status import CameraState
from monitor.store.config_versions import VersionKind
from monitor.store.deletions import DeletionReason
from monitor.store.jobs import JobState
from monitor.store.outbox import DeliveryState
from monitor.store.register_changes import ChangeAction, Origin
from monitor.store.retention_audits import RecorderKind
from monitor.store.retention_audits import Verdict as AuditVerdict
from monitor.store.session_repository import SignInMethod
from monitor.store.templates import TemplateState
from monitor.web.config_state import ConfigState
from monitor.web.i18n import best_language, catalogue, translate

WEB = Path(monitor.web.__file__).parent
FAMILIES: dict[str, type[StrEnum]] = {
    "severity.": Severity,
    "state.": AlertState,
    "role.": Role,
    "scope.": ScopeKind,
    "step.": AlertAction,
    "delivery.": DeliveryState,
    "notice.": NoticeKind,
    "reason.": Reason,
    "camera.": CameraState,
    "fault.": ViewFault,
    "fact.view.": View,
    "notice_state.": NoticeState,
    "reports.kind.": RollupKind,
    "room_type.": RoomType,
    "class_type.": ClassType,
    "result.": Result,
    "item.": ItemSeverity,
    "job.": JobState,
    "age.": AgeClass,
    "verdict.": Verdict,
    "fate.": Fate,
    "findings.state.": FindingState,
    "connect.state.": Connected,
    "findings.step.": FindingAction,
    "risk.factor.": RiskFactor,
    "risk.measure.": Measure,
    "risk.paper.": PaperKind,
    "plan.state.": VisitState,
    "templates.state.": TemplateState,
    "templates.mode.": AutoMode,
    "templates.unit.": Unit,
    "templates.status.": MetricStatus,
    "registers.action.": ChangeAction,
    "registers.origin.": Origin,
    "alerts.hours.": TierHours,
    "access.kind.": AccessKind,
    "access.method.": SignInMethod,
    "export.state.": ExportState,
    "export.faces.": Faces,
    "recording.verdict.": AuditVerdict,
    "recording.by.": RecorderKind,
    "recording.gone.": DeletionReason,
    "operator.load.": Load,
    "privacy.requester.": Requester,
    "privacy.wish.": Wish,
    "privacy.way.": Way,
    "privacy.state.": RequestState,
    "privacy.verdict.": RequestVerdict,
    "privacy.step.": RequestAction,
    "privacy.faces.": Faces,
    "privacy.treatment.": Treatment,
    "config.kind.": VersionKind,
    "config.zone.": ZoneKind,
    "config.line.": LineKind,
    "config.side.": Side,
    "config.state.": ConfigState,
}
BY_NAME = (
    "system.job.",
    "reading.input.",
    "rule.",
    "fact.",
    "failure.",
    "theme.",
    "duration.",
    "act.suggest.",
    "action.",
    "findings.do.",
    "findings.problem.",
    "risk.input.",
    "connect.share.",
    "risk.measure.",
    "risk.problem.",
    "plan.weekday.",
    "plan.reason.",
    "plan.changed.",
    *("alerts.via.", "alerts.tier.", "alerts.entry.", "alerts.wrong.", "alerts.pulse."),
    "access.grant.",
    "viewing.suggest.",
    *("privacy.do.", "privacy.field.", "privacy.problem."),
    *("operator.staff.", "operator.snooze_suggest."),
    *("config.field.", "config.day.", "config.ed.", "config.hangs.", "config.from."),
    *("config.below.", "config.add_", "config.change_", "config.remove_"),
)
"""Families whose members are named by rules, statuses or lists in the templates."""


def test_both_languages_have_the_same_keys() -> None:
    assert list(catalogue("zh")) == list(catalogue("en"))


def test_both_languages_have_the_same_places_to_fill() -> None:
    def places(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}

    for key, chinese in catalogue("zh").items():
        assert places(chinese) == places(catalogue("en")[key]), key


def test_no_text_is_empty_or_in_the_wrong_language() -> None:
    for key, text in catalogue("zh").items():
        assert text.strip(), key
    for key, text in catalogue("en").items():
        assert text.strip(), key
        assert not re.search(r"[\u4e00-\u9fff]", text), key


@pytest.mark.parametrize(("prefix", "kinds"), FAMILIES.items())
def test_every_member_of_a_family_has_its_text(prefix: str, kinds: type[StrEnum]) -> None:
    missing = [kind for kind in kinds if prefix + kind.value not in catalogue("en")]
    assert not missing


def test_every_text_is_used() -> None:
    source = "\n".join(
        path.read_text("utf-8")
        for path in WEB.rglob("*")
        if path.suffix in (".py", ".html", ".js") and "__pycache__" not in path.parts
    )
    asked = set(re.findall(r"['\"]([a-z_]+(?:\.[a-z_0-9]+)+)['\"]", source))
    members = {prefix + kind.value for prefix, kinds in FAMILIES.items() for kind in kinds}
    unused = [
        key
        for key in catalogue("en")
        if key.removesuffix(".one") not in asked | members
        and not key.startswith(BY_NAME)
        and key not in ("brand", "skip")
    ]
    plain = [key for key in unused if f"'{key}'" not in source and f'"{key}"' not in source]
    assert not plain


def test_every_rule_and_its_parameters_have_names() -> None:
    wanted = [f"rule.{name}" for name in rule_kinds()]
    for kind in rule_kinds().values():
        wanted += [f"fact.{parameter.name}" for parameter in kind.parameters]
    assert [key for key in wanted if key not in catalogue("en")] == []


def test_one_of_something_is_not_several() -> None:
    assert translate("en", "institutions.open_alerts", n=1) == "1 alert"
    assert translate("en", "institutions.open_alerts", n=2) == "2 alerts"
    assert translate("zh", "institutions.open_alerts", n=1) == "1 条告警"
    for language in LANGUAGES:
        texts = catalogue(language)
        assert [key for key in texts if key.endswith(".one") and key[:-4] not in texts] == []


def test_a_missing_text_is_a_fault() -> None:
    with pytest.raises(KeyError):
        translate("en", "no.such.text")
    with pytest.raises(KeyError):
        translate("en", "sign_in.wait", hours=3)


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "zh"),
        ("en", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("fr-FR,en;q=0.5,zh;q=0.4", "en"),
        ("de", "zh"),
        ("en;q=0", "zh"),
        ("en;q=nonsense", "zh"),
    ],
)
def test_the_browser_chooses_the_language(header: str, language: str) -> None:
    assert best_language(header, "zh") == language


@given(st.text(max_size=300))
def test_any_header_gives_a_language(header: str) -> None:
    assert best_language(header, "en") in ("zh", "en")
