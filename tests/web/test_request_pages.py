"""Requests about personal data by their pages: from taking down to the written answer."""

from __future__ import annotations

import hashlib
import io
import zipfile
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from monitor.domain.access import DISTRICT, Role
from monitor.domain.access_register import AccessKind
from monitor.domain.data_requests import DataRequest, RequestState
from monitor.store.access_register import AccessRegister
from monitor.store.data_request_repository import DataRequests
from monitor.store.exports import ExportRepository
from monitor.store.holds import HoldRepository
from monitor.store.recordings import Recording, RecordingRepository
from monitor.store.request_chain import RequestChain
from tests.web.conftest import picture

if TYPE_CHECKING:
    from monitor.store.users import User
    from tests.web.conftest import Served, World

DATABASES = ["sqlite"]
CAMERA = "sunshine-toddler-1"
FORM = {
    "institution": "sunshine",
    "requester": "guardian",
    "person": "李女士",
    "contact": "138 0000 0000",
    "proof": "身份证，已核对",
    "wish": "view",
    "rooms": "sunshine-toddler",
    "start": "2026-11-02T09:00",
    "end": "2026-11-02T09:29",
    "purpose": "孩子手臂擦伤",
    "way": "in_person",
    "received": "2026-11-02",
}


def token(client: httpx.Client) -> str:
    return client.get("/account").text.partition('name="token" value="')[2].partition('"')[0]


def take_down(client: httpx.Client, **changes: str) -> httpx.Response:
    files = [("files", ("letter.jpg", picture("letter"), "image/jpeg"))]
    data = {**FORM, **changes, "token": token(client)}
    return client.post("/privacy/requests", data=data, files=files)


def act(client: httpx.Client, action: str, **more: Any) -> httpx.Response:
    data = {"token": token(client), "action": action, "text": "as told", **more}
    return client.post("/privacy/requests/1/act", data=data)


def decide(client: httpx.Client, ruling: str = "granted", **more: str) -> httpx.Response:
    data = {"token": token(client), "ruling": ruling, "reason_zh": "可在园内查看", **more}
    return client.post("/privacy/requests/1/decide", data=data)


def stored(world: World) -> DataRequest:
    return DataRequests(world.database).get(DISTRICT, 1).request


@pytest.fixture
def recorded(world: World, recorded_segment: bytes) -> Recording:
    start = world.now - timedelta(minutes=20)
    kept = world.footage.write(f"{CAMERA}/piece.mp4", recorded_segment)
    end = start + timedelta(seconds=8)
    piece = Recording(CAMERA, start, end, kept.key, kept.size, kept.sha256)
    RecordingRepository(world.database).add(piece)
    return piece


