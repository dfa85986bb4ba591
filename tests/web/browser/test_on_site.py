"""The checklist taken along, on a phone in a real browser, with the network cut at random."""

from __future__ import annotations

import contextlib
import hashlib
import json
import random
import re
import uuid
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Error, Locator, Page, Route, expect
from sqlalchemy import select

from monitor.domain.access import DISTRICT, Role
from monitor.domain.alerts import Actor
from monitor.domain.checklists import Answer, Result
from monitor.domain.clock import to_datetime
from monitor.domain.findings import FindingState
from monitor.domain.onsite import FieldAnswer, Receipt
from monitor.inspections.signing import signed_text
from monitor.store.checklists import ChecklistAnswerRow
from monitor.store.finding_repository import FindingRepository
from monitor.store.onsite import OnsiteEntryRow
from monitor.store.session_repository import SessionRepository
from monitor.store.text import clean_text
from tests.web.conftest import picture

if TYPE_CHECKING:
    from monitor.store.users import User
    from tests.web.browser.conftest import MakeVisit, Visit
    from tests.web.conftest import World

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
NETWORK = re.compile(r"net::ERR|Failed to load resource|Failed to fetch|network error", re.I)


@pytest.fixture
def checklist(live_world: World) -> int:
    month = live_world.now.date().replace(day=1)
    live_world.context.inspections.generate(DISTRICT, month, "sunshine")
    return live_world.context.inspections.list(DISTRICT, month)[0].id


@pytest.fixture
def li(live_world: World, checklist: int) -> User:
    user = live_world.user("li", Role.INSPECTOR, language="en")
    live_world.context.onsite.begin(DISTRICT, checklist, _actor(user))
    return user


@pytest.fixture
def phone(visit: MakeVisit, li: User) -> Iterator[Visit]:
    yield from _phone(visit, li)


def _phone(visit: MakeVisit, user: User) -> Iterator[Visit]:
    visitor = visit(user, PHONE)
    visitor.context.grant_permissions(["geolocation"])
    visitor.context.set_geolocation({"latitude": 31.2, "longitude": 121.4, "accuracy": 12})
    yield visitor
    visitor.complaints[:] = [line for line in visitor.complaints if not NETWORK.search(line)]


def _actor(user: User) -> Actor:
    return Actor(user.id, user.display_name)


def open_kept(visitor: Visit, checklist: int) -> Page:
    page = visitor.go(f"/on-site/{checklist}")
    expect(page.locator("kanhu-on-site[data-kept]")).to_be_attached()
    return page


def item(page: Page, name: str) -> Locator:
    return page.locator(f'[data-item="{name}"]')


def choose(page: Page, name: str, result: str) -> None:
    item(page, name).locator(f'.result[data-value="{result}"]').click()


def note(page: Page, name: str, text: str) -> None:
    item(page, name).locator("[data-note]").fill(text)


def sent(page: Page) -> None:
    expect(
        page.locator('kanhu-on-site[data-link="online"][data-waiting="0"]:not([data-busy])')
    ).to_be_attached()


def standing(world: World, checklist: int) -> dict[str, tuple[str, str]]:
    found = world.context.onsite.get(DISTRICT, checklist).standing
    return {answer.item_id: (answer.result.value, answer.note) for answer in found}


def answer_rest(world: World, checklist: int, user: User, but: set[str]) -> None:
    inspection = world.context.onsite.get(DISTRICT, checklist)
    for number, entry in enumerate(inspection.view.checklist.entries):
        if entry.item.id in but:
            continue
        answer = FieldAnswer(
            f"00000000-0000-4000-8000-{number:012d}",
            entry.item.id,
            Result.PASS,
            "seen",
            world.now,
        )
        receipt = world.context.onsite.answer(DISTRICT, checklist, answer, _actor(user))
        assert receipt is Receipt.ACCEPTED


