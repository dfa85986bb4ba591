from __future__ import annotations

import threading
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from monitor.domain.access import DISTRICT, Role, Scope, ScopeKind
from monitor.domain.errors import ConflictError, InputError, NotFoundError
from monitor.store.base import Database
from monitor.store.place_repository import PlaceRepository
from monitor.store.session_repository import IDLE, LONGEST, SessionRepository
from monitor.store.user_repository import FIRST_LOCK_OUT, LOCK_OUT, SignInFailure, UserRepository
from monitor.store.users import NewUser, User

PASSWORD = "correct horse battery"
WANG = NewUser("wang", "王老师", Role.OPERATOR, DISTRICT, unit="指导中心")
SUN = Scope(ScopeKind.INSTITUTION, "sun")


@pytest.fixture
def users(database: Database) -> UserRepository:
    return UserRepository(database)


@pytest.fixture
def sessions(database: Database) -> SessionRepository:
    return SessionRepository(database)


@pytest.fixture
def wang(users: UserRepository, now: datetime) -> User:
    return users.create(WANG, PASSWORD, now)


def test_a_person_is_entered_and_signs_in(
    users: UserRepository, wang: User, now: datetime, database: Database
) -> None:
    assert users.verify(" WANG ", PASSWORD, now).user == wang
    assert users.find("Wang") == users.get(wang.id) == wang
    assert users.count() == 1
    assert (wang.role, wang.scope, wang.unit, wang.language) == (
        Role.OPERATOR,
        DISTRICT,
        "指导中心",
        "zh",
    )
    with database.reading() as session:
        assert PASSWORD not in str(session.execute(text("SELECT * FROM app_user")).all())


@pytest.mark.parametrize("name", ["", "w", "with space", "王", "a/b", "x" * 65, "-dash", "a\x00b"])
def test_names_that_are_not_fit(users: UserRepository, now: datetime, name: str) -> None:
    new = NewUser(name, "x", Role.ADMIN, DISTRICT)
    if name in ("a\x00b", "x" * 65):  # cleaned up rather than refused
        assert users.create(new, PASSWORD, now).name in ("ab", "x" * 64)
        return
    with pytest.raises(InputError, match="user name"):
        users.create(new, PASSWORD, now)


@pytest.mark.parametrize("password", ["", "too short", "x" * 201])
def test_passwords_that_are_not_fit(users: UserRepository, now: datetime, password: str) -> None:
    with pytest.raises(InputError, match="password"):
        users.create(WANG, password, now)
    assert users.verify("wang", password, now).failure is SignInFailure.WRONG


def test_a_name_is_taken_once(users: UserRepository, wang: User, now: datetime) -> None:
    with pytest.raises(ConflictError, match="wang"):
        users.create(NewUser("WANG", "another", Role.ADMIN, DISTRICT), PASSWORD, now)


def test_who_guesses_is_locked_out_and_let_in_again(
    users: UserRepository, wang: User, now: datetime
) -> None:
    for _ in range(4):
        assert users.verify("wang", "wrong password", now).failure is SignInFailure.WRONG
    assert users.verify("wang", PASSWORD, now).user is not None, "the count starts anew"
    for _ in range(5):
        assert users.verify("wang", "wrong password", now).failure is SignInFailure.WRONG
    assert users.verify("wang", PASSWORD, now).failure is SignInFailure.LOCKED
    assert users.verify("wang", PASSWORD, now, known_device=True).user is not None
    for _ in range(4):
        users.verify("wang", "wrong password", now)
    assert users.verify("wang", "wrong password", now).failure is SignInFailure.WRONG
    almost = now + FIRST_LOCK_OUT - timedelta(seconds=1)
    assert users.verify("wang", PASSWORD, almost).failure is SignInFailure.LOCKED
    assert users.verify("wang", PASSWORD, now + FIRST_LOCK_OUT).user is not None
    moment = now
    for _ in range(12):
        users.verify("wang", "wrong password", moment)
        moment += LOCK_OUT
    assert users.verify("wang", PASSWORD, moment - LOCK_OUT).failure is SignInFailure.LOCKED
    assert users.verify("wang", PASSWORD, moment).user is not None
    assert users.verify("nobody", PASSWORD, now).failure is SignInFailure.WRONG


