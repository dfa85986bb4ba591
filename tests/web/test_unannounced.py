"""An institution that looks at all it can open learns nothing of an unannounced visit."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import timedelta
from typing import TYPE_CHECKING

import httpx

from monitor.domain.access import DISTRICT, Role
from monitor.domain.alerts import SYSTEM, Actor
from monitor.inspections.template import packaged_texts
from monitor.store.reinspections import ReinspectionRepository
from monitor.store.visits import VisitRepository
from tests.web.conftest import picture
from tests.web.test_finding_pages import act, add_finding
from tests.web.test_on_site_api import answer, put_photo, send

if TYPE_CHECKING:
    from monitor.store.users import User
    from tests.web.conftest import Served, World

DATABASES = ["sqlite"]
_LINK = re.compile(r'(?:href|src|action|data-[a-z-]+)="(/[^"#?]*)')
"""Without what comes after a question mark: days and months go back without an end."""

_LEFT_OUT = ("/static/", "/sign-out", "/preferences", "/api/v1/feed")
"""What is the same for everybody, ends the session, or does not end by itself."""

_PROGRAMS = ("inspections/plan", "registers", "alerts", "institutions", "health")
_DOCUMENTS = ("docs", "openapi.json")


def everything(client: httpx.Client, *more: str) -> dict[str, str]:
    """Open whatever links lead to, and what else may be guessed; return what each says."""
    waiting = ["/", *more]
    waiting += [f"/api/v1/{name}" for name in (*_PROGRAMS, *_DOCUMENTS)]
    waiting += [f"/{name}/{number}" for name in ("inspections", "findings") for number in (1, 2, 3)]
    waiting += [f"/inspections/plan/{number}" for number in range(1, 6)]
    waiting += [f"/api/v1/inspections/{number}/readings" for number in (1, 2, 3)]
    waiting += [f"{path}/plan?month=2026-12" for path in ("/inspections", "/api/v1/inspections")]
    waiting += ["/inspections?month=2026-10", "/inspections/plan?month=2026-10"]
    said: dict[str, str] = {}
    while waiting:
        path = waiting.pop()
        if path in said or path.startswith(_LEFT_OUT) or "{" in path:
            continue
        got = client.get(path)
        said[path] = f"{got.status_code} {_plain(path, got)}"
        waiting += _LINK.findall(got.text) if "html" in got.headers.get("content-type", "") else ()
    return said


def _plain(path: str, got: httpx.Response) -> str:
    """Return what an answer says, without the number of the request and times of packing."""
    if path.endswith(".xlsx"):
        with zipfile.ZipFile(io.BytesIO(got.content)) as book:
            parts = [name for name in book.namelist() if name != "docProps/core.xml"]
            return " ".join(book.read(name).hex() for name in parts)
    if got.headers.get("content-type", "").startswith(("text/", "application/")):
        number = got.headers.get("x-request-id", "")
        return got.text.replace(number, "") if number else got.text
    return got.content.hex()


def prepare(served: Served, world: World, li: User) -> tuple[int, str]:
    """Plan the month and a re-inspection, and begin at the desk; return a checklist and a photo."""
    plans, visits = served.app.state.site.plans, VisitRepository(world.database)
    month = plans.today.replace(day=1)
    assert plans.make(month) == 2
    mine = next(v for v in visits.list(DISTRICT, month) if v.plan.institution_id == "sunshine")
    tomorrow = {"day": plans.today + timedelta(days=1)}
    visits.change(DISTRICT, mine.id, tomorrow, "bring it forward", SYSTEM, world.now)
    assert served.app.state.site.again.plan() == 1
    with served.client(li) as inspector:
        for view in (mine, *ReinspectionRepository(world.database).planned()):
            page = inspector.get(f"/inspections/plan/{view.id}").text
            token = page.partition('name="token" value="')[2].partition('"')[0]
            begun = inspector.post(f"/inspections/plan/{view.id}/begin", data={"token": token})
            checklist = int(begun.headers["location"].rpartition("/")[2])
            send(inspector, checklist, li, answer("S-05", "fail", "known before"))
        assert put_photo(inspector, checklist, li, picture(), item="S-05").status_code == 200
        state = inspector.get(f"/api/v1/on-site/{checklist}").json()
    return checklist, state["photos"][0]["id"]


def test_before_and_after_planning_an_institution_sees_the_same(
    served: Served, world: World, sunshine_staff: User
) -> None:
    li = world.user("li", Role.INSPECTOR)
    world.user("zhou", Role.INSPECTOR)
    finding = add_finding(world)
    corrected = add_finding(world, item="S-05")
    with served.client(sunshine_staff) as staff:
        act(staff, corrected, "correct", files=[("files", ("a.jpg", picture(), "image/jpeg"))])
        visits = VisitRepository(world.database)
        (planned,) = ReinspectionRepository(world.database).planned()  # by the claim itself
        called_off = {"state": "cancelled"}
        visits.change(DISTRICT, planned.id, called_off, "as if never", SYSTEM, world.now)
        before = everything(staff, f"/findings/{finding.id}")
        checklist, photo = prepare(served, world, li)
        proof = world.context.inspections.get(DISTRICT, checklist).checklist.content_sha256
        guessed = [
            f"/inspections/{checklist}",
            f"/inspections/{checklist}/report.pdf",
            f"/inspections/{checklist}/inspection.pdf",
            f"/api/v1/inspections/{checklist}/readings",
            f"/api/v1/on-site/photos/{photo}",
            f"/verify/{proof}",
        ]
        after = everything(staff, f"/findings/{finding.id}")
        assert [staff.get(path).status_code for path in guessed] == [404] * len(guessed)
    assert len(before) > 40, sorted(before)
    assert sorted(before) == sorted(after)
    assert {path for path in before if before[path] != after[path]} == set()


def test_an_institution_reads_templates_in_force_only(
    served: Served, world: World, sunshine_staff: User
) -> None:
    with served.client(world.user("chief", Role.SUPERVISOR)) as chief:
        page = chief.get("/inspections/templates/new").text
        token = page.partition('name="token" value="')[2].partition('"')[0]
        text = packaged_texts()[0].replace('version: "2026.12"', 'version: "next"')
        made = chief.post("/inspections/templates/new", data={"token": token, "source": text})
        draft = made.headers["location"]
        assert chief.get(draft).status_code == 200
        with served.client(sunshine_staff) as staff:
            assert staff.get(draft).status_code == 404
            assert draft not in staff.get("/inspections/templates").text
            templates = served.app.state.site.templates
            number = int(draft.rpartition("/")[2])
            templates.hand_in(number)
            assert staff.get(draft).status_code == 404
            templates.review(number, Actor(4711, "another"), "", approve=True)
            assert staff.get(draft).status_code == 200
            assert draft in staff.get("/inspections/templates").text
