"""A district's own template: mistakes by line, a second person, and what is answered stays."""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING

import pytest

from monitor.domain.access import DISTRICT, Role
from monitor.domain.checklists import Answer, Result
from monitor.inspections.template import packaged_texts
from monitor.store.checklist_repository import ChecklistRepository, SaveOutcome

if TYPE_CHECKING:
    import httpx

    from tests.web.conftest import Served, World

DATABASES = ["sqlite"]
TEMPLATES = "/inspections/templates"
NOVEMBER = date(2026, 11, 1)
OWN = (
    packaged_texts()[0]
    .replace('version: "2026.12"', 'version: "2026.11-meiyuan"')
    .replace("min_score: 90", "min_score: 80")
)


def _token(client: httpx.Client, path: str) -> str:
    return client.get(path).text.partition('name="token" value="')[2].partition('"')[0]


def _post(client: httpx.Client, path: str, **fields: str) -> httpx.Response:
    token = _token(client, f"{TEMPLATES}/new")
    return client.post(path, data={"token": token, **fields})


def test_mistakes_are_named_by_line_and_nothing_is_saved(served: Served, world: World) -> None:
    wrong = OWN.replace("metric: fire_cert_days_to_expiry", "metric: fire_cert_dayz")
    line = next(n for n, text in enumerate(wrong.splitlines(), 1) if "fire_cert_dayz" in text)
    with served.client(world.user("anna", Role.SUPERVISOR)) as client:
        answer = _post(client, f"{TEMPLATES}/new", source=wrong)
        assert answer.status_code == 422
        assert f"template:{line}: items[1].auto.metric" in answer.text
        assert "fire_cert_dayz" in answer.text.partition("<textarea")[2]
        packaged = _post(client, f"{TEMPLATES}/new", source=packaged_texts()[0])
        assert packaged.status_code == 422
        assert re.findall(rf"{TEMPLATES}/\d+", client.get(TEMPLATES).text) == []


def test_a_second_person_approves_and_answered_checklists_keep_their_version(
    served: Served, world: World
) -> None:
    desk = world.context.inspections
    (kept,) = desk.make(DISTRICT, NOVEMBER, "bamboo")
    answer = Answer("S-03", Result.PASS, "", "inspector", world.now)
    ChecklistRepository(world.database).answer(
        DISTRICT, kept.view.id, answer, lambda _checklist, _answer: None
    )
    with served.client(world.user("anna", Role.SUPERVISOR)) as anna:
        here = _post(anna, f"{TEMPLATES}/new", source=OWN).headers["location"]
        page = anna.get(here).text
        assert "2026.11-meiyuan" in page
        assert "<code>grades</code>" in page
        seen = anna.get(f"{here}/edit").text.partition('name="seen" value="')[2][:64]
        change = {
            "seen": seen,
            "severity": "minor",
            "text_zh": "证照齐全",
            "text_en": "Papers complete",
            "criterion_zh": "齐全",
            "criterion_en": "complete",
            "op": ">=",
            "threshold": "30",
            "mode": "prefill",
        }
        assert _post(anna, f"{here}/items/S-01", **change).status_code == 303
        stale = _post(anna, f"{here}/items/S-01", **change)
        assert stale.status_code == 422
        assert "证照齐全" in anna.get(here).text
        assert _post(anna, f"{here}/review", verdict="approve").status_code == 409
        assert _post(anna, f"{here}/hand-in").status_code == 303
        assert _post(anna, f"{here}/review", verdict="approve").status_code == 403
    assert desk.make(DISTRICT, NOVEMBER, "sunshine")[0].view.checklist.template.version == "2026.12"
    with served.client(world.user("boris", Role.ADMIN)) as boris:
        assert _post(boris, f"{here}/review", verdict="back").status_code == 422
        assert _post(boris, f"{here}/review", verdict="approve").status_code == 303
        assert _post(boris, f"{here}/edit", source=OWN).status_code == 422
    (new,) = desk.make(DISTRICT, NOVEMBER, "sunshine")
    assert new.view.checklist.template.version == "2026.11-meiyuan"
    entry = new.view.checklist.entry("S-01")
    assert entry is not None
    assert entry.item.auto is not None
    assert entry.item.auto.threshold == 30
    (old,) = desk.make(DISTRICT, NOVEMBER, "bamboo")
    assert old.outcome is SaveOutcome.ANSWERED
    assert old.view.checklist.template.version == "2026.12"


@pytest.mark.parametrize("role", [Role.INSPECTOR, Role.AUDITOR])
def test_others_read_templates_only(served: Served, world: World, role: Role) -> None:
    with served.client(world.user("reader", role)) as client:
        assert client.get(TEMPLATES).status_code == 200
        assert client.get(f"{TEMPLATES}/new").status_code == 403


def test_every_figure_says_how_it_was_computed(served: Served, world: World) -> None:
    world.context.inspections.make(DISTRICT, NOVEMBER, "sunshine")
    with served.client(world.user("inspector", Role.INSPECTOR)) as client:
        listed = client.get("/inspections/metrics").text
        (checklist,) = set(re.findall(r"/inspections/\d+", client.get("/inspections").text))
        readings = client.get(f"/api/v1{checklist}/readings").json()
        assert len(readings) == 41
        for reading in readings:
            assert reading["metric"] in listed
            assert reading["query"]["zh"]
            assert reading["code"].startswith("@metric(")
            page = client.get(f"{checklist}/items/{reading['item']}")
            assert page.status_code == 200
        assert "def fire_certificate_days" in page.text or readings[-1]["function"] in page.text
        assert client.get(f"{checklist}/items/S-03").status_code == 404
