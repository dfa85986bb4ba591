"""An institution answers its findings; somebody else closes them."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from sqlalchemy import text

from monitor.alerts.channels import ChannelSpec
from monitor.domain.access import DISTRICT, Role, Scope, ScopeKind
from monitor.domain.alerts import SYSTEM
from monitor.domain.checklists import ItemSeverity
from monitor.domain.clock import ManualClock
from monitor.domain.findings import FindingState, NewFinding
from monitor.domain.text import Text
from monitor.runtime.overdue import OverdueFindings
from monitor.store.finding_repository import FindingRepository
from monitor.store.finding_views import FindingView
from monitor.store.findings import raise_findings
from tests.web.conftest import picture

if TYPE_CHECKING:
    from monitor.store.users import User
    from tests.web.conftest import Served, World

DATABASES = ["sqlite"]


@pytest.fixture
def finding(world: World) -> FindingView:
    return add_finding(world)


def add_finding(
    world: World,
    institution: str = "sunshine",
    severity: ItemSeverity = ItemSeverity.MAJOR,
    late: int = 0,
    item: str = "S-03",
    note: str = "nothing on the wall",
) -> FindingView:
    month = world.now.date().replace(day=1)
    world.context.inspections.generate(DISTRICT, month, institution)
    lists = world.context.inspections.list(DISTRICT, month)
    checklist = next(one.id for one in lists if one.institution_id == institution)
    day = world.now.date() - timedelta(days=late)
    new = NewFinding(
        item,
        severity,
        Text("食谱未公示", "menu not posted"),
        note,
        day,
        day + timedelta(days=10),
        day - timedelta(days=180),
        photo_needed=True,
    )
    with world.database.transaction() as session:
        raise_findings(session, institution, checklist, [new], SYSTEM, world.now)
    found = FindingRepository(world.database).list(DISTRICT)
    return next(one for one in found if one.item_id == item)


def act(client: httpx.Client, finding: FindingView, action: str, **more: Any) -> httpx.Response:
    files = more.pop("files", None)
    page = client.get(f"/findings/{finding.id}").text
    token = page.partition('name="token" value="')[2].partition('"')[0]
    data = {"token": token, "action": action, "text": "as told", **more}
    return client.post(f"/findings/{finding.id}/act", data=data, files=files)


def stored(world: World, finding: FindingView) -> FindingView:
    return FindingRepository(world.database).get(DISTRICT, finding.id).finding


def test_from_the_institutions_answer_to_the_closing_by_another(
    served: Served, world: World, finding: FindingView, sunshine_staff: User
) -> None:
    with served.client(sunshine_staff) as staff:
        listed = staff.get("/findings").text
        assert "食谱未公示" in listed
        assert act(staff, finding, "correct").status_code == 422  # a photo is needed
        photo = {"files": ("wall.jpg", picture("wall"), "image/jpeg")}
        assert act(staff, finding, "correct", files=photo).status_code == 303
        assert act(staff, finding, "close").status_code == 403
        page = staff.get(f"/findings/{finding.id}").text
        address = f"/findings/files/{page.partition('/findings/files/')[2].partition(chr(34))[0]}"
        assert staff.get(address).content == picture("wall")
    assert stored(world, finding).state is FindingState.CORRECTED
    with served.client(world.user("li", Role.INSPECTOR)) as inspector:
        assert act(inspector, finding, "close").status_code == 303
        page = inspector.get(f"/findings/{finding.id}").text
        assert page.index("发现") < page.index("报告已整改") < page.rindex("复查通过")
    assert stored(world, finding).state is FindingState.CLOSED
    with served.client(world.user("auditor", Role.AUDITOR)) as auditor:
        assert auditor.get(f"/findings/{finding.id}").status_code == 200
        assert auditor.get(address).status_code == 403


def test_who_put_it_right_may_not_close_it_whatever_the_role(
    served: Served, world: World, finding: FindingView
) -> None:
    with served.client(world.user("chief", Role.SUPERVISOR)) as chief:
        photo = {"files": ("wall.jpg", picture("wall"), "image/jpeg")}
        assert act(chief, finding, "correct", files=photo).status_code == 303
        assert act(chief, finding, "close").status_code == 403
    assert stored(world, finding).state is FindingState.CORRECTED


@pytest.mark.parametrize(
    "file",
    [
        ("wall.jpg", b"<script>alert(1)</script>", "image/jpeg"),
        ("wall.jpg", picture()[:-50], "image/jpeg"),
        ("run.exe", b"MZ\x90", "application/octet-stream"),
    ],
)
def test_hostile_files_leave_nothing_behind(
    served: Served,
    world: World,
    finding: FindingView,
    sunshine_staff: User,
    file: tuple[str, bytes, str],
) -> None:
    with served.client(sunshine_staff) as staff:
        good = ("files", ("ok.jpg", picture(), "image/jpeg"))
        refused = act(staff, finding, "attach", files=[good, ("files", file)])
        assert refused.status_code == 422
        assert "JPEG" in refused.text
    folder = world.files.local_path("findings")
    assert folder is not None
    assert not folder.exists()
    assert stored(world, finding).version == finding.version


def test_too_many_and_too_large_files_are_refused(
    served: Served, finding: FindingView, sunshine_staff: User
) -> None:
    with served.client(sunshine_staff) as staff:
        many = [("files", (f"{n}.jpg", picture(), "image/jpeg")) for n in range(6)]
        assert act(staff, finding, "attach", files=many).status_code == 422
        large = {"files": ("l.jpg", picture() + b"\x00" * 8_400_000, "image/jpeg")}
        assert act(staff, finding, "attach", files=large).status_code == 422


def test_an_extension_needs_an_approver_and_a_later_day(
    served: Served, world: World, finding: FindingView, sunshine_staff: User
) -> None:
    later = (finding.due + timedelta(days=7)).isoformat()
    with served.client(sunshine_staff) as staff:
        assert act(staff, finding, "extend", due=later).status_code == 403
    with served.client(world.user("li", Role.INSPECTOR)) as inspector:
        assert act(inspector, finding, "extend", due="soon").status_code == 422
        assert act(inspector, finding, "extend", due=finding.due.isoformat()).status_code == 422
        assert act(inspector, finding, "extend", due=later).status_code == 303
    assert stored(world, finding).due.isoformat() == later


def test_an_institution_asks_for_time_and_the_district_decides(
    served: Served, world: World, finding: FindingView, sunshine_staff: User
) -> None:
    later = finding.due + timedelta(days=7)
    li = world.user("li", Role.INSPECTOR)
    with served.client(sunshine_staff) as staff, served.client(li) as inspector:
        assert act(staff, finding, "deny_extension").status_code == 403
        assert act(staff, finding, "ask_extension", due=finding.due.isoformat()).status_code == 422
        kept = act(staff, finding, "ask_extension", due="", text="消毒柜在维修").text
        assert "消毒柜在维修</textarea>" in kept  # what was written is not lost
        assert act(inspector, finding, "ask_extension", due=later.isoformat()).status_code == 403
        assert act(inspector, finding, "deny_extension").status_code == 403  # nobody asked
        asked = act(staff, finding, "ask_extension", due=later.isoformat(), text="消毒柜在维修")
        assert asked.status_code == 303
        assert stored(world, finding).due == finding.due  # which holds until it is decided
        assert "延期待批" in inspector.get("/findings?state=asked").text
        assert f'value="{later}"' in inspector.get(f"/findings/{finding.id}").text
        assert act(inspector, finding, "deny_extension", text="不行").status_code == 303
        assert "食谱" not in inspector.get("/findings?state=asked").text
        asked = act(staff, finding, "ask_extension", due=later.isoformat())
        granted = later - timedelta(days=2)
        assert act(inspector, finding, "extend", due=granted.isoformat()).status_code == 303
        page = staff.get(f"/findings/{finding.id}").text
    assert (stored(world, finding).due, stored(world, finding).asked_due) == (granted, None)
    assert page.index("消毒柜在维修") < page.index("不行") < page.index("批准延期</strong>")
    days = [
        (step.action.value, step.due_before, step.due_after)
        for step in FindingRepository(world.database).get(DISTRICT, finding.id).steps[1:]
    ]
    assert days == [
        ("ask_extension", finding.due, later),
        ("deny_extension", finding.due, later),
        ("ask_extension", finding.due, later),
        ("extend", finding.due, granted),
    ]


def test_findings_of_others_do_not_exist(
    served: Served, world: World, sunshine_staff: User
) -> None:
    theirs = add_finding(world, "bamboo")
    with served.client(sunshine_staff) as staff:
        assert "食谱" not in staff.get("/findings").text
        assert staff.get(f"/findings/{theirs.id}").status_code == 404
        page = staff.get("/account").text
        token = page.partition('name="token" value="')[2].partition('"')[0]
        data = {"token": token, "action": "comment", "text": "x"}
        assert staff.post(f"/findings/{theirs.id}/act", data=data).status_code == 404


def test_the_list_is_filtered(served: Served, world: World) -> None:
    one = add_finding(world, late=3)
    channel = ChannelSpec("duty", "json://duty")
    clock = ManualClock(world.now.timestamp())
    OverdueFindings(world.database, world.district, (channel,), "https://kanhu", clock).run()
    with served.client(world.user("li", Role.INSPECTOR)) as inspector:
        assert "duty · 整改逾期" in inspector.get(f"/findings/{one.id}").text
        assert "逾期 3 天" in inspector.get("/findings?state=overdue").text
        assert "食谱" not in inspector.get("/findings?state=closed").text
        assert "食谱" not in inspector.get("/findings?severity=critical").text
        assert "食谱" in inspector.get("/findings?item=S-03&institution=sunshine").text
        assert inspector.get("/findings?state=nonsense").status_code == 422


def test_a_long_list_says_how_many_there_are(
    served: Served, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    for item in ("S-01", "S-02", "S-03"):
        add_finding(world, item=item)
    monkeypatch.setattr("monitor.web.pages.findings._MOST_SHOWN", 2)
    with served.client(world.user("li", Role.INSPECTOR)) as inspector:
        page = inspector.get("/findings").text
        assert page.count('class="card finding-line"') == 2
        assert '<span class="muted number">3</span>' in page
        assert "以下按轻重缓急只列前 2 个" in page
        assert "以下按轻重缓急" not in inspector.get("/findings?item=S-03").text


def test_what_the_system_read_is_told_in_the_language_of_the_reader(
    served: Served, world: World
) -> None:
    read = Text("2 人无效", "2 of 12 invalid")
    found = add_finding(world, late=1, note=read.kept())
    channels = (
        ChannelSpec("wache", "json://duty", language="en"),
        ChannelSpec("duty", "json://duty"),
    )
    clock = ManualClock(world.now.timestamp())
    OverdueFindings(world.database, world.district, channels, "https://kanhu", clock).run()
    with world.database.reading() as session:
        told = session.execute(text("SELECT channel_id, body FROM outbox"))
        bodies = {row.channel_id: row.body for row in told}
    assert read.en in bodies["wache"]
    assert read.zh not in bodies["wache"]
    assert read.zh in bodies["duty"]
    for language in ("zh", "en"):
        person = world.user(f"li-{language}", Role.INSPECTOR, language=language)
        with served.client(person) as inspector:
            page = inspector.get(f"/findings/{found.id}").text
        assert page.count(read.of(language)) == 2  # above, and in the time line
        assert read.of("en" if language == "zh" else "zh") not in page


def test_a_stale_page_does_not_overwrite(
    served: Served, world: World, finding: FindingView
) -> None:
    with served.client(world.user("li", Role.INSPECTOR)) as inspector:
        assert act(inspector, finding, "assign", owner="王", version=finding.version).is_redirect
        stale = act(inspector, finding, "assign", owner="李", version=finding.version)
        assert stale.status_code == 409
    assert stored(world, finding).owner == "王"


def test_scopes_hold_for_files_too(
    served: Served, world: World, finding: FindingView, sunshine_staff: User
) -> None:
    with served.client(sunshine_staff) as staff:
        pdf = b"%PDF-1.7\n%%EOF\n"
        files = {"files": ("../../etc/passwd", pdf, "application/pdf")}
        assert act(staff, finding, "attach", files=files).status_code == 303
        mine = staff.get("/findings/files/1")
        assert mine.headers["content-disposition"] == 'attachment; filename="finding-1-1.pdf"'
    scope = Scope(ScopeKind.INSTITUTION, "bamboo")
    with served.client(world.user("bamboo", Role.INSTITUTION, scope)) as other:
        assert other.get("/findings/files/1").status_code == 404
