"""Reports on pages and as files: who sees what, and what a printed hash leads to."""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import TYPE_CHECKING

from pypdf import PdfReader

from monitor.domain.access import DISTRICT, Role, Scope, ScopeKind
from monitor.domain.alerts import Actor
from monitor.domain.checklists import Result
from monitor.domain.onsite import FieldAnswer, NewAddendum, Place, SignerRole
from monitor.inspections.answers import effective_results
from monitor.inspections.signing import answers_hash
from monitor.runtime.onsite_desk import Signer
from monitor.store.checklist_repository import ChecklistRepository
from tests.web.conftest import picture

if TYPE_CHECKING:
    from monitor.store.users import User
    from tests.web.conftest import Served, World

DATABASES = ["sqlite"]
LI = Actor(1, "李检查员")
STROKES = [[(20 + 10 * step, 60 + (step % 3) * 20) for step in range(20)]]


def inspected(world: World) -> int:
    """Inspect sunshine: all passes but S-03, with a photo, signed by one and refused by one."""
    month = world.now.date().replace(day=1)
    world.context.inspections.generate(DISTRICT, month, "sunshine")
    (listed,) = world.context.inspections.list(DISTRICT, month)
    desk = world.context.onsite
    desk.begin(DISTRICT, listed.id, LI)
    view = ChecklistRepository(world.database).get(DISTRICT, listed.id)
    known = effective_results(view.checklist, view.answers)
    for entry in view.checklist.entries:
        item = entry.item.id
        if item == "S-03" or item not in known:
            result = Result.FAIL if item == "S-03" else Result.PASS
            note = "食谱没有公示" if result is Result.FAIL else ""
            answer = FieldAnswer(f"answer-{item}", item, result, note, world.now)
            desk.answer(DISTRICT, listed.id, answer, LI)
    for entry in view.checklist.entries:
        if known.get(entry.item.id) is Result.FAIL or entry.item.id == "S-03":
            content = picture(entry.item.id)
            digest = hashlib.sha256(content).hexdigest()
            where = Place(31.2304, 121.4737, 8.0)
            name = f"photo-{entry.item.id}"
            desk.photo(
                DISTRICT, listed.id, name, entry.item.id, content, digest, world.now, where, LI
            )
    inspection = desk.get(DISTRICT, listed.id)
    photos = {one.id: one.sha256 for one in inspection.photos}
    signed = answers_hash(inspection.view.checklist, inspection.view.answers, photos)
    signers = [
        Signer(SignerRole.INSPECTOR, "李检查员", STROKES),
        Signer(SignerRole.HEAD, "王园长", [], "对S-03有异议"),
    ]
    desk.sign(DISTRICT, listed.id, "signing-1", signers, signed, LI)
    desk.addendum(DISTRICT, listed.id, NewAddendum("add-1", "S-03", "当日已补贴", world.now), LI)
    return listed.id


def words(content: bytes) -> str:
    pages = PdfReader(BytesIO(content), strict=True).pages
    return "".join("".join(page.extract_text() for page in pages).split())


def test_a_signed_inspection_is_printed_with_all_that_belongs_to_it(
    served: Served, world: World
) -> None:
    number = inspected(world)
    with served.client(world.user("li", Role.INSPECTOR)) as inspector:
        report = inspector.get(f"/inspections/{number}/inspection.pdf?language=zh")
        whole = inspector.get(f"/inspections/{number}/report.pdf?language=zh")
        english = inspector.get(f"/inspections/{number}/inspection.pdf?language=en")
        blank = inspector.get(f"/inspections/{number}/report.pdf?language=zh&blank=true")
    inspection = world.context.onsite.get(DISTRICT, number)
    for answer in (report, whole):
        assert answer.headers["content-type"] == "application/pdf"
        text = words(answer.content)
        for expected in (
            "食谱没有公示",
            "李检查员",
            "王园长",
            "对S-03有异议",
            "当日已补贴",
            "31.23040",
        ):
            assert expected in text, expected
        for photo in inspection.photos:
            assert photo.sha256[:32] in text
            assert photo.sha256[32:] in text
        assert inspection.answers_sha256 is not None
        assert inspection.answers_sha256 in text
    assert "InspectionReport" in words(english.content)
    assert "Refusedtosign" in words(english.content)
    assert "食谱没有公示" not in words(blank.content)
    images = [len(page.images) for page in PdfReader(BytesIO(report.content)).pages]
    assert sum(images) == len(inspection.photos)


