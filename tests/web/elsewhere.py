"""One real thing of every kind in the other institution, and requests that get as far as it."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from monitor.domain.access import DISTRICT, Role, Scope, ScopeKind
from monitor.domain.access_register import Accessor
from monitor.domain.alerts import Actor
from monitor.domain.checklists import Result
from monitor.domain.clock import to_datetime
from monitor.domain.data_requests import (
    AnswerTimes,
    NewRequest,
    Particulars,
    RequestAction,
    Requester,
    Ruling,
    Verdict,
    Way,
    Wish,
)
from monitor.domain.exports import Faces
from monitor.domain.findings import FindingAction
from monitor.domain.onsite import FieldAnswer, SignerRole
from monitor.domain.registers import StaffMember, StaffRole
from monitor.domain.shelves import NewShelf
from monitor.domain.text import Text
from monitor.domain.visits import PlannedVisit
from monitor.inspections.signing import answers_hash
from monitor.runtime.onsite_desk import Signer
from monitor.store.data_request_repository import DataRequests
from monitor.store.exports import ExportRepository
from monitor.store.files import NewFile
from monitor.store.finding_repository import FindingRepository
from monitor.store.holds import HoldRepository
from monitor.store.outbox_repository import OutboxRepository
from monitor.store.recordings import Recording, RecordingRepository
from monitor.store.register_changes import Author, Origin
from monitor.store.register_documents import RegisterDocuments
from monitor.store.register_repository import RegisterRepository
from monitor.store.request_copies import RequestCopies
from monitor.store.shelves import ShelfRepository
from monitor.store.visits import VisitRepository
from tests.web.conftest import START, picture
from tests.web.test_finding_pages import add_finding

if TYPE_CHECKING:
    from monitor.store.users import User
    from tests.web.conftest import World

CAMERA = "bamboo-hall-1"
RECORDED = (int(START) - 600, int(START) - 592)
FIXED = {
    "{institution_id}": "bamboo",
    "{room_id}": "bamboo-hall",
    "{camera_id}": CAMERA,
    "{session_id}": "session-1",
    "{form}": "pdf",
    "{book}": "staff",
    "{item_id}": "S-01",
}
"""Ids that are known beforehand, and parts of a path that name nothing of anybody's."""

FORM = {
    "reason": "x",
    "display_name": "x",
    "verdict": "deny",
    "month": "2026-11",
    "first": "09:00",
    "last": "10:00",
    "expires": "2026-12-01",
    "state": "granted",
}
"""What all forms together need, so that none is refused before it is asked whose thing it is."""

_STROKES = [[(number, 20) for number in range(30)]]


def things_elsewhere(world: World, recorded: bytes) -> dict[str, str]:
    """Put one of everything into the other institution; return the ids by their place in a path."""
    far = world.user("far", Role.INSTITUTION, Scope(ScopeKind.INSTITUTION, "bamboo"))
    actor = Actor(far.id, "Far", "")
    alert = world.raise_alert("bamboo-hall", "crowding")
    accessor = Accessor(99, "far", "Far", "")
    exports = ExportRepository(world.database)
    export = exports.request(DISTRICT, alert, accessor, "x", Faces.BLURRED, world.now)
    return {
        **FIXED,
        "{alert_id}": str(alert),
        "{evidence_id}": "1",
        "{export_id}": str(export.id),
        "{user_id}": str(far.id),
        "{frame_id}": world.add_frame(CAMERA).id,
        "{notice_id}": str(_dead_letter(world)),
        "{shelf_id}": str(_shelf(world, actor)),
        "{document_id}": str(_document(world, actor)),
        "{visit_id}": str(_visit(world)),
        **_recording(world, recorded),
        **_data_request(world),
        **_inspection(world, actor),
    }


def api_request(method: str, path: str, user: User) -> dict[str, Any]:
    """Return what a request to a route of the API has to carry to be understood."""
    start, end = RECORDED
    times = {"start": start, "end": end}
    if method == "GET" and "/recordings/" in path:
        return {"params": {**times, "pass": "1-2-3-4"}}
    if method in ("GET", "DELETE"):
        return {}
    if "/live/" in path or "/phone/" in path:
        return {"content": "v=0", "headers": {"Content-Type": "application/sdp"}}
    if path.endswith("/photos/{photo_id}"):
        asked = {"user": user.id, "item": "S-01", "at": "2026-11-02T01:40:00Z", "sha256": "0" * 64}
        return {"params": asked, "content": picture()}
    bodies: dict[str, dict[str, Any]] = {
        "/labels/{frame_id}": {"boxes": []},
        "/actions": {"action": "acknowledge"},
        "/pieces": {"user": user.id, "pieces": []},
        "/attendance": {"class_id": "x", "direction": "arrival"},
        "/books/{book}": {"entries": []},
        "/recordings/{camera_id}/viewings": {**times, "reason": "look"},
        "/recordings/{camera_id}/exports": {**times, "reason": "look"},
    }
    fitting = (body for ending, body in bodies.items() if path.endswith(ending))
    return {"json": next(fitting, {"reason": "x"})}


def _dead_letter(world: World) -> int:
    outbox = OutboxRepository(world.database)
    (notice,) = outbox.lease("test", world.now)
    assert outbox.give_up(notice.id, "test", world.now, "no such address")
    return notice.id