def test_a_visit_without_a_network_is_complete_afterwards(
    phone: Visit, live_world: World, checklist: int
) -> None:
    page = open_kept(phone, checklist)
    phone.context.set_offline(True)
    page.reload()
    expect(page.locator("kanhu-on-site[data-ready]")).to_be_attached()
    choose(page, "S-01", "pass")
    choose(page, "S-02", "fail")
    expect(item(page, "S-02")).to_have_attribute("data-saved", "draft")
    note(page, "S-02", "门未锁")
    item(page, "S-02").locator("input[type=file]").set_input_files(
        {"name": "gate.jpg", "mimeType": "image/jpeg", "buffer": picture("gate", 2400, 1800)}
    )
    expect(item(page, "S-02").locator("canvas")).to_be_visible()
    expect(item(page, "S-02")).to_have_attribute("data-saved", "here")
    page.reload()
    expect(item(page, "S-02").locator("[data-note]")).to_have_value("门未锁")
    expect(item(page, "S-02").locator("canvas")).to_be_visible()
    expect(page.locator('kanhu-on-site[data-link="offline"]')).to_be_attached()
    assert standing(live_world, checklist) == {}
    phone.context.set_offline(False)
    sent(page)
    assert standing(live_world, checklist) == {"S-01": ("pass", ""), "S-02": ("fail", "门未锁")}
    (photo,) = live_world.context.onsite.get(DISTRICT, checklist).photos
    assert photo.item_id == "S-02"
    assert photo.place is not None
    assert photo.place.latitude == pytest.approx(31.2)
    assert live_world.files.matches(photo.key, photo.sha256)
    assert photo.size < 900_000


@pytest.mark.parametrize("seed", [1, 2])
def test_nothing_is_lost_or_doubled_however_the_network_breaks(
    phone: Visit, live_world: World, checklist: int, seed: int
) -> None:
    chance = random.Random(seed)
    page = open_kept(phone, checklist)

    def break_it(route: Route) -> None:
        fate = chance.choice(["through", "through", "cut before", "cut after"])
        if fate == "cut before":
            route.abort("connectionfailed")
            return
        with contextlib.suppress(Error):  # the page was loaded again meanwhile
            response = route.fetch()
            if fate == "cut after":
                route.abort("connectionreset")
            else:
                route.fulfill(response=response)

    page.route("**/api/v1/on-site/**", break_it)
    wanted: dict[str, tuple[str, str]] = {}
    photos: Counter[str] = Counter()
    for step in range(14):
        name = chance.choice(["S-01", "S-02", "S-03", "S-04"])
        result = chance.choice(["pass", "fail", "na"])
        text = f"note {step}"
        note(page, name, text)
        choose(page, name, result)
        wanted[name] = (result, text)
        if chance.random() < 0.15:
            photos[name] += 1
            item(page, name).locator("input[type=file]").set_input_files(
                {"name": "p.jpg", "mimeType": "image/jpeg", "buffer": picture(text)}
            )
            expect(item(page, name).locator("canvas")).to_have_count(photos[name])
        if chance.random() < 0.1:
            expect(page.locator("kanhu-on-site:not([data-busy])")).to_be_attached()
            page.reload()
            expect(page.locator("kanhu-on-site[data-ready]")).to_be_attached()
    page.unroute_all(behavior="wait")
    page.evaluate("dispatchEvent(new Event('online'))")
    sent(page)
    assert standing(live_world, checklist) == wanted
    inspection = live_world.context.onsite.get(DISTRICT, checklist)
    assert inspection.contenders == ()
    assert Counter(photo.item_id for photo in inspection.photos) == photos
    with live_world.database.reading() as session:
        entries = list(session.scalars(select(OnsiteEntryRow)))
        answers = list(session.scalars(select(ChecklistAnswerRow.id)))
    assert len(answers) == len({entry.answer_id for entry in entries if entry.answer_id})
    chain = {entry.after for entry in entries if entry.after}
    assert len(chain) == sum(entry.after is not None for entry in entries)  # one line, no forks