def test_a_photo_that_was_altered_is_not_shown(served: Served, world: World) -> None:
    number = inspected(world)
    photos = world.context.onsite.get(DISTRICT, number).photos
    world.files.write(photos[0].key, picture("other"))
    report = world.context.inspections.inspection(DISTRICT, number, "zh")
    assert world.context.inspections.inspection(DISTRICT, number, "zh") == report
    assert words(report).count("文件不在或与校验码不符") == 1
    world.files.delete(photos[0].key)
    assert words(world.context.inspections.inspection(DISTRICT, number, "zh")) == words(report)


def test_the_month_stands_on_a_page_with_pictures_and_tables(served: Served, world: World) -> None:
    world.context.inspections.generate(DISTRICT, world.now.date().replace(day=1), None)
    world.raise_alert()
    with served.client(world.user("chief", Role.SUPERVISOR)) as chief:
        page = chief.get("/reports").text
        assert "2026年11月报告" in page
        assert page.count("<svg xmlns=") >= 10
        assert page.count("<details>") == page.count("<svg xmlns=")
        assert chief.get("/reports?month=2026-13").status_code == 422
        assert chief.get("/reports?month=2027-01").status_code == 422


def test_roll_ups_are_handed_out_and_known_afterwards(served: Served, world: World) -> None:
    world.context.inspections.generate(DISTRICT, world.now.date().replace(day=1), None)
    files = (("2026-11.pdf", b"%PDF"), ("2026-11.xlsx", b"PK"), ("2026.pdf", b"%PDF"))
    with served.client(world.user("chief", Role.SUPERVISOR)) as chief:
        for path, begins in files:
            answer = chief.get(f"/reports/{path}")
            assert answer.content.startswith(begins)
            assert "attachment" in answer.headers["content-disposition"]
            document = chief.get(f"/reports/{path.partition('.')[0]}.json").json()
            proof = chief.get(f"/verify/{document['rollup']['content_sha256']}")
            assert proof.status_code == 200
            assert "Chief" in proof.text
        assert chief.get("/reports/20.pdf").status_code == 404


def test_a_hash_leads_to_what_was_signed_and_a_wrong_one_nowhere(
    served: Served, world: World
) -> None:
    number = inspected(world)
    signed = world.context.onsite.get(DISTRICT, number).answers_sha256
    with served.client(world.user("li", Role.INSPECTOR)) as inspector:
        page = inspector.get(f"/verify/{signed}")
        assert page.status_code == 200
        assert f'href="/inspections/{number}"' in page.text
        assert inspector.get(f"/verify/{'0' * 64}").status_code == 404
        assert inspector.get("/verify/nonsense").status_code == 404
    elsewhere = Scope(ScopeKind.COMMUNITY, "竹园街道")
    with served.client(world.user("far", Role.INSPECTOR, elsewhere)) as far:
        assert far.get(f"/verify/{signed}").status_code == 404


def test_an_institution_sees_no_reports_but_may_check_its_own(
    served: Served, world: World, sunshine_staff: User
) -> None:
    number = inspected(world)
    signed = world.context.onsite.get(DISTRICT, number).answers_sha256
    with served.client(sunshine_staff) as staff:
        assert staff.get("/reports").status_code == 403
        assert staff.get("/reports/2026-11.pdf").status_code == 403
        assert staff.get(f"/verify/{signed}").status_code == 200
        assert staff.get(f"/inspections/{number}/inspection.pdf").status_code == 200


def test_a_community_s_report_holds_nothing_of_another(served: Served, world: World) -> None:
    world.context.inspections.generate(DISTRICT, world.now.date().replace(day=1), None)
    elsewhere = Scope(ScopeKind.COMMUNITY, "竹园街道")
    with served.client(world.user("far", Role.SUPERVISOR, elsewhere)) as far:
        assert "阳光" not in far.get("/reports").text
        assert "阳光" not in far.get("/reports/2026-11.json").text
