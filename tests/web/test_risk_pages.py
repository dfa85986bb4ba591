"""A proposal with its reasons; a person decides, signs, and it is kept."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import httpx

from monitor.domain.access import DISTRICT, Role, Scope, ScopeKind
from monitor.domain.checklists import ItemSeverity
from monitor.domain.places import NoticeState
from monitor.domain.registers import Paper, PaperKind
from monitor.store.notice_steps import NoticeSteps
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


def notice_of(world: World, institution_id: str) -> NoticeState:
    return world.context.risk.get(DISTRICT, institution_id).institution.notice_state


def test_the_notice_follows_a_signed_measure_and_names_it(served: Served, world: World) -> None:
    with served.client(world.user("chief", Role.SUPERVISOR)) as chief:
        assert "告知书将改为“已暂停”" in chief.get("/risk/sunshine").text
        assert decide(chief, measure="suspend", reason="fire exit blocked").status_code == 303
        assert notice_of(world, "sunshine") is NoticeState.SUSPENDED
        (step,) = NoticeSteps(world.database).of(DISTRICT, "sunshine")
        (decision,) = world.context.risk.history(DISTRICT, "sunshine")
        assert step.decision_id == decision.id
        assert (decision.notice_before, decision.notice_after) == (
            NoticeState.GRANTED,
            NoticeState.SUSPENDED,
        )
        register = chief.get("/registers/sunshine").text
        assert f"/risk/sunshine#decision-{decision.id}" in register
        assert "fire exit blocked" in register
        assert "阳光托育园" in chief.get("/risk?notice=suspended").text
        assert "竹林" not in chief.get("/risk?notice=suspended").text
        # Lifted on the same day: the register keeps both, in their order.
        assert decide(chief, measure="none", reason="put right").status_code == 303
    assert notice_of(world, "sunshine") is NoticeState.GRANTED
    steps = NoticeSteps(world.database).of(DISTRICT, "sunshine")
    assert [item.step.state for item in steps] == [NoticeState.SUSPENDED, NoticeState.GRANTED]


def test_what_the_register_says_by_hand_shows_among_the_risks(served: Served, world: World) -> None:
    with served.client(world.user("chief", Role.SUPERVISOR)) as chief:
        assert decide(chief, measure="suspend").status_code == 303
        assert "登记此后已变更" not in chief.get("/risk").text
        token = chief.get("/registers/sunshine").text.partition('name="token" value="')[2]
        by_hand = {"token": token.partition('"')[0], "state": "closed", "reason": "ended itself"}
        assert chief.post("/registers/sunshine/notice", data=by_hand).status_code == 303
        assert "登记此后已变更：已终止" in chief.get("/risk").text
        assert "ended itself" in chief.get("/risk/sunshine").text
        # What was looked at before is not signed over what came since, nor a measure over the end.
        late = decide(chief, measure="none", seen="suspended")
        assert late.status_code == 422
        assert "刚被他人更改" in late.text
        assert decide(chief, measure="rectify").status_code == 422
    assert notice_of(world, "sunshine") is NoticeState.CLOSED
    assert world.context.risk.get(DISTRICT, "sunshine").proposals == ()


def test_only_the_district_signs_what_changes_a_notice(served: Served, world: World) -> None:
    scope = Scope(ScopeKind.COMMUNITY, "梅园街道")
    with served.client(world.user("near", Role.SUPERVISOR, scope)) as near:
        assert decide(near, measure="rectify").status_code == 422
        assert decide(near, measure="help").status_code == 303
    assert notice_of(world, "sunshine") is NoticeState.GRANTED
