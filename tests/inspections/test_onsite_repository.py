"""Whatever order devices send in, and however often: nothing is lost, nothing doubled."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from monitor.domain.access import DISTRICT, Scope, ScopeKind
from monitor.domain.alerts import Actor
from monitor.domain.checklists import Checklist, Result
from monitor.domain.errors import ConflictError, InputError, NotFoundError
from monitor.domain.onsite import FieldAnswer, NewAddendum, NewPhoto, Receipt
from monitor.domain.places import District, Institution
from monitor.domain.registers import Paper, PaperKind, Register
from monitor.domain.text import Text
from monitor.inspections.answers import check_answer
from monitor.store.base import Database
from monitor.store.checklist_repository import ChecklistRepository, SaveOutcome
from monitor.store.onsite import OnsiteEntryRow
from monitor.store.onsite_repository import OnsiteRepository
from monitor.store.place_repository import PlaceRepository

LI, ZHOU = Actor(1, "Li"), Actor(2, "Zhou")


class Visit:
    """One checklist taken along, and a clock that ticks with every piece."""

    def __init__(self, database: Database, checklist: Checklist) -> None:
        institutions = (Institution("sunshine", Text("园", "Sunshine"), ""),)
        district = District("d", Text(zh="区", en="D"), institutions=institutions)
        PlaceRepository(database).sync(district, checklist.generated)
        self.database = database
        self.checklists = ChecklistRepository(database)
        self.id = self.checklists.save(checklist).view.id
        self.visits = OnsiteRepository(database)
        self.now: datetime = checklist.generated
        self.visits.begin(DISTRICT, self.id, LI, self.now)

    def send(self, answer: FieldAnswer, actor: Actor = LI) -> Receipt:
        self.now += timedelta(seconds=1)
        return self.visits.answer(DISTRICT, self.id, answer, actor, self.now, check_answer)

    def answer(
        self,
        result: Result = Result.PASS,
        note: str = "",
        after: str | None = None,
        item: str = "S-03",
        settles: tuple[str, ...] = (),
    ) -> FieldAnswer:
        return FieldAnswer(str(uuid.uuid4()), item, result, note, self.now, after, settles)

    def sign(self, signing: str = "one") -> Receipt:
        return self.visits.sign(
            DISTRICT, self.id, signing, (), "a" * 64, LI, self.now, lambda _inspection: ()
        )

    def standing(self) -> dict[str, tuple[str, int]]:
        found = self.visits.get(DISTRICT, self.id).standing
        return {item.item_id: (item.note, item.revision) for item in found}


@pytest.fixture
def visit(database: Database, make_checklist: Callable[..., Checklist]) -> Visit:
    return Visit(database, make_checklist())


def test_a_checklist_taken_along_is_not_made_anew(
    visit: Visit, make_checklist: Callable[..., Checklist]
) -> None:
    paper = Paper(PaperKind.INSURANCE, "1", None, None)
    changed = make_checklist(reported=Register("sunshine", papers=(paper,)))
    assert visit.checklists.save(changed).outcome is SaveOutcome.ANSWERED
    visit.visits.begin(DISTRICT, visit.id, ZHOU, visit.now)
    assert visit.visits.get(DISTRICT, visit.id).begun_by == "Li"


def test_the_same_answer_sent_again_is_taken_once(visit: Visit) -> None:
    answer = visit.answer(Result.FAIL, "dirt")
    assert [visit.send(answer) for _ in range(3)] == [Receipt.ACCEPTED] * 3
    assert visit.standing() == {"S-03": ("dirt", 1)}


def test_answers_that_build_on_one_another_replace_one_another(visit: Visit) -> None:
    first = visit.answer(Result.FAIL, "dirt")
    second = visit.answer(Result.FAIL, "much dirt", after=first.id)
    assert [visit.send(first), visit.send(second), visit.send(first)] == [Receipt.ACCEPTED] * 3
    assert visit.standing() == {"S-03": ("much dirt", 2)}


def test_who_answers_without_knowing_the_other_conflicts_until_somebody_chooses(
    visit: Visit,
) -> None:
    theirs, ours = visit.answer(Result.PASS, "clean"), visit.answer(Result.FAIL, "dirt")
    assert visit.send(theirs, ZHOU) is Receipt.ACCEPTED
    assert visit.send(ours) is Receipt.CONFLICT
    again = visit.answer(Result.FAIL, "see photo", after=ours.id)
    assert visit.send(again) is Receipt.CONFLICT  # still in ignorance of the other
    (rival,) = visit.visits.get(DISTRICT, visit.id).conflicts
    assert rival.note == "see photo"
    chosen = visit.answer(Result.FAIL, "see photo", after=theirs.id, settles=(rival.id,))
    assert visit.send(chosen, ZHOU) is Receipt.ACCEPTED
    assert visit.visits.get(DISTRICT, visit.id).conflicts == ()
    assert visit.standing() == {"S-03": ("see photo", 2)}


def test_two_who_say_the_same_do_not_conflict(visit: Visit) -> None:
    assert visit.send(visit.answer(Result.FAIL, "dirt"), ZHOU) is Receipt.ACCEPTED
    assert visit.send(visit.answer(Result.FAIL, " dirt ")) is Receipt.ACCEPTED
    assert visit.standing() == {"S-03": ("dirt", 1)}


def test_an_id_is_taken_only_from_who_made_it(visit: Visit) -> None:
    answer = visit.answer()
    visit.send(answer)
    with pytest.raises(InputError, match="another answer"):
        visit.send(answer, ZHOU)


def test_what_comes_after_signing_is_kept_and_changes_nothing(visit: Visit) -> None:
    visit.send(visit.answer(Result.FAIL, "dirt"))
    assert visit.sign() is Receipt.ACCEPTED
    assert visit.sign() is Receipt.ACCEPTED
    with pytest.raises(ConflictError, match="already"):
        visit.sign("another")
    assert visit.send(visit.answer(Result.PASS, "clean"), ZHOU) is Receipt.LATE
    inspection = visit.visits.get(DISTRICT, visit.id)
    assert visit.standing() == {"S-03": ("dirt", 1)}
    assert [item.note for item in inspection.contenders] == ["clean"]
    assert inspection.conflicts == ()
    photo = NewPhoto(str(uuid.uuid4()), "S-03", "k.jpg", "b" * 64, 9, visit.now)
    assert visit.visits.photo(DISTRICT, visit.id, photo, LI, visit.now) is Receipt.LATE


def test_an_addendum_is_for_signed_inspections_and_taken_once(visit: Visit) -> None:
    addendum = NewAddendum(str(uuid.uuid4()), "S-03", "put right at once", visit.now)
    with pytest.raises(ConflictError, match="not signed"):
        visit.visits.addendum(DISTRICT, visit.id, addendum, LI, visit.now)
    visit.sign()
    for _ in range(2):
        visit.visits.addendum(DISTRICT, visit.id, addendum, LI, visit.now)
    (kept,) = visit.visits.get(DISTRICT, visit.id).addenda
    assert kept.text == "put right at once"


def test_a_photo_is_taken_once_and_its_id_belongs_to_it(visit: Visit) -> None:
    photo = NewPhoto(str(uuid.uuid4()), "S-03", "k.jpg", "b" * 64, 9, visit.now)
    for _ in range(2):
        assert visit.visits.photo(DISTRICT, visit.id, photo, LI, visit.now) is Receipt.ACCEPTED
    other = NewPhoto(photo.id, "S-03", "l.jpg", "c" * 64, 9, visit.now)
    with pytest.raises(InputError, match="another photo"):
        visit.visits.photo(DISTRICT, visit.id, other, LI, visit.now)
    assert len(visit.visits.get(DISTRICT, visit.id).photos) == 1


def test_nobody_beyond_the_scope_sees_or_sends(visit: Visit) -> None:
    elsewhere = Scope(ScopeKind.INSTITUTION, "maple")
    assert visit.visits.find(elsewhere, visit.id) is None
    with pytest.raises(NotFoundError):
        visit.visits.answer(elsewhere, visit.id, visit.answer(), LI, visit.now, check_answer)
    with pytest.raises(NotFoundError):
        visit.visits.begin(elsewhere, visit.id, LI, visit.now)


@pytest.mark.parametrize("seed", range(3))
def test_two_devices_with_bad_networks_lose_nothing(visit: Visit, seed: int) -> None:
    chance = random.Random(seed)
    outboxes: dict[Actor, list[FieldAnswer]] = {LI: [], ZHOU: []}
    seen: dict[Actor, str | None] = {LI: None, ZHOU: None}
    written: set[str] = set()
    for step in range(30):
        actor = chance.choice([LI, ZHOU])
        outbox = outboxes[actor]
        if chance.random() < 0.5:
            answer = visit.answer(Result.FAIL, f"{actor.name} {step}", seen[actor])
            outbox.append(answer)
            seen[actor] = answer.id
            written.add(answer.note)
        for answer in list(outbox):
            if chance.random() < 0.3:
                break  # no network
            visit.send(answer, actor)
            if chance.random() < 0.3:
                break  # taken in, but the receipt is lost
            outbox.remove(answer)
        if not outbox and chance.random() < 0.5:
            standing = visit.visits.get(DISTRICT, visit.id).standing
            seen[actor] = standing[0].id if standing else None
    for actor, outbox in outboxes.items():
        for answer in outbox:
            visit.send(answer, actor)
    with visit.database.reading() as session:
        rows = list(session.scalars(select(OnsiteEntryRow)))
    assert sorted(row.note for row in rows) == sorted(written)
    inspection = visit.visits.get(DISTRICT, visit.id)
    accepted = [row for row in rows if row.answer_id is not None]
    assert inspection.standing[0].revision == len(accepted)
    rivals = {row.id for row in rows if row.state == "conflict" and row.settled_by is None}
    assert {item.id for item in inspection.conflicts} == rivals