def _shelf(world: World, actor: Actor) -> int:
    new = NewShelf("bamboo", "repairs", world.now + timedelta(hours=2), rule="crowding")
    shelves = ShelfRepository(world.database)
    return shelves.put(DISTRICT, new, actor, world.now, supervisor=False)


def _document(world: World, actor: Actor) -> int:
    member = StaffMember("S1", "陈静", StaffRole.CARER)
    author = Author(actor, Origin.PAGE)
    RegisterRepository(world.database).put("bamboo", [member], world.now, author)
    documents = RegisterDocuments(world.database, world.files)
    kept = documents.add(
        "bamboo", "staff", "S1", "a.jpg", "image/jpeg", picture(), actor, world.now
    )
    return kept.id


def _visit(world: World) -> int:
    visits, day = VisitRepository(world.database), world.now.date()
    visits.plan(day.replace(day=1), [PlannedVisit("bamboo", day, announced=True)], world.now)
    (visit,) = visits.list(DISTRICT, day.replace(day=1))
    return visit.id


def _recording(world: World, content: bytes) -> dict[str, str]:
    start, end = (to_datetime(at) for at in RECORDED)
    stored = world.footage.write(f"{CAMERA}/piece.mp4", content)
    piece = Recording(CAMERA, start, end, stored.key, stored.size, stored.sha256)
    recordings = RecordingRepository(world.database)
    recordings.add(piece)
    (kept,) = recordings.overlapping(DISTRICT, CAMERA, start, end, 1)
    hold = HoldRepository(world.database).place(
        DISTRICT,
        CAMERA,
        start,
        end,
        reason="a complaint",
        by="Far",
        expires=world.now + timedelta(days=9),
        now=world.now,
    )
    return {"{segment_id}": str(kept.id), "{hold_id}": str(hold.id)}


def _data_request(world: World) -> dict[str, str]:
    """Take a request with a scan down, grant it, and have a copy made."""
    stored = world.files.write("requests/scan.jpg", picture())
    scan = NewFile(stored.key, "scan.jpg", "image/jpeg", stored.sha256, stored.size)
    told = Particulars("Li", "", "", "", "", "a scratch", "")
    day = world.now.date()
    start, end = world.now - timedelta(minutes=20), world.now - timedelta(minutes=10)
    new = NewRequest(
        "bamboo", Requester.GUARDIAN, Wish.COPY, Way.MAIL, day, told, ("bamboo-hall",), start, end
    )
    requests, clerk = DataRequests(world.database), Accessor(99, "far", "Far", "")
    taken = requests.record(DISTRICT, new, clerk, world.now, day, AnswerTimes(), [scan])
    chief, ruling = Accessor(98, "chief", "Chief", ""), Ruling(Verdict.GRANTED, Text("可", "yes"))
    for action in (RequestAction.CHECK, RequestAction.DECIDE):
        requests.act(DISTRICT, taken.id, action, chief, world.now, text="seen", ruling=ruling)
    (kept,) = requests.get(DISTRICT, taken.id).steps[0].files
    copies = RequestCopies(world.database)
    copies.ask(DISTRICT, taken.id, CAMERA, start, end, chief, world.now)
    (copy,) = copies.of_request(taken.id)
    return {
        "{request_id}": str(taken.id),
        "{request_file_id}": str(kept.id),
        "{copy_id}": str(copy.id),
    }


def _inspection(world: World, actor: Actor) -> dict[str, str]:
    """Sign an inspection with a photo, and attach a file to a finding of it."""
    finding = add_finding(world, "bamboo")
    desk, checklist, photo = world.context.onsite, finding.checklist_id, str(uuid.uuid4())
    desk.begin(DISTRICT, checklist, actor)
    for entry in desk.get(DISTRICT, checklist).view.checklist.entries:
        answer = FieldAnswer(str(uuid.uuid4()), entry.item.id, Result.PASS, "ok", world.now)
        desk.answer(DISTRICT, checklist, answer, actor)
    stored = world.files.write("wall.jpg", picture())
    desk.photo(DISTRICT, checklist, photo, "S-01", picture(), stored.sha256, world.now, None, actor)
    view = desk.get(DISTRICT, checklist).view
    signed = answers_hash(view.checklist, view.answers, {photo: stored.sha256})
    signers = [Signer(role, "Li", _STROKES) for role in (SignerRole.INSPECTOR, SignerRole.HEAD)]
    desk.sign(DISTRICT, checklist, str(uuid.uuid4()), signers, signed, actor)
    file = NewFile(stored.key, "wall.jpg", "image/jpeg", stored.sha256, stored.size)
    findings = FindingRepository(world.database)
    findings.act(
        DISTRICT, finding.id, FindingAction.ATTACH, actor, world.now, text="as told", files=[file]
    )
    (kept,) = findings.get(DISTRICT, finding.id).steps[-1].files
    return {
        "{checklist_id}": str(checklist),
        "{sha256}": view.checklist.content_sha256,
        "{photo_id}": photo,
        "{signature_id}": str(desk.get(DISTRICT, checklist).signatures[0].id),
        "{finding_id}": str(finding.id),
        "{file_id}": str(kept.id),
    }
