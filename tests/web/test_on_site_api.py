"""What a device may send, and what happens to what it should not."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from monitor.domain.access import DISTRICT, Role, Scope, ScopeKind
from monitor.domain.checklists import Result
from monitor.domain.findings import FindingAction, FindingState
from monitor.domain.visits import PlannedVisit, VisitState
from monitor.inspections.signing import answers_hash
from monitor.store.finding_repository import FindingRepository
from monitor.store.reinspections import ReinspectionRepository
from monitor.store.visits import VisitRepository
from tests.web.conftest import picture
from tests.web.test_finding_pages import act, add_finding

if TYPE_CHECKING:
    from monitor.store.users import User
    from tests.web.conftest import Served, World

DATABASES = ["sqlite"]
AT = "2026-11-02T01:40:00Z"
STROKES = [[[number, 20] for number in range(30)]]


@pytest.fixture
def li(world: World) -> User:
    return world.user("li", Role.INSPECTOR)


@pytest.fixture
def checklist(world: World, li: User) -> int:
    month = world.now.date().replace(day=1)
    world.context.inspections.generate(DISTRICT, month, "sunshine")
    return world.context.inspections.list(DISTRICT, month)[0].id


@pytest.fixture
def client(served: Served, li: User, checklist: int) -> Iterator[httpx.Client]:
    with served.client(li) as client:
        page = client.get(f"/inspections/{checklist}").text
        token = page.partition('name="token" value="')[2].partition('"')[0]
        begun = client.post(f"/inspections/{checklist}/begin", data={"token": token})
        assert begun.headers["location"] == f"/on-site/{checklist}"
        yield client


def answer(
    item: str, result: str = "pass", note: str = "", after: str | None = None
) -> dict[str, Any]:
    return {
        "kind": "answer",
        "id": str(uuid.uuid4()),
        "at": AT,
        "item": item,
        "result": result,
        "note": note,
        "after": after,
    }


def send(client: httpx.Client, checklist: int, user: User, *pieces: dict[str, Any]) -> Any:
    path = f"/api/v1/on-site/{checklist}/pieces"
    done = client.post(path, json={"user": user.id, "pieces": list(pieces)})
    assert done.status_code == 200, done.text
    return done.json()


def put_photo(
    client: httpx.Client, checklist: int, user: User, content: bytes, **more: Any
) -> httpx.Response:
    asked = {
        "user": user.id,
        "item": "S-02",
        "at": AT,
        "sha256": hashlib.sha256(content).hexdigest(),
        **more,
    }
    path = f"/api/v1/on-site/{checklist}/photos/{uuid.uuid4()}"
    return client.put(path, params=asked, content=content)


def files_of(world: World) -> list[str]:
    folder = world.files.local_path("on-site")
    assert folder is not None
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_one_wrong_piece_does_not_hold_up_the_others(
    client: httpx.Client, checklist: int, li: User
) -> None:
    pieces = (
        answer("S-01"),
        answer("S-02", "fail"),
        answer("no-such-item"),
        answer("S-03", "fail", "dirt"),
    )
    taken = send(client, checklist, li, *pieces)
    assert [(one["receipt"], one["reason"]) for one in taken["receipts"]] == [
        ("accepted", ""),
        ("refused", "S-02"),
        ("refused", "the checklist has no item 'no-such-item'"),
        ("accepted", ""),
    ]
    assert [one["item"] for one in taken["state"]["answers"]] == ["S-01", "S-03"]


def test_work_is_sent_only_by_who_did_it(
    client: httpx.Client, served: Served, world: World, checklist: int, li: User
) -> None:
    with served.client(world.user("zhou", Role.INSPECTOR)) as other:
        body = {"user": li.id, "pieces": [answer("S-01")]}
        assert other.post(f"/api/v1/on-site/{checklist}/pieces", json=body).status_code == 409
        assert put_photo(other, checklist, li, picture()).status_code == 409
    assert world.context.onsite.get(DISTRICT, checklist).standing == ()


def test_out_of_scope_there_is_nothing_to_inspect(
    client: httpx.Client, served: Served, world: World, checklist: int
) -> None:
    assert client.get(f"/on-site/{checklist}").status_code == 200
    scope = Scope(ScopeKind.COMMUNITY, "竹园街道")
    with served.client(far := world.user("far", Role.INSPECTOR, scope)) as other:
        assert other.get(f"/on-site/{checklist}").status_code == 404
        assert other.get(f"/api/v1/on-site/{checklist}").status_code == 404
        body = {"user": far.id, "pieces": [answer("S-01")]}
        assert other.post(f"/api/v1/on-site/{checklist}/pieces", json=body).status_code == 404
        photo = put_photo(other, checklist, far, picture())
        assert photo.status_code == 404
    assert files_of(world) == []


def test_a_photo_is_checked_before_it_is_kept(
    client: httpx.Client, served: Served, world: World, checklist: int, li: User
) -> None:
    for content, more in (
        (b"<svg/>", {}),
        (picture()[:-100], {}),
        (picture(), {"sha256": "0" * 64}),
        (picture(), {"item": "no-such-item"}),
    ):
        taken = put_photo(client, checklist, li, content, **more)
        assert taken.json()["receipts"][0]["receipt"] == "refused"
    assert put_photo(client, checklist, li, b"x" * 4_000_000).status_code == 413
    assert put_photo(client, checklist, li, picture(), latitude=91).status_code == 422
    assert files_of(world) == []
    good = put_photo(client, checklist, li, picture(), latitude=31.2, longitude=121.4).json()
    assert good["receipts"][0]["receipt"] == "accepted"
    address = f"/api/v1/on-site/photos/{good['state']['photos'][0]['id']}"
    assert client.get(address).content == picture()
    with served.client(world.user("auditor", Role.AUDITOR)) as auditor:
        assert auditor.get(address).status_code == 403
    elsewhere = world.user("bamboo", Role.INSTITUTION, Scope(ScopeKind.INSTITUTION, "bamboo"))
    with served.client(elsewhere) as other:
        assert other.get(address).status_code == 404


def _signing(world: World, checklist: int, **more: Any) -> dict[str, Any]:
    inspection = world.context.onsite.get(DISTRICT, checklist)
    photos = {photo.id: photo.sha256 for photo in inspection.photos}
    signers = [
        {"role": "inspector", "name": "Li", "strokes": STROKES},
        {"role": "head", "name": "王园长", "strokes": STROKES},
    ]
    return {
        "kind": "signing",
        "id": str(uuid.uuid4()),
        "at": AT,
        "answers_sha256": answers_hash(inspection.view.checklist, inspection.view.answers, photos),
        "signers": signers,
        **more,
    }


def _answer_all(client: httpx.Client, world: World, checklist: int, li: User) -> None:
    entries = world.context.onsite.get(DISTRICT, checklist).view.checklist.entries
    names = [entry.item.id for entry in entries]
    for start in range(0, len(names), 50):
        send(
            client,
            checklist,
            li,
            *(answer(name, "pass", "ok") for name in names[start : start + 50]),
        )


def test_only_what_is_complete_and_unchanged_is_signed(
    client: httpx.Client, world: World, checklist: int, li: User
) -> None:
    def refused(piece: dict[str, Any]) -> str:
        (receipt,) = send(client, checklist, li, piece)["receipts"]
        assert receipt["receipt"] == "refused"
        return str(receipt["reason"])

    assert refused(_signing(world, checklist)) == "missing"
    _answer_all(client, world, checklist, li)
    assert refused(_signing(world, checklist, answers_sha256="0" * 64)) == "changed"
    alone = [{"role": "inspector", "name": "Li", "strokes": STROKES}]
    assert refused(_signing(world, checklist, signers=alone)) == "signers"
    empty = [*alone, {"role": "head", "name": "王园长", "strokes": []}]
    assert refused(_signing(world, checklist, signers=empty)) == "head"
    assert files_of(world) == []
    signing = _signing(world, checklist)
    visits, month = VisitRepository(world.database), world.now.date().replace(day=1)
    visits.plan(month, [PlannedVisit("sunshine", month)], world.now)
    for _ in range(2):
        (receipt,) = send(client, checklist, li, signing)["receipts"]
        assert receipt["receipt"] == "accepted"
    (planned,) = visits.list(DISTRICT, month)
    assert planned.state is VisitState.DONE
    page = client.get(f"/inspections/{checklist}").text
    assert signing["answers_sha256"] in page
    first = world.context.onsite.get(DISTRICT, checklist).signatures[0]
    drawn = client.get(f"/api/v1/on-site/signatures/{first.id}")
    assert drawn.headers["content-type"].startswith("image/svg+xml")
    assert drawn.content.startswith(b"<svg")
    late = send(client, checklist, li, answer("S-01", "fail", "after all"))
    assert late["receipts"][0]["receipt"] == "late"
    assert len(files_of(world)) == 1  # both drew the same


def test_a_head_who_refuses_says_why_and_findings_follow_all_the_same(
    client: httpx.Client, world: World, checklist: int, li: User
) -> None:
    _answer_all(client, world, checklist, li)
    state = client.get(f"/api/v1/on-site/{checklist}").json()
    standing = next(one for one in state["answers"] if one["item"] == "S-03")
    send(client, checklist, li, answer("S-03", "fail", "no menu", standing["id"]))
    assert put_photo(client, checklist, li, picture(), item="S-03").status_code == 200
    signers = [
        {"role": "inspector", "name": "Li", "strokes": STROKES},
        {"role": "head", "name": "王园长", "refusal": "does not agree"},
    ]
    (receipt,) = send(client, checklist, li, _signing(world, checklist, signers=signers))[
        "receipts"
    ]
    assert receipt["receipt"] == "accepted"
    found = FindingRepository(world.database).list(DISTRICT)
    assert [(one.item_id, one.state, one.note) for one in found] == [
        ("S-03", FindingState.OPEN, "no menu")
    ]
    inspection = world.context.onsite.get(DISTRICT, checklist)
    assert inspection.signatures[1].refusal == "does not agree"
    refused = client.get(f"/api/v1/on-site/signatures/{inspection.signatures[1].id}")
    assert refused.status_code == 404
    assert Result.FAIL in {one.result for one in inspection.standing}


def test_the_worker_names_the_version_of_its_files(client: httpx.Client) -> None:
    worker = client.get("/on-site/worker.js")
    assert worker.headers["content-type"].startswith("text/javascript")
    assert worker.text.startswith("const VERSION = ")
    listed = worker.text.partition("const FILES = ")[2].partition(";\n")[0]
    assert "/static/js/on-site/drawer.js" in listed
    assert "worker.js" not in listed


def test_only_the_page_on_site_may_ask_where_it_is(client: httpx.Client, checklist: int) -> None:
    here = client.get(f"/on-site/{checklist}").headers["permissions-policy"]
    assert "geolocation=(self)" in here
    assert "geolocation=()" in client.get("/inspections").headers["permissions-policy"]


def test_a_re_inspection_asks_only_what_was_put_right_and_closes_it(
    client: httpx.Client, served: Served, world: World, sunshine_staff: User, li: User
) -> None:
    good, bad = add_finding(world), add_finding(world, item="S-05")
    with served.client(sunshine_staff) as staff:
        for finding in (good, bad):
            files = [("files", ("menu.jpg", picture(), "image/jpeg"))]
            assert act(staff, finding, "correct", files=files).status_code == 303
    (visit,) = ReinspectionRepository(world.database).planned()  # planned by the claim itself
    plan = client.get("/inspections/plan").text
    assert "复查 2 项" in plan
    page = client.get(f"/inspections/plan/{visit.id}").text
    token = page.partition('name="token" value="')[2].partition('"')[0]
    begun = client.post(f"/inspections/plan/{visit.id}/begin", data={"token": token})
    checklist = int(begun.headers["location"].rpartition("/")[2])
    on_site = client.get(f"/on-site/{checklist}").text
    assert re.findall(r'data-item="([^"]+)"', on_site) == ["S-03", "S-05"]
    assert "nothing on the wall" in on_site
    month = world.now.date().replace(day=1)
    whole = world.context.inspections.list(DISTRICT, month)
    assert checklist not in {item.id for item in whole}
    send(client, checklist, li, answer("S-03"), answer("S-05", "fail", "still open"))
    put_photo(client, checklist, li, picture(), item="S-05")
    signing = _signing(world, checklist)
    for _ in range(2):
        (receipt,) = send(client, checklist, li, signing)["receipts"]
        assert receipt["receipt"] == "accepted", receipt
    findings = FindingRepository(world.database)
    assert [findings.get(DISTRICT, one.id).finding.state for one in (good, bad)] == [
        FindingState.CLOSED,
        FindingState.OPEN,
    ]
    step = findings.get(DISTRICT, bad.id).steps[-1]
    assert (step.action, step.text) == (FindingAction.SEND_BACK, "still open")
    assert len(findings.list(DISTRICT)) == 2  # what failed again is the old finding, not a new one
    assert VisitRepository(world.database).get(DISTRICT, visit.id).state is VisitState.DONE
    assert "不符合" in client.get(f"/inspections/plan/{visit.id}").text
    assert "复查" in client.get(f"/findings/{good.id}").text
