"""A proposal with its reasons; a person decides, signs, and it is kept."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import httpx

from monitor.domain.access import DISTRICT, Role, Scope, ScopeKind
from monitor.domain.checklists import ItemSeverity
from monitor.domain.registers import Paper, PaperKind
from monitor.store.register_repository import RegisterRepository
from tests.web.conftest import PASSWORD
from tests.web.test_finding_pages import add_finding

if TYPE_CHECKING:
    from monitor.store.users import User
    from tests.web.conftest import Served, World

DATABASES = ["sqlite"]


def decide(client: httpx.Client, **more: str) -> httpx.Response:
    page = client.get("/risk/sunshine").text
    token = page.partition('name="token" value="')[2].partition('"')[0]
    data = {"token": token, "measure": "rectify", "reason": "as inspected", "password": PASSWORD}
    return client.post("/risk/sunshine/decide", data={**data, **more})


def test_the_list_shows_who_needs_what(served: Served, world: World) -> None:
    add_finding(world, "sunshine", ItemSeverity.CRITICAL, late=9)
    world.raise_alert()
    with served.client(world.user("li", Role.INSPECTOR)) as inspector:
        everybody = inspector.get("/risk").text
        assert everybody.index("阳光托育园") < everybody.index("竹林托育中心")
        to_suspend = inspector.get("/risk?measure=suspend").text
        assert "阳光托育园" in to_suspend
        assert "竹林托育中心" not in to_suspend
        one = inspector.get("/risk/sunshine").text
        assert "关键问题 S-03 逾期 9 天未整改" in one
        assert 'name="password"' not in one  # an inspector does not decide
        assert inspector.post("/risk/sunshine/decide").status_code == 403


def test_a_decision_is_signed_with_reason_and_kept_as_it_was(served: Served, world: World) -> None:
    finding = add_finding(world, "sunshine", ItemSeverity.CRITICAL)
    with served.client(world.user("chief", Role.SUPERVISOR)) as chief:
        assert decide(chief, password="wrong").status_code == 422
        assert decide(chief, reason="  ").status_code == 422
        assert decide(chief, measure="close down").status_code == 422
        assert decide(chief).status_code == 303
        assert decide(chief, measure="none", reason="put right").status_code == 303
        page = chief.get("/risk/sunshine").text
        assert "as inspected" in page
    newest, oldest = world.context.risk.history(DISTRICT, "sunshine")
    assert (oldest.measure, newest.measure) == ("rectify", "none")
    assert oldest.proposal["proposals"][0]["measure"] == "rectify"
    assert oldest.proposal["parts"][0]["inputs"]["ids"] == [finding.id]
    assert oldest.sha256 != newest.sha256


def test_scores_of_others_are_not_shown(served: Served, world: World, sunshine_staff: User) -> None:
    with served.client(sunshine_staff) as staff:
        assert staff.get("/risk").status_code == 403
    scope = Scope(ScopeKind.COMMUNITY, "竹园街道")
    with served.client(world.user("far", Role.SUPERVISOR, scope)) as other:
        assert "阳光" not in other.get("/risk").text
        assert other.get("/risk/sunshine").status_code == 404


def test_a_false_alarm_and_a_drill_do_not_count(served: Served, world: World) -> None:
    world.raise_alert()
    before = world.context.risk.get(DISTRICT, "sunshine").score.parts[1]
    assert before.amount == 3
    with served.client(world.user("wang")) as operator:
        action = {"action": "mark_drill", "reason": "announced"}
        done = operator.post("/api/v1/alerts/1/actions", json=action)
        assert done.status_code == 200
    assert world.context.risk.get(DISTRICT, "sunshine").score.parts[1].amount == 0


def test_a_renewed_paper_does_not_count_as_expired(world: World) -> None:
    old = Paper(PaperKind.INSURANCE, "1", None, date(2026, 1, 1))
    registers = RegisterRepository(world.database)
    registers.put("sunshine", [old], world.now)
    documents = world.context.risk.get(DISTRICT, "sunshine").score.parts[4]
    assert documents.inputs["expired"] == ["insurance"]
    endless = Paper(PaperKind.FILING, "2")
    renewed = Paper(PaperKind.INSURANCE, "2", None, date(2027, 6, 1))
    former = Paper(PaperKind.FILING, "1", None, date(2026, 1, 1))
    registers.put("sunshine", [renewed, endless, former], world.now)
    assert world.context.risk.get(DISTRICT, "sunshine").score.parts[4].amount == 0
    assert world.context.risk.get(DISTRICT, "bamboo").score.parts[4].amount == 0