def test_a_second_change_made_before_the_first_was_seen_to_arrive_follows_it(
    phone: Visit, live_world: World, checklist: int
) -> None:
    page = open_kept(phone, checklist)
    put_down = """([checklist, result, note]) => document.querySelector("kanhu-on-site")
        .drawer.answer(checklist, "S-01", {result, note, complete: true, seen: null})"""
    for result, words in (("pass", ""), ("na", "no gate"), ("fail", "the gate is open")):
        page.evaluate(put_down, [checklist, result, words])
        page.evaluate("document.querySelector('kanhu-on-site').postman.hurry()")
        sent(page)
    assert standing(live_world, checklist) == {"S-01": ("fail", "the gate is open")}
    assert live_world.context.onsite.get(DISTRICT, checklist).contenders == ()


def test_two_inspectors_who_disagree_are_both_shown_and_one_chooses(
    phone: Visit, visit: MakeVisit, live_world: World, checklist: int
) -> None:
    zhou = live_world.user("zhou", Role.INSPECTOR, language="en")
    for other in _phone(visit, zhou):
        here, there = open_kept(phone, checklist), open_kept(other, checklist)
        phone.context.set_offline(True)
        note(here, "S-03", "Li saw dirt")
        choose(here, "S-03", "fail")
        expect(item(here, "S-03")).to_have_attribute("data-saved", "here")
        note(there, "S-03", "Zhou saw none")
        choose(there, "S-03", "pass")
        sent(there)
        phone.context.set_offline(False)
        box = item(here, "S-03").locator("[data-conflict]")
        expect(box).to_contain_text("Li saw dirt")
        expect(box).to_contain_text("Zhou saw none")
        expect(here.locator("[data-lacking]")).to_contain_text("choose")
        box.locator("li", has_text="Li saw dirt").get_by_role("button").click()
        expect(box).to_be_hidden()
        sent(here)
        assert standing(live_world, checklist)["S-03"] == ("fail", "Li saw dirt")
        there.evaluate("dispatchEvent(new Event('online'))")
        expect(item(there, "S-03").locator("[data-note]")).to_have_value("Li saw dirt")


def test_what_comes_in_beneath_a_draft_or_a_pen_is_not_overwritten_unseen(
    phone: Visit, live_world: World, checklist: int
) -> None:
    zhou = live_world.user("zhou", Role.INSPECTOR)
    page = open_kept(phone, checklist)
    choose(page, "S-01", "fail")  # a draft: the note is missing
    expect(item(page, "S-01")).to_have_attribute("data-saved", "draft")
    item(page, "S-03").locator("[data-note]").focus()  # about to write
    for number, name in enumerate(("S-01", "S-03")):
        theirs = FieldAnswer(str(uuid.UUID(int=number)), name, Result.PASS, "fine", live_world.now)
        live_world.context.onsite.answer(DISTRICT, checklist, theirs, _actor(zhou))
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(item(page, "S-03").locator("input[value=pass]")).to_be_checked()
    page.keyboard.type("not fine")
    choose(page, "S-03", "fail")
    note(page, "S-01", "not fine either")
    for name in ("S-01", "S-03"):
        expect(item(page, name).locator("[data-conflict]")).to_contain_text("Zhou")
    sent(page)
    assert set(standing(live_world, checklist).values()) == {("pass", "fine")}


def sign(page: Page, who: str) -> None:
    pad = page.locator(f'[data-signer="{who}"] canvas')
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 20, box["y"] + 30)
    page.mouse.down()
    for step in range(12):
        page.mouse.move(box["x"] + 20 + 15 * step, box["y"] + 30 + 20 * (step % 3))
    page.mouse.up()


