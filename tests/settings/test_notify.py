"""Escalation policies as data: what is refused, with file, path and line, and what it becomes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from monitor.alerts.tiers import TierHours
from monitor.documents import parse_document
from monitor.domain.errors import ConfigError
from monitor.domain.events import Severity
from monitor.settings import Settings, parse_settings
from monitor.settings.escalation import life_of, on_call_of, policies_of

DISTRICT = """version: 1
district: {id: d, name: 区}
institutions: [{id: sun, name: 阳光}, {id: moon, name: 月亮}]
"""
NOTIFY = """notify:
  channels:
    - {id: head, url: "json://127.0.0.1/1"}
    - {id: phone, url: "json://127.0.0.1/2"}
  people: [{id: li, name: 李, channels: [phone]}, {id: wu, name: 吴, channels: [phone]}]
  rotas:
    - id: duty
      starts: 2026-11-02
      change: "08:30"
      turns: [li, wu]
      overrides: [{from: 2026-11-04 12:00, until: 2026-11-04 18:00, person: wu}]
  policies:
    - id: usual
      tiers:
        - {id: head, name: 机构, after: {critical: 0, high: 0}, channels: [head], hours: open}
        - {id: duty, name: 值班, after: {critical: 0, high: 3m}, rota: duty, otherwise: wait}