def test_a_guardians_request_from_the_institution_to_its_closure(
    served: Served, world: World, sunshine_staff: User, recorded: Recording
) -> None:
    with (
        served.client(sunshine_staff) as staff,
        served.client(world.user("chief", Role.SUPERVISOR)) as chief,
    ):
        assert take_down(staff).headers["location"] == "/privacy/requests/1"
        assert "李女士" in staff.get("/privacy/requests/1").text
        assert any(hold.holds(world.now) for hold in HoldRepository(world.database).list(DISTRICT))
        assert act(staff, "check").status_code == 303
        assert decide(staff).status_code == 403
        assert "request=1" not in staff.get("/privacy/requests/1").text
        assert decide(chief, reason_en="may be seen here").status_code == 303
        page = chief.get("/privacy/requests/1").text
        assert f"/recordings/{CAMERA}?day=2026-11-02&amp;request=1" in page
        day = chief.get(f"/recordings/{CAMERA}?day=2026-11-02&request=1").text
        assert 'value="办理个人信息请求 2026-0001"' in day
        look: dict[str, Any] = {
            "start": int(recorded.start.timestamp()),
            "end": int(recorded.end.timestamp()),
            "reason": "办理个人信息请求 2026-0001",
            "request": 1,
        }
        address = f"/api/v1/recordings/{CAMERA}/viewings"
        assert chief.post(address, json=look).status_code == 201
        beyond = {**look, "start": look["start"] - 3600}
        assert chief.post(address, json=beyond).status_code == 403
        taken = f"/api/v1/recordings/{CAMERA}/exports"
        assert chief.post(taken, json=look).status_code == 403  # others stay unrecognisable
        (entry, *_) = AccessRegister(world.database).search(DISTRICT).entries
        assert entry.access.what["request"] == "2026-0001"
        assert f"#{entry.position}" in chief.get("/privacy/requests/1").text
        for language, words in (("zh", b"%PDF"), ("en", b"%PDF")):
            pdf = chief.get(f"/privacy/requests/1/answer.pdf?language={language}")
            assert pdf.content.startswith(words)
            again = chief.get(f"/privacy/requests/1/answer.pdf?language={language}")
            assert again.content == pdf.content
        assert act(staff, "close").status_code == 409
        assert act(staff, "carry_out").status_code == 303
        assert act(staff, "close").status_code == 303
    assert stored(world).state is RequestState.CLOSED
    assert not any(hold.holds(world.now) for hold in HoldRepository(world.database).list(DISTRICT))
    assert RequestChain(world.database).verify().sound


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"person": ""}, "请填写请求人姓名"),
        ({"requester": "police"}, "机关请求须有公函编号"),
        ({"start": ""}, "请填写起止时间"),
        ({"end": "2026-11-02T08:00"}, "止须晚于起"),
        ({"end": "soon"}, "止须晚于起"),
        ({"received": "2027-01-01"}, "收到日期"),
        ({"wish": "everything"}, "有一项填写不正确"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_typed_is_lost(
    served: Served, world: World, sunshine_staff: User, changes: dict[str, str], words: str
) -> None:
    with served.client(sunshine_staff) as staff:
        answer = take_down(staff, **changes)
    assert answer.status_code == 422
    assert words in answer.text
    assert "孩子手臂擦伤" in answer.text
    assert DataRequests(world.database).list(DISTRICT) == ()
    assert world.files.keys("requests") == {}


def test_who_took_it_down_does_not_decide_whatever_the_role(served: Served, world: World) -> None:
    with served.client(world.user("chief", Role.SUPERVISOR)) as chief:
        take_down(chief)
        act(chief, "check")
        assert decide(chief).status_code == 403
        assert "须由他人决定" in chief.get("/privacy/requests/1").text
    assert stored(world).verdict is None


def test_a_decision_needs_a_reason(served: Served, world: World, sunshine_staff: User) -> None:
    with (
        served.client(sunshine_staff) as staff,
        served.client(world.user("chief", Role.SUPERVISOR)) as chief,
    ):
        take_down(staff)
        act(staff, "check")
        answer = decide(chief, reason_zh=" ")
        assert answer.status_code == 422
        assert "决定须写明理由" in answer.text
        assert chief.get("/privacy/requests/1/answer.pdf").status_code == 409
        assert decide(chief, "refused").status_code == 303
        assert act(staff, "carry_out").status_code == 409
        assert act(staff, "close").status_code == 303


def test_the_evidence_of_an_alert_leaves_for_a_request_blurred_and_tied_to_it(
    served: Served, world: World, sunshine_staff: User
) -> None:
    alert = world.raise_alert(ago=600)
    with (
        served.client(sunshine_staff) as staff,
        served.client(world.user("chief", Role.SUPERVISOR)) as chief,
    ):
        take_down(staff, wish="copy")
        act(staff, "check")
        ask = {"token": token(chief), "reason": "x", "request": "1"}
        assert chief.post(f"/alerts/{alert}/export", data=ask).status_code == 403
        decide(chief)
        page = chief.get(f"/alerts/{alert}?request=1").text
        assert '<option value="shown">' not in page
        shown = {**ask, "faces": "shown"}
        assert chief.post(f"/alerts/{alert}/export", data=shown).status_code == 403
        assert chief.post(f"/alerts/{alert}/export", data=ask).status_code == 303
        assert chief.post(f"/alerts/{alert}/view", data=ask).status_code == 303
    (export,) = ExportRepository(world.database).list(DISTRICT)
    uses = DataRequests(world.database).get(DISTRICT, 1).uses
    assert [use.access.what["request"] for use in uses] == ["2026-0001"] * 2
    assert uses[0].access.what["export"] == export.id


def test_the_institution_does_not_see_what_is_for_the_centre_only(
    served: Served, world: World, sunshine_staff: User
) -> None:
    with served.client(world.user("chief", Role.SUPERVISOR)) as chief:
        letter = {"requester": "police", "letter": "沪公调 2026-77"}
        assert take_down(chief, confidential="1", **letter).status_code == 303
        assert "2026-0001" in chief.get("/privacy/requests").text
    with served.client(sunshine_staff) as staff:
        assert "2026-0001" not in staff.get("/privacy/requests").text
        assert staff.get("/privacy/requests/1").status_code == 404


def test_auditors_read_and_do_not_see_contacts_or_scans(
    served: Served, world: World, sunshine_staff: User
) -> None:
    with served.client(sunshine_staff) as staff:
        take_down(staff)
        assert staff.get("/privacy/requests/files/1").content == picture("letter")
    with served.client(world.user("auditor", Role.AUDITOR)) as auditor:
        page = auditor.get("/privacy/requests/1").text
        assert "李女士" in page
        assert "138 0000 0000" not in page
        assert auditor.get("/privacy/requests/files/1").status_code == 403
        rules = auditor.get("/privacy/rules").text
    assert "连续录像" in rules
    assert "privacy.keep.requests" in rules


def test_an_auditor_takes_a_year_along_and_that_is_put_down(served: Served, world: World) -> None:
    with served.client(world.user("auditor", Role.AUDITOR)) as auditor:
        form = {"token": token(auditor), "year": "2026", "reason": "年度合规审计"}
        answer = auditor.post("/privacy/export", data=form)
        assert auditor.post("/privacy/export", data={**form, "reason": ""}).status_code == 422
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as opened:
        assert opened.testzip() is None
        assert {"manifest.json", "summary-zh.pdf", "verify.py"} <= set(opened.namelist())
    (entry, *_) = AccessRegister(world.database).search(DISTRICT).entries
    assert entry.access.kind is AccessKind.AUDIT_EXPORTED
    assert entry.access.what["sha256"] == hashlib.sha256(answer.content).hexdigest()


def test_a_copy_is_asked_for_where_a_copy_was_granted(
    served: Served, world: World, sunshine_staff: User, recorded: Recording
) -> None:
    with (
        served.client(sunshine_staff) as staff,
        served.client(world.user("chief", Role.SUPERVISOR)) as chief,
    ):
        take_down(staff, wish="copy")
        act(staff, "check")
        decide(chief)
        page = staff.get("/privacy/requests/1").text
        assert 'value="2026-11-02T09:00:00"' in page
        assert 'value="2026-11-02T09:15:00"' in page  # the longest that a copy may be
        form = {
            "token": token(staff),
            "camera": CAMERA,
            "start": "2026-11-02T09:10:00",
            "end": "2026-11-02T09:10:08",
        }
        wrong = staff.post("/privacy/requests/1/copies", data={**form, "end": "soon"})
        assert wrong.status_code == 422
        assert "最长 15 分钟" in wrong.text
        assert staff.post("/privacy/requests/1/copies", data=form).status_code == 303
        assert 'data-export="approved"' in staff.get("/privacy/requests/1").text
        assert staff.get("/privacy/requests/copies/1").status_code == 409
    assert recorded.camera_id == CAMERA
