"""Registers on the screen: one's own only, versioned, with documents, by form or spreadsheet."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import Workbook, load_workbook
from pydantic import SecretStr
from sqlalchemy import select

from monitor.domain.access import DISTRICT, Role, Scope, ScopeKind
from monitor.domain.places import ClassType
from monitor.domain.registers import ClassGroup, StaffRole
from monitor.domain.text import Text
from monitor.inspections.risk import Measure
from monitor.settings.notify import Channel
from monitor.store.attendance import AttendanceRepository
from monitor.store.outbox import OutboxRow
from monitor.store.register_repository import RegisterRepository
from tests.web.conftest import picture

if TYPE_CHECKING:
    import httpx

    from monitor.store.users import User
    from tests.web.conftest import Served, Serving, World

DATABASES = ["sqlite"]
HOME = "/registers/sunshine"
STAFF = f"{HOME}/books/staff"
PERSON = {"v.number": "S1", "v.name": "陈静", "v.role": "manager", "v.criminal_check": "2026-05-01"}


def _token(client: httpx.Client, path: str = HOME) -> str:
    return client.get(path).text.partition('name="token" value="')[2].partition('"')[0]


def _post(client: httpx.Client, path: str, **fields: str) -> httpx.Response:
    return client.post(path, data={"token": _token(client), **fields})


def _hidden(page: str, name: str) -> str:
    return page.partition(f'name="{name}" value="')[2].partition('"')[0]


def test_an_entry_is_made_changed_and_keeps_its_history(
    served: Served, world: World, sunshine_staff: User
) -> None:
    with served.client(sunshine_staff) as client:
        made = _post(client, STAFF, **PERSON)
        assert made.status_code == 303
        page = client.get(made.headers["location"]).text
        assert "陈静" in page
        seen = _hidden(page, "seen")
        changed = {**PERSON, "v.role": "carer", "key": "S1", "seen": seen, "v.number": "S9"}
        assert _post(client, STAFF, **changed).status_code == 303
        late = _post(client, STAFF, **{**changed, "v.role": "cook"})
        assert late.status_code == 409
        assert "已被他人修改" in late.text
        assert "负责人 → 保育人员" in client.get(f"{STAFF}?key=S1").text
    (kept,) = RegisterRepository(world.database).entries(DISTRICT, "sunshine", "staff")
    assert kept.key == "S1"  # a key is never changed by a form
    history = client_history(served, sunshine_staff)
    assert [item["action"] for item in history] == ["changed", "added"]
    assert history[0]["before"]["role"] == "manager"
    assert history[0]["after"]["role"] == StaffRole.CARER.value
    assert history[0]["by"].startswith("Staff")


def client_history(served: Served, user: User) -> list[dict[str, Any]]:
    with served.client(user) as client:
        found: list[dict[str, Any]] = client.get("/api/v1/registers/sunshine/changes").json()
    return found


def test_a_wrong_entry_is_refused_in_words_and_keeps_what_was_typed(
    served: Served, world: World, sunshine_staff: User
) -> None:
    with served.client(sunshine_staff) as client:
        answer = _post(client, STAFF, **{**PERSON, "v.role": "gardener", "v.left": "yesterday"})
    assert answer.status_code == 422
    assert "不在可选项中" in answer.text
    assert "不是日期" in answer.text
    assert 'value="陈静"' in answer.text
    assert RegisterRepository(world.database).counts(DISTRICT, "sunshine")["staff"] == 0


def test_nobody_reads_or_writes_another_institution(
    served: Served, world: World, sunshine_staff: User
) -> None:
    other = "/registers/bamboo"
    with served.client(sunshine_staff) as client:
        for path in ("", "/books/staff", "/attendance", "/template.xlsx", "/import"):
            assert client.get(other + path).status_code == 404, path
        for path in ("/books/staff", "/books/staff/remove", "/today", "/attendance", "/codes"):
            assert _post(client, other + path, **PERSON).status_code == 404, path
        assert client.get("/registers").headers["location"] == HOME
        assert "bamboo" not in client.get("/api/v1/registers").text
        nothing: dict[str, list[str]] = {"entries": []}
        assert client.put("/api/v1/registers/bamboo/books/staff", json=nothing).status_code == 404
    with served.client(world.user("inspector", Role.INSPECTOR)) as client:
        assert client.get(other).status_code == 200
        assert _post(client, f"{other}/books/staff", **PERSON).status_code == 403


def test_documents_are_checked_hashed_and_served_as_files(
    served: Served, world: World, sunshine_staff: User
) -> None:
    with served.client(sunshine_staff) as client:
        _post(client, STAFF, **PERSON)
        fields = {"token": _token(client), "key": "S1"}
        photo = picture("drill")
        for name, content in (
            ("../../evil.pdf", b"<script>alert(1)</script>"),
            ("photo.jpg", photo[:200]),
            ("empty.png", b""),
        ):
            files = {"file": (name, content)}
            refused = client.post(f"{STAFF}/documents", data=fields, files=files)
            assert refused.status_code == 422, name
        large = {"file": ("large.pdf", b"%PDF-" + bytes(11 * 2**20) + b"%%EOF")}
        assert client.post(f"{STAFF}/documents", data=fields, files=large).status_code in (413, 422)
        files = {"file": ("..\\照片 1.jpg", photo)}
        for _ in range(2):
            assert client.post(f"{STAFF}/documents", data=fields, files=files).status_code == 303
        page = client.get(f"{STAFF}?key=S1").text
        links = set(re.findall(r"/registers/documents/\d+", page))
        (link,) = links
        got = client.get(link)
        assert got.content == photo
        assert got.headers["content-disposition"].startswith("attachment;")
        assert "sandbox" in got.headers["content-security-policy"]
        assert got.headers["content-type"] == "image/jpeg"
    elsewhere = Scope(ScopeKind.INSTITUTION, "bamboo")
    stranger = world.user("zhu", Role.INSTITUTION, elsewhere)
    with served.client(stranger) as client:
        assert client.get(link).status_code == 404
    with served.client(sunshine_staff) as client:
        assert _post(client, f"{link}/withdraw").status_code == 303
        assert client.get(link).status_code == 404


def _sheet(rows: list[list[object]], title: str = "人员") -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_a_spreadsheet_is_tried_before_it_is_imported_and_only_once(
    served: Served, world: World, sunshine_staff: User
) -> None:
    heading: list[object] = ["编号*", "姓名*", "岗位*", "健康证到期日"]
    good = _sheet([heading, ["S1", "陈静", "负责人", "2027-01-31"], ["S2", "王敏", "保育人员", ""]])
    bad = _sheet([heading, ["S1", "", "园丁", "昨天"]])
    registers = RegisterRepository(world.database)
    with served.client(sunshine_staff) as client:
        template = client.get(f"{HOME}/template.xlsx").content
        assert "人员" in load_workbook(io.BytesIO(template)).sheetnames
        fields = {"token": _token(client)}
        wrong = client.post(f"{HOME}/import", data=fields, files={"file": ("a.xlsx", bad)})
        assert wrong.status_code == 422
        assert wrong.text.count('<td class="number">2</td>') == 3
        junk = client.post(f"{HOME}/import", data=fields, files={"file": ("a.xlsx", b"PK\x03\x04")})
        assert junk.status_code == 422
        tried = client.post(f"{HOME}/import", data=fields, files={"file": ("a.xlsx", good)})
        assert "将新增 2 条" in tried.text
        assert registers.counts(DISTRICT, "sunshine")["staff"] == 0
        digest = _hidden(tried.text, "digest")
        for done in ("2-0-0", "0-0-2"):
            applied = _post(client, f"{HOME}/import/apply", digest=digest)
            assert applied.headers["location"].endswith(f"done={done}")
        assert _post(client, f"{HOME}/import/apply", digest="0" * 64).status_code == 404
    assert registers.counts(DISTRICT, "sunshine")["staff"] == 2


def test_the_board_counts_down_to_nought(
    served: Served, world: World, sunshine_staff: User
) -> None:
    with served.client(world.user("boss", Role.SUPERVISOR)) as boss:
        assert 'class="number">2</b>' in boss.get("/registers").text
        with served.client(sunshine_staff) as staff:
            kinds = ("health_check", "disinfection", "food_sample", "fire_patrol")
            ticked = {f"kind.{kind}": "yes" for kind in kinds}
            assert _post(staff, f"{HOME}/today", **ticked).status_code == 422  # by whom?
            _post(staff, f"{HOME}/today", done_by="赵敏", **ticked)
            assert "今日已报齐" in staff.get(HOME).text
        board = boss.get("/api/v1/registers").json()
        assert (board["waiting"], board["expected"]) == (1, 2)
        assert board["reports"][0]["institution"] == "bamboo"
        for day in ("0001-01-01", "9999-12-31"):
            assert boss.get(f"/registers?day={day}").status_code == 200
        sunday = boss.get("/api/v1/registers?day=2026-11-01").json()
        assert (sunday["waiting"], sunday["expected"]) == (0, 0)


def test_only_the_district_decides_about_the_notice(
    served: Served, world: World, sunshine_staff: User
) -> None:
    decision = {"state": "suspended", "reason": "消防通道被占用"}
    with served.client(sunshine_staff) as client:
        assert _post(client, f"{HOME}/notice", **decision).status_code == 403
    head = world.user("head", Role.SUPERVISOR, sunshine_staff.scope)
    with served.client(head) as client:
        assert _post(client, f"{HOME}/notice", **decision).status_code == 403
    with served.client(world.user("boss", Role.SUPERVISOR)) as client:
        assert _post(client, f"{HOME}/notice", state="suspended").status_code == 422
        assert _post(client, f"{HOME}/notice", **decision).status_code == 303
        page = client.get(HOME).text
    assert "消防通道被占用" in page
    assert "已暂停" in page


@pytest.fixture
def toddlers(world: World) -> None:
    """Let the toddler class be in the register."""
    group = ClassGroup("t", Text("托小班", "Toddlers"), ClassType.TODDLER, 12, "sunshine-toddler")
    RegisterRepository(world.database).put("sunshine", [group], world.now)


@pytest.mark.usefixtures("toddlers")
def test_children_are_counted_in_and_out_and_collected_by_a_code(
    served: Served, world: World, sunshine_staff: User
) -> None:
    path = f"{HOME}/attendance"
    with served.client(sunshine_staff) as client:
        move = {"class": "t", "children": "9", "direction": "arrival"}
        assert _post(client, path, **move).status_code == 303
        shown = _post(client, f"{HOME}/codes", **{"class": "t", "place": "07"}).text
        code = shown.partition('class="pickup"><code>')[2].partition("<")[0]
        assert len(code) == 10
        leave = {"class": "t", "children": "1", "direction": "departure", "place": "07"}
        assert _post(client, path, **leave, code="WRONG").status_code == 422
        assert _post(client, path, **leave, code=code.lower()).status_code == 303
        too_many = _post(client, path, **{**leave, "children": "9"})
        assert "超过在园人数" in too_many.text
        now = client.get("/api/v1/registers/sunshine/attendance").json()
        assert [(item["class_id"], item["children"]) for item in now] == [("t", 8)]
        assert code not in client.get(path).text
    start = world.now.replace(hour=0)
    attendance = AttendanceRepository(world.database)
    (call,) = attendance.roll_calls(["sunshine"], start, world.now).values()
    assert call.by_room == {"sunshine-toddler": 8}


def test_two_drills_of_a_day_stand_beside_one_another(
    served: Served, world: World, sunshine_staff: User
) -> None:
    drills = f"{HOME}/books/drills"
    first = {"v.kind": "fire", "v.held": "2026-11-02", "v.attended": "20", "v.nth": ""}
    with served.client(sunshine_staff) as client:
        assert (
            _post(client, drills, **first)
            .headers["location"]
            .endswith("key=fire%7C2026-11-02&saved=true")
        )
        same = _post(client, drills, **first)
        assert same.status_code == 409
        assert "当日第几次" in same.text
        second = _post(client, drills, **{**first, "v.nth": "2", "v.attended": "18"})
        assert second.headers["location"].endswith("key=fire%7C2026-11-02%7C2&saved=true")
        assert "消防疏散 2026-11-02 2" in client.get(HOME).text  # in the history of changes
        third = {"kind": "fire", "held": "2026-11-02", "attended": "7", "nth": "3"}
        for added in (1, 0):
            put = client.put("/api/v1/registers/sunshine/books/drills", json={"entries": [third]})
            assert put.json()["added"] == added
    kept = RegisterRepository(world.database).entries(DISTRICT, "sunshine", "drills")
    assert {(item.key, item.entry.attended) for item in kept} == {  # type: ignore[union-attr]
        ("fire|2026-11-02", 20),
        ("fire|2026-11-02|2", 18),
        ("fire|2026-11-02|3", 7),
    }


def test_somebody_barred_is_shown_told_at_once_and_speaks_for_suspension(
    serving: Serving, world: World, sunshine_staff: User
) -> None:
    channel = Channel(id="duty", url=SecretStr("json://127.0.0.1/duty"))
    notify = world.settings.notify.model_copy(update={"channels": (channel,)})
    settings = world.settings.model_copy(update={"notify": notify})
    barred = {**PERSON, "v.ban_check": "2026-11-01", "v.banned": "yes"}
    with serving(replace(world, settings=settings)) as served:
        with served.client(sunshine_staff) as client:
            assert _post(client, STAFF, **barred).status_code == 303
            assert "不得在岗" in client.get(HOME).text
        served.app.state.site.barred.run()  # what was told is not told again
        with world.database.reading() as session:
            (row,) = session.scalars(select(OutboxRow))
        assert (row.channel_id, row.urgency) == ("duty", 0)
        assert row.title == "【紧急】阳光托育园：有人被查明禁止从业"
        assert "陈静" not in row.body
        assessment = world.context.risk.get(DISTRICT, "sunshine")
        assert [item.measure for item in assessment.proposals] == [Measure.SUSPEND]
        with served.client(sunshine_staff) as client:
            page = client.get(f"{STAFF}?key=S1").text
            left = {**barred, "key": "S1", "seen": _hidden(page, "seen"), "v.left": "2026-11-01"}
            assert _post(client, STAFF, **left).status_code == 303
            assert "不得在岗" not in client.get(HOME).text
    assert world.context.risk.get(DISTRICT, "sunshine").proposals == ()