def test_after_signing_nothing_changes_and_addenda_follow(
    phone: Visit, live_world: World, checklist: int, li: User
) -> None:
    answer_rest(live_world, checklist, li, {"S-02"})
    page = open_kept(phone, checklist)
    finish = page.locator("[data-finish]")
    expect(finish).to_be_disabled()
    phone.context.set_offline(True)
    note(page, "S-02", 'gate \u2028 "open" 门 🚪')
    choose(page, "S-02", "fail")
    expect(page.locator("[data-lacking]")).to_contain_text("S-02")
    item(page, "S-02").locator("input[type=file]").set_input_files(
        {"name": "gate.jpg", "mimeType": "image/jpeg", "buffer": picture("gate")}
    )
    expect(finish).to_be_enabled()
    sign(page, "inspector")
    sign(page, "head")
    page.get_by_label("Head of the institution").fill("王园长")
    finish.click()
    expect(page.get_by_text("Signed on this phone")).to_be_visible()
    expect(item(page, "S-02").locator("input[type=radio]").first).to_be_disabled()
    phone.context.set_offline(False)
    sent(page)
    expect(page.locator("kanhu-on-site[data-signed]")).to_be_attached()
    inspection = live_world.context.onsite.get(DISTRICT, checklist)
    assert [one.role.value for one in inspection.signatures] == ["inspector", "head"]
    for one in inspection.signatures:
        assert one.key is not None
        assert live_world.files.matches(one.key, one.sha256)
    findings = FindingRepository(live_world.database).list(DISTRICT)
    assert [(one.item_id, one.state) for one in findings] == [("S-02", FindingState.OPEN)]
    page.get_by_label("New addendum").fill("The head promised a new lock")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.locator(".addenda")).to_contain_text("The head promised")
    sent(page)
    (addendum,) = live_world.context.onsite.get(DISTRICT, checklist).addenda
    assert addendum.text == "The head promised a new lock"


def test_a_session_that_ends_on_the_way_takes_nothing_away(
    phone: Visit, live_world: World, checklist: int
) -> None:
    page = open_kept(phone, checklist)
    SessionRepository(live_world.database).prune(to_datetime(live_world.clock.now() + 10 * 86400))
    choose(page, "S-01", "pass")
    expect(page.locator('kanhu-on-site[data-link="signed-out"]')).to_be_attached()
    page.reload()
    expect(item(page, "S-01").locator("input[value=pass]")).to_be_checked()
    expect(page.get_by_text("everything is still here")).to_be_visible()
    page.get_by_role("link", name="Sign in again and send").click()
    page.get_by_label("用户名").fill("li")
    page.get_by_label("密码").fill("a fine long password")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/on-site/{checklist}")
    sent(page)
    assert standing(live_world, checklist) == {"S-01": ("pass", "")}


def test_the_phone_and_the_server_make_the_same_text(phone: Visit) -> None:
    chance = random.Random(7)
    alphabet = [*map(chr, range(0x2100)), "\u3000", "\ufeff", "\ufffd", "\ud800", "门", "🚪"]
    notes = ["".join(chance.choices(alphabet, k=12)) for _ in range(600)]
    # JSON carries half surrogate pairs as escapes, as a phone's keyboard might leave them
    cleaned, digest = phone.go("/account").evaluate(
        """async (text) => {
          const { answersHash, clean } = await import("/static/js/on-site/signing.js");
          const cleaned = JSON.parse(text).map(clean);
          const answer = (note, n) => ({ item: `S-${n + 100}`, result: "fail", note });
          const answers = cleaned.map(answer);
          return [cleaned, await answersHash("c0ffee", answers, [{ id: "p", sha256: "1" }])];
        }""",
        json.dumps(notes),
    )
    assert [clean_text(note, 4000) for note in cleaned] == cleaned
    answers = [
        Answer(f"S-{number + 100}", Result.FAIL, note, "", to_datetime(0))
        for number, note in enumerate(cleaned)
    ]
    text = signed_text("c0ffee", answers, {"p": "1"})
    assert hashlib.sha256(text.encode()).hexdigest() == digest