alerts: {cool_down: {high: 1m, critical: 5m}, flaps: 3}
"""


def parse(text: str) -> Settings:
    return parse_settings(parse_document(DISTRICT + text, "district.yaml"), Path("/"), {})


def changed(**parts: Any) -> str:
    value = yaml.safe_load(NOTIFY)
    value["notify"].update(parts)
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False)


def policy(*tiers: dict[str, Any], **values: Any) -> dict[str, Any]:
    return {"id": "usual", "tiers": list(tiers), **values}


def tier(**values: Any) -> dict[str, Any]:
    return {"id": "one", "name": "一", "after": 0, "channels": ["head"], **values}


def test_a_policy_becomes_tiers_and_a_rota_people() -> None:
    settings = parse(NOTIFY)
    (usual,) = policies_of(settings)
    institution, duty = usual.tiers
    assert institution.after == {Severity.CRITICAL: timedelta(), Severity.HIGH: timedelta()}
    assert (institution.hours, institution.wait) == (TierHours.OPEN, False)
    assert (duty.after[Severity.HIGH], duty.wait) == (timedelta(minutes=3), True)

    on_call = on_call_of(settings)

    def who(day: int, hour: int, minute: int = 0) -> str:
        person = on_call.person("duty", datetime(2026, 11, day, hour, minute, tzinfo=UTC))
        return person.id if person else ""

    assert who(2, 1) == "li"  # 09:00 in Shanghai
    assert who(4, 4) == "wu"  # the override is in local time
    assert who(4, 10) == "li"
    assert (who(9, 0, 29), who(9, 0, 30)) == ("li", "wu")
    life = life_of(settings)
    assert (life.flaps, dict(life.cool_down)) == (3, {Severity.HIGH: timedelta(minutes=1)})


def test_reminders_are_set_for_all_or_for_the_institutions_of_a_policy() -> None:
    life = life_of(parse(NOTIFY))
    assert life.reminder_after("sun", Severity.CRITICAL) == timedelta(minutes=10)
    assert life.reminder_after("sun", Severity.HIGH, 5) == timedelta(minutes=30)
    assert life.reminder_after("sun", Severity.MEDIUM) == timedelta(hours=4)
    assert life.reminder_after("sun", Severity.TECHNICAL) is None
    assert life.reminder_after("sun", Severity.HIGH, 6) is None

    own = policy(tier(), institutions=["sun"], reminders={"after": {"high": "5m"}, "most": 1})
    value = yaml.safe_load(changed(policies=[own, policy(tier(), id="rest")]))
    value["alerts"] = {"reminders": {"after": "1h"}}
    life = life_of(parse(yaml.safe_dump(value, allow_unicode=True)))
    assert life.reminder_after("sun", Severity.HIGH) == timedelta(minutes=5)
    assert life.reminder_after("sun", Severity.HIGH, 1) is None
    assert life.reminder_after("sun", Severity.CRITICAL) is None
    assert life.reminder_after("moon", Severity.CRITICAL) == timedelta(hours=1)


def test_one_delay_stands_for_the_three_severities() -> None:
    settings = parse(changed(policies=[policy(tier(after="2m"))]))
    after = policies_of(settings)[0].tiers[0].after
    assert after == dict.fromkeys(
        (Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM), timedelta(minutes=2)
    )


OVERRIDE = {"from": "2026-11-04 12:00", "until": "2026-11-04 18:00", "person": "li"}
ROTA = {"id": "duty", "starts": "2026-11-02", "turns": ["li"]}
USUAL = policy(tier())


@pytest.mark.parametrize(
    ("parts", "where", "message"),
    [
        ({"policies": [policy(tier(channels=["nobody"]))]}, "policies[0].tiers[0].channels[0]", ""),
        ({"policies": [policy(tier(rota="nights"))]}, "policies[0].tiers[0].rota", "no rota"),
        ({"policies": [policy(tier(channels=[]))]}, "policies[0].tiers[0]", "tells nobody"),
        ({"policies": [policy(tier(id="others"))]}, "policies[0].tiers[0].id", "others"),
        ({"policies": [policy(tier(), tier())]}, "policies[0].tiers[1].id", "twice"),
        ({"policies": [policy(tier(after="soon"))]}, "policies[0].tiers[0].after", ""),
        ({"policies": [policy(tier(after={"high": 0}))]}, "policies[0].tiers", "critical"),
        (
            {"policies": [policy(tier(after="5m"), tier(id="two", after="1m"))]},
            "policies[0].tiers[1].after",
            "before tier 'one'",
        ),
        ({"policies": [policy()]}, "policies[0].tiers", ""),
        (
            {"policies": [policy(tier(), institutions=["mars"])]},
            "institutions[0]",
            "no institution",
        ),
        ({"policies": [USUAL, policy(tier(), id="b")]}, "policies[1]", "never used"),
        (
            {
                "policies": [
                    policy(tier(), institutions=["sun"]),
                    policy(tier(), id="b", institutions=["sun"]),
                ]
            },
            "policies[1].institutions[0]",
            "has a policy already",
        ),
        ({"people": [{"id": "li", "name": "李", "channels": []}]}, "people[0].channels", ""),
        (
            {"policies": [policy(tier(), reminders={"after": "0s"})]},
            "policies[0].reminders.after",
            "at least a second",
        ),
        ({"channels": [{"id": "x", "url": "push://"}]}, "channels[0].url", "whose devices"),
        ({"channels": [{"id": "x", "url": "push://role/x"}]}, "channels[0].url", "whose devices"),
        ({"channels": [{"id": "x" * 41, "url": "push://everyone"}]}, "channels[0].url", "40"),
        ({"push": {"contact": "it@example.org"}}, "push.contact", "mailto:"),
        ({"push": {"networks": ["here"]}}, "push.networks[0]", "network"),
        ({"push": {"authorities": "no.pem"}}, "push.authorities", "no file"),
        (
            {"people": [{"id": "li", "name": "李", "channels": ["x"]}], "rotas": []},
            "people[0].channels[0]",
            "no channel 'x'",
        ),
        ({"rotas": [{**ROTA, "turns": ["zhao"]}]}, "rotas[0].turns[0]", "no person 'zhao'"),
        ({"rotas": [{**ROTA, "change": "25:00"}]}, "rotas[0].change", "time of day"),
        (
            {"rotas": [{**ROTA, "overrides": [{**OVERRIDE, "until": "2026-11-04 11:00"}]}]},
            "overrides[0].until",
            "ends before",
        ),
        (
            {"rotas": [{**ROTA, "overrides": [{**OVERRIDE, "person": "zhao"}]}]},
            "overrides[0].person",
            "no person",
        ),
        (
            {"rotas": [{**ROTA, "overrides": [OVERRIDE, {**OVERRIDE, "person": "wu"}]}]},
            "overrides[1]",
            "overlaps",
        ),
        (
            {"rotas": [{**ROTA, "overrides": [{**OVERRIDE, "from": "2026-11-04T12:00+08:00"}]}]},
            "overrides",
            "time zone",
        ),
        ({"dead_man": {"channels": ["nobody"]}}, "dead_man.channels[0]", "no channel"),
        ({"dead_man": {"after": "1s"}}, "dead_man.after", ""),
        (
            {"channels": [{"id": "head", "url": "signed+https://short@host/x"}]},
            "channels[0].url",
            "secret of 16",
        ),
    ],
)
def test_mistakes_are_named_with_file_line_and_path(
    parts: dict[str, Any], where: str, message: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        parse(changed(**parts))
    told = str(caught.value)
    assert "district.yaml:" in told
    assert where in told
    assert message in told
    assert "→" in told


def test_a_policy_whose_channels_take_nothing_critical_is_refused() -> None:
    text = (DISTRICT + NOTIFY).replace('/1"}', '/1", severities: [high]}')
    parse_settings(parse_document(text, "d.yaml"), Path("/"))  # the rota reaches a phone
    deaf = text.replace('/2"}', '/2", severities: [high]}')
    with pytest.raises(ConfigError, match="nobody is ever told about critical alerts"):
        parse_settings(parse_document(deaf, "d.yaml"), Path("/"))
