"""Devices of people: whose they are, who is reached about what, and how they end."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest

from monitor.domain.access import DISTRICT, Role, Scope, ScopeKind
from monitor.domain.errors import ConflictError, NotFoundError
from monitor.domain.push import Audience, Subscription
from monitor.store.base import Database
from monitor.store.place_repository import PlaceRepository
from monitor.store.push_devices import MOST_DEVICES, PushDevices
from monitor.store.user_repository import UserRepository
from monitor.store.users import NewUser, User

SUN = Scope(ScopeKind.INSTITUTION, "sun")
PLUM = Scope(ScopeKind.COMMUNITY, "梅园")
EVERYONE = Audience()


def subscription(name: str) -> Subscription:
    return Subscription(f"https://push.example.net/{name}", b"\x04" + bytes(64), bytes(16))


class People:
    """People with a device each."""

    def __init__(self, database: Database, now: datetime) -> None:
        self.devices = PushDevices(database)
        self.users = UserRepository(database)
        self.now = now

    def user(self, name: str, role: Role = Role.OPERATOR, scope: Scope = DISTRICT) -> User:
        new = NewUser(name, name.capitalize(), role, scope, language="en")
        return self.users.create(new, "a fine long password", self.now)

    def with_device(self, name: str, role: Role = Role.OPERATOR, scope: Scope = DISTRICT) -> int:
        user = self.user(name, role, scope)
        return self.devices.add(user.id, subscription(name), "Phone", self.now)

    def reached(self, audience: Audience = EVERYONE, place: str | None = "sun") -> list[str]:
        found = self.devices.reached(audience, place)
        return [item.addressee.partition(" ")[0].lower() for item in found]


@pytest.fixture
def people(database: Database, now: datetime, places: PlaceRepository) -> People:
    assert places
    return People(database, now)


def test_only_those_who_may_see_the_place_are_reached(people: People) -> None:
    people.with_device("district")
    people.with_device("sun", Role.INSTITUTION, SUN)
    people.with_device("moon", Role.INSTITUTION, Scope(ScopeKind.INSTITUTION, "moon"))
    people.with_device("plum", Role.INSPECTOR, PLUM)
    people.with_device("bamboo", Role.INSPECTOR, Scope(ScopeKind.COMMUNITY, "竹园"))
    assert people.reached() == ["district", "sun", "plum"]
    assert people.reached(place="moon") == ["district", "moon", "bamboo"]
    assert people.reached(place="nowhere") == ["district"]
    assert people.reached(place=None) == ["district"]


def test_an_audience_is_a_role_a_person_or_everybody(people: People) -> None:
    people.with_device("li")
    people.with_device("wu", Role.SUPERVISOR)
    assert people.reached() == ["li", "wu"]
    assert people.reached(Audience(role=Role.SUPERVISOR)) == ["wu"]
    assert people.reached(Audience(user="li")) == ["li"]
    assert people.reached(Audience(user="nobody")) == []
    (reached,) = people.devices.reached(Audience(user="li"), "sun")
    assert (reached.addressee, reached.language) == ("Li · Phone", "en")


def test_whoever_may_not_sign_in_any_more_is_not_reached(people: People) -> None:
    device = people.with_device("li")
    user = people.users.find("li")
    assert user is not None
    people.users.set_active(user.id, active=False)
    assert people.reached() == []
    assert people.devices.subscription(device) is None


def test_a_browser_that_is_known_belongs_to_whoever_uses_it_now(people: People) -> None:
    li, wu = people.user("li"), people.user("wu")
    first = people.devices.add(li.id, subscription("shared"), "Desk", people.now)
    assert people.devices.add(li.id, subscription("shared"), "Desk 2", people.now) == first
    assert people.devices.add(wu.id, subscription("shared"), "Desk 3", people.now) == first
    assert people.devices.of_user(li.id) == ()
    assert [device.name for device in people.devices.of_user(wu.id)] == ["Desk 3"]
    assert people.reached() == ["wu"]


def test_nobody_touches_the_devices_of_others(people: People) -> None:
    device, stranger = people.with_device("li"), people.user("wu")
    for act in (people.devices.remove, people.devices.get):
        with pytest.raises(NotFoundError):
            act(stranger.id, device)
    owner = people.users.find("li")
    assert owner is not None
    people.devices.remove(owner.id, device)
    assert people.reached() == []
    assert people.devices.subscription(device) is None


def test_the_devices_of_a_person_are_bounded_even_when_added_at_once(people: People) -> None:
    user = people.user("li")
    for number in range(MOST_DEVICES - 1):
        people.devices.add(user.id, subscription(f"d{number}"), "x", people.now)
    refused: list[str] = []

    def add(name: str) -> None:
        try:
            people.devices.add(user.id, subscription(name), "x", people.now)
        except ConflictError:
            refused.append(name)

    threads = [threading.Thread(target=add, args=[f"late-{n}"]) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(refused), len(people.devices.of_user(user.id))) == (2, MOST_DEVICES)
    people.devices.add(user.id, subscription("d0"), "renamed", people.now)  # is there already


def test_how_a_device_fares_is_taken_down(people: People) -> None:
    device, later = people.with_device("li"), people.now + timedelta(hours=1)
    owner = people.users.find("li")
    assert owner is not None
    people.devices.failed(device, people.now, "answered 503")
    shown = people.devices.get(owner.id, device)
    assert (shown.failed, shown.error, shown.arrived) == (people.now, "answered 503", None)
    people.devices.arrived(device, later)
    shown = people.devices.get(owner.id, device)
    assert (shown.failed, shown.error, shown.arrived) == (None, "", later)


def test_one_that_is_gone_says_so_and_keeps_no_secret(people: People) -> None:
    device = people.with_device("li")
    owner = people.users.find("li")
    assert owner is not None
    people.devices.gone(device, people.now)
    shown = people.devices.get(owner.id, device)
    assert (shown.ended, shown.digest) == (people.now, None)
    assert people.devices.subscription(device) is None
    assert people.reached() == []
    again = people.devices.add(owner.id, subscription("li"), "Phone", people.now)
    assert again != device
    assert people.reached() == ["li"]