def test_many_guesses_at_once_get_no_further(
    users: UserRepository, wang: User, now: datetime
) -> None:
    results: list[SignInFailure | None] = []

    def guess() -> None:
        results.append(users.verify("wang", "wrong password", now).failure)

    threads = [threading.Thread(target=guess) for _ in range(9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(str(result) for result in results) == ["locked"] * 4 + ["wrong"] * 5


def test_a_new_password_signs_out_and_unlocks(
    users: UserRepository, sessions: SessionRepository, wang: User, now: datetime
) -> None:
    token = sessions.start(wang.id, now)
    for _ in range(5):
        users.verify("wang", "wrong password", now)
    users.set_password(wang.id, "another good one", must_change=True)
    assert sessions.find(token, now) is None
    assert users.verify("wang", PASSWORD, now).failure is SignInFailure.WRONG
    found = users.verify("wang", "another good one", now).user
    assert found is not None
    assert found.must_change_password


def test_who_is_kept_out_stays_out(
    users: UserRepository, sessions: SessionRepository, wang: User, now: datetime
) -> None:
    token, link = sessions.start(wang.id, now), sessions.new_link(wang.id, now)
    users.set_active(wang.id, active=False)
    assert users.verify("wang", PASSWORD, now).failure is SignInFailure.INACTIVE
    assert sessions.find(token, now) is None
    assert sessions.redeem_link(link, now) is None
    with pytest.raises(NotFoundError):
        sessions.start(wang.id, now)
    users.set_active(wang.id, active=True)
    assert users.verify("wang", PASSWORD, now).user is not None


def test_rights_change_and_old_sessions_end(
    users: UserRepository, sessions: SessionRepository, wang: User, now: datetime
) -> None:
    token = sessions.start(wang.id, now)
    users.set_role(wang.id, Role.INSTITUTION, SUN)
    users.set_language(wang.id, "en")
    changed = users.get(wang.id)
    assert (changed.role, changed.scope, changed.language) == (Role.INSTITUTION, SUN, "en")
    assert sessions.find(token, now) is None
    with pytest.raises(NotFoundError):
        users.set_role(999, Role.ADMIN, DISTRICT)
    with pytest.raises(NotFoundError):
        users.get(999)
    assert users.find("nobody") is None


def test_people_are_listed_within_a_scope(
    places: PlaceRepository, users: UserRepository, now: datetime
) -> None:
    plum, bamboo = (Scope(ScopeKind.COMMUNITY, name) for name in ("梅园", "竹园"))
    for name, scope in [("all", DISTRICT), ("plum", plum), ("sun", SUN), ("bamboo", bamboo)]:
        users.create(NewUser(name + "-1", name, Role.OPERATOR, scope), PASSWORD, now)

    def names(scope: Scope) -> list[str]:
        return [user.display_name for user in users.list(scope)]

    assert names(DISTRICT) == ["all", "bamboo", "plum", "sun"]
    assert names(plum) == ["plum", "sun"]
    assert names(SUN) == ["sun"]
    assert names(bamboo) == ["bamboo"]


def test_a_session_ends_after_a_pause_and_after_a_day(
    sessions: SessionRepository, wang: User, now: datetime
) -> None:
    token = sessions.start(wang.id, now, address="10.0.0.7", agent="Firefox\x00" * 90)
    moment = now
    while moment < now + LONGEST:
        found = sessions.find(token, moment)
        assert found is not None
        assert (found.user, found.address) == (wang, "10.0.0.7")
        moment += timedelta(hours=7)
    assert sessions.find(token, now + LONGEST) is None

    idle = sessions.start(wang.id, now)
    assert sessions.find(idle, now + IDLE - timedelta(seconds=1)) is not None
    assert sessions.find(idle, now + IDLE * 2) is None
    assert sessions.find("made up", now) is None
    assert sessions.prune(now + LONGEST) == 2


def test_a_token_is_replaced_without_lasting_longer(
    sessions: SessionRepository, wang: User, now: datetime, database: Database
) -> None:
    token = sessions.start(wang.id, now)
    later = now + timedelta(hours=5)
    fresh = sessions.rotate(token, later)
    assert fresh is not None
    assert sessions.find(token, later) is None
    found = sessions.find(fresh, later)
    assert found is not None
    assert found.expires == now + LONGEST
    assert sessions.rotate(token, later) is None
    with database.reading() as session:
        stored = str(session.execute(text("SELECT * FROM user_session")).all())
    assert fresh not in stored


def test_sessions_are_revoked(sessions: SessionRepository, wang: User, now: datetime) -> None:
    tokens = [sessions.start(wang.id, now) for _ in range(3)]
    sessions.revoke(tokens[0])
    assert sessions.find(tokens[0], now) is None
    assert sessions.revoke_all(wang.id, but=tokens[1]) == 1
    assert sessions.find(tokens[1], now) is not None
    assert sessions.revoke_all(wang.id) == 1


def test_a_sign_in_link_works_once_and_not_for_long(
    sessions: SessionRepository, wang: User, now: datetime
) -> None:
    link = sessions.new_link(wang.id, now)
    token = sessions.redeem_link(link, now + timedelta(minutes=59), address="127.0.0.1")
    assert token is not None
    assert sessions.find(token, now + timedelta(minutes=59)) is not None
    assert sessions.redeem_link(link, now) is None
    late = sessions.new_link(wang.id, now, valid=timedelta(minutes=5))
    assert sessions.redeem_link(late, now + timedelta(minutes=5)) is None
    assert sessions.redeem_link("made up", now) is None
    assert sessions.prune(now + timedelta(hours=2)) == 2
